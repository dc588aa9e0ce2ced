"""Not solved after all: said by the resident on his page, or to the worker at the door without a network; the desk sees it at once."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.conftest import PASSWORD, make_app
from tests.town import action, hear
from webapp.store import lists, people
from webapp.store.database import db

pytestmark = pytest.mark.browser

VISITED = "00000064-0000-4000-8000-000000000000"
"""An id of those that are visited again after the closing."""


@pytest.fixture
def app(server):
    return make_app(server.folder, CLOCK=lambda: datetime.now(UTC))


@pytest.fixture
def secretary(chromium, server):
    page = chromium.new_context(base_url=server.url, locale="zh-CN", viewport={"width": 1280, "height": 800}).new_page()
    page.goto("/login?next=/desk")
    page.fill("[name=username]", "secretary1")
    page.fill("[name=password]", PASSWORD)
    page.click("form button.primary")
    page.wait_for_selector("#cards")
    return page


@pytest.fixture
def resident(chromium, server):
    options = {"java_script_enabled": False, "service_workers": "block", "viewport": {"width": 360, "height": 740}}
    return chromium.new_context(base_url=server.url, locale="zh-CN", **options).new_page()


def closes(secretary, path: str) -> None:
    secretary.goto(path)
    secretary.locator("#act-closed > summary").click()
    secretary.locator("#act-closed .phrases .face").first.click()
    secretary.get_by_role("button", name="确定:办结").click()
    expect(secretary.locator("#entry > header .chips").first).to_contain_text("已办结")  # of now, not of the history below


def says_not_solved(resident, why: str) -> None:
    resident.reload()
    resident.locator("summary", has_text="还没解决").click()
    resident.get_by_label("哪里没解决?").fill(why)
    resident.get_by_role("button", name="请重新办理").click()


def test_the_resident_says_three_times_that_it_is_not_solved(app, secretary, resident):
    with app.app_context():
        held = people.who(db.session.connection(), "secretary1").posts
        building = lists.areas_in([post.path for post in held], "building")[0].code
    resident.goto(f"/report/{building}")
    resident.get_by_label("什么事?").fill("三单元的路灯坏了两天了")
    resident.get_by_role("button", name="提交").click()
    expect(resident.locator(".step.now")).to_contain_text("核实受理")

    secretary.goto("/desk/entries?list=waiting&q=三单元的路灯坏了")
    secretary.locator("#cards .card-title").first.click()
    expect(secretary.locator("#entry")).to_contain_text("三单元的路灯坏了两天了")
    secretary.keyboard.press("a")
    expect(secretary.locator("#entry")).to_contain_text("待派遣")
    path = f"/desk/entries/{secretary.locator('#entry').get_attribute('data-id')}"

    for redo in (1, 2, 3):
        closes(secretary, path)
        says_not_solved(resident, f"第{redo}次还是不亮")
        expect(resident.locator(".step.now")).to_contain_text("安排人办理")
        expect(resident.locator(".step.done", has_text="反映没解决,重新办理")).to_have_count(redo)
        secretary.goto("/desk/entries?list=in_hand&q=三单元的路灯坏了")
        secretary.locator("#cards .card-title").first.click()
        entry = secretary.locator("#entry")
        expect(entry).to_contain_text("待派遣")
        expect(entry).to_contain_text(f"第{redo}次还是不亮")
        expect(entry.locator(".step", has_text="重新打开")).to_have_count(redo)
        expect(entry.locator(".facts", has_text="由谁负责")).to_contain_text("社区" if redo == 3 else "网格")
    secretary.locator(".ticks > summary").click()
    expect(secretary.locator(".ticking")).to_contain_text("提级到社区")
    expect(resident.locator("body")).not_to_contain_text("不亮")


def test_the_worker_asks_at_the_door_without_a_network_and_not_solved_reaches_the_desk(app, server, phone, secretary):
    with app.app_context():
        [grid] = [post.area for post in people.who(db.session.connection(), "worker1").posts if post.role == "worker"]
        now = datetime.now(UTC).isoformat()
        raw = action(entry=VISITED, at=now, kind="hazard", area=grid, category="H0101", note="楼道里又停了电动车", place="三单元门口")
        hear(app, raw)
        approved = action("approved", VISITED, by="secretary1", at=now, seen=raw["id"])
        assert hear(app, approved)[0].answer == "kept"
        assert hear(app, action("closed", VISITED, by="secretary1", at=now, seen=approved["id"]))[0].answer == "kept"
    secretary.goto("/desk/entries?list=follow_up")
    expect(secretary.locator("#cards")).to_contain_text("楼道里又停了电动车")

    worker = phone("worker").sign_in("worker1").restart()
    worker.go("/").wait_for_selector("body[data-ready=today]")
    line = worker.page.locator("#list .row", has_text="前回访")
    expect(line.first).to_be_visible()
    server.kill()
    worker.go(f"/entry?id={VISITED}#revisit").wait_for_selector("body[data-ready=entry]")
    form = worker.page.locator("#revisit")
    form.locator(".face", has_text="没解决").tap()
    form.locator(".face", has_text="不满意").tap()
    form.get_by_role("button", name="记下回访").click()
    expect(form).to_be_visible()  # not solved needs words
    worker.page.fill("#f-revisited", "晚上又推进来了")
    form.get_by_role("button", name="记下回访").click()
    expect(form).to_be_hidden()
    assert worker.states()[0] == "已存手机"
    server.start()
    worker.send()
    assert worker.states()[0].startswith("已收到")

    secretary.goto(f"/desk/entries/{VISITED}")
    expect(secretary.locator("#entry")).to_contain_text("待派遣")
    expect(secretary.locator("#entry .step", has_text="回访").last).to_contain_text("晚上又推进来了")
    secretary.goto("/desk/entries?list=follow_up")
    expect(secretary.locator("body")).not_to_contain_text("楼道里又停了电动车")


def test_a_patrol_ticks_places_and_buildings_and_what_was_found_belongs_to_it(server, phone, secretary):
    worker = phone("worker").sign_in("worker1").restart()
    server.kill()
    worker.go("/").wait_for_selector("body[data-ready=today]")
    worker.page.locator("main a", has_text="巡查").click()
    worker.page.wait_for_selector("body[data-ready=new]")
    page = worker.page
    page.locator("#buildings button", has_text="公共区域").first.tap()
    buildings = page.locator("[data-places='patrol.buildings'] .face")
    assert buildings.count() > 1
    for face in (page.locator("[data-kind=patrol] .face", has_text="楼道").first, buildings.nth(0), buildings.nth(1)):
        face.tap()
    names = [buildings.nth(place).inner_text() for place in (0, 1)]
    page.fill("#f-note", "今天的巡查")
    page.wait_for_timeout(600)
    page.reload()
    page.wait_for_selector("body[data-ready=new]")
    assert page.locator("[data-places='patrol.buildings'] input:checked").count() == 2, "the draft has them"
    worker.save()
    page.locator("[data-also=hazard]").click()
    page.wait_for_selector("body[data-ready=new]")
    worker.pick_home()
    page.fill("#f-note", "巡查时看到的飞线")
    worker.save()
    server.start()
    worker.send()
    assert all(state.startswith("已收到") for state in worker.states()[:2])

    secretary.goto("/desk/entries?list=waiting&kind=patrol&q=今天的巡查")
    secretary.locator("#cards .card-title").first.click()
    entry = secretary.locator("#entry")
    expect(entry).to_contain_text("、".join(names))
    expect(entry).to_contain_text("楼道")
    expect(entry.locator(".section", has_text="同一次走访或巡查的记录")).to_contain_text("隐患")
