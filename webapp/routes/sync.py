"""The wire: actions in, receipts out; photos apart; changes back. docs/wire.md describes it for other clients."""

import json
import re
from contextlib import suppress
from functools import partial

import orjson
from flask import Blueprint, Response, abort, current_app, request, send_file, session
from flask_babel import gettext
from flask_login import current_user

from ..core import actions, rules
from ..core.actions import PROTO
from ..core.kinds.shape import N_
from ..store import feed, jobs, lists, log, mail, notices, people, photos, roster, uploads
from .access import allowed, note, now, posts, public, refuse, today, zone
from .jobs import holder
from .words import told

bp = Blueprint("sync", __name__)

MOST_BYTES, MOST_ACTIONS, MOST_PHOTO_BYTES = 1_000_000, 500, 8_000_000
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def envelope(**values):
    """JSON that a client can tell from a stranger's."""
    return Response(orjson.dumps({"proto": PROTO, **values}), mimetype="application/json")


def stop(status: int, reason: str, message: str):
    """End the request with a stated reason in our own envelope; the message is a source string."""
    response = envelope(reason=reason, message=gettext(message))
    response.status_code = status
    abort(response)


@bp.get("/healthz")
@public
def healthz():
    return envelope(ok=True, build=current_app.config["BUILD"])


@bp.get("/me")
@allowed()
def me():
    """Who is signed in, with today's posts, the grids whose rosters and feeds the phone keeps, and how many notices are new and tasks open."""
    session.modified = True  # whoever syncs stays signed in
    held = posts()
    names = lists.names_of({post.area for post in held})
    mine = [{"role": post.role, "area": post.area, "area_name": names[post.area]} for post in held]
    kept = {"scopes": roster.scopes(posts(*rules.FIELD_ROLES)), "notices": notices.unseen(current_user.username), "jobs": jobs.open_count(*holder())}
    return envelope(username=current_user.username, name=current_user.name, posts=mine, **kept)


@bp.post("/sync")
@allowed()
def sync():
    """Hear a batch of actions; answer for each by id."""
    batch = _envelope()
    who, heard = current_user.who, now()
    also = partial(_also, batch, who.username, heard, request.headers.get("User-Agent", ""))
    answers = mail.post(mail.Letter(batch["actions"], who.username, partial(rules.allow, who), batch["device"], also), heard, zone())
    return envelope(epoch=feed.epoch(), server_time=heard.isoformat(), answers=[as_sent(answer) for answer in answers])


def _also(batch: dict, name: str, heard, agent: str, connection, answers: list[log.Answer]) -> None:
    """In the same transaction: when this phone was in touch, and what it was refused. May run in another request's thread."""
    unsent = batch.get("unsent")
    unsent = unsent if isinstance(unsent, int) and 0 <= unsent < 1_000_000 else 0
    sent = any(answer.answer == "kept" for answer in answers)
    people.heard_from(connection, batch["device"], name, heard, unsent, actions.inert(str(batch.get("version", ""))), agent, sent)
    for raw, answer in zip(batch["actions"], answers, strict=True):
        if answer.reason in {"forbidden", "not_yours", "no_entry", "self_approval"}:
            people.note_access(connection, name, "refused", heard, detail=f"{raw.get('verb')} {answer.reason} {answer.id}")


def as_sent(answer: log.Answer) -> dict:
    """An answer as it goes over the wire, its message in the reader's language."""
    sent = {name: getattr(answer, name) for name in ("id", "answer", "receipt", "number", "reason", "message", "missing")}
    return sent | {"message": told(answer.reason, answer.message)}


def _envelope() -> dict:
    """The batch in the request's body, if it is one; else the request ends here."""
    _length(MOST_BYTES, N_("一次上传的内容太大"))
    data = request.get_data()
    if len(data) != request.content_length:
        stop(400, "truncated", N_("内容没有收全"))
    try:
        batch = _parsed(data)
    except (ValueError, RecursionError):
        stop(400, "not_json", N_("内容不是有效的 JSON"))
    fits = isinstance(batch, dict) and batch.get("proto") == PROTO and isinstance(batch.get("actions"), list)
    if not fits or not isinstance(batch.get("device"), str) or not UUID.fullmatch(batch["device"]):
        stop(400, "not_ours", N_("不是网格本的上传格式"))
    if len(batch["actions"]) > MOST_ACTIONS:
        stop(413, "too_many", N_("一次最多上传 500 条"))
    if not batch["actions"] and "unsent" not in batch:
        stop(400, "nothing", N_("没有要上传的内容"))
    return batch


