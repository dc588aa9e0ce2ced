"""A phone before a real server: a Chromium of 360×740 with touch and a profile that outlives its process."""

import os
import shutil
import signal
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Error, expect, sync_playwright

from tests.conftest import PASSWORD, make_app
from tests.server import Server
from webapp.cli import upgrade

CHROMIUM = os.environ.get("GRIDBOOK_CHROMIUM") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
expect.set_options(timeout=10_000)
BEIJING = timezone(timedelta(hours=8))


class Phone:
    """One phone: a browser profile. After kill() the same profile opens again with everything that was safely kept."""

    def __init__(self, playwright, server: Server, profile: Path, **options):
        self.playwright, self.server, self.profile, self.options = playwright, server, Path(profile), options
        self.context = self.page = None

    def open(self, path: str | None = "/"):
        """Start the browser; with a path, show that page."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 360, "height": 740},
            has_touch=True,
            is_mobile=True,
            device_scale_factor=2,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=self.server.url,
            **self.options,
        )
        self.context.set_default_timeout(10_000)
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        if path:
            self.page.goto(path)
        return self

    def sign_in(self, username: str, path: str = "/"):
        """Sign in, and wait until the phone keeps all it needs to work without a network."""
        self.page.goto(f"/login?next={path}")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("form button.primary")
        self.page.wait_for_url(f"**{path}")
        return self.settled()

    def settled(self):
        """Wait until the service worker answers and a round of sending has ended well."""
        self.page.wait_for_selector("body[data-kept]")
        self.page.wait_for_selector("#status[data-state=online] #as-of:not(:text-is('—'))")
        return self

    def leave(self):
        """Sign out, whatever is unsent."""
        self.go("/mine").wait_for_selector("body[data-ready=mine]")
        self.page.click("#leave button")
        self.page.wait_for_selector("#stay[open], [name=password]")
        if self.page.is_visible("#leave-anyway"):
            self.page.click("#leave-anyway")
        self.page.wait_for_url("**/login")
        return self

    def go(self, path: str):
        self.page.goto(path)
        return self.page

    def kill(self):
        """SIGKILL to the browser, as when the system takes its memory."""
        for pid in _processes(str(self.profile)):
            os.kill(pid, signal.SIGKILL)
        self.close()

    def restart(self, path: str = "/"):
        """Close the browser in good order and open it again: Chromium writes cookies to the disk only every 30 seconds."""
        self.close()
        return self.open(path)

    def close(self):
        if self.context:
            with suppress(Error):
                self.context.close()
        self.context = self.page = None

    # --- what a worker does

    def pick_home(self, building: int = 0, unit: int = 0, home: int = 0) -> str:
        """Choose a household in three taps; returns what the form says was chosen."""
        page = self.page
        page.locator("#buildings button").nth(building).tap()
        page.locator("#units button").nth(unit).tap()
        page.locator("#homes button").nth(home).tap()
        return page.inner_text("#trail-words")

    def save(self):
        self.page.click("#save")
        self.page.wait_for_selector("#saved:not([hidden])")
        return self

    def record(self, kind: str, note: str = "", photos=()):
        """Make one entry of a kind for the first household, with these picture files, and save it."""
        self.go(f"/new?kind={kind}").wait_for_selector("body[data-ready=new]")
        self.pick_home()
        self.page.fill("#f-note", note)
        for n, picture in enumerate(photos):
            self.page.set_input_files("#camera", picture)
            self.page.locator("#photos .photo").nth(n).wait_for()
        return self.save()

    def kept(self, store: str, made: str = "rows => rows") -> list:
        """Everything in one store of the signed-in person's own database on this phone, or what a script has `made` of it."""
        script = """store => new Promise((resolve, reject) => {
          const ask = (name, then) => {
            const request = indexedDB.open(name)
            request.onerror = () => reject(request.error)
            request.onsuccess = () => then(request.result)
          }
          ask('gridbook', phone => {
            const user = phone.transaction('meta').objectStore('meta').get('user')
            user.onsuccess = () => {
              phone.close()
              ask(`gridbook:${user.result.username}`, own => {
                const all = own.transaction(store).objectStore(store).getAll()
                all.onsuccess = () => { own.close(); resolve(all.result) }
              })
            }
          })
        })"""
        return self.page.evaluate(f"async store => ({made})(await ({script})(store))", store)

    def kept_photos(self) -> dict[str, str]:
        """Under which name each photo lies on this phone, and the SHA-256 of the bytes that really lie there."""
        sums = """rows => Promise.all(rows.map(async ({sha, bytes}) => {
          const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
          return [sha, [...sum].map(byte => byte.toString(16).padStart(2, '0')).join('')]
        }))"""
        return dict(self.kept("photos", sums))

    def limit_space(self, bytes: int | None):
        """Leave this origin so many bytes, or as many as the disk has."""
        session = self.context.new_cdp_session(self.page)
        session.send("Storage.overrideQuotaForOrigin", {"origin": self.server.url} | ({} if bytes is None else {"quotaSize": bytes}))

    def states(self) -> list[str]:
        """What 待上传 says of each record, newest first."""
        self.go("/outbox").wait_for_selector("body[data-ready=outbox]")
        return self.page.locator("#records .chip").all_inner_texts()

    def send(self) -> str:
        """Press 立即上传; returns the stated result."""
        self.go("/outbox").wait_for_selector("body[data-ready=outbox]")
        self.page.click("#send")
        self.page.wait_for_selector("#result[data-done]")
        return self.page.inner_text("#result")


