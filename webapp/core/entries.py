"""Entry, one function per verb, and the fold: what the actions of one entry amount to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from .actions import DECISIONS, Action, Refused
from .kinds import KINDS
from .kinds.shape import N_

STAGES = {
    "waiting": N_("待审核"),
    "returned": N_("退回补正"),
    "in_hand": N_("办理中"),
    "handled": N_("待确认办结"),
    "closed": N_("已办结"),
    "declined": N_("不予受理"),
    "withdrawn": N_("已撤回"),
}

OPEN = ("waiting", "returned", "in_hand", "handled")
"""Stages of an entry that somebody still has to do something about."""

DID = {
    "recorded": N_("记录"),
    "amended": N_("改正后再报"),
    "noted": N_("补充说明"),
    "approved": N_("审核通过"),
    "returned": N_("退回补正"),
    "declined": N_("不予受理"),
    "handled": N_("报告办理情况"),
    "closed": N_("办结"),
    "reopened": N_("重新打开"),
    "rated": N_("评价"),
    "withdrawn": N_("撤回"),
}
"""verb -> what was done, for a history."""

CASE = {
    "waiting": {"amended": "waiting", "approved": "in_hand", "returned": "returned", "declined": "declined", "withdrawn": "withdrawn"},
    "returned": {"amended": "waiting", "withdrawn": "withdrawn"},
    "in_hand": {"handled": "handled", "closed": "closed"},
    "handled": {"handled": "handled", "closed": "closed"},
    "closed": {"reopened": "in_hand", "rated": "closed"},
}
"""A case: stage -> verb -> next stage. Solved on the spot it goes from approval straight to closed."""

RECORD = {
    "waiting": {"amended": "waiting", "approved": "closed", "returned": "returned", "declined": "declined", "withdrawn": "withdrawn"},
    "returned": {"amended": "waiting", "withdrawn": "withdrawn"},
}
"""A record of something that is over: closed by approval."""


@dataclass(slots=True)
class Entry:
    """An entry as its actions left it. Fields are those of store.tables.EntryRow."""

    id: str
    number: str
    kind: str
    category: str
    area: str
    path: str
    grid: str
    scope: str
    household: str | None
    parent: str | None
    case: bool
    stage: str
    note: str
    place: str
    source: str
    happened_at: datetime
    lat: float | None
    lng: float | None
    accuracy: float | None
    on_the_spot: bool
    details: dict
    photos: list
    author: str
    authors: list
    device: str | None
    day: date
    received_at: datetime
    heard_at: datetime
    due_at: datetime | None
    approved_at: datetime | None
    closed_at: datetime | None
    closed_days: int | None
    reason: str
    outcome: str
    rating: str | None
    reopened: int
    version: int
    last: str
    last_seq: int

    @property
    def wanting(self) -> list[str]:
        """What its kind asks for and it does not have yet: 待补充."""
        return [want for want in KINDS[self.kind].wants if not self._has(want)]

    def _has(self, want: str) -> bool:
        if want == "photo":
            return bool(self.photos)
        if want == "place" and (self.household or self.area != self.grid):
            return True  # a door, a building or a unit says where
        if want in {"household", "category", "note", "place"}:
            return bool(getattr(self, want))
        return self.details.get(want) not in (None, "", [])

    @property
    def counted_in(self) -> list[str]:
        """Codes of the areas whose figures it belongs to: from the root down to its grid, not to building or unit."""
        codes = self.path.rstrip("/").split("/")
        return codes[: codes.index(self.grid) + 1]

    @property
    def counted(self) -> bool:
        """Is it in the figures, or set apart as withdrawn or declined?"""
        return self.stage not in {"withdrawn", "declined"}

    @property
    def on_time(self) -> bool:
        return self.closed_at is not None and self.due_at is not None and self.closed_at <= self.due_at


COMPARED = ("kind", "category", "area", "household", "place", "note", "happened_at", "source", "on_the_spot")


def differences(before: Entry, after: Entry) -> list[tuple[str, object, object]]:
    """(field, old, new) wherever two versions say something else: fields of Entry, the kind's own, `position` and `photos`."""
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in COMPARED]
    pairs += [(name, before.details.get(name), after.details.get(name)) for name in {**before.details, **after.details}]
    pairs.append(("position", (before.lat, before.lng), (after.lat, after.lng)))
    pairs.append(("photos", [sha for sha, *_ in before.photos], [sha for sha, *_ in after.photos]))
    return [(name, old, new) for name, old, new in pairs if old != new]


def next_stage(entry: Entry, verb: str) -> str | None:
    """Where `verb` leads from here, or None where it leads nowhere."""
    if verb == "approved" and entry.stage == "waiting" and entry.on_the_spot:
        return "closed"
    return (CASE if entry.case else RECORD).get(entry.stage, {}).get(verb)


def act(entry: Entry | None, action: Action, seq: int) -> Entry:
    """The entry after `action`. Raises Refused `no_entry`, `id_reused`, `stale`, `self_approval` or `forbidden`."""
    if action.verb == "recorded":
        if entry is not None:
            raise Refused("id_reused")
        return _recorded(action, seq)
    if entry is None:
        raise Refused("no_entry")
    if action.verb in DECISIONS:
        _may_decide(entry, action)
    done = _VERBS[action.verb](entry, action)
    return replace(done, last=action.id, last_seq=seq)


