"""Tasks: what somebody was given to do about a case, and what became of it."""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

from .kinds.shape import N_

WHATS = {"handle": N_("主办"), "assist": N_("协办"), "mediate": N_("调解"), "follow_up": N_("回访")}
ENDS = {"done": N_("已办"), "handed_back": N_("已退单"), "moved": N_("已转派"), "void": N_("不再需要")}

WHISTLES = {"daily": N_("日常哨"), "progress": N_("推进哨"), "tough": N_("攻坚哨")}
"""吹哨报到: the three whistles; their clocks are core.clocks.WHISTLE."""


@dataclass(slots=True)
class Task:
    """One task of a case, the n-th. It belongs to exactly one of a unit, a person, a grid. Times are RFC 3339 text."""

    n: int
    what: str
    unit: str = ""
    person: str = ""
    grid: str = ""
    whistle: str = ""
    by: str = ""
    at: str = ""
    sign_due: str = ""
    signed_at: str = ""
    due: str = ""
    ended_at: str = ""
    end: str = ""
    words: str = ""
    raised_at: str = ""
    grade: str = ""

    @property
    def open(self) -> bool:
        return not self.end

    @property
    def leads(self) -> bool:
        return self.what in {"handle", "mediate"}

    @property
    def answered_in_time(self) -> bool:
        """Was it signed for within its clock? A task without one, or not signed, is not."""
        return bool(self.sign_due and self.signed_at) and instant(self.signed_at) <= instant(self.sign_due)


NAMES = tuple(field.name for field in fields(Task))


def load(road: dict) -> list[Task]:
    return [Task(**task) for task in road.get("tasks", ())]


def dump(tasks: list[Task]) -> list[dict]:
    """As they are kept: without what is empty."""
    return [{name: value for name, value in asdict(task).items() if value != ""} for task in tasks]


def stamp(moment: datetime) -> str:
    """A moment as the road keeps it: in UTC, whatever zone a phone sent, so that the log folds to the same text for ever."""
    return moment.astimezone(UTC).isoformat()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def handed_on(tasks: list[Task], leaver: str, to: str) -> list[dict]:
    """Whom a case is given to when `to` takes over what `leaver` had of it: the targets of `assigned`. Return visits stay with the grid.

    What nobody has, and the leaver saw to all the same, `to` has from then on.
    """
    goes = [
        {"unit": task.unit, "person": to if task.person == leaver else task.person, "grid": task.grid, "assists": not task.leads}
        for task in tasks
        if task.open and task.what != "follow_up"
    ]
    leads = any(not target["assists"] for target in goes)
    return goes if leads else [{"unit": "", "person": to, "grid": "", "assists": False}, *(one for one in goes if one["person"] != to)]
