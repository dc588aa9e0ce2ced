"""The photos that a form brings: kept as every photo is, before it is said what they belong to."""

import hashlib

from flask import current_app, request
from flask_babel import gettext as _
from flask_login import current_user

from ..store import photos, uploads
from ..store.darkroom import NotNow
from .access import now

MOST = 9


def sent() -> tuple[list[str], str]:
    """(the SHA-256s of the form's photos, ""), all kept in the name of the signed-in person; or ([], what is wrong with them)."""
    found = files(MOST + 1)
    if len(found) > MOST:
        return [], _("最多 %(count)s 张照片", count=MOST)
    faults = take(found, current_user.username)
    return ([], faults[0][1]) if faults else (hashes(found), "")


def files(most: int | None = None) -> list[bytes]:
    """As they came, the first `most` or all; of each at most one byte more than may be."""
    sent = [file for file in request.files.getlist("photo") if file.filename]
    return [file.read(photos.MOST_BYTES + 1) for file in sent[:most]]


def hashes(found: list[bytes]) -> list[str]:
    """The SHA-256 of each, once."""
    return list(dict.fromkeys(hashlib.sha256(data).hexdigest() for data in found))


def take(found: list[bytes], by: str) -> list[tuple[str, str]]:
    """Keep them; (field, what is wrong) of the first that cannot be."""
    for place, data in enumerate(found, 1):
        try:
            uploads.take(current_app.config["SETTINGS"].photos, hashlib.sha256(data).hexdigest(), data, by, now())
        except (photos.PhotoRefused, NotNow) as error:
            why = _(error.message)
            return [("photo", _("第 %(place)s 张照片:%(why)s", place=place, why=why) if len(found) > 1 else why)]
    return []
