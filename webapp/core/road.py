"""The road of an entry: its stages, and which verb leads from which stage to which. docs/road.md is drawn from these tables."""

from .kinds.shape import N_

STAGES = {
    "waiting": N_("待审核"),
    "returned": N_("退回补正"),
    "in_hand": N_("待派遣"),
    "assigned": N_("待签收"),
    "signed": N_("处置中"),
    "handled": N_("待确认办结"),
    "suspended": N_("挂账"),
    "taken": N_("纳入调解"),
    "classified": N_("已分类"),
    "planned": N_("调解中"),
    "agreed": N_("已达成协议"),
    "failed": N_("未达成协议"),
    "fed_back": N_("已反馈,待回访"),
    "closed": N_("已办结"),
    "declined": N_("不予受理"),
    "withdrawn": N_("已撤回"),
}

OPEN = tuple(stage for stage in STAGES if stage not in {"closed", "declined", "withdrawn"})
"""Stages of an entry that somebody still has to do something about."""

PAUSED = ("returned", "suspended")
"""Stages in which the clock stands still."""

IN_HAND = tuple(stage for stage in OPEN if stage not in {"waiting", "returned"})
"""Stages between approval and closing."""

_ASKED = {
    "waiting": {"amended": "waiting", "approved": "in_hand", "returned": "returned", "declined": "declined", "withdrawn": "withdrawn"},
    "returned": {"amended": "waiting", "approved": "in_hand", "declined": "declined", "withdrawn": "withdrawn"},
}
_LATE = {"waiting": _ASKED["waiting"] | {"raised": "waiting"}}
"""A case that nobody looks at goes up all the same."""

_EVERYWHERE = {"supervised": "", "raised": "", "lowered": "", "flagged": "", "reviewed": "", "extended": "", "suspended": "suspended"}
"""What may be done at every stage between approval and closing; "" stays where it is."""

_COURT = {"booked": "", "unbooked": "", "sat": ""}
"""What may be done about a sitting at a court point, at every stage of a dispute."""

_SUSPENDED = {"resumed": "in_hand", **dict.fromkeys(("assigned", "supervised", "raised", "flagged", "reviewed"), "suspended")}
"""Somebody else may take over what is suspended; it stays so until it is resumed."""


def _with(stages: dict, everywhere: dict = _EVERYWHERE) -> dict:
    return {stage: verbs | {verb: to or stage for verb, to in everywhere.items()} for stage, verbs in stages.items()}


CASE = (
    _ASKED
    | _LATE
    | _with(
        {
            "in_hand": {"assigned": "assigned", "handled": "handled", "closed": "closed"},
            "assigned": {"assigned": "assigned", "signed": "signed", "handed_back": "in_hand", "handled": "handled", "closed": "closed"},
            "signed": {"assigned": "assigned", "signed": "signed", "handed_back": "in_hand", "handled": "handled", "closed": "closed"},
            "handled": {"handled": "handled", "reworked": "signed", "assigned": "assigned", "closed": "closed"},
        }
    )
    | {
        "suspended": _SUSPENDED,
        "closed": {"reopened": "in_hand", "followed_up": "closed", "rated": "closed", "graded": "closed"},
    }
)
"""A hazard, a request, an ordered delivery. Solved on the spot it goes from approval straight to closed."""

DISPUTE = (
    _ASKED
    | _LATE
    | _with(
        {
            "in_hand": {"assigned": "assigned"},
            "assigned": {"assigned": "assigned", "signed": "taken", "handed_back": "in_hand"},
            "taken": {"classified": "classified", "handed_back": "in_hand", "assigned": "assigned"},
            "classified": {"classified": "classified", "planned": "planned", "handed_back": "in_hand", "assigned": "assigned"},
            "planned": {"assigned": "planned", "classified": "planned", "planned": "planned", "mediated": "planned", "agreed": "agreed", "failed": "failed"},
            "agreed": {"assigned": "agreed", "performed": "agreed", "confirmed": "agreed", "fed_back": "fed_back"},
            "failed": {"assigned": "failed", "confirmed": "failed", "planned": "planned", "fed_back": "fed_back"},
            "fed_back": {"assigned": "fed_back", "performed": "fed_back", "confirmed": "fed_back", "followed_up": "handled"},
            "handled": {"assigned": "handled", "performed": "handled", "confirmed": "handled", "planned": "planned", "closed": "closed"},
        },
        _EVERYWHERE | _COURT,
    )
    | {
        "suspended": _SUSPENDED | dict.fromkeys(("unbooked", "sat"), "suspended"),
        "closed": {
            "reopened": "in_hand", "followed_up": "closed", "rated": "closed", "graded": "closed", "performed": "closed",
            "confirmed": "closed", "unbooked": "closed", "sat": "closed",
        },
    }
)  # fmt: skip
"""A dispute: found, taken over by a mediator, classified, planned, agreed, fed back to the worker, visited again, closed; in that order."""

