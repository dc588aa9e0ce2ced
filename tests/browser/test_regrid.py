"""A phone that was without a network while its grid was split: nothing unsent is lost, and it learns its new grids by itself."""

from datetime import UTC, datetime

import pytest

from tests.browser.conftest import BEIJING
from tests.conftest import make_app
from webapp.core import regrid
from webapp.core.regrid import Step
from webapp.store import regrid as store
from webapp.store import town
from webapp.store.database import writing

pytestmark = pytest.mark.browser
OLD = "150802013001001"


def split(folder, workers: tuple[str, str]) -> None:
    """worker1's grid becomes two, of these workers, today."""
    now = datetime.now(UTC)
    today = now.astimezone(BEIJING).date()
    app = make_app(folder, CLOCK=lambda: now)
    with app.app_context():
        areas = town.areas()
        places = sorted(code for code, area in areas.items() if area["parent_code"] == OLD)
        halves = zip((places[:1], places[1:]), workers, strict=True)
        steps = [Step("split", (OLD,), name=f"半边{n}", type="ordinary", places=tuple(own), workers=(who,), line=n) for n, (own, who) in enumerate(halves)]
        with writing() as connection:
            store.keep(connection, regrid.complete(steps, areas), [OLD[:-3]], today, "admin1", now)
            assert len(store.carry_out(connection, today, now)) == 1


def test_a_phone_whose_grid_vanished_sends_what_it_has_and_gets_its_new_grid(phone, server):
    worker = phone().sign_in("worker1")
    before = [roster["scope"] for roster in worker.kept("rosters")]
    server.kill()
    worker.record("visit", "撤并前记的")
    worker.record("hazard", "楼道堆物")
    assert worker.states() == ["已存手机"] * 2
    split(server.folder, ("worker1", "worker2"))
    server.start()
    worker.send()
    assert all(state.startswith("已收到 №") for state in worker.states())
    after = {roster["scope"] for roster in worker.kept("rosters")}
    assert before == [OLD] and f"{OLD[:-3]}004" in after
    worker.go("/new").wait_for_selector("body[data-ready=new]")
    assert worker.page.locator("#buildings button").count() > 0


def test_a_phone_whose_owner_has_no_grid_any_more_still_hands_in_what_it_has(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("visit", "最后一次走访")
    split(server.folder, ("worker2", "worker2"))
    server.start()
    worker.go("/outbox").wait_for_selector("body[data-ready=outbox]")
    assert len(worker.kept("actions")) == 1
    worker.send()
    assert worker.states()[0].startswith("已收到 №")
