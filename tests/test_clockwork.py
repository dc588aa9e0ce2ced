"""The clockwork as bin/serve runs it: one process beside the workers, which may be killed, is started again, and ends with the server."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import make_app
from tests.server import ROOT, Served, free_port
from tests.store.test_escalation import blow, told
from tests.town import rows
from webapp import clockwork
from webapp.store.tables import ActionRow


def now() -> datetime:
    return datetime.now(UTC)


def commandline(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    return ""


def until(true, seconds: float = 40):
    """Wait for it; gives what it gave."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)
    return found


def clockwork_of(server: Served) -> list[int]:
    """The processes that consume its queue."""
    children = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    pids = [int(pid) for one in children for pid in one.read_text().split()]
    return [pid for pid in pids if "webapp.clockwork" in commandline(pid)]


@pytest.fixture
def served(little_folder, tmp_path):
    shutil.copytree(little_folder, tmp_path / "data")
    one = Served(tmp_path / "data")
    yield one
    if one.runs():
        one.stop()


def raised() -> list[str]:
    return [row.entry for row in rows(select(ActionRow.entry).where(ActionRow.verb == "raised"))]


def test_killed_it_starts_again_and_raises_what_came_meanwhile_and_ends_with_the_server(served):
    town = make_app(served.folder, CLOCK=now)
    with town.app_context():
        first = blow(town, at=now() - timedelta(hours=2))
        served.start()
        until(lambda: raised() == [first])
        until(lambda: len(told("missed")) == 3)
        [pid] = clockwork_of(served)
        os.kill(pid, signal.SIGKILL)
        second = blow(town, at=now() - timedelta(hours=2))
        until(lambda: sorted(raised()) == sorted([first, second]))
        until(lambda: len(told("missed")) == 6)
        [again] = clockwork_of(served)
        assert again != pid and served.answers()
        assert served.stop() == 0
        until(lambda: "webapp.clockwork" not in commandline(again), 10)


def test_when_the_server_is_killed_the_clockwork_goes_too(served):
    served.start()
    [pid] = until(lambda: clockwork_of(served))
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait()
    until(lambda: "webapp.clockwork" not in commandline(pid), 20)


def test_by_hand_it_does_the_same_once(town):
    moment = datetime(2026, 11, 23, 4, tzinfo=UTC)
    with town.app_context():
        blow(town)
        town.config["CLOCK"] = lambda: moment + timedelta(hours=2)
        said = [town.test_cli_runner().invoke(args=["escalate"]).output for _ in range(2)]
    assert "提级 1 件,通知 3 条" in said[0] and "提级 0 件,通知 0 条" in said[1]


@pytest.fixture
def redis(tmp_path):
    """The address of a Redis of its own."""
    program = shutil.which("redis-server") or pytest.skip("no redis-server on this machine")
    port = free_port()
    server = subprocess.Popen([program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(10)


def test_with_redis_it_does_the_same(little_folder, tmp_path, redis):
    shutil.copytree(little_folder, tmp_path / "data")
    town = make_app(tmp_path / "data", CLOCK=now)
    given = {"GRIDBOOK_DATA": str(tmp_path / "data"), "GRIDBOOK_REDIS": redis, "GRIDBOOK_TIMEZONE": "Asia/Shanghai"}
    with town.app_context():
        id = blow(town, at=now() - timedelta(hours=2))
        one = subprocess.Popen([sys.executable, "-m", "webapp.clockwork"], cwd=ROOT, env=os.environ | given)
        until(lambda: raised() == [id] and len(told("missed")) == 3)
        one.terminate()
        one.wait(20)
    assert not (tmp_path / "data" / "clockwork.db").exists()


def test_the_queue_is_a_file_unless_a_redis_is_named(town):
    from huey import SqliteHuey

    queue = clockwork.queue(town)
    assert isinstance(queue, SqliteHuey) and queue.storage.filename == str(town.config["SETTINGS"].data / "clockwork.db")
