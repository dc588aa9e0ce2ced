"""A photo's way in: the picture onto the disk first, then its row."""

from datetime import datetime
from pathlib import Path

from . import photos
from .database import writing
from .log import dialect_insert
from .tables import PhotoRow


def take(folder: Path, sha256: str, data: bytes, by: str, now: datetime) -> bool:
    """Keep a photo; False when its row was there already. Raises what photos.take raises."""
    picture = photos.take(folder, sha256, data)
    row = {"sha256": sha256, "at": now, "by": by, "width": picture.width, "height": picture.height, "bytes": picture.bytes}
    with writing() as connection:
        return connection.execute(dialect_insert(connection)(PhotoRow.__table__).on_conflict_do_nothing(), [row]).rowcount == 1