def _length(most: int, message: str) -> None:
    """A body says how long it is, or nobody could tell whether all of it arrived."""
    if request.content_length is None:
        stop(400, "truncated", N_("内容没有收全"))
    if request.content_length > most:
        stop(413, "too_large", message)


def _parsed(data: bytes):
    """The JSON value in a body. What would not be written again just so is read with care: no key may stand twice, no number be none."""
    with suppress(ValueError, TypeError):
        value = orjson.loads(data)
        if orjson.dumps(value) == data:
            return value
    return json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)


def _once(pairs: list) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str):
    raise ValueError(name)


@bp.put("/photos/<sha256>")
@allowed()
def keep_photo(sha256):
    """Take a photo's bytes; answer when they are safe."""
    _length(MOST_PHOTO_BYTES, N_("照片太大"))
    fresh = _take(sha256, request.get_data(), current_user.username)
    return envelope(sha256=sha256, receipt=f"photo:{sha256}"), 201 if fresh else 200


def _take(sha256: str, data: bytes, by: str) -> bool:
    try:
        return uploads.take(current_app.config["SETTINGS"].photos, sha256, data, by, now())
    except photos.WrongHash as error:
        stop(422, "wrong_hash", error.message)
    except photos.TooLarge as error:
        stop(413, "too_large", error.message)
    except photos.NotAPicture as error:
        stop(415, "not_a_picture", error.message)
    except photos.NotNow as error:
        stop(503, "not_now", error.message)


@bp.get("/photos/<sha256>")
@bp.get("/photos/<sha256>/<any(thumb):size>")
@allowed()
def photo(sha256, size=None):
    """A photo, for those who may see an entry that shows it. To all others it does not exist."""
    shown = lists.entries_with_photo(sha256)
    mine = [
        row for row in shown if rules.reads(current_user.who, lists.folded(row), today())
    ]
    if not mine:
        refuse()
    if not lists.photos_here({sha256}):
        abort(404)
    response = send_photo(sha256, size == "thumb")
    if size is None:
        note("opened", entry=mine[0].id, detail=f"photo {sha256[:12]}")
    return response


def send_photo(sha256: str, thumb: bool) -> Response:
    """The stored picture, in a form that no browser takes for a page."""
    path = photos.path(current_app.config["SETTINGS"].photos, sha256, thumb)
    if not path.exists():
        abort(404)
    response = send_file(path, max_age=86400, conditional=True)
    response.headers["Cache-Control"] = "private, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = f'inline; filename="{sha256[:12]}{path.suffix}"'
    return response


@bp.get("/roster/<scope>")
@allowed(*rules.FIELD_ROLES)
def grid_roster(scope):
    """The households of one grid, for the phone to keep. Telephones are masked; asking for it is logged."""
    area = _own_scope(scope)
    note("roster", detail=scope)
    return envelope(**roster.of(area, today(), posts(*rules.FIELD_ROLES)))


@bp.post("/households/<id>/telephone")
@allowed("worker", "secretary")
def reveal(id):
    """The whole telephone number of one household in one's own area; every look is logged."""
    found = lists.household(id)
    if found is None or not any(found.path.startswith(post.path) for post in posts("worker", "secretary")):
        refuse(household=id[:80])
    note("revealed", household=id, detail="telephone")
    return envelope(telephone=found.Household.telephone or "")


@bp.get("/sync/changes")
@allowed(*rules.FIELD_ROLES)
def changes():
    """The changes of one of the phone's own scopes after a cursor that this server gave out."""
    scope, cursor = request.args.get("scope", ""), request.args.get("after", "0")
    _own_scope(scope)
    if not re.fullmatch("[0-9]{1,15}", cursor) or not feed.knows(scope, int(cursor), request.args.get("hash", "")):
        return envelope(epoch=feed.epoch(), cursor_unknown=True)
    page = feed.changes(scope, int(cursor))
    rows = roster.rows(page.changes, current_user.who, today())
    if rows:
        note("pulled", detail=f"{scope} {len(rows)}")
    seen = {"after": page.seq, "hash": page.hash or request.args.get("hash", "")}
    return envelope(epoch=feed.epoch(), scope=scope, rows=rows, next=seen, more=page.more, server_time=now().isoformat())


def _own_scope(scope: str):
    """The area of a scope, if one of today's posts covers it, or lies in it as that of a micro-grid does."""
    area, held = lists.area_by_code(scope), posts(*rules.FIELD_ROLES)
    covered = area and any(area.path.startswith(post.path) for post in held)
    if not covered and not any(own.scope == scope for own in lists.areas_by_code({post.area for post in held})):
        refuse(f"scope={scope[:80]}")
    return area
