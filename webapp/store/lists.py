"""Every SELECT that a page needs, one named function each."""

from datetime import date

from sqlalchemy import Select, func, or_, select

from .database import db
from .log import read_log
from .tables import Area, Category, ContactRow, Device, EntryPhotoRow, EntryRow, Household, LinkRow, Person, PhotoRow, Post

entry, area, home = EntryRow.__table__.c, Area.__table__.c, Household.__table__.c


def under(column, path: str):
    """The rows at `path` or below it: a range on the path's text, which an index answers."""
    return (column >= path) & (column < path[:-1] + "0")  # "0" follows "/"


def under_any(column, paths: list[str]):
    return or_(False, *(under(column, path) for path in paths))


# --- areas


def area_by_code(code: str) -> Area | None:
    return db.session.get(Area, code)


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


def entries(paths: list[str]) -> Select:
    """All entries in these subtrees, for the functions below to narrow."""
    return select(EntryRow).where(under_any(entry.path, paths))


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


# --- households


def household(id: str):
    """(Household, path of its area), or None."""
    return db.session.execute(select(Household, area.path).join(Area, home.area_code == area.code).where(home.id == id)).one_or_none()


def households(path: str) -> list:
    """(Household, path of its area, day of its last visit) of a subtree, by place and room; those that moved out are left away."""
    last = (
        select(entry.household, func.max(entry.day).label("day"))
        .where(entry.kind == "visit", under(entry.path, path), entry.stage.not_in(["withdrawn", "declined"]))
        .group_by(entry.household)
        .subquery()
    )
    query = (
        select(Household, area.path, last.c.day)
        .join(Area, home.area_code == area.code)
        .outerjoin(last, last.c.household == home.id)
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
    query = select(Device, Person).join(Person, Person.username == Device.username).where(Device.username.in_(holders)).order_by(Device.heard)
    return db.session.execute(query).all()
