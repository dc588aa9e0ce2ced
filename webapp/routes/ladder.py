"""现在由谁负责,下一步到谁: the posts that answer for an open case at each level, by name, and when it goes up by itself."""

from flask_babel import gettext as _

from ..core import climb, duties
from ..core.entries import Entry
from ..core.road import LEVELS, OPEN, ORDER
from ..core.rules import ROLES
from ..store import duties as store
from . import targets
from .access import today


def of(entry: Entry) -> dict | None:
    """The levels with their posts, from the door upwards; None where nobody has to answer any more."""
    if not entry.case or entry.stage not in OPEN:
        return None
    there = duties.where(store.held_in(entry.path, today()), today())
    now = ORDER.index(entry.level)
    town = targets.town()
    return {
        "levels": [_level(level, entry.path, there, place - now) for place, level in enumerate(ORDER)],
        "holders": [task for task in entry.tasks if task.open and task.leads],
        "next": _(LEVELS[above]) if (above := climb.above(entry.level)) else None,
        "when": climb.climbs_at(entry, town.calendar, town.climb),
    }


def _level(level: str, path: str, there: duties.Where, ahead: int) -> dict:
    """One level: `ahead` is 0 for the one that has the case, 1 for the next."""
    posts = [(_(ROLES[role]), [one.name for one in duties.nearest(there, role, path)]) for role in climb.RUNGS[level]]
    return {"label": _(LEVELS[level]), "ahead": ahead, "posts": [(label, names) for label, names in posts if names] or [(_("没有人"), [])]}
