"""What lies outside one's posts, what leaves a trace, and what odd input is answered with."""

import csv
import hashlib
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import RFC_4122, UUID

import pytest

from tests.conftest import PASSWORD
from tests.routes.resident import jpeg
from tests.routes.test_desk import entry, record
from tests.town import action, rows, signed_in
from tests.wire.test_cast import ledger
from webapp import create_app
from webapp.core.actions import read
from webapp.routes import desk
from webapp.routes.access import new_id
from webapp.routes.account import limiter
from webapp.store import photos
from webapp.store.database import writing
from webapp.store.tables import AccessRow, Post

HTMX = {"HX-Request": "true"}


def looks(app, what: str) -> list[tuple]:
    """(who, entry, detail) of the access log."""
    with app.app_context():
        log = AccessRow.__table__.c
        return [tuple(row) for row in rows(AccessRow.__table__.select().with_only_columns(log.username, log.entry, log.detail).where(log.what == what))]


def with_photo(app, **about) -> tuple[str, str]:
    """An entry of worker1 with a photo that has arrived: its id, and the photo's name."""
    data = jpeg()
    sha = hashlib.sha256(data).hexdigest()
    assert signed_in(app, "worker1").put(f"/photos/{sha}", data=data).status_code == 201
    return record(app, photos=[sha], roles={sha: "before"}, **about), sha


# --- two posts


def test_a_second_post_that_only_looks_opens_no_telephone_and_decides_nothing(town):
    """The secretary of C1 looks at the whole street for a while."""
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.insert(), {"username": "secretary1", "role": "street", "area_code": "S", "starts": date(2026, 1, 1)})
    foreign, own = record(town, by="worker3", area="B3", household="home-21"), record(town, area="U1", household="home-11")
    client = signed_in(town, "secretary1")
    page = client.get(f"/desk/entries/{foreign}").text
    assert "看号码" not in page and "给居民一个链接" not in page and "看号码" in client.get(f"/desk/entries/{own}").text
    for path, form in (("telephone", {}), ("link", {}), ("actions", {"verb": "approved", "seen": entry(town, foreign).last})):
        assert client.post(f"/desk/entries/{foreign}/{path}", data=form).status_code == 404, path
    assert entry(town, foreign).stage == "waiting"
    assert [seen for _who, seen, _detail in looks(town, "refused")] == [foreign] * 3
    assert client.post(f"/desk/entries/{own}/telephone").status_code == 200


# --- what leaves a trace


def test_each_list_pull_and_photo_leaves_one_line(town):
    id, sha = with_photo(town)
    secretary, worker = signed_in(town, "secretary1"), signed_in(town, "worker1")
    secretary.get("/desk/entries?q=门厅&kind=hazard")
    [(who, _entry, detail)] = looks(town, "listed")
    assert who == "secretary1" and detail.startswith("1 list=all") and "q=%E9%97%A8%E5%8E%85" in detail
    secretary.get(f"/photos/{sha}/thumb")
    assert looks(town, "opened") == []
    secretary.get(f"/photos/{sha}")
    assert looks(town, "opened") == [("secretary1", id, f"photo {sha[:12]}")]
    page = worker.get("/sync/changes?scope=G11&after=0").json
    assert looks(town, "pulled") == [("worker1", None, f"G11 {len(page['rows'])}")]
    worker.get("/sync/changes", query_string={"scope": "G11", **page["next"]})
    assert len(looks(town, "pulled")) == 1, "nothing new, nothing seen"


def test_a_decision_that_answers_with_the_entry_is_a_look_at_it(town):
    id = record(town)
    answer = signed_in(town, "secretary1").post(f"/desk/entries/{id}/actions", data={"verb": "returned", "seen": "x"}, headers=HTMX)
    assert answer.status_code == 422
    assert looks(town, "opened") == [("secretary1", id, "")]


def test_each_foreign_id_leaves_a_line_and_is_answered_alike(town):
    id, sha = with_photo(town)
    asked = [
        ("worker3", "GET", f"/photos/{sha}"),
        ("worker3", "POST", "/households/home-11/telephone"),
        ("worker3", "POST", f"/desk/entries/{id}/link"),
        ("worker3", "GET", "/figures?area=C1"),
        ("worker3", "GET", "/posters/B1"),
        ("secretary2", "GET", "/desk/entries?area=G11"),
        ("secretary2", "GET", f"/desk/entries?near={id}"),
        ("secretary2", "GET", f"/desk/entries/{id}"),
    ]
    for count, (who, method, path) in enumerate(asked, 1):
        assert signed_in(town, who).open(path, method=method).status_code == 404, path
        refused = looks(town, "refused")
        assert len(refused) == count and refused[-1][0] == who, path


# --- odd input