RECORD = {
    "waiting": {"amended": "waiting", "approved": "closed", "returned": "returned", "declined": "declined", "withdrawn": "withdrawn"},
    "returned": {"amended": "waiting", "approved": "closed", "declined": "declined", "withdrawn": "withdrawn"},
}
"""A record of something that is over: closed by approval."""

ROADS = {"case": CASE, "dispute": DISPUTE, "record": RECORD}

TURNS = {
    ("waiting", "approved"): ("closed", N_("现场已解决")),
    ("returned", "approved"): ("closed", N_("现场已解决")),
    ("handled", "reworked"): ("in_hand", N_("没有派过人")),
    ("closed", "followed_up"): ("in_hand", N_("回访没解决")),
    ("fed_back", "followed_up"): ("planned", N_("回访没解决")),
}
"""(stage, verb) -> (the other stage it may lead to, when). 恢复办理 leads back to where the case was suspended."""

DID = {
    "recorded": N_("记录"),
    "amended": N_("改正后再报"),
    "noted": N_("补充说明"),
    "approved": N_("审核通过"),
    "returned": N_("退回补正"),
    "declined": N_("不予受理"),
    "assigned": N_("派遣"),
    "signed": N_("签收"),
    "handed_back": N_("退单"),
    "extended": N_("延期"),
    "suspended": N_("挂账"),
    "resumed": N_("恢复办理"),
    "supervised": N_("督办"),
    "raised": N_("提级"),
    "lowered": N_("退回下一级"),
    "flagged": N_("挂牌老大难"),
    "reviewed": N_("会商"),
    "handled": N_("报告办理情况"),
    "reworked": N_("返工"),
    "closed": N_("办结"),
    "followed_up": N_("回访"),
    "graded": N_("评哨"),
    "reopened": N_("重新打开"),
    "rated": N_("评价"),
    "withdrawn": N_("撤回"),
    "classified": N_("分类定级"),
    "planned": N_("制定调解方案"),
    "mediated": N_("调解"),
    "agreed": N_("达成协议"),
    "failed": N_("未达成协议"),
    "performed": N_("履行"),
    "confirmed": N_("司法确认或公证"),
    "fed_back": N_("反馈网格员"),
    "booked": N_("预约共享法庭"),
    "unbooked": N_("取消共享法庭"),
    "sat": N_("共享法庭结果"),
}
"""verb -> what was done, for a history."""

WAYS = {"answer": N_("答复"), "spot": N_("现场"), "joint": N_("协调"), "study": N_("研判"), "resolve": N_("化解")}
"""办理路径: how a case is worked on."""

LEVELS = {"grid": N_("网格"), "community": N_("社区"), "street": N_("街道")}
"""Who has the case in the end; 提级 moves it one further, 退回下一级 one back."""

ORDER = tuple(LEVELS)


def after(road: str, stage: str, verb: str) -> str | None:
    """Where `verb` leads from `stage`, or None where it leads nowhere."""
    return ROADS[road].get(stage, {}).get(verb)


TITLES = {"case": N_("事项"), "dispute": N_("纠纷"), "record": N_("记录")}


def drawn() -> str:
    """docs/road.md: each table as a Mermaid state diagram, verbs of the same two stages on one arrow."""
    pages = ["# The road of an entry", "", "Drawn by `flask --app wsgi draw-road` from webapp/core/road.py; a test fails when it is out of date."]
    for name, table in ROADS.items():
        arrows: dict[tuple[str, str], list[str]] = {}
        for stage, verbs in table.items():
            for verb, to in verbs.items():
                arrows.setdefault((stage, to), []).append(verb)
        pages += ["", f"## {TITLES[name]} ({name})", "", "```mermaid", "stateDiagram-v2"]
        stages = [stage for stage in STAGES if any(stage in arrow for arrow in arrows)]
        pages += [f'  state "{STAGES[stage]}" as {stage}' for stage in stages]
        pages += ["  [*] --> waiting: recorded"]
        pages += [f"  {stage} --> {to}: {', '.join(verbs)}" for (stage, to), verbs in arrows.items()]
        turns = [(stage, verb, *turn) for (stage, verb), turn in TURNS.items() if verb in table.get(stage, {}) and turn[0] in stages]
        pages += [f"  {stage} --> {to}: {verb} ({when})" for stage, verb, to, when in turns if table[stage][verb] != to]
        pages += [f"  {stage} --> [*]" for stage in stages if stage not in OPEN] + ["```"]
    return "\n".join(pages) + "\n"
