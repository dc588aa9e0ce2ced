"""Who a case can be given to, and who usually gets it."""

from dataclasses import dataclass

from flask_babel import gettext as _

from ..core import clocks, hotline
from ..core.calendar import CLOCKS
from ..core.road import WAYS
from ..core.rules import ROLES
from ..core.tasks import WHISTLES
from ..core.ways import STEPS
from ..store import disputes, jobs, lists, workdays
from .access import today, zone


@dataclass(frozen=True)
class Target:
    """What the form calls it (`unit:CODE`, `person:USERNAME` or `grid:CODE`), its name on the screen, and who assists it in one tap."""

    value: str
    name: str
    beside: str = ""


def target(value: str) -> dict:
    """unit:CODE as the action's body has it. ValueError for what is none."""
    what, colon, code = value.partition(":")
    if what not in {"unit", "person", "grid"} or not colon or not code:
        raise ValueError(value)
    return {what: code}


def usual(rows: list) -> dict[str, Target]:
    """entry -> who gets it in one tap: its category's unit, or the one of its kind that works there; else a mediator, or its own grid.

    直通联办: an order of the hotline goes to the unit and to its grid at once.
    """
    categories, units = jobs.usual(), jobs.units()
    kinds = {row.Unit.code: row.Unit.kind for row in units}
    scopes = {area.code: area for area in lists.areas_by_code({row.scope for row in rows})}
    return {row.id: found for row in rows if (found := _usual(row, categories, units, kinds, scopes))}


def _usual(row, categories: dict, units: list, kinds: dict, scopes: dict) -> Target | None:
    code, way = categories.get(row.category, (None, ""))
    there = [one.Unit for one in units if row.path.startswith(one.path)]
    unit = next((one for one in there if one.code == code), None) or next((one for one in there if one.kind == kinds.get(code, "")), None)
    if unit:
        return Target(f"unit:{unit.code}", unit.name, f"grid:{row.scope}" if row.source == hotline.SOURCE and scopes[row.scope].level == "grid" else "")
    if row.kind == "dispute":
        kept = lists.folded(row).kept_from
        mediator = next((one for one in disputes.mediators(row.path, today(), row.category) if one.username not in kept), None)
        return mediator and Target(f"person:{mediator.username}", mediator.name)
    return Target(f"grid:{row.scope}", scopes[row.scope].name) if way in {"", "spot", "answer"} else None


def choices(entry) -> dict:
    """Everything that the form for giving it to somebody offers."""
    units = [Target(f"unit:{one.Unit.code}", one.Unit.name) for one in jobs.units() if entry.path.startswith(one.path)]
    found = {}
    for one in disputes.mediators(entry.path, today(), entry.category) if entry.kind == "dispute" else ():  # those good at it first
        said = _("%(name)s(调解员,擅长这类,手上 %(count)s 件)") if one.good else _("%(name)s(调解员,手上 %(count)s 件)")
        found[one.username] = said % {"name": one.name, "count": one.count}
    for one in jobs.people_over(entry.path, today()):
        found.setdefault(one.Person.username, f"{one.Person.name}({_(ROLES[one.Post.role])})")
    return {
        "units": units,
        "people": [Target(f"person:{username}", name) for username, name in found.items() if username not in entry.kept_from],
        "grid": Target(f"grid:{entry.scope}", lists.names_of({entry.scope}).get(entry.scope, entry.scope)),
        "usual": usual([entry]).get(entry.id),
        "way": entry.way or jobs.usual().get(entry.category, (None, ""))[1],
        "due": local(entry.due_at),
        "whistles": [(name, _(label), _clocks(*town().whistles[name])) for name, label in WHISTLES.items()],
    }


def town() -> clocks.Town:
    return workdays.town(None, zone())


def _clocks(sign, work) -> str:
    """1 小时内签收,3 个工作日内办好."""
    return _("%(sign)s内签收,%(work)s内办好", sign=amount(sign), work=amount(work))


def ways() -> list[tuple[str, str, str, str]]:
    """办理路径: (name, label, its clock, its last step)."""
    own = town().ways
    return [(way, _(label), amount(own[way]) if way in own else "", _(STEPS[way])) for way, label in WAYS.items()]


def amount(terms) -> str:
    """紧急工作时 2 小时, 工作日 3 天."""
    long = _("%(count)s 小时", count=terms.amount) if terms.clock.endswith("_hours") else _("%(count)s 天", count=terms.amount)
    return f"{_(CLOCKS[terms.clock])} {long}"


def local(moment) -> str:
    """A moment as <input type="datetime-local"> has it."""
    return moment.astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if moment else ""
