"""The file of a dispute (调解卷宗): what each step of mediation writes into it, what may come next, and what is counted."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from . import road
from .actions import Action
from .kinds.shape import N_
from .tasks import stamp

VERBS = ("classified", "planned", "mediated", "agreed", "failed", "performed", "confirmed", "fed_back")

LIGHTS = {"green": N_("绿:网格员回访"), "yellow": N_("黄:专人包案"), "red": N_("红:书记挂帅")}
FORMS = {"talk": N_("分头谈话"), "joint": N_("当面调解"), "reason": N_("评理"), "visit": N_("上门"), "expert": N_("请专业人员"), "court": N_("共享法庭")}
SCALES = {"single": N_("个体性"), "group": N_("一般群体性"), "mass": N_("重大群体性")}
CONFIRMATIONS = {"none": N_("不需要"), "court": N_("司法确认"), "notary": N_("公证")}
STATUSES = {"applied": N_("已申请"), "granted": N_("已确认"), "refused": N_("未获确认")}
REFERRALS = {"presuit": N_("转诉前和解"), "arbitration": N_("去仲裁"), "lawsuit": N_("去起诉")}
"""Where a dispute goes that could not be settled."""
PRESUIT = {"applied": N_("已移送"), "granted": N_("已和解"), "refused": N_("没有和解")}
"""How far the settlement before a suit (诉前和解) is."""
PARTS = {"name": N_("姓名"), "role": N_("身份"), "sex": N_("性别"), "age": N_("年龄"), "telephone": N_("电话"), "address": N_("住址")}
"""What is kept of a party, besides accounts."""

SOON = timedelta(days=3)
"""So long before its day a duty of the agreement is due soon."""

USUAL = timedelta(days=30)
"""A red dispute without a deadline that is open for longer is 老大难 too."""

ORDER = (
    "assigned", "signed", "classified", "planned", "mediated", "agreed", "failed", "fed_back", "followed_up", "closed", "performed",
    "confirmed", "handed_back",
)  # fmt: skip
"""The steps of the road as they are offered."""

FIRST = {"assigned": "in_hand", "classified": "taken", "planned": "classified"}
"""Steps that may be taken again -> the stage in which they are the first time."""


def offered(entry) -> list[str]:
    """The steps that make sense for this dispute now, the next one first, what would only change an earlier one last.

    What is not next is not among them.
    """
    file = entry.road.get("mediation", {})
    if entry.follows != "dispute":
        return []
    next_ones = [verb for verb in ORDER if road.after("dispute", entry.stage, verb) and fits(file, verb)]
    return sorted(
        (verb for verb in next_ones if (entry.stage, verb) != ("closed", "followed_up") and not _handing_on(entry, verb)), key=lambda verb: again(entry, verb)
    )


def _handing_on(entry, verb: str) -> bool:
    """Another mediator goes on where the last one was: the desk's matter, not a step."""
    return verb == "assigned" and road.after("dispute", entry.stage, verb) == entry.stage != "assigned"


def again(entry, verb: str) -> bool:
    """Would the step change what was already done, or hand it back, rather than lead on?"""
    return verb == "handed_back" or entry.stage != FIRST.get(verb, entry.stage)


def fits(file: dict, verb: str, duty: int | None = None) -> bool:
    """Does the file have what this step is about: an agreement a round of mediation, a fulfilment its duty, a confirmation the wish for it."""
    match verb:
        case "agreed" | "failed":
            return bool(file.get("rounds"))
        case "performed":
            duties = file.get("agreement", {}).get("duties", ())
            return settled(file) and (1 <= duty <= len(duties) if duty else any(one["fulfilled"] is not True for one in duties))
        case "confirmed":
            return "presuit" in file if "failed" in file else settled(file) and file.get("confirmation", {}).get("kind", "none") != "none"
    return True


def pending(file: dict) -> tuple[str, dict[str, str], dict]:
    """What `confirmed` is about: its name, its statuses in words, and how it stands."""
    if "failed" in file:
        return N_("诉前和解"), PRESUIT, file.get("presuit", {})
    confirmation = file.get("confirmation", {})
    return CONFIRMATIONS.get(confirmation.get("kind"), ""), STATUSES, confirmation


def settled(file: dict) -> bool:
    """Do the parties have an agreement?"""
    return "agreement" in file and "failed" not in file


def level(entry) -> str:
    """red, yellow or green as it was classified, before that as it was recorded; "" where nobody said."""
    return entry.road.get("mediation", {}).get("class", {}).get("level") or entry.details.get("level") or ""


def stubborn(entry, now: datetime) -> bool:
    """老大难: red, open, and older than its clock."""
    due = entry.due_at or entry.received_at + USUAL
    return level(entry) == "red" and entry.stage in road.OPEN and due < now


