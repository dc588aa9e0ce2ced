"""What the posts of the 五包 chain look after: the open cases of their places."""

from sqlalchemy import Select, select

from ..core.road import OPEN
from ..core.rules import WATCHED
from .lists import under_any
from .tables import EntryRow

entry = EntryRow.__table__.c


def watched(paths: list[str]) -> Select:
    """The open cases in these subtrees that such a post is shown, the most urgent first."""
    where = (under_any(entry.path, paths), entry.case.is_(True), entry.kind.in_(WATCHED), entry.stage.in_(OPEN))
    return select(EntryRow).where(*where).order_by(entry.due_at.is_(None), entry.due_at, entry.received_at, entry.id)