def _processes(profile: str) -> list[int]:
    """The browser's own process of a profile (its children die with it)."""
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            with suppress(OSError):
                words = (directory / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if f"--user-data-dir={profile}" in words and not any(word.startswith("--type=") for word in words):
                    found.append(int(directory.name))
    return found


@pytest.fixture(scope="session")
def live_town(tmp_path_factory):
    """A data folder with the small demo town of this very day, for servers that run on the real clock."""
    from webapp.intake import demo

    folder = tmp_path_factory.mktemp("live-town")
    app = make_app(folder, CLOCK=lambda: datetime.now(UTC))
    with app.app_context():
        upgrade()
        demo.load(app.config["SETTINGS"], small=True, today=datetime.now(BEIJING).date())
    return folder


@pytest.fixture
def server(live_town, tmp_path):
    """A running server on a copy of the small town."""
    shutil.copytree(live_town, tmp_path / "data")
    server = Server(tmp_path / "data").start()
    yield server
    server.kill()


class Wire:
    """Somebody at another machine, who speaks the wire without a browser."""

    def __init__(self, playwright, server: Server, username: str):
        self.username = username
        self.requests = playwright.request.new_context(base_url=server.url)
        assert self.requests.post("/login", form={"username": username, "password": PASSWORD, "next": "/me"}).ok

    def act(self, verb: str, entry: str, seen: str | None = None, body: dict | None = None) -> dict:
        """Do one thing to an entry; returns the server's answer for it."""
        action = {"id": str(uuid.uuid4()), "entry": entry, "verb": verb, "by": self.username, "at": datetime.now(UTC).isoformat()}
        action |= {"n": 1, "after": None, "seen": seen, "body": body or {}, "photos": []}
        batch = {"proto": "gridbook/1", "device": str(uuid.uuid4()), "actions": [action]}
        return self.requests.post("/sync", data=batch).json()["answers"][0]


@pytest.fixture
def wire(playwright_of_phones, server):
    """wire("secretary1") -> that person, signed in."""
    opened = []

    def make(username: str) -> Wire:
        opened.append(Wire(playwright_of_phones, server, username))
        return opened[-1]

    yield make
    for one in opened:
        one.requests.dispose()


@pytest.fixture(scope="session")
def playwright_of_phones():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def one_chromium(playwright_of_phones):
    browser = playwright_of_phones.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def chromium(one_chromium):
    """A browser that knows nobody; what a test opens in it is closed with the test."""
    yield one_chromium
    for context in one_chromium.contexts:
        context.close()


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    """A photo as a camera makes it: 12 megapixels."""
    path = tmp_path_factory.mktemp("camera") / "photo.jpg"
    noise = Image.effect_noise((1000, 750), 80).resize((4000, 3000))
    Image.merge("RGB", (noise, noise.rotate(180), noise)).save(path, quality=85)
    return path


@pytest.fixture
def phone(playwright_of_phones, server, tmp_path):
    """phone() -> an open Phone on the server; phone("b") is another one. All are closed at the end."""
    opened = []

    def make(name: str = "a", path: str | None = None, **options) -> Phone:
        one = Phone(playwright_of_phones, server, tmp_path / f"phone-{name}", **options).open(path)
        opened.append(one)
        return one

    yield make
    for one in opened:
        one.close()
