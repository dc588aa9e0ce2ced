"""The log of actions. `append` is the only writer of actions, entries, tallies and the change feed, in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import partial
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from ..core import actions, calendar, clocks, entries, rules, tallies, ways
from ..core.actions import Action, Refused
from ..core.entries import Entry, counted_in
from . import parties, people, places, sittings, workdays
from .database import THESE, db, fetch, keep_first, put, save
from .rows import FIELDS, Ready, add_tallies, code_of, hashed, put_actions, put_entries, read, ready, task_rows
from .tables import (
    ActionRow,
    ChangeRow,
    EntryPhotoRow,
    EntryRow,
    HeldRow,
    LinkRow,
    NumberRow,
    Person,
    PhotoRow,
    ScopeRow,
    TaskRow,
    Unit,
)

_log, _held_rows = ActionRow.__table__.c, HeldRow.__table__.c
# Built once: on this road SQLAlchemy's building of a statement costs more than SQLite's answer.
HAD = select(_log.id, _log.hash, _log.scope, _log.scope_seq, _log.entry, _log.photos).where(_log.id.in_(THESE))
HELD = select(HeldRow.__table__).where(_held_rows.id.in_(THESE) | _held_rows.after.in_(THESE))
ENTRIES = select(*(EntryRow.__table__.c[name] for name in FIELDS)).where(EntryRow.__table__.c.id.in_(THESE))
HEADS = select(ScopeRow.__table__).where(ScopeRow.__table__.c.code.in_(THESE))
NUMBER = select(NumberRow.__table__.c.n).where(NumberRow.__table__.c.prefix.in_(THESE))
UNITS = select(Unit.__table__.c.code).where(Unit.__table__.c.code.in_(THESE), Unit.__table__.c.active)
PEOPLE = select(Person.__table__.c.username).where(Person.__table__.c.username.in_(THESE), Person.__table__.c.active)
INSERT_CHANGES = ChangeRow.__table__.insert()
PHOTOS = select(PhotoRow.__table__.c.sha256).where(PhotoRow.__table__.c.sha256.in_(THESE))


class Answer(NamedTuple):
    """What the server says of one action: kept, had, held or refused."""

    id: str
    answer: str
    receipt: str | None = None
    number: str | None = None
    reason: str | None = None
    message: str | None = None
    missing: tuple[str, ...] = ()


@dataclass
class Letter:
    """The actions of one request: JSON values from outside, or Actions that the server made itself.

    `allow(action, entry, day)` raises Refused; `also(connection, answers)` writes what belongs into the same transaction.
    Of a `whole` letter, about entries that are there, all is kept or nothing.
    """

    raws: list
    by: str
    allow: Callable
    device: str | None = None
    also: Callable | None = None
    whole: bool = False
    items: list[Action | Answer] | None = None
    drafts: dict[int, "_Draft"] = field(default_factory=dict)  # by the action's own identity: a letter may name an id twice
    answers: list[Answer] | None = None
    error: BaseException | None = None
    turn: Lock = field(default_factory=Lock)  # of the thread that waits for it: store.mail

    def read(self) -> list[Action | Answer]:
        """The actions, or the refusals of what is none."""
        return [_read(raw) for raw in self.raws]


def append(connection: Connection, raws: list, by: str, allow, heard: datetime, zone: tzinfo, device: str | None = None) -> list[Answer]:
    """Hear actions of `by` in the order given; answer for each. One refusal never stops the rest."""
    letter = Letter(raws, by, allow, device)
    hear(connection, [letter], heard, zone)
    return letter.answers


def draft(letter: Letter, heard: datetime, zone: tzinfo) -> None:
    """Fold the letter's new records and make their rows before it is its turn. What a draft took for granted is looked at again when it is used."""
    fresh = [item for item in letter.items if isinstance(item, Action) and item.verb == "recorded" and item.body["kind"] not in UNDRAFTED]
    with db.engine.connect() as connection:
        batch = _Batch(connection, heard, zone)
        batch.load_town([action.body for action in fresh])
        drafted = []
        for action in fresh:
            given, action.heard, action.device = action.facts, heard, letter.device
            with suppress(Refused, KeyError):  # it is refused in its turn
                drafted.append((action, *batch.draft(action, letter.allow)))
            action.facts = given
        made = ready(connection, [(action, entry) for action, _, entry, _ in drafted])
    letter.drafts = {id(action): _Draft(facts, entry, ground, rows) for (action, facts, entry, ground), rows in zip(drafted, made, strict=True)}


