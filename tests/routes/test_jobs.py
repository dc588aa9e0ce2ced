"""A handler's pages: signed in, or by a link; only the one task, nothing of the household, and pressing twice does no harm."""

import io
import shutil
from datetime import timedelta
from html import unescape

import pytest

from tests.conftest import NOON, make_app
from tests.routes.resident import jpeg
from tests.routes.test_desk import do, entry, record
from tests.routes.test_dispatch import approved, give, link, task, token_in
from tests.town import rows, signed_in
from webapp.store.database import writing
from webapp.store.tables import ActionRow, ContactRow, LinkRow


def given(town, **form) -> str:
    """A case with a household, a contact and a photo, given to wuye."""
    id = approved(town, area="U1", household="home-11", note="门口的灯坏了")
    with town.app_context(), writing() as connection:
        connection.execute(ContactRow.__table__.insert(), {"entry": id, "name": "孙先生", "telephone": "13911112222"})
    give(town, id, words="请带梯子", **form)
    return id


def handler(town, username="handler1"):
    return signed_in(town, username)


def act(client, url: str, verb: str, photos=(), **form):
    data = {"verb": verb, **form} | ({"photo": [(io.BytesIO(one), f"{n}.jpg") for n, one in enumerate(photos)]} if photos else {})
    return client.post(f"{url}/actions", data=data, content_type="multipart/form-data")


def by_account(town, id: str):
    return handler(town), f"/jobs/{id}/1"


def by_link(town, id: str):
    return town.test_client(), f"/j/{token_in(link(town, id))}"


WAYS_IN = pytest.mark.parametrize("way_in", [by_account, by_link])


@WAYS_IN
def test_the_whole_way_from_signing_to_the_report(town, way_in):
    id = given(town)
    client, url = way_in(town, id)
    first = client.get(url)
    assert first.status_code == 200 and "签收" in first.text and "请带梯子" in first.text and "门口的灯坏了" in first.text
    assert 'value="handled"' not in first.text
    assert act(client, url, "signed").status_code == 303
    assert entry(town, id).stage == "signed"
    said = client.get(f"{url}?done=signed").text
    assert "已签收" in said and 'value="handled"' in said
    assert act(client, url, "noted", words="明天带灯泡来").status_code == 303
    assert act(client, url, "handled", photos=[jpeg(), jpeg(colour="blue")], words="灯泡换好了").status_code == 303
    row = entry(town, id)
    assert (row.stage, row.outcome, [role for _sha, role, _action in row.photos]) == ("handled", "灯泡换好了", ["after", "after"])
    end = client.get(url)
    assert end.status_code == 200 and ("办理结果已报上" in end.text or "已办" in end.text)


@WAYS_IN
def test_nothing_of_the_household_is_shown(town, way_in):
    id = given(town)
    client, url = way_in(town, id)
    text = client.get(url).text
    for secret in ("住户1", "1380000", "101", "孙先生", "13911112222", "worker1", "secretary1的名字"):
        assert secret not in text, secret
    assert "辖区U1" in text


@WAYS_IN
def test_handing_back_wants_a_reason_and_ends_the_task(town, way_in):
    id = given(town)
    client, url = way_in(town, id)
    answer = act(client, url, "handed_back")
    assert answer.status_code == 422 and "请选一条或写一句原因" in answer.text
    assert act(client, url, "handed_back", phrase="不属于本单位职责", words="是路灯所的").status_code == 303
    assert (entry(town, id).stage, entry(town, id).reason) == ("in_hand", "不属于本单位职责；是路灯所的")
    assert client.get(url).status_code == (404 if way_in is by_account else 200)


@WAYS_IN
def test_pressing_twice_is_done_once(town, way_in):
    id = given(town)
    client, url = way_in(town, id)
    for _ in range(2):
        assert act(client, url, "signed").status_code == 303
    for _ in range(2):
        assert act(client, url, "handled", photos=[jpeg()], words="好了").status_code in {303, 200}
    with town.app_context():
        verbs = [row.verb for row in rows(ActionRow.__table__.select().where(ActionRow.entry == id))]
    assert verbs.count("signed") == verbs.count("handled") == 1


@WAYS_IN
def test_what_is_wrong_is_said_and_the_words_stay(town, way_in):
    id = given(town)
    client, url = way_in(town, id)
    act(client, url, "signed")
    assert "请写一句说明" in act(client, url, "handled").text
    answer = act(client, url, "handled", photos=[b"no picture"], words="写了很多")
    assert answer.status_code == 422 and "照片打不开" in answer.text and "写了很多" in answer.text
    answer = act(client, url, "handled", photos=[jpeg()] * 10, words="十张")
    assert answer.status_code == 422 and "最多 9 张照片" in answer.text
    assert act(client, url, "closed", words="x").status_code == 400
    assert entry(town, id).stage == "signed"


