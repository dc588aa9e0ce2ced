"""Phones, a bad network and a server that is killed: the storm that test_faults.py sends through the wire.

Real gunicorn processes on a real SQLite file; each phone is a thread that keeps the rules of docs/wire.md. Everything random
comes from one seed, but threads and kills do not replay exactly: print the seed, run it again, and the same actions are sent.
"""

import http.client
import json
import random
import socket
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from tests.server import Server
from tests.town import plant
from webapp import create_app, settings
from webapp.cli import upgrade
from webapp.store import sums
from webapp.store.database import db

PASSWORD = "a-storm-password"
OWNERS = ("worker1", "worker2", "worker3", "secretary1", "worker1", "worker2", "secretary1", "worker3")
FAULTS = (
    "duplicated",
    "request_lost",
    "request_cut",
    "response_lost",
    "response_cut",
    "reordered",
    "portal_page",
    "portal_redirect",
    "portal_json",
)
PORTAL = {
    "portal_page": (200, "text/html", b"<html><title>Wi-Fi</title>Please sign in to this network</html>"),
    "portal_redirect": (302, "text/html", b"<a href='http://login.portal/'>login</a>"),
    "portal_json": (200, "application/json", b'{"status": "ok", "login": "http://login.portal/"}'),
}


def request_bytes(method: str, path: str, body: bytes = b"", headers: dict | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: gridbook", "Connection: close"]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send_raw(port: int, data: bytes, *, listen: bool = True):
    """Bytes to the server as they are; its (status, headers, body). Without listening the answer goes unread."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        body = answer.read()
        return (answer.status, answer.headers, body) if listen else None


def exchange(port: int, method: str, path: str, body: bytes = b"", headers: dict | None = None):
    return send_raw(port, request_bytes(method, path, body, headers))


class Network:
    """One phone's way to the server. It draws a fault for every fourth request or so, and counts each."""

    def __init__(self, port: int, seed: str, counts: Counter, rate: float):
        self.port, self.random, self.counts, self.rate = port, random.Random(seed), counts, rate
        self.late: list[bytes] = []

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict | None = None):
        """(status, headers, body) as the phone sees it; OSError or HTTPException where it sees nothing whole."""
        data = request_bytes(method, path, body, headers)
        fault = self.random.choice(FAULTS) if self.random.random() < self.rate else None
        self.counts[fault or "clean"] += 1
        try:
            return self._through(fault, data)
        except ConnectionRefusedError:
            self.counts["server_down"] += 1
            raise

    def _through(self, fault: str | None, data: bytes):
        if fault in PORTAL:
            status, kind, body = PORTAL[fault]
            return status, {"Content-Type": kind}, body
        if fault == "request_lost":
            raise TimeoutError("the request never arrived")
        if fault == "reordered":  # it arrives, but after the one that is sent next
            self.late.append(data)
            raise TimeoutError("the request is late")
        if fault == "request_cut":
            return send_raw(self.port, data[: self.random.randrange(1, len(data))])
        if fault == "duplicated":
            send_raw(self.port, data)
        answer = send_raw(self.port, data)
        self.deliver_late()
        if fault == "response_lost":
            raise TimeoutError("the answer never arrived")
        if fault == "response_cut":
            return answer[0], answer[1], answer[2][: self.random.randrange(len(answer[2]) or 1)]
        return answer

    def deliver_late(self) -> None:
        while self.late:
            send_raw(self.port, self.late.pop(0))


