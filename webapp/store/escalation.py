"""What happens by itself when a time has come: whistles that nobody answered and overdue cases are raised, people are told, once.

Everything here may run twice, at the same time as another, or after days of standing still: what was done is found in the log or
under its key, and is not done again.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import Connection, and_, case, delete, func, or_, select, union

from ..core import climb, courts, notices, rules
from ..core.actions import CLOCK
from ..core.calendar import local_day
from ..core.entries import Entry
from ..core.notices import Load, Notice, People, Place
from ..core.road import OPEN, ORDER, PAUSED
from ..core.rules import Post as Held
from ..core.tasks import stamp
from . import contacts, disputes, mail, workdays
from .database import db, keep_first, save, writing
from .lists import folded
from .tables import Area, EntryRow, FactRow, NoticeRow, Person, Post, SittingRow, TaskRow
from .verdicts import AUTHORS

task, entry, note, sitting = (table.__table__.c for table in (TaskRow, EntryRow, NoticeRow, SittingRow))
RUNNING = [stage for stage in OPEN if stage not in PAUSED]
AT_ONCE = 200
KEPT = timedelta(days=180)
"""Notices are kept for so long: far longer than the rules ask for one of them."""
DIGEST = "notices.digest"
"""The fact that holds the day of the last digest."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one run did."""

    raised: int
    notices: int
    digests: int


def escalate(now: datetime, zone: tzinfo) -> Done:
    """Raise what was not answered, tell who is to be told, and in the morning say what there is to do."""
    begin(now, zone)
    raised = raise_unanswered(now, zone) + raise_overdue(now, zone)
    return Done(raised, tell(now, zone), say_good_morning(now, zone))


def begin(now: datetime, zone: tzinfo) -> None:
    """The first run of all says when that was: what was overdue before has its level's whole time from then."""
    if workdays.town(None, zone).began is None:
        with writing() as connection:
            workdays.begin(connection, now)


# --- raising


def raise_unanswered(now: datetime, zone: tzinfo) -> int:
    """Every dispatch whose whistles were not signed for in time goes one level up, once. Gives how many did now."""
    return _raise([_raising(*about) for about in _unanswered(now)], now, zone)


def raise_overdue(now: datetime, zone: tzinfo) -> int:
    """Every case whose level has had its time goes to the next one, once. Gives how many did now."""
    town = workdays.town(None, zone)
    late = ((entry, climb.climbs_at(entry, town)) for entry in map(folded, _overdue(now)))
    return _raise([_climbing(entry, when) for entry, when in late if when and when <= now], now, zone)


def _raise(raws: list[dict], now: datetime, zone: tzinfo) -> int:
    """What has changed in the meantime is refused as `stale`, and looked at again in the next run."""
    done = 0
    for some in _pieces(raws):
        letter = mail.Letter(some, CLOCK, rules.allow_clock)
        done += sum(answer.answer == "kept" for answer in mail.post(letter, now, zone))
    return done


def _pieces(rows: list) -> Iterable[list]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def _unanswered(now: datetime) -> list:
    """(entry, its last action, tasks, when they should have been signed for) of whistles that nobody answered in time."""
    late = (task.end == "", task.whistle != "", task.signed_at.is_(None), task.raised_at.is_(None), task.sign_due < now)
    query = select(entry.id, entry.last, task.n, task.sign_due).join_from(TaskRow, EntryRow, task.entry == entry.id)
    rows = db.session.execute(query.where(*late, entry.stage.not_in(PAUSED)).order_by(task.sign_due, entry.id, task.n))
    found: dict[str, tuple] = {}
    for id, last, n, sign_due in rows:
        found.setdefault(id, (id, last, [], sign_due))[2].append(n)
    return list(found.values())


def _overdue(now: datetime) -> Iterable:
    """The open cases past their deadline that can still go up."""
    late = (entry.case.is_(True), entry.stage.in_(RUNNING), entry.level != ORDER[-1], entry.due_at < now)
    return db.session.execute(select(EntryRow.__table__).where(*late).order_by(entry.due_at, entry.id)).all()


