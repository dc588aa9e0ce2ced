"""Plans for re-drawing grids: kept until their day, carried out once, and the posts that follow."""

import uuid
from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, or_, select, true

from ..core import regrid, regrid_checks
from ..core.road import OPEN
from ..core.rules import SEES
from . import town
from .database import db, keep_first, save
from .lists import under, under_any
from .tables import Area, DutyRow, EntryRow, Household, Person, Post, RegridRow, SeriesRow

GRACE = timedelta(days=7)
"""So long a phone may still name a grid that was closed: its successors' workers may record there."""

plan, post, area, entry = RegridRow.__table__.c, Post.__table__.c, Area.__table__.c, EntryRow.__table__.c


# --- plans


def plans(communities: set[str]) -> list[RegridRow]:
    """The plans that concern only these communities: those that wait first, by day."""
    rows = db.session.scalars(select(RegridRow).order_by(plan.done.is_not(None), plan.effective.desc(), plan.at.desc()))
    return [row for row in rows if set(row.plan["communities"]) <= communities]


def waiting(connection: Connection) -> list:
    """The plans that were not carried out, in the order of their days."""
    return connection.execute(select(RegridRow.__table__).where(plan.done.is_(None)).order_by(plan.effective, plan.at)).all()


def busy(but: str | None = None) -> dict[str, date]:
    """What the waiting plans (but for one of them) close, change or make -> the day of that plan."""
    others = [row for row in waiting(db.session.connection()) if row.id != but]
    steps = [(row.effective, step) for row in others for step in regrid.load(row.plan["steps"])]
    return {code: day for day, step in steps for code in (*step.old, step.new, *step.places)}


def keep(connection: Connection, steps: list, communities: list[str], effective: date, by: str, now: datetime) -> str:
    """Keep a checked plan until its day; gives its id."""
    id = str(uuid.uuid4())
    kept = {"communities": sorted(communities), "steps": regrid.dump(steps)}
    connection.execute(RegridRow.__table__.insert(), {"id": id, "at": now, "by": by, "effective": effective, "plan": kept, "done": None})
    return id


def cancel(connection: Connection, id: str) -> bool:
    """Forget a plan that was not carried out."""
    table = RegridRow.__table__
    return connection.execute(table.delete().where(table.c.id == id, table.c.done.is_(None))).rowcount == 1


# --- what the wizard shows


def homes(path: str = "") -> dict[str, int]:
    """Households that live in each building (or other place directly below a grid) of a subtree, or of the whole town."""
    inside = under(area.path, path) if path else true()
    rows = db.session.execute(select(area.path, area.code, area.level, area.parent_code).where(inside))
    places = {row.code: row for row in rows}
    found = {code: 0 for code, row in places.items() if row.level in regrid.LOWER and _level(places, row.parent_code) not in regrid.LOWER}
    home = Household.__table__.c
    count = select(area.path, func.count()).join(Household.__table__, home.area_code == area.code)
    for where, number in db.session.execute(count.where(inside, home.moved_out.is_(None)).group_by(area.path)):
        for code in found.keys() & set(where.split("/")):
            found[code] += number
    return found


def _level(places: dict, code: str | None) -> str | None:
    return places[code].level if code in places else None


def workers(paths: list[str], day: date) -> list:
    """(username, name, area code) of everybody who holds a worker's post in these subtrees, by name."""
    query = select(Person.username, Person.name, post.area_code).join(Post, post.username == Person.username).join(Area, area.code == post.area_code)
    query = query.where(under_any(area.path, paths), post.role == "worker", Person.active, _lasts(day))
    return db.session.execute(query.order_by(Person.name, Person.username)).all()


def accounts() -> set[str]:
    """The accounts that may be somebody's worker."""
    return set(db.session.scalars(select(Person.username).where(Person.active)))


def still_open(paths: list[str]) -> list[EntryRow]:
    """The cases in these subtrees that somebody still has to do something about, the oldest first."""
    where = under_any(entry.path, paths), entry.stage.in_(OPEN), entry.case.is_(True)
    return list(db.session.scalars(select(EntryRow).where(*where).order_by(entry.received_at)))


def entries_at(paths: list[str]) -> int:
    return db.session.scalar(select(func.count()).select_from(EntryRow).where(under_any(entry.path, paths)))


def duties_at(codes: set[str], day: date) -> int:
    """How many duties at these areas last beyond a day."""
    duty = DutyRow.__table__.c
    return db.session.scalar(select(func.count()).select_from(DutyRow).where(duty.area_code.in_(codes), or_(duty.ends.is_(None), duty.ends >= day)))


def others_at(codes: set[str], day: date) -> int:
    """How many posts at these areas that are no worker's last on a day: they follow the buildings."""
    return db.session.scalar(select(func.count()).select_from(Post).where(post.area_code.in_(codes), post.role != "worker", _lasts(day)))


def _lasts(day: date):
    return (post.starts <= day) & or_(post.ends.is_(None), post.ends >= day)


# --- the day


