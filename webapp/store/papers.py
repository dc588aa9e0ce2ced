"""The four 一口清: a town's papers, and what an area counts."""

import uuid

from sqlalchemy import Connection, delete, func, select

from ..core.road import OPEN
from .database import db, save
from .disputes import kept_from
from .lists import under, without
from .tables import Area, EntryRow, Household, PaperRow

paper, area, home, entry = (table.__table__.c for table in (PaperRow, Area, Household, EntryRow))


def papers_for(path: str) -> list[PaperRow]:
    """The papers of an area: its own and those of every area above it, in their order."""
    codes = path.rstrip("/").split("/")
    query = select(PaperRow).join(Area, paper.area_code == area.code).where(area.code.in_(codes))
    return list(db.session.scalars(query.order_by(paper.part, paper.rank, area.path, paper.title)))


def papers_below(path: str) -> list:
    """(PaperRow, Area) of an area and everything below it."""
    query = select(PaperRow, Area).join(Area, paper.area_code == area.code).where(under(area.path, path))
    return db.session.execute(query.order_by(area.path, paper.part, paper.rank, paper.title)).all()


def paper_by_id(id: str):
    """(PaperRow, path of its area), or None."""
    return db.session.execute(select(PaperRow, area.path).join(Area, paper.area_code == area.code).where(paper.id == id)).one_or_none()


def keep(connection: Connection, id: str | None, **row) -> None:
    """Write a paper: a new one, or the one with this id anew."""
    save(connection, PaperRow, [{"id": id or str(uuid.uuid4())} | row])


def remove(connection: Connection, id: str) -> None:
    connection.execute(delete(PaperRow).where(paper.id == id))


# --- 底数


def homes_and_people(path: str) -> tuple[int, int]:
    """(households, people) of a subtree."""
    query = select(func.count(), func.coalesce(func.sum(home.people), 0)).join(Area, home.area_code == area.code)
    return tuple(db.session.execute(query.where(under(area.path, path), home.moved_out.is_(None))).one())


def tags(path: str) -> dict[str, int]:
    """care tag -> households with it in a subtree."""
    query = select(home.tags).join(Area, home.area_code == area.code).where(under(area.path, path), home.moved_out.is_(None))
    counts = {}
    for (found,) in db.session.execute(query):
        for tag in found:
            counts[tag] = counts.get(tag, 0) + 1
    return counts


def areas_by_type(path: str) -> dict[tuple[str, str | None], int]:
    """(level, grid type) -> how many areas below this one."""
    query = select(area.level, area.grid_type, func.count()).where(under(area.path, path), area.path != path, area.ends.is_(None))
    return {(level, grid_type): count for level, grid_type, count in db.session.execute(query.group_by(area.level, area.grid_type))}


def open_cases(path: str, username: str) -> dict[str, int]:
    """kind -> cases of a subtree that are not closed, without the disputes that are kept from this account."""
    query = select(entry.kind, func.count()).where(under(entry.path, path), entry.case.is_(True), entry.stage.in_(OPEN))
    return dict(db.session.execute(without(query, kept_from(username, [path])).group_by(entry.kind)).all())
