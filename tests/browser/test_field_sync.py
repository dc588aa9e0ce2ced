"""Sending: each record with its own state in words, and nothing lost to portals, other accounts, newer versions or a second window."""

import json
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PORTAL = "<!doctype html><title>Wi-Fi</title><h1>请登录</h1>"


def test_a_photo_that_has_not_arrived_is_said_to_be_missing(phone, picture):
    worker = phone().sign_in("worker1")
    worker.context.route("**/photos/*", lambda route: route.abort())
    worker.record("hazard", "飞线充电", photos=[picture])
    worker.send()
    assert worker.states() == ["缺照片 1"]
    worker.context.unroute("**/photos/*")
    assert worker.send() == "1 张照片"
    assert worker.states()[0].startswith("已收到 №")


def test_a_refusal_is_shown_with_its_reason_and_the_rest_goes_on(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("request", "第一条")
    worker.record("request", "第二条")
    server.start()

    def refuse_the_first(route):
        if not route.request.post_data_json["actions"]:
            return route.continue_()
        first, *rest = route.request.post_data_json["actions"]
        answers = [{"id": first["id"], "answer": "refused", "reason": "forbidden", "message": "这件事不在您的岗位范围内"}]
        answers += [{"id": one["id"], "answer": "kept", "receipt": "S:1", "number": "JC-1", "missing": []} for one in rest]
        route.fulfill(json={"proto": "gridbook/1", "epoch": "", "server_time": "2026-11-23T01:00:00+00:00", "answers": answers})

    worker.context.route("**/sync", refuse_the_first)
    worker.send()
    assert sorted(worker.states()) == ["已收到 №JC-1", "需处理:这件事不在您的岗位范围内"]
    worker.context.unroute("**/sync")
    worker.page.locator("[data-do=again]").tap()
    worker.page.wait_for_selector("#result[data-done]")
    assert all(state.startswith("已收到 №") for state in worker.states())


def test_a_portal_that_answers_200_leaves_everything_on_the_phone(phone):
    worker = phone().sign_in("worker1")
    answer = {"status": 200, "content_type": "text/html", "body": PORTAL}
    worker.context.route(re.compile(r"/(me|sync|photos|roster)\b"), lambda route: route.fulfill(**answer))
    worker.record("visit", "看望")
    assert worker.send().startswith("网络需要登录")
    assert worker.states() == ["已存手机"]
    worker.page.locator("#banner", has_text="网络需要登录").wait_for()
    worker.context.unroute_all()
    worker.send()
    assert worker.states()[0].startswith("已收到 №")


def test_an_expired_session_keeps_the_outbox(phone):
    worker = phone().sign_in("worker1")
    worker.context.clear_cookies()
    worker.record("visit", "看望")
    assert worker.send() == "请登录后上传。记录都在手机里。"
    assert worker.states() == ["已存手机"]
    worker.sign_in("worker1")
    worker.send()
    assert worker.states()[0].startswith("已收到 №")


def test_another_account_neither_sees_nor_sends(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("visit", "只属于一号网格员")
    page = worker.go("/mine")
    page.wait_for_selector("body[data-ready=mine]")
    page.click("#leave button")
    page.wait_for_selector("#stay[open]")
    assert "还有 1 条没上传" in page.inner_text("#stay-words")
    page.click("#leave-anyway")
    page.wait_for_selector(".empty")
    server.start()

    sent = []
    worker.context.on("request", lambda request: sent.append(request.post_data or "") if request.url.endswith("/sync") else None)
    worker.go("/").wait_for_selector("[data-login][href*='next']")  # the session that was left offline ends now
    worker.sign_in("worker2")
    worker.send()
    assert worker.states() == []
    assert "只属于一号网格员" not in worker.page.inner_text("body")
    assert worker.page.inner_text("#others") == "本机还有其他账号的 1 条未上传"
    assert "只属于一号网格员" not in "".join(sent)

    worker.leave().sign_in("worker1")
    worker.send()
    assert worker.states()[0].startswith("已收到 №")


def test_a_returned_entry_is_corrected_offline(phone, server, wire):
    worker = phone().sign_in("worker1")
    worker.record("hazard", "楼道堆物")
    worker.send()
    row = next(row for row in worker.kept("rows") if row["note"] == "楼道堆物")
    answer = wire("secretary1").act("returned", row["entry"], seen=row["last"], body={"reason": "请写明几楼"})
    assert answer["answer"] == "kept"
    worker.send()
    assert worker.states()[0] == "被退回:请写明几楼"

    server.kill()
    page = worker.go("/")
    page.wait_for_selector("body[data-ready=today]")
    page.locator(".row", has_text="请写明几楼").locator("a").tap()
    page.wait_for_selector("body[data-ready=new]")
    assert "请写明几楼" in page.inner_text("#banner")
    assert page.input_value("#f-note") == "楼道堆物"
    page.fill("#f-note", "3 楼楼道堆物")
    worker.save()
    assert worker.states()[0] == "已存手机"
    server.start()
    worker.send()
    row = next(other for other in worker.kept("rows") if other["entry"] == row["entry"])
    assert (row["note"], row["stage"], row["version"]) == ("3 楼楼道堆物", "waiting", 2)


def test_a_newer_version_waits_for_the_form(phone, server):
    worker = phone().sign_in("worker1")
    page = worker.go("/new?kind=request")
    page.wait_for_selector("body[data-ready=new]")
    worker.pick_home()
    page.fill("#f-note", "写了一半")
    server.kill()
    server.start("webapp:create_app(BUILD='newer-build')")
    page.evaluate("navigator.serviceWorker.getRegistration().then(registration => registration.update())")
    other = worker.context.new_page()
    other.goto("/")
    other.wait_for_selector("#banner .update")
    assert page.locator("#banner .update").count() == 0
    other.click("#banner .update .button")
    other.wait_for_selector("link[href^='/static/newer-build/']", state="attached")
    assert page.input_value("#f-note") == "写了一半"
    assert page.locator("link[href^='/static/newer-build/']").count() == 0
    worker.save()
    worker.send()
    assert worker.states()[0].startswith("已收到 №")
    assert worker.page.locator("link[href^='/static/newer-build/']").count() > 0


def test_two_windows_send_each_record_once(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    for note in ("一", "二", "三"):
        worker.record("visit", note)
    other = worker.context.new_page()
    for page in (worker.page, other):
        page.goto("/outbox")
        page.wait_for_selector("body[data-ready=outbox]")
        page.wait_for_selector("#status[data-state=offline]")
    sent = []

    def note(request):
        if request.url.endswith("/sync"):
            sent.extend(one["id"] for one in json.loads(request.post_data)["actions"])

    worker.context.on("request", note)
    server.start()
    for page in (worker.page, other):
        page.evaluate("document.querySelector('#send').click()")
    for page in (worker.page, other):
        page.wait_for_selector("#result[data-done]")
    assert len(sent) == len(set(sent)) == 3


def test_the_whole_telephone_number_needs_a_network_and_is_logged(phone, server):
    worker = phone().sign_in("worker1")
    home = next(home for home in worker.kept("rosters")[0]["households"] if home["telephone"])
    page = worker.go(f"/visits?household={home['id']}")
    page.wait_for_selector("#home[open]")
    assert page.inner_text("#home-telephone") == home["telephone"]
    page.click("#reveal")
    page.wait_for_selector("#home-telephone[href^='tel:']")
    assert page.inner_text("#reveal-said") == "这次查看已登记"
    server.kill()
    page = worker.go(f"/visits?household={home['id']}")
    page.wait_for_selector("#home[open]")
    page.click("#reveal")
    page.wait_for_selector("#reveal-said:has-text('没有网络')")


def test_what_is_unsent_can_be_taken_out_as_a_file(phone, server, picture):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("hazard", "井盖缺损", photos=[picture])
    page = worker.go("/outbox")
    page.wait_for_selector("body[data-ready=outbox]")
    with page.expect_download() as download:
        page.click("#export")
    content = json.loads(download.value.path().read_text())
    assert [action["body"]["note"] for action in content["actions"]] == ["井盖缺损"]
    assert [photo["sha256"] for photo in content["photos"]] == content["actions"][0]["photos"]
    assert worker.states() == ["已存手机"]


def test_the_service_worker_sends_when_every_page_is_closed(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("visit", "页面都关了")
    worker.go("about:blank")
    before = server.log().count("POST /sync 200")
    server.start()
    session = worker.context.new_cdp_session(worker.page)
    registrations = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    worker.page.wait_for_timeout(500)
    mine = next(one for one in registrations if one["scopeURL"].startswith(server.url))
    event = {"origin": server.url, "registrationId": mine["registrationId"], "tag": "outbox", "lastChance": False}
    session.send("ServiceWorker.dispatchSyncEvent", event)
    for _ in range(100):
        if server.log().count("POST /sync 200") > before:
            break
        worker.page.wait_for_timeout(100)
    worker.context.set_offline(True)
    assert worker.states()[0].startswith("已收到 №")


def test_what_waits_for_more_than_a_day_is_said_on_every_page(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("visit", "昨天的")
    worker.page.clock.set_system_time(datetime.now() + timedelta(hours=25))
    page = worker.go("/visits")
    page.wait_for_selector("body[data-ready=visits]")
    expect(page.locator("#banner")).to_contain_text("有 1 条超过 24 小时没上传")


def refuse_first(route):
    """The server refuses the first of a batch; whatever follows has to wait."""
    actions = route.request.post_data_json["actions"]
    answers = [{"id": one["id"], "answer": "held"} for one in actions]
    if actions:
        answers[0] |= {"answer": "refused", "reason": "forbidden", "message": "不在您的岗位范围内"}
    route.fulfill(json={"proto": "gridbook/1", "epoch": "", "server_time": "2026-11-23T01:00:00+00:00", "answers": answers})


@pytest.fixture
def refused(phone, server):
    """A phone with a refused hazard and, waiting for it, its amendment."""
    worker = phone().sign_in("worker1")
    server.kill()
    worker.record("hazard", "楼道堆物")
    page = worker.go(f"/new?amend={worker.kept('actions')[0]['entry']}")
    page.wait_for_selector("body[data-ready=new]")
    page.fill("#f-note", "3 楼楼道堆物")
    worker.save()
    server.start()
    worker.context.route("**/sync", refuse_first)
    worker.send()
    assert worker.states() == ["已存手机", "需处理:不在您的岗位范围内"]
    return worker


def test_what_waited_for_a_refused_record_goes_when_that_is_put_right(refused):
    page = refused.page
    page.locator("[data-do=change]").tap()
    page.wait_for_selector("body[data-ready=new]")
    refused.context.unroute_all()
    refused.save()
    refused.send()
    assert [state[:3] for state in refused.states()] == ["已收到", "已收到"]
    assert ("3 楼楼道堆物", 2) in [(row["note"], row["version"]) for row in refused.kept("rows")]


def test_what_waited_for_a_refused_record_goes_without_it(refused):
    page = refused.page
    with page.expect_download():
        page.click("#export")
    page.wait_for_selector("#toasts .toast")
    page.locator("[data-do=discard]").tap()
    page.click("#sure .danger")
    page.wait_for_function("() => document.querySelectorAll('#records .chip').length === 1")
    refused.context.unroute_all()
    refused.send()
    assert [state[:3] for state in refused.states()] == ["已收到"]
    assert ("3 楼楼道堆物", 1) in [(row["note"], row["version"]) for row in refused.kept("rows")]


def test_a_photo_that_is_not_taken_is_said_in_words_and_settled(phone, picture):
    worker = phone().sign_in("worker1")
    answer = {"proto": "gridbook/1", "reason": "not_a_picture", "message": "不是照片"}
    worker.context.route("**/photos/*", lambda route: route.fulfill(status=415, json=answer))
    worker.record("hazard", "飞线充电", photos=[picture])
    worker.send()
    assert worker.states() == ["照片没被收下:不是照片"]
    assert worker.page.inner_text("#unsent-count") == ""
    worker.page.locator("[data-do=retake]").tap()
    worker.page.wait_for_selector("body[data-ready=new]")
    assert worker.page.input_value("#f-note") == "飞线充电"
    assert worker.page.locator("#photos .photo").count() == 0
    worker.states()
    worker.page.locator("[data-do=without]").tap()
    worker.page.wait_for_selector("#records .chip.done")


def test_a_bad_photo_does_not_hold_up_the_feed_nor_the_next_photo(phone, picture, tmp_path):
    from PIL import Image

    worker = phone().sign_in("worker1")
    Image.new("RGB", (60, 60), "red").save(tmp_path / "red.jpg")
    bad = []

    def fail_the_first(route):
        if not bad:
            bad.append(route.request.url)
        route.fulfill(status=500, body="") if route.request.url == bad[0] else route.continue_()

    worker.context.route("**/photos/*", fail_the_first)
    worker.record("hazard", "两张照片", photos=[picture, tmp_path / "red.jpg"])
    worker.send()
    assert worker.states() == ["缺照片 1"]
    assert "两张照片" in [row["note"] for row in worker.kept("rows")]
    worker.context.unroute_all()
    worker.send()
    assert worker.states()[0].startswith("已收到 №")


def test_a_correction_before_the_first_pull_is_a_correction(phone):
    worker = phone().sign_in("worker1")
    worker.context.route("**/sync/changes*", lambda route: route.abort())
    worker.record("hazard", "楼道堆物")
    worker.send()
    entry = worker.kept("actions")[0]["entry"]
    page = worker.go(f"/new?amend={entry}")
    page.wait_for_selector("body[data-ready=new]")
    assert page.input_value("#f-note") == "楼道堆物"
    page.fill("#f-note", "3 楼楼道堆物")
    worker.save()
    worker.context.unroute_all()
    worker.send()
    rows = [row for row in worker.kept("rows") if "楼道堆物" in row["note"]]
    assert [(row["entry"], row["version"]) for row in rows] == [(entry, 2)]


def test_a_window_left_open_never_writes_into_anothers_notebook(phone):
    worker = phone().sign_in("worker1")
    left = worker.go("/new?kind=request")
    left.wait_for_selector("body[data-ready=new]")
    worker.pick_home()
    left.fill("#f-note", "只属于一号网格员")
    left.wait_for_url("**draft=*")
    worker.page = worker.context.new_page()
    worker.leave().sign_in("worker2")
    left.evaluate("dispatchEvent(new Event('pageshow'))")
    left.wait_for_function("() => !document.body.hidden && document.body.dataset.ready && document.querySelector('#f-note').value === ''")
    assert worker.kept("drafts") == worker.kept("actions") == []
    worker.leave().sign_in("worker1")
    assert worker.states() == ["草稿"]


def test_a_browser_that_was_told_to_forget_says_so_and_starts_again(phone, server):
    worker = phone().sign_in("worker1")
    session = worker.context.new_cdp_session(worker.page)
    session.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "indexeddb"})
    worker.page.evaluate("() => { dispatchEvent(new Event('pageshow')) }")
    worker.page.wait_for_selector("#banner .error:has-text('浏览器清掉了手机里的记录')")
    worker.settled()
    assert worker.kept("rosters")
