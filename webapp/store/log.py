"""The log of actions. `append` is the only writer of actions, entries, tallies and the change feed, in one transaction."""

import hashlib
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ..core import actions, calendar, entries, tallies
from ..core.actions import Action, Refused
from ..core.entries import Entry
from .tables import (
    ActionRow,
    Area,
    Category,
    ChangeRow,
    EntryPhotoRow,
    EntryRow,
    HeldRow,
    Household,
    LinkRow,
    NumberRow,
    PhotoRow,
    ScopeRow,
    TallyRow,
)

LOWER = {"building", "unit"}
"""Levels below the grid: places to find a door by, without figures of their own."""

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says of one action: kept, had, held or refused."""

    id: str
    answer: str
    receipt: str | None = None
    number: str | None = None
    reason: str | None = None
    message: str | None = None
    missing: tuple[str, ...] = ()


def append(connection: Connection, raws: list, by: str, allow, heard: datetime, zone: tzinfo, device: str | None = None) -> list[Answer]:
    """Hear actions of `by` in the order given; answer for each. One refusal never stops the rest.

    `raws` are JSON values from outside, or Actions that the server made itself. `allow(action, entry, day)` raises Refused.
    """
    batch = _Batch(connection, by, allow, heard, zone, device)
    heard_now = [batch.read(raw) for raw in raws]
    batch.load([item for item in heard_now if isinstance(item, Action)])
    for item in heard_now:
        batch.hear(item)
    batch.write()
    return batch.answer()


class _Batch:
    """One transaction's worth of actions: read everything once, fold in memory, write everything once."""

    def __init__(self, connection, by, allow, heard, zone, device):
        self.connection, self.by, self.allow, self.heard, self.zone, self.device = connection, by, allow, heard, zone, device
        self.answers: list[Answer | Action] = []
        self.kept: list[tuple[int, Action, Entry | None, Entry]] = []  # seq, action, before, after
        self.held: list[Action] = []
        self.released: list[str] = []

    # --- reading

    def read(self, raw) -> Action | Answer:
        try:
            action = raw if isinstance(raw, Action) else actions.read(raw)
        except Refused as refusal:
            return _refusal(raw.get("id") if isinstance(raw, dict) and isinstance(raw.get("id"), str) else None, refusal)
        return replace(action, heard=self.heard, device=self.device)

    def load(self, batch: list[Action]) -> None:
        """Everything that these actions may touch, in a handful of queries."""
        waiting = self._held_after({action.id for action in batch})
        everything = batch + waiting
        self.waiting = defaultdict(list)
        for action in waiting:
            self.waiting[action.after].append(action)
        ids = {action.id for action in everything} | {action.after for action in everything if action.after}
        log, held = ActionRow.__table__.c, HeldRow.__table__.c
        columns = (log.id, log.hash, log.scope, log.scope_seq, log.entry, log.photos)
        self.had = {row.id: row for row in self.connection.execute(select(*columns).where(log.id.in_(ids)))}
        self.were_held = dict(self.connection.execute(select(held.id, held.hash).where(held.id.in_(ids))).all())
        self.entries = self._entries({action.entry for action in everything})
        bodies = [action.body for action in everything if "area" in action.body]
        self._load_places({body["area"] for body in bodies}, {body["household"] for body in bodies if body["household"]})
        self.days = dict(self.connection.execute(select(Category.code, Category.days)).all()) if bodies else {}
        self.numbers: dict[str, int] = {}
        self.seq = self.connection.scalar(select(ScopeRow.seq).where(ScopeRow.code == "")) or 0

    def _held_after(self, ids: set[str]) -> list[Action]:
        """Held actions that may follow one of `ids`, and those that follow these, and so on."""
        found, table = {}, HeldRow.__table__
        while ids:
            rows = self.connection.execute(select(table).where(table.c.after.in_(ids))).all()
            ids = {row.id for row in rows} - found.keys()
            found |= {row.id: replace(actions.read(row.raw), hash=row.hash, heard=row.heard, device=row.device) for row in rows}
        return list(found.values())

    def _entries(self, ids: set[str]) -> dict[str, Entry]:
        table = EntryRow.__table__
        return {row.id: Entry(**row._mapping) for row in self.connection.execute(select(table).where(table.c.id.in_(ids)))}

    def _load_places(self, codes: set[str], households: set[str]) -> None:
        area, home = Area.__table__.c, Household.__table__.c
        self.areas = {
            row.code: row for row in self.connection.execute(select(area.code, area.path, area.scope, area.level).where(area.code.in_(codes)))
        }
        rows = self.connection.execute(select(home.id, area.path).join(Area, home.area_code == area.code).where(home.id.in_(households)))
        self.homes = dict(rows.all()) if households else {}
        above = {code for row in self.areas.values() for code in row.path.rstrip("/").split("/")}
        rows = self.connection.execute(select(area.code, area.level, area.initials).where(area.code.in_(above)))
        self.levels = {row.code: row for row in rows} if above else {}

    # --- hearing

    def hear(self, item: Action | Answer) -> None:
        if isinstance(item, Answer):
            self.answers.append(item)
            return
        try:
            self.answers.append(self._hear(item))
        except Refused as refusal:
            self.answers.append(_refusal(item.id, refusal))

    def _hear(self, action: Action) -> Answer | Action:
        """Keep, hold or refuse one action, then whatever waited for it. A kept one is answered for after the write."""
        if action.by != self.by:
            raise Refused("not_yours")
        known = self.had.get(action.id)
        if (known.hash if known else self.were_held.get(action.id, action.hash)) != action.hash:
            raise Refused("id_reused")
        if known:
            return action
        if action.after and action.after not in self.had:
            if action.id not in self.were_held and action.id not in {other.id for other in self.held}:
                self.held.append(action)
            return Answer(action.id, "held")
        self._keep(action)
        if action.id in self.were_held:
            self.released.append(action.id)
        for follower in self.waiting.pop(action.id, ()):
            self._release(follower)
        return action

    def _release(self, action: Action) -> None:
        """Hear an action that was held. What is refused now is answered for when its phone asks again."""
        self.released.append(action.id)
        if action.id in self.had:
            return
        try:
            self._keep(action)
        except Refused:
            return
        for follower in self.waiting.pop(action.id, ()):
            self._release(follower)

    def _keep(self, action: Action) -> None:
        entry = self.entries.get(action.entry)
        action = self._with_facts(action, entry)
        self.allow(action, entry, calendar.local_day(action.moment, self.zone))
        if action.verb == "recorded" and entry is None:
            action.facts["number"] = self._number(action)
        after = entries.act(entry, action, self.seq + 1)
        self.seq += 1
        self.kept.append((self.seq, action, entry, after))
        self.entries[action.entry] = after
        self.had[action.id] = action

    def _with_facts(self, action: Action, entry: Entry | None) -> Action:
        """Add what the server finds at this moment and the fold may rely on for ever."""
        facts = {"day": calendar.local_day(action.moment, self.zone).isoformat(), **action.facts}
        area = self.areas.get(action.body.get("area"))
        if area is not None:
            path = area.path
            codes = path.rstrip("/").split("/")
            grid = next(code for code in reversed(codes) if self.levels[code].level not in LOWER)
            facts |= {"path": path, "grid": grid, "scope": area.scope}
            home = action.body["household"]
            if self.homes.get(home, "").startswith(path):
                facts["household"] = home
            elif home:
                facts["household_unknown"] = home
            days = self.days.get(action.body["category"])
            if days is not None and "due" not in facts:
                received = entry.received_at if entry else action.moment
                facts["due"] = calendar.due(received, days, self.zone).isoformat()
        return replace(action, facts=facts)

    def _number(self, action: Action) -> str:
        """JC-261124-0007: the street's initials, the day, a running number."""
        codes = action.facts["path"].rstrip("/").split("/")
        office = next((code for code in codes if self.levels[code].level == "street"), codes[0])
        prefix = f"{(self.levels[office].initials or 'GB')[:2]}-{action.facts['day'][2:].replace('-', '')}"
        if prefix not in self.numbers:
            self.numbers[prefix] = self.connection.scalar(select(NumberRow.n).where(NumberRow.prefix == prefix)) or 0
        self.numbers[prefix] += 1
        return f"{prefix}-{self.numbers[prefix]:04d}"

    # --- writing

    def write(self) -> None:
        """Everything that was kept or held. The feeds' counters come last, so that their order is the order of commits."""
        if self.held:
            self._insert(HeldRow, [_held(action) for action in self.held])
        if self.released:
            self.connection.execute(delete(HeldRow).where(HeldRow.id.in_(self.released)))
        if not self.kept:
            return
        last = {after.id: after for _, _, _, after in self.kept}
        save(self.connection, EntryRow, [asdict_shallow(entry) for entry in last.values()])
        self._write_tallies()
        self._write_photos()
        if self.numbers:
            save(self.connection, NumberRow, [{"prefix": prefix, "n": n} for prefix, n in self.numbers.items()])
        self._write_feed()

    def _write_tallies(self) -> None:
        first = {}
        for _, _, before, after in self.kept:
            first.setdefault(after.id, before)
        change = defaultdict(lambda: tallies.NOTHING)
        for id, before in first.items():
            for entry, sign in ((before, -1), (self.entries[id], 1)):
                add(change, entry, sign)
        add_tallies(self.connection, change)

    def _write_photos(self) -> None:
        shown = {(sha, action.entry) for _, action, _, _ in self.kept for sha in action.photos}
        if shown:
            self._insert(EntryPhotoRow, [{"sha256": sha, "entry": entry} for sha, entry in sorted(shown)])
        links = {action.body["link"]: action for _, action, _, _ in self.kept if action.body.get("link")}
        if links:
            rows = [{"hash": hash, "entry": a.entry, "code": code_of(hash), "at": self.heard, "revoked": False} for hash, a in links.items()]
            self._insert(LinkRow, rows)

    def _write_feed(self) -> None:
        table = ScopeRow.__table__
        scopes = {after.scope for _, _, _, after in self.kept} | {before.scope for _, _, before, _ in self.kept if before}
        heads = {row.code: [row.seq, row.hash] for row in self.connection.execute(select(table).where(table.c.code.in_(scopes)))}
        changes, self.receipts, rows = [], {}, []
        for seq, action, before, after in self.kept:
            for scope in sorted({after.scope} | ({before.scope} if before else set())):
                head = heads.setdefault(scope, [0, ""])
                head[0], head[1] = head[0] + 1, hashed(head[1], action.id, action.hash)
                changes.append({"scope": scope, "seq": head[0], "entry": after.id, "action": action.id, "hash": head[1]})
            self.receipts[action.id] = (after.scope, heads[after.scope][0])
            rows.append(_row(seq, action, *self.receipts[action.id]))
        self.connection.execute(ActionRow.__table__.insert(), rows)
        self.connection.execute(ChangeRow.__table__.insert(), changes)
        heads = dict(sorted(heads.items())) | {"": [self.seq, ""]}
        save(self.connection, ScopeRow, [{"code": code, "seq": seq, "hash": hash} for code, (seq, hash) in heads.items()])

    def _insert(self, table, rows) -> None:
        """Rows that may be there already; then the first ones stay."""
        self.connection.execute(dialect_insert(self.connection)(table.__table__).on_conflict_do_nothing(), rows)

    # --- answering

    def answer(self) -> list[Answer]:
        """One answer for each action heard, in order; the photos that have not arrived are named."""
        asked = {sha for item in self.answers if isinstance(item, Action) for sha in item.photos}
        here = set(self.connection.scalars(select(PhotoRow.sha256).where(PhotoRow.sha256.in_(asked)))) if asked else set()
        fresh = {action.id for _, action, _, _ in self.kept}
        answers, told = [], set()
        for item in self.answers:
            if isinstance(item, Action):
                answers.append(self._answer(item, "kept" if item.id in fresh and item.id not in told else "had", here))
                told.add(item.id)
            else:
                answers.append(item)
        return answers

    def _answer(self, action: Action, answer: str, here: set[str]) -> Answer:
        known = self.had[action.id]
        scope, seq = self.receipts[action.id] if isinstance(known, Action) else (known.scope, known.scope_seq)
        missing = tuple(sha for sha in action.photos if sha not in here)
        return Answer(action.id, answer, f"{scope}:{seq}", self.entries[action.entry].number, missing=missing)


