"""共享法庭, as rows: the points, their free slots, and the sittings that were booked and held there."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Select, or_, select

from ..core import courts
from ..core.calendar import Calendar, local_day
from .database import db, save
from .disputes import not_kept_from
from .lists import under_any
from .sittings import at, point, sitting
from .tables import Area, CourtPoint, EntryRow, SittingRoom, SittingRow

area, entry = Area.__table__.c, EntryRow.__table__.c


def points(paths: list[str]) -> list:
    """(CourtPoint, Area) of every point in these subtrees or for them, closed ones too, by place and name."""
    above = {code for path in paths for code in path.rstrip("/").split("/")}
    here = or_(under_any(area.path, paths), area.code.in_(above))
    query = select(CourtPoint, Area).join(Area, point.area_code == area.code).where(here)
    return db.session.execute(query.order_by(area.path, point.starts, point.name)).all()


def for_dispute(path: str) -> list[CourtPoint]:
    """The points to which a dispute at `path` may be brought."""
    return [one.CourtPoint for one in points([path]) if path.startswith(one.Area.path)]


def free(one: CourtPoint, now: datetime, calendar: Calendar) -> list[courts.Slot]:
    """The slots of a point that are to come within core.courts.AHEAD and that nobody has, by time."""
    rows = db.session.execute(select(sitting.starts, sitting.ends).where(*at(one.id), sitting.ends > now))
    today = local_day(now, calendar.zone)
    days = [day for n in range(courts.AHEAD.days + 1) if one.starts <= (day := today + timedelta(days=n)) <= (one.ends or date.max)]
    offered = [slot for day in days for slot in courts.slots(one.hours, one.minutes, day, calendar) if slot[0] > now]
    return courts.free(offered, [tuple(row) for row in rows])


def keep(connection: Connection, id: str, **columns) -> None:
    save(connection, CourtPoint, [{"id": id} | columns])


# --- sittings


def room(id: str, starts: datetime) -> str:
    """The address of the room that was named for this sitting of a dispute; "" where it is the point's."""
    own = SittingRoom.__table__.c
    return db.session.scalar(select(own.link).where(own.entry == id, own.starts == starts)) or ""


def keep_room(connection: Connection, id: str, starts: datetime, link: str) -> None:
    save(connection, SittingRoom, [{"entry": id, "starts": starts, "link": link}])


def coming(points: list[str], now: datetime) -> list:
    """(SittingRow, EntryRow) of what is booked at these points and not over, by time."""
    query = select(SittingRow, EntryRow).join(EntryRow, sitting.entry == entry.id)
    query = query.where(sitting.point.in_(points), sitting.state == "", sitting.ends > now)
    return db.session.execute(query.order_by(sitting.starts, sitting.point)).all()


def held(paths: list[str], username: str, since: datetime, code: str | None = None, result: str | None = None) -> Select:
    """(SittingRow, EntryRow) of the sittings held since a moment about disputes in these subtrees, the newest first.

    Those of disputes in which this person is a party are not among them.
    """
    query = select(SittingRow, EntryRow).join(EntryRow, sitting.entry == entry.id)
    states = [result] if result else courts.HELD
    query = query.where(sitting.state.in_(states), sitting.starts >= since, under_any(entry.path, paths), not_kept_from(username))
    return (query.where(sitting.point == code) if code else query).order_by(sitting.starts.desc(), sitting.point)


def waiting(paths: list[str], username: str, now: datetime) -> Select:
    """The same of those that are over and of which nobody has said what came of them."""
    query = select(SittingRow, EntryRow).join(EntryRow, sitting.entry == entry.id)
    query = query.where(sitting.state == "", sitting.ends <= now, under_any(entry.path, paths), not_kept_from(username))
    return query.order_by(sitting.starts, sitting.point)


def rows(query: Select) -> list:
    return db.session.execute(query).all()
