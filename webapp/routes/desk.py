"""The secretary's desk: what waits for a decision, what is in hand, and the entries behind every figure."""

import re
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ..core import rules
from ..core.actions import Refused
from ..core.care import masked_name
from ..core.entries import STAGES
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..htmx import asks_for_piece, piece
from ..store import lists, sums
from . import record
from .access import act, allowed, note, now, posts, refuse, today
from .sheets import csv_file
from .words import moment, told

bp = Blueprint("desk", __name__)

LISTS = {
    "waiting": (N_("待审"), "inbox"),
    "returned": (N_("退回"), "return"),
    "in_hand": (N_("在办"), "half"),
    "due_soon": (N_("将到期"), "clock"),
    "overdue": (N_("超期"), "alert"),
    "closed": (N_("已办结"), "check"),
    "all": (N_("全部"), "list"),
}
MEASURES = {
    "received": N_("收件"),
    "closed": N_("办结"),
    "open": N_("未办结"),
    "with_deadline": N_("有时限的"),
    "closed_on_time": N_("按期办结"),
    "closed_day1": N_("当天办结"),
    "closed_day2": N_("两天内办结"),
    "closed_day3": N_("三天内办结"),
    "mature": N_("满三天的收件"),
    "withdrawn": N_("撤回"),
    "declined": N_("不予受理"),
    "visits": N_("走访"),
    "deliveries": N_("配送"),
    "households_visited": N_("走访到的户"),
}
PHRASES = {
    "returned": [N_("缺照片,请补拍"), N_("照片看不清,请重拍"), N_("地点没写清"), N_("住户选错了"), N_("类别选错了"), N_("情况没写清")],
    "declined": [N_("和已有记录重复"), N_("不属于本社区"), N_("不属于受理范围"), N_("经核实情况不存在")],
    "handled": [N_("已联系物业处理"), N_("已上门查看"), N_("已报主管部门")],
    "closed": [N_("已处理完毕,现场已复查"), N_("居民已确认解决"), N_("经调解双方和好")],
    "reopened": [N_("居民反映没有解决"), N_("复查发现又出现"), N_("处理结果和实际不符")],
}
"""What is often said, to be picked; one's own words may be added."""

REASON = {"returned", "declined", "reopened"}
WORDY = {*REASON, "handled", "closed", "noted"}
"""Verbs that must not be done without words; those in REASON call them a reason."""

DONE = {
    "approved": N_("已通过"),
    "returned": N_("已退回,记录人会在手机上看到原因"),
    "declined": N_("已不予受理"),
    "handled": N_("办理情况已记下"),
    "closed": N_("已办结"),
    "noted": N_("补充说明已记下"),
    "reopened": N_("已重新打开"),
}
MOST_EXPORTED = 5000
SILENT = timedelta(days=3)


# --- lists


def paths() -> list[str]:
    """The subtrees that this person sees at the desk."""
    return [post.path for post in posts(*rules.DESK_ROLES)]


@bp.app_context_processor
def _rail():
    """The desk's navigation, for its own pages and those of the figures."""
    return {"rail": rail, "desk_areas": desk_areas, "ago": record.ago, "lasting": record.lasting}


def desk_areas() -> str:
    """The names of one's own areas."""
    return _("、").join(lists.names_of({post.area for post in posts(*rules.DESK_ROLES)}).values())


def rail(active: str | None = None) -> list[dict]:
    """Every list with its count, then the phones and the ways to other rooms."""
    if not paths():
        return []
    counts = lists.desk_counts(paths(), now())
    items = [
        {
            "name": name,
            "url": url_for("desk.inbox") if name == "waiting" else url_for("desk.entries", list=name),
            "label": _(label),
            "icon": icon,
        }
        | {"count": counts.get(name), "active": name == active, "urgent": name == "overdue" and bool(counts[name])}
        for name, (label, icon) in LISTS.items()
    ]
    items.append({"name": "phones", "url": url_for("desk.phones"), "label": _("手机"), "icon": "device", "active": active == "phones"})
    for name, page, label, icon in (("figures", "figures.page", _("看板"), "chart"), ("posters", "link.posters", _("海报"), "qr")):
        items.append({"name": name, "url": url_for(page), "label": label, "icon": icon, "active": active == name})
    if posts(*rules.FIELD_ROLES):
        items.append({"name": "field", "url": url_for("field.today"), "label": _("记一笔"), "icon": "plus", "active": False})
    return items