def _raising(id: str, last: str, tasks: list[int], sign_due: datetime) -> dict:
    """The action, made of nothing but what it is about: whoever makes it again makes the same."""
    first, *beside = tasks
    about = uuid5(NAMESPACE_OID, f"gridbook raised {id} {first} {sign_due.isoformat()}")
    return _raised(about, id, last, sign_due, {"reason": notices.RAISED, "task": first, "beside": beside})


def _climbing(case: Entry, when: datetime) -> dict:
    """The same for a case whose level has had its time: it is left this way once, and once more each time the case was sent back to it."""
    about = uuid5(NAMESPACE_OID, f"gridbook climbed {case.id} {case.level} {len(case.road.get('raised', ()))}")
    return _raised(about, case.id, case.last, when, {"reason": notices.CLIMBED})


def _raised(about: UUID, id: str, last: str, when: datetime, body: dict) -> dict:
    return {"id": str(about), "entry": id, "verb": "raised", "by": CLOCK, "at": when.isoformat(), "seen": last, "body": body}


# --- telling


def tell(now: datetime, zone: tzinfo) -> int:
    """Every notice that the rules ask for and nobody has had yet. Gives how many there were."""
    people, town = _people(local_day(now, zone)), workdays.town(None, zone)
    asked = {one.key: one for row in _candidates(now) for one in notices.of(folded(row), people, now, town)}
    had = _had(list(asked))
    return _send([one for key, one in asked.items() if key not in had], now)


def _candidates(now: datetime) -> Iterable:
    """The rows of entries that a rule could ask something for; each way in has its index."""
    oldest, soon = now - notices.NEWS, now + notices.SOON
    unsigned = and_(task.signed_at.is_(None), or_(task.sign_due.between(oldest, now), and_(task.whistle != "", task.sign_due > now)))
    open_tasks = select(task.entry).where(task.end == "", or_(unsigned, task.due.between(oldest, soon), task.at > oldest))
    back = select(task.entry).where(task.end == "handed_back", task.ended_at > oldest)
    missed = select(task.entry).where(task.whistle != "", task.raised_at > oldest)
    late = select(entry.id).where(entry.stage.in_(RUNNING), or_(entry.due_at < now, entry.level == "street"))
    up_and_down = [entry.road[name].as_string().is_not(None) for name in ("raised", "lowered")]
    moved = select(entry.id).where(entry.stage.in_(RUNNING), or_(*up_and_down, entry.road[("supervision", "at")].as_string() > stamp(oldest)))
    level, at = (entry.road[("mediation", "class", name)].as_string() for name in ("level", "at"))
    red = select(entry.id).where(entry.kind == "dispute", entry.stage.in_(RUNNING), level == "red", at > oldest.astimezone(UTC).isoformat())
    paused = select(entry.id).where(entry.stage.in_(PAUSED))
    on_board = select(entry.id).where(entry.stage.in_(RUNNING), entry.road[("stubborn", "at")].as_string() > stamp(oldest))
    booked = select(sitting.entry).where(sitting.state == "", sitting.starts.between(now, now + courts.AHEAD + timedelta(days=1)))
    ids = union(open_tasks, back, missed, late, moved, red, paused, on_board, booked, select(entry.id).where(*disputes.OWING))
    return db.session.execute(select(EntryRow.__table__).where(entry.id.in_(ids)), execution_options={"yield_per": 1000})


def _people(day: date) -> People:
    """Everybody who may be told something today. A secretary who has not signed in yet is none who could decide."""
    columns = (Post.username, Post.role, Post.area_code, Area.path, Post.starts, Post.ends, Post.unit)
    query = select(*columns).join(Area, Post.area_code == Area.code).join(Person, Person.username == Post.username)
    there = Person.active & or_(Post.role != "secretary", Person.password.is_not(None))
    rows = db.session.execute(query.where(there, Post.starts <= day, or_(Post.ends.is_(None), Post.ends >= day)))
    return People((row.username, Held(*row[1:])) for row in rows)


