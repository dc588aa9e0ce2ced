"""今天 on the phone: what is due, by building and household, each class of home on its day, and what was promised."""

import re
import uuid
from datetime import date, datetime, timedelta

import pytest

from tests.browser.conftest import BEIJING
from webapp.core import care

pytestmark = pytest.mark.browser

LIST = """groups => groups.map(group => ({
  building: group.querySelector('bdi').textContent, count: group.querySelector('.group-count').textContent,
  rows: [...group.querySelectorAll('.row-link[href]')].map(link => ({
    room: link.querySelector('.row-lead')?.textContent.trim() ?? '', title: link.querySelector('.row-title').textContent,
    state: link.querySelector('.chip')?.textContent.trim() ?? '', meta: [...link.querySelectorAll('.row-meta bdi')].map(node => node.textContent),
    url: link.getAttribute('href'), folded: Boolean(link.closest('.fold')),
  })),
}))"""


class Today:
    """What 今天 shows on a phone, and what it ought to show by the rules of the server."""

    def __init__(self, worker):
        self.worker, [self.roster] = worker, worker.kept("rosters")
        self.doors = {code: (name, parent, level) for code, name, parent, level in self.roster["places"]}

    def open(self):
        page = self.worker.go("/")
        page.wait_for_selector("body[data-ready=today]")
        self.groups = page.locator("#list .group").evaluate_all(LIST)
        return page

    def rows(self, **wanted) -> list[dict]:
        rows = [row | {"building": group["building"]} for group in self.groups for row in group["rows"]]
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]

    def building(self, home: dict) -> str:
        name, parent, level = self.doors[home["area"]]
        return self.doors[parent][0] if level == "unit" else name

    def visits(self, *, folded: bool) -> list[tuple]:
        words = re.compile("还没走访过|到期今天|过期 .* 天")
        return [(row["building"], row["room"], row["title"], row["state"]) for row in self.rows(folded=folded) if words.fullmatch(row["state"])]

    def due(self, day: date, *, tagged: bool) -> list[tuple]:
        """The visits that are due on a day: by building, the longest overdue first, then by room."""
        found = []
        for home in self.roster["households"]:
            last = home["visited"] and date.fromisoformat(home["visited"])
            due = care.visit_due(home["tags"], last)
            late = (day - due).days if due else 0
            state = "还没走访过" if not last else "到期今天" if late == 0 else f"过期 {late} 天"
            if bool(home["tags"]) == tagged and late >= 0:
                order = (self.building(home), -late, int(home["room"]), self.doors[home["area"]][0])
                found.append((order, (self.building(home), home["room"], home["name"], state)))
        return [one for _, one in sorted(found)]

    def deliveries(self) -> set[tuple]:
        rows = [row for row in self.rows() if row["state"] in {"待送到", "超期"} and row["title"].startswith("配送")]
        return {(row["building"], row["room"], row["url"], row["state"], *row["meta"]) for row in rows}

    def ordered(self) -> set[tuple]:
        """What somebody waits for at the door and nobody in particular was given, as the server sent it to this phone."""
        homes, found = {home["id"]: home for home in self.roster["households"]}, set()
        for row in self.worker.kept("rows"):
            if row["kind"] == "delivery" and row["details"].get("ordered") and row["stage"] in {"waiting", "in_hand"} and not row["tasks"]:
                home, late = homes[row["household"]], row["due_at"] and datetime.fromisoformat(row["due_at"]) < datetime.now(BEIJING)
                state = "超期" if late else "待送到"
                found.add((self.building(home), home["room"], f"/entry?id={row['entry']}", state, home["name"], row["note"]))
        return found


