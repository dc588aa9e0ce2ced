"""The dispatch desk: who gives what to whom, the clock in words, what is refused and how it is said, the links for units."""

import re
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest

from tests.conftest import NOON
from tests.routes.test_desk import HTMX, accesses, do, entry, record
from tests.routes.test_desk_lists import shown
from tests.town import CAST, rows, signed_in
from webapp.store import links, lists
from webapp.store.database import writing
from webapp.store.rows import code_of
from webapp.store.tables import Category, LinkRow, Unit


def approved(town, **about) -> str:
    id = record(town, **about)
    do(town, "approved", id)
    return id


def give(town, id: str, by: str = "secretary1", headers=None, seen: str | None = None, **form):
    data = {"seen": seen or entry(town, id).last, "to": "unit:wuye", **form}
    return signed_in(town, by).post(f"/desk/entries/{id}/dispatch", data=data, headers=headers)


def move(town, id: str, verb: str, by: str = "secretary1", headers=None, **form):
    return signed_in(town, by).post(f"/desk/entries/{id}/road", data={"verb": verb, "seen": entry(town, id).last, **form}, headers=headers)


def page(town, id: str, by: str = "secretary1") -> str:
    return unescape(signed_in(town, by).get(f"/desk/entries/{id}").text)


def task(town, id: str, n: int = 1) -> dict:
    return entry(town, id).road["tasks"][n - 1]


@pytest.mark.parametrize("by", sorted(CAST))
def test_secretary_and_street_of_the_place_give_a_case_away_and_nobody_else(town, by):
    id = approved(town)
    answer = give(town, id, by)
    if by in {"secretary1", "street1"}:
        assert answer.status_code == 303
        assert (entry(town, id).stage, task(town, id)["unit"], entry(town, id).level) == ("assigned", "wuye", "community")
    else:
        assert answer.status_code == 404 and entry(town, id).stage == "in_hand"


def test_the_usual_unit_is_one_tap_away_on_the_list_and_on_the_page(town):
    with town.app_context(), writing() as connection:
        connection.execute(Category.__table__.update().where(Category.code == "H0101").values(unit="wuye", way="joint"))
    id = approved(town)
    listed = signed_in(town, "secretary1").get("/desk/entries?list=in_hand").text
    assert re.search(rf'action="/desk/entries/{id}/dispatch[^"]*"[^>]*>.*?value="unit:wuye".*?派给 单位wuye', listed, re.S)
    assert "派给 单位wuye" in page(town, id)
    answer = give(town, id, headers=HTMX, way="joint")
    assert answer.status_code == 200 and "已派给单位wuye" in answer.text and f'id="entry-{id}"' in answer.text
    assert entry(town, id).way == "joint"


def test_where_the_usual_unit_does_not_work_another_of_its_kind_does(town):
    with town.app_context(), writing() as connection:
        connection.execute(Unit.__table__.insert(), {"code": "wuye2", "name": "二社区物业", "kind": "property", "area_code": "C2", "active": True})
        connection.execute(Category.__table__.update().where(Category.code == "H0101").values(unit="wuye"))
    id = record(town, by="worker3", area="B3")
    do(town, "approved", id, by="secretary2")
    shown_there = page(town, id, "secretary2")
    assert "派给 二社区物业" in shown_there and "单位wuye" not in shown_there


def test_without_a_usual_unit_it_is_the_grids_own(town):
    id = approved(town, category="H0101")
    assert "派给 辖区G11" in page(town, id)
    give(town, id, to="grid:G11")
    assert (task(town, id)["grid"], entry(town, id).level) == ("G11", "grid")
    assert give(town, id, to="grid:G12").status_code == 400


def test_several_units_a_deadline_words_and_a_whistle(town):
    id = approved(town)
    give(town, id, to="unit:wuye", **{"with": ["unit:chengguan", "unit:wuye"]}, due="2026-11-26T18:00", words="三单元门口", whistle="daily", way="study")
    first, second = task(town, id), task(town, id, 2)
    assert (first["what"], second["what"], second["unit"]) == ("handle", "assist", "chengguan")
    assert first["due"] == "2026-11-26T18:00:00+08:00"
    assert datetime.fromisoformat(first["sign_due"]) == NOON + timedelta(hours=1)
    text = page(town, id)
    for words in ("主办", "协办", "单位chengguan", "三单元门口", "日常哨", "11月26日 18:00 前办好", "11月23日 13:00 前签收", "研判"):
        assert words in text, words


@pytest.mark.parametrize(("form", "words"), [
    ({"to": ""}, "请选派给谁"),
    ({"to": "unit:nobody"}, "没有这个单位或人员"),
    ({"to": "person:nobody"}, "没有这个单位或人员"),
    ({"to": "grid:G11", "whistle": "daily"}, "吹哨只对单位"),
    ({"due": "2026-11-01T10:00"}, "办理时限已经过了"),
    ({"due": "tomorrow"}, "办理时限没写对"),
])  # fmt: skip
def test_what_cannot_be_is_said_in_words_with_the_whole_entry(town, form, words):
    id = approved(town)
    for headers in (None, HTMX):
        answer = give(town, id, headers=headers, words="我写的话", **form)
        assert answer.status_code == 422 and words in answer.text and "我写的话" in answer.text and "经过" in answer.text
    assert entry(town, id).stage == "in_hand"


