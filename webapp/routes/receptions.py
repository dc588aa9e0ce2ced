"""接待登记 (people who came: 人次) beside the disputes (起), and how both go by month, kind and level."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import mediation, rules
from ..core.actions import inert
from ..core.kinds import KINDS
from ..core.mediation import Counts
from ..store import disputes, jobs, lists, sums
from ..store import duties as rosters
from . import record
from .access import act, allowed, new_id, note, now, posts, refuse, today, zone
from .disputes import ROLES, month_name, month_of, nav, on_duty, paths
from .mediating import BODIES
from .mediators import listed

bp = Blueprint("receptions", __name__)

KIND = KINDS["reception"]
MONTHS = 6


@bp.get("/disputes/receptions")
@allowed("mediator", "secretary")
def page():
    """This month's receptions, and the form for one more."""
    return _page()


def _page(faults=(), status: int = 200):
    first, last = month_of(request.args.get("month") or f"{today():%Y-%m}")
    body = request.args.get("body")
    rows = [row for row in disputes.receptions(paths("mediator", "secretary"), first, last) if not body or row.details.get("body") == body]
    bodies = {unit.code: unit.name for unit in studios(paths("mediator", "secretary"))}
    led = {id: [row for row in found if rules.sees(current_user.who, lists.folded(row), today())] for id, found in
           disputes.led_to([row.id for row in rows]).items()}  # fmt: skip
    shown = [card | {"people": _people(card["entry"]), "led": led.get(card["entry"].id, [])} for card in record.cards(rows)]
    counts = (len(rows), sum(card["people"] for card in shown))
    note("listed", detail=f"{len(rows)} receptions")
    page = render_template(
        "disputes/receptions.html", cards=shown, counts=counts, month=first, areas=_areas(), kind=KIND, faults=faults, values=request.form,
        choices={field.name: dict(field.choices) for field in KIND.fields},
        nav=nav("receptions"), on_duty=on_duty(), bodies=bodies, body=body, body_name=_body_name(body, bodies),
    )  # fmt: skip
    return page, status


def _people(row) -> int:
    return int(row.details.get("people") or 1)


def studios(own: list[str]) -> list:
    """The bodies outside that receive and mediate in these subtrees: a judge's studio, a law firm …"""
    return [one.Unit for one in jobs.units() if one.Unit.kind in BODIES and any(one.path.startswith(path) or path.startswith(one.path) for path in own)]


def _body_name(code: str | None, bodies: dict[str, str]) -> str:
    return bodies.get(code) or jobs.unit_names({code}).get(code, code) if code else ""


@bp.get("/disputes/studios")
@allowed("mediator", "secretary")
def sitting():
    """坐班: of each body in a month the days on duty, the receptions with their people, and the disputes that it mediated."""
    own = paths("mediator", "secretary")
    first, last = month_of(request.args.get("month") or f"{today():%Y-%m}")
    rows = [row for row in disputes.receptions(own, first, last) if row.details.get("body")]
    found = {unit.code: unit.name for unit in studios(own)}
    found |= jobs.unit_names({row.details["body"] for row in rows} - found.keys())
    days = rosters.days_of_units(own, first, last)
    mediated = disputes.mediated_by_units(set(found), own, first, last, current_user.username)
    bodies = [
        {"code": code, "name": name, "days": days.get(code, 0), "mediated": len(mediated.get(code, ()))}
        | {"times": len(here), "people": sum(map(_people, here))}
        for code, name in found.items()
        for here in [[row for row in rows if row.details["body"] == code]]
    ]
    bodies.sort(key=lambda one: (-one["times"], -one["days"], one["name"]))
    note("listed", detail=f"studios {first:%Y-%m}")
    months = list(_months_before(today().replace(day=1)))
    return render_template("disputes/studios.html", bodies=bodies, month=first, months=months, nav=nav("receptions"), on_duty=on_duty())


