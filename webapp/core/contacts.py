"""联系: who has to keep in touch with which community or grid, how often, and whether it was done."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .rules import CONTACTS

EVERY = {"contact": 30, "part_time": 30, "branch_member": 30, "delegate": 90}
"""role -> at least once in so many days, where the town has set no other number; the seeds name the duty and no interval."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A person and the place that he keeps in touch with; `times` in a period, `last` ever."""

    post: int
    username: str
    name: str
    role: str
    code: str
    place: str
    path: str
    times: int = 0
    last: date | None = None

    def late(self, every: int, today: date) -> bool:
        """Has the next visit been due? One that never was is."""
        return self.last is None or self.last + timedelta(days=every) < today


Visits = Iterable[tuple[str, str, int, date]]
"""(username, path, how many in the period, day of the last one ever): what was gone to, by person and place."""


def kept(pairs: Iterable[Pair], visits: Visits) -> list[Pair]:
    """The pairs with what was done: a visit counts for a pair of the same person at or above its place."""
    found = defaultdict(list)
    for username, *about in visits:
        found[username].append(about)
    return [_with(pair, [about for about in found[pair.username] if about[0].startswith(pair.path)]) for pair in pairs]


def _with(pair: Pair, visits: list) -> Pair:
    return replace(pair, times=sum(times for _path, times, _last in visits), last=max((last for _path, _times, last in visits), default=None))


def coverage(pairs: Iterable[Pair]) -> dict[str, tuple[int, int]]:
    """role -> (pairs that were visited in the period, pairs)."""
    counts = defaultdict(lambda: [0, 0])
    for pair in pairs:
        counts[pair.role][0] += bool(pair.times)
        counts[pair.role][1] += 1
    return {role: tuple(counts[role]) for role in CONTACTS if role in counts}
