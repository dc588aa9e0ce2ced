"""What the town has set about time: its working days, the terms of each category, and who is visited again.

Every setting has one version, a fact that changes with each edit in the same transaction: whoever asks reads that one row, and the
rest only when another process has written since.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache

from sqlalchemy import Connection, delete, or_, select

from ..core.calendar import Calendar, Terms, hours, spelled
from ..core.clocks import WHISTLE, Town
from ..core.ways import TERMS
from .database import THESE, db, fetch, keep_first, save
from .tables import Category, FactRow, WorkdayRow

VERSION = "town.version"
NOTICE = "workdays."
"""The fact `workdays.2027` says that the notice for that year is in."""

HOURS = "working.hours"
"""The fact that holds the pieces of a working day, where the town has set its own."""

BEGAN = "climb.began"
"""The fact that holds the moment when the town's own clock first ran."""

AHEAD = 3
"""For so many years after the last notice that the library has, its statutory holidays are taken as an estimate."""

_fact, _category, _workday = FactRow.__table__.c, Category.__table__.c, WorkdayRow.__table__.c
_VERSION = select(_fact.value).where(_fact.name.in_(THESE))
OWN = ("follow_up.", "climb.", "sign.", "whistle.", "way.")
"""How the facts begin that are read beside the working hours."""

_FACTS = select(_fact.name, _fact.value).where(or_(*(_fact.name.like(f"{name}%") for name in OWN), _fact.name == HOURS))
_TERMS = select(_category.code, _category.clock, _category.amount, _category.way)
_DAYS = select(_workday.day, _workday.works)
MOVED = "调休"
"""What stands for the name of a day that was swapped with another."""

_last: tuple[tuple[str | None, tzinfo], Town] | None = None
"""(version, zone), and what the town had set then."""


def town(connection: Connection | None, zone: tzinfo) -> Town:
    """Everything that decides about deadlines. One small query, unless a setting has changed."""
    connection = connection or db.session.connection()
    global _last
    key, known = (next((row.value for row in fetch(connection, _VERSION, [VERSION])), None), zone), _last
    if known is None or known[0] != key or key[0] is None:
        known = _last = key, _read(connection, zone)
    return known[1]


def calendar(connection: Connection | None, zone: tzinfo) -> Calendar:
    """The town's working days: the library's, over which its own rows stand."""
    return town(connection, zone).calendar


def touch(connection: Connection) -> None:
    """A setting has changed; to be called in the transaction that changes it."""
    save(connection, FactRow, [{"name": VERSION, "value": secrets.token_hex(8)}])


def _read(connection: Connection, zone: tzinfo) -> Town:
    facts = dict(connection.execute(_FACTS).all())
    own = dict(connection.execute(_DAYS).all())
    library, categories = statutory(), connection.execute(_TERMS).all()

    def terms(name: str, usual: Terms) -> Terms | None:
        """What the town has set; nothing for an amount, and it has no clock."""
        amount = facts.get(f"{name}.amount", usual.amount)
        return Terms(facts.get(f"{name}.clock", usual.clock), int(amount)) if amount else None

    return Town(
        calendar=Calendar(
            zone, library.days | own, hours=hours(facts[HOURS]) if HOURS in facts else Calendar.hours, known=library.known | noticed(connection)
        ),
        terms={row.code: Terms(row.clock, row.amount) for row in categories if row.amount is not None},
        share=int(facts.get("follow_up.share", Town.share)),
        follow=terms("follow_up", Town.follow),
        climb=terms("climb", Town.climb),
        rung=terms("climb.rung", Town.rung),
        began=datetime.fromisoformat(facts[BEGAN]) if BEGAN in facts else None,
        sign=terms("sign", Town.sign),
        whistles={name: (terms(f"whistle.{name}.sign", sign), terms(f"whistle.{name}.work", work)) for name, (sign, work) in WHISTLE.items()},
        ways={way: found for way, usual in TERMS.items() if (found := terms(f"way.{way}", usual))},
        usual={row.code: row.way for row in categories if row.way},
    )


@dataclass(frozen=True)
class Statutory:
    """What the library `holidays` knows of China: the days that are not what their weekday says, their names, the years with a notice."""

    days: dict[date, bool]
    names: dict[date, str]
    known: frozenset[int]


