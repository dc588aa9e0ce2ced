"""近期要办: what is to come in the disputes whose file one may open: sittings at court points, and what agreements ask for."""

from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import courts, mediation, rules
from ..core.calendar import end_of, local_day
from ..core.entries import Entry
from ..core.tasks import instant
from ..store import disputes, lists
from . import record
from .access import now, posts, today, zone
from .words import day as day_words
from .words import moment

DAYS = timedelta(days=7)
"""So far ahead sittings are shown; what agreements ask for as core.mediation.SOON says."""


def lines(*, own: bool) -> list[dict]:
    """{title, number, words, chip, url} of each, the earliest first; without a party and without a word of the file."""
    paths = [post.path for post in posts("mediator", "secretary")]
    rows = disputes.ahead(paths, current_user.username, current_user.who.units(today()), own=own)
    found = [(when, card, line) for card in record.cards(rows) for when, line in _of(lists.folded(card["entry"]))]
    found.sort(key=lambda one: (one[0], one[1]["entry"].id))
    return [{"title": card["title"], "number": card["entry"].number} | line for _when, card, line in found]


def _of(entry: Entry) -> list[tuple[datetime, dict]]:
    if not rules.roles_for(current_user.who, entry, today()) & {"mediator", "secretary"}:
        return []
    found, sat = [], courts.coming(entry)
    if sat and local_day(instant(sat["starts"]), zone()) <= today() + DAYS:
        starts, words = instant(sat["starts"]), _("共享法庭 %(when)s", when=moment(instant(sat["starts"])))
        found.append((starts, {"words": words, "icon": "calendar", "chip": _sitting(sat), "url": _file(entry, "court")}))
    for item, until in mediation.owed(entry, today()):
        words = _("协议第 %(item)s 项,应在 %(day)s前履行", item=item, day=day_words(until))
        chip = (_("该履行了,已过期"), "overdue") if until < today() else (_("快到履行日期"), "waiting")
        found.append((end_of(until, zone()), {"words": words, "icon": "check", "chip": chip, "url": _file(entry, "file-agreement")}))
    return found


def _sitting(one: dict) -> tuple[str, str]:
    days = (local_day(instant(one["starts"]), zone()) - today()).days
    if instant(one["ends"]) <= now():
        return _("等写结果"), "overdue"
    return {0: _("今天"), 1: _("明天")}.get(days, _("%(count)s 天后", count=days)), "waiting" if days < 2 else "underway"


def _file(entry: Entry, part: str) -> str:
    return url_for("disputes.one", id=entry.id, _anchor=part)
