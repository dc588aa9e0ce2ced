"""A month's figures of a street, at ten thousand and at a million entries, beside a bare covering index.

20 streets of 10 communities of 15 grids over 24 months: a street's month holds a 480th of all entries. The rows are put in
directly, for it is the question that is measured here; that tallies and log agree is proven by the tests.
"""

import random
import sqlite3
import time
from datetime import date, timedelta
from statistics import median

from sqlalchemy import event

from webapp.core.road import WAYS
from webapp.core.tallies import COUNTS

STREETS, COMMUNITIES, GRIDS, DAYS = 20, 10, 15, 720
FIRST = date(2025, 1, 1)
NOONS = [f"{(FIRST + timedelta(days=n)).isoformat()}T04:00:00.000000Z" for n in range(DAYS + 40)]
STREET, MONTH = 7, (FIRST + timedelta(days=390), FIRST + timedelta(days=419))
KINDS = (("visit", ""), ("hazard", "H0101"), ("hazard", "H0103"), ("request", "R0201"), ("dispute", "D0102"), ("delivery", "L0101"))


def measure(folder, chosen) -> dict:
    sizes = sorted({min(10_000, chosen.entries), chosen.entries})
    return {str(size): _at(folder / str(size), size, chosen.rounds) for size in sizes}


def _at(folder, size: int, rounds: int) -> dict:
    from webapp.cli import upgrade
    from webapp.store import lists, sums
    from webapp.store.database import db

    from ..conftest import make_app

    folder.mkdir(parents=True)
    app = make_app(folder)
    with app.app_context():
        upgrade()
        db.engine.dispose()
        _fill(folder / "gridbook.db", size)
        street = lists.area_by_code(f"S{STREET}")
        spent = {"sql": 0.0}

        @event.listens_for(db.engine, "before_cursor_execute")
        def _start(connection, *_):
            connection.info["start"] = time.perf_counter()

        @event.listens_for(db.engine, "after_cursor_execute")
        def _end(connection, *_):
            spent["sql"] += time.perf_counter() - connection.info["start"]

        runs = {"sql_ms": [], "all_ms": [], "by_grid_ms": [], "bare_index_ms": []}
        grids = [area.code for area in lists.areas_in([street.path], "grid")]
        bare = sqlite3.connect(folder / "gridbook.db")
        for _ in range(max(7, rounds) + 1):
            spent["sql"], start = 0.0, time.perf_counter()
            found = sums.figures(street, *MONTH, MONTH[1])[""]
            runs["all_ms"].append(time.perf_counter() - start)
            runs["sql_ms"].append(spent["sql"])
            start = time.perf_counter()
            by_grid = sums.figures(street, *MONTH, MONTH[1], "area", codes=grids)
            runs["by_grid_ms"].append(time.perf_counter() - start)
            start = time.perf_counter()
            counted = bare.execute(BARE, (STREET, MONTH[0].isoformat()[:7])).fetchall()
            runs["bare_index_ms"].append(time.perf_counter() - start)
        assert found.received == sum(one.received for one in by_grid.values()) > 0
        assert counted
    return {"entries": size, "received_in_the_month": found.received, "visits": found.visits} | {
        name: round(median(many[1:]) * 1e3, 2) for name, many in runs.items()
    }


BARE = """SELECT grid, count(*), sum(closed IS NOT NULL), sum(closed <= due), sum(closed = opened), sum(closed <= opened + 1), sum(closed <= opened + 2)
FROM bare WHERE street = ? AND month = ? GROUP BY grid"""


COUNTED = {
    "received": '"case"',
    "closed": '"case" AND closed_days IS NOT NULL',
    "with_deadline": '"case"',
    "closed_on_time": '"case" AND closed_at <= due_at',
    **{f"closed_day{days}": f'"case" AND coalesce(closed_days, 99) <= {days}' for days in (1, 2, 3)},
    **{name: f"way = '{name}'" for name in WAYS},
    "closed_grid": """level = 'grid' AND closed_days IS NOT NULL""",
    "visits": "kind = 'visit'",
}
"""count -> its condition in SQL; the others are 0 here."""


