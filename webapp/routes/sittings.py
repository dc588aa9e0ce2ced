"""What the page of a dispute shows of 共享法庭: its sittings, the free slots, and what may be done about them."""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_login import current_user

from ..core import courts, rules
from ..core.entries import Entry, next_stage
from ..core.tasks import instant
from ..store import courts as store
from .access import now, today
from .targets import town

TONES = {"": "waiting", "agreed": "done", "confirmed": "done", "filed": "underway", "again": "underway"}
"""state of a sitting -> tone of its chip; the others are plain."""


def chip(state: str) -> tuple[str, str]:
    return _(courts.STATES[state]), TONES.get(state, "plain")


def panel(entry: Entry) -> dict:
    """`sittings` with their points, and as far as it is one's own: `free` [(point, [(day, [slot])])], `cancels`, `reports`."""
    points = {one.CourtPoint.id: one.CourtPoint for one in store.points([entry.path])}
    shown = [
        one | {"n": n, "at": instant(one["starts"]), "until": instant(one["ends"]), "where": points.get(one["point"]), "chip": chip(one["state"])}
        for n, one in enumerate(courts.sittings(entry), 1)
    ]
    coming = next((one for one in shown if not one["state"]), None)
    if coming:
        own = store.room(entry.id, coming["at"])
        coming |= {"own_room": bool(own), "link": own or (coming["where"].link if coming["where"] else "")}
    books = may(entry, "booked")
    return {
        "sittings": shown[::-1],
        "coming": coming,
        "books": books,
        "free": free(entry) if books else [],
        "cancels": coming is not None and may(entry, "unbooked"),
        "reports": coming is not None and coming["at"] <= now() and may(entry, "sat"),
        "points": bool(store.for_dispute(entry.path)),
    }


def may(entry: Entry, verb: str) -> bool:
    return next_stage(entry, verb) is not None and rules.may(current_user.who, verb, entry, today())


def free(entry: Entry) -> list:
    """The free slots of the points to which this dispute may be brought, by point and day."""
    calendar = town().calendar
    return [(one, found) for one in store.for_dispute(entry.path) if (found := by_day(store.free(one, now(), calendar)))]


def by_day(slots: list) -> list[tuple[date, list[datetime]]]:
    days: dict[date, list] = {}
    for start, _end in slots:
        days.setdefault(start.date(), []).append(start)
    return list(days.items())
