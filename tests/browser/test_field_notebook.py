"""The worker's phone without a network: what is written stays, whatever happens to server and browser."""

import io
import json
import random

import pytest
from PIL import Image

pytestmark = pytest.mark.browser


def noise(seed: int) -> bytes:
    """A picture that does not shrink well: about 700 kB at the size that the phone keeps."""
    image = Image.frombytes("L", (1600, 1200), random.Random(seed).randbytes(1600 * 1200))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=60)
    return file.getvalue()


def test_a_form_fills_offline_and_survives_the_browser(phone, server):
    worker = phone().sign_in("worker1").restart()
    server.kill()
    worker.record("visit", "王奶奶一切都好")
    worker.kill()
    worker.open("/outbox")
    worker.page.wait_for_selector("body[data-ready=outbox]")
    assert worker.states() == ["已存手机"]
    assert "王奶奶一切都好" in worker.page.inner_text("#records")
    server.start()
    assert worker.send() in {"收到 1 条", "没有要上传的,已是最新"}
    assert worker.states()[0].startswith("已收到 №")


def opened_from_today(worker, link: str):
    """The form, opened by a tap in 今天: in the same page, of which a mark is left."""
    page = worker.go("/")
    page.wait_for_selector("body[data-ready=today]")
    page.evaluate("() => { self.samePage = true }")
    page.locator(link).first.tap()
    page.wait_for_selector("body[data-ready=new]")
    assert page.evaluate("() => self.samePage")
    return page


def test_the_form_opens_in_the_page_of_today_and_the_way_back_leads_there(phone, server):
    worker = phone().sign_in("worker1").restart()
    server.kill()
    page = opened_from_today(worker, "a.tab.new")
    assert (page.title(), page.url) == ("记一笔", f"{server.url}/new")
    worker.pick_home()
    page.locator("label:has([name=kind][value=visit])").tap()
    page.fill("#f-note", "还没写完")
    page.wait_for_timeout(700)
    page.go_back()
    page.wait_for_selector("body[data-ready=today]")
    assert page.title() == "今天" and page.locator("a.tab.new").is_visible()
    page = opened_from_today(worker, "a.tab.new")
    assert page.is_visible("#resume")
    page.go_back()
    page.wait_for_selector("body[data-ready=today]")
    page.go_forward()
    page.wait_for_selector("body[data-ready=new]")
    assert worker.kept("drafts")[0]["fields"]["note"] == ["还没写完"]


def test_what_is_saved_in_the_page_of_today_may_be_followed_by_more(phone, server):
    errors = []
    worker = phone().sign_in("worker1").restart()
    server.kill()
    page = opened_from_today(worker, "#list a[href^='/new?kind=visit&household']:visible")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.fill("#f-note", "第一笔")
    worker.save()
    page.locator("#saved a[href='/new']").last.tap()
    page.wait_for_selector("body[data-ready=new] #saved[hidden]", state="attached")
    assert not page.evaluate("() => self.samePage")
    page.locator("label:has([name=kind][value=hazard])").tap()
    worker.pick_home()
    page.fill("#f-note", "第二笔")
    worker.save()
    page.locator("#saved a[href='/']").tap()
    page.wait_for_selector("body[data-ready=today]")
    assert {one["action"]["body"]["note"] for one in worker.kept("actions")} == {"第一笔", "第二笔"}
    assert errors == []


def test_a_draft_begun_in_the_page_of_today_outlives_the_browser(phone, server):
    worker = phone().sign_in("worker1").restart()
    server.kill()
    page = opened_from_today(worker, "a[href='/new?kind=visit']")
    worker.pick_home()
    page.fill("#f-note", "写到一半")
    page.wait_for_timeout(700)
    url = page.url
    worker.kill()
    page = worker.open(url.removeprefix(server.url)).page
    page.wait_for_selector("body[data-ready=new]")
    assert page.input_value("#f-note") == "写到一半"


