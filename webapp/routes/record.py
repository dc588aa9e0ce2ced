"""One entry in words: what the desk's cards and pages show of rows and of the log."""

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from ..core import entries, hotline, rules, stubborn
from ..core.actions import BROKEN, RATINGS, SOURCES
from ..core.care import CARE, masked_telephone
from ..core.entries import Entry
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..core.lines import LABELS as LINES
from ..core.lines import PLAIN
from ..core.plan import plan
from ..core.road import DID, IN_HAND, ORDER, PAUSED, STAGES
from ..store import disputes, jobs, lists, sessions
from ..store import stubborn as officials
from . import course, ladder, targets
from .access import now, today
from .words import day, moment

LATE = timedelta(minutes=10)
"""A phone whose record was heard later than this was without a network."""
DOUBTFUL = timedelta(minutes=5)
"""A phone whose clock is further ahead of ours than this shows a doubtful time."""

TONES = {"waiting": "waiting", "returned": "waiting", "in_hand": "waiting", "assigned": "waiting", "handled": "waiting", "closed": "done"}
"""stage -> tone of its chip; unfinished ones that are not named are under way, finished ones plain."""
LABELS = {
    "kind": N_("类型"),
    "category": N_("类别"),
    "area": N_("网格"),
    "household": N_("住户"),
    "place": N_("地点"),
    "note": N_("情况"),
    "happened_at": N_("发生时间"),
    "source": N_("来源"),
    "on_the_spot": N_("现场已解决"),
    "position": N_("定位"),
    "photos": N_("照片"),
    "photo": N_("照片"),
}
SELF = {"resident": N_("居民"), "import": N_("导入")}
"""`by` of those who have no account; `import:BOS` names the office of the ledger too."""


def lasting(span: timedelta) -> str:
    """3 小时: the length of a time in one unit."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(num)d 分钟", "%(num)d 分钟", max(1, minutes))
    if minutes < 48 * 60:
        return ngettext("%(num)d 小时", "%(num)d 小时", minutes // 60)
    return ngettext("%(num)d 天", "%(num)d 天", minutes // 1440)


def ago(then: datetime | None) -> str:
    """How long ago, in words."""
    if then is None:
        return _("从未")
    span = now() - then
    return _("刚刚") if span < timedelta(minutes=1) else _("%(time)s前", time=lasting(span))


def deadline(row) -> tuple[str, str] | None:
    """(words, tone) about the time limit of a case; None where there is none."""
    if not row.case or row.due_at is None or row.stage in {"declined", "withdrawn"}:
        return None
    if row.closed_at:
        return (_("按期办结"), "done") if row.closed_at <= row.due_at else (_("超期办结"), "overdue")
    if row.stage in PAUSED:
        return _("暂停计时"), "plain"
    left = row.due_at - now()
    if left < timedelta():
        return _("超期 %(time)s", time=lasting(left)), "overdue"
    if left < timedelta(hours=24):
        return _("%(time)s后到期", time=lasting(left)), "waiting"
    return _("%(day)s到期", day=moment(row.due_at).rsplit(" ", 1)[0]), "plain"


def stage(row) -> tuple[str, str]:
    return _(STAGES[row.stage]), TONES.get(row.stage, "underway" if row.stage in IN_HAND and row.stage != "suspended" else "plain")


def rating(row) -> str:
    return _(RATINGS[row.rating]) if row.rating else ""


def name_of(username: str, names: dict[str, str]) -> str:
    """A person's name, and the words for those without an account."""
    self, _colon, office = username.partition(":")
    if self in SELF:
        return _("%(who)s(%(office)s)", who=_(SELF[self]), office=office) if office else _(SELF[self])
    return names.get(username, username)


def title(row, labels: dict[str, str]) -> str:
    """隐患 · 飞线充电."""
    kind = _(KINDS[row.kind].label)
    return f"{kind} · {_(labels[row.category])}" if row.category in labels else kind


def _places(rows) -> tuple[dict, dict]:
    """Names of all areas on the paths and of those that were gone to, and the households."""
    codes = {code for row in rows for code in row.path.split("/") if code}
    codes |= {code for row in rows for field in KINDS[row.kind].fields if field.shape == "places" for code in row.details.get(field.name) or ()}
    return lists.names_of(codes), lists.homes({row.household for row in rows if row.household})


