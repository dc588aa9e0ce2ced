"""What an entry and an action come to in rows: for the log's writer, and for whoever counts everything again."""

import hashlib
from functools import cache
from operator import attrgetter

from sqlalchemy import Connection, select

from ..core import tallies
from ..core.actions import Action
from ..core.entries import Entry
from ..core.tasks import instant
from .database import INSERT, put
from .tables import ActionRow, TallyRow

SENT, FIELDS = Action.__slots__, Entry.__slots__
sent, fields = attrgetter(*SENT), attrgetter(*FIELDS)

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
