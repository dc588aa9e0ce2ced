"""The desk: who may decide what, what a decision must have seen, lists, figures' entries, exports, phones."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest

from tests.conftest import NOON
from tests.town import CAST, action, hear, plant, rows, signed_in
from webapp.core.tallies import Figures
from webapp.routes.sheets import inert
from webapp.store import lists, people, sums
from webapp.store.database import writing
from webapp.store.rows import code_of
from webapp.store.tables import AccessRow, ActionRow, EntryRow, Person, Post

HTMX = {"HX-Request": "true"}
PAYLOADS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '" onmouseover=alert(1) x="',
    "{{7*7}}",
    "<a hx-get=/x>",
    "javascript:alert(1)",
]


@pytest.fixture
def town(empty_app):
    """The planted town; no context is open."""
    with empty_app.app_context():
        plant()
    return empty_app


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
    assert "这是您自己记的,要由别人审核" in page
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
    assert offered() == {"assigned", "handled", "closed", "noted", "extended", "suspended", "supervised", "raised"}
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


# --- lists


def shown(client, query: str) -> set[str]:
    return set(re.findall(r'<li class="card" id="entry-([0-9a-f-]{36})"', client.get(f"/desk/entries?{query}").text))


def test_every_list_holds_what_its_name_says(town):
    stages = {stage: record(town) for stage in ("waiting", "returned", "in_hand", "handled", "closed", "overdue", "soon")}
    do(town, "returned", stages["returned"])
    for stage in ("in_hand", "handled", "closed"):
        do(town, "approved", stages[stage])
    do(town, "handled", stages["handled"], by="worker1")
    do(town, "closed", stages["closed"])
    for stage, days in (("overdue", 5), ("soon", 1)):
        with town.app_context():
            raw = action(kind="hazard", area="B1", category="H0101", at=(NOON - timedelta(days=days)).isoformat())
            hear(town, raw, at=NOON - timedelta(days=days))
            stages[stage] = raw["entry"]
    client = signed_in(town, "secretary1")
    assert shown(client, "list=returned") == {stages["returned"]}
    assert shown(client, "list=in_hand") == {stages["in_hand"]}
    assert shown(client, "list=handled") == {stages["handled"]}
    assert shown(client, "list=closed") == {stages["closed"]}
    assert shown(client, "list=overdue") == {stages["overdue"]}
    assert shown(client, "list=due_soon") == {stages["soon"]}
    assert stages["waiting"] in shown(client, "list=waiting") and stages["soon"] in shown(client, "list=waiting")
    page = client.get("/desk").text
    for name, count in (("returned", 1), ("in_hand", 1), ("handled", 1), ("overdue", 1), ("due_soon", 1)):
        assert re.search(rf'id="count-{name}"[^>]*>{count}<', page), name


def test_texts_are_searched_for_ninety_days_unless_a_first_day_is_given(town):
    old = record(town, note="飞线", at="2026-08-01T09:00:00+08:00")
    home = record(town, note="飞线", area="U1", household="home-11", at="2026-08-01T09:00:00+08:00")
    new = record(town, note="飞线", at="2026-08-30T09:00:00+08:00")
    client = signed_in(town, "secretary1")
    assert shown(client, "q=飞线") == {new}
    assert "文字只找最近 90 天的" in client.get("/desk/entries?q=飞线").text
    assert shown(client, "q=飞线&from=2026-08-01") == {old, home, new}
    assert "文字只找最近" not in client.get("/desk/entries?q=飞线&from=2026-08-01").text
    assert shown(client, f"q={entry(town, old).number.lower()}") == {old}
    assert shown(client, "q=住户1") == {home}


def test_a_long_list_is_read_in_its_order_and_counted_up_to_a_limit(town, monkeypatch):
    ids = [record(town, at=f"2026-11-{day:02d}T09:00:00+08:00") for day in (3, 1, 2)]
    elsewhere = record(town, by="worker3", area="B3")
    for id in [*ids, elsewhere]:
        by = "secretary2" if id == elsewhere else "secretary1"
        do(town, "approved", id, by)
        do(town, "closed", id, by)
    client = signed_in(town, "secretary1")
    for path in ("/desk/entries", "/desk/entries?list=closed", "/desk/entries?kind=hazard&q=门厅"):
        short = client.get(path).text
        with monkeypatch.context() as patch:
            patch.setattr(lists, "MOST_COUNTED", 2)
            long = client.get(path).text
        heads = [re.search(r'id="heading">[^<]*<span class="quietly">([^<]*)<', page)[1] for page in (short, long)]
        assert heads == ["3", "2+"]
        assert re.findall(r"/desk/entries/([0-9a-f-]{36})", short) == re.findall(r"/desk/entries/([0-9a-f-]{36})", long)


def test_a_long_list_comes_from_the_index_of_its_order(town):
    from webapp.store.database import db

    def plan(query) -> str:
        compiled = query.limit(50).compile(db.engine, compile_kwargs={"literal_binds": True})
        return " ".join(str(row) for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all())

    with town.app_context():
        for name, index in (("all", "ix_entry_received"), ("closed", "ix_entry_closed")):
            found = plan(lists.desk_list(name, ["S/"], NOON, many=True))
            assert index in found and "TEMP B-TREE FOR ORDER BY" not in found.replace("LAST TERM OF ", "").replace("RIGHT PART OF ", "x")
        assert "ix_entry_path" in plan(lists.desk_list("all", ["S/C1/"], NOON))


def test_filters_and_search(town):
    hazard = record(town, note="飞线从三楼拉下来", at="2026-11-20T09:00:00+08:00")
    visit = record(town, kind="visit", area="U1", household="home-11", by="worker1", category=None)
    other = record(town, by="worker2", area="B2", note="井盖松动")
    client = signed_in(town, "secretary1")
    assert shown(client, "kind=hazard") == {hazard, other}
    assert shown(client, "area=G12") == {other}
    assert shown(client, "worker=worker2") == {other}
    assert shown(client, "from=2026-11-20&to=2026-11-20") == {hazard}
    assert shown(client, "stage=closed") == set()
    assert shown(client, "q=飞线") == {hazard}
    assert shown(client, "q=飞线 三楼") == {hazard}
    assert shown(client, "q=住户1") == shown(client, "q=101") == {visit}
    assert shown(client, f"q={entry(town, other).number}") == {other}
    assert shown(client, "q=%25") == set(), "a wildcard is only a character"
    assert shown(client, "to=9999-12-31&from=0001-01-01") == {hazard, visit, other}
    for nonsense in ("from=soon", "kind=x", "list=x", "page=0", "page=x", "measure=received", "stage=x"):
        assert client.get(f"/desk/entries?{nonsense}").status_code == 400, nonsense


def test_a_link_code_finds_its_entry(town):
    raw = action(kind="request", area="G11", link="b" * 64)
    with town.app_context():
        hear(town, raw)
    assert shown(signed_in(town, "secretary1"), f"q={code_of('b' * 64).lower()}") == {raw["entry"]}


def test_pages_of_fifty_leave_nothing_out(town):
    with town.app_context():
        raws = [action(note=f"{n}") for n in range(60)]
        hear(town, *raws)
    client = signed_in(town, "secretary1")
    first, second = shown(client, "list=waiting"), shown(client, "list=waiting&page=2")
    assert (len(first), len(second)) == (50, 10)
    assert first | second == {raw["entry"] for raw in raws}


def test_news_counts_what_came_after_the_list_was_made(town):
    record(town)
    client = signed_in(town, "secretary1")
    url = unescape(re.search(r'hx-get="(/desk/news[^"]+)"', client.get("/desk").text)[1])
    assert "条新的" not in client.get(url).text
    id = record(town)
    record(town, by="worker3", area="B3")
    do(town, "noted", id, by="worker1")
    answer = client.get(url, headers=HTMX).text
    assert "有 1 条新的" in answer and 'id="count-waiting" hx-swap-oob="true">2<' in answer


@pytest.mark.parametrize("username", ["secretary1", "street1"])
def test_the_entries_behind_a_figure_are_as_many_as_the_figure(app, username):
    with app.app_context():
        post = Post.__table__
        area = lists.area_by_code(rows(post.select().with_only_columns(post.c.area_code).where(post.c.username == username))[0][0])
        first, last, today = date(2026, 8, 1), date(2026, 11, 23), date(2026, 11, 23)
        lines = [({}, sums.figures(area, first, last, today)[""])]
        for by, names in (("kind", ["hazard", "visit"]), ("category", ["", "R0101"])):
            split = sums.figures(area, first, last, today, by)
            lines += [({by: name}, split[name]) for name in names if name in split]
    client = signed_in(app, username)
    heading = re.compile(r'<h1 id="heading">.*?<span class="quietly">(\d+)</span>', re.S)
    for measure in Figures.__slots__:
        for line, figures in lines:
            page = client.get("/desk/entries", query_string={"area": area.code, "from": first, "to": last, "measure": measure, **line}).text
            assert int(heading.search(page)[1]) == getattr(figures, measure), (measure, line)
    assert lines[0][1].received > 0 and lines[0][1].visits > 0


def test_an_export_is_inert_masked_marked_and_logged(town):
    record(town, note="=HYPERLINK(1)", area="U1", household="home-11")
    answer = signed_in(town, "secretary1").get("/desk/entries.csv?list=waiting")
    assert answer.mimetype == "text/csv" and answer.text.startswith("\ufeff")
    mark, heads, line = answer.text.splitlines()
    assert "secretary1" in mark and "2026年11月23日 12:00" in mark and "1 行" in mark
    assert heads.startswith("编号,") and "'=HYPERLINK(1)" in line
    assert "住**" in line and "住户1" not in line
    assert [by for by, _entry in accesses(town, "exported")] == ["secretary1"]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"])
def test_no_cell_is_a_formula(cell):
    assert inert(cell) == "'" + cell
    assert inert("正常") == "正常" and inert(None) == ""


# --- phones


def test_a_silent_phone_with_something_on_it_stands_first(town):
    with town.app_context(), writing() as connection:
        people.heard_from(connection, str(uuid4()), "worker2", NOON - timedelta(hours=2), 0, "build-1", "", True)
        people.heard_from(connection, str(uuid4()), "worker1", NOON - timedelta(days=4), 3, "build-0", "", True)
        people.heard_from(connection, str(uuid4()), "worker3", NOON, 1, "build-1", "", True)
    page = signed_in(town, "secretary1").get("/desk/phones").text
    assert page.index("worker1的名字") < page.index("worker2的名字")
    assert "4 天前" in page and "2 小时前" in page and "超过 3 天没有联系" in page and "build-0" in page
    assert "worker3的名字" not in page


def test_a_post_that_ended_opens_no_desk(town):
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "secretary1").values(ends=date(2026, 11, 22)))
        connection.execute(Person.__table__.update().where(Person.username == "secretary1").values(active=True))
    assert signed_in(town, "secretary1").get("/desk").status_code == 404