def hear(connection: Connection, letters: list[Letter], heard: datetime, zone: tzinfo) -> None:
    """Append several letters that arrived at the same moment; the answers are laid into each."""
    batch = _Batch(connection, heard, zone)
    read = [(letter, letter.items or letter.read()) for letter in letters]
    for letter, items in read:
        for item in items:
            if isinstance(item, Action):
                item.heard, item.device = heard, letter.device
    batch.load([item for _, items in read for item in items if isinstance(item, Action)])
    said = [(letter, batch.hear_all(items, letter)) for letter, items in read]
    batch.write()
    for letter, items in said:
        letter.answers = batch.answers(items)


class _Batch:
    """One transaction's worth of actions: read everything once, fold in memory, write everything once."""

    def __init__(self, connection, heard, zone):
        self.connection, self.heard, self.zone, self.today = connection, heard, zone, calendar.local_day(heard, zone)
        self.kept: list[tuple[int, Action, Entry | None, Entry]] = []  # seq, action, before, after
        self.held: dict[str, Action] = {}
        self.released: list[str] = []
        self.told: set[str] = set()
        self.ready: dict[int, Ready] = {}  # by the identity of the entry as it was first

    # --- reading

    def load(self, batch: list[Action]) -> None:
        """Everything that these actions may touch, in a handful of queries."""
        held = self._held({action.id for action in batch})
        self.were_held = {action.id: action.hash for action in held}
        self.waiting = defaultdict(list)
        for action in held:
            self.waiting[action.after].append(action)
        everything = batch + held
        ids = {action.id for action in everything} | {action.after for action in everything if action.after}
        self.had = {row.id: row for row in self._rows(HAD, ids)}
        self.entries = {row.id: Entry(*row) for row in self._rows(ENTRIES, {action.entry for action in everything})}
        self.load_town([action.body for action in everything if "area" in action.body])
        self._load_holders([target for action in everything for target in action.body.get("to", ())])
        self.numbers: dict[str, int] = {}
        scopes = {place.scope for place in self.places.values()} | {entry.scope for entry in self.entries.values()} | {""}
        self.heads = {row.code: [row.seq, row.hash] for row in self._rows(HEADS, scopes)}
        self.seq = self.heads.get("", [0])[0]

    def load_town(self, bodies: list[dict]) -> None:
        """The places and households that are named, and what the town has set."""
        self.places, self.homes = places.load(self.connection, bodies)
        self.town = workdays.town(self.connection, self.zone)

    def _rows(self, statement, these: set) -> list:
        return fetch(self.connection, statement, these)

    def _held(self, ids: set[str]) -> list[Action]:
        """Actions that were held and are named here, or may follow one of these, and those that follow them, and so on."""
        found = {}
        while ids:
            rows = self._rows(HELD, ids)
            ids = {row.id for row in rows} - found.keys()
            found |= {row.id: _held_action(row) for row in rows}
        return list(found.values())

    def _load_holders(self, targets: list[dict]) -> None:
        """Which of the units, people and grids that are given a task are there."""
        asked = {name: {target[name] for target in targets} - {""} for name in ("unit", "person", "grid")}
        statements = {"unit": UNITS, "person": PEOPLE, "grid": places.AREAS}
        self.holders = {name: {row[0] for row in self._rows(statements[name], these)} for name, these in asked.items()}

    # --- hearing

    def hear_all(self, items: list[Action | Answer], letter: Letter) -> list[Action | Answer]:
        """Each action in its turn; of a whole letter the first refusal takes back what was kept of it, and stands for all."""
        before = len(self.kept)
        said = [self.hear(item, letter) for item in items]
        refusal = next((one for one in said if isinstance(one, Answer) and one.answer == "refused"), None)
        if not letter.whole or refusal is None:
            return said
        for _, action, entry, _ in reversed(self.kept[before:]):
            self.entries[action.entry] = entry
            del self.had[action.id]
        self.seq -= len(self.kept) - before
        del self.kept[before:]
        return [refusal._replace(id=item.id) for item in items]

    def hear(self, item: Action | Answer, letter: Letter) -> Action | Answer:
        """Keep, hold or refuse one action. One that is kept, or was before, is answered for after the write."""
        if isinstance(item, Answer):
            return item
        try:
            return self._hear(item, letter)
        except Refused as refusal:
            return _refusal(item.id, refusal)

    def _hear(self, action: Action, letter: Letter) -> Action | Answer:
        if action.by != letter.by:
            raise Refused("not_yours")
        known = self.had.get(action.id)
        if (known.hash if known else self.were_held.get(action.id, action.hash)) != action.hash:
            raise Refused("id_reused")
        if known:
            return action
        if action.after and action.after not in self.had:
            if action.id not in self.were_held:
                self.held[action.id] = action
                self.were_held[action.id] = action.hash
                self.waiting[action.after].append(action)
            return Answer(action.id, "held")
        self._keep(action, letter.allow, letter.drafts.get(id(action)))
        for follower in self.waiting.pop(action.id, ()):
            self._release(follower)
        return action

    def _release(self, action: Action) -> None:
        """Hear an action that was held. What is refused now is answered for when its phone asks again."""
        if action.id in self.had:
            return
        try:
            self._keep(action, partial(rules.allow, people.who(self.connection, action.by)))
        except Refused:
            self._forget_held(action.id)
            return
        for follower in self.waiting.pop(action.id, ()):
            self._release(follower)

    def draft(self, action: Action, allow: Callable) -> tuple[dict, Entry, tuple]:
        """A new record's facts, its entry before it has its number and its place in the log, and its ground. Raises Refused."""
        self._allow(self._with_facts(action, None), None, allow)
        action.facts["number"] = ""
        return action.facts, entries.act(None, action, 0), self._ground(action)

    def _ground(self, action: Action) -> tuple:
        """What the facts of a new record stand on: the place, the household's path, the town's settings."""
        return self.places.get(action.body["area"]), self.homes.get(action.body["household"]), self.town

    def _keep(self, action: Action, allow: Callable, draft: "_Draft | None" = None) -> None:
        entry = self.entries.get(action.entry)
        if draft and entry is None and draft.ground == self._ground(action):
            after, self.seq = draft.entry, self.seq + 1
            action.facts, action.heard = draft.facts, after.heard_at
            action.facts["number"] = after.number = self._number(action)
            after.last_seq = self.seq
            if draft.rows:
                self.ready[id(after)] = draft.rows
        else:
            after = self._fold(action, entry, allow)
        self.kept.append((self.seq, action, entry, after))
        self.entries[action.entry] = after
        self.had[action.id] = action
        self._forget_held(action.id)

    def _fold(self, action: Action, entry: Entry | None, allow: Callable) -> Entry:
        action = self._with_facts(action, entry)
        self._allow(action, entry, allow)
        for target in action.body.get("to", ()):
            if any(target[name] and target[name] not in here for name, here in self.holders.items()):
                raise Refused("nobody")
        if action.verb == "flagged" and not people.leads(self.connection, entry.path, date.fromisoformat(action.facts["day"]), action.body["lead"]):
            raise Refused("nobody")
        if action.verb == "mediated" and not self._pool(action, entry).issuperset(action.body["reviewers"]):
            raise Refused("nobody")
        if action.verb == "closed" and entry and ways.unconcluded(entry, action):
            raise Refused("unconcluded")
        if action.verb == "booked":
            action.facts["ends"] = sittings.claim(self.connection, action, entry, self.entries.values(), self.town.calendar)
        if action.verb == "recorded" and entry is None:
            action.facts["number"] = self._number(action)
        after = entries.act(entry, action, self.seq + 1)
        self.seq += 1
        return after

    def _pool(self, action: Action, entry: Entry) -> set[str]:
        """Who of those that it names may have judged there on its day; a party may not."""
        day, named = date.fromisoformat(action.facts["day"]), action.body["reviewers"]
        return people.reviewers(self.connection, entry.path, day, named) - set(entry.kept_from) if named else set()

    def _allow(self, action: Action, entry: Entry | None, allow: Callable) -> None:
        """A decision needs a post on the day it is heard. A report needs one on its own day, or, for its clock may be wrong, on this."""
        day = date.fromisoformat(action.facts["day"])
        if day != self.today and action.verb not in actions.DECISIONS:
            try:
                return allow(action, entry, day)
            except Refused:
                pass
        allow(action, entry, self.today)

    def _forget_held(self, id: str) -> None:
        if self.were_held.pop(id, None) and not self.held.pop(id, None):
            self.released.append(id)

    def _with_facts(self, action: Action, entry: Entry | None) -> Action:
        """Add what the server finds at this moment and the fold may rely on for ever."""
        facts = {"day": calendar.local_day(action.moment, self.zone).isoformat(), **action.facts}
        place = self.places.get(action.body.get("area"))
        if place is not None:
            # corrected after a re-grid it keeps its place
            own = entry if entry and action.body["area"] == entry.area else place
            facts["path"], facts["grid"], facts["scope"] = own.path, own.grid, own.scope
            if home := action.body["household"]:
                facts["household" if self.homes.get(home, "").startswith(place.path) else "household_unknown"] = home
        action.facts = clocks.facts(entry, action, self.town) | facts
        if kept := parties.of(self.connection, action):
            action.facts["kept_from"] = kept
        return action

    def _number(self, action: Action) -> str:
        """JC-261124-0007: the street's initials, the day, a running number."""
        prefix = f"{self.places[action.body['area']].initials}-{action.facts['day'][2:].replace('-', '')}"
        if prefix not in self.numbers:
            self.numbers[prefix] = sum(row.n for row in self._rows(NUMBER, {prefix}))
        self.numbers[prefix] += 1
        return f"{prefix}-{self.numbers[prefix]:04d}"

    # --- writing

    def write(self) -> None:
        """Everything that was kept or held. The feeds' counters come last, so that their order is the order of commits."""
        if self.held:
            self._insert(HeldRow, [_held(action) for action in self.held.values()])
        if self.released:
            self.connection.execute(delete(HeldRow).where(HeldRow.id.in_(self.released)))
        if not self.kept:
            return
        last = {after.id: after for _, _, _, after in self.kept}
        put_entries(self.connection, list(last.values()), self.ready)
        self._write_tallies()
        self._write_tasks(last.values())
        self._write_photos()
        if self.numbers:
            save(self.connection, NumberRow, [{"prefix": prefix, "n": n} for prefix, n in self.numbers.items()])
        self._write_feed()

    def _write_tallies(self) -> None:
        first = {}
        for _, _, before, after in self.kept:
            first.setdefault(after.id, before)
        alike = Counter()
        for id, before in first.items():
            for entry, sign in ((before, -1), (self.entries[id], 1)):
                if entry and (counts := tallies.contribution(entry)):
                    alike[entry.path, entry.grid, tallies.key(entry), counts] += sign
        change = defaultdict(lambda: tallies.NOTHING)
        for (path, grid, key, counts), times in alike.items():
            counts = tallies.Tally._make(count * times for count in counts)
            for area in counted_in(path, grid):
                change[area, *key] += counts
        add_tallies(self.connection, change)

    def _write_tasks(self, changed: Collection[Entry]) -> None:
        if rows := [row for entry in changed for row in task_rows(entry)]:
            save(self.connection, TaskRow, rows)
        sittings.keep(self.connection, changed)

    def _write_photos(self) -> None:
        shown = {(sha, action.entry) for _, action, _, _ in self.kept for sha in action.photos}
        if shown:
            self._insert(EntryPhotoRow, [{"sha256": sha, "entry": entry} for sha, entry in sorted(shown)])
        links = {action.body["link"]: action for _, action, _, _ in self.kept if action.body.get("link")}
        if links:
            rows = [{"hash": hash, "entry": a.entry, "code": code_of(hash), "at": self.heard, "revoked": False} for hash, a in links.items()]
            self._insert(LinkRow, rows)

    def _write_feed(self) -> None:
        heads, before_now = self.heads, {code: head[0] for code, head in self.heads.items()}
        changes, self.receipts, rows = [], {}, []
        for seq, action, before, after in self.kept:
            for scope in sorted({before.scope, after.scope}) if before else (after.scope,):
                head = heads.setdefault(scope, [0, ""])
                head[0], head[1] = head[0] + 1, hashed(head[1], action)
                changes.append((scope, head[0], after.id, action.id, head[1]))
            receipt = self.receipts[action.id] = (after.scope, heads[after.scope][0])
            rows.append((action, (seq, *receipt), self.ready.get(id(after))))
        put_actions(self.connection, rows)
        put(self.connection, INSERT_CHANGES, ("scope", "seq", "entry", "action", "hash"), changes)
        heads[""] = [self.seq, ""]
        moved = [{"code": code, "seq": seq, "hash": hash} for code, (seq, hash) in sorted(heads.items()) if seq != before_now.get(code)]
        save(self.connection, ScopeRow, moved)

    def _insert(self, table, rows) -> None:
        keep_first(self.connection, table, rows)

    # --- answering

    def answers(self, items: list[Action | Answer]) -> list[Answer]:
        """One answer for each action of a letter, in order; the photos that have not arrived are named."""
        here = {row.sha256 for row in self._rows(PHOTOS, {sha for item in items if isinstance(item, Action) for sha in item.photos})}
        fresh = {action.id for _, action, _, _ in self.kept}
        answers = []
        for item in items:
            if isinstance(item, Action):
                answers.append(self._answer(item, "kept" if item.id in fresh and item.id not in self.told else "had", here))
                self.told.add(item.id)
            else:
                answers.append(item)
        return answers

    def _answer(self, action: Action, answer: str, here: set[str]) -> Answer:
        known = self.had[action.id]
        scope, seq = self.receipts[action.id] if isinstance(known, Action) else (known.scope, known.scope_seq)
        missing = tuple(sha for sha in action.photos if sha not in here)
        return Answer(action.id, answer, f"{scope}:{seq}", self.entries[action.entry].number, missing=missing)