def carry_out(connection: Connection, today: date, now: datetime) -> list[str]:
    """Carry out every plan whose day has come, and end the posts at closed grids where nothing is open any more.

    Gives the ids of the plans done. To be run at any time and as often as one likes: a plan and the note that it is done are one
    transaction. A plan that does not fit the town any more stays, and the page says why.
    """
    done = []
    for row in waiting(connection):
        if row.effective <= today and _carry_out(connection, row, today):
            connection.execute(RegridRow.__table__.update().where(plan.id == row.id).values(done=now))
            done.append(row.id)
    _take_in(connection, today)
    _let_go(connection, today)
    return done


def _carry_out(connection: Connection, row, today: date) -> bool:
    steps, areas = regrid.load(row.plan["steps"]), town.areas(connection)
    if regrid_checks.check(steps, areas):
        return False
    later = regrid.after(steps, areas, row.effective)
    save(connection, Area, regrid.changes(areas, later))
    _appoint(connection, steps, areas, later, row.effective, today)
    return True


def _appoint(connection: Connection, steps, areas: dict, later: dict, day: date, today: date) -> None:
    """The posts before and after: they end with their grids, go on at the new ones, and stay right for what was done before.

    Somebody who recorded at a building while it was his is heard later, when it lies elsewhere: so he keeps a post at the building
    until today, when the phones begin to learn of it.
    """
    eve, ends = max(day, today) - timedelta(days=1), regrid.closing(steps, regrid.Tree(areas))
    left, heirs = regrid.left(steps, areas, later), regrid.heirs(steps, areas)
    held = _held(connection, {code for _place, code in left} | ends, eve)
    rows = [one | {"area_code": place, "ends": max(day, today)} for place, code in left for one in held[code]]
    rows += [_post(name, "worker", step.new, day) for step in steps for name in step.workers]
    carried = {step.old[0]: step.new for step in steps if step.op == "carry"}
    rows += [one | {"area_code": new, "starts": day} for old, new in carried.items() for one in held[old]]
    follow = [(one, new) for old, new in heirs if old not in carried for one in held[old]]
    rows += [one | {"area_code": new, "starts": day} for one, new in follow if one["role"] != "worker"]
    _add(connection, rows)
    _end(connection, Post.__table__, ends, eve)
    _end(connection, DutyRow.__table__, ends, eve)
    _end(connection, SeriesRow.__table__, ends, eve)
    seats = _held(connection, {new for _old, new in heirs}, day)
    _add(connection, [_post(one["username"], one["role"], old, day) for old, new in heirs for one in seats[new] if one["role"] in SEES])


def _held(connection: Connection, codes: set[str], day: date) -> dict[str, list[dict]]:
    """area -> the posts there that last on a day."""
    found = defaultdict(list)
    for row in connection.execute(select(Post.__table__).where(post.area_code.in_(codes), _lasts(day))):
        found[row.area_code].append(_post(row.username, row.role, row.area_code, row.starts, row.ends, row.unit))
    return found


def _post(username: str, role: str, code: str, starts: date, ends: date | None = None, unit: str | None = None) -> dict:
    return {"username": username, "role": role, "area_code": code, "unit": unit, "starts": starts, "ends": ends}


def _add(connection: Connection, rows: list[dict]) -> None:
    if rows:
        keep_first(connection, Post, rows)


def _end(connection: Connection, table, codes: set[str], day: date) -> None:
    """What lasts longer at these areas ends with this day."""
    longer = or_(table.c.ends.is_(None), table.c.ends > day)
    connection.execute(table.update().where(table.c.area_code.in_(codes), longer).values(ends=day))


def _take_in(connection: Connection, today: date) -> None:
    """A case that was opened again at a closed grid, whose posts have ended, goes to those who have the grids in its place."""
    closed = dict(connection.execute(select(area.code, area.path).where(area.level == "grid", area.ends < today)).all())
    if not closed:
        return
    at = connection.scalars(select(entry.grid).where(entry.stage.in_(OPEN), entry.grid.in_(closed)).distinct())
    topmost = {next(one for one in closed[code].split("/") if one in closed) for code in at}
    held = _held(connection, topmost, today)
    alone = [code for code in sorted(topmost) if not any(one["role"] == "worker" for one in held[code])]
    done = connection.scalars(select(plan.plan).where(plan.done.is_not(None))).all() if alone else []
    steps = [step for kept in done for step in regrid.load(kept["steps"])]
    heirs = {code: regrid.in_place_of(code, steps) for code in alone}
    seats = _held(connection, set().union(*heirs.values()), today) if heirs else {}
    rows = [_post(one["username"], one["role"], old, today) for old, news in heirs.items() for new in sorted(news) for one in seats[new]]
    _add(connection, [one for one in rows if one["role"] in SEES])


def _let_go(connection: Connection, today: date) -> None:
    """End the posts that were given at closed grids for what was open there, where nothing is any more."""
    query = select(post.id, area.path).join(Area, area.code == post.area_code)
    late = query.where(area.ends.is_not(None), post.starts > area.ends, post.ends.is_(None), post.starts <= today - GRACE)
    for id, path in connection.execute(late).all():
        if not connection.scalar(select(entry.id).where(entry.stage.in_(OPEN), under(entry.path, path)).limit(1)):
            connection.execute(Post.__table__.update().where(post.id == id).values(ends=today))