def _where(row, names: dict, homes: dict) -> str:
    """2栋 1单元 302 王奶奶, or the place in the worker's words, or the grid."""
    codes = row.path.rstrip("/").split("/")
    below = [names.get(code, code) for code in codes[codes.index(row.grid) + 1 :]]
    home = homes.get(row.household)
    parts = [*below, *([home.room, home.name] if home else [])]
    parts += [row.place] if row.place and row.place not in "".join(parts) else []
    return " ".join(parts) or names.get(row.grid, row.grid)


def _trail(row, names: dict) -> list[str]:
    """社区 › 网格 › 楼: where it belongs, without the levels between that nobody says."""
    codes = row.path.rstrip("/").split("/")
    said = [*codes[1:2], row.scope, *codes[codes.index(row.grid) + 1 :]]
    return [names[code] for code in dict.fromkeys(said) if code in names]


def cards(rows: list) -> list[dict]:
    """What the list shows of each entry."""
    labels, (names, homes) = lists.category_labels(), _places(rows)
    people = lists.people_names({row.author for row in rows})
    here = lists.photos_here({sha for row in rows for sha, *_ in row.photos})
    return [
        {
            "entry": row,
            "title": title(row, labels),
            "where": _where(row, names, homes),
            "grid": names.get(row.scope, row.scope),
            "author": name_of(row.author, people),
            "own": current_user.username in row.authors,
            "thumb": next((sha for sha, *_ in row.photos if sha in here), None),
            "stage": stage(row),
            "deadline": deadline(row),
            "wanting": wanting(row),
            "absent": len({sha for sha, *_ in row.photos} - here),
        }
        for row in rows
    ]


def wanting(row) -> list[str]:
    """待补充 in words."""
    missing = Entry(**{name: getattr(row, name) for name in Entry.__slots__}).wanting
    fields = {field.name: field.label for field in KINDS[row.kind].fields}
    return [_(LABELS.get(name) or fields[name]) for name in missing]


OFFERED = (
    "approved", "returned", "declined", "assigned", "handled", "closed", "reworked", "reopened", "extended", "suspended", "resumed",
    "supervised", "raised", "lowered", "flagged", "reviewed",
)  # fmt: skip


def offers(entry: Entry) -> list[str]:
    """The verbs that this person may do now at the desk. Deciding about one's own entry is not among them, nor what would change nothing."""
    verbs = [verb for verb in OFFERED if entries.next_stage(entry, verb) and not _useless(entry, verb)]
    own = current_user.username in entry.authors
    return [
        verb
        for verb in [*verbs, "noted"]
        if rules.may(current_user.who, verb, entry, today()) and not (own and verb in rules.VERDICTS)
    ]


def _useless(entry: Entry, verb: str) -> bool:
    """Somebody else has to report the work; the highest level is reached; the one suspension is used up, or nothing is done while it lasts;
    it is not worked on by 研判, and will not be.
    """
    match verb:
        case "handled":
            return any(task.open and task.leads and not task.grid for task in entry.tasks)
        case "raised":
            return entry.level == ORDER[-1] or entry.stage == "waiting"
        case "lowered":
            return not entries.can_go_down(entry)
        case "assigned":
            return entry.stage == "suspended"
        case "suspended":
            return "suspended" in entry.road
        case "reviewed":
            return entry.way != "study" and (bool(entry.way) or entry.follows != "case")
    return False