@bp.get("/disputes/studios/<unit>")
@allowed("mediator", "secretary")
def mediated(unit):
    """The disputes behind the count of a body's mediations in a month."""
    own = paths("mediator", "secretary")
    first, last = month_of(request.args.get("month") or f"{today():%Y-%m}")
    ids = disputes.mediated_by_units({unit}, own, first, last, current_user.username).get(unit, set())
    if not ids and unit not in {one.code for one in studios(own)}:
        refuse(f"studio={unit[:80]}")
    back = url_for(".sitting", month=f"{first:%Y-%m}")
    return listed(_body_name(unit, {}), _("%(month)s调解", month=month_name(first)), disputes.by_ids(ids), back, "receptions")


def _areas() -> list:
    """The communities of one's posts, or the posts' own areas: where a reception may be."""
    own = paths("mediator", "secretary")
    return lists.areas_in(own, "community") or lists.areas_by_code({post.area for post in posts("mediator", "secretary")})


@bp.post("/disputes/receptions")
@allowed("mediator", "secretary")
def add():
    """Write down one reception."""
    form, choices = request.form, {field.name: dict(field.choices) for field in KIND.fields}
    said, people = inert(form.get("note", "")), form.get("people", "").strip() or "1"
    faults = [] if said else [("note", _("请写来访的是什么事"))]
    faults += [] if len(said) <= 2000 else [("note", _("最多写 %(count)s 个字,现在是 %(now)s 个", count=2000, now=len(said)))]
    faults += [] if people.isascii() and people.isdecimal() and 0 < int(people) < 10_000 else [("people", _("人数请写 1 以上的数字"))]
    area = form.get("area", "")
    faults += [] if area in {one.code for one in _areas()} else [("area", _("请选在哪里"))]
    wrong = any(form.get(name) and form[name] not in choices[name] for name in ("form", "referred"))
    wrong = wrong or bool(form.get("body")) and form["body"] not in {unit.code for unit in studios(paths("mediator", "secretary"))}
    if faults or wrong:
        return _page(faults or [("form", _("请重新选择"))], 422)
    body = {"kind": "reception", "area": area, "note": said, "happened_at": now().isoformat(), "people": float(people)}
    body |= {name: form[name] for name in ("form", "referred", "body") if form.get(name)} | {"answered": form.get("answered") == "1"}
    act("recorded", new_id(now()), body=body)
    flash(_("已登记"))
    return redirect(url_for(".page"), 303)


# --- how it goes


@bp.get("/disputes/trend")
@allowed(*ROLES)
def trend():
    """Disputes by month, level and kind, with the rates of docs/indicators.md; every number leads to the disputes behind it."""
    first, last = month_of(request.args.get("month") or f"{today():%Y-%m}")
    months = list(_months_before(first))
    rows = [lists.folded(row) for row in disputes.of_days(paths(), months[-1], last)]
    counted = [(row, mediation.counts(row, now(), zone())) for row in rows]
    by_month = [(month, _sum(counts for row, counts in counted if (row.day.year, row.day.month) == (month.year, month.month))) for month in months]
    here = [(row, counts) for row, counts in counted if first <= row.day]
    labels = lists.category_labels()
    kinds = {code: _sum(counts for row, counts in here if row.category == code) for code in dict.fromkeys(row.category for row, _counts in here)}
    page = render_template(
        "disputes/trend.html",
        month=first,
        months=by_month,
        total=_sum(counts for _row, counts in here),
        kinds=sorted(((labels.get(code, ""), code, counts) for code, counts in kinds.items()), key=lambda one: -one[2].accepted),
        received=_received(first, last),
        later=last < today(),
        nav=nav("trend"),
        levels=[(name, _(words)) for name, words in mediation.LIGHTS.items()][::-1],
    )
    note("listed", detail=f"trend {first:%Y-%m}")
    return page


def _sum(counts) -> Counts:
    total = Counts()
    for one in counts:
        total = total + one
    return total


def _months_before(first: date):
    """This month and the ones before it, the newest first."""
    for _n in range(MONTHS):
        yield first
        first = (first - timedelta(days=1)).replace(day=1)


def _received(first: date, last: date) -> tuple[int, int]:
    """Receptions and the people who came (人次), from the tallies."""
    tops = [path for path in paths() if not any(path != other and path.startswith(other) for other in paths())]
    found = [sums.figures(lists.areas_above(path)[-1], first, last, today(), kind="reception")[""] for path in dict.fromkeys(tops)]
    return sum(one.receptions for one in found), sum(one.received_people for one in found)
