"""Drawn pictures in place of photos: the same spot before and after something was put right."""

import io
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops

from .canvas import HEIGHT, WIDTH, Canvas, Colour, bicycle, car, carton, cone, scooter, shade

SIZE = (1200, 900)
CORNERS = Image.radial_gradient("L").resize(SIZE).point(lambda light: 255 - max(0, light - 110) // 3).convert("RGB")
"""The darker corners of a cheap lens."""
GRAIN = bytes(122 + byte // 19 for byte in range(256))


def pairs(seed: int, each: int, most: int | None = None) -> dict[str, list[tuple[bytes, bytes]]]:
    """category -> (before, after) as JPEG, `each` of them, of `most` categories; the same seed gives the same bytes."""
    return {label: [_pair(SCENES[label], Random(f"{seed} {label} {n}")) for n in range(each)] for label in list(SCENES)[:most]}


def _pair(scene: Callable, rng: Random) -> tuple[bytes, bytes]:
    place = rng.getrandbits(64)
    return tuple(_photo(scene, Random(place), wrong, rng) for wrong in (True, False))


def _photo(scene: Callable, place: Random, wrong: bool, hand: Random) -> bytes:
    """One picture as a phone in somebody's hand takes it: a little askew, with grain and darker corners."""
    canvas = Canvas(place)
    scene(canvas, place, wrong)
    if place.random() < 0.5:
        canvas.image = canvas.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    zoom, slant = 1500 / SIZE[0], hand.uniform(-0.028, 0.028)
    left, top = 50 + hand.randrange(-12, 13), 38 + hand.randrange(-9, 10)
    askew = (zoom, slant, left - slant * 450, -slant, zoom, top + slant * 600)
    image = canvas.image.transform(SIZE, Image.Transform.AFFINE, askew, Image.Resampling.BILINEAR)
    grain = Image.frombytes("L", (300, 225), hand.randbytes(300 * 225).translate(GRAIN)).resize(SIZE)
    image = ImageChops.overlay(image, Image.merge("RGB", (grain,) * 3))
    image = ImageChops.multiply(image, CORNERS)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82)
    return file.getvalue()


# --- places


def stairwell(canvas: Canvas, rng: Random) -> None:
    """A landing: two-coloured wall, a flat's door on the left, stairs going up on the right."""
    pen = canvas.pen
    wall = rng.choice([(226, 221, 208), (218, 222, 220), (230, 222, 200)])
    dado = rng.choice([(138, 168, 150), (150, 172, 186), (176, 160, 140)])
    canvas.slope((0, 0, WIDTH, 860), shade(wall, 1.04), shade(wall, 0.9))
    canvas.slope((0, 520, WIDTH, 860), dado, shade(dado, 0.88))
    pen.rectangle((0, 512, WIDTH, 522), fill=shade(dado, 0.7))
    canvas.slope((0, 850, WIDTH, HEIGHT), (158, 154, 148), (118, 115, 111))
    pen.rectangle((0, 846, WIDTH, 858), fill=(92, 90, 88))
    for x in range(-900, 2600, 250):
        pen.line((800 + (x - 800) * 0.55, 858, x, HEIGHT), fill=(134, 130, 126), width=4)
    for y in (905, 985, 1100):
        pen.line((0, y, WIDTH, y), fill=(134, 130, 126), width=4)
    door = rng.choice([(104, 44, 36), (74, 62, 54), (60, 84, 74)])
    pen.rectangle((118, 196, 452, 852), fill=shade(door, 0.6))
    canvas.slope((138, 216, 432, 852), shade(door, 1.15), door)
    for box in ((170, 256, 400, 480), (170, 530, 400, 800)):
        pen.rectangle(box, outline=shade(door, 0.7), width=7)
    pen.ellipse((385, 500, 412, 527), fill=(206, 190, 140))
    pen.polygon([(285, 310), (345, 370), (285, 430), (225, 370)], fill=(190, 32, 30))
    steps = 6
    for n in range(steps, -1, -1):
        x, y, high = 980 + n * 88, 858 - n * 74, 74
        canvas.slope((x, y - high, WIDTH, y + 4), (172, 168, 162), (142, 138, 133))
        pen.rectangle((x, y - high, WIDTH, y - high + 12), fill=(196, 192, 186))
    for n in range(steps + 1):
        pen.line((1000 + n * 88, 790 - n * 74, 1000 + n * 88, 560 - n * 74), fill=(86, 88, 92), width=10)
    pen.line((975, 580, 1000 + (steps + 1) * 88, 560 - (steps + 1) * 74), fill=(116, 58, 40), width=24)
    pen.rounded_rectangle((640, 90, 840, 120), 12, fill=(250, 248, 236))
    canvas.glow((430, -120, 1050, 420), (255, 250, 226), 110)
    canvas.speckle((0, 520, WIDTH, 850), shade(dado, 0.9), 60, 4)


def facade(canvas: Canvas, rng: Random, bare: bool = False) -> list[tuple[int, int]]:
    """A block of flats with a strip of paving before it; gives the corners of the windows of its second row."""
    pen = canvas.pen
    canvas.slope((0, 0, WIDTH, 300), (158, 196, 228), (208, 224, 234))
    colour = rng.choice([(214, 190, 158), (206, 204, 198), (196, 170, 150), (188, 200, 196), (204, 172, 166)])
    colour = shade(colour, rng.uniform(0.92, 1.06))
    canvas.slope((0, 90, WIDTH, 930), shade(colour, 1.03), shade(colour, 0.92))
    pen.rectangle((0, 78, WIDTH, 100), fill=shade(colour, 0.72))
    shift, corners = rng.randrange(-60, 60), []
    for row, y in enumerate((170, 480, 790)):
        for x in range(120 + shift, WIDTH, 390):
            high = 190 if row < 2 else 150
            pen.rectangle((x - 14, y - 14, x + 214, y + high + 14), fill=(236, 236, 232))
            canvas.slope((x, y, x + 200, y + high), (110, 132, 148), (70, 88, 104))
            pen.polygon([(x + 12, y + high), (x + 80, y), (x + 120, y), (x + 52, y + high)], fill=(132, 152, 166))
            pen.line((x + 100, y, x + 100, y + high), fill=(236, 236, 232), width=9)
            pen.rectangle((x - 24, y + high + 14, x + 224, y + high + 28), fill=shade(colour, 0.8))
            if rng.random() < 0.55 and row < 2 and not bare:
                pen.rectangle((x + 226, y + 96, x + 330, y + 176), fill=(228, 230, 230), outline=(150, 152, 152), width=4)
                pen.ellipse((x + 240, y + 106, x + 300, y + 166), outline=(150, 152, 152), width=5)
            if row == 1:
                corners.append((x, y + high))
    canvas.slope((0, 930, WIDTH, HEIGHT), (176, 170, 162), (140, 135, 129))
    for x in range(-800, 2500, 160):
        pen.line((800 + (x - 800) * 0.62, 930, x, HEIGHT), fill=(154, 148, 141), width=4)
    for y in (975, 1040, 1130):
        pen.line((0, y, WIDTH, y), fill=(154, 148, 141), width=4)
    pen.rectangle((0, 918, WIDTH, 936), fill=(112, 108, 103))
    return corners


def ground(canvas: Canvas, rng: Random, paved: bool) -> None:
    """Looking down at asphalt or paving."""
    base = rng.choice([(104, 104, 106), (116, 113, 110)]) if not paved else rng.choice([(170, 158, 146), (158, 160, 158)])
    canvas.slope((0, 0, WIDTH, HEIGHT), shade(base, 1.1), shade(base, 0.92))
    canvas.speckle((0, 0, WIDTH, HEIGHT), base, 3500, 4)
    if paved:
        for row in range(-1, 9):
            y = row * 150 + 40
            canvas.pen.line((0, y, WIDTH, y + 12), fill=shade(base, 0.7), width=6)
            for column in range(-1, 6):
                x = column * 300 + row % 2 * 150 + 30
                canvas.pen.line((x, y, x - 3, y + 150), fill=shade(base, 0.7), width=6)
    else:
        canvas.pen.polygon([(0, 60), (WIDTH, 0), (WIDTH, 40), (0, 104)], fill=(214, 210, 196))
    canvas.glow((900, -300, 2000, 500), (255, 250, 230), 40)


def room(canvas: Canvas, rng: Random) -> Colour:
    """A tiled wall with a counter below."""
    pen = canvas.pen
    tile = rng.choice([(228, 230, 226), (222, 226, 232), (234, 226, 212)])
    canvas.slope((0, 0, WIDTH, 820), shade(tile, 1.05), shade(tile, 0.9))
    for x in range(40, WIDTH, 190):
        pen.line((x, 0, x, 820), fill=shade(tile, 0.84), width=5)
    for y in range(60, 820, 190):
        pen.line((0, y, WIDTH, y), fill=shade(tile, 0.84), width=5)
    canvas.slope((0, 800, WIDTH, 880), (88, 82, 80), (64, 60, 58))
    wood = rng.choice([(190, 150, 112), (214, 208, 198), (150, 108, 84)])
    canvas.slope((0, 880, WIDTH, HEIGHT), wood, shade(wood, 0.85))
    for x in (20, 520, 1040, 1560):
        pen.line((x, 890, x, HEIGHT), fill=shade(wood, 0.66), width=8)
    return tile


# --- scenes: each draws its place, with or without what is wrong


def clutter(canvas: Canvas, rng: Random, wrong: bool) -> None:
    stairwell(canvas, rng)
    things = rng.randrange(2)
    if not wrong:
        return
    canvas.shadow((500, 960, 1240, 1120), 150, 40)
    if things:
        bicycle(canvas, 880, 1090, rng.choice([(36, 92, 150), (150, 40, 40), (60, 66, 70)]))
    for x, y, wide, high in ((520, 980, 230, 190), (730, 1000, 190, 150), (545, 800, 170, 130), (560, 1100, 260, 150)):
        carton(canvas, x + rng.randrange(-14, 14), y, wide, high)
    if not things:
        canvas.cuboid(900, 1110, 360, 130, 90, (122, 78, 70))
        canvas.cuboid(890, 985, 380, 130, 30, (136, 88, 78))
        canvas.pen.rounded_rectangle((880, 930, 940, 1112), 18, fill=(112, 70, 62))
        canvas.pen.rounded_rectangle((1225, 930, 1285, 1112), 18, fill=(104, 64, 58))


def scooter_indoors(canvas: Canvas, rng: Random, wrong: bool) -> None:
    stairwell(canvas, rng)
    colour = rng.choice([(192, 44, 48), (48, 110, 168), (236, 236, 232), (58, 60, 66)])
    if wrong:
        scooter(canvas, 520, 1080, colour)
        canvas.rope([(700, 900), (640, 780), (560, 700), (470, 640)], (28, 28, 30), 9)
        canvas.pen.rounded_rectangle((440, 612, 500, 668), 8, fill=(240, 240, 236), outline=(170, 170, 168), width=4)


def flying_wire(canvas: Canvas, rng: Random, wrong: bool) -> None:
    corners = facade(canvas, rng)
    colour = rng.choice([(192, 44, 48), (44, 104, 160), (232, 232, 228), (64, 66, 72)])
    x, y = corners[rng.randrange(1, 3)]
    at = rng.randrange(420, 760)
    if not wrong:
        return
    scooter(canvas, at, 1105, colour)
    canvas.rope([(x + 60, y - 40), (x + 60, y + 40), (x + 30, y + 200), (at + 320, 860), (at + 250, 920)], (20, 20, 22), 12)
    canvas.rope([(at + 250, 920), (at + 210, 960), (at + 120, 905)], (20, 20, 22), 12)
    canvas.cuboid(at + 225, 945, 74, 26, 16, (240, 238, 230))


def fire_lane(canvas: Canvas, rng: Random, wrong: bool) -> None:
    facade(canvas, rng)
    pen = canvas.pen
    canvas.slope((0, 900, WIDTH, HEIGHT), (110, 110, 112), (88, 88, 90))
    pen.rectangle((0, 886, WIDTH, 904), fill=(170, 168, 162))
    for x in range(-300, WIDTH + 300, 130):
        pen.polygon([(x, 1150), (x + 26, 1150), (x + 180, 960), (x + 154, 960)], fill=(222, 184, 52))
    pen.line((0, 960, WIDTH, 960), fill=(222, 184, 52), width=12)
    pen.line((0, 1152, WIDTH, 1152), fill=(222, 184, 52), width=16)
    colour = rng.choice([(208, 208, 204), (52, 56, 64), (140, 34, 36), (64, 92, 132)])
    if wrong:
        car(canvas, 430 + rng.randrange(-80, 120), 1090, colour)


def fire_box(canvas: Canvas, rng: Random, wrong: bool) -> None:
    stairwell(canvas, rng)
    pen = canvas.pen
    canvas.shadow((520, 830, 960, 900), 80, 20)
    pen.rectangle((560, 330, 900, 850), fill=(150, 20, 22))
    pen.rectangle((580, 350, 880, 830), fill=(196, 30, 32))
    canvas.slope((612, 384, 848, 640), *([(54, 40, 40), (34, 28, 28)] if wrong else [(206, 216, 220), (168, 182, 188)]))
    if wrong:
        left = [(612, 384), (700, 384), (640, 470), (612, 520)]
        for splinter in (left, [(848, 640), (760, 640), (810, 560), (848, 540)], [(848, 384), (848, 430), (800, 384)]):
            pen.polygon(splinter, fill=(196, 208, 212))
        canvas.speckle((600, 880, 880, 930), (206, 216, 220), 60, 8)
    else:
        for r in range(96, 20, -18):
            pen.ellipse((730 - r, 512 - r, 730 + r, 512 + r), outline=(226, 218, 196), width=12)
        pen.line((620, 400, 700, 480), fill=(236, 242, 244), width=8)
    pen.rectangle((620, 680, 840, 800), outline=(230, 200, 196), width=8)
    pen.ellipse((850, 590, 870, 610), fill=(236, 236, 230))


def loose_pots(canvas: Canvas, rng: Random, wrong: bool) -> None:
    corners = facade(canvas, rng)
    for n, (x, y) in enumerate(corners[:3]):
        if wrong:
            for dx in (10, 90, 160)[: 3 - n % 2]:
                left, right = x + dx, x + dx + 50
                canvas.pen.polygon([(left, y + 14), (right, y + 14), (right - 8, y - 34), (left + 8, y - 34)], fill=(168, 84, 54))
                canvas.blob(left + 25, y - 62, 40, 36, shade((66, 122, 62), rng.uniform(0.85, 1.2)), 0.35)


def crack(canvas: Canvas, rng: Random, wrong: bool) -> None:
    corners = facade(canvas, rng, bare=True)
    middle = corners[1][0] + 295
    points = [(middle + rng.randrange(-34, 34), 150 + n * 56) for n in range(14)]
    patch = canvas.around(middle, 540, 84, 150, 0.16)
    if wrong:
        canvas.pen.polygon(patch, fill=(150, 140, 130))
        canvas.speckle((middle - 60, 440, middle + 60, 640), (134, 124, 116), 160, 6)
        for width, colour in ((10, (84, 76, 70)), (4, (40, 36, 34))):
            canvas.pen.line(points, fill=colour, width=width, joint="curve")
        canvas.shadow((middle - 180, 960, middle + 180, 1010), 110, 18)
        for _ in range(16):
            x, y, wide = middle + rng.randrange(-160, 160), rng.randrange(955, 1010), rng.randrange(10, 34)
            canvas.blob(x, y, wide, wide * 0.65, shade((196, 178, 154), rng.uniform(0.8, 1.1)), 0.3)
    else:
        canvas.pen.polygon(patch, fill=(222, 208, 186))
        canvas.pen.line(points, fill=(222, 208, 186), width=16, joint="curve")


def manhole(canvas: Canvas, rng: Random, wrong: bool) -> None:
    ground(canvas, rng, paved=bool(rng.randrange(2)))
    pen, x, y = canvas.pen, 800 + rng.randrange(-80, 80), 640
    canvas.blob(x, y, 400, 318, (128, 124, 118), 0.02)
    pen.ellipse((x - 350, y - 276, x + 350, y + 276), fill=(60, 58, 58))
    if wrong:
        pen.ellipse((x - 322, y - 250, x + 322, y + 250), fill=(14, 13, 14))
        canvas.glow((x - 260, y - 40, x + 200, y + 240), (40, 38, 40), 120, 60)
        pen.chord((x - 300, y - 232, x + 344, y + 262), 118, 296, fill=(92, 90, 90))
        cone(canvas, x + 430, y + 330)
    else:
        pen.ellipse((x - 322, y - 250, x + 322, y + 250), fill=(104, 102, 102))
        for n in range(-5, 6):
            half = round((1 - (n / 6) ** 2) ** 0.5 * 300)
            pen.line((x - half, y + n * 42, x + half, y + n * 42), fill=(78, 76, 76), width=14)
        pen.ellipse((x - 322, y - 250, x + 322, y + 250), outline=(70, 68, 68), width=16)
        for dx in (-180, 180):
            pen.ellipse((x + dx - 16, y - 12, x + dx + 16, y + 12), fill=(40, 38, 38))


def pothole(canvas: Canvas, rng: Random, wrong: bool) -> None:
    ground(canvas, rng, paved=False)
    if wrong:
        canvas.blob(820, 640, 430, 260, (78, 76, 76), 0.16)
        canvas.blob(825, 655, 350, 200, (116, 102, 86), 0.2)
        canvas.speckle((500, 470, 1150, 830), (142, 126, 108), 420, 11)
        cone(canvas, 1290, 420)
    else:
        canvas.pen.rounded_rectangle((370, 350, 1270, 930), 20, fill=(62, 62, 64))
        canvas.speckle((380, 360, 1260, 920), (66, 66, 68), 900, 4)


def water(canvas: Canvas, rng: Random, wrong: bool) -> None:
    ground(canvas, rng, paved=True)
    if wrong:
        for colour, wide, high in (((112, 122, 130), 560, 300), ((146, 164, 178), 520, 270), ((170, 188, 202), 420, 190)):
            canvas.blob(800, 660, wide, high, colour, 0.12)
        canvas.glow((620, 480, 1150, 720), (236, 244, 250), 120, 60)
    else:
        canvas.speckle((250, 380, 1350, 960), (196, 176, 134), 1500, 5)


def gas_hose(canvas: Canvas, rng: Random, wrong: bool) -> None:
    room(canvas, rng)
    pen = canvas.pen
    pen.rectangle((300, 0, 340, 330), fill=(206, 190, 96))
    pen.rectangle((276, 320, 364, 372), fill=(176, 158, 70))
    pen.rectangle((250, 335, 300, 357), fill=(196, 40, 36))
    canvas.cuboid(640, 830, 700, 90, 60, (52, 54, 58))
    for x in (820, 1180):
        pen.ellipse((x - 110, 690, x + 110, 740), fill=(30, 30, 32), outline=(116, 118, 122), width=10)
        pen.ellipse((x - 40, 704, x + 40, 726), fill=(150, 128, 74))
        pen.ellipse((x - 30, 768, x + 30, 822), fill=(196, 198, 202))
    path = [(320, 372), (316, 520), (380, 660), (520, 740), (650, 778)]
    if wrong:
        canvas.rope(path, (150, 78, 30), 34)
        for x, y in ((318, 500), (352, 622), (470, 716), (560, 752)):
            pen.line((x - 18, y - 4, x + 18, y + 6), fill=(82, 40, 16), width=6)
    else:
        canvas.rope(path, (178, 180, 182), 36)
        canvas.rope(path, (214, 216, 218), 12)
        for x, y in ((320, 386), (636, 772)):
            pen.rectangle((x - 26, y - 12, x + 26, y + 14), fill=(150, 134, 70))


def sockets(canvas: Canvas, rng: Random, wrong: bool) -> None:
    tile = room(canvas, rng)
    pen = canvas.pen
    pen.rounded_rectangle((350, 300, 500, 450), 14, fill=(246, 246, 242), outline=(190, 190, 186), width=5)
    for x in (400, 450):
        pen.rectangle((x - 6, 352, x + 6, 398), fill=(60, 60, 62))
    canvas.cuboid(560, 800, 720, 60, 50, (226, 208, 164) if wrong else (246, 246, 244))
    for n in range(6):
        pen.rectangle((600 + n * 112, 752, 660 + n * 112, 788), fill=(70, 66, 62))
    canvas.rope([(425, 400), (420, 560), (470, 720), (570, 770)], (224, 222, 214), 15)
    if wrong:
        for n, colour in enumerate([(30, 30, 32), (180, 40, 36), (236, 236, 232), (40, 62, 110), (30, 30, 32)]):
            x = 620 + n * 112
            pen.rounded_rectangle((x - 22, 690, x + 40, 770), 10, fill=colour)
            tangle = [(x + 8, 690), (x - 60 + n * 50, 560), (900 + n * 30, 620), (1150 - n * 110, 430), (1240 + n * 60, 240)]
            canvas.rope(tangle, shade(colour, 0.9), 13)
        canvas.glow((560, 640, 780, 830), (60, 34, 10), 120, 40)
    else:
        pen.rounded_rectangle((598, 690, 660, 770), 10, fill=(240, 240, 238))
        canvas.rope([(630, 690), (690, 560), (860, 480), (1010, 330)], (232, 232, 228), 13)
    canvas.cuboid(990, 330, 260, 210, 50, shade(tile, 0.72))


def grab_rail(canvas: Canvas, rng: Random, wrong: bool) -> None:
    room(canvas, rng)
    pen = canvas.pen
    canvas.shadow((560, 1000, 1160, 1140), 120, 30)
    pen.rounded_rectangle((640, 480, 1060, 790), 40, fill=(246, 246, 244), outline=(206, 206, 204), width=6)
    pen.ellipse((600, 740, 1100, 960), fill=(250, 250, 248), outline=(206, 206, 204), width=6)
    pen.ellipse((670, 780, 1030, 910), fill=(216, 226, 232))
    pen.polygon([(720, 940), (980, 940), (930, 1130), (770, 1130)], fill=(236, 236, 234))
    if wrong:
        canvas.blob(1290, 1090, 240, 66, (196, 214, 224), 0.2)
    else:
        for y in (520, 800):
            pen.ellipse((1205, y - 24, 1265, y + 36), fill=(176, 178, 182))
        canvas.rope([(1235, 525), (1290, 560), (1290, 770), (1235, 806)], (200, 202, 206), 30)
        canvas.cuboid(1130, 1160, 330, 14, 70, (92, 132, 116))


SCENES: dict[str, Callable] = {
    "飞线充电": flying_wire,
    "楼道堆物": clutter,
    "井盖缺损": manhole,
    "电动车上楼": scooter_indoors,
    "消防通道占用": fire_lane,
    "消防设施缺损": fire_box,
    "燃气软管阀门": gas_hose,
    "用电老化": sockets,
    "高空抛物坠物": loose_pots,
    "外墙脱落裂缝": crack,
    "路面破损": pothole,
    "积水结冰": water,
    "独居老人安全": grab_rail,
}
"""category -> its scene."""
