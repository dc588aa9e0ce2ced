"""What is open in somebody's name: what has to be handed over before an account can be closed."""

from datetime import date

from sqlalchemy import Connection, select

from ..core import courts
from ..core.entries import Entry
from ..core.road import OPEN
from ..core.rules import FIELD_ROLES
from .database import db
from .duties import lasting, not_over
from .lists import folded, under_any
from .tables import Area, Device, DutyRow, EntryRow, Household, PairRow, Person, Post, SittingRow, TaskRow

entry, task, post, area, person, device = (table.__table__.c for table in (EntryRow, TaskRow, Post, Area, Person, Device))
pair, home, duty, sitting = (table.__table__.c for table in (PairRow, Household, DutyRow, SittingRow))


def tasks_of(username: str) -> list:
    """(TaskRow, EntryRow) of the open tasks in this person's own name, the most urgent first."""
    return _tasks(task.person == username)


def tasks_of_grids(paths: list[str]) -> list:
    """(TaskRow, EntryRow) of the open tasks of grids in these subtrees, return visits among them."""
    return _tasks(task.grid != "", under_any(task.path, paths))


def _tasks(*conditions) -> list:
    query = select(TaskRow, EntryRow).join(EntryRow, entry.id == task.entry).where(task.end == "", *conditions)
    return db.session.execute(query.order_by(task.due.is_(None), task.due, task.entry, task.n)).all()


def returned_to(username: str) -> list[EntryRow]:
    """Entries that were sent back to this person and not corrected yet."""
    return list(db.session.scalars(select(EntryRow).where(entry.stage == "returned", entry.author == username).order_by(entry.last_seq)))


def orders(paths: list[str]) -> list[EntryRow]:
    """Deliveries that were ordered in these subtrees and are not brought yet."""
    query = select(EntryRow).where(entry.kind == "delivery", entry.case.is_(True), entry.stage.in_(OPEN), under_any(entry.path, paths))
    return list(db.session.scalars(query.order_by(entry.due_at.is_(None), entry.due_at)))


def sittings_of(username: str) -> list[Entry]:
    """The open disputes with a sitting at a court point that is booked and that this person sees to, by number."""
    return _sittings(db.session.connection(), username)


def _sittings(connection: Connection, username: str) -> list[Entry]:
    booked = entry.id.in_(select(sitting.entry).where(sitting.state == ""))
    rows = connection.execute(select(EntryRow.__table__).where(booked, entry.stage.in_(OPEN)).order_by(entry.number))
    return [found for row in rows if courts.keeper(found := folded(row)) == username]


def led_by(username: str) -> list[EntryRow]:
    """The cases on the board of 老大难 for which this person answers, by number."""
    return list(db.session.scalars(select(EntryRow).where(*_led(username)).order_by(entry.number)))


def _led(username: str) -> tuple:
    lead, until = (entry.road[("stubborn", name)].as_string() for name in ("lead", "until"))
    return entry.stage.in_(OPEN), lead == username, until == ""


def phones_of(username: str) -> list[Device]:
    """This person's phones, the last heard of first."""
    return list(db.session.scalars(select(Device).where(device.username == username).order_by(device.heard.desc())))


def left_open(connection: Connection, username: str, today: date) -> dict[str, int]:
    """How much of this person's is open, by what it is: posts, turns, pairs, tasks, led, sittings, returned.

    A returned entry whose grid has another worker is that one's, but for a party's.
    """
    posts = connection.execute(select(post.id).where(post.username == username, not_over(post, today))).all()
    tasks = connection.execute(select(task.n).where(task.person == username, task.end == "")).all()
    workers = select(post.username, area.path).join(Post, post.area_code == area.code).join(Person, person.username == post.username)
    workers = workers.where(post.role == "worker", post.username != username, lasting(post, today), person.active)
    others = connection.execute(workers).all()
    rows = connection.execute(select(EntryRow.__table__).where(entry.stage == "returned", entry.author == username))
    returned = [folded(row) for row in rows]
    orphans = [one for one in returned if not any(one.path.startswith(path) and name not in one.kept_from for name, path in others)]
    homes = select(pair.id).join(Household, pair.household == home.id)
    pairs = connection.execute(homes.where(pair.username == username, not_over(pair, today), home.moved_out.is_(None))).all()
    turns = connection.execute(select(duty.id).where(duty.username == username, not_over(duty, today))).all()
    led = connection.execute(select(entry.id).where(*_led(username))).all()
    found = {"posts": posts, "turns": turns, "pairs": pairs, "tasks": tasks, "led": led, "sittings": _sittings(connection, username), "returned": orphans}
    counts = {what: len(rows) for what, rows in found.items()}
    return {what: count for what, count in counts.items() if count}


def deactivate(connection: Connection, username: str, today: date) -> dict[str, int]:
    """Close an account and end its sessions, if nothing is open in its name; gives what is, {} when it was closed."""
    left = left_open(connection, username, today)
    if not left:
        closed = {"active": False, "epoch": Person.epoch + 1, "activation_hash": None, "activation_until": None}
        connection.execute(Person.__table__.update().where(person.username == username).values(**closed))
    return left


def unsent(usernames: list[str]) -> dict[str, int]:
    """username -> how many records are still on the phones of each of them who has any."""
    counts = {}
    for name, count in db.session.execute(select(device.username, device.unsent).where(device.username.in_(usernames), device.unsent > 0)):
        counts[name] = counts.get(name, 0) + count
    return counts


def staying(usernames: set[str], day: date) -> list[tuple[str, str]]:
    """(username, path) of the posts of the field that these people still hold on a day."""
    query = select(post.username, area.path).join(Area, post.area_code == area.code).join(Person, person.username == post.username)
    query = query.where(post.username.in_(usernames), post.role.in_(FIELD_ROLES), lasting(post, day), person.active)
    return [tuple(row) for row in db.session.execute(query)] if usernames else []
