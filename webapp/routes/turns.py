"""值班定岗: the weekly duty sheet of an area, its gaps and overlaps."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import duties
from ..core.actions import inert
from ..store import duties as store
from ..store import lists, people
from ..store.database import writing
from .access import allowed, now, posts, refuse, today
from .duties import ROLES, above, date_in, own_area, standing

bp = Blueprint("turns", __name__)


@bp.get("/duties/sheet")
@allowed(*ROLES)
def sheet():
    """The week of an area: who has which duty when; where nobody has it, and where two do."""
    return _sheet(own_area(request.args.get("area"), *ROLES))


def _sheet(area, faults=(), status: int = 200):
    rows = store.turns(area.path, today())
    names = lists.names_of({turn.place for turn, _row in rows})
    sheets = {}
    for turn, row in rows:
        sheets.setdefault((turn.place, turn.what), []).append((turn, row))
    turns = [turn for turn, _row in rows]
    there = duties.where(store.held_in(area.path, today()), today())
    at, committee = duties.committee(there, area.path)
    page = render_template(
        "duties/sheet.html",
        **standing(area, *ROLES),
        committee=committee if at else [],
        committee_of=lists.areas_above(at)[-1].name if at else "",
        groups=_groups(there, area.path),
        sheets=[_one_sheet(names[code], what, found) for (code, what), found in sheets.items()],
        clashes=[(a, b, at, names) for a, b, at in duties.clashes(turns)],
        weekdays=[_(name) for name in duties.WEEKDAYS],
        clock=duties.clock,
        holders=_holders(area),
        units=store.units_for(area.path),
        day_of=today(),
        faults=faults,
        values=request.form,
    )
    return page, status


def _groups(there, path: str) -> list[tuple[str, list]]:
    """(place, its 党小组长) of every place of a subtree that has one."""
    found = sorted((at, held) for (role, at), held in there.items() if role == "party_group" and at.startswith(path))
    names = lists.names_of({at.rstrip("/").rpartition("/")[2] for at, _held in found})
    return [(names[at.rstrip("/").rpartition("/")[2]], held) for at, held in found]


_HOLDERS = [*duties.COMMITTEE, "worker", "secretary", "mediator", "volunteer", "handler", "branch_member", "group_leader", "building_leader", "part_time"]
"""Roles of the people whom the form offers for a duty."""


def _holders(area) -> list:
    """Who may have a duty at an area: the people of its community, as far as that is one's own."""
    wide = next((one for one in above(area, *ROLES) if one.level == "community"), area)
    return store.people_with(_HOLDERS, [wide.path], today())


def _one_sheet(place: str, what: str, found: list) -> dict:
    turns = [turn for turn, _row in found]
    week = [sorted((turn for turn in turns if day in turn.weekdays), key=lambda turn: turn.opens) for day in range(7)]
    return {
        "place": place,
        "what": what,
        "rows": found,
        "week": week,
        "gaps": duties.together(duties.gaps(turns)),
        "off": duties.days_off(turns),
        "doubled": duties.doubled(turns),
    }


@bp.post("/duties/sheet")
@allowed(*ROLES)
def add():
    """A new line of the sheet: somebody, or a unit, at a place, on weekdays, from when to when."""
    area, form = own_area(request.form.get("area"), *ROLES), request.form
    starts = date_in(form, "starts", today())
    who, what = form.get("who", ""), inert(form.get("what", ""))[:60]
    weekdays = sorted({int(day) for day in form.getlist("weekdays") if day in "0123456" and len(day) == 1})
    faults = _faults(area, who, what, weekdays)
    if faults:
        return _sheet(area, faults, 422)
    unit = who.removeprefix("unit:") if who.startswith("unit:") else None
    row = {"username": None if unit else who, "unit": unit, "area_code": area.code, "what": what, "weekdays": weekdays}
    row |= {"opens": form["opens"], "closes": form["closes"], "on_call": bool(form.get("on_call")), "starts": starts, "ends": None}
    with writing() as connection:
        store.add_duty(connection, **row)
        times = f"{row['opens']}-{row['closes']} {weekdays}"
        people.note_access(connection, current_user.username, "duty_given", now(), detail=f"{who} {area.code} {what} {times}")
    flash(_("已排上"))
    return redirect(url_for(".sheet", area=area.code), 303)


def _faults(area, who: str, what: str, weekdays: list) -> list[tuple[str, str]]:
    found = []
    known = {person.username for person in _holders(area)}
    if who not in known | {f"unit:{unit.code}" for unit in store.units_for(area.path)}:
        found.append(("who", _("请选值班的人或单位")))
    if not what:
        found.append(("what", _("请写职责,例如:门房值班")))
    if not weekdays:
        found.append(("weekdays", _("请选星期几")))
    for name in ("opens", "closes"):
        try:
            duties.minutes(request.form.get(name, ""))
        except ValueError:
            found.append((name, _("请写时间,例如 08:30")))
    return found


@bp.post("/duties/sheet/<int:id>/end")
@allowed(*ROLES)
def end(id):
    """The last day of one line: yesterday, so that it is gone from today's sheet."""
    found = store.duty_by_id(id) if id < 2**31 else None
    if found is None or not any(found.path.startswith(post.path) for post in posts(*ROLES)):
        refuse(f"duty={id}")
    code, last = found.DutyRow.area_code, today() - timedelta(days=1)
    with writing() as connection:
        store.end_duty(connection, id, last)
        people.note_access(connection, current_user.username, "duty_ended", now(), detail=f"{id} {code}")
    flash(_("已结束这一班"))
    return redirect(url_for(".sheet", area=request.form.get("area") or code), 303)
