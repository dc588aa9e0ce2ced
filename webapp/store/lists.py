"""Every SELECT that a page needs, one named function each."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, String, cast, false, func, or_, select, union

from ..core import lines
from ..core.entries import Entry
from ..core.road import IN_HAND, OPEN, PAUSED
from ..core.rules import DOES, REPORTS
from .database import db
from .places import LOWER
from .rows import read_log
from .tables import (
    ActionRow,
    Area,
    Category,
    ContactRow,
    Device,
    EntryPhotoRow,
    EntryRow,
    Household,
    LinkRow,
    Person,
    PhotoRow,
    Post,
    TaskRow,
)

entry, area, home = EntryRow.__table__.c, Area.__table__.c, Household.__table__.c


def under(column, path: str):
    """The rows at `path` or below it: a range on the path's text, which an index answers."""
    return (column >= path) & (column < path[:-1] + "0")  # "0" follows "/"


def under_any(column, paths: list[str]):
    return or_(False, *(under(column, path) for path in paths))


def folded(row) -> Entry:
    """A row of the entry table (or one that holds all its columns) as the fold's Entry."""
    return Entry(**{name: getattr(row, name) for name in Entry.__slots__})


# --- areas


def area_by_code(code: str) -> Area | None:
    return db.session.get(Area, code)


def areas_by_code(codes: set[str]) -> list[Area]:
    """These areas, by path."""
    return list(db.session.scalars(select(Area).where(area.code.in_(codes)).order_by(area.path)))


def areas_above(path: str) -> list[Area]:
    """The area at `path` and everything above it, root first."""
    codes = path.rstrip("/").split("/")
    found = {row.code: row for row in db.session.scalars(select(Area).where(area.code.in_(codes)))}
    return [found[code] for code in codes if code in found]


HERE = area.ends.is_(None)
"""An area that is there today: a re-grid has not closed it."""


def areas_below(code: str) -> list[Area]:
    """The direct children of an area that are there today, by code."""
    return list(db.session.scalars(select(Area).where(area.parent_code == code, HERE).order_by(area.code)))


def areas_ever_below(code: str) -> list[Area]:
    """The same, with those that a re-grid has closed: for figures of the past."""
    return list(db.session.scalars(select(Area).where(area.parent_code == code).order_by(area.code)))


def areas_in(paths: list[str], *levels: str) -> list[Area]:
    """Every area of these levels (or of all) in these subtrees that is there today, by path."""
    query = select(Area).where(under_any(area.path, paths), HERE).order_by(area.path)
    return list(db.session.scalars(query.where(area.level.in_(levels)) if levels else query))


def closed_with_work(paths: list[str]) -> list[Area]:
    """The areas in these subtrees that a re-grid has closed, and where something is open still."""
    end = func.substr(area.path, 1, func.length(area.path) - 1).concat("0")
    work = select(entry.id).where(entry.stage.in_(OPEN), entry.path >= area.path, entry.path < end)
    return list(db.session.scalars(select(Area).where(under_any(area.path, paths), ~HERE, work.exists()).order_by(area.path)))


def names_of(codes: set[str]) -> dict[str, str]:
    """code -> name of each of these areas."""
    return dict(db.session.execute(select(area.code, area.name).where(area.code.in_(codes))).all())


# --- words that come from rows


def categories(kind: str | None = None) -> list[Category]:
    """The categories on the forms, in their order."""
    query = select(Category).order_by(Category.kind, Category.rank, Category.code)
    return list(db.session.scalars(query.where(Category.kind == kind) if kind else query))


def category_labels() -> dict[str, str]:
    return dict(db.session.execute(select(Category.code, Category.label)).all())


def category_lines() -> dict[str, list[str]]:
    """code -> the lines of reporting that the category belongs to."""
    return dict(db.session.execute(select(Category.code, Category.labels)).all())


def people_names(usernames: set[str]) -> dict[str, str]:
    return dict(db.session.execute(select(Person.username, Person.name).where(Person.username.in_(usernames))).all())


# --- entries


def entries(paths: list[str], *, many: bool = False) -> Select:
    """All entries in these subtrees, for the functions below to narrow.

    With `many` the path is no way in: where thousands fit, the index of the order finds a page sooner than the path finds them all.
    """
    return select(EntryRow).where(under_any(entry.path.concat("") if many else entry.path, paths))


def entry_by_id(id: str) -> EntryRow | None:
    return db.session.get(EntryRow, id)


