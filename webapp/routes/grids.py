"""One grid on one page: everything that happens in it, its people, its open cases, and what is new since one last looked."""

from datetime import timedelta

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import duties, rules
from ..core.kinds import KINDS
from ..core.road import DID
from ..store import disputes, lists
from ..store import duties as responsible
from ..store import grids as store
from . import course, record
from .access import allowed, note, now, posts, refuse, today
from .figures import nav

bp = Blueprint("grids", __name__)

ROLES = ("worker", "secretary", "street")
RECENT, SITTING = timedelta(days=30), timedelta(minutes=30)
"""How far back the counts go; looks within a sitting are one look, so that a page asked for again has the same news."""
PAGE, MOST_NEW, MOST_OPEN = 30, 30, 50


@bp.get("/grids")
@allowed(*ROLES)
def index():
    """The grids of one's own posts, each with its micro-grids; of those that a re-grid has closed, where something is still open."""
    paths = [post.path for post in posts(*ROLES)]
    areas = [*lists.areas_in(paths, "grid"), *lists.closed_with_work(paths)]
    areas = [area for area in areas if area.level == "grid" and area.grid_type != "general"]
    grids = {area.path: (area, []) for area in areas if area.grid_type != "micro"}
    for micro in (area for area in areas if area.grid_type == "micro"):
        holds = next((below for path, (_area, below) in grids.items() if micro.path.startswith(path)), None)
        if holds is None:
            grids[micro.path] = micro, []  # somebody's own, without the grid around it
        else:
            holds.append(micro)
    return render_template("grids/index.html", areas=list(grids.values()), found=len(areas), nav=nav("grids"))


def own(code: str):
    """A grid, or another area, of one's own posts; any other does not exist, and the attempt is logged."""
    area = lists.area_by_code(code)
    if area is None or not any(area.path.startswith(post.path) for post in posts(*ROLES)):
        refuse(f"area={code[:80]}")
    return area


@bp.get("/grids/<code>")
@allowed(*ROLES)
def page(code):
    """The grid. The look is logged; a look at the whole page is what “since you last looked” is counted from."""
    area = own(code)
    kind, number = request.args.get("kind"), request.args.get("page", 1, int)
    if kind not in {None, *KINDS} or not 0 < number < 10_000:
        abort(400)
    whole = kind is None and number == 1
    since = store.last_look(current_user.username, area.code, now() - SITTING) if whole else None
    there = duties.where(responsible.held_in(area.path, today()), today())
    timeline, unfinished = _open_to(store.timeline(area.path, kind), area), _open_to(store.open_cases(area.path), area)
    context = {
        "news": _news(area, since) if since else [],
        "left": lists.how_many(unfinished),
        "open": record.cards(lists.page_of(unfinished, 1, MOST_OPEN)),
        "timeline": record.cards(lists.page_of(timeline, number, PAGE)),
        "more": bool(lists.page_of(timeline, number * PAGE + 1, 1)),
        "counts": store.by_kind(_open_to(store.received(area.path, (now() - RECENT).date(), today()), area)),
    }
    note("grid" if whole else "listed", detail=area.code if whole else f"grid={area.code} kind={kind or ''} page={number}")
    return render_template(
        "grids/page.html",
        area=area,
        above=lists.areas_above(area.path)[:-1],
        kind=kind,
        number=number,
        whole=whole,
        since=since,
        chain=[pair for pair in duties.chain(there, area.path) if pair[0] in duties.roles_at("grid")],
        team=team(area, there),
        turns=responsible.turns(area.path, today()),
        weekdays=[_(name) for name in duties.WEEKDAYS],
        nav=nav("grids"),
        to=to,
        **context,
    )


def _open_to(query, area):
    """Without the disputes in which one is a party."""
    return disputes.open_to(query, current_user.username, [area.path])


def to(id: str) -> str:
    """Where an entry is opened: at the desk, or on the phone."""
    return url_for("desk.entry", id=id) if posts(*rules.DESK_ROLES) else url_for("field.entry", id=id)


def _news(area, since) -> list[dict]:
    """What was done by others since then, in words."""
    found = store.done_since(area, since, current_user.username, MOST_NEW)
    entries = {one.EntryRow.id: lists.folded(one.EntryRow) for one in found}
    seen = {id for id, entry in entries.items() if rules.sees(current_user.who, entry, today())}
    cards = {card["entry"].id: card for card in record.cards([one.EntryRow for one in found if one.EntryRow.id in seen])}
    names = course.Names(list(entries.values()), lists.people_names({one.by for one in found}))
    return [
        {"card": cards[one.EntryRow.id], "what": _(DID[one.verb]), "at": one.heard}
        | {"who": names.by(one.by) or record.name_of(one.by, names.people)}
        for one in found
        if one.EntryRow.id in cards
    ]


def team(area, there) -> list[tuple[str, list[str]]]:
    """(role, names) of everybody with a duty in the grid or below it, apart from the chain above."""
    found = {role: {} for role in (*duties.TEAM_ROLES, "volunteer", "mediator", "contact")}
    for (role, path), people in there.items():
        if role in found and path.startswith(area.path):
            found[role] |= {one.username: one.name for one in people}
    return [(role, list(names.values())) for role, names in found.items() if names]
