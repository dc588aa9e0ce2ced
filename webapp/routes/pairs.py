"""结对: 党员联系户, 包扶帮办, 包联. Who looks after which household, how many have somebody, who has nobody."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core.actions import inert
from ..core.pairs import FOR, PAIRS
from ..store import lists, people
from ..store import pairs as store
from ..store.database import writing
from . import posts as giving
from .access import allowed, now, posts, refuse, today
from .duties import children, home_page, own_area, own_home, standing
from .sheets import csv_file

bp = Blueprint("pairs", __name__)

ROLES = ("secretary", "street")
MOST, MOST_AT_ONCE, MOST_EXPORTED = 60, 300, 20_000


def _what(text: str | None) -> str:
    return text if text in PAIRS else abort(400)


@bp.get("/pairs")
@allowed(*ROLES)
def page():
    """Coverage of an area by each kind of pair; who has how many, and which households have nobody."""
    return _page(own_area(request.args.get("area"), *ROLES), _what(request.args.get("what", "party")))


def _page(area, what: str, faults=(), status: int = 200, found=()):
    below = children(area)
    each = store.coverage(area.path, [one.code for one in below], what, today())
    missing = store.without(area.path, what, today(), MOST)
    page = render_template(
        "duties/pairs.html",
        **standing(area, *ROLES),
        what=what,
        pairs=PAIRS,
        meant=FOR,
        totals={name: store.coverage(area.path, [area.code], name, today())[area.code] for name in PAIRS},
        below=[(one, *each[one.code]) for one in below if each[one.code][1]],
        missing=[(id, f"{_where(path)} {room}") for id, room, path in missing],
        holders=store.holders(area.path, what, today())[:MOST],
        may=_may(area.path),
        most=MOST_AT_ONCE,
        faults=faults,
        found=found,
        values=request.form,
    )
    return page, status


def _where(path: str) -> str:
    """2栋 1单元: the door within its grid."""
    return " ".join(one.name for one in lists.areas_above(path) if one.level in {"building", "unit"})


def _may(path: str) -> bool:
    return any(path.startswith(post.path) for post in posts("secretary"))


@bp.get("/pairs.csv")
@allowed(*ROLES)
def export():
    """Every household that has somebody, and every one that has nobody, for a spreadsheet program; no name of who lives there."""
    area, what = own_area(request.args.get("area"), *ROLES), _what(request.args.get("what", "party"))
    day, names = today(), {}

    def place(path: str) -> str:
        if path not in names:
            names[path] = _where(path)
        return names[path]

    rows = [[place(one.path), one.room, one.name, one.starts] for one in store.in_area(area.path, what, day)]
    rows += [[place(path), room, _("没有"), ""] for _id, room, path in store.without(area.path, what, day, MOST_EXPORTED)]
    return csv_file(f"{_(PAIRS[what])}-{area.name}", [_("地点"), _("房号"), _("结对人"), _("从哪天起")], rows)


@bp.post("/pairs")
@allowed("secretary")
def add():
    """Pair somebody with one household, or with every household of an area that has nobody yet."""
    form, what = request.form, _what(request.form.get("what"))
    home = own_home(form["household"], "secretary") if form.get("household") else None
    area = None if home else own_area(form.get("area"), "secretary")
    words, faults, found = inert(form.get("person", ""))[:80], [], []
    if not words:
        faults.append(("person", _("请写姓名或账号")))
    elif not form.get("new"):
        found = giving.known(form.get("username") or words)
        if len(found) != 1:
            faults.append(("person", giving.not_one(found)))
    homes = [home.Household.id] if home else [id for id, _room, _path in store.without(area.path, what, today(), MOST_AT_ONCE + 1)]
    if not homes or len(homes) > MOST_AT_ONCE:
        faults.append(("person", _("一次最多结对 %(count)s 户,请选小一点的辖区", count=MOST_AT_ONCE) if homes else _("这里的户都已经有人了")))
    if faults:
        return home_page(home, faults, 422, found) if home else _page(area, what, faults, 422, found)
    known = found[0].username if found else ""
    back = url_for("duties.home", id=home.Household.id) if home else url_for(".page", area=area.code, what=what)
    with writing() as connection:
        username = giving.new_person(connection, words) if form.get("new") else known
        count = store.add(connection, username, homes, what, today())
        detail = f"{username} {what} {homes[0] if home else area.code} {count}" if not home else f"{username} {what}"
        people.note_access(connection, current_user.username, "paired", now(), household=homes[0] if home else None, detail=detail)
    flash(_("已结对 %(count)s 户", count=count) if count else _("这一对已经有了"))
    return redirect(back, 303)


@bp.post("/pairs/<int:id>/end")
@allowed("secretary")
def end(id):
    """The last day of a pair: yesterday, so that it is over at once."""
    found = store.by_id(id) if id < 2**31 else None
    if found is None or not _may(found.path):
        refuse(f"pair={id}")
    with writing() as connection:
        store.end(connection, id, today() - timedelta(days=1))
        people.note_access(
            connection, current_user.username, "unpaired", now(), household=found.household, detail=f"{found.username} {found.what}"
        )
    flash(_("已解除结对"))
    return redirect(url_for("duties.home", id=found.household), 303)
