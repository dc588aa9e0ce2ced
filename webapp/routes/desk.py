"""The secretary's desk: what waits for a decision, what is in hand, and the entries behind every figure."""

from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules
from ..core.actions import Refused
from ..core.care import masked_name
from ..core.kinds.shape import N_
from ..core.road import STAGES, WAYS
from ..htmx import asks_for_piece, piece
from ..store import lists
from . import pictures, record, targets
from .access import act, allowed, note, now, posts, refuse, today
from .asked import MEASURES, Asked, own_entry, whole
from .rail import LISTS, desk_areas, paths, rail
from .sheets import csv_file
from .words import moment, told

bp = Blueprint("desk", __name__)

PHRASES = {
    "returned": [N_("缺照片,请补拍"), N_("照片看不清,请重拍"), N_("地点没写清"), N_("住户选错了"), N_("类别选错了"), N_("情况没写清")],
    "declined": [N_("和已有记录重复"), N_("不属于本社区"), N_("不属于受理范围"), N_("经核实情况不存在")],
    "handled": [N_("已联系物业处理"), N_("已上门查看"), N_("已报主管部门")],
    "closed": [N_("已处理完毕,现场已复查"), N_("居民已确认解决"), N_("经调解双方和好")],
    "reopened": [N_("居民反映没有解决"), N_("复查发现又出现"), N_("处理结果和实际不符")],
    "reworked": [N_("现场还没有处理到位"), N_("照片看不出结果"), N_("居民说没有解决")],
    "extended": [N_("等配件到货"), N_("天气原因无法施工"), N_("涉及多家,还在协调")],
    "suspended": [N_("等上级资金或立项"), N_("要等季节施工"), N_("当事人外出,无法办理")],
    "supervised": [N_("请今天内回复进展"), N_("群众多次反映,请尽快办理"), N_("领导关注,请优先办理")],
    "raised": [N_("社区协调不了"), N_("涉及多个社区"), N_("超期未办")],
    "lowered": [N_("下一级能办,请继续办"), N_("已协调好,请接着办"), N_("情况没说清,请核实后再报")],
}
"""What is often said, to be picked; one's own words may be added."""

REASON = {"returned", "declined", "reopened", "reworked", "extended", "suspended", "raised", "lowered"}
WORDY = {*REASON, "handled", "closed", "noted", "supervised", "reviewed"}
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
"""What the secretary decides here; the street's verbs are in dispatch.py."""
MOST_EXPORTED = 5000
SILENT = timedelta(days=3)


# --- lists


@bp.app_context_processor
def _rail():
    """The desk's navigation, for its own pages and those of the figures."""
    return {"rail": rail, "desk_areas": desk_areas, "ago": record.ago, "lasting": record.lasting}


def listing(asked: Asked, open_entry: dict | None = None, status: int = 200, **more):
    """The whole page: the list, and beside it the entry that is open. The look is logged."""
    total, rows = asked.total, lists.page_of(asked.query, asked.number)
    found = lists.how_many(asked.query) if asked.measure else total
    context = {
        "lists": LISTS,
        "measures": MEASURES,
        "cards": record.cards(rows),
        "usual": targets.usual([row for row in rows if row.stage == "in_hand"]) if asked.name == "in_hand" else {},
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
    return {
        "asked": asked,
        "args": {"list": asked.name} | asked.args,
        "settled": "waiting" if asked.name == "for_street" else asked.name if asked.name in STAGES else None,
        "bulk": not asked.measure and (asked.name == "for_street" or (asked.name == "waiting" and bool(posts("secretary")))),
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
    since = whole(request.args.get("since", ""))
    count = lists.arrived_since(since, paths())
    return render_template("desk/_news.html", count=count, since=since, nav=rail(), out_of_turn=True)


@bp.get("/desk/more")
@allowed(*rules.DESK_ROLES)
def more():
    """更多: every list and room, for a phone, whose strip has only the urgent ones."""
    return render_template("desk/more.html", nav=rail("more"))


# --- one entry


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
    context = about(asked) | {"one": one, "usual": {}} | more
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
@allowed(*rules.DESK_ROLES)
def decide(id):
    """Do what the form's `verb` says, to the entry as it was `seen`. What has changed since is shown, and nothing done."""
    row, verb = own_entry(str(id)), request.form.get("verb", "")
    id = row.id
    if verb not in rules.DOES or not rules.may(current_user.who, verb, lists.folded(row), today()):
        refuse(entry=id)
    if verb not in DONE or request.form.get("way", "") not in {"", *WAYS}:
        abort(400)
    said = words()
    shas, fault = [], missing(verb, said)
    if verb == "closed" and not fault:
        shas, fault = pictures.sent()
    if fault:
        return shown(id, 422, fault=(verb, fault), typed=(verb, said))
    body = {"reason": said} if verb in REASON else {"note": said}
    body |= {"way": request.form.get("way", ""), "roles": dict.fromkeys(shas, "after")} if verb == "closed" else {}
    return settle(verb, id, body, _(DONE[verb]), photos=shas)


def words() -> str:
    """The phrases that were picked and one's own words."""
    return "；".join([*request.form.getlist("phrase"), *filter(None, [request.form.get("words", "").strip()])])


def missing(verb: str, said: str) -> str | None:
    """What is to be done where words are asked for and there are none."""
    if verb not in WORDY or said:
        return None
    return _("请选一条或写一句原因") if verb in REASON else _("请写一句说明")


REFUSED = {"stale": 409, "unconcluded": 422, "spent": 422, "overdue": 422, "nobody": 422}
"""reason of a refusal that is shown with the whole entry again -> status."""


def settle(verb: str, id: str, body: dict, done: str, *first: str, photos=()):
    """Act, and show what came of it: the entry again, in a piece or after a redirect; or why it was refused. `first` are verbs done with it."""
    try:
        act(verb, id, seen=request.form.get("seen"), body=body, photos=photos, first=first)
    except Refused as refusal:
        if refusal.reason not in REFUSED:
            raise
        typed = (verb, body.get("reason") or body.get("note", ""))
        if refusal.reason == "stale":
            return shown(id, 409, stale=request.form.get("seen"), typed=typed)
        return shown(id, REFUSED[refusal.reason], fault=(verb, told(refusal.reason, refusal.message)), typed=typed)
    if asks_for_piece():
        return shown(id, said=done)
    flash(done)
    return redirect(url_for("desk.entry", id=id, **about(_asked())["args"]), 303)


@bp.post("/desk/entries/<uuid:id>/telephone")
@allowed("secretary")
def telephone(id):
    """The whole telephone number of the household, and of the resident who asked to be rung back. The look is logged."""
    household = own_entry(str(id), "secretary").household
    note("revealed", entry=str(id), household=household, detail="telephone")
    return shown(str(id), revealed=True)


# --- several at once


@bp.post("/desk/approvals/check")
@allowed(*rules.DESK_ROLES)
def check_approvals():
    """Before several are approved at once: exactly which, by number; and which not, and why."""
    found = _sorted(_picked())
    page = render_template("desk/approvals.html", **_way_back(), **found)
    note("listed", detail=f"{len(found['ready']) + len(found['left'])} approvals")
    return page


@bp.post("/desk/approvals")
@allowed(*rules.DESK_ROLES)
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
    return render_template("desk/approvals.html", **_way_back(), **context)


def _way_back() -> dict:
    """The list from which several are approved."""
    name = "waiting" if posts("secretary") else "for_street"
    return {"nav": rail(name), "args": {"list": name}}


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
        elif not rules.may(current_user.who, "approved", lists.folded(row), today()):
            left.append((card, _("这一条由社区书记审核")))
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
