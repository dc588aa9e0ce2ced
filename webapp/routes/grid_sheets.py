"""Papers of one grid or micro-grid, made from records: its three lists, and the sheet of a day's patrols."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import care, duties
from ..core.kinds import KINDS
from ..store import disputes, lists
from ..store import duties as responsible
from ..store import grids as store
from ..store.places import LOWER
from ..store.roster import KNOW_HOMES
from . import course, record
from .access import allowed, note, posts, today
from .figures import nav
from .grids import ROLES, own, team, to

bp = Blueprint("grid_sheets", __name__)

MOST = 300
PATROL = {field.name: field for field in KINDS["patrol"].fields}


@bp.get("/grids/<code>/lists")
@allowed(*ROLES)
def three(code):
    """三张清单: whom it looks after, what is open, who is responsible. Names of households only for those who know them."""
    area = _grid(code)
    knows = any(area.path.startswith(post.path) for post in posts(*KNOW_HOMES))
    homes = [row for row in lists.households(area.path) if set(row.Household.tags) & care.CARE.keys()]
    there = duties.where(responsible.held_in(area.path, today()), today())
    place = responsible.places_in(area.path, today())[:1]
    members = [name for _place, names in duties.teams(place, there) for name in names]
    query = disputes.open_to(store.open_cases(area.path), current_user.username, [area.path])
    note("listed", detail=f"lists {area.code} {len(homes)}" if knows else f"lists {area.code}")
    return render_template(
        "grids/lists.html",
        area=area,
        above=lists.areas_above(area.path)[:-1],
        knows=knows,
        homes=_homes(homes, area) if knows else [],
        care=_by_tag(homes),
        cared_for=len(homes),
        open=_held(lists.page_of(query, 1, MOST)),
        left=lists.how_many(query),
        chain=duties.chain(there, area.path),
        team=team(area, there),
        members=len(members) if area.grid_type == "micro" else None,
        fits=len(members) in duties.TEAM,
        turns=responsible.turns(area.path, today()),
        weekdays=[_(name) for name in duties.WEEKDAYS],
        day=today(),
        nav=nav("grids"),
    )


def _grid(code: str):
    """A grid of any type among one's own areas."""
    area = own(code)
    return area if area.level == "grid" else abort(404)


def _homes(rows: list, area) -> list[dict]:
    names = {one.code: one.name for one in lists.areas_in([area.path], *LOWER)}
    return [_home(*row, [names[code] for code in row.path.rstrip("/").split("/") if code in names]) for row in rows]


def _home(home, _path, visited, above: list[str]) -> dict:
    due = care.visit_due(home.tags, visited) or today()
    tags = [_(care.CARE[tag].label) for tag in care.CARE if tag in home.tags]
    return {"where": " ".join([*above, home.room]).strip(), "name": home.name, "tags": tags, "visited": visited, "due": due, "late": due <= today()}


def _by_tag(homes: list) -> list[tuple[str, int, str]]:
    """(tag, how many households, why they are looked after)."""
    counts = Counter(tag for row in homes for tag in row.Household.tags)
    return [(_(one.label), counts[tag], _(one.purpose)) for tag, one in care.CARE.items() if counts[tag]]


def _held(rows: list) -> list[dict]:
    """The cards of open cases with who has each now."""
    entries = {row.id: lists.folded(row) for row in rows}
    names = course.Names(list(entries.values()), {})
    return [card | {"holder": _holder(entries[card["entry"].id], names)} for card in record.cards(rows)]


def _holder(entry, names) -> str:
    return next((names.holder(task) for task in entry.tasks if task.open and task.leads), "")


# --- the patrols of a day


@dataclass(frozen=True)
class Round:
    """One patrol, with what was found on it."""

    card: dict
    said: dict[str, str]
    hazards: list[dict]


@bp.get("/grids/<code>/patrols")
@allowed(*ROLES)
def patrols(code):
    """每日巡查单: who went with whom and when on a day, what was looked at, what was found; and what nobody looked at."""
    area, day = _grid(code), _day(request.args.get("day", ""))
    rows = list(store.patrols(area.path, day))
    found = lists.page_of(disputes.open_to(store.found_on([row.id for row in rows], area.path), current_user.username, [area.path]), 1, MOST)
    hazards = record.cards(found)
    words = record.Words(lists.category_labels(), lists.names_of({code for row in rows for code in row.details.get("buildings") or ()}), {}, {})
    rounds = [
        Round(card, {name: words.detail(field, card["entry"].details.get(name)) for name, field in PATROL.items()},
              [one for one in hazards if one["entry"].parent == card["entry"].id])
        for card in record.cards(rows)
    ]  # fmt: skip
    ticked = {tick for row in rows for tick in row.details.get("ticks") or ()}
    teams = Counter(one.said["team"] for one in rounds if one.said["team"])
    note("listed", detail=f"patrols {area.code} {day}")
    return render_template(
        "grids/patrols.html",
        area=area,
        above=lists.areas_above(area.path)[:-1],
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today() else None,
        rounds=rounds,
        last=None if rounds else store.last_patrol(area.path),
        walkers=len({row.author for row in rows}),
        hazards=len(hazards),
        teams=teams,
        unseen=[_(label) for tick, label in PATROL["ticks"].choices if tick not in ticked] if rows else [],
        fields=PATROL,
        nav=nav("grids"),
        to=to,
        url=lambda day: url_for(".patrols", code=area.code, day=day.isoformat()),
    )


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text) if text else today()
    except ValueError:
        abort(400)
    return found if date(2000, 1, 1) <= found <= today() else abort(400)
