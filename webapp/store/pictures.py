"""One picture: bytes from outside in, a clean JPEG and its thumbnail out.

Run as a program this file is the child process of darkroom.py: it may be killed by its
limits at any moment, so it imports nothing of ours and touches no disk.
"""

import io
import json
import math
import resource
import struct
import sys
import time
import warnings
from typing import NamedTuple

import pi_heif
from PIL import Image, ImageCms, WebPImagePlugin  # noqa: F401  (a format without its plugin makes Pillow load them all)

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LONG_SIDE, THUMB_SIDE = 1600, 320
MOST_PIXELS = 40_000_000
MOST_WHOLE = 120_000_000  # bytes, by WEIGHTS: with it the child grows by less than 150 MB
MOST_MEMORY = 512 * 1024 * 1024
MOST_SECONDS = 10

# Pillow looks at the size when it has read the head of the file, and only warns at its limit.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
# One thread: each further one would cost 70 MB of the child's address space.
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

WEIGHTS = {"PNG": 8, "WEBP": 14, "HEIF": 4}
"""Bytes of memory for each pixel, as measured, of what can only be decoded whole; a JPEG is decoded small if it has one scan."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


N_ = str  # marks a source string for the catalogue; it is translated where it is shown


class PhotoRefused(Exception):
    """These bytes will never be kept; `message` says so to the worker."""

    message: str


class NotAPicture(PhotoRefused):
    message = N_("照片打不开,可能已损坏,请重拍一张。")


class TooManyPixels(NotAPicture):
    message = N_("照片尺寸太大(超过 4000 万像素),请调低相机的分辨率再拍。")


class TooHeavy(NotAPicture):
    message = N_("这张图片太大,服务器打不开这种格式,请存成普通的 JPEG 照片再传。")


class Prepared(NamedTuple):
    """Two JPEG files without metadata: the photo (long side ≤ 1600 px) and its thumbnail (≤ 320 px)."""

    photo: bytes
    thumb: bytes


def prepare(data: bytes) -> Prepared:
    """Verify, shrink, turn, flatten to sRGB and encode anew; NotAPicture, TooManyPixels or TooHeavy if that cannot be."""
    image = _shrunk(data)
    thumb = image.copy()
    # A gap of 1.1 box-averages down to about 400 px first: a third of the time, no visible loss.
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.BICUBIC, reducing_gap=1.1)
    return Prepared(_jpeg(image, 80), _jpeg(thumb, 75))


def _shrunk(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height * _weight(image, data) > MOST_WHOLE:
            raise TooHeavy(f"{image.format} {image.size}")
        fit = min(1, LONG_SIDE / max(image.size))
        # The fitted size: draft keeps both sides at least as long as asked, so the bounding box would save nothing.
        image.draft(None, (max(1, int(image.width * fit)), max(1, int(image.height * fit))))
        if image.format == "HEIF":
            turn, image = TURNS.get(_orientation(image)), _in_strips(data, image.info)
        else:
            image.load()
            turn = TURNS.get(_orientation(image))
        image = _scalable(image)
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.BICUBIC, reducing_gap=None)
        image = _flat(image)
        # Turned after shrinking: 2 megapixels to move, not 12.
        return image if turn is None else image.transpose(turn)
    except TooHeavy:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooManyPixels(str(error)) from error
    except Exception as error:  # a decoder may raise anything over bytes made to hurt it
        raise NotAPicture(f"{type(error).__name__}: {error}") from error


def _weight(image: Image.Image, data: bytes) -> float:
    """Bytes of memory for each pixel while it is opened; of a JPEG in several scans all coefficients are held, two bytes each."""
    if image.format in WEIGHTS:
        return WEIGHTS[image.format]
    if not image.info.get("progressive") and _colours_of_first_scan(data) == image.layers:
        return 0
    shares = [across * down for _, across, down, _ in image.layer]
    return 2 * sum(shares) / max(shares)


def _colours_of_first_scan(data: bytes) -> int:
    """How many components the first scan of a JPEG has; 0 if it is not found where it should be."""
    place = 2
    while data[place : place + 2] != b"\xff\xda":
        if place + 4 > len(data) or data[place] != 0xFF:
            return 0
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return data[place + 4]


def _in_strips(data: bytes, info: dict) -> Image.Image:
    """A HEIC picture, shrunk while it is taken over from its decoder: the whole is held once, not twice."""
    whole = pi_heif.open_heif(data)
    pixels, (width, height) = memoryview(whole.data), whole.size
    step = max(1, max(whole.size) // LONG_SIDE)
    small, rows = Image.new(whole.mode, (-(-width // step), -(-height // step))), 64 * step
    for top in range(0, height, rows):
        part = (width, min(rows, height - top))
        strip = Image.frombytes(whole.mode, part, pixels[top * whole.stride : (top + part[1]) * whole.stride], "raw", whole.mode, whole.stride)
        small.paste(strip.reduce(step), (0, top // step))
    small.info = info
    return small


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; broken EXIF does not make a broken picture."""
    try:
        return image.getexif().get(0x0112, 1)
    except (SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return 1


def _scalable(image: Image.Image) -> Image.Image:
    """The same picture in a mode that can be scaled smoothly."""
    if image.mode == "I;16":  # grey of sixteen bits, which convert() would clip
        return image.point(lambda value: value / 256, "L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _flat(image: Image.Image) -> Image.Image:
    """sRGB on white paper, with nothing left of the file's own information."""
    profile = image.info.get("icc_profile")
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    if profile:
        image = _srgb(image, profile)
    if image.mode != "RGB":
        image = image.convert("RGB")
    image.info = {}  # or the encoder would write the old comment
    return image


def _srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours as meant by the profile; a profile that does not fit the picture is ignored, as browsers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def serve(requests, answers) -> None:
    """Answer pictures until the server goes away.

    A request is four bytes of length and the picture; an answer is one line of JSON and,
    when it names sizes, the photo and the thumbnail.
    """
    while head := requests.read(4):
        data = requests.read(struct.unpack("!I", head)[0])
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + MOST_SECONDS, hard))
        try:
            made = prepare(data)
            answer, files = {"photo": len(made.photo), "thumb": len(made.thumb)}, made.photo + made.thumb
        except NotAPicture as refusal:
            answer, files = {"refused": type(refusal).__name__, "why": str(refusal)}, b""
        answers.write(json.dumps(answer).encode() + b"\n" + files)
        answers.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    serve(sys.stdin.buffer, sys.stdout.buffer)
