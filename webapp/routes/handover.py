"""交接: somebody leaves; what is open in that name goes to named successors, and then the account may be closed."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import courts, duties, rules
from ..core.actions import Refused
from ..core.calendar import local_day
from ..core.pairs import PAIRS
from ..core.tasks import handed_on, instant
from ..store import duties as store
from ..store import handover as work
from ..store import lists, pairs, people, stubborn, sums
from ..store.database import writing
from .access import allowed, append_one, note, now, posts, refuse, today, zone
from .duties import date_in, tops
from .posts import GIVES, ROLES

bp = Blueprint("handover", __name__)

HANDS = {"admin": GIVES["admin"], "secretary": GIVES["secretary"] | {"mediator", "volunteer"}}
"""role -> the roles whose posts it may hand on within its area."""

FIELD = ["worker", "secretary", "mediator", "volunteer", "handler"]


def _paths() -> list[str]:
    return [top.path for top in tops(*ROLES)]


def _mine(post, area) -> bool:
    """May the signed-in person hand on this post?"""
    return any(post.role in HANDS[own.role] and area.path.startswith(own.path) for own in posts(*ROLES))


@bp.get("/handover")
@allowed(*ROLES)
def page():
    """Whose work is to be handed over: those who work in the field, or whoever is looked for."""
    words = request.args.get("q", "").strip()[:80]
    found = store.named(words, _paths(), 50) if words else store.people_with(FIELD, _paths(), today())
    unsent = work.unsent([person.username for person in found])
    return render_template("duties/leavers.html", people=found, unsent=unsent, q=words)


def _leaver(username: str):
    """The person, who holds or held a post in one's own areas; another does not exist."""
    found = store.person_by_name(username[:80])
    if found is None or username not in {person.username for person in store.named(username, _paths(), 200)}:
        refuse(f"person={username[:80]}")
    return found


def _party(row, username: str) -> bool:
    """Is this a dispute whose file is kept from that account?"""
    return username in lists.folded(row).kept_from


class Open:
    """Everything that is open in somebody's name, as far as one may hand it on."""

    def __init__(self, leaver):
        self.leaver = leaver
        held = store.held_by(leaver.username, today())
        self.posts = [(post, area) for post, area in held if _mine(post, area)]
        self.others = [(post, area) for post, area in held if not _mine(post, area)]
        self.turns = [pair for pair in store.duties_of(leaver.username, today()) if any(pair[1].path.startswith(path) for path in _paths())]
        self.pairs = [pair for pair in pairs.of_person(leaver.username, today()) if any(pair.path.startswith(path) for path in _paths())]
        self.grids = [area for post, area in self.posts if post.role == "worker"]
        own = [area.path for area in self.grids]
        self.tasks = [self._task(task, row) for task, row in work.tasks_of(leaver.username) if not _party(row, current_user.username)]
        self.led = [self._led(row) for row in work.led_by(leaver.username) if not _party(row, current_user.username)]
        self.sittings = [self._sitting(entry) for entry in work.sittings_of(leaver.username) if current_user.username not in entry.kept_from]
        self.returned = [row for row in work.returned_to(leaver.username) if not _party(row, current_user.username)]
        self.of_grids = [pair for pair in work.tasks_of_grids(own) if not _party(pair[1], current_user.username)]
        self.orders = work.orders(own)
        self.homes = sum(sums.households(area, [])[area.code] for area in self.grids)
        self.phones = [phone for phone in work.phones_of(leaver.username) if phone.unsent]

    def _task(self, task, row) -> dict:
        """An open task; `moves` where it lies in one's own area, `seen` by a secretary. What is suspended goes over and stays suspended."""
        return {"task": task, "entry": row, "seen": self.decides(row), "moves": self._own(row)}

    def _led(self, row) -> dict:
        """A case on the board, and who else may answer for it."""
        kept_from = {self.leaver.username, *lists.folded(row).kept_from}
        others = [one for one in stubborn.leads(row.path, today()) if one.username not in kept_from]
        return {"entry": row, "seen": self.decides(row), "moves": self._own(row), "others": others}

    def _sitting(self, entry) -> dict:
        """A dispute with a sitting that is booked; the sitting goes over with the dispute."""
        return {"entry": entry, "at": instant(courts.coming(entry)["starts"]), "seen": self.decides(entry), "moves": self._own(entry)}

    def _own(self, row) -> bool:
        """Does it lie in one's own area?"""
        return any(row.path.startswith(post.path) for post in posts(*ROLES))

    @property
    def cases(self) -> dict[str, str]:
        """id -> path of what is given to the successor: the open tasks, and what nobody has but a sitting is booked for."""
        return {one["entry"].id: one["entry"].path for one in (*self.tasks, *self.sittings) if one["moves"]}

    def decides(self, row) -> bool:
        """May one read this entry at the desk?"""
        return any(row.path.startswith(post.path) for post in posts("secretary"))

    @property
    def candidates(self) -> list:
        """Who may take over: the people of the field in one's own areas, and those with posts of the same kind."""
        roles = {*FIELD, *(post.role for post, _area in self.posts)}
        found = store.people_with(sorted(roles), _paths(), today())
        if self.pairs:
            found += [one for one in store.named("", _paths(), 500) if one not in found]
        return [one for one in found if one.username != self.leaver.username]

    @property
    def paired(self) -> list[tuple[str, int]]:
        """(what, households) of what this person looks after."""
        return [(what, count) for what in PAIRS if (count := sum(pair.what == what for pair in self.pairs))]

    @property
    def anything(self) -> bool:
        return bool(self.posts or self.pairs or self.turns or self.cases or any(one["moves"] for one in self.led))