def whole(id: str, paths: list[str]) -> dict:
    """Everything that the page of one entry shows; `paths` are the subtrees that this person sees at the desk."""
    folded = fold_steps(lists.history(id))
    entry = folded[-1]["entry"]
    labels, (names, homes) = lists.category_labels(), _places([one["entry"] for one in folded])
    people = lists.people_names({one["action"].by for one in folded} | {name for one in folded for name in persons(one["entry"])})
    here = lists.photos_here({sha for one in folded for sha in one["action"].photos} | {sha for sha, *_ in entry.photos})
    words = Words(labels, names, homes, people)
    called = course.Names([one["entry"] for one in folded], people)
    can = offers(entry)
    recorded = folded[0]["action"]
    own = lists.category_lines().get(entry.category, ()) if entry.category else PLAIN.get(entry.kind, ())
    lag = recorded.heard - recorded.at
    broken = lag > BROKEN and not recorded.from_ledger
    return {
        "entry": entry,
        "title": title(entry, labels),
        "where": _where(entry, names, homes),
        "trail": _trail(entry, names),
        "home": homes.get(entry.household),
        "care": [_(CARE[tag].label) for tag in (homes[entry.household].tags if entry.household in homes else []) if tag in CARE],
        "contact": lists.contact(id),
        "masked": masked_telephone,
        "author": name_of(entry.author, people),
        "judge": judge(entry) if current_user.username in entry.authors and entry.stage == "waiting" else None,
        "stage": stage(entry),
        "stage_name": entry.stage,
        "sign": targets.amount(targets.town().sign),
        "gives": rules.may(current_user.who, "assigned", entry, today()),
        "deadline": deadline(entry),
        "wanting": wanting(entry),
        "photos": [{"sha": sha, "role": role, "here": sha in here} for sha, role, _action in entry.photos],
        "details": [(_(field.label), words.detail(field, entry.details[field.name])) for field in details(entry)],
        "source": _(SOURCES.get(entry.source, entry.source)),
        "lines": _("、").join(_(label) for line, label in LINES.items() if line in own),
        "lag": lag if lag >= LATE and not broken and not KINDS[entry.kind].desk else None,
        "ahead": -lag if -lag > DOUBTFUL else None,
        "behind": lag if broken else None,
        "steps": [step(one, called, words) for one in folded],
        "clock": course.clock(entry, folded, targets.town()),
        "tasks": course.shown(entry, called),
        "ladder": ladder.of(entry),
        "ways": targets.ways() if {"assigned", "closed"} & {*can} else [],
        "study": _study(entry),
        "today": today().isoformat(),
        "targets": targets.choices(entry) if "assigned" in can else None,
        "straight": targets.usual([entry]).get(entry.id) if "approved" in can and hotline.straight(entry) else None,
        "relatives": cards([row for row in lists.relatives(entry, paths) if rules.sees(current_user.who, lists.folded(row), today())]),
        "near": _near(entry) if entry.area != entry.grid or entry.place or entry.household else None,
        "position": position(entry),
        "plan": _plan(entry),
        "decides": _is_secretary(entry),
        "offers": can,
        "board": board(entry),
        "leads": leads(entry) if "flagged" in can else [],
    }


def judge(entry: Entry) -> str:
    """Who says whether one's own entry is accepted."""
    codes = entry.path.rstrip("/").split("/")
    for role, words in (("secretary", _("由另一位书记审核") if _is_secretary(entry) else _("由社区书记审核")), ("street", _("由街道审核"))):
        people = [person for _post, person in lists.posts_at(codes, role, today()) if person.active and person.password]
        if any(rules.impartial(person.username, entry) for person in people):
            return words
    return _("眼下没有别人能审核,请管理员再设一位书记,或给街道设岗位")


def _is_secretary(entry: Entry) -> bool:
    return "secretary" in current_user.who.roles(entry.path, entry.kind, today())


def _study(entry: Entry) -> list[dict]:
    """研判: what its meetings came to, with the names of those who wrote it down."""
    kept = entry.road.get("study", [])
    people = lists.people_names({one["by"] for one in kept})
    return [one | {"name": people.get(one["by"], one["by"])} for one in kept]


def board(entry: Entry) -> dict | None:
    """How it stands on the board of 老大难: what core.stubborn keeps, with the official's name."""
    kept = entry.road.get("stubborn") if stubborn.on_board(entry) else None
    return kept and kept | {"name": lists.people_names({kept["lead"]}).get(kept["lead"], kept["lead"])}


def leads(entry: Entry) -> list:
    """Who may answer for it; a party is not among them."""
    return [one for one in officials.leads(entry.path, today()) if one.username not in entry.kept_from]


def _near(entry: Entry) -> int:
    return lists.how_many(disputes.open_to(lists.at_same_place(entry), current_user.username, [entry.path]))


def position(entry: Entry) -> str:
    """北纬 40.76200°,东经 107.42000°; empty without one."""
    if entry.lat is None or entry.lng is None:
        return ""
    north = _("北纬 %(degrees)s°") if entry.lat >= 0 else _("南纬 %(degrees)s°")
    east = _("东经 %(degrees)s°") if entry.lng >= 0 else _("西经 %(degrees)s°")
    return _(",").join([north % {"degrees": f"{abs(entry.lat):.5f}"}, east % {"degrees": f"{abs(entry.lng):.5f}"}])