class Phone(threading.Thread):
    """A phone that keeps the wire's rules: nothing leaves its outbox without a receipt."""

    def __init__(self, number: int, seed: int, network: Network, amount: int, patience: float):
        super().__init__(name=f"phone{number}", daemon=True)
        self.random = random.Random(f"{seed}-{number}")
        self.owner, self.device, self.network = OWNERS[number % len(OWNERS)], self.uuid(), network
        self.amount, self.patience = amount, patience
        self.made: dict[str, dict] = {}  # every action that it ever made
        self.outbox: dict[str, dict] = {}
        self.receipts: dict[str, str] = {}
        self.entries: dict[str, dict] = {}  # its own: last action, how often amended and noted, withdrawn or not
        self.scopes: dict[str, tuple[int, str]] = {}
        self.copy: dict[str, dict] = {}  # what the feeds have told it: scope/entry -> row
        self.problems: list[str] = []
        self.cookie = ""

    def uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def run(self) -> None:
        end = time.monotonic() + self.patience
        try:
            while (len(self.made) < self.amount or self.outbox) and time.monotonic() < end:
                self._make(self.random.randrange(1, 12))
                try:
                    self.sync()
                    if self.random.random() < 0.2:
                        self.pull()
                except (OSError, http.client.HTTPException):
                    time.sleep(self.random.random() * 0.2)
            if self.outbox:
                self.problems.append(f"{self.name}: {len(self.outbox)} of {len(self.made)} actions never got a receipt")
        except Exception as error:  # a phone that dies is a finding, whatever it died of
            self.problems.append(f"{self.name} died: {error!r}")
            raise

    # --- signing in

    def sign_in(self) -> None:
        """Before the storm, on a good line."""
        form = urlencode({"username": self.owner, "password": PASSWORD}).encode()
        status, headers, _ = exchange(self.network.port, "POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 303, status
        self.cookie = headers["Set-Cookie"].split(";")[0]
        _, _, body = exchange(self.network.port, "GET", "/me", headers={"Cookie": self.cookie})
        self.scopes = {scope["code"]: (0, "") for scope in json.loads(body)["scopes"]}

    # --- making actions

    def _make(self, most: int) -> None:
        for _ in range(min(most, self.amount - len(self.made))):
            open_entries = [id for id, entry in self.entries.items() if not entry["withdrawn"]]
            if not open_entries or self.random.random() < 0.5:
                action = self._recorded()
            else:
                action = self._follow(self.random.choice(open_entries))
            self.made[action["id"]] = self.outbox[action["id"]] = action

    def _action(self, verb: str, entry: str, body: dict, **links) -> dict:
        at = datetime.now(UTC) + timedelta(minutes=self.random.randrange(-600, 5))
        shown = {"id": self.uuid(), "entry": entry, "verb": verb, "by": self.owner, "at": at.isoformat(), "n": len(self.made)}
        return shown | {"after": None, "seen": None} | links | {"body": body, "photos": []}

    def _content(self) -> dict:
        grid = self.random.choice([code for code in self.scopes if code.startswith("G")])
        kind = self.random.choice(["visit", "hazard", "dispute", "delivery", "request"])
        body = {"kind": kind, "area": grid, "happened_at": datetime.now(UTC).isoformat(), "note": f"第{len(self.made)}条"}
        return body | {"household": f"home-{grid[1:]}", "on_the_spot": self.random.random() < 0.3, "ordered": self.random.random() < 0.5}

    def _recorded(self) -> dict:
        entry = self.uuid()
        action = self._action("recorded", entry, self._content())
        self.entries[entry] = {"last": action["id"], "amended": 0, "noted": 0, "withdrawn": False}
        return action

    def _follow(self, entry: str) -> dict:
        """One more action of a chain: it names the one that must come first."""
        state = self.entries[entry]
        verb = self.random.choice(["amended", "amended", "noted", "noted", "noted", "handled", "withdrawn"])
        body = {"amended": self._content, "withdrawn": dict}.get(verb, lambda: {"note": "补记"})()
        links = {"after": state["last"], "seen": state["last"] if verb == "withdrawn" else None}
        action = self._action(verb, entry, body, **links)
        if verb in {"amended", "noted"}:
            state[verb] += 1
        state |= {"last": action["id"], "withdrawn": verb == "withdrawn"}
        return action

    # --- sending

    def sync(self) -> None:
        """One batch, sometimes not in the order in which it was made."""
        batch = list(self.outbox.values())[: self.random.randrange(1, 20)]
        if self.random.random() < 0.3:
            self.random.shuffle(batch)
        if not batch:
            return
        body = json.dumps({"proto": "gridbook/1", "device": self.device, "actions": batch, "unsent": len(self.outbox)}).encode()
        status, _, answer = self.network.ask("POST", "/sync", body, {"Content-Type": "application/json", "Cookie": self.cookie})
        self.settle(status, answer, batch)

    def settle(self, status: int, answer: bytes, batch: list[dict]) -> None:
        """Nothing but `kept` or `had` in our own envelope, for an id that was sent, is a receipt."""
        reply = parsed(answer)
        if status != 200 or reply is None:
            return
        for one in reply["answers"]:
            if one["answer"] in {"kept", "had"}:
                before = self.receipts.setdefault(one["id"], one["receipt"])
                if before != one["receipt"]:
                    self.problems.append(f"{self.name}: receipt of {one['id']} was {before}, now {one['receipt']}")
                self.outbox.pop(one["id"], None)
            elif one["answer"] == "refused":
                self.problems.append(f"{self.name}: {self.made[one['id']]['verb']} refused: {one['reason']} {one['message']}")
                self.outbox.pop(one["id"], None)

    # --- pulling

    def pull(self, *, calm: bool = False) -> None:
        """Every scope's next page; rows must follow the cursor without a hole."""
        for scope, (after, hash) in self.scopes.items():
            path = f"/sync/changes?scope={scope}&after={after}&hash={hash}"
            ask = self.network.ask if not calm else lambda *request, **more: exchange(self.network.port, *request, **more)
            status, _, answer = ask("GET", path, headers={"Cookie": self.cookie})
            reply = parsed(answer)
            if status != 200 or reply is None:
                continue
            if reply.get("cursor_unknown"):
                self.problems.append(f"{self.name}: the server no longer knows {scope}:{after}")
                continue
            numbers = [row["seq"] for row in reply["rows"]]
            if numbers != list(range(after + 1, after + 1 + len(numbers))):
                self.problems.append(f"{self.name}: a hole in {scope} after {after}: {numbers[:5]}")
            for row in reply["rows"]:
                self.copy[f"{scope}/{row['entry']}"] = row
            self.scopes[scope] = (reply["next"]["after"], reply["next"]["hash"])
            if reply["more"] and calm:
                self.pull(calm=True)


def parsed(answer: bytes) -> dict | None:
    """The JSON in our own envelope, or None."""
    try:
        reply = json.loads(answer)
    except ValueError:
        return None
    return reply if isinstance(reply, dict) and reply.get("proto") == "gridbook/1" else None


class TrustingPhone(Phone):
    """A broken client: any 200 counts as a receipt."""

    def settle(self, status: int, answer: bytes, batch: list[dict]) -> None:
        super().settle(status, answer, batch)
        if status == 200:
            for action in batch:
                self.outbox.pop(action["id"], None)


@dataclass
class Outcome:
    """What a storm left behind."""

    seed: int
    sent: int = 0
    kills: int = 0
    faults: Counter = field(default_factory=Counter)
    lost: list = field(default_factory=list)
    duplicated: list = field(default_factory=list)
    mismatched: list = field(default_factory=list)
    problems: list = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.duplicated or self.mismatched or self.problems)

    def __str__(self) -> str:
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        wrong = f"lost {len(self.lost)}, duplicated {len(self.duplicated)}, receipts that differ {len(self.mismatched)}"
        return "\n".join([f"seed {self.seed}: {self.sent} actions, {self.kills} kills; {faults}", wrong, *self.problems[:20]])


