"""Who may do what: the whole permission table."""

from dataclasses import dataclass
from datetime import date

from . import courts, stubborn
from .actions import CLOCK, UNIT, Action, Refused
from .entries import Entry
from .kinds.shape import N_
from .road import OPEN
from .tasks import Task, handed_on

ROLES = {
    "worker": N_("网格员"),
    "secretary": N_("社区书记"),
    "handler": N_("承办人"),
    "mediator": N_("调解员"),
    "volunteer": N_("志愿者"),
    "street": N_("街道"),
    "admin": N_("管理员"),
    "branch_member": N_("支委"),
    "group_leader": N_("小组长"),
    "building_leader": N_("楼栋长"),
    "unit_leader": N_("单元长"),
    "micro_member": N_("微网格成员"),
    "contact": N_("联系领导"),
    "part_time": N_("兼职委员"),
    "delegate": N_("两代表一委员"),
    "committee_head": N_("领导小组组长"),
    "committee_deputy": N_("领导小组副组长"),
    "committee_member": N_("领导小组成员"),
    "party_group": N_("党小组长"),
    "spotter": N_("流动网格员"),
    "reviewer": N_("五老乡贤评理员"),
}
"""What a post may be. Those after 管理员 say who is responsible and open nothing, but that some of them may report: REPORTS."""

CHAIN = ("branch_member", "worker", "group_leader", "building_leader", "unit_leader")
"""五包: who is responsible for a household, from the branch down to its stairwell."""

SPOTS = "spotter"
"""The role of couriers and others on the road."""

CONTACTS = ("contact", "part_time", "branch_member", "delegate")
"""Roles with a duty to keep in touch: their word is a source of entries of the same name."""

REPORTS = {SPOTS: {"hazard"}, "street": {"session", "request", "hazard"}} | dict.fromkeys(CONTACTS, {"contact", "request", "hazard"})
"""role -> the kinds that it may hand in about a place below its post, and of nobody's home; it sees nothing by that. The street's are
its meetings and what is said there."""

FIELD_ROLES = ("worker", "secretary", "mediator", "volunteer")
"""Roles that work from the phone's notebook."""

DESK_ROLES = ("secretary", "street")
"""Roles that work at the desk; the street accepts single entries only where no secretary could: VERDICTS."""

RESIDENT = "resident"
"""`by` of what a resident does through a link; his right is the link itself."""

SEES = {"worker": "*", "secretary": "*", "street": "*", "mediator": {"dispute", "reception"}, "volunteer": {"delivery"}}
"""role -> the kinds of entry that it sees within its area."""

WATCHERS = ("branch_member", "party_group", "group_leader", "building_leader", "unit_leader")
"""Posts of the 五包 chain around the worker: they look after a place, and open none of its entries."""

WATCHED = ("hazard", "request")
"""The kinds of open case that they are shown: what it is, where and until when, never whose; and about which they may say a word."""

DOES = {
    "recorded": {"worker", "secretary", "mediator", "volunteer"},
    "amended": {"worker", "secretary", "mediator", "volunteer", "street"},
    "withdrawn": {"worker", "secretary", "mediator", "volunteer", "street"},
    "noted": {"worker", "secretary", "mediator", "volunteer", "handler"},
    "handled": {"worker", "secretary", "mediator", "volunteer", "handler"},
    "approved": {"secretary"},
    "returned": {"secretary"},
    "declined": {"secretary"},
    "assigned": {"secretary", "street"},
    "signed": {"worker", "mediator", "handler"},
    "handed_back": {"worker", "mediator", "handler"},
    "extended": {"secretary", "street"},
    "suspended": {"secretary", "street"},
    "resumed": {"secretary", "street"},
    "supervised": {"secretary", "street"},
    "raised": {"secretary", "street"},
    "lowered": {"secretary", "street"},
    "flagged": {"secretary", "street"},
    "reviewed": {"secretary", "street", "lead"},
    "reworked": {"secretary", "street"},
    "closed": {"secretary"},
    "followed_up": {"worker", "secretary"},
    "graded": {"secretary"},
    "reopened": {"secretary"},
    "rated": set(),
    "classified": {"mediator"},
    "planned": {"mediator"},
    "mediated": {"mediator"},
    "agreed": {"mediator"},
    "failed": {"mediator"},
    "performed": {"mediator", "worker", "secretary"},
    "confirmed": {"mediator", "secretary"},
    "fed_back": {"mediator"},
    "booked": {"mediator", "secretary"},
    "unbooked": {"mediator", "secretary"},
    "sat": {"mediator", "secretary"},
}
"""verb -> roles that may do it to an entry they see. `amended` and `withdrawn` are also the author's alone, but for what was returned; of
the verbs in HOLDER those who were given a task may do only what concerns their own."""

VERDICTS = ("approved", "returned", "declined")
"""What is said of an entry that waits: never by who wrote it. Where no secretary of the place could, it is the street's."""

