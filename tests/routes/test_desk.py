"""The desk: who may decide what, what a decision must have seen, several at once."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from uuid import uuid4

import pytest

from tests.routes.resident import PAYLOADS, jpeg
from tests.town import CAST, action, hear, rows, signed_in
from webapp.store import lists
from webapp.store.tables import AccessRow, ActionRow, EntryRow

HTMX = {"HX-Request": "true"}


def record(app, **about) -> str:
    """A new entry, a hazard in worker1's building unless something else is said; gives its id."""
    raw = action(**{"kind": "hazard", "area": "B1", "category": "H0101", "place": "门厅"} | about)
    with app.app_context():
        assert hear(app, raw)[0].answer == "kept"
    return raw["entry"]


def do(app, verb: str, id: str, by: str = "secretary1", **about):
    with app.app_context():
        seen = lists.entry_by_id(id).last
        return hear(app, action(verb, id, by, seen=seen, **about))[0]


def entry(app, id: str) -> EntryRow:
    with app.app_context():
        return lists.entry_by_id(id)


def decide(app, id: str, verb: str, by: str = "secretary1", headers=None, seen: str | None = None, **form):
    data = {"verb": verb, "seen": seen or entry(app, id).last, **form}
    return signed_in(app, by).post(f"/desk/entries/{id}/actions", data=data, headers=headers)


def test_the_secretary_closes_with_a_photo_of_how_it_looks_now(town):
    id = record(town)
    decide(town, id, "approved")
    wrong = decide(town, id, "closed", words="已清走", photo=(io.BytesIO(b"no picture"), "1.jpg"))
    assert wrong.status_code == 422 and "已清走" in wrong.text and entry(town, id).stage == "in_hand"
    assert decide(town, id, "closed", words="已清走", photo=(io.BytesIO(jpeg()), "1.jpg")).status_code == 303
    closed = entry(town, id)
    assert closed.stage == "closed" and [role for _sha, role, _action in closed.photos] == ["after"]


def accesses(app, what: str) -> list[tuple]:
    with app.app_context():
        log = AccessRow.__table__.c
        return [tuple(row) for row in rows(AccessRow.__table__.select().with_only_columns(log.username, log.entry).where(log.what == what))]


# --- who may decide


@pytest.mark.parametrize("by", sorted(CAST))
@pytest.mark.parametrize("verb", ["approved", "returned", "declined"])
def test_only_the_secretary_of_the_place_decides(town, by, verb):
    id = record(town)
    answer = decide(town, id, verb, by, words="缺照片")
    stage = {"approved": "in_hand", "returned": "returned", "declined": "declined"}[verb]
    if by == "secretary1":
        assert answer.status_code == 303
        assert entry(town, id).stage == stage
    else:
        assert answer.status_code == 404
        assert entry(town, id).stage == "waiting"


@pytest.mark.parametrize("by", sorted(CAST))
def test_the_desk_is_for_secretary_and_street(town, by):
    id = record(town)
    mine, desk = by in {"secretary1", "street1"}, by in {"secretary1", "secretary2", "street1"}
    client = signed_in(town, by)
    for path in ("/desk", "/desk/entries", "/desk/entries?list=overdue", "/desk/entries.csv", "/desk/phones", "/desk/news?since=0"):
        assert client.get(path).status_code == (200 if desk else 404), path
    assert client.get(f"/desk/entries/{id}").status_code == (200 if mine else 404)
    assert client.get("/desk/entries?area=G11").status_code == (200 if mine else 404)
    assert (id in client.get("/desk").text) == mine


def test_a_stranger_is_sent_to_sign_in(town):
    client = town.test_client()
    assert client.get("/desk").headers["Location"].startswith("/login")
    piece = client.get("/desk/news?since=0", headers=HTMX)
    assert (piece.status_code, piece.headers["HX-Refresh"]) == (401, "true")


def test_a_foreign_entry_looks_like_none_and_the_attempt_is_logged(town):
    id, nowhere = record(town), str(uuid4())
    client = signed_in(town, "secretary2")
    foreign, none = client.get(f"/desk/entries/{id}"), client.get(f"/desk/entries/{nowhere}")
    assert (foreign.status_code, foreign.text) == (none.status_code, none.text) == (404, none.text)
    assert accesses(town, "refused") == [("secretary2", id), ("secretary2", nowhere)]
    for path in ("actions", "telephone"):
        assert client.post(f"/desk/entries/{id}/{path}", data={"verb": "approved", "seen": "x"}).status_code == 404


