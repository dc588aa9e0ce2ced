"""服务点: where people are met, on which days it is open, and which sessions are held there."""

from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import duties, sessions
from ..core.actions import inert
from ..core.sessions import POINTS
from ..store import lists, people
from ..store import points as store
from ..store import sessions as held
from ..store.database import writing
from .access import allowed, now, posts, refuse, today
from .duties import above, date_in, own_area, tops
from .rail import rail
from .sessions import ROLES, is_time

bp = Blueprint("points", __name__)


@bp.get("/sessions/points")
@allowed(*ROLES)
def page():
    """The points of an area with their days, what is held there and when next; and the form for one more."""
    return _page(own_area(request.args.get("area"), *ROLES))


def _page(area, faults=(), status: int = 200, about: str | None = None):
    found = store.in_areas([area.path])
    at: dict[str, list] = {}
    for row in store.series_at([point.id for point, _area in found], today()):
        coming = sessions.days(held.rhythm(row), today(), today() + sessions.AHEAD)
        at.setdefault(row.point, []).append({"row": row, "next": next(iter(coming), None)})
    shown = [
        {"point": point, "area": place, "series": at.get(point.id, []), "over": point.ends is not None and point.ends < today()}
        | {"open": today().weekday() in point.weekdays and point.starts <= today()}
        for point, place in found
    ]
    page = render_template(
        "sessions/points.html", nav=rail("sessions"), area=area, above=above(area, *ROLES), tops=tops(*ROLES), points=shown, kinds=POINTS,
        weekdays=[_(name) for name in duties.WEEKDAYS], areas=lists.areas_to_choose([area.path], None), day_of=today(),
        faults=faults, values=request.form, about=about,
    )  # fmt: skip
    return page, status


@bp.post("/sessions/points")
@allowed(*ROLES)
def add():
    """A new point."""
    return _save(str(uuid4()), own_area(request.form.get("area"), *ROLES), None)


@bp.post("/sessions/points/<uuid:id>")
@allowed(*ROLES)
def change(id):
    """Change a point, or say which day is its last."""
    paths = [post.path for post in posts(*ROLES)]
    found = next(((point, area) for point, area in store.in_areas(paths) if point.id == str(id)), None)
    if found is None:
        refuse(f"point={id}")
    return _save(str(id), found[1], found[0])


def _save(id: str, area, old):
    form = request.form
    name, place = inert(form.get("name", "")), inert(form.get("place", ""))
    weekdays, opens, closes = sorted({*form.getlist("weekday")}), form.get("opens", ""), form.get("closes", "")
    wrong = (
        ("name", not 0 < len(name) <= 60, _("请写名称(60 字以内)")),
        ("place", len(place) > 100, _("最多写 %(count)s 个字", count=100)),
        ("kind", form.get("kind") not in POINTS, _("请选是哪一种")),
        ("weekday", not weekdays or not {*weekdays} <= {*"0123456"}, _("请选哪几天开")),
        *((field, not is_time(form.get(field, "")), _("请写时间,例如 08:30")) for field in ("opens", "closes")),
    )
    faults = [(field, words) for field, bad, words in wrong if bad]
    faults += [("closes", _("结束要比开始晚"))] if not faults and closes <= opens else []
    if faults:
        return _page(area, faults, 422, id if old else None)
    columns = {"area_code": area.code, "name": name, "place": place, "kind": form["kind"], "weekdays": [*map(int, weekdays)], "opens": opens}
    columns |= {"closes": closes, "starts": old.starts if old else today(), "ends": date_in(form, "ends") if old else None}
    with writing() as connection:
        store.keep(connection, id, **columns)
        people.note_access(connection, current_user.username, "set", now(), detail=f"point {id} {area.code} {name}")
    flash(_("已保存"))
    return redirect(url_for(".page", area=area.code, _anchor=f"point-{id}"), 303)
