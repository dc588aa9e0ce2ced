"""The ledgers of the lines: the same entries summed by category, by source, and by care tag."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import String, case, cast, func, select

from .database import db
from .lists import under
from .papers import tags
from .tables import Area, EntryRow, Household, TallyRow

tally, entry, home = TallyRow.__table__.c, EntryRow.__table__.c, Household.__table__.c

ENTERED = ("received", "visits", "deliveries", "patrols", "receptions", "contacts")
"""The counts that together are everything that was written down and neither withdrawn nor declined."""
COUNTED = entry.stage.not_in(["withdrawn", "declined"])


def entered(area: Area, first: date, last: date) -> dict[tuple[str, str], tuple[int, int, int]]:
    """{(kind, category): (entries, cases among them, closed cases)} of an area in the days `first` to `last`, both included."""
    everything = sum((tally[name] for name in ENTERED[1:]), tally[ENTERED[0]])
    query = select(tally.kind, tally.category, func.sum(everything), func.sum(tally.received), func.sum(tally.closed))
    query = query.where(tally.area == area.code, tally.day.between(first, last)).group_by(tally.kind, tally.category)
    return {(kind, category): tuple(numbers) for kind, category, *numbers in db.session.execute(query)}


def by_source(path: str, first: date, last: date) -> dict[str, tuple[int, int, int, int]]:
    """{source: (entries, cases among them, closed cases, different people who wrote them down)} of a subtree."""
    cases = func.sum(case((entry.case.is_(True), 1), else_=0))
    closed = func.sum(case((entry.case.is_(True) & entry.closed_days.is_not(None), 1), else_=0))
    query = select(entry.source, func.count(), cases, closed, func.count(entry.author.distinct()))
    query = query.where(under(entry.path, path), entry.day.between(first, last), COUNTED)
    return {source: tuple(numbers) for source, *numbers in db.session.execute(query.group_by(entry.source))}


def own(username: str, since: date) -> list[tuple[str, str, dict]]:
    """(kind, category, details) of what somebody recorded from a day on."""
    heard = datetime.combine(since, time(), UTC) - timedelta(days=1)  # the same more loosely, in the words of an index
    query = select(entry.kind, entry.category, entry.details).where(entry.received_at >= heard, entry.author == username, entry.day >= since)
    return [tuple(row) for row in db.session.execute(query.where(COUNTED))]


def care(path: str, first: date, last: date) -> dict[str, tuple[int, int, int]]:
    """{care tag: (visits, households visited, households)} of a subtree, by the tags of today."""
    visit = (entry.kind == "visit", under(entry.path, path), entry.day.between(first, last), COUNTED)
    query = select(home.tags, func.count()).join(Household, home.id == entry.household).where(*visit, home.moved_out.is_(None))
    query = query.select_from(EntryRow).where(cast(home.tags, String) != "[]").group_by(home.id, cast(home.tags, String))
    living = tags(path)
    times = {tag: [0, 0] for tag in living}
    for found, count in db.session.execute(query):
        for tag in found:
            one = times.setdefault(tag, [0, 0])
            one[0], one[1] = one[0] + count, one[1] + 1
    return {tag: (*numbers, living.get(tag, 0)) for tag, numbers in times.items()}
