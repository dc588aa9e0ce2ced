"""What an entry and an action come to in rows: for the log's writer, and for whoever counts everything again."""

import hashlib
import json
from functools import cache
from operator import attrgetter
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, Dialect, select

from ..core import actions, tallies
from ..core.actions import Action, Refused
from ..core.entries import Entry
from ..core.tasks import instant
from .database import INSERT, as_json, bound, place, put, saving
from .tables import ActionRow, EntryRow, TallyRow

SENT, FIELDS = Action.__slots__, Entry.__slots__
sent, fields = attrgetter(*SENT), attrgetter(*FIELDS)

INSERT_ACTIONS, ACTION_NAMES = ActionRow.__table__.insert(), (*SENT, "seq", "scope", "scope_seq")


class Ready(NamedTuple):
    """The rows of a new record and its action as the driver takes them, made before their turn; what only that will tell is filled in then."""

    entry: list
    action: list


def ready(connection: Connection, recorded: list[tuple[Action, Entry]]) -> list[Ready | None]:
    """Those rows for new records; None for each where SQLAlchemy has to put them."""
    saved = bound(connection, saving(connection.dialect.name, EntryRow, FIELDS), FIELDS, [fields(entry) for _, entry in recorded])
    kept = bound(connection, INSERT_ACTIONS, ACTION_NAMES, [(*sent(action), 0, "", 0) for action, _ in recorded])
    return [None] * len(recorded) if saved is None or kept is None else list(map(Ready, saved, kept))


def put_entries(connection: Connection, entries: list[Entry], made: dict[int, Ready]) -> None:
    """Save the entries; `made` has by the identity of an entry the rows that are ready."""
    statement = saving(connection.dialect.name, EntryRow, FIELDS)
    late = _late(connection.dialect, statement, FIELDS, ("number", "last_seq"))
    put(
        connection,
        statement,
        FIELDS,
        [fields(entry) for entry in entries if id(entry) not in made],
        [_filled(made[id(entry)].entry, late, (entry.number, entry.last_seq)) for entry in entries if id(entry) in made],
    )


def put_actions(connection: Connection, kept: list[tuple[Action, tuple, Ready | None]]) -> None:
    """Append (action, (seq, scope, scope_seq), its rows that are ready or None) to the log."""
    late = _late(connection.dialect, INSERT_ACTIONS, ACTION_NAMES, ("seq", "scope", "scope_seq", "facts"))
    put(
        connection,
        INSERT_ACTIONS,
        ACTION_NAMES,
        [(*sent(action), *numbers) for action, numbers, made in kept if not made],
        [_filled(made.action, late, (*numbers, as_json(action.facts))) for action, numbers, made in kept if made],
    )


@cache
def _late(dialect: Dialect, statement, names: tuple[str, ...], late: tuple[str, ...]) -> tuple[int, ...]:
    """Where in a row of `statement` the values stand that are known only when it is written."""
    return tuple(place(dialect, statement, names, name) for name in late) if dialect.name == "sqlite" else ()


def _filled(row: list, late: tuple[int, ...], values: tuple) -> list:
    for where, value in zip(late, values, strict=True):
        row[where] = value
    return row


CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def entry_row(entry: Entry) -> dict:
    return dict(zip(FIELDS, fields(entry), strict=True))


def task_rows(entry: Entry) -> list[dict]:
    """The rows of an entry's tasks. A task never vanishes, so that saving them is enough."""
    times, words = ("at", "sign_due", "signed_at", "due", "ended_at", "raised_at"), ("n", "what", "unit", "person", "grid", "whistle", "end", "grade")
    return [
        {"entry": entry.id, "path": entry.path}
        | {name: getattr(task, name) for name in words}
        | {name: instant(text) if (text := getattr(task, name)) else None for name in times}
        for task in entry.tasks
    ]


def add(change: dict, entry: Entry | None, sign: int) -> None:
    """Add an entry's contribution, or take it away, in every area that counts it."""
    if counts := tallies.contribution(entry):
        for area in entry.counted_in:
            where = (area, *tallies.key(entry))
            change[where] = change[where] + counts if sign > 0 else change[where] - counts


def add_tallies(connection: Connection, change: dict) -> None:
    """Add {(area, day, kind, category): Tally} to the stored sums."""
    rows = [(*where, *counts) for where, counts in change.items() if any(counts)]
    if rows:
        put(connection, _adding(connection.dialect.name), TALLY_COLUMNS, rows)


TALLY_COLUMNS = ("area", "day", "kind", "category", *tallies.COUNTS)


@cache
def _adding(dialect: str):
    table = TallyRow.__table__
    statement = INSERT[dialect](table)
    sums = {name: table.c[name] + statement.excluded[name] for name in tallies.COUNTS}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)


def read(raw: object) -> Action:
    """The Action in a JSON value from outside, with its fingerprint, by which it is known when it comes again. Raises Refused."""
    action = actions.read(raw)
    try:
        action.hash = fingerprint(raw)
    except RecursionError as error:
        raise Refused("malformed") from error
    return action


def fingerprint(raw: dict) -> str:
    """SHA-256 over the canonical form of an action: keys sorted, UTF-8, no spaces. The order of keys on the wire does not matter."""
    try:
        canonical = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # half a character, a number of more than 64 bits, or very many levels
        canonical = json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return hashlib.sha256(canonical).hexdigest()


def hashed(previous: str, action) -> str:
    """The hash of a change, from that of the one before and what was done by whom: it stands for everything before it too."""
    return hashlib.sha256(f"{previous} {action.id} {action.hash} {action.entry} {action.verb} {action.by}".encode()).hexdigest()[:32]


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
    for row in connection.execute(query, execution_options={"yield_per": 2000}):
        yield row, Action(**{name: getattr(row, name) for name in SENT} | {"photos": tuple(row.photos)})