def fold(actions: Iterable[tuple[int, Action]]) -> Entry:
    """The entry that these (seq, action) pairs, in the order heard, amount to."""
    entry = None
    for seq, action in actions:
        entry = act(entry, action, seq)
    return entry


def _may_decide(entry: Entry, action: Action) -> None:
    """A decision is about what was seen, by somebody who did not write it, where the road leads on."""
    if action.verb == "approved" and action.by in entry.authors:
        raise Refused("self_approval")
    if action.seen != entry.last or next_stage(entry, action.verb) is None:
        raise Refused("stale")


def _content(action: Action) -> dict:
    body, facts = action.body, action.facts
    return dict(
        kind=body["kind"],
        category=body["category"] or "",
        area=body["area"],
        path=facts["path"],
        grid=facts["grid"],
        scope=facts["scope"],
        household=facts.get("household"),
        parent=body["parent"],
        case=KINDS[body["kind"]].is_case(body["details"]),
        note=body["note"],
        place=body["place"],
        source=body["source"],
        happened_at=datetime.fromisoformat(body["happened_at"]),
        lat=body["lat"],
        lng=body["lng"],
        accuracy=body["accuracy"],
        on_the_spot=body["on_the_spot"],
        details=body["details"],
        photos=_photos(action),
    )


def _photos(action: Action) -> list:
    roles = action.body.get("roles", {})
    return [[sha, roles.get(sha, ""), action.id] for sha in action.photos]


def _recorded(action: Action, seq: int) -> Entry:
    """A new entry. Its place, day, number and deadline were found when it was heard."""
    return Entry(
        **_content(action),
        id=action.entry,
        number=action.facts["number"],
        stage="waiting",
        author=action.by,
        authors=[action.by],
        device=action.device,
        day=date.fromisoformat(action.facts["day"]),
        received_at=action.moment,
        heard_at=action.heard,
        due_at=_due(action),
        approved_at=None,
        closed_at=None,
        closed_days=None,
        reason="",
        outcome="",
        rating=None,
        reopened=0,
        version=1,
        last=action.id,
        last_seq=seq,
    )


def _due(action: Action) -> datetime | None:
    due = action.facts.get("due")
    return datetime.fromisoformat(due) if due else None


def _amended(entry: Entry, action: Action) -> Entry:
    """A new version of the whole content. Too late for that it stays in the log as a supplement, and changes nothing."""
    stage = next_stage(entry, "amended")
    if stage is None:
        return entry
    authors = entry.authors if action.by in entry.authors else [*entry.authors, action.by]
    content = _content(action)
    return replace(entry, **content, stage=stage, authors=authors, due_at=_due(action), version=entry.version + 1)


def _noted(entry: Entry, action: Action) -> Entry:
    return replace(entry, photos=[*entry.photos, *_photos(action)])


def _approved(entry: Entry, action: Action) -> Entry:
    """Accept the entry as it was seen; a record, and what was solved on the spot, is thereby closed."""
    stage = next_stage(entry, "approved")
    entry = replace(entry, stage=stage, approved_at=action.moment, reason="")
    return _close(entry, action) if stage == "closed" else entry


def _returned(entry: Entry, action: Action) -> Entry:
    return replace(entry, stage="returned", reason=action.body["reason"])


def _declined(entry: Entry, action: Action) -> Entry:
    return replace(entry, stage="declined", reason=action.body["reason"])


def _handled(entry: Entry, action: Action) -> Entry:
    """Somebody reports the work as done. Where the case is not in hand it stays a remark."""
    entry = replace(entry, photos=[*entry.photos, *_photos(action)])
    stage = next_stage(entry, "handled")
    return replace(entry, stage=stage, outcome=action.body["note"]) if stage else entry


def _closed(entry: Entry, action: Action) -> Entry:
    entry = replace(entry, stage="closed", photos=[*entry.photos, *_photos(action)], outcome=action.body["note"] or entry.outcome)
    return _close(entry, action)


def _close(entry: Entry, action: Action) -> Entry:
    day = date.fromisoformat(action.facts["day"])
    return replace(entry, closed_at=action.moment, closed_days=max(1, (day - entry.day).days + 1))


def _reopened(entry: Entry, action: Action) -> Entry:
    """Not solved after all: the case is open again, and the rating of the old closing is gone."""
    stage = next_stage(entry, "reopened")
    if stage is None:
        return entry
    return replace(
        entry, stage=stage, reason=action.body["reason"], closed_at=None, closed_days=None, rating=None, reopened=entry.reopened + 1
    )


def _rated(entry: Entry, action: Action) -> Entry:
    return replace(entry, rating=action.body["score"]) if next_stage(entry, "rated") else entry


def _withdrawn(entry: Entry, action: Action) -> Entry:
    return replace(entry, stage="withdrawn")


_VERBS = {
    "amended": _amended,
    "noted": _noted,
    "approved": _approved,
    "returned": _returned,
    "declined": _declined,
    "handled": _handled,
    "closed": _closed,
    "reopened": _reopened,
    "rated": _rated,
    "withdrawn": _withdrawn,
}
