"""老大难: what is on the board, and who may answer for a case."""

from datetime import date, datetime, timedelta

from sqlalchemy import Select, or_, select

from ..core.road import OPEN
from . import people
from .database import db
from .disputes import not_kept_from
from .lists import under_any
from .tables import EntryRow

entry = EntryRow.__table__.c
YEAR = timedelta(days=366)


def leads(path: str, day: date) -> list:
    """(username, name, role) of those whose post lets them answer for a case at `path`, the nearest first."""
    return people.leads(db.session.connection(), path, day)


def board(paths: list[str], of_disputes: list[str], username: str, state: str, now: datetime) -> Select:
    """The cases that were put on the board, in these subtrees, in others the disputes, and what this person answers for; the oldest first.

    Those that are kept from him are not among them. `state` is open, closed (化解, within a year), or lifted (摘牌).
    """
    at, lead, until = (entry.road[("stubborn", name)].as_string() for name in ("at", "lead", "until"))
    where = {
        "open": (entry.stage.in_(OPEN), at.is_not(None), until == ""),
        "closed": (entry.stage == "closed", entry.closed_at > now - YEAR, at.is_not(None)),
        "lifted": (entry.stage.in_(OPEN), at.is_not(None), until != ""),
    }[state]
    visible = or_(under_any(entry.path, paths), under_any(entry.path, of_disputes) & (entry.kind == "dispute"), lead == username)
    return select(EntryRow).where(*where, visible, not_kept_from(username)).order_by(at, entry.id)


def answers(username: str) -> Select:
    """What this person answers for that is open."""
    return select(EntryRow).where(entry.stage.in_(OPEN), entry.road[("stubborn", "lead")].as_string() == username)
