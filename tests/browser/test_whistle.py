"""A whistle in a real browser: blown and not answered, raised by the clock, answered late, handled, closed, and rated."""

import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.conftest import PASSWORD
from tests.server import ROOT

pytestmark = pytest.mark.browser

HOUR = 61


@pytest.fixture
def screen(chromium, server):
    """screen("secretary1", 1280, 800) -> a page of somebody who is signed in."""

    def open_one(username: str, width: int, height: int):
        context = chromium.new_context(viewport={"width": width, "height": height}, base_url=server.url, locale="zh-CN")
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto("/login?next=/notices")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("form button.primary")
        page.wait_for_url(f"{server.url}/notices")
        return page

    return open_one


def escalate(server, minutes: int) -> str:
    """What the clock does by itself, so many minutes from now."""
    environ = os.environ | {"GRIDBOOK_DATA": str(server.folder), "GRIDBOOK_TIMEZONE": "Asia/Shanghai"}
    line = [sys.executable, "-m", "flask", "--app", f"tests.browser.later:create_app({minutes})", "escalate"]
    return subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout


def hazard(wire) -> str:
    """A hazard that the worker has recorded and the secretary approved; gives its id."""
    worker, id = wire("worker1"), str(uuid.uuid4())
    area = worker.requests.get("/me").json()["posts"][0]["area"]
    content = {"kind": "hazard", "area": area, "happened_at": datetime.now(UTC).isoformat(), "note": "楼道堆物", "category": "H0101"}
    assert worker.act("recorded", id, body=content)["answer"] == "kept"
    return id


def assign_with_a_whistle(desk, id: str) -> str:
    """The secretary gives it to a unit that has to answer; gives the entry's number."""
    desk.goto(f"/desk/entries/{id}")
    desk.locator(".decisions [data-key=A]").click()
    expect(desk.locator("#entry .banner.done")).to_be_visible()
    desk.locator("#act-assigned > summary").click()
    desk.locator("#act-assigned select[name=to]").select_option("unit:wuye-1")
    desk.locator("#act-assigned [name=whistle][value=daily]").check()
    desk.locator("#act-assigned button.primary").click()
    expect(desk.locator("#entry .banner.done")).to_contain_text("已派给")
    return desk.locator("#entry").inner_text().split("№ ")[1].split()[0]


def close_and_rate(desk, id: str) -> None:
    """The secretary closes it and is not content with the unit."""
    desk.goto(f"/desk/entries/{id}")
    expect(desk.locator("#grades")).to_contain_text("没有按时应哨,已自动提级")
    desk.locator("#act-closed > summary").click()
    desk.locator("#act-closed textarea").fill("已复查")
    desk.locator("#act-closed button.primary, #act-closed form button").last.click()
    expect(desk.locator("#grades form")).to_be_visible()
    desk.locator("#grades .choice", has_text="不满意").click()
    desk.locator("#grades textarea").fill("吹哨一个多小时才来")
    desk.locator("#grades form button").click()
    expect(desk.locator("#entry .banner.done")).to_contain_text("评哨已记下")
    expect(desk.locator("#grades .chip.overdue", has_text="不满意")).to_be_visible()


def test_a_whistle_that_was_missed_is_raised_answered_and_rated(server, wire, screen):
    id = hazard(wire)
    desk, phone = screen("secretary1", 1280, 800), screen("handler1", 360, 740)

    number = assign_with_a_whistle(desk, id)

    server.kill()
    server.start(f"tests.browser.later:create_app({HOUR})")
    escalate(server, HOUR)

    desk.goto("/notices")
    expect(desk.locator(".notice", has_text=number).filter(has_text="已自动提级")).to_have_count(1)
    missed = phone.locator(".notice", has_text=number).filter(has_text="已自动提级")
    phone.goto("/notices")
    expect(missed).to_have_count(1)
    missed.locator("a").click()
    phone.wait_for_url(f"**/jobs/{id}/1")
    phone.get_by_role("button", name="签收").click()
    phone.wait_for_selector("#handled")
    phone.locator("#handled textarea").fill("已清走,楼道通畅")
    phone.locator("#handled button:not([type=button])").last.click()
    expect(phone.locator("body")).to_contain_text("办理结果已报上")

    close_and_rate(desk, id)

    desk.goto("/whistles?period=90days&measure=raised")
    mine = desk.locator("#whistles .row", has_text=number)
    expect(mine).to_contain_text("已自动提级")
    expect(mine).to_contain_text("不满意")
    phone.goto("/whistles?period=90days")
    expect(phone.locator("#whistles .row", has_text=number)).to_contain_text("不满意")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
