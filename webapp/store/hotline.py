"""The orders of the hotline, as rows."""

import json
from datetime import date

from sqlalchemy import Connection, select

from ..core.hotline import SOURCE
from .database import db, save
from .disputes import not_kept_from
from .lists import under_any
from .tables import EntryRow, FactRow

entry = EntryRow.__table__.c
COLUMNS = "hotline.columns"
"""The fact that says which column of the hotline's table means what."""


def orders(paths: list[str], username: str, first: date, last: date) -> list:
    """Those received from one day to another (both included) in these subtrees, the newest first; none of which this person is a party."""
    query = select(EntryRow.__table__).where(entry.source == SOURCE, entry.day.between(first, last), under_any(entry.path, paths), not_kept_from(username))
    return list(db.session.execute(query.order_by(entry.received_at.desc(), entry.id)))


def kept_columns() -> dict | None:
    """What intake.orders.asked() gave; None where nobody has said anything."""
    value = db.session.scalar(select(FactRow.value).where(FactRow.name == COLUMNS))
    return json.loads(value) if value else None


def keep_columns(connection: Connection, kept: dict) -> None:
    save(connection, FactRow, [{"name": COLUMNS, "value": json.dumps(kept, ensure_ascii=False)}])
