"""The forms of mediation: what each step asks for, and the body of the action that it becomes."""

import re

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user

from ..core import mediation
from ..core.actions import PARTY, RATINGS, inert
from ..core.entries import Entry
from ..core.kinds.shape import N_
from ..store import disputes, jobs, lists
from . import pictures
from .access import today

LABELS = {
    "assigned": N_("指派调解员"),
    "signed": N_("接手"),
    "handed_back": N_("退回书记"),
    "classified": N_("分类定级"),
    "planned": N_("定方案"),
    "mediated": N_("记一次调解"),
    "agreed": N_("达成协议"),
    "failed": N_("没有谈成"),
    "performed": N_("记履行情况"),
    "confirmed": N_("司法确认或公证进展"),
    "fed_back": N_("反馈网格员"),
    "followed_up": N_("回访"),
    "closed": N_("办结"),
}
DONE = {
    "assigned": N_("已指派"),
    "signed": N_("已接手"),
    "handed_back": N_("已退回书记"),
    "classified": N_("已分类定级"),
    "planned": N_("方案已定"),
    "mediated": N_("这次调解已记下"),
    "agreed": N_("协议已记下"),
    "failed": N_("已记下没有谈成"),
    "performed": N_("履行情况已记下"),
    "confirmed": N_("进展已记下"),
    "fed_back": N_("已反馈网格员,请他回访"),
    "followed_up": N_("回访已记下"),
    "closed": N_("已办结"),
}
AGAIN = {
    "assigned": N_("换调解员"), "classified": N_("改分类定级"), "planned": N_("改方案"), "mediated": N_("再记一次调解"),
}  # fmt: skip
"""What a step is called when it was taken before."""

MOST_PARTIES, MOST_DUTIES = 6, 8
WITH_PHOTOS = {"mediated", "agreed", "failed", "performed"}
USERNAME = re.compile(r"[^\s\x00-\x1f/]{1,80}")