def test_a_stale_dispatch_changes_nothing_and_shows_what_is_new(town):
    id = approved(town)
    seen = entry(town, id).last
    do(town, "noted", id, by="worker1", note="又多了一辆")
    answer = give(town, id, seen=seen, words="请处理")
    assert answer.status_code == 409 and "您的决定没有生效" in answer.text and "请处理" in answer.text
    assert entry(town, id).stage == "in_hand"


def test_given_to_somebody_else_the_first_task_ends(town):
    id = approved(town)
    give(town, id)
    give(town, id, to="unit:chengguan")
    assert (task(town, id)["end"], task(town, id, 2)["unit"], entry(town, id).stage) == ("moved", "chengguan", "assigned")
    assert "已转派" in page(town, id)


def test_an_extension_names_the_new_deadline_before_and_is_given_twice(town):
    id = approved(town, category="H0105")
    first = entry(town, id).due_at
    assert "延期后的时限" in page(town, id)
    assert move(town, id, "extended").status_code == 422
    for used in (1, 2):
        assert move(town, id, "extended", phrase="等配件到货").status_code == 303
        assert f"用了 {used} 次,最多 2 次" in page(town, id)
    assert entry(town, id).due_at > first
    assert "这件事不能再延期了" in page(town, id)
    answer = move(town, id, "extended", words="再等等", headers=HTMX)
    assert answer.status_code == 422 and "已经用过规定的次数" in answer.text and "再等等" in answer.text


def test_what_is_overdue_is_not_extended(town):
    id = approved(town)
    town.config["CLOCK"] = lambda: NOON + timedelta(days=10)
    answer = move(town, id, "extended", words="来不及")
    assert answer.status_code == 422 and "已经超期" in answer.text


def test_suspended_the_clock_stands_and_goes_on(town):
    id = approved(town)
    due = entry(town, id).due_at
    for until in ("", "2026-11-23", "2028-01-01"):
        assert move(town, id, "suspended", words="等开春", until=until).status_code == 422
    assert move(town, id, "suspended", words="等开春", until="2027-03-01").status_code == 303
    assert entry(town, id).stage == "suspended"
    text = page(town, id)
    assert "暂停计时(挂账到2027年3月1日)" in text and "等开春" in text
    assert shown(signed_in(town, "secretary1"), "list=suspended") == {id}
    town.config["CLOCK"] = lambda: NOON + timedelta(days=2)
    assert shown(signed_in(town, "secretary1"), "list=overdue") == set()
    assert move(town, id, "resumed").status_code == 303
    assert (entry(town, id).stage, entry(town, id).due_at) == ("in_hand", due + timedelta(days=2))
    assert "继续计时" in page(town, id)
    assert 'id="act-suspended"' not in page(town, id), "once only"


def test_supervised_and_raised_cases_are_found_and_the_street_sees_its_own_first(town):
    plain, raised = approved(town), approved(town)
    give(town, plain, words="")
    give(town, raised)
    assert move(town, raised, "supervised", by="street1", words="今天回复").status_code == 303
    assert move(town, raised, "raised", words="协调不了").status_code == 303
    assert entry(town, raised).level == "street"
    street = signed_in(town, "street1")
    assert shown(street, "list=supervised") == {raised} == shown(street, "list=assigned&level=street")
    order = re.findall(r'id="entry-([0-9a-f-]{36})"', street.get("/desk/entries?list=assigned").text)
    assert order == [raised, plain]
    assert "提级到街道" in page(town, raised, "street1") and 'id="act-raised"' not in page(town, raised)


def test_the_handler_sees_what_is_supervised(town):
    id = approved(town)
    give(town, id)
    list_of_tasks = signed_in(town, "handler1").get("/jobs").text
    assert move(town, id, "supervised", by="street1", words="今天回复").status_code == 303
    assert "督办" not in list_of_tasks and "督办" in signed_in(town, "handler1").get("/jobs").text


def test_what_the_street_has_it_sends_back_with_a_reason_and_the_community_sends_on_what_no_unit_has(town):
    id = approved(town)
    assert 'id="act-lowered"' not in page(town, id), "below the grid there is nobody"
    assert move(town, id, "raised", words="协调不了").status_code == 303
    assert 'id="act-lowered"' in page(town, id)
    move(town, id, "raised", words="涉及多个社区")
    assert entry(town, id).level == "street" and 'id="act-lowered"' not in page(town, id)
    assert move(town, id, "lowered", by="street1", words="").status_code == 422
    assert move(town, id, "lowered", by="street1", words="已协调好,请接着办").status_code == 303
    assert entry(town, id).level == "community" and "退回到社区" in page(town, id) and "已协调好,请接着办" in page(town, id)
    give(town, id)
    assert 'id="act-lowered"' not in page(town, id), "a unit has it"