def _plan(entry: Entry):
    """The buildings of the same community around the point."""
    if entry.lat is None or entry.lng is None:
        return None
    community = "/".join(entry.path.split("/")[:2]) + "/" if entry.path.count("/") > 1 else entry.path
    return plan(entry.lat, entry.lng, entry.accuracy, lists.buildings_near(entry.lat, entry.lng, community))


def details(entry: Entry) -> list:
    return [field for field in KINDS[entry.kind].fields if entry.details.get(field.name) not in (None, "", [])]


def persons(entry) -> list[str]:
    """The people whom the kind's own fields name."""
    return [entry.details[field.name] for field in KINDS[entry.kind].fields if field.shape == "person" and entry.details.get(field.name)]


def fold_steps(history: list) -> list[dict]:
    """Each line of the log with the entry before and after it."""
    steps, entry = [], None
    for row, action in history:
        before, entry = entry, entries.act(entry, action, row.seq)
        steps.append({"action": action, "before": before, "entry": entry})
    return steps


def step(one: dict, names: course.Names, words: "Words") -> dict:
    """One step of the history in words."""
    action, before, after = one["action"], one["before"], one["entry"]
    body = action.body
    score = body.get("score")
    said = body.get("reason") or body.get("reply") or (body.get("note") if action.verb != "recorded" else "") or ""
    late = action.heard - action.at >= LATE
    return {
        "id": action.id,
        "verb": action.verb,
        "what": _("答复热线") if body.get("reply") else _("研判结论") if body.get("study") else _(DID[action.verb]),
        "who": names.by(action.by) or name_of(action.by, names.people),
        "at": action.at,
        "heard": action.heard if late else None,
        "said": said if action.verb != "amended" else "",
        "extra": course.extra(action, before, after, names),
        "score": _(RATINGS[score]) if score else None,
        "photos": len(action.photos) if action.verb != "recorded" else 0,
        "stage": stage(after) if before and before.stage != after.stage else None,
        "changes": words.differences(before, after) if action.verb == "amended" else None,
        "in_vain": action.verb == "amended" and before.version == after.version,
    }


class Words:
    """Values of an entry's fields in words."""

    def __init__(self, labels: dict, areas: dict, homes: dict, people: dict):
        self.labels, self.areas, self.homes, self.people = labels, areas, homes, people

    def differences(self, before: Entry, after: Entry) -> list[dict]:
        """Field by field: label, old, new."""
        fields = {field.name: field for kind in {before.kind, after.kind} for field in KINDS[kind].fields}
        lines = []
        for name, old, new in entries.differences(before, after):
            if name in fields:
                label, pair = fields[name].label, [self.detail(fields[name], value) for value in (old, new)]
            else:
                label, pair = LABELS[name], [self.value(name, value) for value in (old, new)]
            lines.append({"label": _(label), "old": pair[0], "new": pair[1]})
        return lines

    def value(self, name: str, value) -> str:
        if value in (None, "", (None, None)):
            return ""
        if name == "position":
            return f"{value[0]:.5f}, {value[1]:.5f}"
        if name == "photos":
            return ngettext("%(num)d 张", "%(num)d 张", len(value))
        if name == "happened_at":
            return moment(value)
        if name == "household":
            home = self.homes.get(value)
            return f"{home.room} {home.name}" if home else value
        if isinstance(value, bool):
            return _("是") if value else _("否")
        table = {"kind": {kind.name: kind.label for kind in KINDS.values()}, "category": self.labels, "area": self.areas, "source": SOURCES}
        return _(table[name].get(value, value)) if name in table else value

    def detail(self, field, value) -> str:
        """A value of one of the kind's own fields."""
        if value in (None, "", []):
            return ""
        if field.shape == "switch":
            return _("是") if value else _("否")
        if field.shape == "day":
            return day(date.fromisoformat(value))
        if field.shape == "unit":
            return jobs.unit_names({value}).get(value, value)
        if field.shape == "number":
            return f"{value:g}"
        if field.shape == "series":
            return sessions.names({value}).get(value, value)
        if field.shape == "agenda":
            return ngettext("%(num)d 件", "%(num)d 件", len(value))
        choices = dict(field.choices)
        chosen = value if isinstance(value, list) else [value]
        if field.shape == "person":
            return self.people.get(value, value)
        if field.shape == "places":
            return _("、").join(self.areas.get(one, one) for one in chosen)
        return _("、").join(_(choices[one]) if one in choices else str(one) for one in chosen)
