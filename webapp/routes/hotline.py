"""12345 热线工单: the orders of a period with their numbers, deadlines and answers, and the answering itself."""

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import hotline, periods, rules
from ..core.tallies import percent
from ..store import hotline as store
from ..store import lists
from . import desk, record
from .access import allowed, note, now, posts
from .figures import asked_days
from .rail import paths, rail
from .sheets import csv_file
from .words import day, moment

bp = Blueprint("hotline", __name__)

MOST = 200
"""So many orders stand on the page; the table for spreadsheet programs has all of them."""
MOST_WORDS = 500


class Asked:
    """The period that the address asks for, and its orders."""

    def __init__(self, args):
        self.period = args.get("period") or ("own" if args.get("from") else "month")
        self.first, self.last = asked_days(self.period, args)
        self.rows = store.orders(paths(), current_user.username, self.first, self.last)
        self.orders = [lists.folded(row) for row in self.rows]
        self.counts = hotline.counts(self.orders)

    def url(self, endpoint: str = ".page", **changed) -> str:
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()} if self.period == "own" else {"period": self.period}
        return url_for(endpoint, **({"period": changed["period"]} if "period" in changed else days))

    @property
    def rates(self) -> list[tuple[str, int, int]]:
        return [(_(words), self.counts[over], self.counts[under]) for words, over, under in hotline.RATES.values()]


@bp.app_context_processor
def _words():
    return {"hotline_order": hotline.order, "hotline_reply": hotline.reply}


@bp.get("/hotline")
@allowed(*rules.DESK_ROLES)
def page():
    """The orders of a period, and how many of them are closed."""
    asked = Asked(request.args)
    cards = record.cards(asked.rows[:MOST])
    context = {"asked": asked, "cards": cards, "found": len(asked.rows), "periods": periods.PERIODS, "percent": percent, "as_of": now()}
    html = render_template("hotline/page.html", nav=rail("hotline"), imports=bool(posts("admin")), **context)
    note("listed", detail=f"{len(asked.rows)} hotline")
    return html


@bp.get("/hotline.csv")
@allowed(*rules.DESK_ROLES)
def export():
    """The same for the hotline's own table: number, deadline, stage, closing, answer; and the rates with their numbers."""
    asked = Asked(request.args)
    heads = [_("工单号"), _("编号"), _("内容"), _("收到时间"), _("时限"), _("阶段"), _("办结时间"), _("按期"), _("办理结果"), _("答复"), _("答复时间")]
    lines = [_line(one) for one in asked.orders]
    lines += [[], [_("期间"), f"{day(asked.first)}–{day(asked.last)}", _("收件口径")], [_("截至"), moment(now())]]
    lines += [[words, percent(over, under), f"{over}/{under}"] for words, over, under in asked.rates]
    return csv_file(_("热线工单"), heads, lines)


def _line(one) -> list:
    said = hotline.reply(one)
    times = [moment(value) if value else "" for value in (one.received_at, one.due_at, one.closed_at, said and said.at)]
    in_time = "" if not (one.closed_at and one.due_at) else _("是") if one.on_time else _("否")
    return [hotline.order(one), one.number, one.note, *times[:2], record.stage(one)[0], times[2], in_time, one.outcome, said.words if said else "", times[3]]


@bp.post("/desk/entries/<uuid:id>/reply")
@allowed("secretary")
def answer(id):
    """答复: the words that the hotline gets; said again, the new ones stand."""
    entry = desk.own_entry(str(id), "secretary")
    if entry.source != hotline.SOURCE:
        abort(400)
    said = request.form.get("words", "").strip()
    if not 0 < len(said) <= MOST_WORDS:
        return desk.shown(entry.id, 422, fault=("reply", _("请写答复,最长 %(most)s 个字", most=MOST_WORDS)), typed=("reply", said[:MOST_WORDS]))
    return desk.settle("noted", entry.id, {"note": "", "reply": said}, _("答复已记下"))
