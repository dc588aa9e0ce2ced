"""Who may do what: the whole permission table."""

from dataclasses import dataclass
from datetime import date

from .actions import Action, Refused
from .entries import Entry
from .kinds.shape import N_

ROLES = {
    "worker": N_("网格员"),
    "secretary": N_("社区书记"),
    "handler": N_("承办人"),
    "mediator": N_("调解员"),
    "volunteer": N_("志愿者"),
    "street": N_("街道"),
    "admin": N_("管理员"),
}

FIELD_ROLES = ("worker", "secretary", "mediator", "volunteer")
"""Roles that work from the phone's notebook."""

DESK_ROLES = ("secretary", "street")
"""Roles that work at the desk; the street looks and decides nothing about single entries."""

RESIDENT = "resident"
"""`by` of what a resident does through a link; his right is the link itself."""

SEES = {"worker": "*", "secretary": "*", "street": "*", "mediator": {"dispute"}, "volunteer": {"delivery"}}
"""role -> the kinds of entry that it sees within its area."""

DOES = {
    "recorded": {"worker", "secretary", "mediator", "volunteer"},
    "amended": {"worker", "secretary", "mediator", "volunteer"},
    "withdrawn": {"worker", "secretary", "mediator", "volunteer"},
    "noted": {"worker", "secretary", "mediator", "volunteer"},
    "handled": {"worker", "secretary", "mediator", "volunteer"},
    "approved": {"secretary"},
    "returned": {"secretary"},
    "declined": {"secretary"},
    "closed": {"secretary"},
    "reopened": {"secretary"},
    "rated": set(),
}
"""verb -> roles that may do it to an entry they see. `amended` and `withdrawn` are also the author's alone."""

AUTHOR_ONLY = {"amended", "withdrawn"}
RESIDENTS = {"noted", "rated", "reopened"}


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a person: a role in an area, with everything below it, from one day to another (both included)."""

    role: str
    area: str
    path: str
    starts: date
    ends: date | None = None

    def holds(self, path: str, day: date) -> bool:
        return path.startswith(self.path) and self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Who:
    """A person with all posts, past ones too."""

    username: str
    name: str
    posts: tuple[Post, ...] = ()

    def roles(self, path: str, kind: str, day: date) -> set[str]:
        """The roles in which this person sees entries of `kind` in the area at `path`."""
        return {
            post.role for post in self.posts if post.holds(path, day) and (SEES.get(post.role) == "*" or kind in SEES.get(post.role, ()))
        }


def sees(who: Who, path: str, kind: str, today: date) -> bool:
    """May this person read an entry of `kind` at `path` today?"""
    return bool(who.roles(path, kind, today))


def may(who: Who, verb: str, entry: Entry, day: date) -> bool:
    """May this person do `verb` to the entry? `day` is the day of the act: what was recorded while a post was held stays right."""
    if verb in AUTHOR_ONLY and who.username != entry.author:
        return False
    return bool(who.roles(entry.path, entry.kind, day) & DOES[verb])


def allow(who: Who, action: Action, entry: Entry | None, day: date) -> None:
    """Raises Refused unless the action lies within a post that this person held on the day of the act.

    For `recorded` and `amended` the place in the action counts; for everything but `recorded` also the entry's own.
    An entry that this person may not even see does not exist for him.
    """
    if action.verb in {"recorded", "amended"}:
        path = action.facts.get("path")
        if path is None or not who.roles(path, action.body["kind"], day) & DOES["recorded"]:
            raise Refused("forbidden")
    if action.verb == "recorded":
        return
    if entry is None or not (sees(who, entry.path, entry.kind, day) or who.username == entry.author):
        raise Refused("no_entry")
    if not may(who, action.verb, entry, day):
        raise Refused("forbidden")


def allow_link(entries: set[str], action: Action, entry: Entry | None, day: date) -> None:
    """The same for a resident, who holds the link of one entry."""
    if action.entry not in entries or action.verb not in RESIDENTS:
        raise Refused("forbidden")


def allow_report(path: str, action: Action, entry: Entry | None, day: date) -> None:
    """The same for a resident at a poster: a new request in the poster's area, nothing else."""
    if action.verb != "recorded" or action.body["kind"] != "request" or not (action.facts.get("path") or "").startswith(path):
        raise Refused("forbidden")


def allow_ledger(action: Action, entry: Entry | None, day: date) -> None:
    """The same for a file that an administrator imports: everything in it is a fact."""