class Form:
    """What was sent for one step: its `body`, and `faults` as (field, what to do about it).

    `asked` are accounts (username -> name) of which the form has to say whether they are a party's.
    """

    def __init__(self, verb: str, entry: Entry):
        self.verb, self.entry, self.faults, self.asked = verb, entry, [], {}
        self.body = getattr(self, f"_{verb}")()

    def _text(self, name: str, most: int, wanted: str | None = None) -> str:
        said = inert(request.form.get(name, ""))
        if wanted and not said:
            self.faults.append((name, wanted))
        if len(said) > most:
            self.faults.append((name, _("最多写 %(count)s 个字,现在是 %(now)s 个", count=most, now=len(said))))
        return said

    def _one_of(self, name: str, choices, wanted: str | None = None) -> str:
        chosen = request.form.get(name, "")
        if chosen and chosen not in choices:
            abort(400)
        if wanted and not chosen:
            self.faults.append((name, wanted))
        return chosen

    def _note(self, wanted: str | None = None) -> dict:
        return {"note": self._text("note", 2000, wanted)}

    def _own_task(self) -> dict:
        """The number of one's own open task: what is said about a task is said by its holder."""
        who, day = current_user.who, today()
        return {"task": next((task.n for task in self.entry.tasks if task.open and who.own(task, self.entry, day)), None)}

    def _assigned(self) -> dict:
        people = {one.username for one in mediators_of(self.entry)}
        chosen = self._one_of("person", people | {f"unit:{unit.code}" for unit in bodies_of(self.entry)}, _("请选一位调解员"))
        unit = chosen.removeprefix("unit:")
        return {"to": [{"unit": unit} if unit != chosen else {"person": chosen}]} | self._note()

    def _signed(self) -> dict:
        return self._own_task()

    def _handed_back(self) -> dict:
        return self._own_task() | {"reason": self._text("note", 500, _("请写一写为什么退回"))}

    def _classified(self) -> dict:
        codes = {one.code for one in lists.categories("dispute")}
        found = self._parties()
        return self._note() | self._accounts(found) | {
            "category": self._one_of("category", codes, _("请选是哪一类纠纷")),
            "level": self._one_of("level", mediation.LIGHTS, _("请选等级")),
            "scale": self._one_of("scale", mediation.SCALES),
            "parties": found,
        }  # fmt: skip

    def _accounts(self, found: list[dict]) -> dict:
        """Who is kept from the file, and who only bears a party's name: ticked and not ticked among those that the form showed.

        An account with a party's name that was not shown yet is asked about first.
        """
        kept, shown = ([name for name in request.form.getlist(field) if USERNAME.fullmatch(name)][:20] for field in ("kept_from", "shown"))
        if current_user.username in kept:
            self.faults.append(("kept_from", _("您自己是当事人的话,请退回书记,由别人调解")))
        known = {*kept, *shown, *self.entry.road.get("mediation", {}).get("class", {}).get("namesakes", ())}
        same = disputes.named("、".join(party.get("name", "") for party in found))
        self.asked = {username: name for username, name in same.items() if username not in known}
        if self.asked:
            self.faults.append(("kept_from", _("有账号和当事人同名,已替您勾上。是本人就这样提交,只是同名请去掉勾。")))
        return {"kept_from": list(dict.fromkeys(kept)), "namesakes": [name for name in shown if name not in kept]}

    def _parties(self) -> list[dict]:
        rows = zip(*(request.form.getlist(f"party_{name}")[:MOST_PARTIES] for name in PARTY), strict=False)
        parties = [{name: inert(said)[:120] for name, said in zip(PARTY, row, strict=True) if inert(said)} for row in rows]
        if any(re.search(r"\d{17}[\dXx]", said) for party in parties for said in party.values()):
            self.faults.append(("parties", _("请不要写身份证号:身份当面核对,这里不留号码")))
        return [party for party in parties if party]

    def _planned(self) -> dict:
        steps = [inert(line)[:300] for line in request.form.get("steps", "").splitlines() if inert(line)]
        if not steps:
            self.faults.append(("steps", _("请写调解步骤,一行一步")))
        if len(steps) > 12:
            self.faults.append(("steps", _("最多写 %(count)s 步", count=12)))
        return {"body": self._text("body", 80), "steps": steps} | self._note()

    def _mediated(self) -> dict:
        form = self._one_of("form", mediation.FORMS, _("请选调解方式"))
        pool, chosen = {one.username for one in reviewers_of(self.entry)}, request.form.getlist("reviewers")
        if not set(chosen) <= pool:
            abort(400)
        if form == "reason" and pool and not chosen:
            self.faults.append(("reviewers", _("评理请勾选到场的评理员")))
        return {"form": form, "present": self._text("present", 200), "reviewers": chosen} | self._note(_("请写笔录:谁说了什么"))

    def _agreed(self) -> dict:
        words, days = (request.form.getlist(f"duty_{name}")[:MOST_DUTIES] for name in ("words", "until"))
        duties = [{"words": inert(said)[:300], "until": until or None} for said, until in zip(words, days, strict=False) if inert(said)]
        if any(duty["until"] and not re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", duty["until"]) for duty in duties):
            self.faults.append(("duties", _("履行期限的日期不对")))
        return self._note(_("请写协议内容")) | {
            "duties": duties,
            "confirmation": self._one_of("confirmation", mediation.CONFIRMATIONS) or "none",
            "oral": request.form.get("oral") == "1",
        }

    def _failed(self) -> dict:
        return self._note(_("请写为什么没有谈成,建议怎么走")) | {"refer": self._one_of("refer", mediation.REFERRALS)}

    def _performed(self) -> dict:
        duties = self.entry.road["mediation"]["agreement"]["duties"]
        duty = self._one_of("duty", {str(n) for n, _duty in enumerate(duties, 1)}, _("请选是哪一项"))
        fulfilled = self._one_of("fulfilled", {"1", "0"}, _("请选履行了没有"))
        return {"duty": int(duty or 0), "fulfilled": fulfilled == "1"} | self._note()

    def _confirmed(self) -> dict:
        return {"status": self._one_of("status", mediation.STATUSES, _("请选进展"))} | self._note()

    def _fed_back(self) -> dict:
        return self._note(_("请写要告诉网格员的话"))

    def _followed_up(self) -> dict:
        solved = self._one_of("solved", {"1", "0"}, _("请选解决了没有"))
        how = self._one_of("how", {"door", "phone"}) or "door"
        return {"solved": solved == "1", "score": self._one_of("score", RATINGS), "how": how} | self._note()

    def _closed(self) -> dict:
        return self._note()

    def photos(self) -> list[str]:
        """Keep the photos that were sent with it; what is wrong with one of them is a fault."""
        shas, fault = pictures.sent()
        self.faults += [("photo", fault)] if fault else []
        return shas


def mediators_of(entry) -> list:
    """Who may be asked to mediate it; one who is a party is not among them."""
    return [one for one in disputes.mediators(entry.path, today(), entry.category) if one.username not in entry.kept_from]


def reviewers_of(entry) -> list:
    """Who may be asked to judge at a 评理: the pool of the place and of what lies above it, without a party."""
    found = {person.username: person for person, area in disputes.reviewers([entry.path], today()) if person.username not in entry.kept_from}
    return list(found.values())


BODIES = ("mediation", "court", "justice", "law_firm", "notary", "police", "centre")
"""Kinds of unit that mediate: 特邀调解组织, 法庭, 司法所 …"""


def bodies_of(entry) -> list:
    """The bodies outside that it can be given to."""
    return [one.Unit for one in jobs.units() if one.Unit.kind in BODIES and entry.path.startswith(one.path)]