def test_opening_an_entry_and_its_telephone_is_logged(town):
    id = record(town, area="U1", household="home-11")
    client = signed_in(town, "secretary1")
    page = client.get(f"/desk/entries/{id}").text
    assert "138****0001" in page and "13800000001" not in page
    assert "13800000001" in client.post(f"/desk/entries/{id}/telephone").text
    assert ("secretary1", id) in accesses(town, "opened")
    assert ("secretary1", id) in accesses(town, "revealed")


def test_the_street_looks_and_decides_nothing(town):
    id = record(town)
    page = signed_in(town, "street1").get(f"/desk/entries/{id}").text
    assert "飞线充电" in page
    assert "/actions" not in page and "看号码" not in page


def test_nobody_approves_his_own(town):
    id = record(town, by="secretary1")
    page = signed_in(town, "secretary1").get(f"/desk/entries/{id}").text
    assert "这是您自己记的,自己不能审核" in page
    assert 'value="approved"' not in page
    assert decide(town, id, "approved").status_code == 403
    assert entry(town, id).stage == "waiting"


# --- what a decision does


def test_a_reason_is_required(town):
    id = record(town)
    for verb in ("returned", "declined"):
        answer = decide(town, id, verb, headers=HTMX, words="  ")
        assert answer.status_code == 422 and "请选一条或写一句原因" in answer.text
    decide(town, id, "returned", phrase=["缺照片,请补拍", "地点没写清"], words="在几楼?")
    assert entry(town, id).reason == "缺照片,请补拍；地点没写清；在几楼?"


def test_a_case_goes_from_approval_to_closing_and_back(town):
    id = record(town)
    assert decide(town, id, "approved").status_code == 303
    assert decide(town, id, "handled", words="已联系物业").status_code == 303
    assert entry(town, id).stage == "handled"
    assert decide(town, id, "closed").status_code == 422
    decide(town, id, "closed", words="电线已拆除")
    assert (entry(town, id).stage, entry(town, id).outcome) == ("closed", "电线已拆除")
    decide(town, id, "reopened", words="又拉起来了")
    decide(town, id, "noted", words="请物业每天看一次")
    page = signed_in(town, "secretary1").get(f"/desk/entries/{id}").text
    for words in ("审核通过", "报告办理情况", "办结", "重新打开", "补充说明", "又拉起来了", "请物业每天看一次"):
        assert words in page


def test_only_what_is_possible_is_offered(town):
    id = record(town)
    client = signed_in(town, "secretary1")
    offered = lambda: set(re.findall(r'name="verb" value="(\w+)"', client.get(f"/desk/entries/{id}").text))  # noqa: E731
    assert offered() == {"approved", "returned", "declined", "noted"}
    do(town, "approved", id)
    assert offered() == {"assigned", "handled", "closed", "noted", "extended", "suspended", "supervised", "raised", "reviewed"}
    do(town, "closed", id)
    assert offered() == {"reopened", "noted"}


def test_a_stale_decision_shows_what_changed_and_does_nothing(town):
    id = record(town)
    seen = entry(town, id).last
    do(town, "noted", id, by="worker1", note="又多了一辆电动车")
    for headers in (None, HTMX):
        answer = decide(town, id, "returned", seen=seen, words="写到一半的理由", headers=headers)
        assert answer.status_code == 409
        assert "您的决定没有生效" in answer.text and "又多了一辆电动车" in answer.text and "写到一半的理由" in answer.text
    assert entry(town, id).stage == "waiting"


