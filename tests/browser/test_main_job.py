"""The main job, end to end: a stairwell without signal, a dead server, a killed browser; then the desk, the resident, the figures."""

import io
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import BEIJING
from tests.conftest import PASSWORD
from tests.server import ROOT

pytestmark = pytest.mark.browser

MAKE, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825
NOTES = {
    "visit": "王奶奶一切都好,已检查煤气。",
    "hazard": "电动车楼道充电,已劝导推走。",
    "dispute": "楼上漏水,双方对修理费有争议。",
    "delivery": "送水两箱,老人签收。",
    "request": "路灯不亮三天了。",
}


@pytest.fixture
def camera(tmp_path):
    """Two photos as a phone's camera makes them: 12 megapixels, lying on the side, with place and make in their tags."""
    files = []
    for number in (1, 2):
        exif = Image.Exif()
        exif[ORIENTATION], exif[MAKE] = 6, "Camera"
        exif.get_ifd(GPS).update({1: "N", 2: (40.0, 45.0, 12.0), 3: "E", 4: (107.0, 24.0, 5.0)})
        picture = Image.merge("RGB", [Image.effect_noise((1000, 750), 20 * number).resize((4000, 3000)) for _ in range(3)])
        files.append(tmp_path / f"camera-{number}.jpg")
        picture.save(files[-1], quality=85, exif=exif)
    return files


def figures(server, area: str) -> dict:
    day = datetime.now(BEIJING).date().isoformat()
    return json.loads(command(server, "figures", area, "--from", day, "--to", day))


def command(server, *words) -> str:
    environ = os.environ | {"GRIDBOOK_DATA": str(server.folder), "GRIDBOOK_TIMEZONE": "Asia/Shanghai"}
    line = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout


def record(phone, kind: str, *, photos=(), on_the_spot=False) -> None:
    page = phone.go(f"/new?kind={kind}")
    page.wait_for_selector("body[data-ready=new]")
    phone.pick_home()
    page.fill("#f-note", NOTES[kind])
    if photos:
        page.set_input_files("#gallery", photos)
        expect(page.locator("#photos .photo")).to_have_count(len(photos))
    if on_the_spot:
        page.locator("#solved label").tap()
    phone.save()


def assert_without_traces(sent: Path, served: bytes) -> None:
    """The photo that was taken told the place and the maker; what the server gives out does not, and stands upright."""
    taken, given = Image.open(sent), Image.open(io.BytesIO(served))
    assert taken.getexif().get_ifd(GPS) and taken.getexif()[MAKE] == "Camera"
    assert not given.getexif() and not {"exif", "xmp", "comment"} & set(given.info)
    assert given.width / given.height == pytest.approx(taken.height / taken.width, abs=0.01)


def test_from_the_stairwell_to_the_figures(server, phone, camera, browser_desk):
    worker = phone("worker").sign_in("worker1").restart()
    before = figures(server, "150802013")
    server.kill()

    for kind in NOTES:
        record(worker, kind, photos=camera if kind == "hazard" else (), on_the_spot=kind == "hazard")
    worker.kill()

    worker.open("/outbox")
    assert worker.states() == ["已存手机"] * 5
    kept = [one["action"] for one in worker.kept("actions")]
    assert {one["body"]["kind"]: one["body"]["note"] for one in kept} == NOTES
    pictures = next(one for one in kept if one["body"]["kind"] == "hazard")["photos"]
    assert len(set(pictures)) == 2
    assert worker.kept_photos() == {sha: sha for sha in pictures}, "the very bytes of both photos"

    server.start()
    worker.send()
    states = worker.states()
    assert len([one for one in states if one.startswith("已收到")]) == 5, states

    desk = browser_desk("secretary1")
    for note in NOTES.values():
        desk.goto(f"{server.url}/desk?q={note[:6]}")
        desk.locator("#cards a, .cards a").first.click()
        expect(desk.locator("#entry")).to_contain_text(note)
        if "充电" in note:
            expect(desk.locator("#entry .photo img")).to_have_count(2)
            desk.wait_for_function("() => [...document.querySelectorAll('#entry .photo img')].every(img => img.complete && img.naturalWidth > 0)")
            for sent, sha in zip(camera, pictures, strict=True):
                assert_without_traces(sent, desk.request.get(f"{server.url}/photos/{sha}").body())
        desk.keyboard.press("a")
        expect(desk.locator("#entry")).not_to_contain_text("待审核")

    records = worker.kept("actions")
    assert {one["id"][14] for one in records} == {"7"}, "ids begin with the time"
    token = next(one for one in records if one["kind"] == "request")["token"]
    resident = browser_desk.stranger()
    resident.goto(f"{server.url}/s/{token}")
    expect(resident.locator(".step.now")).to_contain_text("安排人办理")
    assert NOTES["request"] not in resident.content()

    after = figures(server, "150802013")
    risen = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert risen == {"received": 3, "closed": 1, "closed_grid": 1, "spot": 1, "visits": 1, "deliveries": 1, "households_visited": 1}
    assert "一致" in command(server, "check")


@pytest.fixture
def browser_desk(chromium, server):
    """browser_desk("secretary1") -> a signed-in page of 1280×800; browser_desk.stranger() -> one without scripts or account."""

    def desk(username: str):
        page = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800}).new_page()
        page.goto(f"{server.url}/login")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("form button.primary")
        page.wait_for_url("**/desk**")
        return page

    desk.stranger = lambda: chromium.new_context(locale="zh-CN", java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()
    return desk
