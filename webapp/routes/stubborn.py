"""老大难: the cases on the board, the official who answers for each (包案领导), and what the meetings about them came to."""

from collections import Counter
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules, stubborn
from ..core.actions import Refused
from ..core.kinds.shape import N_
from ..store import lists
from ..store import stubborn as store
from . import record
from .access import act, allowed, note, now, posts, refuse, today
from .disputes import nav as rooms
from .notices import frame
from .words import told

bp = Blueprint("stubborn", __name__)

STATES = {"open": N_("在挂"), "closed": N_("已化解(近一年)"), "lifted": N_("已摘牌")}
ROLES = (*rules.DESK_ROLES, "mediator")


def query(state: str):
    """The cases of one state that this person sees: of his areas, mediators their disputes only, and those that he answers for."""
    wide, disputes_of = ([post.path for post in posts(*roles)] for roles in (rules.DESK_ROLES, ("mediator",)))
    return store.board(wide, disputes_of, current_user.username, state, now())


@bp.get("/stubborn")
@allowed()
def page():
    """The board: how many are on it and were resolved, by official, and one list of them."""
    state = request.args.get("state", "open")
    if state not in STATES:
        abort(400)
    if not posts(*ROLES) and not lists.how_many(store.answers(current_user.username)):
        refuse()
    return _page(state)


def _page(state: str, faults=(), status: int = 200, about: str | None = None):
    rows = {name: lists.page_of(query(name), 1, 200) for name in STATES}
    cards = [card | shown(lists.folded(card["entry"])) for card in record.cards(rows[state])]
    note("listed", detail=f"{len(cards)} stubborn {state}")
    page = render_template(
        "stubborn/page.html", **(frame("stubborn") | ({"nav": rooms("stubborn")} if posts(*ROLES) else {})), cards=cards, state=state,
        states=STATES, counts={name: len(found) for name, found in rows.items()}, officials=_officials(rows), faults=faults, about=about,
        today=today(), in_rooms=bool(posts(*ROLES)),
    )  # fmt: skip
    return page, status


def shown(entry) -> dict:
    """What a page shows of a case's place on the board."""
    board = entry.road["stubborn"]
    people = lists.people_names({board["lead"], board["by"], *(one["by"] for one in board["reviews"])})
    url = url_for("desk.entry", id=entry.id, list="all") if _at_desk(entry) else url_for("disputes.one", id=entry.id) if _mediates(entry) else None
    return {"board": board, "people": people, "lead": people.get(board["lead"], board["lead"]), "url": url} | {
        "reviews": rules.may(current_user.who, "reviewed", entry, today()) and stubborn.on_board(entry)
    }


def _at_desk(entry) -> bool:
    return any(entry.path.startswith(post.path) for post in posts(*rules.DESK_ROLES))


def _mediates(entry) -> bool:
    return entry.kind == "dispute" and "mediator" in rules.roles_for(current_user.who, entry, today())


def _officials(rows: dict) -> list[tuple[str, int, int]]:
    """(name, on the board, resolved) of each official, the one with the most first."""
    counts = {state: Counter(lists.folded(row).road["stubborn"]["lead"] for row in found) for state, found in rows.items()}
    names = lists.people_names({*counts["open"], *counts["closed"]})
    found = [(name, counts["open"][username], counts["closed"][username]) for username, name in names.items()]
    return sorted(found, key=lambda one: (-one[1], -one[2], one[0]))


def _own(id: str, verb: str):
    """The entry, if this person may do `verb` to it; else there is none, and the attempt is logged."""
    row = lists.entry_by_id(id)
    if row is None or not rules.may(current_user.who, verb, lists.folded(row), today()):
        refuse(entry=id)
    return row


@bp.post("/stubborn/<uuid:id>")
@allowed(*rules.DESK_ROLES)
def flag(id):
    """挂牌, or another official."""
    row, why, lead = _own(str(id), "flagged"), request.form.get("why", "").strip(), request.form.get("lead", "")
    back = request.form.get("back") == "dispute" and row.kind == "dispute" and _mediates(lists.folded(row))
    url = url_for("disputes.one", id=row.id) if back else url_for("desk.entry", id=row.id, list="all")
    if not why or not lead:
        flash(_("没有挂牌:请选包案领导,并写一句为什么。"), "error")
        return redirect(url, 303)
    try:
        act("flagged", row.id, seen=request.form.get("seen"), body={"lead": lead, "reason": why})
    except Refused as refusal:
        if refusal.reason not in {"stale", "nobody", "malformed"}:
            raise
        flash(told(refusal.reason, refusal.message), "error")
        return redirect(url, 303)
    flash(_("已挂牌"))
    return redirect(url_for(".page", _anchor=f"entry-{row.id}"), 303)


@bp.post("/stubborn/<uuid:id>/reviews")
@allowed()
def review(id):
    """会商: the day and what it came to; it may be taken off the board with it."""
    row, said, day = _own(str(id), "reviewed"), request.form.get("note", "").strip(), request.form.get("day", "")
    faults = [] if said and len(said) <= 2000 else [(f"f-note-{row.id}", _("请写会商结论"))]
    faults += [] if past(day) else [(f"f-day-{row.id}", _("请选会商是哪一天,不晚于今天"))]
    if faults:
        return _page("open", faults, 422, row.id)
    lifts = request.form.get("lifts") == "1"
    act("reviewed", row.id, body={"day": day, "note": said, "lifts": lifts})
    flash(_("已摘牌") if lifts else _("会商已记下"))
    return redirect(url_for(".page", _anchor=None if lifts else f"entry-{row.id}"), 303)


def past(text: str) -> bool:
    try:
        return date(2000, 1, 1) <= date.fromisoformat(text) <= today()
    except ValueError:
        return False
