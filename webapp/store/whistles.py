"""The whistles that were blown in a period, from the records of tasks."""

from datetime import datetime

from sqlalchemy import case, or_, select

from ..core.tasks import WHISTLES, instant
from ..core.whistles import Whistle
from .database import db
from .disputes import not_kept_from
from .lists import under_any
from .tables import EntryRow, TaskRow

task = TaskRow.__table__.c
COLUMNS = [task[name] for name in Whistle.__slots__ if name != "held"]
HELD = case((EntryRow.stage == "suspended", EntryRow.road["suspended"]["at"].as_string()))


def blown(paths: list[str], units: set[str], username: str, since: datetime, until: datetime) -> list[Whistle]:
    """Those for units, blown from `since` to before `until`: of entries in these subtrees, or of these units anywhere. Newest first.

    Those of a dispute in which this person is a party are left out.
    """
    mine = or_(under_any(task.path, paths), task.unit.in_(units)) & not_kept_from(username)
    query = select(*COLUMNS, HELD).select_from(TaskRow).join(EntryRow, EntryRow.id == task.entry)
    query = query.where(task.whistle.in_(WHISTLES), task.unit != "", task.at >= since, task.at < until, mine)
    return [Whistle(*row, held=held and instant(held)) for *row, held in db.session.execute(query.order_by(task.at.desc(), task.entry, task.n))]


def entries(ids: set[str]) -> dict[str, EntryRow]:
    """The entries of these ids."""
    return {row.id: row for row in db.session.scalars(select(EntryRow).where(EntryRow.__table__.c.id.in_(ids)))}
