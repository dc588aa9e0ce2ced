"""The secretary's desk in a real Chromium: keys, htmx, a thumb on a phone, and no script at all."""

import hashlib
import io
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def sign_in(chromium, server):
    """sign_in("secretary1", **options) -> a page in a browser of its own, signed in; what went wrong in it is in page.faults."""

    def make(username: str, **options):
        context = chromium.new_context(base_url=server.url, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
        context.set_default_timeout(10_000)
        form = {"username": username, "password": PASSWORD, "next": "/settings"}
        assert context.request.post("/login", form=form, max_redirects=0).status == 303
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("dialog", lambda dialog: (page.faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda said: page.faults.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    return make


@pytest.fixture
def desk(sign_in):
    """The secretary at a desktop computer, before her inbox."""
    page = sign_in("secretary1", viewport={"width": 1280, "height": 800})
    page.goto("/desk")
    yield page
    assert page.faults == []


def send(page, **body) -> str:
    """Let a worker's phone send a new entry, with photos if `photos` names them; gives its id."""
    request, photos = page.context.request, body.pop("photos", [])
    me = request.get("/me").json()
    now = datetime.now(UTC).isoformat()
    content = {
        "kind": "hazard",
        "area": me["posts"][0]["area"],
        "happened_at": now,
        "note": "",
        "category": "H0101",
        "place": "门厅",
    } | body
    one = {
        "id": str(uuid4()),
        "entry": str(uuid4()),
        "verb": "recorded",
        "by": me["username"],
        "at": now,
        "body": content,
        "photos": photos,
    }
    batch = {"proto": "gridbook/1", "device": str(uuid4()), "actions": [one]}
    assert request.post("/sync", data=batch).json()["answers"][0]["answer"] == "kept"
    return one["entry"]


def count(page, name: str) -> int:
    return int(page.inner_text(f"#count-{name}"))


def opened(page) -> str:
    return page.get_attribute("#entry", "data-id")


def test_keys_lead_from_entry_to_entry_and_decide(desk):
    waiting = count(desk, "waiting")
    ids = [card.get_attribute("id").removeprefix("entry-") for card in desk.locator("#cards > .card").all()]
    desk.keyboard.press("j")
    desk.wait_for_selector(f"#entry[data-id='{ids[0]}']")
    desk.keyboard.press("j")
    desk.wait_for_selector(f"#entry[data-id='{ids[1]}']")
    assert f"/desk/entries/{ids[1]}" in desk.url
    expect(desk.locator(f"#entry-{ids[1]}")).to_have_attribute("aria-current", "true")
    desk.keyboard.press("k")
    desk.wait_for_selector(f"#entry[data-id='{ids[0]}']")
    desk.keyboard.press("a")
    expect(desk.locator("#entry .banner.done")).to_contain_text("已通过")
    expect(desk.locator("#count-waiting")).to_have_text(str(waiting - 1))
    expect(desk.locator(f"#entry-{ids[0]} .chip").first).not_to_have_text("待审核")
    desk.keyboard.press("a")  # nothing more to approve here
    desk.keyboard.press("j")
    desk.wait_for_selector(f"#entry[data-id='{ids[1]}']")
    desk.keyboard.press("r")
    expect(desk.locator("#act-returned input:not([type=hidden])").first).to_be_focused()
    desk.keyboard.press("Space")
    desk.locator("#act-returned button").click()
    expect(desk.locator("#entry .banner.done")).to_contain_text("已退回")
    desk.keyboard.press("j")
    desk.wait_for_selector(f"#entry[data-id='{ids[2]}']")
    desk.keyboard.press("x")
    desk.locator("#act-declined textarea").fill("和昨天的重复")
    desk.locator("#act-declined button").click()
    expect(desk.locator("#entry .said").first).to_contain_text("和昨天的重复")
    expect(desk.locator("#count-waiting")).to_have_text(str(waiting - 3))


def test_keys_are_silent_in_a_field_and_help_says_them(desk):
    waiting = count(desk, "waiting")
    desk.keyboard.press("j")
    desk.wait_for_selector("#entry")
    desk.keyboard.press("/")
    expect(desk.locator("#search-q")).to_be_focused()
    desk.keyboard.type("ajkrx?")
    assert desk.input_value("#search-q") == "ajkrx?"
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.locator("#help")).to_be_visible()
    desk.keyboard.press("a")
    desk.keyboard.press("Escape")
    expect(desk.locator("#help")).to_be_hidden()
    assert count(desk, "waiting") == waiting


def test_a_decision_without_a_reason_says_so_in_place(desk):
    desk.keyboard.press("j")
    desk.wait_for_selector("#entry")
    desk.keyboard.press("r")
    desk.locator("#act-returned button").click()
    expect(desk.locator("#act-returned .error")).to_be_visible()
    desk.locator("#act-returned .face").nth(1).click()
    desk.locator("#act-returned button").click()
    expect(desk.locator("#entry .banner.done")).to_be_visible()


def test_back_returns_to_what_was_read_before(desk):
    desk.keyboard.press("j")
    desk.wait_for_selector("#entry")
    first = opened(desk)
    desk.keyboard.press("j")
    desk.wait_for_selector(f"#entry:not([data-id='{first}'])")
    desk.go_back()
    desk.wait_for_selector(f"#entry[data-id='{first}']")
    desk.go_back()
    expect(desk.locator("#entry")).to_have_count(0)
    desk.keyboard.press("j")
    desk.wait_for_selector(f"#entry[data-id='{first}']")


def test_a_stale_decision_shows_the_whole_entry_again(desk, sign_in):
    desk.keyboard.press("j")
    desk.wait_for_selector("#entry")
    other = sign_in("secretary1")
    other.goto(f"/desk/entries/{opened(desk)}")
    other.locator("#act-noted summary").click()
    other.locator("#act-noted textarea").fill("已电话核实")
    other.locator("#act-noted button").click()
    other.wait_for_selector(".banner.done")
    desk.keyboard.press("a")
    expect(desk.locator("#entry .banner.error")).to_contain_text("您的决定没有生效")
    expect(desk.locator("#entry .banner.error")).to_contain_text("已电话核实")
    desk.keyboard.press("a")
    expect(desk.locator("#entry .banner.done")).to_contain_text("已通过")


def test_several_are_approved_after_a_look_at_exactly_those(desk):
    waiting = count(desk, "waiting")
    for box in desk.locator("[name=pick]").all()[:3]:
        box.check()
    desk.click("#bulk button")
    assert desk.locator("button.primary").inner_text().strip() == "通过这 3 条"
    desk.click("button.primary")
    expect(desk.locator(".banner.done")).to_contain_text("已通过 3 条")
    assert count(desk, "waiting") == waiting - 3


def test_photos_open_in_a_dialog_one_after_the_other(desk, sign_in):
    worker, photos = sign_in("worker1"), []
    for colour in ("red", "blue"):
        data = io.BytesIO()
        Image.new("RGB", (320, 240), colour).save(data, "JPEG")
        photos.append(hashlib.sha256(data.getvalue()).hexdigest())
        assert worker.context.request.put(f"/photos/{photos[-1]}", data=data.getvalue()).status == 201
    id = send(worker, photos=[*photos, "f" * 64], note="两张照片到了,一张没到")
    desk.goto(f"/desk/entries/{id}")
    expect(desk.locator(".photo-absent")).to_have_text("照片还没到")
    desk.locator("[data-photo]").first.click()
    expect(desk.locator("#viewer img")).to_have_attribute("src", re.compile(photos[0]))
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("#viewer img")).to_have_attribute("src", re.compile(photos[1]))
    expect(desk.locator("#viewer img")).to_have_js_property("naturalWidth", 320)
    desk.keyboard.press("Escape")
    expect(desk.locator("#viewer")).to_be_hidden()


def test_user_text_does_nothing_in_list_and_detail(desk, sign_in):
    worker = sign_in("worker1")
    payloads = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(2)</script>",
        "<b hx-get='/desk' hx-trigger='load'>x</b>",
        "<svg onload=alert(3)>",
    ]
    ids = [send(worker, note=text, place=text) for text in payloads]
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    for id, other in zip(ids, ids[1:] + ids[:1], strict=True):
        desk.goto(f"/desk/entries/{id}?list=all")
        desk.locator(f"#entry-{other} .card-title").click()
        desk.wait_for_selector(f"#entry[data-id='{other}']")
    assert not [url for url in asked if url.endswith("/x")]


