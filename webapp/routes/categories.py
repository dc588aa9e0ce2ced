"""A category of the town's own, beside those that come with the program."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from ..core import categories, lines
from ..core.actions import inert
from ..store import lists, workdays
from ..store.database import writing
from .access import allowed
from .town import by_kind, category_page, choices, noted, terms_in

bp = Blueprint("categories", __name__, url_prefix="/town")

LONGEST = 20
"""More characters than this do not fit on a tile of the phone."""


@bp.post("/categories")
@allowed("admin")
def add():
    """One more in a group of a kind, or in a new group; its code counts downwards from 99, as local additions do."""
    form, kind = request.form, request.form.get("kind", "")
    if kind not in by_kind():
        abort(404)
    offered, there = choices(), lists.categories(kind)
    label, group = inert(form.get("label", "")), inert(form.get("group", ""))
    group = next((one.group for one in there if _(one.group) == group), group)  # offered in the reader's language
    columns, wrong = terms_in(None, offered) if kind in offered["timed"] else ({}, [])
    faults = [("f-amount-new", words) for words in wrong]
    if not 0 < len(label) <= LONGEST or not 0 < len(group) <= LONGEST:
        faults.append(("f-label", _("请写类别和大类的名称,各不超过 %(most)s 个字", most=LONGEST)))
    elif any((one.group, one.label) == (group, label) for one in there):
        faults.append(("f-label", _("这个大类里已经有“%(name)s”", name=label)))
    place = None if faults else categories.next_code(kind, group, [(one.code, one.group, one.rank) for one in there])
    if not faults and place is None:
        faults.append(("f-group", _("这个大类已经满了,请换一个大类")))
    if faults:
        return category_page(kind, 422, faults=faults, typed=form)
    code, rank = place
    row = {"code": code, "kind": kind, "group": group, "label": label, "rank": rank, "labels": lines.usual(kind, group, label)} | columns
    with writing() as connection:
        workdays.add_category(connection, row)
        noted(connection, " ".join(str(value or "-") for value in ("category added", code, group, label, *columns.values())))
    flash(_("已加入:%(name)s", name=label))
    return redirect(url_for("town.categories", kind=kind, _anchor=f"category-{code}"), 303)