def new_town(folder: Path):
    """The little town in a data folder of its own; gives an application for looking at it."""
    app = create_app(settings.read({"GRIDBOOK_DATA": str(folder), "GRIDBOOK_DEMO": "0"}), TESTING=True, RATELIMIT_ENABLED=False)
    with app.app_context():
        upgrade()
        plant(PASSWORD)
        db.engine.dispose()
    return app


def storm(
    folder: Path, *, seed: int, actions: int, kills: int, phones: int = 8, patience: float = 240, rate: float = 0.3, app="wsgi:app", phone=Phone
) -> Outcome:
    """Let the phones send `actions` in all while the server is killed `kills` times, then compare everything."""
    out = Outcome(seed)
    town = new_town(folder)
    server = Server(folder)
    try:
        server.start(app)
        shares = [actions // phones + (number < actions % phones) for number in range(phones)]
        people = [phone(number, seed, Network(server.port, f"{seed}-line-{number}", out.faults, rate), share, patience) for number, share in enumerate(shares)]
        for one in people:
            one.sign_in()
        for one in people:
            one.start()
        _kill_often(server, people, random.Random(f"{seed}-kills"), kills, actions, out)
        for one in people:
            one.join()
        server.wait()
        for one in people:
            one.network.deliver_late()
            one.pull(calm=True)
    finally:
        server.kill()
    with town.app_context():
        _compare(folder, people, out)
    return out


def _kill_often(server: Server, people: list[Phone], dice: random.Random, kills: int, actions: int, out: Outcome) -> None:
    """Kill whenever another share of the actions has been made, in the middle of whatever happens then."""
    for number in range(1, kills + 1):
        mark = actions * number / (kills + 1)
        while sum(len(one.receipts) for one in people) < mark and any(one.is_alive() for one in people):
            time.sleep(0.002)
        if not any(one.is_alive() for one in people):
            return
        time.sleep(dice.random() * 0.05)
        server.kill()
        out.kills += 1
        server.start()
        server.wait()


# --- comparing


def _compare(folder: Path, people: list[Phone], out: Outcome) -> None:
    made = {id: action for one in people for id, action in one.made.items()}
    receipts = {id: receipt for one in people for id, receipt in one.receipts.items()}
    out.sent = len(made)
    out.problems += [problem for one in people for problem in one.problems]
    with sqlite3.connect(folder / "gridbook.db") as look:
        look.row_factory = sqlite3.Row
        log = look.execute('SELECT id, entry, verb, "by", scope, scope_seq FROM action ORDER BY seq').fetchall()
        _compare_log(log, made, receipts, out)
        _compare_entries(look, people, out)
        _compare_feeds(look, people, out)
        for pragma, good in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            found = [tuple(row) for row in look.execute(f"PRAGMA {pragma}")]
            if found != good:
                out.problems.append(f"{pragma}: {found[:5]}")
        if look.execute("SELECT count(*) FROM held").fetchone()[0]:
            out.problems.append("something is still held")
    with db.engine.connect() as connection:
        out.problems += [f"check: {difference}" for difference in sums.check(connection)]


def _compare_log(log: list, made: dict, receipts: dict, out: Outcome) -> None:
    stored = Counter(row["id"] for row in log)
    out.lost = sorted(made.keys() - stored.keys())
    out.duplicated = sorted((stored - Counter(made.keys())).elements())
    kept = {row["id"]: f"{row['scope']}:{row['scope_seq']}" for row in log}
    out.mismatched = sorted(id for id in made.keys() | kept.keys() if kept.get(id) != receipts.get(id))


def _compare_entries(look: sqlite3.Connection, people: list[Phone], out: Outcome) -> None:
    """Each entry carries the effect of each of its actions exactly once."""
    stored = {row["id"]: row for row in look.execute("SELECT id, version, last, stage FROM entry")}
    expected = {id: entry for one in people for id, entry in one.entries.items()}
    for id in stored.keys() ^ expected.keys():
        out.problems.append(f"entry {id}: {'never sent' if id in stored else 'not there'}")
    for id in stored.keys() & expected.keys():
        row, entry = stored[id], expected[id]
        if (row["version"], row["last"], row["stage"] == "withdrawn") != (1 + entry["amended"], entry["last"], entry["withdrawn"]):
            out.problems.append(f"entry {id}: {tuple(row)} where the phone did {entry}")


def _compare_feeds(look: sqlite3.Connection, people: list[Phone], out: Outcome) -> None:
    """Feeds have no holes, and a phone that followed its feed holds exactly what is stored."""
    for scope, first, last, count in look.execute("SELECT scope, min(seq), max(seq), count(*) FROM change GROUP BY scope").fetchall():
        if (first, last) != (1, count):
            out.problems.append(f"feed {scope}: {count} changes from {first} to {last}")
    for one in people:
        for scope, (seq, hash) in one.scopes.items():
            there = look.execute("SELECT seq, hash FROM scope WHERE code = ?", (scope,)).fetchone()
            if (tuple(there) if there else (0, "")) != (seq, hash):
                out.problems.append(f"{one.name}: its cursor in {scope} is {seq}, the feed's end {tuple(there or ())}")
            stored = dict(look.execute("SELECT id, last FROM entry WHERE scope = ?", (scope,)).fetchall())
            pulled = {row["entry"]: row["last"] for key, row in one.copy.items() if key.startswith(f"{scope}/") and not row.get("gone")}
            if stored != pulled:
                out.problems.append(f"{one.name}: {len(pulled)} entries pulled of {scope}, {len(stored)} stored, or other versions")
