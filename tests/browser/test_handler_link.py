"""A unit without an account: its link on a 360 px phone, without script or cookie, as in a chat's own browser; to the resident's page."""

import re
from datetime import UTC, datetime

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from tests.conftest import PASSWORD, make_app
from tests.town import action as raw_action
from tests.town import hear
from webapp.store import lists, people
from webapp.store.database import db
from webapp.store.tables import EntryRow

pytestmark = pytest.mark.browser


@pytest.fixture
def phone_page(chromium, server):
    """A page of 360×740 without JavaScript; nothing is stored on it."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, service_workers="block", base_url=server.url, locale="zh-CN"
    )
    yield context.new_page()
    assert context.cookies() == []


@pytest.fixture
def desk(chromium, server):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=server.url, locale="zh-CN", service_workers="block")
    context.request.post("/login", form={"username": "secretary1", "password": PASSWORD})
    return context.new_page()


@pytest.fixture
def app(server):
    return make_app(server.folder, CLOCK=lambda: datetime.now(UTC))


def report(page, app) -> str:
    """A resident reports at a building's poster; gives his link."""
    with app.app_context():
        held = people.who(db.session.connection(), "secretary1").posts
        building = lists.areas_in([post.path for post in held], "building")[0].code
    page.goto(f"/report/{building}")
    page.get_by_label("什么事?").fill("三单元门口的路灯坏了")
    page.get_by_text("小区", exact=True).click()
    page.get_by_text("路灯", exact=True).click()
    page.get_by_role("button", name="提交").click()
    return page.url.split("?")[0]


def newest(app) -> EntryRow:
    with app.app_context():
        return db.session.scalars(select(EntryRow).where(EntryRow.author == "resident").order_by(EntryRow.heard_at.desc())).first()


def approve(app) -> str:
    row = newest(app)
    with app.app_context():
        answer = hear(app, raw_action("approved", row.id, "secretary1", datetime.now(UTC).isoformat(), seen=row.last))[0]
    assert answer.answer == "kept", answer
    return row.id


def wide(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def test_from_a_residents_word_to_the_units_photo_and_the_closing(phone_page, desk, app, tmp_path):
    resident = report(phone_page, app)
    id = approve(app)

    desk.goto("/desk/entries?list=in_hand")
    desk.locator(f"#entry-{id} .card-act button").click()
    expect(desk.locator("#entry .banner.done")).to_contain_text("已派给金川市政养护队")
    desk.get_by_role("button", name="给承办单位一个链接").click()
    expect(desk.get_by_alt_text("承办链接的二维码")).to_be_visible()
    url = desk.locator(".address a").get_attribute("href")

    phone_page.goto(url)
    expect(phone_page.locator("body")).to_contain_text("三单元门口的路灯坏了")
    expect(phone_page.get_by_role("button", name="签收")).to_be_in_viewport()
    phone_page.get_by_role("button", name="签收").click()
    expect(phone_page.locator(".banner.done")).to_contain_text("已签收")

    photo = tmp_path / "lamp.jpg"
    Image.new("RGB", (1600, 1200), "#fc6").save(photo)
    phone_page.locator("#handled .choice", has_text="已修复").click()
    phone_page.locator("#handled textarea").fill("换了灯头")
    phone_page.locator("#handled input[name=photo]").first.set_input_files(photo)
    phone_page.get_by_role("button", name="报办理结果").click()
    expect(phone_page.locator("body")).to_contain_text("办理结果已报上")

    desk.goto(f"/desk/entries/{id}?list=handled")
    after = desk.locator("figure.photo", has_text="处置后").locator("img")
    expect(after).to_be_visible()
    assert after.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    expect(desk.locator("#entry")).to_contain_text("已修复；换了灯头")
    desk.locator("#act-closed > summary").click()
    desk.locator("#act-closed textarea").fill("已修复,现场已复查")
    desk.get_by_role("button", name="确定:办结").click()
    expect(desk.locator("#entry .banner.done")).to_contain_text("已办结")

    phone_page.goto(resident)
    expect(phone_page.locator("h1 + .push, .panel .push").first).to_contain_text("已办结")
    expect(phone_page.locator("body")).not_to_contain_text("换了灯头")


def test_a_link_that_was_called_in_says_so(phone_page, desk, app):
    report(phone_page, app)
    id = approve(app)
    desk.goto(f"/desk/entries/{id}?list=in_hand")
    desk.locator("#entry").get_by_role("button", name=re.compile("^派给 金川市政养护队")).click()
    desk.get_by_role("button", name="给承办单位一个链接").click()
    url = desk.locator(".address a").get_attribute("href")
    desk.goto(f"/desk/entries/{id}?list=assigned")
    desk.get_by_role("button", name=re.compile("作废链接")).click()
    expect(desk.locator("#entry .banner.done")).to_contain_text("链接已作废")
    phone_page.goto(url)
    expect(phone_page.locator("body")).to_contain_text("这个链接已经作废")


@pytest.mark.parametrize("size", ["", "large", "largest"])
def test_no_page_of_a_handler_or_the_desk_is_wider_than_the_phone(chromium, server, app, size):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=server.url, service_workers="block")
    context.add_cookies([{"name": "size", "value": size, "url": server.url}])
    page = context.new_page()
    for username, paths in (("handler1", ["/jobs", "/jobs?done=1"]), ("secretary1", ["/desk/more", "/desk/entries?list=in_hand"])):
        context.request.post("/logout")
        context.request.post("/login", form={"username": username, "password": PASSWORD})
        for path in paths:
            page.goto(path)
            assert wide(page) <= 360, path
        page.locator(".card-title").first.click()
        page.wait_for_load_state("domcontentloaded")
        if username == "secretary1":
            page.locator("#act-assigned > summary").click()
        assert wide(page) <= 360, page.url
    context.close()


def test_a_failed_sending_keeps_the_words_and_large_photos_are_made_small(chromium, server, app, desk, tmp_path):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, service_workers="block", base_url=server.url, locale="zh-CN")
    page = context.new_page()
    report(page, app)
    id = approve(app)
    desk.goto(f"/desk/entries/{id}?list=in_hand")
    desk.locator("#entry").get_by_role("button", name=re.compile("^派给 金川市政养护队")).click()
    desk.get_by_role("button", name="给承办单位一个链接").click()
    page.goto(desk.locator(".address a").get_attribute("href"))
    page.get_by_role("button", name="签收").click()

    photo = tmp_path / "large.jpg"
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(photo, quality=95)
    form = page.locator("#handled form")
    form.locator("textarea").fill("换了灯头")
    form.locator("input[name=photo]").first.set_input_files(photo)
    context.set_offline(True)
    form.get_by_role("button", name="报办理结果").click()
    expect(page.get_by_text("没有发出去")).to_be_visible()
    expect(form.locator("textarea")).to_have_value("换了灯头")
    assert wide(page) <= 360
    context.set_offline(False)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        form.get_by_role("button", name="报办理结果").click()
    expect(page.locator("body")).to_contain_text("办理结果已报上")
    assert int(sent.value.all_headers()["content-length"]) < photo.stat().st_size / 2
    desk.goto(f"/desk/entries/{id}?list=handled")
    expect(desk.locator("figure.photo", has_text="处置后").locator("img")).to_be_visible()
    context.close()