@pytest.mark.parametrize("path", ["/login?next=/\\[", "/login?next=//[", "/login?next=/%0d%0aX:"])
def test_a_way_back_that_is_none_leads_home(town, path):
    answer = signed_in(town, "worker1").get(path)
    assert (answer.status_code, answer.location) == (302, "/")
    assert town.test_client().post("/preferences", data={"next": "/\\["}).location == "/"
    assert town.test_client().post("/login", data={"username": "worker1", "password": PASSWORD, "next": "/\\["}).status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "/figures?from=0001-01-01&to=0001-01-03",
        "/figures?from=9999-12-01&to=9999-12-31",
        "/figures.csv?from=9999-12-01&to=9999-12-31",
        f"/desk/news?since={'9' * 22}",
        "/desk/news?since=²",
        f"/desk/entries?page={'9' * 4000}",
        "/desk/entries?page=٣",
    ],
)
def test_what_no_calendar_and_no_list_knows_is_refused_in_words(town, path):
    assert signed_in(town, "secretary1").get(path).status_code == 400


def test_an_address_with_anything_in_it_leads_back_to_the_entry(town):
    id = record(town)
    form = {"verb": "approved", "seen": entry(town, id).last}
    answer = signed_in(town, "secretary1").post(f"/desk/entries/{id}/actions?id=x&_external=1&_scheme=ftp&kind=hazard", data=form)
    assert (answer.status_code, answer.location) == (303, f"/desk/entries/{id}?list=waiting&kind=hazard")


def test_a_photo_whose_file_is_gone_is_not_there(town):
    _id, sha = with_photo(town)
    photos.path(town.config["SETTINGS"].photos, sha).unlink()
    assert signed_in(town, "worker1").get(f"/photos/{sha}").status_code == 404


# --- one address for many


def test_behind_tls_the_proxy_says_who_asked_and_without_it_nobody_does(town):
    own = town.config["SETTINGS"]
    assert own.demo_allowed and not replace(own, https=True).demo_allowed
    assert replace(own, https=True, demo_in_public=True).demo_allowed and not replace(own, host="0.0.0.0").demo_allowed
    for https, statuses in ((True, [422] * 12), (False, [422] * 10 + [429] * 2)):
        app = create_app(replace(own, https=https), TESTING=True, RATELIMIT_ENABLED=True)
        limiter.reset()
        client, found = app.test_client(), []
        for n in range(12):
            headers = {"X-Forwarded-For": f"10.0.0.{n}", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "town.example"}
            found.append(client.post("/login", data={"username": "worker1", "password": "wrong"}, headers=headers).status_code)
        assert found == statuses
    limiter.enabled = False
    limiter.reset()


# --- lists that say what they are


def test_the_way_to_the_same_place_lists_exactly_those(town):
    stairs = [record(town, area="G11", place="小广场") for _ in range(3)]
    for about in ({"place": "东门"}, {"place": ""}, {"place": "小广场", "at": "2026-10-01T09:00:00+08:00"}):
        record(town, area="G11", **about)
    client = signed_in(town, "secretary1")
    text = unescape(client.get(f"/desk/entries/{stairs[0]}", headers=HTMX).text)
    [path] = re.findall(r'href="([^"]+)">同一地点 30 天内还有 2 条', text)
    listed = re.findall(r'<li class="card" id="entry-([^"]+)"', client.get(path).text)
    assert sorted(listed) == sorted(stairs[1:])
    nowhere = record(town, area="G11", place="", category=None, kind="dispute")
    assert "同一地点" not in client.get(f"/desk/entries/{nowhere}", headers=HTMX).text


def test_an_export_that_was_cut_says_so(town, monkeypatch):
    for _ in range(3):
        record(town)
    client = signed_in(town, "secretary1")
    first = lambda: next(csv.reader(io.StringIO(client.get("/desk/entries.csv").get_data().decode("utf-8-sig"))))  # noqa: E731
    assert len(first()) == 1
    monkeypatch.setattr(desk, "MOST_EXPORTED", 2)
    assert first()[1] == "共 3 条,只导出前 2 条"


def test_an_office_of_a_ledger_is_named_in_words(town):
    raw = action(by="import:BOS", area="B1", kind="request")
    with town.app_context():
        ledger(town, raw)
    page = signed_in(town, "secretary1").get(f"/desk/entries/{raw['entry']}").text
    assert "导入(BOS)" in page and "import:BOS" not in page


def test_ids_are_time_ordered_uuids_of_version_7():
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    ids = [new_id(begin + timedelta(milliseconds=n)) for n in range(300)]
    assert ids == sorted(ids) and len({id[14:] for id in ids}) == 300
    assert {(UUID(id).version, UUID(id).variant) for id in ids} == {(7, RFC_4122)}
    assert read(action(id=ids[0], entry=ids[1])).id == ids[0]


@pytest.mark.parametrize(("asked", "dest", "status"), [("", "document", 302), ("?id=", "document", 302), ("?id=x", "document", 200), ("", "empty", 200)])
def test_an_entry_without_a_name_leads_to_today_and_the_phone_still_keeps_the_bare_page(town, asked, dest, status):
    reply = town.test_client().get(f"/entry{asked}", headers={"Sec-Fetch-Dest": dest})
    assert (reply.status_code, reply.headers.get("Location")) == (status, "/" if status == 302 else None)
