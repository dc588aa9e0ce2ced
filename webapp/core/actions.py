"""The one door for anything from outside: read(raw) gives an Action, or raises Refused with words for the worker."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from .kinds import KINDS
from .kinds.shape import N_, inert, iso_day, wording
from .road import WAYS
from .tasks import WHISTLES

PROTO = "gridbook/1"
LEDGER = "import"
"""`by` of what comes from another system's file; what follows a colon is the name of an office there."""

CLOCK = "clock"
"""`by` of what the server does by itself when a time has come."""

UNIT = "unit:"
"""`by` of what a unit does through a link begins so; its code follows."""

DECISIONS = {
    "approved", "returned", "declined", "closed", "withdrawn", "assigned", "extended", "suspended", "resumed", "supervised", "raised",
    "lowered", "reworked", "graded", "flagged", "booked", "unbooked",
}  # fmt: skip
"""Verbs that name what they saw. All others report a fact and are never refused for being late."""

NOTHING = timedelta()
BROKEN = timedelta(days=366)
"""A clock that is further behind than this is not late but broken."""

PHOTO_ROLES = {"before": N_("处置前"), "after": N_("处置后"), "near": N_("近景"), "far": N_("远景")}
RATINGS = {"satisfied": N_("满意"), "fair": N_("基本满意"), "dissatisfied": N_("不满意")}
HOWS = {"door": N_("上门"), "phone": N_("电话"), "link": N_("居民扫码")}
"""How a return visit was made."""
SOURCES = {
    "worker": N_("网格员发现"),
    "spotter": N_("流动网格员"),
    "resident_link": N_("居民扫码"),
    "hotline": N_("热线"),
    "wechat_group": N_("微信群"),
    "command_centre": N_("指挥中心"),
    "meeting": N_("会议"),
    "contact": N_("联系领导"),
    "part_time": N_("兼职委员"),
    "branch_member": N_("支委"),
    "delegate": N_("两代表一委员"),
    "import": N_("导入"),
}

REASONS = {
    "malformed": N_("这条记录的格式不对,请更新应用后再试"),
    "unknown_verb": N_("服务器不认识这个动作,请更新应用"),
    "forbidden": N_("这件事不在您的岗位范围内"),
    "no_entry": N_("服务器上没有这条记录"),
    "id_reused": N_("同一编号已存有不同内容,请导出后联系管理员"),
    "not_yours": N_("这是另一个账号记的,请用那个账号登录后上传"),
    "self_approval": N_("自己记的不能自己审批"),
    "stale": N_("您看过之后这条记录又有变化,请看最新内容再决定"),
    "spent": N_("已经用过规定的次数,不能再用"),
    "overdue": N_("已经超期,不能再延期"),
    "nobody": N_("没有这个单位或人员,或已停用"),
    "unconcluded": N_("研判的件要先记下研判结论(“研判结论”),再办结"),
    "taken": N_("这个时段刚被约走或已不开放,请另选一个"),
}


class Refused(Exception):
    """The action is refused for good. `reason` is a key of REASONS; `message` is Chinese, for the person who did it."""

    def __init__(self, reason: str, message: str = ""):
        super().__init__(reason)
        self.reason = reason
        self.message = message or REASONS[reason]


@dataclass(slots=True)
class Action:
    """One thing that somebody did, as it was sent; `facts` and `heard` are what the server adds when it hears it."""

    id: str
    entry: str
    verb: str
    by: str
    at: datetime
    n: int | None = None
    after: str | None = None
    seen: str | None = None
    body: dict = field(default_factory=dict)
    photos: tuple[str, ...] = ()
    hash: str = ""
    heard: datetime | None = None
    facts: dict = field(default_factory=dict)
    device: str | None = None

    @property
    def moment(self) -> datetime:
        """When it counts as done: by the phone's clock, but never later than heard.

        A decision is made here, so it counts when it is heard, and so does what a broken clock says. A ledger's times are facts.
        """
        late = self.heard - self.at
        if late < NOTHING or ((self.verb in DECISIONS or late > BROKEN) and not self.from_ledger):
            return self.heard
        return self.at

    @property
    def from_ledger(self) -> bool:
        return self.by == LEDGER or self.by.startswith(f"{LEDGER}:")