def history(id: str) -> list:
    """The (row, Action) pairs of one entry, in the order heard."""
    return list(read_log(db.session.connection(), id))


def known_action(id: str) -> bool:
    """Is this action in the log?"""
    return db.session.scalar(select(ActionRow.seq).where(ActionRow.id == id)) is not None


def photos_here(shas: set[str]) -> set[str]:
    """Which of these photos have arrived."""
    return set(db.session.scalars(select(PhotoRow.sha256).where(PhotoRow.sha256.in_(shas))))


def entries_with_photo(sha256: str) -> list[EntryRow]:
    query = select(EntryRow).join(EntryPhotoRow, EntryPhotoRow.entry == entry.id).where(EntryPhotoRow.sha256 == sha256)
    return list(db.session.scalars(query))


def link(hash: str) -> LinkRow | None:
    """A resident's link; that of a handler is none."""
    return db.session.scalar(select(LinkRow).where(LinkRow.hash == hash, LinkRow.task.is_(None)))


def contact(id: str) -> ContactRow | None:
    return db.session.get(ContactRow, id)


# --- the desk

PAGE = 50
RUNNING = [stage for stage in OPEN if stage not in PAUSED]
"""Stages in which the clock runs."""
WORKING = [stage for stage in IN_HAND if stage not in {"in_hand", "assigned", "handled", "suspended"}]
"""Stages in which somebody is at work: signed for, or on a dispute's own road."""
MOST_COUNTED = 10_000
SEARCHED_DAYS = 90
"""How far back words are looked for in texts, where no first day is given."""


def _wanted(now: datetime) -> dict:
    """list of unfinished work -> what its entries have in common."""
    due = entry.case.is_(True) & entry.stage.in_(RUNNING)
    return {
        "waiting": entry.stage == "waiting",
        "in_hand": entry.stage == "in_hand",
        "assigned": entry.stage == "assigned",
        "working": entry.stage.in_(WORKING),
        "handled": entry.stage == "handled",
        "due_soon": due & entry.due_at.between(now, now + timedelta(hours=24)),
        "overdue": due & (entry.due_at < now),
        "supervised": entry.stage.in_(IN_HAND) & entry.road["supervised"].as_string().is_not(None),
        "suspended": entry.stage == "suspended",
        "returned": entry.stage == "returned",
    }


ORDERS = {"waiting": [entry.received_at], "returned": [entry.last_seq.desc()], "closed": [entry.closed_at.desc()], "all": [entry.received_at.desc()]}
URGENT = [entry.due_at.is_(None), entry.due_at, entry.received_at]


def desk_list(name: str, paths: list[str], now: datetime, *, many: bool = False, raised_first: bool = False) -> Select:
    """One list of the desk, in its order: those of unfinished work, closed, all. With `raised_first` unfinished work of the street's own."""
    where, order = _wanted(now).get(name, True), ORDERS.get(name, URGENT)
    if name == "follow_up":
        return follow_ups(paths)
    if name == "closed":
        where = ((entry.stage.concat("") if many else entry.stage) == "closed") & entry.closed_at.is_not(None)
    elif raised_first and name != "all":
        order = [entry.level != "street", *order]
    return entries(paths, many=many).where(where).order_by(*order, entry.id)


def follow_ups(paths: list[str]) -> Select:
    """The entries whose residents are to be visited again, by when that is due."""
    task = TaskRow.__table__.c
    open_visit = (task.entry == entry.id) & (task.what == "follow_up") & (task.end == "")
    return select(EntryRow).join(TaskRow, open_visit).where(under_any(task.path, paths)).order_by(task.due, entry.id)


def without(query: Select, ids: list[str]) -> Select:
    """The same entries, but for these few."""
    return query.where(entry.id.not_in(ids)) if ids else query


def desk_counts(paths: list[str], now: datetime, kept_away: list[str]) -> dict[str, int]:
    """How many entries each list of unfinished work holds, but for those that are kept away from whoever looks."""
    sums = [func.count().filter(condition).label(name) for name, condition in _wanted(now).items()]
    query = without(select(*sums).where(entry.stage.in_(OPEN), under_any(entry.path, paths)), kept_away)
    return {**db.session.execute(query).one()._mapping, "follow_up": how_many(without(follow_ups(paths), kept_away))}


