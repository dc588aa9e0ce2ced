"""记一笔 in the hand: as the last time, the place beside it, nine photos with their roles, and a network that hangs."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HERE = {"latitude": 40.751234, "longitude": 107.401234, "accuracy": 15}
SAME = ("kind", "category", "note", "source", "found", "topics", "condition")
NO_NETWORK = "没有网络。记录都在手机里,连上后会再试。"


def file_of(number: int) -> dict:
    """A small photo, unlike those of other numbers."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (20 * number, 255 - 20 * number, 90)).save(file, "JPEG")
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def form(worker, kind: str):
    page = worker.go(f"/new?kind={kind}")
    page.wait_for_selector("body[data-ready=new]")
    return page


def choose(page, name: str, *values: str) -> None:
    for value in values:
        page.locator(f"label:has([name='{name}'][value={value}])").tap()


def chosen(page, name: str) -> list[str]:
    return page.eval_on_selector_all(f"[name='{name}']:checked", "inputs => inputs.map(input => input.value)")


def test_as_the_last_time_but_here_and_now_and_a_place_only_where_it_is_allowed(phone, server):
    worker = phone().sign_in("worker1")
    server.kill()
    names = {home["id"]: home["name"] for home in worker.kept("rosters")[0]["households"]}
    mine = [row for row in worker.kept("rows") if (row["author"], row["kind"]) == ("worker1", "visit")]
    latest = max(mine, key=lambda row: row["happened_at"])
    page = form(worker, "visit")
    page.locator("#copy-last").tap()  # nothing was written on this phone yet: as the feed knows it
    expect(page.locator("#f-note")).to_have_value(latest["note"])
    expect(page.locator("#trail-words")).to_contain_text(names[latest["household"]])

    page = form(worker, "visit")
    worker.pick_home(home=0)
    page.locator("details.category summary").first.tap()
    page.locator("details.category[open] label").nth(1).tap()
    choose(page, "visit.found", "family")
    choose(page, "visit.topics", "safety", "policy")
    choose(page, "visit.condition", "attention")
    page.locator("[data-days='7']:visible").tap()
    page.fill("#f-note", "煤气管老化,说好下周再来看。")
    page.set_input_files("#camera", file_of(0))
    page.locator("#photos .photo").wait_for()
    page.locator("#locate").tap()
    expect(page.locator("#located")).to_have_text("没有定到位,不影响保存")
    worker.save()

    worker.context.grant_permissions(["geolocation"])
    worker.context.set_geolocation(HERE)
    page = form(worker, "visit")
    expect(page.locator("#located")).to_have_text("已定位,误差约 15 米")
    where = worker.pick_home(home=1)
    page.locator("#copy-last").tap()
    expect(page.locator("#f-note")).to_have_value("煤气管老化,说好下周再来看。")
    assert page.inner_text("#trail-words") == where, "the household that was chosen already stays"
    assert [chosen(page, f"visit.{name}") for name in ("found", "topics", "condition")] == [["family"], ["safety", "policy"], ["attention"]]
    assert not page.is_visible("#copy-last"), "what is written is never written over"
    worker.save()

    page = form(worker, "visit")
    page.locator("#copy-last").tap()
    expect(page.locator("#trail-words")).to_have_text(where)

    first, second = [record["action"] for record in worker.kept("actions")]
    assert {name: second["body"][name] for name in SAME} == {name: first["body"][name] for name in SAME}
    assert first["body"]["category"] and first["body"]["follow_up"] and first["photos"]
    assert "follow_up" not in second["body"] and second["photos"] == []
    assert second["body"]["happened_at"] > first["body"]["happened_at"]
    assert second["body"]["household"] != first["body"]["household"]

    server.start()
    worker.send()
    rows = {row["entry"]: [row["lat"], row["lng"], row["accuracy"]] for row in worker.kept("rows")}
    assert rows[first["entry"]] == [None, None, None]
    assert rows[second["entry"]] == [HERE["latitude"], HERE["longitude"], HERE["accuracy"]]


