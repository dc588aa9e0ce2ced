"""The sittings at court points, written by the log beside the entries: a slot belongs to one dispute."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from ..core import courts
from ..core.actions import Action, Refused
from ..core.calendar import Calendar, local_day
from ..core.entries import Entry
from ..core.tasks import instant, stamp
from .database import save
from .tables import Area, CourtPoint, SittingRow

point, sitting = CourtPoint.__table__.c, SittingRow.__table__.c


def claim(connection: Connection, action: Action, entry: Entry, together: Iterable[Entry], calendar: Calendar) -> str:
    """When the slot ends that a booking asks for. Refused `taken` where it is no free slot of a point for this dispute.

    `together` are the entries that the same transaction is about: it may have booked for others of them already.
    A booking that moves another without a reason is `malformed`.
    """
    if courts.coming(entry) and not action.body["note"]:
        raise Refused("malformed")
    start = datetime.fromisoformat(action.body["starts"])
    slot = next((one for one in _slots(connection, action.body["point"], entry, start, calendar) if one[0] == start > action.moment), None)
    mine = {one.id: one for one in together}
    rows = connection.execute(select(sitting.entry, sitting.starts, sitting.ends).where(*at(action.body["point"])))
    taken = [row[1:] for row in rows if row.entry not in mine]
    taken += [
        (instant(one["starts"]), instant(one["ends"]))
        for other in mine.values()
        for one in courts.sittings(other)
        if one["point"] == action.body["point"] and one["state"] not in courts.FREED and one is not courts.coming(entry)
    ]
    if slot is None or not courts.free([slot], taken):
        raise Refused("taken")
    return stamp(slot[1])


def at(code: str) -> tuple:
    """The conditions of the sittings that hold a slot of this point."""
    return sitting.point == code, sitting.state.not_in(courts.FREED)


def _slots(connection: Connection, code: str, entry: Entry, start: datetime, calendar: Calendar) -> list[courts.Slot]:
    day = local_day(start, calendar.zone)
    query = select(CourtPoint.__table__, Area.path).join(Area, point.area_code == Area.code).where(point.id == code)
    found = connection.execute(query.where(point.starts <= day, point.ends.is_(None) | (point.ends >= day))).one_or_none()
    return courts.slots(found.hours, found.minutes, day, calendar) if found and entry.path.startswith(found.path) else []


def rows(entry: Entry) -> list[dict]:
    """The rows of an entry's sittings. A sitting never vanishes, so that saving them is enough."""
    return [
        {"entry": entry.id, "n": n, "path": entry.path, "starts": instant(one["starts"]), "ends": instant(one["ends"])}
        | {name: one[name] for name in ("point", "state")}
        for n, one in enumerate(courts.sittings(entry), 1)
    ]


def keep(connection: Connection, changed: Collection[Entry]) -> None:
    """Save the sittings of these entries; what gave up its slot first, so that another may have it in the same breath."""
    found = [row for entry in changed for row in rows(entry)]
    if found:
        save(connection, SittingRow, sorted(found, key=lambda row: row["state"] not in courts.FREED))
