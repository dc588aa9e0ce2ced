"""What a resident may know of an entry: how far it is, in plain words, and since when. No name, place, note or photo."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from . import entries
from .actions import Action
from .kinds.shape import N_
from .road import ORDER

REACHED = {
    "received": N_("已收到"),
    "accepted": N_("已受理"),
    "returned": N_("再核对情况,暂停计时"),
    "amended": N_("情况已补充"),
    "mended": N_("情况已补充,继续计时"),
    "answered": N_("已给出答复"),
    "assigned": N_("已安排承办"),
    "moved": N_("换了承办单位或人员"),
    "signed": N_("承办人已接手"),
    "handed_back": N_("换一家承办"),
    "handled": N_("已处置"),
    "reported": N_("补充了办理情况"),
    "assist_signed": N_("协办的已接手"),
    "assist_handed_back": N_("协办的另行安排"),
    "assist_handled": N_("协办的已办好"),
    "reworked": N_("复查没通过,重新处置"),
    "extended": N_("延长了办理时限"),
    "suspended": N_("暂缓办理,暂停计时"),
    "resumed": N_("恢复办理,继续计时"),
    "supervised": N_("已催办"),
    "raised": N_("已交上一级处理"),
    "lowered": N_("已交回下一级处理"),
    "flagged": N_("列为重点办理"),
    "reviewed": N_("已会商"),
    "taken": N_("调解员已接手"),
    "replaced": N_("换了调解员"),
    "classified": N_("已分类"),
    "planned": N_("开始调解"),
    "replanned": N_("调整了调解办法"),
    "mediated": N_("调解了一次"),
    "booked": N_("约了调解时间"),
    "unbooked": N_("约的调解时间取消了"),
    "sat": N_("约的调解有了结果"),
    "agreed": N_("双方达成一致"),
    "failed": N_("这次没有谈成"),
    "performed": N_("履行中"),
    "confirmed": N_("后续手续办理中"),
    "fed_back": N_("结果已反馈"),
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
        found += [Step(REACHED[reached], "done", action.moment) for reached in _reached(before, action.verb, entry)]
    ahead = (AHEAD | _DISPUTED if entry.follows == "dispute" else AHEAD).get(entry.stage, ())
    found += [Step(word, "next" if place else "now") for place, word in enumerate(ahead)]
    visit = entry.stage == "closed" and any(task.open and task.what == "follow_up" for task in entry.tasks)
    return found + ([Step(N_("办结后会有人回访"), "next")] if visit else [])


def _reached(before: entries.Entry | None, verb: str, after: entries.Entry) -> list[str]:
    """What this one action changed in a resident's eyes, as names of REACHED; a remark, a rating or a grade is nothing."""
    if before is None:
        return ["received"]
    main = (_stayed if before.stage == after.stage else _turned)(before, verb, after)
    up = ORDER.index(after.level) - ORDER.index(before.level) if verb != "assigned" else 0
    level = "raised" if up > 0 else "lowered" if up < 0 else "supervised" if verb == "raised" else None
    return [name for name in (main, level) if name]


def _turned(before: entries.Entry, verb: str, after: entries.Entry) -> str:
    """The stage changed."""
    was, now = before.stage, after.stage
    if verb == "followed_up":
        return "followed_up" if after.road["solved"] else "reopened"
    if verb == "assigned" and (changed := _holder_changed(before, after)):
        return changed
    if was == "suspended":
        return "resumed"
    turns = {("waiting", "in_hand"): "accepted", ("returned", "in_hand"): "accepted", ("returned", "waiting"): "mended"}
    turns |= {("closed", "in_hand"): "reopened", ("handled", "signed"): "reworked", ("handled", "in_hand"): "reworked"}
    return turns.get((was, now), "handed_back" if now == "in_hand" else now)


_WROTE = {
    "noted": "answered", "extended": "extended", "supervised": "supervised", "flagged": "flagged", "reviewed": "reviewed",
    "followed_up": "followed_up", "classified": "classified", "planned": "replanned", "mediated": "mediated", "performed": "performed",
    "confirmed": "confirmed", "fed_back": "fed_back", "booked": "booked", "unbooked": "unbooked", "sat": "sat",
}  # fmt: skip
"""verb -> what it was, where it left the stage and wrote something into the entry's road; out of its order it is a remark."""


def _stayed(before: entries.Entry, verb: str, after: entries.Entry) -> str | None:
    """The stage is what it was."""
    match verb:
        case "amended":
            return "amended" if after.version > before.version else None
        case "assigned":
            return _holder_changed(before, after) or "assigned"
        case "signed" | "handed_back" | "handled":
            return _of_task(before, verb, after)
    return _WROTE.get(verb) if after.road != before.road else None


def _holder_changed(before: entries.Entry, after: entries.Entry) -> str | None:
    had, has = ([(task.unit, task.person, task.grid) for task in entry.tasks if task.open and task.leads] for entry in (before, after))
    return ("replaced" if after.follows == "dispute" else "moved") if had and had != has else None


def _of_task(before: entries.Entry, verb: str, after: entries.Entry) -> str | None:
    """What somebody said about a task, his own or one that assists."""
    task = next((task for task in after.tasks if task not in before.tasks), None)
    if task is None:
        return "reported" if verb == "handled" and after.stage == "handled" else None
    if not task.leads:
        return f"assist_{verb}"
    return "taken" if verb == "signed" and task.what == "mediate" else verb
