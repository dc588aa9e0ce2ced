"""What a phone keeps of its grids: the households, and the entries as the feed gives them."""

from datetime import date, timedelta

from ..core import care, mediation, road
from ..core.entries import Entry, next_stage
from ..core.rules import Post, Who, may, roles_for, sees
from . import handover, lists
from .tables import Area

KEPT = timedelta(days=400)
"""What is over stays on phones for so long: last year's visits are asked for at a door, those before are not."""


def scopes(held: list[Post]) -> list[dict]:
    """The grids whose feed and roster belong to these posts: the scopes of all areas at or below a post's.

    That of a micro-grid or a building lies above the post: of it this person gets what is within the post. That of a grid which a
    re-grid has closed stays as long as something is open there.
    """
    paths = [post.path for post in held]
    codes = {area.scope for area in [*lists.areas_in(paths), *lists.closed_with_work(paths)]}
    return [{"code": area.code, "name": area.name} for area in lists.areas_by_code(codes)]


def of(area: Area, today: date, held: list[Post]) -> dict:
    """What these posts see of one scope: places by code, `open` (where things are that have no door), and households by place and room.

    A household's `due` is the day its next visit is due (today where there never was one). Those who only carry something to the
    door get names masked, and neither tags nor telephones.
    """
    # The homes of a community's grids stand in the grids' own rosters.
    inside = [place for place in lists.areas_in([area.path]) if place.scope == area.code]
    places = {place.code: place for place in inside if _within(place.path, held)}
    knowing = [post for post in held if post.role in KNOW_HOMES]
    rows = [row for row in lists.households(area.path) if row.Household.area_code in places]
    return {
        "scope": area.code,
        "name": area.name,
        "day": today.isoformat(),
        "places": [[place.code, place.name, place.parent_code, place.level] for place in places.values()],
        "open": [[place.code, place.name] for place in places.values() if place.parent_code not in places],
        "households": [_household(row, today, names_only=not _within(row.path, knowing)) for row in rows],
    }


KNOW_HOMES = ("worker", "secretary")
"""Roles that know the households by name."""


def _within(path: str, held: list[Post]) -> bool:
    return any(path.startswith(post.path) for post in held)


def _household(row, today: date, *, names_only: bool) -> dict:
    home, _, visited = row
    if names_only:
        return {"id": home.id, "area": home.area_code, "room": home.room, "name": care.masked_name(home.name)}
    return {
        "id": home.id,
        "area": home.area_code,
        "room": home.room,
        "name": home.name,
        "pinyin": home.pinyin,
        "initials": home.initials,
        "people": home.people,
        "tags": home.tags,
        "telephone": care.masked_telephone(home.telephone),
        "visited": visited.isoformat() if visited else None,
        "due": (care.visit_due(home.tags, visited) or today).isoformat(),
    }


ROW = (
    "number kind category area grid household parent case stage note place source lat lng accuracy on_the_spot details photos author "
    "reason outcome rating version last"
).split()


def rows(changes: list, who: Who, today: date) -> list[dict]:
    """A page of changes for the phone. An entry is the same in all of them, as it is now: it is sent with its last one."""
    last = {change.entry_id: change.seq for change in changes}
    authors = {change.author for change in changes if change.id and change.stage == "returned"} - {who.username}
    staying = handover.staying(authors, today + timedelta(days=1))
    return [_row(change, who, today, staying, later=last[change.entry_id] > change.seq) for change in changes]


def _row(change, who: Who, today: date, staying: list, *, later: bool) -> dict:
    """One change: the entry, or that it comes later in the page, or a tombstone where it left the scope or may not be seen."""
    head = {"seq": change.seq, "hash": change.change_hash, "entry": change.entry_id}
    entry = lists.folded(change) if change.id else None
    if entry is None or not sees(who, entry, today) or _past(entry, today):
        return head | {"gone": True}
    if later:
        return head | {"later": True}
    fields = {name: getattr(change, name) for name in ROW}
    times = {name: getattr(change, name) for name in ("happened_at", "received_at", "heard_at", "due_at", "closed_at")}
    fields |= {name: value.isoformat() if value else None for name, value in times.items()}
    more = {"wanting": entry.wanting, "tasks": _tasks(entry, who, today), "next": _next(entry)}
    return head | fields | {"day": change.day.isoformat()} | more | _promised(entry, who, today) | _inherited(entry, who, today, staying)


def _past(entry: Entry, today: date) -> bool:
    """Is it over for so long that no phone needs it any more? It stays at the desk."""
    return entry.stage not in road.OPEN and today - entry.day > KEPT


def _next(entry: Entry) -> list[str]:
    """Which of the verbs that a phone offers after the approval lead on from here: a mediator's steps, or 办完了."""
    return mediation.offered(entry) if entry.follows == "dispute" else ["handled"] if next_stage(entry, "handled") else []


def _tasks(entry: Entry, who: Who, today: date) -> list[dict]:
    """The open tasks of an entry that are this person's own; `due` is until when to sign, then until when to do it."""
    own = [task for task in entry.tasks if task.open and who.own(task, entry, today)]
    return [
        {"n": task.n, "what": task.what, "signed": bool(task.signed_at), "due": (not task.signed_at and task.sign_due) or task.due} for task in own
    ]


def _promised(entry: Entry, who: Who, today: date) -> dict:
    """`duties`: [number, day] of what a dispute's parties promised and did not do yet, for those who read its file; never its words."""
    if "performed" not in mediation.offered(entry) or not roles_for(who, entry, today) & {"mediator", "secretary"}:
        return {}
    duties = entry.road["mediation"]["agreement"]["duties"]
    return {"duties": [[n, duty["until"]] for n, duty in enumerate(duties, 1) if duty["fulfilled"] is not True]}


def _inherited(entry: Entry, who: Who, today: date, staying: list) -> dict:
    """`heir`: it was returned to somebody who has left the grid, and this person corrects it now."""
    left = entry.stage == "returned" and not any(entry.author == name and entry.path.startswith(path) for name, path in staying)
    return {"heir": True} if left and entry.author != who.username and may(who, "amended", entry, today) else {}