def _fill(path, size: int) -> None:
    """The tree, the entries, their tallies and the bare table, in plain SQL."""
    pick = random.Random(7)
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous=OFF")
    areas = []
    for s in range(STREETS):
        areas.append((f"S{s}", f"S{s}/", None, "street"))
        for c in range(COMMUNITIES):
            areas.append((f"S{s}C{c}", f"S{s}/S{s}C{c}/", f"S{s}", "community"))
            areas += [(f"S{s}C{c}G{g}", f"S{s}/S{s}C{c}/S{s}C{c}G{g}/", f"S{s}C{c}", "grid") for g in range(GRIDS)]
    database.executemany(
        "INSERT INTO area(code, name, parent_code, level, path, scope, initials) VALUES(?,?,?,?,?,?,'')",
        [(code, code, parent, level, path, code) for code, path, parent, level in areas],
    )
    columns = [row[1] for row in database.execute("PRAGMA table_info(entry)")]
    database.execute("CREATE TABLE bare(street INT, month TEXT, grid TEXT, opened INT, due INT, closed INT)")
    quoted = ",".join(f'"{name}"' for name in columns)  # case is a word of SQL
    insert = f"INSERT INTO entry({quoted}) VALUES({','.join('?' * len(columns))})"
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(DAYS)]
    indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'entry' AND sql IS NOT NULL").fetchall()
    for name, _ in indexes:  # made at the end, in order: that takes a fraction of the time
        database.execute(f"DROP INDEX {name}")
    rows, bare = [], []
    for n in range(size):
        row, line = _row(n, pick, days)
        rows.append([row[name] for name in columns])
        bare.append(line)
        if len(rows) == 20_000 or n == size - 1:
            database.executemany(insert, rows)
            database.executemany("INSERT INTO bare VALUES(?,?,?,?,?,?)", bare)
            rows, bare = [], []
    for _, index in indexes:
        database.execute(index)
    database.execute("CREATE INDEX bare_cover ON bare(street, month, grid, opened, due, closed)")
    counts = dict.fromkeys(COUNTS, "0") | COUNTED
    sums = ", ".join(f"coalesce(sum({counts[name]}), 0)" for name in counts)
    for area in ("substr(path, 1, instr(path, '/') - 1)", "substr(grid, 1, instr(grid, 'G') - 1)", "grid"):
        database.execute(f"""INSERT INTO tally(area, day, kind, category, {", ".join(counts)})
            SELECT {area} AS a, day, kind, category, {sums} FROM entry GROUP BY a, day, kind, category""")
    database.execute("ANALYZE")
    database.commit()
    database.close()


def _row(n: int, pick: random.Random, days: list[str]) -> tuple[dict, tuple]:
    s, c, g, opened = pick.randrange(STREETS), pick.randrange(COMMUNITIES), pick.randrange(GRIDS), pick.randrange(DAYS)
    kind, category = KINDS[0] if pick.random() < 0.5 else pick.choice(KINDS[1:])
    grid, case = f"S{s}C{c}G{g}", kind != "visit"
    lag = min(int(pick.expovariate(0.6)), 30) if pick.random() < 0.94 else None
    due = opened + pick.choice((0, 1, 2, 6))
    row = dict.fromkeys(
        ("parent", "lat", "lng", "accuracy", "device", "approved_at", "rating", "household", "closed_at", "closed_days", "due_at"), None
    ) | {
        "id": f"{n:032x}", "number": str(n), "kind": kind, "category": category, "area": grid, "path": f"S{s}/S{s}C{c}/{grid}/", "grid": grid,
        "scope": grid, "case": case, "stage": "closed" if lag is not None or not case else "in_hand",
        "level": "grid" if case else "", "way": pick.choice(list(WAYS)) if case and lag is not None else "", "road": "{}", "note": "x" * 120, "place": "",
        "source": "worker", "happened_at": NOONS[opened], "on_the_spot": 0, "details": "{}", "photos": "[]", "author": "w", "authors": '["w"]',
        "day": days[opened], "received_at": NOONS[opened], "heard_at": NOONS[opened], "reason": "", "outcome": "", "reopened": 0,
        "version": 1, "last": "", "last_seq": n,
    }  # fmt: skip
    if case:
        row |= {"due_at": NOONS[due], "closed_at": NOONS[opened + lag] if lag is not None else None, "closed_days": None if lag is None else lag + 1}
    else:
        row["household"] = f"{grid}-{pick.randrange(300)}"
    return row, (s, days[opened][:7], grid, opened, due, None if lag is None else opened + lag)
