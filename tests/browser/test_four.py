"""今天 names the four duties with what was done this week, without a network too; each opens its form."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_four_duties_of_the_week_lead_to_their_forms(server, phone):
    worker = phone("worker").sign_in("worker1")
    worker.go("/").wait_for_selector("body[data-ready=today]")
    expect(worker.page.locator("#spread")).to_contain_text("本周")
    said = worker.page.locator(".four").inner_text()
    worker.restart()
    server.kill()
    worker.go("/").wait_for_selector("body[data-ready=today]")
    assert worker.page.locator(".four").inner_text() == said
    worker.page.locator(".four a", has_text="宣传").click()
    worker.page.wait_for_selector("body[data-ready=new]")
    assert worker.page.locator("input[name='visit.topics']:checked").evaluate_all("all => all.map(one => one.value)") == ["policy"]