def test_nine_photos_with_their_roles_arrive_once_each_over_a_network_that_breaks(phone, server, wire):
    worker = phone().sign_in("worker1")
    server.kill()
    page = form(worker, "hazard")
    worker.pick_home()
    page.fill("#f-note", "楼道堆物,已清走")
    tiles, roles = page.locator("#photos .photo"), page.locator("#photos .photo-role")
    page.set_input_files("#camera", file_of(0))
    expect(tiles).to_have_count(1)
    page.locator("#solved label").tap()
    page.set_input_files("#gallery", [file_of(n) for n in range(1, 11)])
    expect(tiles).to_have_count(9)
    expect(page.locator("#toasts .toast").first).to_have_text("最多 9 张照片")
    expect(page.locator("#photos .add:visible")).to_have_count(0)
    assert page.inner_text("#photo-count") == "9 张,最多 9 张"
    assert [role.input_value() for role in roles.all()] == ["before", "after", *["near"] * 7]
    assert roles.first.locator("option").all_inner_texts() == ["处置前", "处置后", "近景", "远景"]
    roles.nth(2).select_option("far")
    page.locator("#photos .photo-remove").last.tap()
    expect(tiles).to_have_count(8)
    page.set_input_files("#camera", file_of(11))
    expect(tiles).to_have_count(9)
    worker.save()

    server.start()
    tried = []

    def break_off(route):
        tried.append(route.request.url)
        if len(tried) == 5:
            server.kill()
        route.continue_()

    worker.context.route("**/photos/*", break_off)
    assert worker.send() == NO_NETWORK
    assert worker.states() == ["缺照片 5"]
    worker.context.unroute_all()
    server.start()
    worker.send()
    assert worker.states()[0].startswith("已收到 №")

    action = worker.kept("actions")[0]["action"]
    assert len(set(action["photos"])) == 9
    assert sorted(re.findall(r"PUT /photos/(\w+) 201", server.log())) == sorted(action["photos"])
    row = next(row for row in worker.kept("rows") if row["entry"] == action["entry"])
    assert [photo[:2] for photo in row["photos"]] == [[*one] for one in zip(action["photos"], ["before", "after", "far", *["near"] * 6], strict=True)]
    secretary = wire("secretary1").requests
    assert all(secretary.get(f"/photos/{sha}/thumb").ok for sha in action["photos"])
    page = worker.go(f"/entry?id={action['entry']}")
    expect(page.locator("#photos figcaption")).to_have_text(["处置前", "处置后", "远景", *["近景"] * 6])


def test_over_a_network_that_hangs_sending_ends_in_words_and_nothing_is_twice(phone, server):
    worker = phone().sign_in("worker1")
    worker.page.clock.install()
    server.kill()
    worker.record("visit", "网络时有时无")
    worker.page.wait_for_selector("#status[data-state=offline]")
    worker.go("about:blank")
    server.start().freeze()
    worker.page.clock.fast_forward(61_000)
    assert worker.states() == ["已存手机"]
    worker.page.wait_for_selector("#status[data-state=sending]")  # by itself, which hangs too
    worker.page.clock.fast_forward(61_000)
    worker.page.wait_for_selector("#status[data-state=offline]")
    assert send_in_vain(worker) == NO_NETWORK
    assert worker.states() == ["已存手机"]

    def hang(route):
        """What is sent arrives, but no answer ever comes."""
        server.freeze()
        route.continue_()

    worker.context.route("**/sync", hang)
    server.thaw()
    assert send_in_vain(worker, "上传中") == NO_NETWORK
    assert worker.states() == ["已存手机"]

    worker.context.unroute_all()
    server.thaw()
    assert worker.send() in {"收到 1 条", "没有要上传的,已是最新"}
    assert worker.states()[0].startswith("已收到 №")
    assert [row["note"] for row in worker.kept("rows")].count("网络时有时无") == 1


def send_in_vain(worker, state: str = "已存手机") -> str:
    """Press 立即上传, and let the minute pass for which a request is waited for; returns the stated result."""
    page = worker.page
    page.click("#send")
    expect(page.locator("#result")).to_have_text("正在上传…")
    expect(page.locator("#records .chip")).to_have_text(state)
    for _ in range(10):  # the request may not have begun to wait yet
        page.clock.fast_forward(61_000)
        page.wait_for_timeout(500)
        if page.locator("#result[data-done]").count():
            break
    page.wait_for_selector("#result[data-done]")
    return page.inner_text("#result")