def test_of_fifty_approvals_at_once_exactly_one_wins(town):
    id = record(town)
    seen = entry(town, id).last
    clients = [signed_in(town, "secretary1") for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        post = lambda client: client.post(f"/desk/entries/{id}/actions", data={"verb": "approved", "seen": seen}).status_code  # noqa: E731
        answers = list(pool.map(post, clients))
    assert sorted(answers) == [303] + [409] * 49
    with town.app_context():
        log = ActionRow.__table__.c
        assert len(rows(ActionRow.__table__.select().where(log.entry == id, log.verb == "approved"))) == 1


def test_htmx_gets_a_piece_and_everybody_else_the_page(town):
    id = record(town)
    client = signed_in(town, "secretary1")
    page, piece = client.get(f"/desk/entries/{id}"), client.get(f"/desk/entries/{id}", headers=HTMX)
    assert "<html" in page.text and "<html" not in piece.text
    assert "<html" in client.get(f"/desk/entries/{id}", headers=HTMX | {"HX-History-Restore-Request": "true"}).text
    answer = decide(town, id, "approved", headers=HTMX)
    assert answer.status_code == 200 and "已通过" in answer.text
    assert f'id="entry-{id}" hx-swap-oob="true"' in answer.text and 'id="count-waiting" hx-swap-oob="true"' in answer.text
    assert client.get(f"/desk/entries/{uuid4()}", headers=HTMX).headers["HX-Retarget"] == "#toasts"


def test_the_versions_of_an_entry_are_compared_field_by_field(town):
    id = record(town, note="楼道有电动车")
    do(town, "returned", id)
    with town.app_context():
        raw = action("amended", id, "worker1", kind="hazard", area="B1", category="H0102", note="一楼楼道有三辆电动车", severity="urgent")
        assert hear(town, raw)[0].answer == "kept"
    page = unescape(signed_in(town, "secretary1").get(f"/desk/entries/{id}").text)
    changes = re.findall(r"<dt>([^<]+)</dt>\s*<dd>.*?<del[^>]*>([^<]*)</del></dd>\s*<dd>.*?<ins[^>]*>([^<]*)</ins>", page)
    assert ("情况", "楼道有电动车", "一楼楼道有三辆电动车") in changes
    assert ("紧急程度", "—", "马上会出事") in changes
    assert ("地点", "门厅", "—") in changes


def test_times_say_what_the_phone_was_through(town):
    late = record(town, at="2026-11-23T09:00:00+08:00")
    early = record(town, at="2026-11-23T12:30:00+08:00")
    client = signed_in(town, "secretary1")
    assert "离线 3 小时后收到" in client.get(f"/desk/entries/{late}").text
    assert "时间可疑:手机的钟快 30 分钟" in client.get(f"/desk/entries/{early}").text
    flat = record(town, at="1970-01-02T08:00:00+08:00")
    page = client.get(f"/desk/entries/{flat}").text
    assert "时间可疑:手机的钟慢" in page and "天后收到" not in page


def test_photos_that_have_not_come_and_what_is_wanting_are_said(town):
    id = record(town, photos=["a" * 64], place="", area="G11", roles={"a" * 64: "before"})
    page = signed_in(town, "secretary1").get(f"/desk/entries/{id}").text
    assert "照片还没到" in page and "处置前" in page and "待补充:地点" in page
    assert "1 张照片还没到" in signed_in(town, "secretary1").get("/desk").text


def test_a_visit_shows_what_came_of_it(town):
    visit = record(town, kind="visit", area="U1", household="home-11", category=None)
    found = record(town, parent=visit)
    client = signed_in(town, "secretary1")
    assert f"/desk/entries/{found}" in client.get(f"/desk/entries/{visit}", headers=HTMX).text
    assert f"/desk/entries/{visit}" in client.get(f"/desk/entries/{found}", headers=HTMX).text
    assert "同一地点 30 天内还有 1 条" in client.get(f"/desk/entries/{found}", headers=HTMX).text


def test_user_text_is_inert(town):
    ids = [record(town, note=payload, place=payload) for payload in PAYLOADS]
    client = signed_in(town, "secretary1")
    texts = [client.get("/desk").text, *(client.get(f"/desk/entries/{id}").text for id in ids)]
    for text in texts:
        assert "<img src=x" not in text and "<script>alert" not in text and "<a hx-get" not in text and '" onmouseover=' not in text
        assert 'href="javascript:' not in text
    assert "{{7*7}}" in unescape(texts[0])


# --- several at once


def pick(app, *ids):
    return {"pick": [f"{id}:{entry(app, id).last}" for id in ids]}


def test_bulk_approval_names_and_does_exactly_those(town):
    ids = [record(town, note=f"第{n}条") for n in range(4)]
    own = record(town, by="secretary1")
    client, form = signed_in(town, "secretary1"), pick(town, *ids[:3], own)
    do(town, "noted", ids[2], by="worker1", note="有变化")
    check = client.post("/desk/approvals/check", data=form).text
    assert "通过这 2 条" in check and "这 2 条不在其中" in check
    assert all(entry(town, id).stage == "waiting" for id in ids), "asking changes nothing"
    named = re.findall(r'name="pick" value="([^"]+)"', check)
    assert [value.split(":")[0] for value in named] == sorted(ids[:2], key=[value.split(":")[0] for value in named].index)
    done = client.post("/desk/approvals", data=form).text
    assert "已通过 2 条" in done and "自己记的不能自己审批" in done and "又有变化" in done
    assert [entry(town, id).stage for id in (*ids, own)] == ["in_hand", "in_hand", "waiting", "waiting", "waiting"]


def test_bulk_approval_never_reaches_beyond_ones_own_or_one_page(town):
    mine, foreign = record(town), record(town, by="worker3", area="B3")
    client = signed_in(town, "secretary1")
    for path in ("/desk/approvals/check", "/desk/approvals"):
        assert client.post(path, data=pick(town, mine, foreign)).status_code == 404
        assert client.post(path, data={"pick": [f"{uuid4()}:{uuid4()}" for _ in range(51)]}).status_code == 400
    assert entry(town, mine).stage == entry(town, foreign).stage == "waiting"
