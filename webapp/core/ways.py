"""办理路径: the five ways on which a case is worked on, each with its own clock and its own last step."""

from .actions import Action
from .calendar import Terms
from .entries import Entry
from .kinds.shape import N_

TERMS = {
    "answer": Terms("working_days", 1),
    "spot": Terms("working_days", 3),
    "joint": Terms("working_days", 5),
    "study": Terms("working_days", 10),
    "resolve": Terms("natural_days", 30),
}
"""way -> how long who is given such a case has, where the town has set nothing else. FIELD.md 5.2: 晴隆's 咨询 1 day, 求助 5; 广陵's
2–3 days and, for what is complex, 10 working days; 30 days for a mediation."""

STEPS = {
    "answer": N_("当面或电话答复,办结时写下答复的话"),
    "spot": N_("到现场办,办结时写下办了什么"),
    "joint": N_("派给单位,单位签收、办好、报告后办结"),
    "study": N_("先会商,记下研判结论,才能办结"),
    "resolve": N_("调解,谈成后办结;纠纷另走调解的步骤"),
}
"""way -> what its last step is, in words for whoever chooses it."""


def concluded(entry: Entry) -> bool:
    """Has a meeting said what is to be done: one of its own, or one of those about what is on the board of 老大难?"""
    return bool(entry.road.get("study") or entry.road.get("stubborn", {}).get("reviews"))


def unconcluded(entry: Entry, closing: Action) -> bool:
    """Would this close a case of 研判 about which no meeting has come to anything? What a ledger says was closed elsewhere, was."""
    return (closing.body.get("way") or entry.way) == "study" and not concluded(entry) and not closing.from_ledger
