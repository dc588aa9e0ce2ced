"""What a phone exported because it could not be sent: heard through the same door as if the phone had sent it."""

import base64
import json
from functools import partial
from pathlib import Path

from ..core import rules
from ..core.actions import PROTO
from ..store import log, mail, people, photos, uploads
from ..store.database import db


class NotOurs(ValueError):
    """The file is no export of a phone."""


def take(file: Path, folder: Path, now, zone) -> tuple[list[log.Answer], list[str]]:
    """(the answer to each action, the photos that were not taken, each with its reason). A second time everything is `had`.

    The actions count as their author's: he may do by file what he might have done by phone, and no more. Raises NotOurs.
    """
    try:
        sent = json.loads(file.read_text("utf-8"))
        by, raws, pictures = sent["by"], list(sent["actions"]), list(sent["photos"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotOurs("不是手机导出的文件") from error
    if sent.get("proto") != PROTO or not isinstance(by, str) or not all(isinstance(one, dict) for one in pictures):
        raise NotOurs("不是手机导出的文件")
    refused = [f"{one.get('sha256', '?')[:12]}:{reason}" for one in pictures if (reason := _photo(one, folder, by, now))]
    allow = partial(rules.allow, people.who(db.session.connection(), by))
    return mail.post(mail.Letter(raws, by, allow, sent.get("device")), now, zone), refused


def _photo(one: dict, folder: Path, by: str, now) -> str | None:
    """Keep one photo of the file, or say why not."""
    try:
        uploads.take(folder, one["sha256"], base64.b64decode(one["base64"], validate=True), by, now)
    except (KeyError, TypeError, ValueError, photos.PhotoRefused) as error:
        return getattr(error, "message", None) or "照片损坏"
    return None
