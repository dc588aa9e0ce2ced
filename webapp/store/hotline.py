"""The orders of the hotline, as rows."""

from datetime import date

from sqlalchemy import select

from ..core.hotline import SOURCE
from .database import db
from .disputes import not_kept_from
from .lists import under_any
from .tables import EntryRow

entry = EntryRow.__table__.c


def orders(paths: list[str], username: str, first: date, last: date) -> list:
    """Those received from one day to another (both included) in these subtrees, the newest first; none of which this person is a party."""
    query = select(EntryRow.__table__).where(entry.source == SOURCE, entry.day.between(first, last), under_any(entry.path, paths), not_kept_from(username))
    return list(db.session.execute(query.order_by(entry.received_at.desc(), entry.id)))