def _had(keys: list[str]) -> set[str]:
    """Those of these keys that are there."""
    return {key for some in _pieces(keys) for key in db.session.scalars(select(note.key).where(note.key.in_(some)))}


def _send(fresh: list[Notice], now: datetime) -> int:
    if not fresh:
        return 0
    with writing() as connection:
        return _keep(connection, fresh, now)


def _keep(connection: Connection, fresh: list[Notice], now: datetime) -> int:
    rows = [{name: getattr(one, name) for name in ("key", "username", "what", "entry", "about")} | {"at": now} for one in fresh]
    return keep_first(connection, NoticeRow, rows) if rows else 0


# --- the digest


def say_good_morning(now: datetime, zone: tzinfo) -> int:
    """From 08:00 of a working day: to everybody who has something to do, how much; to contacts who are late, that they are.

    Once a day; after a pause only for this one. Gives how many digests there were.
    """
    day = local_day(now, zone)
    said = db.session.scalar(select(FactRow.value).where(FactRow.name == DIGEST)) == day.isoformat()
    if said or now.astimezone(zone).time() < notices.MORNING or not workdays.calendar(db.session.connection(), zone).works(day):
        return 0
    people = _people(day)
    owed = notices.owing(map(folded, db.session.execute(select(EntryRow.__table__).where(*disputes.OWING))), people, day)
    found = notices.digests(people, _places(now), _loads(now), _returned(), owed)
    late = [notices.contact(pair, every) for pair, every in contacts.late(day)]
    with writing() as connection:
        save(connection, FactRow, [{"name": DIGEST, "value": day.isoformat()}])
        connection.execute(delete(NoticeRow).where(note.at < now - KEPT))
        _keep(connection, late, now)
        return _keep(connection, [notices.digest(username, day, counts) for username, counts in found.items()], now)


def _places(now: datetime) -> list[Place]:
    running = entry.case.is_(True) & entry.stage.in_(RUNNING)
    lists = {
        "waiting": entry.stage == "waiting",
        "in_hand": entry.stage == "in_hand",
        "handled": entry.stage == "handled",
        "due_soon": running & entry.due_at.between(now, now + notices.SOON),
        "overdue": running & (entry.due_at < now),
        "at_street": entry.level == "street",
    }
    by = (entry.path, PARTIES, case((entry.stage == "waiting", AUTHORS), else_="[]"))
    rows = db.session.execute(select(*by, *_counts(lists)).where(entry.stage.in_(OPEN)).group_by(*by))
    return [Place(path, dict(zip(lists, counts, strict=True)), _names(kept), _names(authors)) for path, kept, authors, *counts in rows]


def _loads(now: datetime) -> list[Load]:
    visit = task.what == "follow_up"
    sorts = {
        "to_sign": ~visit & task.signed_at.is_(None),
        "own_due_soon": ~visit & task.due.between(now, now + notices.SOON),
        "own_overdue": ~visit & (task.due < now),
        "follow_up": visit,
    }
    holder = (task.path, task.unit, task.person, task.grid)
    query = select(*holder, PARTIES, *_counts(sorts)).join_from(TaskRow, EntryRow, task.entry == entry.id)
    rows = db.session.execute(query.where(task.end == "").group_by(*holder, PARTIES))
    return [Load(*row[:4], dict(zip(sorts, row[5:], strict=True)), _names(row[4])) for row in rows]


def _returned() -> dict[str, int]:
    return dict(db.session.execute(select(entry.author, func.count()).where(entry.stage == "returned").group_by(entry.author)).all())


PARTIES = func.coalesce(disputes.PARTIES, "[]")
"""The accounts of a dispute's parties, as JSON: they are not told of it, not even in a count."""


def _names(parties: str) -> tuple[str, ...]:
    return tuple(json.loads(parties))


def _counts(conditions: dict) -> list:
    return [func.count().filter(condition).label(name) for name, condition in conditions.items()]
