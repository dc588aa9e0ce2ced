"""What the desk shows: lists, searches, figures' entries, exports, phones."""

import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest

from tests.conftest import NOON
from tests.routes.test_desk import HTMX, accesses, do, entry, record
from tests.town import action, hear, rows, signed_in
from webapp.core.tallies import Figures
from webapp.routes.sheets import inert
from webapp.store import lists, people, sums
from webapp.store.database import writing
from webapp.store.rows import code_of
from webapp.store.tables import Person, Post

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
