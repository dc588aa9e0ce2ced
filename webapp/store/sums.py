"""Figures: sums of the tallies, the entries behind them, and the proof that both agree with the log."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, and_, delete, func, select

from ..core import tallies
from ..core.actions import Refused
from ..core.entries import fold
from ..core.road import LEVELS, WAYS
from ..core.tallies import Figures
from . import sittings
from .database import db, keep_first, save
from .lists import folded, under
from .rows import add, add_tallies, entry_row, hashed, read_log, task_rows
from .tables import ActionRow, Area, ChangeRow, EntryPhotoRow, EntryRow, Household, ScopeRow, SittingRow, TallyRow, TaskRow

tally, entry, task = TallyRow.__table__.c, EntryRow.__table__.c, TaskRow.__table__.c
RECORDS = {"patrols": "patrol", "receptions": "reception", "received_people": "reception", "contacts": "contact"}
MARKS = {"followed": "follow_ups", "extended": "extensions", "suspended": "suspended", "supervised": "supervised", "raised": "raised"}
"""measure -> what the road of its entries holds."""
MATURE = ("received", "closed_day1", "closed_day2", "closed_day3")


def figures(
    area: Area, first: date, last: date, today: date, by: str | None = None, *, kind=None, category=None, codes=None
) -> dict[str, Figures]:
    """{line: Figures} of an area for the days `first` to `last`, both included, as of `today`.

    `by` is None (one line, ""), "kind", "category" or "area" (a line for each of `codes`).
    """
    where = [tally.day.between(first, last), tally.area.in_(codes) if by == "area" else tally.area == area.code]
    where += [column == value for column, value in ((tally.kind, kind), (tally.category, category)) if value is not None]
    lines = defaultdict(dict)
    mature = tally.day <= tallies.last_mature_day(today)
    names = [name for name in tallies.COUNTS if name not in MATURE]
    sums = [func.sum(tally[name]).label(name) for name in (*names, "received")]
    sums += [func.sum(tally[name]).filter(mature).label(f"mature_{name}") for name in MATURE]
    line = tally[by] if by else func.max("")
    query = select(line.label("line"), *sums).where(*where)
    for row in db.session.execute(query.group_by(tally[by]) if by else query):
        counts = {name: getattr(row, name) or 0 for name in (*names, "received")}
        counts |= {name: getattr(row, f"mature_{name}") or 0 for name in MATURE[1:]}
        lines[row.line or ""] = counts | {"mature": row.mature_received or 0}
    for name, count in _households_visited(area, first, last, by, kind=kind, category=category, codes=codes):
        lines[name]["households_visited"] = count
    return {name: Figures(**counts) for name, counts in lines.items()} or ({} if by else {"": Figures()})


def _households_visited(area, first, last, by, *, kind, category, codes) -> Iterator[tuple[str, int]]:
    """How many different households were visited: not additive, so it is counted from the entries."""
    if kind not in (None, "visit"):
        return
    where = [entry.kind == "visit", entry.day.between(first, last), entry.stage.not_in(["withdrawn", "declined"])]
    if category is not None:
        where.append(entry.category == category)
    where.append(under(entry.path, area.path))
    if by == "area":
        seen = db.session.execute(select(entry.path, entry.household).where(*where, entry.household.is_not(None)).distinct()).all()
        visited = {code: set() for code in codes}
        for path, household in seen:
            for code in visited.keys() & set(path.split("/")):
                visited[code].add(household)
        yield from ((code, len(households)) for code, households in visited.items())
        return
    count = func.count(entry.household.distinct())
    if by:
        yield from db.session.execute(select(entry[by], count).where(*where).group_by(entry[by])).all()
    else:
        yield "", db.session.scalar(select(count).where(*where))


def behind(area: Area, first: date, last: date, today: date, measure: str, *, kind=None, category=None, unit=None):
    """The SELECT of the entries that a figure counts: `measure` is a name of Figures; of a unit, those that it led last."""
    where = [under(entry.path, area.path), entry.day.between(first, last), *_conditions(today)[measure]]
    where += [column == value for column, value in ((entry.kind, kind), (entry.category, category)) if value is not None]
    where += [entry.id.in_(select(task.entry).where(_led_last(), task.unit == unit))] if unit is not None else []
    return select(EntryRow).where(*where)


BY_UNIT = ("received", "closed", "with_deadline", "closed_on_time", "mature", "closed_day1", "closed_day2", "closed_day3")


def by_unit(area: Area, first: date, last: date, today: date, *, kind=None) -> dict[str, Figures]:
    """{unit: Figures}, of which BY_UNIT are counted: from the cases themselves, each for the unit that led it last."""
    condition = _conditions(today)
    counts = [func.count().filter(and_(*condition[name])).label(name) for name in BY_UNIT]
    where = [under(entry.path, area.path), entry.day.between(first, last), *condition["received"], *([entry.kind == kind] if kind else [])]
    query = select(task.unit, *counts).join(EntryRow.__table__, entry.id == task.entry).where(_led_last(), task.unit != "", *where)
    rows = db.session.execute(query.group_by(task.unit)).mappings()
    return {row["unit"]: Figures(**{name: row[name] for name in BY_UNIT}) for row in rows}


def _led_last():
    """Is this the last leading task of its case, and not handed back?"""
    later = TaskRow.__table__.alias().c
    leads = ("handle", "mediate")
    again = select(later.n).where(later.entry == task.entry, later.n > task.n, later.what.in_(leads)).exists()
    return and_(task.what.in_(leads), task.end != "handed_back", ~again)


def _conditions(today: date) -> dict[str, list]:
    """measure -> what an entry that it counts fulfils."""
    condition = {
        "received": [entry.case.is_(True), entry.stage.not_in(["withdrawn", "declined"])],
        "withdrawn": [entry.case.is_(True), entry.stage == "withdrawn"],
        "declined": [entry.case.is_(True), entry.stage == "declined"],
        "visits": [entry.kind == "visit", entry.stage.not_in(["withdrawn", "declined"])],
        "deliveries": [entry.kind == "delivery", entry.case.is_(False), entry.stage.not_in(["withdrawn", "declined"])],
    }
    condition["entered"] = [entry.stage.not_in(["withdrawn", "declined"])]
    condition["closed"] = [*condition["received"], entry.closed_days.is_not(None)]
    condition["open"] = [*condition["received"], entry.closed_days.is_(None)]
    condition["with_deadline"] = [*condition["received"], entry.due_at.is_not(None)]
    condition["closed_on_time"] = [*condition["closed"], entry.closed_at <= entry.due_at]
    condition["mature"] = [*condition["received"], entry.day <= tallies.last_mature_day(today)]
    for days in (1, 2, 3):
        condition[f"closed_day{days}"] = [*condition["mature"], entry.closed_days <= days]
    condition |= {name: [entry.kind == kind, entry.stage.not_in(["withdrawn", "declined"])] for name, kind in RECORDS.items()}
    condition |= {way: [*condition["closed"], entry.way == way] for way in WAYS}
    condition |= {f"closed_{level}": [*condition["closed"], entry.level == level] for level in LEVELS}
    condition["closed_within"] = [*condition["closed"], entry.level.in_(["grid", "community"])]
    condition |= {name: [*condition["received"], entry.road[key].as_string().is_not(None)] for name, key in MARKS.items()}
    condition["closed_followed"] = [*condition["closed"], entry.road["follow_ups"].as_string().is_not(None)]
    condition["solved"] = [*condition["followed"], entry.road["solved"].as_boolean()]
    condition["rated"] = [*condition["received"], entry.rating.is_not(None)]
    condition["satisfied"] = [*condition["received"], entry.rating.in_(["satisfied", "fair"])]
    condition["reworked"] = [*condition["received"], (entry.reopened > 0) | entry.road["reworks"].as_string().is_not(None)]
    condition["households_visited"] = [*condition["visits"], entry.household.is_not(None)]
    return condition


def counted(codes: list[str], first: date, last: date) -> set[str]:
    """Those of these areas that have figures in the days `first` to `last`, both included."""
    return set(db.session.scalars(select(tally.area).where(tally.area.in_(codes), tally.day.between(first, last)).distinct())) if codes else set()


def received_by(codes: list[str], first: date, last: date, kind: str | None = None) -> dict[tuple[str, str, str], int]:
    """{(area, kind, category): cases received} for each of `codes`, in the days `first` to `last`, both included."""
    where = [tally.area.in_(codes), tally.day.between(first, last), *([tally.kind == kind] if kind else [])]
    lines = (tally.area, tally.kind, tally.category)
    query = select(*lines, func.sum(tally.received)).where(*where).group_by(*lines)
    return {tuple(line): received for *line, received in db.session.execute(query) if received}


def households(area: Area, codes: Iterable[str]) -> dict[str, int]:
    """{code: households that live there} for the area and each of `codes` below it; whoever has moved out is not counted."""
    place, home = Area.__table__.c, Household.__table__.c
    query = select(place.path, func.count()).join(Household.__table__, home.area_code == place.code)
    doors = db.session.execute(query.where(under(place.path, area.path), home.moved_out.is_(None)).group_by(place.path)).all()
    found = dict.fromkeys([area.code, *codes], 0)
    for path, count in doors:
        for code in found.keys() & set(path.split("/")):
            found[code] += count
    return found


# --- proof and repair


def _histories(connection: Connection) -> Iterator[tuple[str, list]]:
    """(entry, its (seq, Action) pairs in the order heard), from the log."""
    for id, lines in groupby(read_log(connection), lambda line: line[0].entry):
        yield id, [(row.seq, action) for row, action in lines]


def _side_by_side(connection: Connection) -> Iterator[tuple]:
    """(entry, its actions or None, its row or None), by entry: both sides are read in that order, so neither is held in memory."""
    query = select(EntryRow.__table__).order_by(entry.id)
    rows = iter(connection.execute(query, execution_options={"yield_per": 1000}))
    row = next(rows, None)
    for id, actions in _histories(connection):
        while row is not None and row.id < id:
            yield row.id, None, row
            row = next(rows, None)
        here = row if row is not None and row.id == id else None
        yield id, actions, here
        row = next(rows, None) if here is not None else row
    while row is not None:
        yield row.id, None, row
        row = next(rows, None)


def check(connection: Connection) -> Iterator[str]:
    """Every difference between what is stored and what the log says, in words. Nothing yielded means that all agree."""
    sums = defaultdict(lambda: tallies.NOTHING)
    for id, actions, row in _side_by_side(connection):
        if actions is None:
            yield f"entry {id}: stored, but not in the log"
            continue
        try:
            folded = fold(actions)
        except (Refused, KeyError, TypeError, ValueError) as error:
            yield f"entry {id}: its actions cannot be folded: {error!r}"
            continue
        add(sums, folded, 1)
        if row is None:
            yield f"entry {id}: in the log, but not stored"
            continue
        for name, value in entry_row(folded).items():
            if getattr(row, name) != value:
                yield f"entry {id}: {name} is {getattr(row, name)!r}, the log says {value!r}"
    for row in connection.execute(select(TallyRow.__table__)):
        where = (row.area, row.day, row.kind, row.category)
        kept, due = tallies.Tally(*(getattr(row, name) for name in tallies.COUNTS)), sums.pop(where, tallies.NOTHING)
        if kept != due:
            yield f"tally {where}: {kept}, the log says {due}"
    yield from (f"tally {where}: missing, the log says {due}" for where, due in sums.items() if due)
    yield from _check_rows(connection, "task", TaskRow, task_rows)
    yield from _check_rows(connection, "sitting", SittingRow, sittings.rows)
    yield from _check_photos(connection)
    yield from _check_feeds(connection)


def _check_rows(connection: Connection, name: str, kept, rows_of) -> Iterator[str]:
    """The rows of tasks or sittings beside the entries that hold them: both were made by the fold."""
    road, table = EntryRow.__table__.c, kept.__table__
    stored = {(row.entry, row.n): dict(row._mapping) for row in connection.execute(select(table))}
    for row in connection.execute(select(EntryRow.__table__).where(road.id.in_(select(table.c.entry)) | (road.road != {}))):
        for due in rows_of(folded(row)):
            if stored.pop((due["entry"], due["n"]), None) != due:
                yield f"{name} {due['entry']} {due['n']}: stored otherwise than the log says"
    yield from (f"{name} {entry} {n}: stored, but not in the log" for entry, n in stored)


def _shown(connection: Connection) -> set[tuple[str, str]]:
    """(photo, entry) of every photo that an action ever named."""
    action = ActionRow.__table__.c
    return {(sha, entry) for entry, photos in connection.execute(select(action.entry, action.photos)) for sha in photos}


def _check_photos(connection: Connection) -> Iterator[str]:
    shown = _shown(connection)
    stored = {(row.sha256, row.entry) for row in connection.execute(select(EntryPhotoRow.__table__))}
    yield from (f"photo {sha} of entry {entry}: the log does not name it" for sha, entry in stored - shown)
    yield from (f"photo {sha} of entry {entry}: only the log names it" for sha, entry in shown - stored)


def _check_feeds(connection: Connection) -> Iterator[str]:
    change, action = ChangeRow.__table__.c, ActionRow.__table__.c
    said = {row.id: row for row in connection.execute(select(action.id, action.hash, action.entry, action.verb, action.by))}
    heads: dict[str, tuple[int, str]] = {}
    for row in connection.execute(select(ChangeRow.__table__).order_by(change.scope, change.seq)):
        seq, hash = heads.get(row.scope, (0, ""))
        if row.seq != seq + 1:
            yield f"feed {row.scope}: {row.seq} follows {seq}"
        about = said.get(row.action)
        if about is None or about.entry != row.entry or row.hash != hashed(hash, about):
            yield f"feed {row.scope}:{row.seq}: it does not fit the log"
        heads[row.scope] = (row.seq, row.hash)
    for row in connection.execute(select(ScopeRow.__table__).where(ScopeRow.code != "")):
        if heads.pop(row.code, (0, "")) != (row.seq, row.hash):
            yield f"feed {row.code}: its counter says {row.seq}"
    yield from (f"feed {scope}: has no counter" for scope in heads)
    receipts = select(action.id).outerjoin(
        ChangeRow.__table__, (change.scope == action.scope) & (change.seq == action.scope_seq) & (change.action == action.id)
    )
    yield from (f"action {id}: its receipt is not in the feed" for id in connection.scalars(receipts.where(change.seq.is_(None))))
    last = connection.scalar(select(func.max(action.seq))) or 0
    counter = connection.scalar(select(ScopeRow.seq).where(ScopeRow.code == "")) or 0
    if not last == counter == len(said):
        yield f"log: {len(said)} actions, the last is number {last}, the counter says {counter}"


def rebuild(connection: Connection) -> int:
    """Make entries, tallies and what photos show anew from the log; gives the number of entries."""
    for table in (EntryRow, TallyRow, TaskRow, SittingRow, EntryPhotoRow):
        connection.execute(delete(table))
    sums, rows, number = defaultdict(lambda: tallies.NOTHING), [], 0
    for _, actions in _histories(connection):
        one = fold(actions)
        add(sums, one, 1)
        rows.append(entry_row(one))
        number += 1
        if len(rows) == 1000:
            save(connection, EntryRow, rows)
            rows = []
        if due := task_rows(one):
            save(connection, TaskRow, due)
        sittings.keep(connection, [one])
    if rows:
        save(connection, EntryRow, rows)
    add_tallies(connection, sums)
    if shown := _shown(connection):
        keep_first(connection, EntryPhotoRow, [{"sha256": sha, "entry": entry} for sha, entry in shown])
    return number