@bp.get("/handover/<username>")
@allowed(*ROLES)
def one(username):
    """Everything that is open in this person's name, and the form that hands it over. The look is logged."""
    return _one(_leaver(username))


def _one(leaver, faults=(), status: int = 200, left=None):
    found = Open(leaver)
    kinds = lists.category_labels()
    page = render_template(
        "duties/handover.html", pairs=PAIRS, leaver=leaver, o=found, candidates=found.candidates, faults=faults, left=left, labels=kinds,
        first_day=today() + timedelta(days=1), day_of=today(), values=request.form, grids=lists.names_of({row.grid for row in found.returned}),
    )  # fmt: skip
    note("handover", detail=leaver.username)
    return page, status


@bp.post("/handover/<username>")
@allowed(*ROLES)
def carry_out(username):
    """End the posts on the day before, begin the successors' on the day, and give them the open tasks."""
    leaver = _leaver(username)
    found = Open(leaver)
    day, everything = date_in(request.form, "day", today() + timedelta(days=1)), request.form.get("all", "")
    named = {area.path: request.form.get(f"to-{area.code}", "") for _post, area in found.posts}
    faults = _faults(found, named, everything, day)
    if faults:
        return _one(leaver, faults, 422)
    moves = [(post.id, post.role, post.unit, post.ends, area.code, area.path) for post, area in found.posts if not (post.ends and post.ends < day)]
    sheet = [(row, area) for row, area in found.turns if not (row.ends and row.ends < day)]
    turns = [({name: getattr(row, name) for name in TURN}, row.id, max(day, row.starts), row.ends, area.path) for row, area in sheet]
    cases, led = found.cases, {one["entry"].id: one["entry"].path for one in found.led if one["moves"]}
    username, paired = leaver.username, [pair for pair in found.pairs if not (pair.ends and pair.ends < day)]
    grids = [area.path for area in found.grids]
    heirs = {row.id: duties.successor(row.path, named, everything) for row in found.returned if any(row.path.startswith(path) for path in grids)}
    with writing() as connection:
        for id, role, unit, ends, code, path in moves:
            to = duties.successor(path, named, everything)
            store.end(connection, id, day - timedelta(days=1))
            people.add_post(connection, to, role=role, area=code, starts=day, ends=ends, unit=unit)
            people.note_access(connection, current_user.username, "handed_over", now(), detail=f"{username} {to} {role} {code} {day}")
        for pair in paired:
            to = duties.successor(pair.path, named, everything)
            pairs.end(connection, pair.id, day - timedelta(days=1))
            pairs.add(connection, to, [pair.household], pair.what, day, pair.ends)
        for row, id, starts, ends, path in turns:
            to = duties.successor(path, named, everything)
            store.end_duty(connection, id, day - timedelta(days=1))
            store.add_duty(connection, **row | {"username": to, "starts": starts, "ends": ends})
    ending = {id for id in cases if _ends_with_the_closing(lists.folded(lists.entry_by_id(id)))}
    moved = sum(_reassign(id, username, duties.successor(path, named, everything)) for id, path in cases.items() if id not in ending)
    leads = {id: request.form.get(f"lead-{id}") or duties.successor(path, named, everything) for id, path in led.items()}
    led_on = sum(_answers(id, username, to) for id, to in leads.items())
    _tell_of(leaver, heirs)
    flash(_("已交接:岗位 %(posts)s 个,联系户 %(homes)s 户,任务 %(tasks)s 件", posts=len(moves), homes=len(paired), tasks=moved))
    if turns or led_on:
        flash(_("值班 %(turns)s 班、包案的老大难 %(led)s 件也已交接", turns=len(turns), led=led_on))
    if ending:
        flash(_("%(count)s 件已办好,等办结后自动结束,不用交接", count=len(ending)))
    if stayed := len(cases) - len(ending) - moved + len(led) - led_on:
        flash(_("还有 %(count)s 件没有交接:接手的人是当事人,或在那里没有能包案的岗位。请另选一个人。", count=stayed), "error")
    return redirect(url_for(".one", username=username), 303)