def reviewed(file: dict, pool: dict[str, str]) -> list[set[str]]:
    """近邻评理: for each such round which of these (username -> name) judged: ticked, or named among those present."""
    rounds = (one for one in file.get("rounds", ()) if one["form"] == "reason")
    return [set(one.get("reviewers", ())) & pool.keys() | named(one["present"], pool.items()) for one in rounds]


# --- parties never see the file


NO_NAME = set(
    "家户房屋店院室门楼号方和与及跟同等或的在说称述答对把被因要将向找由叫让给未不没已又也都还就系是为有住诉告欠打骂借租买卖吵闹赔处来去走跑哭伤病死残亡输赢错醉"
    "男女汉蒙回满电父母子夫妻兄弟哥姐妹爸妈爷奶叔婶姨舅姑嫂媳孙儿婿伴公婆姥娘侄甥邻工人们某氏者总俩仨两三二一全各双自其之我你他她甲乙丙丁"
)
"""What may follow a name at once and is no letter of it: 宋成家, 宋成和李四, 宋成女."""


def named(words: str, people: Iterable[tuple[str, str]], known: Callable[[str], bool] = lambda name: False) -> set[str]:
    """The usernames among these (username, name) that the words name: by the whole name, or by the username as a word of its own.

    A namesake is among them: whoever sorts the dispute out later says so. The other mistake could not be undone. So 宋成 is left out
    only where the words name 宋成飞 and then stop, as in 宋成飞、李四 or 宋成飞(业主), and one of these people or one `known` is called so.
    """
    alone = set(re.findall(r"[\w.@-]+", words.casefold(), re.ASCII))
    at = [place for place, letter in enumerate(words) if not letter.isspace()]
    together = "".join(words[place] for place in at)
    found = {username for username, _name in people if username.casefold() in alone}
    names = {username: "".join(name.split()) for username, name in people}
    bearers = set(names.values())
    for username, letters in names.items():
        if len(letters) > 1 and letters in together:
            ends = (at[place.start() + len(letters) - 1] + 1 for place in re.finditer(f"(?={re.escape(letters)})", together))
            if any(_is_whole(letters, words[end : end + 2], lambda name: name in bearers or known(name)) for end in ends):
                found.add(username)
    return found


def _is_whole(name: str, rest: str, known: Callable[[str], bool]) -> bool:
    """Is a name with these two letters behind it surely or perhaps whole, and not the beginning of a known one that is a letter longer?"""
    return not re.match(r"[\u4e00-\u9fff]", rest) or rest[0] in NO_NAME or rest[1:].isalnum() or not known(name + rest[0])


def rooms(words: str) -> set[str]:
    """The numbers of doors in these words: 301 in 301 住户."""
    return set(re.findall(r"(?<![\d-])\d{3,4}(?![\d-])", words))


def kept(before: list, file: dict, action: Action) -> dict:
    """What a classification says about accounts: who is kept from the file, but for those who only bear the same name."""
    chosen = set(action.body["kept_from"])
    same_name = (set(file.get("class", {}).get("namesakes", ())) | set(action.body.get("namesakes", ()))) - chosen
    all = {*before, *chosen, *action.facts.get("kept_from", ())}
    return {"kept_from": sorted(all - same_name), "namesakes": sorted(same_name)}


# --- what is counted


class Counts(NamedTuple):
    """Counts of disputes, to be added up. `answerable` are those with a deadline that were answered or whose deadline has passed.

    `satisfied` are 满意 and 基本满意 among those `rated`.
    """

    accepted: int = 0
    succeeded: int = 0
    open: int = 0
    answerable: int = 0
    answered: int = 0
    duties: int = 0
    fulfilled: int = 0
    red: int = 0
    yellow: int = 0
    green: int = 0
    closed: int = 0
    rated: int = 0
    satisfied: int = 0
    presuit: int = 0
    presuit_settled: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(one + another for one, another in zip(self, other, strict=True)))

    @property
    def rates(self) -> dict[str, tuple[int, int]]:
        """indicator -> (numerator, denominator): 化解率, 按期答复率, 履行率, 满意率, 诉前和解率."""
        return {
            "resolved": (self.succeeded, self.accepted),
            "answered": (self.answered, self.answerable),
            "fulfilled": (self.fulfilled, self.duties),
            "satisfied": (self.satisfied, self.rated),
            "presuit": (self.presuit_settled, self.presuit),
        }


