"""The resident with a phone and nothing else: no script, no cookie, no service worker, as in a chat's own browser."""

import re
from datetime import UTC, datetime

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from tests.conftest import PASSWORD, make_app
from tests.town import action, hear
from webapp.store import lists, people
from webapp.store.database import db
from webapp.store.tables import EntryRow

pytestmark = pytest.mark.browser


@pytest.fixture
def resident(chromium, server):
    """A 360×740 page without JavaScript or service worker; also collects what it asked other servers for and what it stored."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, service_workers="block", base_url=server.url, locale="zh-CN"
    )
    page = context.new_page()
    elsewhere = []
    page.on("request", lambda request: None if request.url.startswith((server.url, "data:")) else elsewhere.append(request.url))
    yield page
    assert elsewhere == []
    assert context.cookies() == []


@pytest.fixture
def app(server):
    return make_app(server.folder, CLOCK=lambda: datetime.now(UTC))


def building(app) -> str:
    """A building of secretary1's community."""
    with app.app_context():
        held = people.who(db.session.connection(), "secretary1").posts
        return lists.areas_in([post.path for post in held], "building")[0].code


def settle(app, verb: str) -> None:
    """The secretary does this to what the resident has just reported."""
    with app.app_context():
        row = db.session.scalars(select(EntryRow).where(EntryRow.author == "resident").order_by(EntryRow.heard_at.desc())).first()
        answer = hear(app, action(verb, row.id, "secretary1", datetime.now(UTC).isoformat(), seen=row.last))[0]
    assert answer.answer == "kept", answer


def test_a_resident_reports_follows_rates_and_reopens(resident, app, tmp_path):
    photo = tmp_path / "lamp.jpg"
    Image.new("RGB", (1200, 900), "#345").save(photo)
    resident.goto(f"/report/{building(app)}")
    resident.get_by_label("什么事?").fill("三单元的路灯坏了两天了")
    resident.locator("input[name=photo]").first.set_input_files(photo)
    resident.get_by_text("小区", exact=True).click()
    resident.get_by_text("路灯", exact=True).click()
    resident.get_by_role("button", name="提交").click()

    expect(resident).to_have_url(re.compile(r"/s/[0-9a-f]{36}\?new=1$"))
    expect(resident.locator(".code")).to_have_text(re.compile(r"^[2-9A-Z]{6}$"))
    expect(resident.get_by_alt_text("本页的二维码")).to_be_visible()
    expect(resident.locator(".step.now")).to_contain_text("核实受理")

    settle(app, "approved")
    resident.reload()
    expect(resident.locator(".step.now")).to_contain_text("安排人办理")
    expect(resident.locator("body")).not_to_contain_text("路灯")

    settle(app, "closed")
    resident.reload()
    resident.locator(".choice", has_text=re.compile("^基本满意$")).click()
    resident.get_by_role("button", name="提交评价").click()
    expect(resident.locator("#rating")).to_contain_text("您的评价:基本满意")

    resident.locator("summary", has_text="还没解决").click()
    resident.get_by_label("哪里没解决?").fill("晚上还是不亮")
    resident.get_by_role("button", name="请重新办理").click()
    expect(resident.locator(".step.now")).to_contain_text("安排人办理")
    expect(resident.locator("#rating")).to_have_count(0)


def test_what_is_wrong_with_the_form_is_said_at_the_field_and_the_text_stays(resident, app, tmp_path):
    bad = tmp_path / "not-a-photo.jpg"
    bad.write_text("hello")
    resident.goto(f"/report/{building(app)}")
    resident.get_by_label("什么事?").fill("门禁坏了")
    resident.locator("input[name=photo]").first.set_input_files(bad)
    resident.get_by_role("button", name="提交").click()
    expect(resident.locator(".errors")).to_contain_text("照片打不开")
    expect(resident.get_by_label("什么事?")).to_have_value("门禁坏了")


@pytest.mark.parametrize("size", ["", "large", "largest"])
def test_no_page_is_wider_than_the_phone(chromium, server, app, size):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=server.url)
    context.add_cookies([{"name": "size", "value": size, "url": server.url}])
    page = context.new_page()
    for path in (f"/report/{building(app)}", "/s/unknown"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_a_poster_is_one_sheet_of_a4(chromium, server, app):
    page = chromium.new_page(base_url=server.url)
    page.request.post("/login", form={"username": "secretary1", "password": PASSWORD})
    page.goto(f"/posters/{building(app)}")
    expect(page.get_by_role("heading", name="有事您说话")).to_be_visible()
    assert page.locator(".poster-code img").evaluate("image => image.complete && image.naturalWidth > 0")
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(pages) == 1
