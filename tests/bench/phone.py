"""What the phone has to load, and how long a form takes to open without a network on a slow processor."""

import gzip
import re
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from webapp.routes.assets import STATIC, shortened

from ..browser.conftest import Phone
from ..server import Server
from ..wire.harness import exchange

VENDOR = STATIC / "vendor"
WAITING = 500
PHOTOS = 50
FILL = """async ([entries, photos]) => {
  const open = () => new Promise(done => { const asked = indexedDB.open('gridbook:worker1'); asked.onsuccess = () => done(asked.result) })
  const database = await open()
  const change = database.transaction(['actions', 'photos'], 'readwrite', { durability: 'strict' })
  const done = new Promise(resolve => { change.oncomplete = resolve })
  const shas = Array.from({ length: photos }, (_, k) => k.toString(16).padStart(64, '0'))
  for (const sha of shas) change.objectStore('photos').put({ sha, type: 'image/jpeg', bytes: new ArrayBuffer(200000) })
  for (let n = 1; n <= entries; n++) {
    const id = crypto.randomUUID(), entry = crypto.randomUUID(), at = new Date().toISOString()
    const body = { kind: 'hazard', area: '150802013', note: '电动车楼道充电', happened_at: at }
    const action = { id, entry, verb: 'recorded', by: 'worker1', at, n, body, photos: shas.slice(n % photos, n % photos + 1) }
    change.objectStore('actions').put({ id, entry, n, action, kind: 'hazard', where: '2 栋', saved_at: at, state: 'saved' })
  }
  await done
  database.close()
}"""

READY = """(() => {  // the moment of the first frame after the form said that it is ready
  const look = () => {
    if (document.body?.dataset.ready !== 'new' || self.formAsked) return
    self.formAsked = true
    requestAnimationFrame(() => setTimeout(() => { self.formShown = performance.timeOrigin + performance.now() }))
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-ready'] })
})()"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def measure(folder, chosen) -> dict:
    data = folder / "data"
    _town(data)
    server = Server(data).start()
    try:
        with sync_playwright() as playwright:
            phone = Phone(playwright, server, folder / "phone").open("/login")
            found = _bytes(server) | {"first_start_bytes": _first_start(server, phone)}
            phone.page.evaluate(FILL, [WAITING, PHOTOS])
            server.kill()
            found["form_offline"] = _form_offline(phone, chosen.rounds)
            phone.close()
    finally:
        server.kill()
    return found


def _town(data: Path) -> None:
    from datetime import UTC, datetime

    from webapp.cli import upgrade
    from webapp.intake import demo

    from ..browser.conftest import BEIJING
    from ..conftest import make_app

    data.mkdir()
    app = make_app(data, CLOCK=lambda: datetime.now(UTC))
    with app.app_context():
        upgrade()
        demo.load(app.config["SETTINGS"], small=True, today=datetime.now(BEIJING).date())


def _bytes(server: Server) -> dict:
    """Gzipped bytes of JavaScript as it is served: ours with the service worker, and all."""
    size = lambda scripts: sum(len(gzip.compress(script, 9)) for script in scripts)  # noqa: E731
    worker = exchange(server.port, "GET", "/sw.js")[2]
    ours = size([worker, *(shortened(file.read_text("utf-8")).encode() for file in (STATIC / "js").glob("*.js"))])
    theirs = size(file.read_bytes() for file in VENDOR.glob("*.js"))
    return {"javascript_ours_gzip": ours, "javascript_all_gzip": ours + theirs, "limits": {"ours": 40_000, "all": 60_000, "first_start": 120_000}}


def _first_start(server: Server, phone: Phone) -> int:
    """Bytes of every body that the server sends from the first page until the phone may go offline, roster and feed included."""
    log = server.folder / "server.log"
    before = len(log.read_bytes())
    phone.sign_in("worker1")
    phone.page.wait_for_timeout(1000)
    return sum(int(number) for number in re.findall(rb" (\d+) bytes ", log.read_bytes()[before:]))


def _form_offline(phone: Phone, rounds: int) -> dict:
    """From the tap on 记一笔 to the first frame of a form that takes words: no server, processor slowed four times, the store full.

    Each time a kind is chosen and a note typed, and the draft on the phone must hold it. The bare page is timed from its first byte's request
    to its first frame. Both are read from the page's own clock: what the driver of the browser takes to notice is not the phone's.
    """
    waits, bare = [], []
    phone.context.add_init_script(READY)
    line = phone.context.new_cdp_session(phone.page)
    for n in range(rounds):
        phone.go("/").wait_for_selector("body[data-ready=today]")
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        tapped = phone.page.evaluate("() => { const now = Date.now(); document.querySelector('a.tab.new').click(); return now }")
        shown = phone.page.wait_for_function("() => self.formShown").json_value()
        waits.append((shown - tapped) / 1000)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        _writes(phone, f"第 {n} 次")
        phone.go("/offline")
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        phone.go("/offline")
        bare.append(phone.page.wait_for_function(PAINTED).json_value() / 1000)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    words = {"seconds": waits, "bare_kept_page_seconds": bare}
    return {name: round(median(many), 3) for name, many in words.items()} | {"waiting_entries": WAITING, "waiting_photos": PHOTOS, "limit": 0.7}


def _writes(phone: Phone, words: str) -> None:
    """The form that was timed is a real one: it takes a kind and a note, and keeps them as a draft."""
    phone.page.tap("[name=kind][value=visit] + .face")
    phone.page.tap("#f-note")
    phone.page.keyboard.insert_text(words)
    phone.page.wait_for_timeout(600)
    assert [words] in [draft["fields"].get("note") for draft in phone.kept("drafts")], words
