"""Accepted actions per second through the real server, beside bare SQLite with the same durability."""

import json
import random
import re
import selectors
import socket
import sqlite3
import time
import uuid
from contextlib import ExitStack
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlencode

from webapp.routes.access import new_id

from ..server import Server
from ..wire.harness import PASSWORD, exchange, new_town

PHONES, SECONDS = 8, 1.5
REQUESTS = {1: 1500, 50: 240}
MORNING = datetime.fromisoformat("2026-11-22T09:00:00+08:00")
ENTRY = {
    "kind": "hazard",
    "area": "G11",
    "category": "H0101",
    "note": "三单元一楼电动车在楼道充电,电线从窗口拉出,已劝导车主推到车棚,约定今后到充电桩充电。",
    "place": "三单元一楼",
    "lat": 40.75,
    "lng": 107.4,
    "accuracy": 8.5,
}


RAW_TABLE = """CREATE TABLE entry(
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, grid TEXT NOT NULL, street TEXT NOT NULL, household TEXT, worker TEXT NOT NULL,
    device TEXT NOT NULL, seq INT, at TEXT NOT NULL, recorded_at TEXT, lat REAL, lon REAL, acc REAL, status TEXT, note TEXT, photo TEXT)"""


def measure(folder, chosen) -> dict:
    """Batches of 1 and of 50 from eight phones and single ones from one phone, each round beside raw SQLite."""
    data = folder / "data"
    data.mkdir()
    new_town(data)
    rounds = {"single": [], "batch_50": [], "one_phone": []}
    raw = {"single": [], "batch_50": []}
    server = Server(data)
    try:
        server.start()
        cookie = _sign_in(server)
        for _ in range(chosen.rounds):
            raw["single"].append(_raw(folder, 1, chosen.share))
            rounds["single"].append(_load(server, cookie, 1, PHONES, chosen.share))
            raw["batch_50"].append(_raw(folder, 50, chosen.share))
            rounds["batch_50"].append(_load(server, cookie, 50, PHONES, chosen.share))
            rounds["one_phone"].append(_load(server, cookie, 1, 1, chosen.share))
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


def _load(server, cookie: str, batch: int, phones: int, share: float) -> dict:
    """Closed loop: each phone sends its next batch when the last one is answered. Requests are made before the clock starts.

    All phones are one thread that waits for whichever is answered first: threads would take the processor from the server.
    """
    devices = [str(uuid.uuid4()) for _ in range(phones)]
    requests = [_request(cookie, batch, number, devices[number % phones]) for number in range(phones + int(REQUESTS[batch] * share))]
    waits: list[float] = []
    with selectors.DefaultSelector() as lines, ExitStack() as opened:
        for _ in range(phones):
            line = opened.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            phone = _Asking()
            phone.send(line, requests)
            lines.register(line, selectors.EVENT_READ, phone)
            time.sleep(0.01)  # connecting all at once they would all be taken by the same of the two processes
        while lines.get_map():
            for key, _ in lines.select(30):
                if key.data.hears(key.fileobj):
                    waits.append(time.perf_counter() - key.data.since)
                    assert key.data.answer.count(b'"kept"') == batch, key.data.answer[:500]
                    if len(waits) == phones:
                        begin = time.perf_counter()  # everyone's first one was to get going
                    if requests:
                        key.data.send(key.fileobj, requests)
                    else:
                        lines.unregister(key.fileobj)
        spent = time.perf_counter() - begin
    waits = sorted(waits[phones:])
    return {
        "per_second": len(waits) * batch / spent,
        "p50_ms": waits[len(waits) // 2] * 1e3,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1e3,
    }


class _Asking:
    """One phone's request under way."""

    def send(self, line: socket.socket, requests: list[bytes]) -> None:
        self.since, self.answer = time.perf_counter(), b""
        line.sendall(requests.pop())

    def hears(self, line: socket.socket) -> bool:
        """Read what is there; is that all of the answer?"""
        part = line.recv(1 << 18)
        assert part, self.answer[:500]
        self.answer += part
        head, _, body = self.answer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        return bool(length) and len(body) >= int(length[1])


def _request(cookie: str, batch: int, number: int, device: str) -> bytes:
    body = {"proto": "gridbook/1", "device": device, "actions": [_action(number * batch + n) for n in range(batch)]}
    body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()  # as a browser writes it
    head = ["POST /sync HTTP/1.1", "Host: gridbook", "Content-Type: application/json", f"Content-Length: {len(body)}", f"Cookie: {cookie}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def _action(number: int) -> dict:
    moment = MORNING + timedelta(seconds=number % 7200)
    at = moment.isoformat()
    envelope = {"id": new_id(moment), "entry": new_id(moment), "verb": "recorded", "by": "worker1", "at": at, "n": number}
    return envelope | {"body": ENTRY | {"happened_at": at}}


def _raw(folder, batch: int, share: float) -> float:
    """Rows per second of about the same size into bare SQLite, WAL and synchronous=FULL, `batch` in a transaction."""
    path = folder / "raw.db"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        database.execute(f"PRAGMA {pragma}")
    database.execute(RAW_TABLE)
    database.execute("CREATE INDEX entry_grid ON entry(grid, at)")
    insert = f"INSERT INTO entry VALUES({', '.join('?' * 16)}) ON CONFLICT(id) DO NOTHING"
    at, note, device, home, dice = MORNING.isoformat(), ENTRY["note"], str(uuid.uuid4()), str(uuid.uuid4()), random.Random(4)
    number, spent = 0, 0.0
    while spent < SECONDS * share:
        rows = []
        for seq in range(number, number + batch):
            about = (str(uuid.uuid4()), "hazard", f"G-{dice.randrange(3000):04d}", "S-01", home, "worker1", device, seq, at, at)
            rows.append((*about, 40.75, 107.4, 8.5, "new", note, None))
        start = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        database.executemany(insert, rows)
        database.execute("COMMIT")
        spent += time.perf_counter() - start
        number += batch
    database.close()
    return number / spent