class Asked:
    """Which entries the address asks for. Aborts with 404 for an area that is not one's own, with 400 for what makes no sense."""

    def __init__(self, args, usual: str = "all"):
        self.args = {name: args[name] for name in NAMES if args.get(name) or (name == "category" and name in args)}
        self.name = self.args.get("list", usual)
        self.measure = self.args.get("measure")
        self.kind, self.stage, self.worker, self.category = (self.args.get(name) for name in ("kind", "stage", "worker", "category"))
        self.words = self.args.get("q", "")[:100]
        self.area = self._area(self.args.get("area"))
        self.number = _whole(self.args.get("page", "1"))
        self.near = own_entry(self.args["near"][:36]) if "near" in self.args else None
        try:
            self.first, self.last = (date.fromisoformat(self.args[name]) if name in self.args else None for name in ("from", "to"))
        except ValueError:
            abort(400)
        sensible = self.name in LISTS and self.kind in {None, *KINDS} and self.stage in {None, *STAGES} and self.number in range(1, 100_000)
        if not sensible or (self.measure and not (self.measure in MEASURES and self.area and self.first and self.last)):
            abort(400)

    def _area(self, code: str | None):
        """The area that was asked for, if it is one's own."""
        if code is None:
            return None
        area = lists.area_by_code(code)
        if area is None or not any(area.path.startswith(path) for path in paths()):
            refuse(f"area={code}")
        return area

    @cached_property
    def query(self):
        """The SELECT, in order."""
        if self.measure:
            behind = sums.behind(self.area, self.first, self.last, today(), self.measure, kind=self.kind, category=self.category)
            return lists.newest_first(behind)
        if self.near:
            return lists.newest_first(lists.at_same_place(self.near))
        within = [self.area.path] if self.area else paths()
        some = self._listed(within, many=bool(self.words))
        return some if self.words or lists.up_to(some) <= lists.MOST_COUNTED else self._listed(within, many=True)

    def _listed(self, within: list[str], *, many: bool = False):
        return lists.narrowed(
            lists.desk_list(self.name, within, now(), many=many), today(), kind=self.kind, category=self.category, stage=self.stage,
            author=self.worker, first=self.first, last=self.last, words=self.words,
        )  # fmt: skip

    @property
    def total(self) -> int:
        """How many there are: behind a figure exactly, else up to a limit. Behind households visited lie more visits than households."""
        if not self.measure:
            return lists.up_to(self.query)
        return lists.how_many(self.query, "household" if self.measure == "households_visited" else None)

    @property
    def searched_days(self) -> int | None:
        """How many days back the texts were searched, where the address does not say since when."""
        return lists.SEARCHED_DAYS if self.words and not self.first else None

    @property
    def narrow(self) -> bool:
        return bool(self.args.keys() - {"list", "page"})

    def choices(self) -> dict:
        """What the filters offer."""
        own = paths()
        chosen = self.area.path if self.area else own[0] if len(own) == 1 and posts("secretary") else None
        areas = lists.areas_to_choose(own, chosen)
        if self.area and self.area.code not in {one.code for one in areas}:
            areas.append(self.area)
        shallow = min((one.path.count("/") for one in areas), default=0)
        return {
            "areas": [("", _("全部网格"))] + [(one.code, "\u3000" * (one.path.count("/") - shallow) + one.name) for one in areas],
            "kinds": [("", _("全部类型"))] + [(kind.name, _(kind.label)) for kind in KINDS.values()],
            "stages": [("", _("全部阶段"))] + [(name, _(label)) for name, label in STAGES.items()],
            "workers": [("", _("所有人"))] + list(lists.holders(own).items()),
        }


NAMES = ("list", "area", "from", "to", "kind", "stage", "worker", "category", "measure", "near", "q", "page")


def _whole(text: str) -> int:
    """A number in an address; 400 for what is none, or one that no list is long enough for."""
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else abort(400)


