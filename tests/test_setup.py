"""The first start, the next one, and an installation of one's own: what bin/serve runs once everything is installed."""

import re
import subprocess
import sys
import time
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from tests.conftest import make_app
from tests.server import ROOT, Served
from tests.wire.harness import exchange
from webapp.store.database import db
from webapp.store.tables import Area, Person

SMALL = (
    "-c",
    "import runpy; from functools import partial; from webapp.intake import demo;"
    "demo.load_if_new = partial(demo.load_if_new, small=True); runpy.run_module('webapp', run_name='__main__')",
)
"""The same program with two communities for its demo town: the whole one takes a minute."""

ROLES = "worker1 worker2 worker3 secretary1 secretary2 handler1 mediator1 volunteer1 street1 admin1".split()
NEXT_START = 3.0
"""Seconds until a later start answers, as promised for a machine that does nothing else."""
LOADS = 7
"""Where others are at work too: how many times as long as only loading the program takes just then. With twelve processes at work on two
processors loading took 8 s and a start 29 s."""


def loading() -> float:
    """Seconds that it takes now to load the program and to do nothing with it."""
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", "import webapp, gunicorn.app.wsgiapp"], cwd=ROOT, check=True)
    return time.monotonic() - begin


@pytest.fixture
def running():
    """running(server) -> the same, serving; ended after the test. A first start may take long where many things run."""
    started = []
    yield lambda server: started.append(server) or server.start(patience=240)
    for server in started:
        if server.runs():
            server.stop()


def post(server, path: str, **form: str) -> int:
    status, *_ = exchange(server.port, "POST", path, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    return status


def test_the_first_start_prints_address_and_logins_and_the_next_one_is_quick(tmp_path, running):
    server = running(Served(tmp_path, SMALL, GRIDBOOK_DEMO="1"))
    log = server.log()
    assert f"网格本 Gridbook: {server.url}" in log
    logins = dict(re.findall(r"^  (\S+) +(\S+) +\S+  .+$", log, re.M))
    assert set(ROLES) <= logins.keys() and len(set(logins.values())) == len(logins)
    for name in ("worker1", "secretary1", "street1"):
        assert post(server, "/login", username=name, password=logins[name], next="/") == 303
    assert server.stop() == 0

    (tmp_path / "server.log").write_text("")
    server.environ["DEMO_PASSWORD"] = "one-for-everybody-7"
    server.program = ("-m", "webapp")
    before, begin = loading(), time.monotonic()
    running(server)
    took = time.monotonic() - begin
    assert took < max(NEXT_START, LOADS * max(before, loading()))
    assert f"网格本 Gridbook: {server.url}" in server.log() and "one-for-everybody-7" in server.log()
    assert all(name in server.log() for name in ROLES) and "正在建立演示街道" not in server.log()
    assert post(server, "/login", username="admin1", password="one-for-everybody-7", next="/") == 303
    assert post(server, "/login", username="admin1", password=logins["admin1"], next="/") == 422


def test_without_the_demo_town_it_is_empty_and_the_first_account_is_made_by_hand(tmp_path, running):
    server = running(Served(tmp_path))
    with make_app(tmp_path).app_context():
        assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Area, Person)] == [0, 0]
        db.engine.dispose()
    said = server.command("create-admin")
    [path] = re.findall(f"{re.escape(server.url)}(/activate/\\S+)", said)
    assert post(server, path, password="grid-book-2026", again="grid-book-2026") == 303
    assert post(server, "/login", username="admin", password="grid-book-2026", next="/") == 303
    assert "演示" not in server.log()
