"""What was given to a grid reaches its worker's phone: signed for and done without a network, with a photo of how it looks now."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

NOTE = "三单元楼道堆了旧家具"


@pytest.fixture
def desk(chromium, server):
    """The secretary's desk, whose browser runs no script."""
    context = chromium.new_context(base_url=server.url, java_script_enabled=False, viewport={"width": 1280, "height": 800}, locale="zh-CN")
    context.request.post("/login", form={"username": "secretary1", "password": PASSWORD, "next": "/settings"})
    return context.new_page()


def given(worker, wire) -> str:
    """A hazard that this worker has recorded, approved and given to his grid."""
    worker.record("hazard", NOTE)
    worker.send()
    [record] = [one for one in worker.kept("actions") if one["kind"] == "hazard"]
    secretary, id = wire("secretary1"), record["entry"]
    approved = secretary.act("approved", id, record["id"])
    [grid] = worker.kept("rosters")
    assert secretary.act("assigned", id, approved["id"], {"to": [{"grid": grid["scope"]}], "note": "请今天清走"})["answer"] == "kept"
    return id


def row(worker, id: str):
    worker.go("/").wait_for_selector("body[data-ready=today]")
    return worker.page.locator(f"#list a[href='/entry?id={id}']").locator("xpath=ancestor::li[1]")


def step(page, name: str) -> None:
    page.locator(f"#{name} button").click()
    expect(page.locator(f"#{name}")).to_be_hidden()


def test_what_was_given_to_the_grid_is_signed_for_and_done_in_a_stairwell(phone, wire, desk, tmp_path):
    worker = phone("worker").sign_in("worker1")
    before = worker.page.evaluate("fetch('/me').then(reply => reply.json()).then(me => me.jobs)")
    id = given(worker, wire)
    worker.send()
    line = row(worker, id)
    expect(line).to_contain_text("待签收")
    expect(worker.page.locator("[data-told=jobs]")).to_have_text(f"派给我的 {before + 1}")

    worker.context.set_offline(True)
    line.locator("a").click()
    page = worker.page
    page.wait_for_selector("body[data-ready=entry]")
    expect(page.locator("#handle")).to_be_hidden()
    step(page, "sign")
    line = row(worker, id)
    expect(line).to_contain_text("办理中")
    line.locator("a").click()
    page.fill("#f-handled", "家具已经清走")
    photo = tmp_path / "after.jpg"
    Image.new("RGB", (2400, 1800), "teal").save(photo)
    page.locator("#photos-handled").set_input_files(photo)
    step(page, "handle")
    expect(row(worker, id)).to_contain_text("已存手机")
    assert worker.states()[:2] == ["已存手机"] * 2

    worker.context.set_offline(False)
    worker.send()
    assert row(worker, id).count() == 0
    desk.goto(f"/desk/entries/{id}?list=handled")
    entry = desk.locator("#entry")
    expect(entry).to_contain_text("待确认办结")
    expect(entry).to_contain_text("家具已经清走")
    after = entry.locator("figure.photo", has_text="处置后").locator("img")
    expect(after).to_be_visible()
    assert desk.request.get(after.get_attribute("src")).status == 200


def test_the_button_leads_to_the_task_and_back_to_the_notebook(phone, wire):
    worker = phone("worker").sign_in("worker1")
    id = given(worker, wire)
    for path in ("/", "/mine"):
        worker.send()
        worker.go(path).locator("[data-told=jobs] a").click()
        worker.page.locator(f"a[href='/jobs/{id}/1']").click()
        expect(worker.page.locator("body")).to_contain_text("请今天清走")
        worker.page.locator(".ticks summary").click()
        expect(worker.page.locator(".ticking")).to_contain_text("开始计时")
        worker.page.locator(".top a").click()
        worker.page.locator(".top a").click()
        worker.page.wait_for_selector("body[data-ready=today]")
