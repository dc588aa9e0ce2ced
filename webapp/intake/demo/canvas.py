"""A canvas for drawn pictures, and the things that stand about in them."""

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 1200

Colour = tuple[int, int, int]


def shade(colour: Colour, by: float) -> Colour:
    """Lighter above 1, darker below."""
    return tuple(max(0, min(255, round(part * by))) for part in colour)


class Canvas:
    """A picture under way, with the few things that all scenes need."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.image = Image.new("RGB", (WIDTH, HEIGHT))
        self.pen = ImageDraw.Draw(self.image)

    def slope(self, box, top: Colour, bottom: Colour) -> None:
        """A rectangle whose colour runs from top to bottom."""
        left, upper, right, lower = box
        mask = Image.linear_gradient("L").resize((right - left, lower - upper))
        self.image.paste(Image.composite(Image.new("RGB", mask.size, bottom), Image.new("RGB", mask.size, top), mask), (left, upper))

    def shadow(self, box, strength: int = 110, blur: int = 22) -> None:
        """A soft dark ellipse."""
        self.glow(box, (0, 0, 0), strength, blur)

    def glow(self, box, colour: Colour, strength: int = 90, blur: int = 90) -> None:
        """A soft ellipse of light."""
        small = Image.new("L", (WIDTH // 8, HEIGHT // 8))
        ImageDraw.Draw(small).ellipse([edge / 8 for edge in box], fill=strength)
        mask = small.filter(ImageFilter.BoxBlur(blur / 12)).filter(ImageFilter.BoxBlur(blur / 12))
        self.image.paste(colour, (0, 0), mask.resize((WIDTH, HEIGHT)))

    def speckle(self, box, colour: Colour, number: int, most: int = 5) -> None:
        """Dirt, gravel, plaster: many small spots."""
        left, upper, right, lower = box
        for _ in range(number):
            x, y, r = self.rng.uniform(left, right), self.rng.uniform(upper, lower), self.rng.uniform(1, most)
            self.pen.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=shade(colour, self.rng.uniform(0.82, 1.16)))

    def blob(self, x: float, y: float, wide: float, high: float, colour: Colour, rough: float = 0.2) -> None:
        """An uneven round shape."""
        self.pen.polygon(self.around(x, y, wide, high, rough), fill=colour)

    def around(self, x: float, y: float, wide: float, high: float, rough: float = 0.2) -> list:
        """The outline of an uneven round shape: a circle with a few waves on it."""
        waves = [(n, self.rng.uniform(0, 2 * pi), self.rng.uniform(0, rough / n**0.6)) for n in (2, 3, 5, 7, 11)]
        outline = []
        for step in range(90):
            turn = 2 * pi * step / 90
            far = 1 + sum(high * sin(n * turn + phase) for n, phase, high in waves)
            outline.append((x + cos(turn) * wide * far, y + sin(turn) * high * far))
        return outline

    def rope(self, points, colour: Colour, width: int) -> None:
        """A line that bends smoothly through its points."""
        smooth = []
        ends = [points[0], *points, points[-1]]
        for p0, p1, p2, p3 in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
            for step in range(16):
                t = step / 16
                smooth.append(
                    tuple(
                        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
                        for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
                    )
                )
        self.pen.line([*smooth, points[-1]], fill=colour, width=width, joint="curve")

    def cuboid(self, x: int, y: int, wide: int, high: int, deep: int, colour: Colour) -> None:
        """A box that stands with its lower left front corner at (x, y)."""
        pen, right, top, dx, dy = self.pen, x + wide, y - high, deep, round(deep * 0.5)
        pen.polygon([(x, top), (x + dx, top - dy), (right + dx, top - dy), (right, top)], fill=shade(colour, 1.14))
        pen.polygon([(right, top), (right + dx, top - dy), (right + dx, y - dy), (right, y)], fill=shade(colour, 0.72))
        pen.rectangle((x, top, right, y), fill=colour)


# --- things


def carton(canvas: Canvas, x: int, y: int, wide: int, high: int) -> None:
    colour = shade((188, 146, 98), canvas.rng.uniform(0.9, 1.08))
    canvas.cuboid(x, y, wide, high, wide // 3, colour)
    canvas.pen.rectangle((x + wide * 0.42, y - high, x + wide * 0.56, y), fill=shade(colour, 1.16))
    canvas.pen.rectangle((x + wide * 0.1, y - high * 0.3, x + wide * 0.3, y - high * 0.15), outline=shade(colour, 0.6), width=3)


def wheel(canvas: Canvas, x: int, y: int, r: int, spokes: bool = True) -> None:
    pen = canvas.pen
    pen.ellipse((x - r, y - r, x + r, y + r), outline=(34, 34, 38), width=max(8, r // 6))
    pen.ellipse((x - r * 0.78, y - r * 0.78, x + r * 0.78, y + r * 0.78), outline=(150, 152, 158), width=4)
    if spokes:
        for dx, dy in ((1, 0), (0, 1), (0.7, 0.7), (0.7, -0.7)):
            pen.line((x - r * 0.75 * dx, y - r * 0.75 * dy, x + r * 0.75 * dx, y + r * 0.75 * dy), fill=(165, 167, 172), width=2)
    pen.ellipse((x - r * 0.2, y - r * 0.2, x + r * 0.2, y + r * 0.2), fill=(96, 98, 104))


def bicycle(canvas: Canvas, x: int, y: int, colour: Colour) -> None:
    """A bicycle whose rear wheel touches the ground at (x, y)."""
    canvas.shadow((x - 100, y - 22, x + 430, y + 26), 90, 18)
    wheel(canvas, x, y - 92, 92)
    wheel(canvas, x + 320, y - 92, 92)
    hub, seat, head, front = (x, y - 92), (x + 95, y - 235), (x + 265, y - 240), (x + 320, y - 92)
    crank = (x + 130, y - 92)
    for start, end in ((hub, crank), (crank, seat), (seat, head), (crank, head), (hub, seat), (head, front)):
        canvas.pen.line((*start, *end), fill=colour, width=13)
    canvas.pen.line((*head, x + 250, y - 290), fill=(60, 60, 64), width=11)
    canvas.pen.arc((x + 205, y - 310, x + 275, y - 260), 180, 350, fill=(60, 60, 64), width=11)
    canvas.pen.rounded_rectangle((x + 45, y - 262, x + 135, y - 236), 12, fill=(44, 40, 40))
    canvas.pen.ellipse((x + 108, y - 114, x + 152, y - 70), outline=(120, 120, 124), width=9)


def scooter(canvas: Canvas, x: int, y: int, colour: Colour) -> None:
    """An electric scooter whose rear wheel touches the ground at (x, y)."""
    pen = canvas.pen
    canvas.shadow((x - 110, y - 24, x + 520, y + 34), 110, 20)
    for centre in (x + 20, x + 400):
        wheel(canvas, centre, y - 72, 72, spokes=False)
    pen.polygon([(x - 40, y - 190), (x + 185, y - 205), (x + 205, y - 110), (x + 60, y - 96), (x - 20, y - 128)], fill=colour)
    pen.polygon([(x + 170, y - 125), (x + 330, y - 112), (x + 330, y - 84), (x + 150, y - 84)], fill=shade(colour, 0.55))
    pen.polygon([(x + 300, y - 90), (x + 345, y - 330), (x + 392, y - 335), (x + 385, y - 110)], fill=shade(colour, 0.92))
    pen.polygon([(x + 380, y - 200), (x + 440, y - 120), (x + 470, y - 122), (x + 400, y - 240)], fill=shade(colour, 0.7))
    pen.rounded_rectangle((x - 30, y - 238, x + 190, y - 196), 20, fill=(40, 38, 40))
    pen.line((x + 365, y - 330, x + 352, y - 392), fill=(52, 52, 56), width=16)
    pen.line((x + 300, y - 388, x + 400, y - 402), fill=(40, 40, 44), width=17)
    pen.ellipse((x + 372, y - 318, x + 416, y - 272), fill=(244, 238, 206), outline=(80, 80, 84), width=5)
    pen.rectangle((x - 52, y - 176, x - 30, y - 150), fill=(196, 36, 32))


def car(canvas: Canvas, x: int, y: int, colour: Colour) -> None:
    """A car seen from its side, its rear wheel at (x, y)."""
    pen = canvas.pen
    canvas.shadow((x - 150, y - 40, x + 800, y + 40), 150, 26)
    pen.polygon([(x - 130, y - 60), (x - 135, y - 190), (x - 20, y - 220), (x + 90, y - 350), (x + 420, y - 355),
                 (x + 560, y - 230), (x + 740, y - 190), (x + 760, y - 60)], fill=colour)  # fmt: skip
    pen.polygon([(x + 15, y - 225), (x + 105, y - 325), (x + 245, y - 328), (x + 245, y - 225)], fill=(64, 78, 92))
    pen.polygon([(x + 265, y - 225), (x + 265, y - 328), (x + 408, y - 328), (x + 505, y - 225)], fill=(70, 86, 100))
    pen.line((x + 255, y - 215, x + 255, y - 75), fill=shade(colour, 0.75), width=5)
    pen.rectangle((x - 130, y - 80, x + 758, y - 55), fill=shade(colour, 0.55))
    pen.polygon([(x + 700, y - 185), (x + 752, y - 172), (x + 752, y - 140), (x + 705, y - 150)], fill=(246, 238, 205))
    pen.rectangle((x - 134, y - 176, x - 112, y - 132), fill=(190, 40, 36))
    for centre in (x, x + 600):
        pen.ellipse((centre - 84, y - 140, centre + 84, y + 28), fill=(30, 30, 33))
        pen.ellipse((centre - 46, y - 102, centre + 46, y - 10), fill=(168, 170, 174))
        pen.ellipse((centre - 18, y - 74, centre + 18, y - 38), fill=(92, 94, 98))


def cone(canvas: Canvas, x: int, y: int) -> None:
    pen = canvas.pen
    canvas.shadow((x - 70, y - 16, x + 80, y + 20), 100, 14)
    pen.polygon([(x - 66, y), (x + 66, y), (x + 52, y - 22), (x - 52, y - 22)], fill=(196, 66, 24))
    pen.polygon([(x - 46, y - 20), (x + 46, y - 20), (x + 11, y - 190), (x - 11, y - 190)], fill=(226, 84, 30))
    pen.polygon([(x - 33, y - 80), (x + 33, y - 80), (x + 25, y - 122), (x - 25, y - 122)], fill=(240, 238, 232))
