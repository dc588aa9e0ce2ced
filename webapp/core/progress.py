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
    "assigned": N_("已安排承办"),
    "signed": N_("承办人已接手"),
    "handed_back": N_("换一家承办"),
    "handled": N_("已处置"),
    "reworked": N_("复查没通过,重新处置"),
    "suspended": N_("暂缓办理"),
    "resumed": N_("恢复办理"),
    "taken": N_("调解员已接手"),
    "planned": N_("开始调解"),
    "agreed": N_("双方达成一致"),
    "failed": N_("这次没有谈成"),
    "closed": N_("已办结"),
    "followed_up": N_("已回访"),
    "reopened": N_("反映没解决,重新办理"),
    "declined": N_("不予受理"),
    "withdrawn": N_("已撤回"),
}
"""What was reached -> the word for it."""

_VERIFY = (N_("核实受理"), N_("办理"), N_("办结"))
_WORK = (N_("处置中"), N_("办结"))
_MEDIATE = (N_("调解中"), N_("回访"), N_("办结"))
_VISIT = (N_("回访"), N_("办结"))
AHEAD = {
    "waiting": _VERIFY,
    "returned": _VERIFY,
    "in_hand": (N_("安排人办理"), N_("处置"), N_("办结")),
    "assigned": (N_("等承办人接手"), N_("处置"), N_("办结")),
    "signed": _WORK,
    "suspended": (N_("等条件具备再办"), N_("处置"), N_("办结")),
    "taken": _MEDIATE,
    "classified": _MEDIATE,
    "planned": _MEDIATE,
    "agreed": _VISIT,
    "failed": _VISIT,
    "fed_back": _VISIT,
    "handled": (N_("确认办结"),),
}
"""stage -> what is under way now, and what comes after it."""

_DISPUTED = {
    "in_hand": (N_("安排调解员"), N_("调解"), N_("回访"), N_("办结")),
    "assigned": (N_("等调解员接手"), N_("调解"), N_("回访"), N_("办结")),
    "suspended": (N_("等条件具备再办"), N_("调解"), N_("回访"), N_("办结")),
}
"""The same for a dispute, where it goes another way."""

NOW = {
    "waiting": N_("正在核实"),
    "returned": N_("正在核实"),
    "suspended": N_("暂缓办理"),
    "handled": N_("等待确认"),
    "closed": N_("已办结"),
    "declined": N_("不予受理"),
    "withdrawn": N_("已撤回"),
}
"""stage -> one word for how it stands; all others are 办理中."""


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
    ahead = (AHEAD | _DISPUTED if entry.follows == "dispute" else AHEAD).get(entry.stage, ())
    return found + [Step(word, "next" if place else "now") for place, word in enumerate(ahead)]


def _reached(before: entries.Entry | None, after: entries.Entry) -> str | None:
    """What this one action changed in a resident's eyes; questions between desk and worker are not his matter."""
    if before is None:
        return "received"
    was, now = before.stage, after.stage
    if len(after.road.get("follow_ups", ())) > len(before.road.get("follow_ups", ())):
        return "followed_up" if after.road["solved"] else "reopened"
    if now == was or now in {"waiting", "returned", "classified", "fed_back"}:
        return None
    turns = {("waiting", "in_hand"): "accepted", ("closed", "in_hand"): "reopened", ("handled", "signed"): "reworked"}
    if was == "suspended":
        return "resumed"
    return turns.get((was, now), "handed_back" if now == "in_hand" else now)