HOLDER = {"signed", "handed_back"}

AUTHOR_ONLY = {"amended", "withdrawn"}
RESIDENTS = {"noted", "rated", "reopened"}
UNITS = {"signed", "handed_back", "handled", "noted"}
"""What a unit may do about a task of its own, signed in or by its link."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a person: a role in an area, with everything below it, from one day to another (both included)."""

    role: str
    area: str
    path: str
    starts: date
    ends: date | None = None
    unit: str | None = None

    def lasts(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)

    def holds(self, path: str, day: date) -> bool:
        return path.startswith(self.path) and self.lasts(day)


@dataclass(frozen=True, slots=True)
class Who:
    """A person with all posts, past ones too.

    `desks` are the (username, post) pairs of the secretaries below a post of the street; None where nobody has looked for them.
    """

    username: str
    name: str
    posts: tuple[Post, ...] = ()
    desks: tuple[tuple[str, Post], ...] | None = None

    def roles(self, path: str, kind: str, day: date) -> set[str]:
        """The roles in which this person sees all entries of `kind` in the area at `path`."""
        return {
            post.role for post in self.posts if post.holds(path, day) and (SEES.get(post.role) == "*" or kind in SEES.get(post.role, ()))
        }

    def units(self, day: date) -> set[str]:
        """The units that this person works for."""
        return {post.unit for post in self.posts if post.role == "handler" and post.unit and post.lasts(day)}

    def own(self, task: Task, entry: Entry, day: date) -> bool:
        """Is it this person's task: in his own name, his unit's, or that of a grid where he is the worker?"""
        if task.grid:
            return "worker" in self.roles(entry.path, entry.kind, day)
        return task.person == self.username or (bool(task.unit) and task.unit in self.units(day))


def roles_for(who: Who, entry: Entry, day: date) -> set[str]:
    """The roles in which this person sees the entry: by area, because a task of it is or was his, or as the official who answers for it.

    A party never sees his own file.
    """
    if who.username in entry.kept_from:
        return set()
    roles = who.roles(entry.path, entry.kind, day)
    if any(not task.grid and task.end not in {"handed_back", "moved"} and who.own(task, entry, day) for task in entry.tasks):
        roles.add("mediator" if entry.follows == "dispute" else "handler")
    if stubborn.on_board(entry) and entry.road["stubborn"]["lead"] == who.username:
        roles.add("lead")
    return roles


def sees(who: Who, entry: Entry, today: date) -> bool:
    """May this person read the entry today?"""
    return bool(roles_for(who, entry, today))


def reads(who: Who, entry: Entry, today: date) -> bool:
    """The same, or it is his own record."""
    return sees(who, entry, today) or (who.username == entry.author and who.username not in entry.kept_from)


def concerns(role: str, entry: Entry) -> bool:
    """Has a post of this role to do with an overdue entry of this kind? Those who cannot read it are not told of it either."""
    return role not in WATCHERS or entry.kind in WATCHED


def watches(who: Who, entry: Entry, day: date) -> bool:
    """Is it an open case of the place that this person looks after: to be shown without anybody's name, and to be remarked upon?"""
    shown = entry.case and entry.kind in WATCHED and entry.stage in OPEN and who.username not in entry.kept_from
    return shown and any(post.role in WATCHERS and post.holds(entry.path, day) for post in who.posts)


def may(who: Who, verb: str, entry: Entry, day: date) -> bool:
    """May this person do `verb` to the entry? `day` is the day of the act: what was recorded while a post was held stays right."""
    if verb in AUTHOR_ONLY and who.username != entry.author and not (verb == "amended" and _mends(who, entry, day)):
        return False
    if verb in HOLDER and not any(task.open and who.own(task, entry, day) for task in entry.tasks):
        return False
    roles = roles_for(who, entry, day)
    if "street" in roles and (entry.kept_from or (left_to if verb in VERDICTS else vacant)(who, entry, day)):
        roles.add("secretary")  # who may be one of the parties, is not there, or wrote it herself: then the street decides
    if verb == "lowered" and entry.level == "street":
        return "street" in roles  # what the street has only the street gives back
    return bool(roles & DOES[verb])


def impartial(username: str, entry: Entry) -> bool:
    """Neither wrote it nor is a party: as far as that goes, this person may say whether it is accepted."""
    return username not in entry.authors and username not in entry.kept_from


def vacant(who: Who, entry: Entry, day: date) -> bool:
    """Has the place no secretary at all, as the street itself has none? The street does there what she would."""
    return who.desks is not None and not any(desk.holds(entry.path, day) for _, desk in who.desks)


def left_to(who: Who, entry: Entry, day: date) -> bool:
    """Is there no secretary of the place but who wrote it? The street decides then, but for what this person wrote."""
    if who.desks is None or not impartial(who.username, entry):
        return False
    return not any(desk.holds(entry.path, day) and impartial(username, entry) for username, desk in who.desks)


