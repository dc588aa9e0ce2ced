"""Every SELECT that a page needs, one named function each."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, false, func, or_, select, union

from ..core.entries import OPEN
from .database import db
from .log import LOWER, read_log
from .tables import ActionRow, Area, Category, ContactRow, Device, EntryPhotoRow, EntryRow, Household, LinkRow, Person, PhotoRow, Post

entry, area, home = EntryRow.__table__.c, Area.__table__.c, Household.__table__.c


def under(column, path: str):
    """The rows at `path` or below it: a range on the path's text, which an index answers."""
    return (column >= path) & (column < path[:-1] + "0")  # "0" follows "/"


def under_any(column, paths: list[str]):
    return or_(False, *(under(column, path) for path in paths))


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


def areas_below(code: str) -> list[Area]:
    """The direct children of an area, by code."""
    return list(db.session.scalars(select(Area).where(area.parent_code == code).order_by(area.code)))


def areas_in(paths: list[str], *levels: str) -> list[Area]:
    """Every area of these levels (or of all) in these subtrees, by path."""
    query = select(Area).where(under_any(area.path, paths)).order_by(area.path)
    return list(db.session.scalars(query.where(area.level.in_(levels)) if levels else query))


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


def photos_here(shas: set[str]) -> set[str]:
    """Which of these photos have arrived."""
    return set(db.session.scalars(select(PhotoRow.sha256).where(PhotoRow.sha256.in_(shas))))


def entries_with_photo(sha256: str) -> list[EntryRow]:
    query = select(EntryRow).join(EntryPhotoRow, EntryPhotoRow.entry == entry.id).where(EntryPhotoRow.sha256 == sha256)
    return list(db.session.scalars(query))


def link(hash: str) -> LinkRow | None:
    return db.session.get(LinkRow, hash)


def contact(id: str) -> ContactRow | None:
    return db.session.get(ContactRow, id)


# --- the desk

PAGE = 50
MOST_COUNTED = 10_000
SEARCHED_DAYS = 90
"""How far back words are looked for in texts, where no first day is given."""


def desk_list(name: str, paths: list[str], now: datetime, *, many: bool = False) -> Select:
    """One list of the desk, in its order: waiting returned in_hand due_soon overdue closed all."""
    unfinished = [entry.case.is_(True), entry.stage.in_(OPEN)]
    where, order = {
        "waiting": ([entry.stage == "waiting"], [entry.received_at]),
        "returned": ([entry.stage == "returned"], [entry.last_seq.desc()]),
        "in_hand": ([entry.stage.in_(["in_hand", "handled"])], [entry.due_at.is_(None), entry.due_at, entry.received_at]),
        "due_soon": ([*unfinished, entry.due_at.between(now, now + timedelta(hours=24))], [entry.due_at]),
        "overdue": ([*unfinished, entry.due_at < now], [entry.due_at]),
        "closed": ([(entry.stage.concat("") if many else entry.stage) == "closed", entry.closed_at.is_not(None)], [entry.closed_at.desc()]),
        "all": ([], [entry.received_at.desc()]),
    }[name]
    return entries(paths, many=many).where(*where).order_by(*order, entry.id)


def desk_counts(paths: list[str], now: datetime) -> dict[str, int]:
    """How many entries each list of unfinished work holds."""
    due = entry.case.is_(True)
    counts = {
        "waiting": entry.stage == "waiting",
        "returned": entry.stage == "returned",
        "in_hand": entry.stage.in_(["in_hand", "handled"]),
        "due_soon": due & entry.due_at.between(now, now + timedelta(hours=24)),
        "overdue": due & (entry.due_at < now),
    }
    sums = [func.count().filter(condition).label(name) for name, condition in counts.items()]
    return dict(db.session.execute(select(*sums).where(entry.stage.in_(OPEN), under_any(entry.path, paths))).one()._mapping)


def narrowed(query: Select, today: date, *, kind=None, category=None, stage=None, author=None, first=None, last=None, words="") -> Select:
    """Only the entries of a kind, a category, a stage, an author, of days (both included), and with all of these words."""
    same = ((entry.kind, kind), (entry.category, category), (entry.stage, stage), (entry.author, author))
    where = [column == value for column, value in same if value is not None]
    # The second half of each says the same more loosely, in the words of an index.
    where += [entry.day >= first, entry.received_at >= _around(first, -1)] if first else []
    where += [entry.day <= last, entry.received_at < _around(last, 2)] if last else []
    since = _around(first or today - timedelta(days=SEARCHED_DAYS), -1)
    return query.where(*where, *(_says(word, since) for word in words.split()))


def _around(day: date, days: int) -> datetime:
    """Midnight so many days from this one, in a year that an instant may have."""
    within = min(max(day, date(1901, 1, 1)), date(2998, 12, 31))
    return datetime.combine(within, time(), UTC) + timedelta(days=days)


def _says(word: str, since: datetime):
    """Whole number, household's name, room or initials, the code of a resident's link; or, since then, part of number, text or place."""
    homes = select(home.id).where(
        or_(home.name.contains(word, autoescape=True), home.room == word, home.initials.startswith(word.lower(), autoescape=True))
    )
    links = select(LinkRow.entry).where(LinkRow.code == word.upper(), LinkRow.revoked.is_(False))
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
    return list(db.session.scalars(select(Area).where(under_any(area.path, paths), area.level.not_in(LOWER), wide).order_by(area.path)))


def holders(paths: list[str]) -> dict[str, str]:
    """username -> name of everybody who holds or held a post in these subtrees."""
    query = select(Person.username, Person.name).join(Post, Post.username == Person.username).join(Area, Post.area_code == area.code)
    return dict(db.session.execute(query.where(under_any(area.path, paths)).distinct().order_by(Person.name)).all())


def homes(ids: set[str]) -> dict[str, Household]:
    return {row.id: row for row in db.session.scalars(select(Household).where(home.id.in_(ids)))}


# --- households


def household(id: str):
    """(Household, path of its area), or None."""
    return db.session.execute(select(Household, area.path).join(Area, home.area_code == area.code).where(home.id == id)).one_or_none()


def households(path: str) -> list:
    """(Household, path of its area, day of its last visit) of a subtree, by place and room; those that moved out are left away."""
    # A question for each household, answered by ix_entry_household: the visits of the whole town are not looked through.
    visits = (entry.household == home.id, entry.kind == "visit", under(entry.path, path), entry.stage.not_in(["withdrawn", "declined"]))
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
