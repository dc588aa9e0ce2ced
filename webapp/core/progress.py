"""What a resident may know of an entry: how far it is, in plain words, and since when. No name, place, note or photo."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from . import entries
from .actions import Action
from .kinds.shape import N_

REACHED = {
    "received": N_("已收到"),
    "accepted": N_("已受理"),
    "handled": N_("已处置"),
    "closed": N_("已办结"),
    "reopened": N_("反映没解决,重新办理"),
    "declined": N_("不予受理"),
    "withdrawn": N_("已撤回"),
}
AHEAD = {
    "waiting": (N_("核实受理"), N_("办理"), N_("办结")),
    "returned": (N_("核实受理"), N_("办理"), N_("办结")),
    "in_hand": (N_("办理中"), N_("办结")),
    "handled": (N_("确认办结"),),
}
"""stage -> what is under way now, and what comes after it."""


@dataclass(frozen=True, slots=True)
class Step:
    """`progress` is done, now or next; `when` is known of what is done."""

    word: str
    progress: str
    when: datetime | None = None


def steps(log: Iterable[tuple[int, Action]]) -> list[Step]:
    """The road of one entry, from its (seq, action) pairs in the order heard: what was reached, then what is ahead."""
    found, entry = [], None
    for seq, action in log:
        before, entry = entry, entries.act(entry, action, seq)
        if reached := _reached(before, entry):
            found.append(Step(REACHED[reached], "done", action.moment))
    ahead = AHEAD.get(entry.stage, ())
    return found + [Step(word, "next" if place else "now") for place, word in enumerate(ahead)]


def _reached(before: entries.Entry | None, after: entries.Entry) -> str | None:
    """What this one action changed in a resident's eyes; questions between desk and worker are not his matter."""
    if before is None:
        return "received"
    if after.stage == before.stage or after.stage in {"waiting", "returned"}:
        return None
    if after.stage == "in_hand":
        return "reopened" if before.stage == "closed" else "accepted"
    return after.stage