TURN = ("unit", "area_code", "what", "weekdays", "opens", "closes", "on_call")


def _faults(found: Open, named: dict, everything: str, day) -> list[tuple[str, str]]:
    known = {person.username for person in found.candidates}
    wrong = []
    if day < today():
        wrong.append(("day", _("交接日不能早于今天")))
    places = [area.path for _post, area in found.posts] + [area.path for _row, area in found.turns]
    places += [pair.path for pair in found.pairs]
    places += found.cases.values()
    places += [one["entry"].path for one in found.led if one["moves"] and not request.form.get(f"lead-{one['entry'].id}")]
    if any(duties.successor(path, named, everything) not in known for path in places):
        wrong.append(("all", _("请选接手的人")))
    return wrong


def _ends_with_the_closing(entry) -> bool:
    """Is the work done, so that whatever is left of it ends with the closing?"""
    return (entry.stage, entry.follows) == ("handled", "case")


def _reassign(id: str, leaver: str, to: str) -> bool:
    """Give the successor what the leaver had of a case; everybody else who works on it goes on. False for a party, or where the log refuses."""
    entry = lists.folded(lists.entry_by_id(id))
    if to in entry.kept_from:
        return False
    whistle = next((task.whistle for task in entry.tasks if task.open and task.leads), "")
    body = {"to": handed_on(entry.tasks, leaver, to), "way": entry.way, "whistle": whistle, "note": _("原承办人离岗,工作交接")}
    return _do("assigned", entry, body, leaver, to)


def _answers(id: str, leaver: str, to: str) -> bool:
    """Another official answers for a case; why it is on the board stays. False where the log refuses: he has no post there, or is a party."""
    entry = lists.folded(lists.entry_by_id(id))
    return _do("flagged", entry, {"lead": to, "reason": entry.road["stubborn"]["why"]}, leaver, to)


def _do(verb: str, entry, body: dict, leaver: str, to: str) -> bool:
    """As the secretary where one is that, else as the administrator who hands over. False where the log refuses."""
    raw = {"id": str(uuid4()), "entry": entry.id, "verb": verb, "by": current_user.username, "at": now().isoformat(), "seen": entry.last, "body": body}
    decides = any(entry.path.startswith(post.path) for post in posts("secretary"))
    allow = partial(rules.allow, current_user.who) if decides else partial(rules.allow_handover, current_user.who, leaver, to)
    try:
        append_one(raw, current_user.username, allow)
    except Refused:
        return False
    return True


def _tell_of(leaver, heirs: dict[str, str]) -> None:
    """A line in what was returned to the leaver: who corrects it now, by `heirs` (id -> username) or as the grid's worker. With it his phone hears of it."""
    name = leaver.name
    for row in work.returned_to(leaver.username):
        to, said = heirs.get(row.id, ""), lists.history(row.id)[-1][1]
        to = to if to and not _party(row, to) else _worker_at(row.path, {leaver.username, *lists.folded(row).kept_from})
        told = said.verb == "noted" and local_day(said.heard, zone()) == today()
        if to and not told and any(row.path.startswith(path) for path in _paths()):
            heir = store.person_by_name(to).name
            _do("noted", lists.folded(row), {"note": _("%(leaver)s 离岗,由 %(name)s 接着补正", leaver=name, name=heir)}, leaver.username, to)


def _worker_at(path: str, without: set[str]) -> str:
    """The worker of the nearest grid at or above a place, but for these people; "" where there is none."""
    codes = path.rstrip("/").split("/")
    held = [post for post, person in lists.posts_at(codes, "worker", today()) if post.username not in without and person.active]
    return max(held, key=lambda post: codes.index(post.area_code)).username if held else ""


@bp.post("/handover/<username>/closing")
@allowed(*ROLES)
def close(username):
    """Close the account; refused, with what is left, while anything is open in its name."""
    leaver = _leaver(username)
    if leaver.username == current_user.username:
        return _one(leaver, [("close", _("不能停用自己的账号"))], 422)
    with writing() as connection:
        left = work.deactivate(connection, username, today())
        outcome = "closed" if not left else "close_refused"
        people.note_access(connection, current_user.username, outcome, now(), detail=f"{username} {left}")
    if left:
        return _one(_leaver(username), [("close", _("还有没交接的,不能停用账号"))], 422, left)
    _tell_of(leaver, {})
    flash(_("账号已停用"))
    return redirect(url_for(".page"), 303)