def test_news_come_in_a_bar_and_move_nothing(desk, sign_in):
    desk.clock.install()
    desk.goto("/desk")
    waiting = count(desk, "waiting")
    before = desk.locator("#cards").inner_text()
    send(sign_in("worker1"), note="刚刚发生的")
    desk.clock.fast_forward("00:20")
    expect(desk.locator("#news .banner")).to_contain_text("有 1 条新的")
    assert desk.locator("#cards").inner_text() == before
    assert count(desk, "waiting") == waiting + 1
    desk.click("#news a")
    expect(desk.locator("#cards")).to_contain_text("刚刚发生的")


def test_a_server_that_is_away_is_said(desk, server):
    desk.keyboard.press("j")
    desk.wait_for_selector("#entry")
    server.kill()
    desk.keyboard.press("a")
    expect(desk.locator("#toasts .toast")).to_contain_text("没有连上服务器")
    expect(desk.locator("[data-key=A]")).to_be_enabled()
    server.start()
    desk.keyboard.press("a")
    expect(desk.locator("#entry .banner.done")).to_contain_text("已通过")


def test_a_thumb_approves_on_a_phone(sign_in):
    page = sign_in("secretary1", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.goto("/desk")
    page.locator("#cards .card-title").first.tap()
    page.wait_for_selector("#entry")
    expect(page.locator("#cards")).to_be_hidden()
    box = page.locator("[data-key=A]").bounding_box()
    assert box["height"] >= 60 and box["y"] > 500 and box["y"] + box["height"] <= 740
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, "nothing is cut at the side"
    page.locator("[data-key=A]").tap()
    expect(page.locator("#entry .banner.done")).to_contain_text("已通过")
    first = opened(page)
    page.locator(".next-one").tap()
    page.wait_for_selector(f"#entry:not([data-id='{first}'])")
    page.locator(".pane-back").tap()
    expect(page.locator("#cards")).to_be_visible()
    assert page.faults == []


def test_the_desk_works_without_a_script(sign_in):
    page = sign_in("secretary1", java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page.goto("/desk")
    page.locator("#cards .card-title").first.click()
    page.locator("#act-returned summary").click()
    page.locator("#act-returned .face").first.click()
    page.locator("#act-returned button").click()
    expect(page.locator("#entry .banner.done")).to_contain_text("已退回")
    page.goto("/desk")
    page.locator("#cards .card-title").first.click()
    page.locator("[data-key=A]").click()
    expect(page.locator("#entry .banner.done")).to_contain_text("已通过")
    page.goto("/desk")
    page.locator("[name=pick]").first.check()
    page.locator("#bulk button").click()
    page.click("button.primary")
    expect(page.locator(".banner.done")).to_contain_text("已通过 1 条")
