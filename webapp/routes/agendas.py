"""Which open cases a meeting is about: picked at the meeting, or drawn up ahead for a coming day."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules
from ..core.actions import inert
from ..core.kinds.shape import MOST_ITEMS
from ..core.road import IN_HAND
from ..core.sessions import AHEAD, MEETINGS, Matter
from ..store import lists, people
from ..store import sessions as store
from ..store.database import writing
from . import record
from .access import allowed, note, now, today
from .duties import date_in
from .rail import rail
from .sessions import ROLES, in_words, own_series

bp = Blueprint("agendas", __name__)


def offered(area, without) -> list[dict]:
    """The open cases of an area that a meeting may be about, as cards, but for those that are on its agenda."""
    pairs = [pair for pair in store.for_agenda(area.path, current_user.username) if pair[0].id not in without]
    cards = record.cards([row for row, _whistled in pairs])
    return [card | {"whistled": whistled} for card, (_row, whistled) in zip(cards, pairs, strict=True)]


def picked(area, had) -> tuple[list[str], tuple[str, str] | None]:
    """The open cases of this area that the form adds to those that an agenda had, in its order, ticked or by number; or what is wrong."""
    form = request.form
    number = inert(form.get("number", "")).removeprefix("№").strip().upper()
    found = store.for_agenda(area.path, current_user.username, number) if number else []
    new = [id for id in dict.fromkeys([*left(area, form.getlist("case")), *(row.id for row, _whistled in found)]) if id not in had]
    if number and not found:
        return [], ("number", _("没有这个编号的在办事项"))
    return ([], ("number", _("一次会最多 %(count)s 个议题", count=MOST_ITEMS))) if len(had) + len(new) > MOST_ITEMS else (new, None)


def left(area, ids) -> list[str]:
    """Those of these cases that are still in hand, in the area, and no party's who looks."""
    there = store.cases(set(ids), current_user.username)
    return [id for id in ids if id in there and _open_in(area, there[id])]


def _open_in(area, row) -> bool:
    return row.case and row.stage in IN_HAND and row.path.startswith(area.path)


class Coming:
    """A day on which a meeting is still to be held."""

    def __init__(self, id: str):
        self.series, self.area = own_series(id)
        self.day = date_in(request.args, "day") or abort(400)
        if self.series.form not in MEETINGS or not self._to_come():
            abort(404)

    def _to_come(self) -> bool:
        return today() <= self.day <= today() + AHEAD and self.series.starts <= self.day and (self.series.ends is None or self.day <= self.series.ends)

    @property
    def cases(self) -> list[str]:
        return store.planned([self.series.id], self.day).get((self.series.id, self.day), [])

    @property
    def url(self) -> str:
        return url_for(".ahead", id=self.series.id, day=self.day.isoformat())


@bp.get("/sessions/series/<uuid:id>/agenda")
@allowed(*ROLES)
def ahead(id):
    """The agenda of a coming day; once the meeting is being written down, its record."""
    at = Coming(str(id))
    held = store.held([at.series.id], at.day, at.day)
    return redirect(url_for("minutes.one", id=held[0].id, _anchor="agenda")) if held else _page(at)


def _page(at: Coming, faults=(), status: int = 200):
    cases = at.cases
    rows = {row.id: row for row in store.cases(set(cases), current_user.username).values() if rules.sees(current_user.who, lists.folded(row), today())}
    items = in_words([Matter(rows[id], at.day) for id in cases if id in rows])
    note("listed", detail=f"{len(items)} agenda {at.series.id}")
    page = render_template(
        "sessions/agenda.html", nav=rail("sessions"), at=at, series=at.series, area=at.area, items=items, offered=offered(at.area, set(cases)),
        faults=faults, values=request.form, day_of=today(),
    )  # fmt: skip
    return page, status


@bp.post("/sessions/series/<uuid:id>/agenda")
@allowed(*ROLES)
def plan(id):
    """Put open cases on it, or take one off."""
    at = Coming(str(id))
    if store.held([at.series.id], at.day, at.day):
        return redirect(at.url, 303)
    cases, fault = picked(at.area, at.cases)
    if fault:
        return _page(at, [fault], 422)
    with writing() as connection:
        store.plan(connection, at.series.id, at.day, cases, request.form.get("drop"))
        people.note_access(connection, current_user.username, "set", now(), detail=f"agenda {at.series.id} {at.day}")
    flash(_("议程已更新"))
    return redirect(at.url, 303)
