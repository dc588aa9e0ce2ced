"""现在由谁负责,下一步到谁: the posts that answer for an open case at each level, by name, and when it goes up by itself."""

from flask_babel import gettext as _

from ..core import climb, duties, rules
from ..core.entries import Entry
from ..core.kinds.shape import N_
from ..core.road import LEVELS, OPEN, ORDER
from ..core.rules import ROLES
from ..store import duties as store
from . import targets
from .access import now, today

GROUP = N_("党小组")
"""What the lower posts of a grid are together: 楼栋党小组. In lists and figures what they have is the grid's."""


def of(entry: Entry) -> dict | None:
    """The levels with their posts, from the door upwards; None where nobody has to answer any more."""
    if not entry.case or entry.stage not in OPEN:
        return None
    there = duties.where(store.held_in(entry.path, today()), today())
    town = targets.town()
    rungs = climb.rungs(entry, town, lambda role: bool(duties.nearest(there, role, entry.path)))
    return {
        "levels": _levels(entry, there, rungs),
        "rungs": _told(entry, rungs),
        "holders": [task for task in entry.tasks if task.open and task.leads],
        "next": _(LEVELS[above]) if (above := climb.above(entry.level)) else None,
        "when": climb.climbs_at(entry, town),
    }


def _levels(entry: Entry, there: duties.Where, rungs: list[climb.Rung]) -> list[dict]:
    """党小组, 网格, 社区, 街道: `ahead` is 0 for the one that has the case now, 1 for the next. What is not late is with the grid itself."""
    lower, upper = (sum(part, ()) for part in (climb.LADDER["grid"][: climb.GROUP], climb.LADDER["grid"][climb.GROUP :]))
    shown = [(GROUP, lower), (LEVELS["grid"], upper), *((LEVELS[level], climb.RUNGS[level]) for level in ORDER[1:])]
    shown = [(label, some) for label, roles in shown if (some := tuple(role for role in roles if rules.concerns(role, entry)))]
    place = climb.at(rungs, now())
    down = entry.level == ORDER[0] and place is not None and rungs[place][0] in climb.LADDER["grid"][: climb.GROUP]
    at = 0 if down else len(shown) - len(ORDER) + ORDER.index(entry.level)
    return [{"label": _(label), "ahead": n - at, "posts": _posts(roles, entry.path, there)} for n, (label, roles) in enumerate(shown)]


def _posts(roles: tuple[str, ...], path: str, there: duties.Where) -> list[tuple[str, list[str]]]:
    posts = [(_(ROLES[role]), [one.name for one in duties.nearest(there, role, path)]) for role in roles]
    return [(label, names) for label, names in posts if names] or [(_("没有人"), [])]


def _told(entry: Entry, rungs: list[climb.Rung]) -> list[dict]:
    """Which post of the grid has the overdue case from when: `ahead` is 0 for the one that has it now."""
    place = climb.at(rungs, now())
    if entry.level != ORDER[0] or place is None:
        return []
    return [{"label": _("、").join(_(ROLES[role]) for role in roles), "since": since, "ahead": n - place} for n, (roles, since) in enumerate(rungs)]
