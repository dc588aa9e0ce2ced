"""A worker leaves: the secretary hands over, the leaver's phone empties itself, the successor's fills, and it all works offline again."""

import pytest
from playwright.sync_api import expect

from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

FIRST, SECOND = "150802013001001", "150802013001002"


@pytest.fixture
def desk(chromium, server):
    """The secretary's desktop."""
    page = chromium.new_page(base_url=server.url, viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page.goto("/login?next=/handover")
    page.fill("[name=username]", "secretary1")
    page.fill("[name=password]", PASSWORD)
    page.click("form button.primary")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def scopes(phone) -> set[str]:
    return {roster["scope"] for roster in phone.kept("rosters")}


def names(phone) -> set[str]:
    return {home["id"] for roster in phone.kept("rosters") for home in roster["households"]}


def pull(phone) -> None:
    """Press 立即上传, which fetches too."""
    phone.send()


def test_a_worker_leaves_and_another_goes_on(server, phone, desk):
    leaver = phone("leaver").sign_in("worker1")
    successor = phone("successor").sign_in("worker2")
    left = names(leaver)
    assert scopes(leaver) == {FIRST} and scopes(successor) == {SECOND}

    desk.get_by_role("link", name="刘慧芳").click()
    expect(desk.get_by_text("跟着网格走的")).to_be_visible()
    desk.get_by_role("button", name="停用账号").click()
    expect(desk.get_by_text("还有没交接的,不能停用账号")).to_be_visible()
    desk.select_option("#f-all", "worker2")
    desk.fill("#f-day", desk.get_attribute("#f-day", "min"))
    desk.get_by_role("button", name="交接", exact=True).click()
    expect(desk.get_by_text("已交接:岗位 1 个")).to_be_visible()

    pull(leaver)
    assert scopes(leaver) == set() and leaver.kept("rows") == []
    leaver.go("/").wait_for_selector("body[data-ready=today]")
    assert leaver.page.locator("#list .row").count() == 0

    pull(successor)
    assert scopes(successor) == {FIRST, SECOND} and left <= names(successor)
    successor.go("/").wait_for_selector("body[data-ready=today]")
    inherited = {row["entry"] for row in successor.kept("rows") if row.get("heir")}
    assert inherited, "the demo town has records that were returned to worker1"
    mending = successor.page.locator("#list a[href*='amend=']")
    expect(successor.page.locator("#told-count")).to_have_text(str(successor.page.evaluate("fetch('/me').then(reply => reply.json()).then(me => me.notices)")))
    assert inherited <= {link.split("amend=")[1] for link in mending.evaluate_all("links => links.map(link => link.href)")}
    server.kill()
    successor.go("/visits").wait_for_selector("body[data-ready=visits]")
    home = sorted(left)[0]
    successor.go(f"/visits?household={home}").wait_for_selector("body[data-ready=visits]")
    server.start()

    desk.get_by_role("button", name="停用账号").click()
    expect(desk.get_by_text("账号已停用")).to_be_visible()
    leaver.go("/login")
    leaver.page.fill("[name=username]", "worker1")
    leaver.page.fill("[name=password]", PASSWORD)
    leaver.page.click("form button.primary")
    expect(leaver.page.locator("[name=password]")).to_be_visible()


def test_what_is_known_by_heart_is_there_without_a_network(server, phone):
    worker = phone("worker").sign_in("worker1")
    worker.go("/recite").wait_for_selector("body[data-ready=recite]")
    expect(worker.page.get_by_text("发现隐患怎么办")).to_have_count(1)
    server.kill()
    worker.go("/recite").wait_for_selector("body[data-ready=recite]")
    expect(worker.page.get_by_text("发现隐患怎么办")).to_have_count(1)
    expect(worker.page.locator(".facts dt").first).to_have_text("住户")


def test_a_courier_keeps_the_form_when_sending_fails(server, phone, picture):
    courier = phone("courier", path="/login?next=/spot")
    page = courier.page
    page.fill("[name=username]", "courier1")
    page.fill("[name=password]", PASSWORD)
    page.click("form button.primary")
    page.wait_for_url(lambda url: "/login" not in url)
    page.set_input_files("[name=photo]", picture)
    expect(page.locator("#preview")).to_be_visible()
    page.locator(".choice", has_text="井盖缺损").tap()
    page.select_option("#f-area", FIRST)
    courier.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#failed")).to_be_visible()
    assert page.evaluate("document.getElementById('spot').photo.files.length") == 1
    courier.context.set_offline(False)
    page.click("#send")
    expect(page.get_by_text("已报上,编号")).to_be_visible()