def counts(entry, now: datetime, zone: tzinfo) -> Counts:
    """What one dispute adds. It counts once it was accepted (approved); withdrawn and declined ones never do."""
    if entry.approved_at is None or entry.stage in {"withdrawn", "declined"}:
        return Counts()
    answered, agreed = answered_at(entry), entry.road.get("mediation", {})
    due = entry.due_at
    duties = agreement_duties(agreed, now.astimezone(zone).date())
    return Counts(
        accepted=1,
        succeeded=int(succeeded(entry)),
        open=int(entry.stage in road.OPEN),
        answerable=int(due is not None and (answered is not None or due < now)),
        answered=int(due is not None and answered is not None and answered <= due),
        duties=len(duties),
        fulfilled=sum(one["fulfilled"] is True for one in duties),
        closed=int(entry.stage == "closed"),
        rated=int(entry.rating is not None),
        presuit=int("presuit" in agreed),
        presuit_settled=int(agreed.get("presuit", {}).get("status") == "granted"),
        satisfied=int(entry.rating in {"satisfied", "fair"}),
        **{name: 1 for name in (level(entry),) if name},
    )


def succeeded(entry) -> bool:
    """成功化解: closed, with an agreement or a settlement before a suit where it went the whole road, and nobody who says that it is not solved."""
    file = entry.road.get("mediation", {})
    reached = entry.follows != "dispute" or settled(file) or file.get("presuit", {}).get("status") == "granted"
    return entry.stage == "closed" and reached and entry.road.get("solved") is not False


def answered_at(entry) -> datetime | None:
    """When the one who reported it had an answer: told the outcome by the mediator, or closed."""
    told = entry.road.get("mediation", {}).get("feedback", {}).get("at")
    return datetime.fromisoformat(told) if told else entry.closed_at


def agreement_duties(file: dict, today: date) -> list[dict]:
    """The duties of the agreement that were reported on, or whose day has passed."""
    duties = file.get("agreement", {}).get("duties", ()) if settled(file) else ()
    return [one for one in duties if one["fulfilled"] is not None or (one["until"] and date.fromisoformat(one["until"]) < today)]


def owed(entry, today: date) -> list[tuple[int, date]]:
    """(number, day) of each duty of the agreement that falls due soon or is late, and of which nobody has said that it was fulfilled.

    Only while that can be said: where mediation began anew, the old agreement asks for nothing.
    """
    file = entry.road.get("mediation", {})
    if not settled(file) or not road.after(entry.follows, entry.stage, "performed"):
        return []
    open_ones = ((n, one["until"]) for n, one in enumerate(file["agreement"]["duties"], 1) if one["until"] and one["fulfilled"] is not True)
    return [(n, day) for n, until in open_ones if (day := date.fromisoformat(until)) <= today + SOON]


# --- what is written


def written(file: dict, action: Action, kept_from: list) -> dict:
    """The file after one more step. `rounds` are numbered from 1 in the order heard, and so are the agreement's `duties`.

    `kept_from` are the accounts that were kept from it before.
    """
    at, by, body = stamp(action.moment), action.by, action.body
    page = {"at": at, "by": by}
    match action.verb:
        case "classified":
            names = ("category", "level", "scale", "parties", "note")
            said = page | {name: body[name] for name in names}
            return file | {"class": said | kept(kept_from, file, action) | _since(file, body["level"], at)}
        case "planned":
            return file | {"plan": page | {name: body[name] for name in ("body", "steps", "note")}}
        case "mediated":
            one = page | {name: body[name] for name in ("form", "present", "note")} | {"photos": list(action.photos)}
            one |= {"reviewers": names} if (names := body.get("reviewers")) and body["form"] == "reason" else {}
            return file | {"rounds": [*file.get("rounds", ()), one]}
        case "agreed":
            duties = [duty | {"fulfilled": None, "at": "", "note": ""} for duty in body["duties"]]
            agreement = page | {"note": body["note"], "duties": duties, "oral": body["oral"], "photos": list(action.photos)}
            without = {name: page for name, page in file.items() if name != "failed"}
            return without | {"agreement": agreement, "confirmation": {"kind": body["confirmation"], "status": "", "at": ""}}
        case "failed":
            sent = {"presuit": {"status": "", "at": ""}} if body.get("refer") == "presuit" else {}
            return file | {"failed": page | {"note": body["note"], "refer": body.get("refer", "")}} | sent
        case "performed":
            return file | {"agreement": _performed(file.get("agreement", {}), action)}
        case "confirmed":
            name = "presuit" if "failed" in file else "confirmation"
            return file | {name: file.get(name, {}) | {"status": body["status"], "at": at, "note": body["note"]}}
        case "fed_back":
            return file | {"feedback": page | {"note": body["note"]}}
    raise AssertionError(action.verb)


def _since(file: dict, level: str, at: str) -> dict:
    """Since when it has this level, where that was said before."""
    before = file.get("class", {})
    return {"since": before.get("since", before["at"])} if before.get("level") == level else {}


def _performed(agreement: dict, action: Action) -> dict:
    done = {"fulfilled": action.body["fulfilled"], "at": stamp(action.moment), "note": action.body["note"]}
    duties = [duty | done if place == action.body["duty"] else duty for place, duty in enumerate(agreement.get("duties", ()), 1)]
    return agreement | {"duties": duties}