def test_today_shows_what_is_due_by_building_and_what_is_done_leaves_it(phone, server):
    worker = phone().sign_in("worker1")
    today, day = Today(worker), datetime.now(BEIJING).date()
    server.kill()
    page = today.open()

    names = [group["building"] for group in today.groups]
    assert names == sorted(names) and len(names) > 1
    assert [group["count"] for group in today.groups] == [f"{len(group['rows'])} 件" for group in today.groups]
    everything = len(today.rows())
    assert page.inner_text("#left") == f"{today.roster['name']} · 还有 {everything} 件"
    assert today.visits(folded=False) == today.due(day, tagged=True) != []
    plain = today.due(day, tagged=False)
    assert today.visits(folded=True) == plain != []
    folds = page.locator("#list .fold")
    assert folds.locator("summary").all_inner_texts() == [f"普通住户 {n} 户该走访了" for n in (sum(one[0] == name for one in plain) for name in names) if n]
    assert not folds.locator("ul:visible").count(), "ordinary homes are folded away"

    shown = today.deliveries()
    assert shown == today.ordered() != set()

    folds.first.locator("summary").tap()
    folds.first.locator(".row-link[href]").first.tap()
    page.wait_for_selector("body[data-ready=new]")
    building, room, name, _ = plain[0]
    assert re.fullmatch(f"{building}.* {room} {name}", page.inner_text("#trail-words"))
    worker.save()
    page = today.open()
    assert page.inner_text("#left").endswith(f"还有 {everything - 1} 件") and page.inner_text("#finished") == "已做 1 件"
    assert today.visits(folded=True) == plain[1:]
    assert [(row["building"], row["room"], row["title"]) for row in today.rows(state="今天走访过")] == [(building, room, name)]

    url = min(shown)[2]
    page.locator(f"#list a[href='{url}']").tap()
    page.wait_for_selector("body[data-ready=entry]")
    page.fill("#f-handled", "已送到门口,老人签收。")
    page.click("#handle .button")
    page.wait_for_selector("#handle", state="hidden")
    page = today.open()
    assert page.inner_text("#finished") == "已做 2 件"
    assert [row["state"] for row in today.rows(url=url)] == ["已存手机"]
    assert today.deliveries() == {one for one in shown if one[2] != url}

    server.start()
    worker.send()
    today.open()
    assert not today.rows(url=url)
    assert today.deliveries() == {one for one in shown if one[2] != url}


def test_each_class_of_home_comes_back_on_its_day_and_so_does_what_was_promised(phone, server, wire):
    before = wire("worker1")
    [scope] = [one["code"] for one in before.requests.get("/me").json()["scopes"]]
    homes = before.requests.get(f"/roster/{scope}").json()["households"]
    visited = {tuple(home["tags"]): home for home in homes if not home["visited"]}
    assert len(visited) > 3
    for home in visited.values():
        body = {"kind": "visit", "area": home["area"], "household": home["id"], "happened_at": datetime.now(BEIJING).isoformat(), "note": "看望"}
        assert before.act("recorded", str(uuid.uuid4()), body=body)["answer"] == "kept"

    worker = phone().sign_in("worker1")
    today, day = Today(worker), datetime.now(BEIJING).date()
    server.kill()
    today.open()
    again = today.rows(state="今天回访")[0]
    promised = again["title"]
    where = open_form(today, again)
    worker.page.locator("[data-days='3']:visible").tap()
    worker.save()

    today.open()
    assert [row["state"] for row in today.rows(title=promised)] == ["今天走访过"], "kept today, and not due before its new day"
    assert {row["title"] for row in today.rows(state="今天走访过")} == {home["name"] for home in visited.values()} | {promised}
    next(home for home in today.roster["households"] if home["name"] == promised)["visited"] = day.isoformat()
    kept = day + timedelta(days=3)
    for days in (3, 7, 14, 30, 182):
        later = day + timedelta(days=days)
        worker.page.clock.set_system_time(datetime.now(BEIJING) + timedelta(days=days))
        today.open()
        assert today.visits(folded=False) == today.due(later, tagged=True), days
        assert today.visits(folded=True) == today.due(later, tagged=False), days
        [again] = [row for row in today.rows(title=promised) if "回访" in row["state"]]
        year = "" if kept.year == later.year else f"{kept.year}年"
        assert (again["state"], again["meta"]) == ("今天回访" if days == 3 else "回访过期", [f"说好 {year}{kept.month}月{kept.day}日 回访"])

    assert open_form(today, again) == where
    worker.save()
    today.open()
    assert [row["state"] for row in today.rows(title=promised)] == ["今天走访过"]


def open_form(today: Today, row: dict) -> str:
    """Tap a row of 今天; returns which household the form is for."""
    page = today.worker.page
    page.locator(f"#list a[href='{row['url']}']", has_text=row["state"]).tap()
    page.wait_for_selector("body[data-ready=new]")
    assert row["title"] in page.inner_text("#trail-words")
    return page.inner_text("#trail-words")
