"""Who is asking, and may he: the decorator of every view, and the way from a view to the log."""

import secrets
import uuid
from datetime import UTC, datetime
from functools import partial, wraps
from typing import NoReturn

from flask import abort, current_app, request
from flask_login import current_user

from ..core import calendar, rules
from ..core.actions import Refused
from ..store import log, mail, people
from ..store.database import writing


def now() -> datetime:
    """The server's clock; tests may give their own."""
    return current_app.config.get("CLOCK", lambda: datetime.now(UTC))()


def zone():
    return current_app.config["SETTINGS"].timezone


def today():
    """The local day in the town's zone."""
    return calendar.local_day(now(), zone())


def allowed(*roles: str):
    """A view for people who hold one of these roles today; with no role, for anybody signed in. A stranger is sent to sign in."""

    def named(view):
        @wraps(view)
        def checked(*args, **kwargs):
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()
            if roles and not posts(*roles):
                abort(404)
            return view(*args, **kwargs)

        checked.roles = roles or ("*",)
        return checked

    return named


def public(view):
    """A view that anybody may ask for."""
    view.roles = ("public",)
    return view


def posts(*roles: str) -> list[rules.Post]:
    """The posts that the signed-in person holds today, in these roles or in any."""
    day = today()
    return [post for post in current_user.who.posts if post.holds(post.path, day) and (not roles or post.role in roles)]


def new_id(now: datetime) -> str:
    """A UUID of version 7, as the phones make them: it begins with the time, so that new rows lie beside each other on the disk."""
    bits = int(now.timestamp() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=bits))


def act(verb: str, entry: str, *, seen: str | None = None, body: dict | None = None, photos=(), first=()) -> log.Answer:
    """Do something as the signed-in person through the log, as a phone would; with it the verbs of `first`, all or none. Raises Refused."""
    raws = []
    for one in (*first, verb):
        raw = {"id": new_id(now()), "entry": entry, "verb": one, "by": current_user.username, "at": now().isoformat(), "seen": seen, "body": {}}
        raws.append(raw)
        seen = raw["id"]
    raws[-1] |= {"body": body or {}, "photos": list(photos)}
    return _append(raws, current_user.username, partial(rules.allow, current_user.who))


def append_one(raw: dict, by: str, allow) -> log.Answer:
    """Put one action of the server's own making into the log. Raises Refused."""
    return _append([raw], by, allow)


def _append(raws: list[dict], by: str, allow) -> log.Answer:
    letter = mail.Letter(raws, by, allow, also=partial(_note_refusal, by, raws[-1], now()), whole=True)
    answer = mail.post(letter, now(), zone())[-1]
    if answer.answer == "refused":
        raise Refused(answer.reason, answer.message)
    return answer


def _note_refusal(by: str, raw: dict, heard, connection, answers: list[log.Answer]) -> None:
    if answers[-1].answer == "refused" and answers[-1].reason != "malformed":
        people.note_access(connection, by, "refused", heard, entry=raw["entry"], detail=f"{raw['verb']} {answers[-1].reason}")


def note(what: str, **about) -> None:
    """Log that the signed-in person looked at personal data."""
    with writing() as connection:
        people.note_access(connection, current_user.username, what, now(), **about)


def refuse(detail: str = "", **about) -> NoReturn:
    """What lies outside one's posts: the attempt is logged, and the answer is that of something that does not exist."""
    note("refused", detail=f"{request.method} {request.path} {detail}".rstrip(), **about)
    abort(404)


def check_views(app) -> None:
    """A view that names no post does not start."""
    for rule in app.url_map.iter_rules():
        if not getattr(app.view_functions[rule.endpoint], "roles", None):
            raise RuntimeError(f"{rule.endpoint} does not say who may ask for it")


def same_site() -> bool:
    """Is an unsafe request our own? Fetch metadata first, then Origin; neither means that no browser sent it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin == "null" and request.blueprint in {"link", "handed"}:  # sent by a no-referrer page; the right is in the path, not in a cookie
        return current_app.view_functions[request.endpoint].roles == ("public",)
    return origin is None or origin.split("://", 1)[-1] == request.host
