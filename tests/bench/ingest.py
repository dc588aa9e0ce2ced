"""Accepted actions per second through the real server, beside bare SQLite with the same durability."""

import http.client
import json
import sqlite3
import threading
import time
import uuid
from statistics import median
from urllib.parse import urlencode

from ..wire.harness import PASSWORD, Server, exchange, new_town

PHONES, SECONDS = 8, 3.0
ENTRY = {
    "kind": "hazard",
    "area": "G11",
    "category": "H0101",
    "happened_at": "2026-11-22T09:00:00+08:00",
    "note": "三单元一楼电动车在楼道充电,电线从窗口拉出,已劝导车主推到车棚,约定今后到充电桩充电。",
    "place": "三单元一楼",
    "lat": 40.75,
    "lng": 107.4,
    "accuracy": 8.5,
}


def measure(folder, chosen) -> dict:
    """Batches of 1 and of 50 from eight phones and single ones from one phone, each round beside raw SQLite."""
    data = folder / "data"
    data.mkdir()
    new_town(data)
    rounds = {"single": [], "batch_50": [], "one_phone": []}
    raw = {"single": [], "batch_50": []}
    server = Server(data)
    server.start()
    try:
        server.wait()
        cookie = _sign_in(server)
        for _ in range(chosen.rounds):
            raw["single"].append(_raw(folder, 1))
            rounds["single"].append(_load(server, cookie, 1, PHONES))
            raw["batch_50"].append(_raw(folder, 50))
            rounds["batch_50"].append(_load(server, cookie, 50, PHONES))
            rounds["one_phone"].append(_load(server, cookie, 1, 1))
    finally:
        server.kill()
    found = {name: {key: round(median(one[key] for one in runs), 2) for key in runs[0]} for name, runs in rounds.items()}
    for name, runs in raw.items():
        found[name]["raw_sqlite_full_per_second"] = round(median(runs), 1)
        found[name]["share_of_raw"] = round(median(ours["per_second"] / bare for ours, bare in zip(rounds[name], runs, strict=True)), 3)
    return found


def _sign_in(server: Server) -> str:
    form = urlencode({"username": "worker1", "password": PASSWORD, "next": "/"}).encode()
    status, headers, _ = exchange(server.port, "POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 303
    return headers["Set-Cookie"].split(";")[0]


def _action() -> dict:
    id, entry = str(uuid.uuid4()), str(uuid.uuid4())
    return {"id": id, "entry": entry, "verb": "recorded", "by": "worker1", "at": "2026-11-22T09:00:00+08:00", "n": 1, "body": ENTRY}


def _load(server, cookie: str, batch: int, phones: int) -> dict:
    """Closed loop: each phone sends its next batch when the last one is answered. Requests are made before the clock starts."""
    waits: list[float] = []
    ready, go = threading.Barrier(phones + 1), threading.Event()

    def phone():
        bodies = [_body(batch) for _ in range(max(20, 900 // batch))]
        line = http.client.HTTPConnection("127.0.0.1", server.port)
        ready.wait()
        go.wait()
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            body = bodies.pop() if bodies else _body(batch)
            start = time.perf_counter()
            line.request("POST", "/sync", body, {"Content-Type": "application/json", "Cookie": cookie})
            answer = line.getresponse().read()
            waits.append(time.perf_counter() - start)
            assert answer.count(b'"kept"') == batch, answer[:300]

    threads = [threading.Thread(target=phone) for _ in range(phones)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    go.set()
    for thread in threads:
        thread.join()
    waits.sort()
    return {
        "per_second": len(waits) * batch / (time.perf_counter() - start),
        "p50_ms": waits[len(waits) // 2] * 1e3,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1e3,
    }


def _body(batch: int) -> bytes:
    return json.dumps({"proto": "gridbook/1", "device": str(uuid.uuid4()), "actions": [_action() for _ in range(batch)]}).encode()


def _raw(folder, batch: int) -> float:
    """Rows per second of about the same size into bare SQLite, WAL and synchronous=FULL, `batch` in a transaction."""
    path = folder / "raw.db"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        database.execute(f"PRAGMA {pragma}")
    columns = "id kind grid street household worker device seq at recorded_at lat lon acc status note photo".split()
    database.execute(f"CREATE TABLE entry({', '.join(columns)}, PRIMARY KEY(id))")
    database.execute("CREATE INDEX entry_grid ON entry(grid, at)")
    insert = f"INSERT INTO entry VALUES({','.join('?' * len(columns))}) ON CONFLICT(id) DO NOTHING"
    at, note, device = ENTRY["happened_at"], ENTRY["note"], str(uuid.uuid4())
    number, spent = 0, 0.0
    while spent < SECONDS / 2:
        rows = []
        for seq in range(number, number + batch):
            grid, home = f"G-{seq % 3000:04d}", str(uuid.uuid4())
            rows.append((str(uuid.uuid4()), "hazard", grid, "S-01", home, "worker1", device, seq, at, at, 40.75, 107.4, 8.5, "new", note, None))
        start = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        database.executemany(insert, rows)
        database.execute("COMMIT")
        spent += time.perf_counter() - start
        number += batch
    database.close()
    return number / spent