@cache
def statutory() -> Statutory:
    """For a year without its notice the library gives the statutory holidays and no 调休, and does not say so; here it is not known."""
    from holidays.countries.china import CN  # takes a quarter of a second, and most commands never ask

    known = frozenset(CN().special_public_holidays)  # by year: the days that its notice moved
    off = CN(years=range(min(known), max(known) + AHEAD + 1), language="zh_CN")
    worked = {day for day in off.weekend_workdays if day.year in known}
    names = {day: MOVED if name.startswith("休息日") else name.partition("（")[0] for day, name in off.items()}
    return Statutory(
        days={day: False for day in off} | dict.fromkeys(worked, True),
        names=names | dict.fromkeys(worked, MOVED),
        known=known,
    )


# --- the working calendar


def rows(connection: Connection | None = None, year: int | None = None) -> dict[date, dict]:
    """The town's own days, of one year or of all, as dicts of their columns."""
    query = select(WorkdayRow.__table__).order_by(_workday.day)
    if year:
        query = query.where(_workday.day.between(date(year, 1, 1), date(year, 12, 31)))
    return {row.day: {**row._mapping} for row in (connection or db.session.connection()).execute(query)}


def usual(day: date) -> bool:
    """Is it worked, as long as the town has not said otherwise?"""
    return statutory().days.get(day, day.weekday() < 5)


def set_day(connection: Connection, day: date, works: bool) -> bool:
    """The town says whether a day is worked; False where that changes nothing. What is as usual needs no row."""
    own = rows(connection, day.year).get(day)
    if works == (own["works"] if own else usual(day)):
        return False
    if works == usual(day):
        connection.execute(delete(WorkdayRow).where(_workday.day == day))
    else:
        save(connection, WorkdayRow, [{"day": day, "works": works, "name": ""}])
    touch(connection)
    return True


def keep(connection: Connection, days: list[dict], years: set[int]) -> bool:
    """The days of a notice; with it these years are known. False where that changes nothing."""
    if days:
        save(connection, WorkdayRow, days)
        touch(connection)
    return any([bool(days), *[set_known(connection, year) for year in sorted(years)]])


def noticed(connection: Connection | None = None) -> set[int]:
    """The years whose calendar the town has checked against the notice."""
    found = (connection or db.session.connection()).scalars(select(_fact.name).where(_fact.name.like(f"{NOTICE}%")))
    return {int(name.removeprefix(NOTICE)) for name in found}


def set_known(connection: Connection, year: int, known: bool = True) -> bool:
    """The calendar of a year was checked against the notice, or it was not after all. False where that changes nothing."""
    if known == (year in noticed(connection)):
        return False
    if known:
        save(connection, FactRow, [{"name": f"{NOTICE}{year}", "value": "loaded"}])
    else:
        connection.execute(delete(FactRow).where(_fact.name == f"{NOTICE}{year}"))
    touch(connection)
    return True


# --- terms and follow-up


def set_category(connection: Connection, code: str, **columns) -> None:
    """The clock, amount, way and usual unit of a category."""
    connection.execute(Category.__table__.update().where(_category.code == code).values(**columns))
    touch(connection)


def add_category(connection: Connection, row: dict) -> None:
    """A category of the town's own."""
    connection.execute(Category.__table__.insert().values({"clock": "natural_days", "way": "", "origin": "town"} | row))
    touch(connection)


def set_follow_up(connection: Connection, share: int, terms: Terms) -> None:
    """How many per cent of the closed cases are visited again, and by when."""
    save(connection, FactRow, [{"name": "follow_up.share", "value": str(share)}])
    set_terms(connection, {"follow_up": terms})


def set_terms(connection: Connection, given: dict[str, Terms | None]) -> None:
    """Clocks by name: `sign`, `whistle.daily.sign`, `whistle.daily.work`, `way.spot`, `climb`, `climb.rung`. A path may have none."""
    facts = {f"{name}.clock": terms.clock for name, terms in given.items() if terms}
    facts |= {f"{name}.amount": str(terms.amount) if terms else "" for name, terms in given.items()}
    save(connection, FactRow, [{"name": name, "value": value} for name, value in facts.items()])
    touch(connection)


def begin(connection: Connection, now: datetime) -> None:
    """The town's own clock runs, from now on; said once."""
    if keep_first(connection, FactRow, [{"name": BEGAN, "value": now.isoformat()}]):
        touch(connection)


def set_hours(connection: Connection, pieces: tuple) -> None:
    """When a working day is worked, for every clock from now on; deadlines that were given stay."""
    save(connection, FactRow, [{"name": HOURS, "value": spelled(pieces)}])
    touch(connection)