def _refusal(id: str | None, refusal: Refused) -> Answer:
    return Answer(id, "refused", reason=refusal.reason, message=refusal.message)


def _held(action: Action) -> dict:
    raw = {name: getattr(action, name) for name in ("id", "entry", "verb", "by", "n", "after", "seen")}
    raw |= {"at": action.at.isoformat(), "photos": list(action.photos), "body": {**action.body, **action.body.get("details", {})}}
    return {"id": action.id, "after": action.after, "by": action.by, "heard": action.heard, "device": action.device, "hash": action.hash, "raw": raw}


def _row(seq: int, action: Action, scope: str, scope_seq: int) -> dict:
    fields = {name: getattr(action, name) for name in ("id", "entry", "verb", "by", "at", "heard", "device", "n", "after", "seen", "body", "facts", "hash")}
    return fields | {"seq": seq, "photos": list(action.photos), "scope": scope, "scope_seq": scope_seq}


def asdict_shallow(entry: Entry) -> dict:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def add(change: dict, entry: Entry | None, sign: int) -> None:
    """Add an entry's contribution, or take it away, in every area that counts it."""
    if counts := tallies.contribution(entry):
        for area in entry.counted_in:
            where = (area, *tallies.key(entry))
            change[where] = change[where] + counts if sign > 0 else change[where] - counts