def narrowed(
    query: Select, today: date, *, kind=None, category=None, stage=None, author=None, level=None, source=None, unit=None, line=None, tag=None,
    first=None, last=None, words="",
) -> Select:
    """Only the entries of a kind, a category, a stage, an author, a level, a source, a unit, a line of reporting, of households with a care
    tag, of days (both included), and with all of these words.

    A unit's are those it has to do with now, or has done: not what it gave back.
    """
    same = ((entry.kind, kind), (entry.category, category), (entry.stage, stage), (entry.author, author), (entry.level, level), (entry.source, source))
    where = [column == value for column, value in same if value is not None]
    if unit is not None:
        task = TaskRow.__table__.c
        where.append(entry.id.in_(select(task.entry).where(task.unit == unit, task.end.not_in(["handed_back", "moved"]))))
    where += [_in_line(line)] if line else []
    where += [entry.household.in_(select(home.id).where(tagged(tag)))] if tag else []
    # The second half of each says the same more loosely, in the words of an index.
    where += [entry.day >= first, entry.received_at >= _around(first, -1)] if first else []
    where += [entry.day <= last, entry.received_at < _around(last, 2)] if last else []
    since = _around(first or today - timedelta(days=SEARCHED_DAYS), -1)
    return query.where(*where, *(_says(word, since) for word in words.split()))


def _in_line(line: str):
    """What the line's categories name, and what has no category but is of one of its kinds."""
    codes = [code for code, labels in category_lines().items() if line in labels]
    return entry.category.in_(codes) | ((entry.category == "") & entry.kind.in_(lines.kinds(line)))


def tagged(tag: str):
    """The households with a care tag today; whoever has moved out has none."""
    return home.moved_out.is_(None) & cast(home.tags, String).contains(f'"{tag}"', autoescape=True)


def _around(day: date, days: int) -> datetime:
    """Midnight so many days from this one, in a year that an instant may have."""
    within = min(max(day, date(1901, 1, 1)), date(2998, 12, 31))
    return datetime.combine(within, time(), UTC) + timedelta(days=days)


def _says(word: str, since: datetime):
    """Whole number, household's name, room or initials, the code of a resident's link; or, since then, part of number, text or place."""
    homes = select(home.id).where(
        or_(home.name.contains(word, autoescape=True), home.room == word, home.initials.startswith(word.lower(), autoescape=True))
    )
    links = select(LinkRow.entry).where(LinkRow.code == word.upper(), LinkRow.revoked.is_(False), LinkRow.task.is_(None))
    texts = [column.contains(word, autoescape=True) for column in (entry.number, entry.note, entry.place)]
    # Each way in has an index; as conditions of one WHERE they would have to share one.
    ways = (entry.received_at >= since) & or_(*texts), entry.number == word.upper(), entry.household.in_(homes), entry.id.in_(links)
    return entry.id.in_(union(*(select(entry.id).where(way).correlate(None) for way in ways)))


def newest_first(query: Select) -> Select:
    return query.order_by(entry.received_at.desc(), entry.id)


def page_of(query: Select, page: int, size: int = PAGE) -> list[EntryRow]:
    return list(db.session.scalars(query.limit(size).offset((page - 1) * size)))


def how_many(query: Select, column=None) -> int:
    """The number of rows, or of different values of a column of entries."""
    count = func.count(entry[column].distinct()) if column else func.count()
    return db.session.scalar(query.with_only_columns(count, maintain_column_froms=True).order_by(None))


def people_received(query: Select) -> int:
    """How many people came to these receptions; one where nobody wrote down how many."""
    number = func.coalesce(func.nullif(entry.details["people"].as_integer(), 0), 1)
    return db.session.scalar(query.with_only_columns(func.coalesce(func.sum(number), 0), maintain_column_froms=True).order_by(None))


def up_to(query: Select, most: int = MOST_COUNTED) -> int:
    """The number of rows; `most` + 1 where there are more."""
    some = query.with_only_columns(entry.id, maintain_column_froms=True).order_by(None).limit(most + 1)
    return db.session.scalar(select(func.count()).select_from(some.subquery()))


def last_seq() -> int:
    """The newest line of the log."""
    return db.session.scalar(select(func.max(ActionRow.seq))) or 0


def arrived_since(seq: int, paths: list[str]) -> int:
    """How many entries wait for a decision that were recorded or corrected after this line of the log."""
    action = ActionRow.__table__.c
    arrivals = select(action.entry).where(action.seq > seq, action.verb.in_(["recorded", "amended"]))
    return how_many(entries(paths).where(entry.stage == "waiting", entry.id.in_(arrivals)))