def listing(asked: Asked, open_entry: dict | None = None, status: int = 200, **more):
    """The whole page: the list, and beside it the entry that is open. The look is logged."""
    total, rows = asked.total, lists.page_of(asked.query, asked.number)
    found = lists.how_many(asked.query) if asked.measure else total
    context = {
        "lists": LISTS,
        "measures": MEASURES,
        "cards": record.cards(rows),
        "total": total if asked.measure or total <= lists.MOST_COUNTED else f"{lists.MOST_COUNTED}+",
        "found": found,
        "pages": -(-(found if asked.measure else min(found, lists.MOST_COUNTED)) // lists.PAGE),
        "choices": asked.choices(),
        "category": lists.category_labels().get(asked.category, _("没有选类别")),
        "since": lists.last_seq(),
        "nav": rail(None if asked.measure else asked.name),
        "one": open_entry,
    }
    page = render_template("desk/list.html", **about(asked), **context | more)
    note("listed", detail=f"{len(rows)} {urlencode({'list': asked.name} | asked.args)}")
    return page, status


def about(asked: Asked) -> dict:
    """What cards and entries need to know about the list that they belong to."""
    waiting = asked.name == "waiting" and not asked.measure
    return {
        "asked": asked,
        "args": {"list": asked.name} | asked.args,
        "settled": asked.name if asked.name in STAGES else None,
        "bulk": waiting and bool(posts("secretary")),
        "phrases": PHRASES,
    }


@bp.get("/desk")
@allowed(*rules.DESK_ROLES)
def inbox():
    """待审: what waits for a decision, oldest first."""
    return listing(Asked(request.args, "waiting"))


@bp.get("/desk/entries")
@allowed(*rules.DESK_ROLES)
def entries():
    """A list of entries, as the address says; with `measure`, exactly those that a figure counts."""
    return listing(Asked(request.args))


@bp.get("/desk/entries.csv")
@allowed(*rules.DESK_ROLES)
def export():
    """The same list for a spreadsheet program: household names masked, no telephones, at most 5,000 lines."""
    asked = Asked(request.args)
    rows = lists.page_of(asked.query, 1, MOST_EXPORTED)
    found = lists.how_many(asked.query) if len(rows) == MOST_EXPORTED else len(rows)
    heads = [_("编号"), _("类型和类别"), _("网格"), _("地点"), _("住户"), _("情况"), _("阶段"), _("记录人"), _("发生时间"), _("收到时间")]
    heads += [_("时限"), _("办结时间"), _("办理结果"), _("评价")]
    homes = lists.homes({row.household for row in rows if row.household})
    lines = [_line(card, homes) for card in record.cards(rows)]
    return csv_file(_(LISTS[asked.name][0]), heads, lines, found)


def _line(card: dict, homes: dict) -> list:
    row, home = card["entry"], homes.get(card["entry"].household)
    place = card["where"] if home is None else card["where"].replace(home.name, "").strip()
    times = [moment(value) if value else "" for value in (row.happened_at, row.heard_at, row.due_at, row.closed_at)]
    who = [masked_name(home.name) if home else "", row.note, card["stage"][0], card["author"]]
    return [row.number, card["title"], card["grid"], place, *who, *times, row.outcome, record.rating(row)]


@bp.get("/desk/news")
@allowed(*rules.DESK_ROLES)
def news():
    """What has come in since the list was made, and today's counts; asked for every few seconds."""
    since = _whole(request.args.get("since", ""))
    count = lists.arrived_since(since, paths())
    return render_template("desk/_news.html", count=count, since=since, nav=rail(), out_of_turn=True)


# --- one entry


def own_entry(id: str, *roles: str):
    """The entry, if one's post at the desk (in one of these roles) covers it; otherwise there is no such page, and the attempt is logged."""
    row = lists.entry_by_id(id)
    if row is None or not any(row.path.startswith(post.path) for post in posts(*(roles or rules.DESK_ROLES))):
        refuse(entry=id)
    return row


def _asked() -> Asked:
    """The list that the entry was opened from."""
    return Asked(request.args, "waiting" if posts("secretary") else "all")


def shown(id: str, status: int = 200, **more):
    """One entry: the piece that htmx asks for, or the page with its list beside it. The look is logged."""
    note("opened", entry=id)
    one = record.whole(id, paths())
    if "stale" in more:
        known = [step["id"] for step in one["steps"]]
        more["news"] = one["steps"][known.index(more["stale"]) + 1 :] if more["stale"] in known else []
    asked = _asked()
    if not asks_for_piece():
        return listing(asked, one, status, **more)
    context = about(asked) | {"one": one} | more
    if request.method == "POST":
        context |= {"card": record.cards([lists.entry_by_id(id)])[0], "nav": rail()}
    return piece(render_template("desk/_piece.html", **context), status)


@bp.get("/desk/entries/<uuid:id>")
@allowed(*rules.DESK_ROLES)
def entry(id):
    """One entry with all that is known about it."""
    own_entry(str(id))
    return shown(str(id))


@bp.post("/desk/entries/<uuid:id>/actions")
@allowed("secretary")
def decide(id):
    """Do what the form's `verb` says, to the entry as it was `seen`. What has changed since is shown, and nothing done."""
    id, verb, asked = own_entry(str(id), "secretary").id, request.form.get("verb", ""), _asked()
    if verb not in DONE:
        abort(400)
    words = "；".join([*request.form.getlist("phrase"), *filter(None, [request.form.get("words", "").strip()])])
    if verb in WORDY and not words:
        return shown(id, 422, fault=(verb, _("请选一条或写一句原因") if verb in REASON else _("请写一句说明")))
    try:
        act(verb, id, seen=request.form.get("seen"), body={"reason": words} if verb in REASON else {"note": words})
    except Refused as refusal:
        if refusal.reason != "stale":
            raise
        return shown(id, 409, stale=request.form.get("seen"), typed=(verb, words))
    if asks_for_piece():
        return shown(id, said=_(DONE[verb]))
    flash(_(DONE[verb]))
    return redirect(url_for(".entry", id=id, **about(asked)["args"]), 303)


@bp.post("/desk/entries/<uuid:id>/telephone")
@allowed("secretary")
def telephone(id):
    """The whole telephone number of the household, and of the resident who asked to be rung back. The look is logged."""
    household = own_entry(str(id), "secretary").household
    note("revealed", entry=str(id), household=household, detail="telephone")
    return shown(str(id), revealed=True)


# --- several at once


@bp.post("/desk/approvals/check")
@allowed("secretary")
def check_approvals():
    """Before several are approved at once: exactly which, by number; and which not, and why."""
    found = _sorted(_picked())
    page = render_template("desk/approvals.html", nav=rail("waiting"), **found)
    note("listed", detail=f"{len(found['ready']) + len(found['left'])} approvals")
    return page


@bp.post("/desk/approvals")
@allowed("secretary")
def approve_all():
    """Approve those named, each as it was seen; every one that cannot be is reported with its reason."""
    picked, done, left = _picked(), [], []
    for id, _seen in picked:
        own_entry(id)
    for id, seen in picked:
        try:
            act("approved", id, seen=seen, body={})
            done.append(id)
        except Refused as refusal:
            left.append((id, told(refusal.reason, refusal.message)))
    rows = {id: lists.entry_by_id(id) for id in [*done, *(id for id, _reason in left)]}
    cards = {card["entry"].id: card for card in record.cards(list(rows.values()))}
    context = {"approved": [cards[id] for id in done], "left": [(cards[id], reason) for id, reason in left], "ready": []}
    return render_template("desk/approvals.html", nav=rail("waiting"), **context)


def _picked() -> list[tuple[str, str]]:
    """The (entry, last action seen) pairs that the form names, at most one page of them."""
    pairs = [tuple(value.split(":")) for value in dict.fromkeys(request.form.getlist("pick"))]
    if len(pairs) > lists.PAGE or any(len(pair) != 2 for pair in pairs):
        abort(400)
    return pairs


def _sorted(picked: list[tuple[str, str]]) -> dict:
    """Those that can be approved as they were seen, and the others with the reason."""
    seen = dict(picked)
    ready, left = [], []
    for card in record.cards([own_entry(id) for id in seen]):
        row = card["entry"]
        if card["own"]:
            left.append((card, _("这是您自己记的,要由别人审核")))
        elif row.stage != "waiting" or row.last != seen[row.id]:
            left.append((card, _("您看过之后这条记录又有变化,请打开看最新内容再决定")))
        else:
            ready.append(card)
    return {"ready": ready, "left": left, "approved": None}


# --- phones


@bp.get("/desk/phones")
@allowed(*rules.DESK_ROLES)
def phones():
    """手机: who was last heard of when, and what was still on the phone."""
    found = [
        {"device": device, "person": person, "silent": device.unsent > 0 and now() - device.heard > SILENT}
        for device, person in lists.phones(paths(), today())
    ]
    build = current_app.config["BUILD"]
    return render_template("desk/phones.html", nav=rail("phones"), phones=sorted(found, key=lambda one: not one["silent"]), build=build)
