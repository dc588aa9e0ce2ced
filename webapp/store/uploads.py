"""A photo's way in: the picture onto the disk first, then its row."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from . import photos
from .database import keep_first, writing
from .tables import PhotoRow


def take(folder: Path, sha256: str, data: bytes, by: str, now: datetime) -> bool:
    """Keep a photo; False when its row was there already. Raises what photos.take raises."""
    picture = photos.take(folder, sha256, data)
    row = {"sha256": sha256, "at": now, "by": by, "width": picture.width, "height": picture.height, "bytes": picture.bytes}
    with writing() as connection:
        return keep_first(connection, PhotoRow, [row]) == 1


def known(connection: Connection) -> set[str]:
    """The hashes of all photos that ever arrived."""
    return set(connection.scalars(select(PhotoRow.sha256)))