def add_tallies(connection: Connection, change: dict) -> None:
    """Add {(area, day, kind, category): Tally} to the stored sums."""
    rows = [dict(zip(("area", "day", "kind", "category"), where, strict=True)) | asdict(counts) for where, counts in change.items() if counts]
    if not rows:
        return
    table = TallyRow.__table__
    statement = dialect_insert(connection)(table)
    sums = {name: table.c[name] + statement.excluded[name] for name in tallies.COUNTS}
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums), rows)


def save(connection: Connection, table, rows: list[dict]) -> None:
    """Insert rows, or replace those with the same primary key."""
    table = table.__table__
    statement = dialect_insert(connection)(table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others), rows)


def dialect_insert(connection: Connection):
    return sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert


def hashed(previous: str, id: str, hash: str) -> str:
    """The hash of a change, from that of the one before and the action's id and hash: it stands for everything before it too."""
    return hashlib.sha256(f"{previous}{id}{hash}".encode()).hexdigest()[:32]


def code_of(hash: str) -> str:
    """The six characters that a resident can say on the telephone, from the hash of the link's token (30 bits)."""
    bits = int(hash[:8], 16) >> 2
    return "".join(CODE_LETTERS[bits >> shift & 31] for shift in range(25, -1, -5))


def read_log(connection: Connection, entry: str | None = None):
    """The log as (row, Action), by entry and then in the order heard."""
    table = ActionRow.__table__
    query = select(table).order_by(table.c.entry, table.c.seq)
    if entry:
        query = query.where(table.c.entry == entry)
    for row in connection.execution_options(yield_per=2000).execute(query):
        names = ("id", "entry", "verb", "by", "at", "heard", "device", "n", "after", "seen", "body", "facts", "hash")
        yield row, Action(photos=tuple(row.photos), **{name: getattr(row, name) for name in names})


def size(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(ActionRow))