def instant(text: str) -> str:
    """RFC 3339 with an offset, kept as the text that was sent. Years that no clock shows could not be moved to another zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not 1900 <= moment.year < 3000:
        raise ValueError("no offset, or no such year")
    return text


PARTY = ("name", "sex", "age", "telephone", "address", "role")


def _parties(parties: list[dict]) -> list[dict]:
    """当事人: the few things that a mediation file asks of each, as plain words; nothing else is kept."""
    if len(parties) > 12:
        raise ValueError("parties")
    return [{name: inert(str(party[name]))[:120] for name in PARTY if party.get(name)} for party in parties]


Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Instant = Annotated[str, StringConstraints(max_length=40), AfterValidator(instant)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Words = wording(2000)
Code = wording(80)
Number = Annotated[int, Field(ge=0, le=10_000)]
"""Of a task, or of a duty."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class Envelope(_Strict):
    """An action before its body is looked at."""

    id: Uuid
    entry: Uuid
    verb: Annotated[str, StringConstraints(max_length=40)]
    by: Annotated[str, StringConstraints(max_length=80)]
    at: Instant
    n: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    after: Uuid | None = None
    seen: Uuid | None = None
    body: dict = Field(default_factory=dict)
    photos: Annotated[list[Sha256], AfterValidator(lambda photos: list(dict.fromkeys(photos)))] = Field(default_factory=list)


class Recorded(_Strict):
    """`recorded` and `amended`: the whole content of an entry, without the fields of its kind. `order` is its number at the hotline."""

    kind: str
    area: Code
    happened_at: Instant
    note: Words
    household: Code | None = None
    category: Code | None = None
    place: wording(200) = ""
    source: Literal[tuple(SOURCES)] = "worker"
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    accuracy: Annotated[float, Field(ge=0, le=1e7)] | None = None
    on_the_spot: bool = False
    parent: Uuid | None = None
    roles: dict[str, str] = Field(default_factory=dict)
    link: Sha256 | None = None
    order: wording(60) = ""
    details: dict = Field(default_factory=dict)


class Said(_Strict):
    """Words that may be left out."""

    note: Words = ""


class Reasoned(_Strict):
    """A reason that may not be left out."""

    reason: wording(500, least=1)


class Done(Said):
    """What was done, and which photo shows which side of it; `task` is the number of one's own task, where there are several."""

    roles: dict[str, str] = Field(default_factory=dict)
    task: Number | None = None


class Target(_Strict):
    """Who gets a task: exactly one of a unit, a person, a grid; `assists` for 协办."""

    unit: Code = ""
    person: Code = ""
    grid: Code = ""
    assists: bool = False

    @model_validator(mode="after")
    def _one(self):
        if sum(map(bool, (self.unit, self.person, self.grid))) != 1:
            raise ValueError("to")
        return self


class Noted(Done):
    """A remark; `reply` are the words that answer the hotline."""

    reply: Words = ""


class Assigned(Said):
    """派遣 and 转派: to one leading and any number of assisting; `due` is the deadline given, else the case's own."""

    to: Annotated[list[Target], Field(min_length=1, max_length=12)]
    way: Literal["", *WAYS] = ""
    whistle: Literal["", *WHISTLES] = ""
    due: Instant | None = None

    @model_validator(mode="after")
    def _leader(self):
        if sum(not target.assists for target in self.to) != 1:
            raise ValueError("to")
        return self


class Closed(Done):
    """办结, and by which path it was worked on; left out, the entry's own."""

    way: Literal["", *WAYS] = ""


class Signed(Said):
    task: Number | None = None


class HandedBack(Reasoned):
    task: Number | None = None


class Raised(Reasoned):
    """提级; `task` where it is one task's clock that ran out, `beside` those of the same dispatch that ran out with it."""

    task: Number | None = None
    beside: Annotated[list[Number], Field(max_length=12)] = Field(default_factory=list)


class Suspended(Reasoned):
    """挂账 until a day, at most a year ahead."""

    until: Annotated[str, AfterValidator(iso_day)]


class Flagged(Reasoned):
    """挂牌: why it is 老大难, and the official who answers for it."""

    lead: wording(80, least=1)


class Reviewed(_Strict):
    """会商: the day of the meeting and what it came to; with `lifts` the case is taken off the board, `study` makes it a case of 研判."""

    day: Annotated[str, AfterValidator(iso_day)]
    note: wording(2000, least=1)
    lifts: bool = False
    study: bool = False


class FollowedUp(Said):
    """回访: was it solved, and how satisfied the resident is."""

    solved: bool
    score: Literal["", *RATINGS] = ""
    how: Literal[tuple(HOWS)] = "door"


class Graded(Said):
    """评哨: how the unit answered the whistle of task number `task`."""

    task: Number
    score: Literal[tuple(RATINGS)]


class Classified(Said):
    """A dispute's category, its level red, yellow or green, and the accounts of the parties, who never see the file.

    `namesakes` are accounts that were kept from it only because they bear a party's name.
    """

    category: Code
    level: Literal["red", "yellow", "green"]
    scale: Literal["", "single", "group", "mass"] = ""
    parties: Annotated[list[dict], AfterValidator(_parties)] = Field(default_factory=list)
    kept_from: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    namesakes: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)


class Planned(Said):
    """调解方案: the body that mediates and the steps that are to be gone."""

    body: Code = ""
    steps: Annotated[list[Words], Field(max_length=12)] = Field(default_factory=list)