def relatives(row: EntryRow, paths: list[str]) -> list[EntryRow]:
    """The other entries of the same visit: the one that it came from, those that came from it, and its siblings."""
    root = row.parent or row.id
    query = entries(paths).where(or_(entry.id == root, entry.parent == root, entry.parent == row.id), entry.id != row.id)
    return list(db.session.scalars(query.order_by(entry.received_at)))


def at_same_place(row: EntryRow, days: int = 30) -> Select:
    """Other entries of the same place in the days up to this one: in the same building, else with the same words for it."""
    where = [entry.day.between(row.day - timedelta(days=days), row.day), entry.id != row.id]
    if row.area == row.grid:
        where.append(entry.place == row.place if row.place else entry.household == row.household)
    return entries([row.path]).where(*where)


def buildings_near(lat: float, lng: float, path: str, degrees: float = 0.006) -> list[tuple[float, float, str]]:
    """(lat, lng, name) of the buildings in this subtree within about half a kilometre."""
    near = (area.lat.between(lat - degrees, lat + degrees), area.lng.between(lng - degrees, lng + degrees))
    query = select(area.lat, area.lng, area.name).where(under(area.path, path), area.level == "building", *near)
    return [tuple(row) for row in db.session.execute(query)]


def areas_to_choose(paths: list[str], chosen: str | None) -> list[Area]:
    """The areas that a list may be narrowed to, by path. Micro-grids are many: they appear below the chosen area only."""
    micro = (area.grid_type == "micro") & ~(under(area.path, chosen) if chosen else false())
    wide = or_(area.grid_type.is_(None), ~micro)
    where = under_any(area.path, paths), area.level.not_in(LOWER), wide, HERE
    return list(db.session.scalars(select(Area).where(*where).order_by(area.path)))


def holders(paths: list[str]) -> dict[str, str]:
    """username -> name of everybody who holds or held a post in these subtrees in which entries are recorded."""
    query = select(Person.username, Person.name).join(Post, Post.username == Person.username).join(Area, Post.area_code == area.code)
    recording = Post.role.in_([*DOES["recorded"], *REPORTS])
    return dict(db.session.execute(query.where(under_any(area.path, paths), recording).distinct().order_by(Person.name)).all())


def homes(ids: set[str]) -> dict[str, Household]:
    return {row.id: row for row in db.session.scalars(select(Household).where(home.id.in_(ids)))}


# --- households


def household(id: str):
    """(Household, path of its area), or None."""
    return db.session.execute(select(Household, area.path).join(Area, home.area_code == area.code).where(home.id == id)).one_or_none()


def households(path: str) -> list:
    """(Household, path of its area, day of its last visit) of a subtree, by place and room; those that moved out are left away."""
    # A question for each household, answered by ix_entry_household: the visits of the whole town are not looked through.
    # A visit of before a re-grid lies elsewhere, and was a visit all the same.
    visits = (entry.household == home.id, entry.kind == "visit", entry.stage.not_in(["withdrawn", "declined"]))
    last = select(func.max(entry.day)).where(*visits).correlate(Household).scalar_subquery()
    query = (
        select(Household, area.path, last.label("day"))
        .join(Area, home.area_code == area.code)
        .where(under(area.path, path), home.moved_out.is_(None))
        .order_by(area.path, home.room)
    )
    return db.session.execute(query).all()


# --- people


def posts_at(codes: list[str], role: str, day: date) -> list:
    """(Post, Person) of those who hold a role exactly in one of these areas on a day."""
    query = (
        select(Post, Person)
        .join(Person, Person.username == Post.username)
        .where(Post.area_code.in_(codes), Post.role == role, Post.starts <= day, or_(Post.ends.is_(None), Post.ends >= day))
    )
    return db.session.execute(query).all()


def phones(paths: list[str], day: date) -> list:
    """(Device, Person) of everybody who holds a post in these subtrees today, the longest unheard first."""
    holders = (
        select(Post.username)
        .join(Area, Post.area_code == area.code)
        .where(under_any(area.path, paths), Post.starts <= day, or_(Post.ends.is_(None), Post.ends >= day))
    )
    query = select(Device, Person).join(Person, Person.username == Device.username).where(Device.username.in_(holders))
    return db.session.execute(query.order_by(Device.heard)).all()