@WAYS_IN
def test_user_text_is_inert(town, way_in):
    id = given(town)
    client, url = way_in(town, id)
    act(client, url, "signed")
    act(client, url, "noted", words="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(url).text and "<script>alert(1)" in unescape(client.get(url).text)


def test_after_sign_in_a_handler_comes_to_his_tasks(town):
    id = given(town, **{"with": "unit:chengguan"})
    client = handler(town)
    page = client.get("/jobs").text
    assert "待签收" in page and f"/jobs/{id}/1" in page and f"/jobs/{id}/2" not in page
    assert client.get("/login").location == "/jobs"
    act(client, f"/jobs/{id}/1", "signed")
    assert "办理中" in client.get("/jobs").text
    act(client, f"/jobs/{id}/1", "handled", words="好了")
    assert id not in client.get("/jobs").text and id in client.get("/jobs?done=1").text


def test_the_task_of_another_unit_does_not_exist(town):
    id = given(town, to="unit:chengguan")
    client = handler(town)
    assert client.get(f"/jobs/{id}/1").status_code == 404
    assert act(client, f"/jobs/{id}/1", "signed").status_code == 404
    assert id not in client.get("/jobs").text


def test_a_person_has_the_tasks_in_his_own_name(town):
    id = given(town, to="person:volunteer1")
    client = handler(town, "volunteer1")
    assert f"/jobs/{id}/1" in client.get("/jobs").text
    assert act(client, f"/jobs/{id}/1", "signed").status_code == 303
    assert task(town, id)["signed_at"]


def test_what_was_given_to_a_grid_is_its_workers(town):
    id = given(town, to="grid:G11")
    client = handler(town, "worker1")
    page = client.get("/jobs").text
    assert f"/jobs/{id}/1" in page and 'href="/"' in page and client.get("/me").json["jobs"] == 1
    assert "计时经过" in client.get(f"/jobs/{id}/1").text
    assert act(client, f"/jobs/{id}/1", "signed").status_code == 303
    assert act(client, f"/jobs/{id}/1", "handled", words="好了").status_code == 303
    assert client.get("/me").json["jobs"] == 0 and id not in client.get("/jobs").text and id in client.get("/jobs?done=1").text
    assert id not in handler(town, "worker2").get("/jobs?done=1").text


def test_who_assists_signs_and_reports_without_moving_the_case(town):
    id = given(town, to="unit:chengguan", **{"with": "unit:wuye"})
    client = handler(town)
    assert "协办" in client.get("/jobs").text
    act(client, f"/jobs/{id}/2", "signed")
    act(client, f"/jobs/{id}/2", "handled", words="清了一半")
    assert (entry(town, id).stage, task(town, id, 2)["end"]) == ("assigned", "done")


# --- links


def test_what_a_link_did_is_the_units(town):
    id = given(town)
    client, url = by_link(town, id)
    act(client, url, "signed")
    with town.app_context():
        assert [row.by for row in rows(ActionRow.__table__.select().where(ActionRow.entry == id, ActionRow.verb == "signed"))] == ["unit:wuye"]
    assert "单位wuye" in unescape(signed_in(town, "secretary1").get(f"/desk/entries/{id}").text)


def test_a_link_leaves_no_cookie_and_is_told_nobody(town):
    id = given(town)
    client, url = by_link(town, id)
    for answer in (client.get(url), act(client, url, "signed"), client.get("/j/unknown")):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
    assert client.post(f"{url}/actions", data={"verb": "noted", "words": "x"}, headers={"Origin": "null"}).status_code == 303
    assert client.post(f"{url}/actions", data={"verb": "noted", "words": "y"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_token_that_was_not_signed_here_or_ran_out_opens_nothing(town):
    id = given(town)
    client, url = by_link(town, id)
    for bad in (url[:-1] + ("A" if url[-1] != "A" else "B"), url.rsplit(".", 1)[0], "/j/x", "/j/x.y", url + "x"):
        assert client.get(bad).status_code == 404 and "没有找到这项任务" in client.get(bad).text
    town.config["CLOCK"] = lambda: NOON + timedelta(days=31)
    late = client.get(url)
    assert late.status_code == 410 and "过期" in late.text
    assert act(client, url, "signed").status_code == 410
    assert entry(town, id).stage == "assigned"


def test_given_to_somebody_else_the_link_says_so(town):
    id = given(town)
    client, url = by_link(town, id)
    give(town, id, to="unit:chengguan")
    assert "社区已转给别的单位" in client.get(url).text
    assert "社区已转给别的单位" in act(client, url, "signed").text
    assert entry(town, id).stage == "assigned"


def test_a_link_shows_the_photos_of_its_own_entry_only(town):
    data = jpeg(colour="green")
    import hashlib

    sha = hashlib.sha256(data).hexdigest()
    signed_in(town, "worker1").put(f"/photos/{sha}", data=data)
    mine, other = approved(town, photos=[sha]), approved(town)
    for id in (mine, other):
        give(town, id)
    client, url = by_link(town, mine)
    assert client.get(f"{url}/photos/{sha}/thumb").status_code == 200 and client.get(f"{url}/photos/{sha}").status_code == 200
    assert f"{url}/photos/{sha}" in client.get(url).text
    stranger, elsewhere = by_link(town, other)
    assert stranger.get(f"{elsewhere}/photos/{sha}").status_code == 404
    assert handler(town).get(f"/photos/{sha}/thumb").status_code == 200


def test_nothing_is_offered_while_it_is_suspended(town):
    id = given(town)
    client, url = by_link(town, id)
    do(town, "suspended", id)
    page = client.get(url).text
    assert "暂停计时" in page and 'name="verb"' not in page
    assert act(client, url, "signed").status_code == 409


def test_guessing_is_slowed_down(little_folder, tmp_path):
    shutil.copytree(little_folder, tmp_path / "town")
    client = make_app(tmp_path / "town", RATELIMIT_ENABLED=True).test_client()
    statuses = {client.post("/j/unknown/actions", data={"verb": "signed"}).status_code for _ in range(125)}
    assert statuses == {404, 429}


def test_no_link_is_kept_in_the_clear(town):
    id = given(town)
    token = token_in(link(town, id))
    with town.app_context():
        assert all(token not in str(tuple(row)) for row in rows(LinkRow.__table__.select()))


def test_a_record_is_nobodys_task(town):
    id = record(town, kind="visit")
    do(town, "approved", id)
    assert give(town, id).status_code == 409