class _Draft(NamedTuple):
    """A new record's facts, its entry, what they stand on (`_ground`), and their rows where they could be made."""

    facts: dict
    entry: Entry
    ground: tuple
    rows: Ready | None


UNDRAFTED = {"dispute"}
"""Kinds whose facts stand on more than that: on who has an account."""


def _read(raw) -> Action | Answer:
    try:
        return raw if isinstance(raw, Action) else read(raw)
    except Refused as refusal:
        return _refusal(actions.inert(raw["id"]) if isinstance(raw, dict) and isinstance(raw.get("id"), str) else None, refusal)


def _refusal(id: str | None, refusal: Refused) -> Answer:
    return Answer(id, "refused", reason=refusal.reason, message=refusal.message)


def _held_action(row) -> Action:
    action = actions.read(row.raw)
    action.hash, action.heard, action.device = row.hash, row.heard, row.device
    return action


def _held(action: Action) -> dict:
    raw = {name: getattr(action, name) for name in ("id", "entry", "verb", "by", "n", "after", "seen")}
    raw |= {"at": action.at.isoformat(), "photos": list(action.photos), "body": {**action.body, **action.body.get("details", {})}}
    return {
        "id": action.id,
        "after": action.after,
        "by": action.by,
        "heard": action.heard,
        "device": action.device,
        "hash": action.hash,
        "raw": raw,
    }