def test_what_was_chosen_for_another_kind_stays_in_the_draft(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    page = worker.go("/new?kind=hazard")
    page.wait_for_selector("body[data-ready=new]")
    page.locator("label:has([name='hazard.severity'][value=urgent])").tap()
    page.locator("label:has([name=kind][value=visit])").tap()
    page.locator("label:has([name='visit.found'][value=met])").tap()
    page.wait_for_timeout(700)
    worker.kill()
    [draft] = worker.open("/outbox").kept("drafts")
    page = worker.go(f"/new?draft={draft['id']}")
    page.wait_for_selector("body[data-ready=new]")
    assert page.is_checked("[name='visit.found'][value=met]")
    page.fill("#f-note", "再写一句")
    page.wait_for_timeout(700)
    [draft] = worker.kept("drafts")
    assert draft["fields"] | {"note": ["再写一句"], "hazard.severity": ["urgent"], "visit.found": ["met"]} == draft["fields"]


def test_a_killed_page_finds_its_draft_with_the_photos(phone, server, picture):
    worker = phone().sign_in("worker1")
    server.kill()
    page = worker.go("/new?kind=hazard")
    page.wait_for_selector("body[data-ready=new]")
    where = worker.pick_home()
    page.set_input_files("#camera", picture)
    page.wait_for_selector("#photos .photo")
    page.fill("#f-note", "飞线充电")
    page.wait_for_timeout(600)
    worker.kill()

    page = worker.open("/outbox").page
    page.wait_for_selector("body[data-ready=outbox]")
    assert worker.states() == ["草稿"]
    page.locator("#unfinished .card-title").tap()
    page.wait_for_selector("body[data-ready=new]")
    assert page.input_value("#f-note") == "飞线充电"
    assert page.inner_text("#trail-words") == where
    assert page.locator("#photos .photo").count() == 1
    worker.save()
    assert worker.states() == ["已存手机"]


def test_the_first_screens_camera_makes_a_draft(phone, picture):
    worker = phone().sign_in("worker1")
    worker.page.set_input_files("#camera", picture)
    worker.page.wait_for_selector("body[data-ready=new]")
    assert worker.page.locator("#photos .photo").count() == 1
    assert worker.states() == ["草稿"]


def test_one_visit_opens_other_matters_for_the_same_household(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("visit", "看望")
    page = worker.page
    page.locator("[data-also=hazard]").tap()
    page.wait_for_selector("body[data-ready=new]")
    assert page.inner_text("#trail-words") != ""
    page.fill("#f-note", "燃气软管老化")
    worker.save()
    server.start()
    worker.send()
    rows = worker.kept("rows")
    hazard = next(row for row in rows if row["note"] == "燃气软管老化")
    visit = next(row for row in rows if row["note"] == "看望")
    assert hazard["parent"] == visit["entry"] and hazard["household"] == visit["household"]


def test_two_windows_on_one_draft_are_told_of_each_other(phone):
    worker = phone().sign_in("worker1")
    page = worker.go("/new?kind=request")
    page.wait_for_selector("body[data-ready=new]")
    page.fill("#f-note", "路灯不亮")
    page.wait_for_url("**draft=*")
    page.wait_for_timeout(600)
    other = worker.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("body[data-ready=new]")
    assert "正在另一个窗口编辑" in other.inner_text("#banner")
    assert other.input_value("#f-note") == "路灯不亮"
    other.click("#banner .button")
    other.wait_for_selector("#form:not([inert])")
    page.wait_for_selector("#form[inert]")
    assert "另一个窗口接手了" in page.inner_text("#banner")


def test_a_household_is_found_by_initials_room_and_name(phone):
    worker = phone().sign_in("worker1")
    home = next(home for home in worker.kept("rosters")[0]["households"] if len(home["initials"]) > 1)
    page = worker.go("/visits")
    page.wait_for_selector("body[data-ready=visits]")
    for words in (home["initials"], home["name"], home["pinyin"].replace(" ", ""), home["room"]):
        page.fill("#search-find", words)
        assert home["name"] in page.locator("#list .row-title").all_inner_texts(), words


@pytest.mark.parametrize(("who", "visits"), [("worker2", True), ("volunteer1", False)])
def test_only_who_does_visits_is_told_which_homes_had_none(phone, who, visits):
    worker = phone().sign_in(who)
    homes = [home for roster in worker.kept("rosters") for home in roster["households"]]
    home = next(home for home in homes if not home.get("visited"))
    page = worker.go(f"/visits?household={home['id']}")
    page.wait_for_selector("body[data-ready=visits]")
    assert page.inner_text("#home-visited") == ("还没走访过" if visits else "—")
    assert ("还没走访过" in page.inner_text("#home-tags")) is visits
    page.fill("#search-find", home["room"])
    assert page.locator("#list .row").count() > 0
    assert ("还没走访过" in page.inner_text("#list")) is visits


def test_a_full_phone_keeps_the_text(phone):
    worker = phone()
    worker.limit_space(3_000_000)
    page = worker.sign_in("worker1").go("/new?kind=hazard")
    page.wait_for_selector("body[data-ready=new]")
    worker.pick_home()
    page.fill("#f-note", "井盖松动")
    for n in range(9):
        page.set_input_files("#camera", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": noise(n)})
        page.wait_for_selector(f"#photos li:nth-child({n + 1}) .photo, #banner .error")
        if page.locator("#banner .error").count():
            break
    assert "手机空间满了" in page.inner_text("#banner")
    assert page.locator("#photos .photo").count() == n
    assert page.input_value("#f-note") == "井盖松动"
    page.click("#save")
    page.wait_for_selector("#saved:not([hidden]), #banner .error:has-text('这一页的内容还在')")
    worker.limit_space(None)
    if page.is_visible("#save"):
        worker.save()
    assert [record["action"]["body"]["note"] for record in worker.kept("actions")] == ["井盖松动"]


def test_the_link_for_the_resident_is_made_without_a_network(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("request", "停水了")
    worker.page.click("#show-link a")
    worker.page.wait_for_selector("#qr svg")
    record = worker.kept("actions")[0]
    from webapp.store.rows import code_of

    assert worker.page.inner_text("#code") == code_of(record["action"]["body"]["link"])
    assert record["token"] not in json.dumps(record["action"])


def test_an_entry_that_nobody_named_is_said_to_be_unknown_without_a_network_too(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    page = worker.go("/entry")
    page.locator("#unknown").wait_for(timeout=30_000)
    assert "手机里没有这条记录" in page.inner_text("#main") and page.is_visible("#unknown a")
    assert page.locator("#entry").is_hidden()