def _mends(who: Who, entry: Entry, day: date) -> bool:
    """What was returned may also be corrected by the grid's worker, for its author may have left."""
    return entry.stage == "returned" and "worker" in who.roles(entry.path, entry.kind, day)


def allow(who: Who, action: Action, entry: Entry | None, day: date) -> None:
    """Raises Refused unless the action lies within a post that this person held on the day of the act.

    For `recorded` and `amended` the place in the action counts; for everything but `recorded` also the entry's own.
    An entry that this person may not even see does not exist for him.
    """
    if action.verb in {"recorded", "amended"}:
        path = action.facts.get("path")
        if path is None or not (who.roles(path, action.body["kind"], day) & DOES["recorded"] or _reports(who, action, path, day)):
            raise Refused("forbidden")
    if action.verb == "recorded":
        return
    if entry is None or not reads(who, entry, day):
        raise Refused("no_entry")
    if not may(who, action.verb, entry, day) or not _own(who, action, entry, day) or not _answers(who, action, entry, day):
        raise Refused("forbidden")


def _reports(who: Who, action: Action, path: str, day: date) -> bool:
    """A courier's three taps, a contact's word: something at a place, of nobody's home."""
    kind, home = action.body["kind"], action.body["household"]
    return not home and any(kind in REPORTS.get(post.role, ()) and post.holds(path, day) for post in who.posts)


def _answers(who: Who, action: Action, entry: Entry, day: date) -> bool:
    """Words for the hotline are the secretary's; a remark without them is anybody's who may make one."""
    return not (action.verb == "noted" and action.body.get("reply")) or "secretary" in roles_for(who, entry, day)


def _own(who: Who, action: Action, entry: Entry, day: date) -> bool:
    """What is said about a task by its number is said by its holder, or the post that gave it."""
    number = action.body.get("task") if action.verb in UNITS else None
    tasks = [task for task in entry.tasks if task.n == number]
    return not number or any(who.own(task, entry, day) for task in tasks)


def allow_unit(unit: str, entry_of_link: str, task: int, action: Action, entry: Entry | None, day: date) -> None:
    """The same for a unit that holds the link to one task of one entry: that task, and nothing else."""
    wrong = action.verb not in UNITS or action.body.get("task", task) != task or action.body.get("reply")
    if entry is None or action.entry != entry_of_link or wrong:
        raise Refused("forbidden")
    if not any(one.n == task and one.open and one.unit == unit for one in entry.tasks) or action.by != f"{UNIT}{unit}":
        raise Refused("forbidden")


def allow_handover(who: Who, leaver: str, to: str, action: Action, entry: Entry | None, day: date) -> None:
    """The same for an administrator who hands over: what `leaver` had of a case goes to `to`, and everybody else keeps his; or a remark.

    A case for which the leaver answers (包案领导) has `to` for it, and why it is on the board stays what it was.
    """
    if entry is None or who.username in entry.kept_from or not any(post.role == "admin" and post.holds(entry.path, day) for post in who.posts):
        raise Refused("no_entry")
    match action.verb:
        case "assigned":
            had = any(task.open and task.person == leaver for task in entry.tasks) or (courts.coming(entry) and courts.keeper(entry) == leaver)
            hands = had and action.body["to"] == handed_on(entry.tasks, leaver, to)
        case "flagged":
            board = entry.road.get("stubborn") if stubborn.on_board(entry) else None
            hands = board and (board["lead"], to, board["why"]) == (leaver, action.body["lead"], action.body["reason"])
        case _:
            hands = action.verb == "noted" and entry.stage == "returned" and not action.body["reply"]
    if action.by != who.username or not hands:
        raise Refused("forbidden")


def allow_clock(action: Action, entry: Entry | None, day: date) -> None:
    """The same for what the server does when a time has come."""
    if entry is None or action.by != CLOCK or action.verb != "raised":
        raise Refused("forbidden")


def allow_watch(who: Who, action: Action, entry: Entry | None, day: date) -> None:
    """The same for a post of the chain: a remark about an open case of its own place."""
    if entry is None or action.by != who.username or not watches(who, entry, day):
        raise Refused("no_entry")
    if action.verb != "noted" or action.body.get("reply") or action.photos:
        raise Refused("forbidden")


def allow_link(entries: set[str], action: Action, entry: Entry | None, day: date) -> None:
    """The same for a resident, who holds the link of one entry."""
    if action.entry not in entries or action.verb not in RESIDENTS or action.body.get("reply"):
        raise Refused("forbidden")


def allow_report(path: str, action: Action, entry: Entry | None, day: date) -> None:
    """The same for a resident at a poster: a new request in the poster's area, nothing else."""
    if action.verb != "recorded" or action.body["kind"] != "request" or not (action.facts.get("path") or "").startswith(path):
        raise Refused("forbidden")


def allow_ledger(action: Action, entry: Entry | None, day: date) -> None:
    """The same for a file that an administrator imports: everything in it is a fact."""
