"""12345: the orders of the hotline, what the community answered, and the closure of a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .entries import Entry
from .kinds.shape import N_
from .tasks import instant

SOURCE = "hotline"
RATES = {"closure": (N_("办结率"), "closed", "received"), "on_time": (N_("按期办结率"), "closed_on_time", "with_deadline"),
         "answer": (N_("答复率"), "replied", "received")}  # fmt: skip
"""rate -> (words, numerator, denominator), of the orders received in the period (收件口径)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the hotline was answered: when, by whom, in which words."""

    at: datetime
    by: str
    words: str


def straight(entry: Entry) -> bool:
    """直通联办: may it be accepted and given away in one act?"""
    return entry.source == SOURCE and entry.case and entry.stage == "waiting" and not entry.on_the_spot


def order(entry: Entry) -> str:
    """Its number at the hotline; "" where nobody gave one."""
    return entry.road.get("order", "")


def reply(entry: Entry) -> Reply | None:
    """The last answer."""
    said = entry.road.get("reply")
    return Reply(instant(said[0]), *said[1:]) if said else None


def counts(orders: Iterable[Entry]) -> dict[str, int]:
    """How many were received, closed, closed on time and answered; without those declined or withdrawn."""
    own = [one for one in orders if one.counted]
    return {
        "received": len(own),
        "closed": sum(one.closed_at is not None for one in own),
        "with_deadline": sum(one.due_at is not None for one in own),
        "closed_on_time": sum(one.on_time for one in own),
        "replied": sum(reply(one) is not None for one in own),
    }
