"""底数 of an area: counted from the ledgers as of now, or stated as of a day."""

import math

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core.actions import inert
from ..core.base import COUNTED, STATED, Stated
from ..store import base as store
from ..store import people
from ..store.database import writing
from .access import allowed, now, today
from .duties import ROLES, children, date_in, own_area, standing
from .sheets import csv_file
from .words import named

bp = Blueprint("base", __name__)

MOST = 1e12


@bp.get("/base")
@allowed(*ROLES)
def page():
    """The counts of an area and of those right below it, and what was stated."""
    return _page(own_area(request.args.get("area"), *ROLES))


def _page(area, faults=(), status: int = 200):
    below = children(area)
    page = render_template(
        "duties/base.html",
        **standing(area, *ROLES),
        below=below,
        counts=store.counted(area.path, [area.code, *(one.code for one in below)]),
        labels=COUNTED,
        stated=store.stated(area.code),
        kinds=STATED,
        as_of=now(),
        day_of=today(),
        faults=faults,
        values=request.form,
    )
    return page, status


@bp.get("/base.csv")
@allowed(*ROLES)
def export():
    """The same for a spreadsheet program."""
    area = own_area(request.args.get("area"), *ROLES)
    places = [area, *children(area)]
    counts = store.counted(area.path, [one.code for one in places])
    rows = [[one.code, named(one), *counts[one.code].values()] for one in places]
    rows += [[], *([_(STATED[one.name][0]), f"{one.number:g}", _(STATED[one.name][1]), one.day, one.source] for one in store.stated(area.code))]
    heads = [_("辖区编码"), _("辖区"), *(_(label) for label in COUNTED.values())]
    return csv_file(_("底数-%(area)s", area=area.name), heads, rows)


@bp.post("/base")
@allowed(*ROLES)
def state():
    """State a number as of a day with its source; left empty, it is taken back."""
    area, form = own_area(request.form.get("area"), *ROLES), request.form
    name, source, day = form.get("name"), inert(form.get("source", ""))[:120], date_in(form, "day", today())
    if name not in STATED:
        abort(400)
    number = _number(form.get("number", ""))
    faults = [] if number is not None or not form.get("number", "").strip() else [("number", _("请写 0 或更大的数字"))]
    faults += [("source", _("请写这个数是哪里来的"))] if number is not None and not source else []
    faults += [("day", _("不能晚于今天"))] if day > today() else []
    if faults:
        return _page(area, faults, 422)
    with writing() as connection:
        if number is None:
            store.forget(connection, area.code, name)
        else:
            store.state(connection, area.code, Stated(name, number, day, source))
        people.note_access(connection, current_user.username, "set", now(), detail=f"base {area.code} {name} {number} {day}")
    flash(_("已保存:%(name)s", name=_(STATED[name][0])))
    return redirect(url_for(".page", area=area.code), 303)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) and 0 <= found < MOST else None
