"""Photo files by the SHA-256 of what the phone sent: folder/ab/cd/<sha256>.jpg and .thumb.jpg.

The name is the hash of the uploaded bytes; the file is the clean picture made from them.
Its row in the database is kept elsewhere.
"""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from webapp.store import darkroom
from webapp.store.darkroom import NotNow
from webapp.store.pictures import N_, PhotoRefused
from webapp.store.pictures import NotAPicture as NotAPicture
from webapp.store.pictures import TooHeavy as TooHeavy
from webapp.store.pictures import TooManyPixels as TooManyPixels

MOST_BYTES = 8_000_000
TYPE = "image/jpeg"  # of both files


class WrongHash(PhotoRefused):
    message = N_("照片在传输中损坏,请重新上传。")


class TooLarge(PhotoRefused):
    message = N_("照片超过 8 MB,请缩小后再传。")


@dataclass(frozen=True)
class Picture:
    """A photo as it lies on the disk: pixels, and bytes of the photo and of its thumbnail."""

    sha256: str
    width: int
    height: int
    bytes: int
    thumb_bytes: int


def take(folder: Path, sha256: str, data: bytes) -> Picture:
    """Keep the picture in `data`, clean and durable, before returning; the same again is harmless.

    Raises TooLarge (above 8 MB), WrongHash, NotAPicture (TooManyPixels above 40 megapixels, TooHeavy where its
    format would need too much memory), and NotNow when the disk or the machine, not the photo, is at fault.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(len(data))
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WrongHash(sha256)
    photo, thumb = path(folder, sha256), path(folder, sha256, thumb=True)
    made = None if here(folder, sha256) else darkroom.prepare(data)
    try:
        if made:
            photo.parent.mkdir(parents=True, exist_ok=True)
            _write(thumb, made.thumb)
            _write(photo, made.photo)
        # Also when nothing was written: the one who wrote may have died before this.
        for directory in (photo.parent, photo.parent.parent, folder):
            _sync(directory)
        with Image.open(photo) as image:
            width, height = image.size
        return Picture(sha256, width, height, photo.stat().st_size, thumb.stat().st_size)
    except OSError as error:
        raise NotNow(str(error)) from error


def path(folder: Path, sha256: str, thumb: bool = False) -> Path:
    """Where the photo lies or would lie; ValueError unless `sha256` is 64 lowercase hex digits."""
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256 in lowercase hex")
    return folder / sha256[:2] / sha256[2:4] / f"{sha256}{'.thumb' if thumb else ''}.jpg"


def here(folder: Path, sha256: str) -> bool:
    """Whether photo and thumbnail are both kept."""
    return path(folder, sha256).is_file() and path(folder, sha256, thumb=True).is_file()


def orphans(folder: Path, known: set[str]) -> tuple[list[Path], list[str]]:
    """Files that no known photo owns (also what a killed write left), and known photos whose files are missing."""
    owned = {path(folder, sha256, thumb) for sha256 in known for thumb in (False, True)}
    files = {file for file in folder.rglob("*") if file.is_file()}
    return sorted(files - owned), sorted(sha256 for sha256 in known if not here(folder, sha256))


def _write(target: Path, data: bytes) -> None:
    """The whole file under its name, or nothing."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise


def _sync(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
