"""Pictures for the tests of photos, and a look at what became of them.

tests/data/small.heic is a drawing of ours, stored as a phone does: turned by its container, with EXIF, GPS and a serial number;
large.heic is a fade of ours, 6320 × 4740.
"""

import hashlib
import io
import os
import struct
import zlib
from pathlib import Path

from PIL import Image

from webapp.store import photos

HEIC = (Path(__file__).parent.parent / "data" / "small.heic").read_bytes()
LARGE_HEIC = (Path(__file__).parent.parent / "data" / "large.heic").read_bytes()
RED, BLUE = (220, 0, 0), (0, 0, 200)


def drawing(width=96, height=64, mode="RGB"):
    """A blue field with a red upper left quarter."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    return image.convert(mode)


def encoded(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tagged(orientation=1):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "PhoneMaker", orientation
    exif.get_ifd(0x8769)[0xA431] = "SERIAL-4711"
    exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 1.0, 2.0), 3: "E", 4: (107.0, 2.0, 3.0)})
    return exif


def named(data):
    return hashlib.sha256(data).hexdigest()


def take(folder, data):
    return photos.take(folder, named(data), data)


def kept(folder, data, thumb=False):
    """The stored file of an upload, opened."""
    take(folder, data)
    return Image.open(io.BytesIO(photos.path(folder, named(data), thumb).read_bytes()))


def looks(colour, expected, tolerance=12):
    return all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


def files(folder):
    return sorted(file for file in folder.rglob("*") if file.is_file())


def alive(pid):
    """Whether the process is one that opens pictures, and not gone or a zombie."""
    try:
        return b"pictures.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def darkrooms(pid=None):
    """The processes that open pictures for a server process."""
    lists = [listing.read_text() for listing in Path(f"/proc/{pid or os.getpid()}/task").glob("*/children")]
    return [int(child) for children in lists for child in children.split() if alive(child)]


def big_png(width=3850, height=3850):
    """A valid grey PNG that takes the better part of a second to open."""
    return png(width, height, depth=16)


def png(width, height, depth=1):
    def chunk(name, body):
        return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))

    pixels, row = zlib.compressobj(1), bytes(1 + width * depth // 8)
    body = b"".join(pixels.compress(row) for _ in range(height)) + pixels.flush()
    header = struct.pack("!IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