class Mediated(Done):
    """One round of mediation, with its record (笔录); `reviewers` are the accounts of those who judged at a 评理."""

    form: Literal["talk", "joint", "reason", "visit", "expert", "court"] = "talk"
    present: wording(200) = ""
    reviewers: Annotated[list[Code], Field(max_length=12)] = Field(default_factory=list)


class Duty(_Strict):
    """One thing that was promised, and until when."""

    words: wording(300, least=1)
    until: Annotated[str, AfterValidator(iso_day)] | None = None


class Agreed(Done):
    """调解协议: what was agreed, who does what until when, and whether it is to be confirmed or notarised."""

    duties: Annotated[list[Duty], Field(max_length=20)] = Field(default_factory=list)
    confirmation: Literal["none", "court", "notary"] = "none"
    oral: bool = False


class Failed(Done):
    """No agreement, and where the parties were sent."""

    refer: Literal["", "presuit", "arbitration", "lawsuit"] = ""


class Performed(Done):
    """Duty number `duty` of the agreement was fulfilled, or not."""

    duty: Number
    fulfilled: bool = True


class Confirmed(Said):
    """How far the court's confirmation or the notary's deed is; where it failed, the settlement before a suit."""

    status: Literal["applied", "granted", "refused"]


class Booked(Said):
    """A slot of a court point, by the moment it begins; where another one was booked, `note` says why it is moved."""

    point: Code
    starts: Instant


class Sat(Said):
    """What came of the sitting that began at `starts`."""

    starts: Instant
    result: Literal["agreed", "confirmed", "filed", "again", "failed", "absent"]


class Rated(Said):
    score: Literal[tuple(RATINGS)]


VERBS: dict[str, type[BaseModel]] = {
    "recorded": Recorded,
    "amended": Recorded,
    "noted": Noted,
    "approved": Said,
    "assigned": Assigned,
    "signed": Signed,
    "handed_back": HandedBack,
    "extended": Reasoned,
    "suspended": Suspended,
    "resumed": Said,
    "supervised": Said,
    "raised": Raised,
    "lowered": Reasoned,
    "flagged": Flagged,
    "reviewed": Reviewed,
    "reworked": Reasoned,
    "followed_up": FollowedUp,
    "graded": Graded,
    "classified": Classified,
    "planned": Planned,
    "mediated": Mediated,
    "agreed": Agreed,
    "failed": Failed,
    "performed": Performed,
    "confirmed": Confirmed,
    "fed_back": Said,
    "booked": Booked,
    "unbooked": Reasoned,
    "sat": Sat,
    "returned": Reasoned,
    "declined": Reasoned,
    "handled": Done,
    "closed": Closed,
    "reopened": Reasoned,
    "rated": Rated,
    "withdrawn": Said,
}
"""Every verb, with the shape of its body."""

NESTED = {"to", "duties"}
"""Names of what is a list of shapes of its own."""


def read(raw: object) -> Action:
    """The Action in `raw`, a JSON value as it came from outside.

    Raises Refused `malformed` or `unknown_verb`. Whoever did it, whether he may, and whether the entry exists is asked later.
    """
    try:
        sent = vars(Envelope.model_validate(raw))
        verb, photos = sent["verb"], tuple(sent["photos"])
        if verb not in VERBS:
            raise Refused("unknown_verb")
        body = vars(VERBS[verb].model_validate(sent["body"]))
        for name in NESTED & body.keys():
            body[name] = [one.model_dump() for one in body[name]]
        if "kind" in body:
            body["details"] = _details(body["kind"], sent["body"])
        if body.get("roles"):
            body["roles"] = {sha: role for sha, role in body["roles"].items() if sha in photos and role in PHOTO_ROLES}
    except (ValueError, OverflowError, RecursionError) as error:  # a ValidationError is a ValueError
        raise Refused("malformed", f"{REASONS['malformed']}({_where(error)})") from error
    if verb in {"recorded", "amended"} and len(photos) > 9:
        raise Refused("malformed", N_("一条记录最多 9 张照片"))
    return Action(**sent | {"at": datetime.fromisoformat(sent["at"]), "body": body, "photos": photos})


def _details(kind: str, body: dict) -> dict:
    """The kind's own fields out of a recorded body, without those left empty."""
    if kind not in KINDS:
        raise ValueError("kind")
    own = {field.name: body[field.name] for field in KINDS[kind].fields if field.name in body}
    if not own:
        return own
    return {name: value for name, value in vars(KINDS[kind].model.model_validate(own)).items() if value is not None}


def _where(error: Exception) -> str:
    """The name of the first field that did not fit."""
    if isinstance(error, ValidationError):
        return ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"]) or "?"
    return str(error)[:40]