def test_a_list_is_narrowed_to_a_unit(town):
    one, other = approved(town), approved(town)
    give(town, one)
    give(town, other, to="unit:chengguan")
    assert shown(signed_in(town, "secretary1"), "list=assigned&unit=wuye") == {one}
    assert shown(signed_in(town, "secretary1"), "list=all&unit=chengguan") == {other}


def test_redo_goes_back_to_who_did_it(town):
    id = approved(town)
    give(town, id)
    do(town, "signed", id, by="handler1", task=1)
    do(town, "handled", id, by="handler1", task=1, note="已修好")
    assert shown(signed_in(town, "secretary1"), "list=handled") == {id}
    assert move(town, id, "reworked", words="照片看不出").status_code == 303
    assert (entry(town, id).stage, task(town, id, 2)["unit"]) == ("signed", "wuye")
    do(town, "handled", id, by="handler1", task=2, note="真的修好")
    client = signed_in(town, "secretary1")
    client.post(f"/desk/entries/{id}/actions", data={"verb": "closed", "seen": entry(town, id).last, "words": "已复查", "way": "resolve"})
    assert (entry(town, id).stage, entry(town, id).way) == ("closed", "resolve")


def test_the_street_has_no_say_in_approval_and_closing(town):
    waiting, given = record(town), approved(town)
    for id in (waiting, given):
        assert "/actions" not in page(town, id, "street1")
    assert 'id="act-assigned"' in page(town, given, "street1")


def test_the_more_page_has_every_list(town):
    text = signed_in(town, "secretary1").get("/desk/more").text
    for words in ("待签收", "办理中", "督办", "挂账", "退回", "看板"):
        assert words in text


# --- links


def link(town, id: str, n: int = 1, by: str = "secretary1", **form):
    return signed_in(town, by).post(f"/desk/entries/{id}/tasks/{n}/link", data=form)


def token_in(answer) -> str:
    return urlsplit(re.search(r'href="(http[^"]*/j/[^"]+)"', answer.text)[1]).path.removeprefix("/j/")


def test_a_link_is_shown_once_with_a_text_without_names_and_only_its_hash_is_kept(town):
    id = approved(town, area="U1", household="home-11")
    give(town, id)
    answer = link(town, id)
    token = token_in(answer)
    assert answer.status_code == 200 and "data:image/png" in answer.text
    message = unescape(re.search(r'id="message">(.*?)</p>', answer.text, re.S)[1])
    assert token in message and "单位wuye" in message and "住户" not in message and "名字" not in message
    with town.app_context():
        [row] = rows(LinkRow.__table__.select())
        assert (row.hash, row.task, row.holder, row.code) == (links.hashed(token), 1, "wuye", "")
        assert lists.link(row.hash) is None, "a resident's page does not open with it"
    assert ("secretary1", id) in accesses(town, "handler_link_made")
    assert "换一个链接" in page(town, id)


def test_a_new_link_replaces_the_old_and_residents_links_stay(town):
    id = approved(town)
    give(town, id)
    with town.app_context(), writing() as connection:
        resident = links.add(connection, id, NOON)
    first, second = token_in(link(town, id)), token_in(link(town, id))
    client = town.test_client()
    assert (client.get(f"/j/{first}").status_code, client.get(f"/j/{second}").status_code) == (410, 200)
    assert link(town, id, revoke="1").status_code == 200
    assert client.get(f"/j/{second}").status_code == 410
    assert client.get(f"/s/{resident}").status_code == 200
    third = token_in(link(town, id))
    with town.app_context(), writing() as connection:
        links.revoke(connection, id)
    assert client.get(f"/s/{resident}").status_code == 404 and client.get(f"/j/{third}").status_code == 200
    assert client.get(f"/s/{third}").status_code == 404 and client.get(f"/j/{resident}").status_code == 404


def test_the_six_characters_find_no_handlers_link(town):
    id = approved(town)
    give(town, id)
    token = token_in(link(town, id))
    with town.app_context(), writing() as connection:
        connection.execute(LinkRow.__table__.update().values(code=code_of(links.hashed(token))))
    assert shown(signed_in(town, "secretary1"), f"q={code_of(links.hashed(token))}") == set()


def test_links_are_for_open_tasks_of_units(town):
    id = approved(town)
    give(town, id, to="grid:G11")
    assert link(town, id).status_code == 404 and link(town, id, 2).status_code == 404
    give(town, id)
    assert link(town, id, 2, by="secretary2").status_code == 404 and link(town, id, 2, by="worker1").status_code == 404
    assert link(town, id, 2, by="street1").status_code == 200
