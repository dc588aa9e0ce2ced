"""热线工单导入: an administrator uploads the hotline's own table. It is tried out first; then it comes in through the command line's door."""

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core.actions import inert
from ..htmx import asks_for_piece, piece
from ..store import hotline as store
from ..store import lists, people
from ..store.database import writing
from . import figures
from .access import allowed, now, posts, refuse, zone

bp = Blueprint("orders", __name__, url_prefix="/hotline/import")

MOST_ROWS = 5000


def _own() -> dict:
    """code -> area of each of one's posts: where an order belongs that names no place."""
    return {area.code: area for area in lists.areas_by_code({post.area for post in posts("admin")})}


def _kept() -> dict:
    from ..intake import orders

    return store.kept_columns() or orders.shipped()


def _page(status: int = 200, **more):
    from ..intake import orders

    choices = {"columns": orders.COLUMNS, "needed": orders.NEEDED, "times": orders.TIMES}
    places = [(code, area.name) for code, area in _own().items()]
    about = {"places": places, "kept": _kept(), "choices": choices, "most": MOST_ROWS}
    return render_template("town/orders.html", nav=figures.nav("town"), here="orders.page", **about | more), status


@bp.get("")
@allowed("admin")
def page():
    """Where the table is uploaded, and which of its columns means what."""
    return _page()


@bp.post("")
@allowed("admin")
def take():
    """The table: what it would do, or with `apply` what it did. With a bad row nothing is written, unless `skip` says to leave it out."""
    from ..intake import door, rows

    root = _own().get(request.form.get("area", "")) or refuse("area")
    try:
        report, fresh = door.tried(_sheet(), _mapping(root), [post.path for post in posts("admin")])
    except rows.Unreadable as error:
        return _told(422, fault=error.message)
    report.bad.sort(key=lambda bad: bad.row)
    skip = request.form.get("skip") == "1"
    if report.bad and not skip or request.form.get("apply") != "1":
        return _told(422 if report.bad and not skip else 200, report=report, skip=skip)
    refused = door.written(report, fresh)
    with writing() as connection:
        detail = f"orders {root.code} {report.new} {report.changed} {len(report.bad)}"
        people.note_access(connection, current_user.username, "changed", now(), detail=detail)
    if refused:
        return _told(422, report=report, refused=refused)
    flash(_("工单已写入:新增 %(new)s 件,变更 %(changed)s 件,不变 %(same)s 件", new=report.new, changed=report.changed, same=report.same))
    return redirect(url_for(".page"), 303)


def _sheet():
    """The table that was uploaded. Raises Unreadable."""
    from ..intake import rows

    file = request.files.get("file")
    if not file or not file.filename:
        raise rows.Unreadable(_("请选文件"))
    sheet = rows.parsed(file.filename, file.read(rows.MOST_BYTES + 1))
    if not 0 < len(sheet.rows) <= MOST_ROWS:
        raise rows.Unreadable(_("一次导入 1 到 %(most)s 行,请分成几个文件", most=MOST_ROWS))
    return sheet


def _mapping(root):
    from ..intake import orders

    return orders.mapping(_kept(), {"code": root.code, "name": root.name, "level": root.level}, zone())


def _told(status: int, **about):
    if asks_for_piece():
        return piece(render_template("town/_orders.html", **about), status)
    return _page(status, **about)


@bp.post("/columns")
@allowed("admin")
def set_columns():
    """Which column means what, from now on; with `shipped` again as it was."""
    from ..intake import orders, rows

    form = request.form
    withdrawn = [word for text in re.split("[、,,]", form.get("withdrawn", "")) if (word := inert(text).strip()[:40])]
    try:
        kept = orders.shipped() if form.get("shipped") else orders.asked(form, form.get("time", ""), withdrawn)
    except rows.Unreadable as error:
        typed = {"columns": form, "time": form.get("time", ""), "withdrawn": withdrawn}
        return _page(422, kept=typed, wrong=_(error.message))
    with writing() as connection:
        store.keep_columns(connection, kept)
        people.note_access(connection, current_user.username, "changed", now(), detail="hotline columns")
    flash(_("已保存"))
    return redirect(url_for(".page", _anchor="columns"), 303)
