"""The resident's link: following, rating, reopening, and the links that the desk gives out."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.routes.resident import TOKEN, closed, count, do, entry, follow, linked, log_of, read_code, sums_agree
from tests.town import CAST, rows, signed_in
from webapp.core.calendar import Terms
from webapp.store import links, lists, workdays
from webapp.store.database import writing
from webapp.store.tables import AccessRow, Area, LinkRow

# --- following


def test_unknown_and_revoked_links_look_the_same(town):
    id = linked(town)
    with town.app_context(), writing() as connection:
        links.revoke(connection, id)
    revoked, unknown, odd = follow(town), follow(town, "never-existed"), follow(town, "%ED%A0%80x" * 50)
    assert revoked.status_code == unknown.status_code == odd.status_code == 404
    assert revoked.text == unknown.text == odd.text
    assert "若网格员刚刚登记,请等上传后再看" in unescape(unknown.text)
    for path in ("rating", "reopening"):
        answers = [town.test_client().post(f"/s/{token}/{path}", data={"score": "satisfied", "reason": "x"}) for token in (TOKEN, "never")]
        assert [answer.status_code for answer in answers] == [404, 404]
    assert log_of(town) == [("recorded", "worker1")]


def test_a_link_is_not_indexed_kept_or_passed_on(town):
    linked(town)
    for answer in (follow(town), follow(town, "wrong"), town.test_client().get("/report/B1")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'name="robots" content="noindex"' in answer.text and "Set-Cookie" not in answer.headers
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)


MEDIATED = (
    ("assigned", "secretary1", {"to": [{"person": "mediator1"}]}), ("signed", "mediator1", {}),
    ("classified", "mediator1", {"category": "D0101", "parties": [{"name": "张三"}, {"name": "李四"}]}), ("planned", "mediator1", {}),
    ("mediated", "mediator1", {"note": "处理的话"}), ("agreed", "mediator1", {"note": "处理的话"}), ("fed_back", "mediator1", {}),
    ("followed_up", "worker1", {"note": "处理的话"}),
)  # fmt: skip
"""The way of a dispute from approval to its closing: (verb, by, body)."""


@pytest.mark.parametrize("kind", ["hazard", "dispute", "request", "delivery"])
def test_a_stranger_learns_no_name_place_note_photo_or_party(town, kind):
    secrets = {"note": "打人的是老张", "place": "地下室第三间", "parties": "张三与李四", "item": "water", "ordered": True}
    codes = {"hazard": "H0101", "dispute": "D0101", "request": "R0202", "delivery": "L0101"}
    id = linked(town, kind=kind, category=codes[kind], photos=["a" * 64], **secrets)
    do(town, "approved", id, note="书记的话")
    if kind == "dispute":
        for verb, by, about in MEDIATED:
            do(town, verb, id, by, **about)
    else:
        do(town, "handled", id, "worker1", note="处理的话")
    do(town, "closed", id, note="办结的话")
    with town.app_context(), writing() as connection:
        links.leave_contact(connection, id, "王奶奶", "13811112222")
    page = unescape(follow(town).text)
    number = entry(town, id).number
    labels = {"H0101": "飞线充电", "D0101": "婚姻家庭", "R0202": "停车充电桩", "L0101": "送水"}
    for secret in (
        *("打人的是老张", "地下室", "张三", "李四", "a" * 64, "书记的话", "处理的话", "办结的话", "王奶奶", "13811112222"),
        *("住户1", "101", "13800000001", "worker1", "secretary1", "的名字", "B1", "U1", id, number, labels[codes[kind]], "/photos/"),
    ):
        assert secret not in page.replace(TOKEN, "").replace("/static/", ""), secret
    assert {"hazard": "安全隐患", "dispute": "矛盾纠纷", "request": "居民诉求", "delivery": "上门配送"}[kind] in page


LONG = (
    ("assigned", "secretary1", {"note": "秘密"}, "已安排承办"), ("extended", "secretary1", {"reason": "秘密"}, "延长了办理时限"),
    ("supervised", "secretary1", {"note": "秘密"}, "已催办"), ("raised", "secretary1", {"reason": "秘密"}, "已交上一级处理"),
    ("flagged", "secretary1", {"reason": "秘密"}, "列为重点办理"), ("reviewed", "secretary1", {"note": "秘密"}, "已会商"),
    ("assigned", "secretary1", {"to": [{"unit": "chengguan"}], "note": "秘密"}, "换了承办单位或人员"),
    ("suspended", "secretary1", {"reason": "秘密"}, "暂缓办理,暂停计时"), ("resumed", "secretary1", {"note": "秘密"}, "恢复办理,继续计时"),
    ("closed", "secretary1", {"note": "秘密"}, "办结后会有人回访"),
)  # fmt: skip
"""(verb, by, body, the word on the page): a long way, every step with words of its own."""


def test_every_step_of_a_long_way_is_told_without_its_words(town):
    with town.app_context(), writing() as connection:
        workdays.set_follow_up(connection, 100, Terms("natural_days", 7))
    id = linked(town)
    do(town, "returned", id, reason="秘密")
    do(town, "approved", id, note="秘密")
    found = []
    for verb, by, about, word in LONG:
        do(town, verb, id, by, **about)
        page = unescape(follow(town).text)
        assert word in page, (verb, page)
        found += [secret for secret in ("秘密", "chengguan的", "street1", "secretary1", "的名字") if secret in page]
    assert found == [] and "再核对情况,暂停计时" in page
    do(town, "followed_up", id, "worker1")
    page = unescape(follow(town).text)
    assert "已回访" in page and "办结后会有人回访" not in page


def test_the_page_shows_code_steps_dates_a_post_and_the_office_telephone(town):
    with town.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.code == "C1").values(telephone="0478-8990111"))
        connection.execute(Area.__table__.update().where(Area.code == "S").values(telephone="0478-8990000"))
    id = linked(town)
    page = unescape(follow(town).text)
    assert "核实受理" in page and "由 辖区C1 书记 负责" in page and "11月23日 11:00" in page
    assert 'href="tel:0478-8990111"' in page and "8990000" not in page
    do(town, "approved", id)
    page = unescape(follow(town).text)
    assert "已受理" in page and "办理中" in page and "由 辖区C1辖区G11 网格员 负责" in page
    do(town, "closed", id)
    assert "已办结" in follow(town).text and "负责" not in unescape(follow(town).text)


def test_a_worker_may_share_the_link_before_the_phone_has_sent_the_entry(town):
    assert follow(town).status_code == 404
    linked(town)
    assert follow(town).status_code == 200


def test_looking_changes_nothing(town):
    closed(town)
    before = log_of(town)
    client = town.test_client()
    for method in (client.get, client.head):
        for path in (f"/s/{TOKEN}", f"/s/{TOKEN}?new=1", f"/s/{TOKEN}?score=satisfied"):
            assert method(path).status_code == 200
        for path in (f"/s/{TOKEN}/rating", f"/s/{TOKEN}/reopening"):
            assert method(path).status_code == 405
    assert log_of(town) == before


# --- rating and reopening


def rate(app, score="satisfied", token=TOKEN, **more):
    return app.test_client().post(f"/s/{token}/rating", data={"score": score} | more)


def reopen(app, reason="灯又坏了", token=TOKEN):
    return app.test_client().post(f"/s/{token}/reopening", data={"reason": reason})


def test_before_closing_there_is_nothing_to_rate_or_reopen(town):
    linked(town)
    assert "满意" not in follow(town).text and "没解决" not in follow(town).text
    assert rate(town).status_code == reopen(town).status_code == 409
    assert log_of(town) == [("recorded", "worker1")]


def test_a_closing_is_rated_once_and_the_same_again_adds_nothing(town):
    id = closed(town)
    assert rate(town).status_code == rate(town).status_code == 303
    assert entry(town, id).rating == "satisfied"
    assert log_of(town)[3:] == [("rated", "resident")]
    assert "您的评价" in follow(town).text


def test_a_rating_may_be_changed_for_seven_days_and_all_are_kept(town):
    id = closed(town)
    rate(town, "dissatisfied", note="来得太晚")
    town.config["CLOCK"] = lambda: NOON + timedelta(days=6, hours=23)
    assert rate(town, "fair").status_code == 303
    town.config["CLOCK"] = lambda: NOON + timedelta(days=7)
    late = rate(town, "satisfied")
    assert late.status_code == 422 and "不能再改" in late.text and "改评价" not in follow(town).text
    assert entry(town, id).rating == "fair"
    assert log_of(town)[3:] == [("rated", "resident")] * 2


def test_what_was_written_with_a_rating_is_not_shown_again_and_stays_when_the_field_is_empty(town):
    id = closed(town)
    rate(town, "dissatisfied", note="师傅没来过")
    assert "师傅没来过" not in follow(town).text
    rate(town, "satisfied", note="")
    with town.app_context():
        said = [action.body for _row, action in lists.history(id) if action.verb == "rated"]
    assert said == [{"score": "dissatisfied", "note": "师傅没来过"}, {"score": "satisfied", "note": "师傅没来过"}]


def test_a_rating_that_is_none_is_refused(town):
    id = closed(town)
    for score in ("", "splendid"):
        assert rate(town, score).status_code == 422
    assert entry(town, id).rating is None


def test_not_solved_opens_the_case_again_and_it_may_be_rated_anew(town):
    id = closed(town)
    rate(town, "dissatisfied")
    assert reopen(town).status_code == 303
    found = entry(town, id)
    assert (found.stage, found.reason, found.rating, found.reopened) == ("in_hand", "灯又坏了", None, 1)
    assert "反映没解决,重新办理" in follow(town).text and "灯又坏了" not in follow(town).text
    assert reopen(town).status_code == 409
    do(town, "closed", id)
    town.config["CLOCK"] = lambda: NOON + timedelta(days=30)
    assert rate(town).status_code == 303
    assert entry(town, id).rating == "satisfied"
    assert sums_agree(town)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_not_solved_wants_a_reason(town, reason):
    id = closed(town)
    answer = reopen(town, reason)
    assert answer.status_code == 422 and "请写一写哪里没解决" in answer.text
    assert entry(town, id).stage == "closed"


def test_a_visit_has_no_rating(town):
    id = linked(town, kind="visit")
    do(town, "approved", id)
    assert "满意" not in follow(town).text
    assert rate(town).status_code == reopen(town).status_code == 409


def test_a_link_opens_its_own_entry_only(town):
    first, second = closed(town), closed(town, "another-token")
    rate(town, token="another-token")
    reopen(town)
    assert (entry(town, first).stage, entry(town, second).stage, entry(town, second).rating) == ("in_hand", "closed", "satisfied")


# --- links from the desk


@pytest.mark.parametrize("by", sorted(CAST))
def test_the_worker_and_the_secretary_of_a_case_may_give_its_resident_a_link(town, by):
    id = linked(town)
    answer = signed_in(town, by).post(f"/desk/entries/{id}/link")
    may = by in {"worker1", "secretary1"}
    assert answer.status_code == (200 if may else 404)
    assert count(town, LinkRow) == (2 if may else 1)


def test_the_new_link_is_shown_once_as_qr_and_text_and_the_making_is_logged(town):
    id = linked(town)
    page = signed_in(town, "secretary1").post(f"/desk/entries/{id}/link").text
    url = re.search(r'href="(http[^"]+/s/[^"]+)"', page).group(1)
    assert read_code(re.search(r'src="(data:image/png[^"]+)"', page).group(1)) == url
    assert len(url.rpartition("/")[2]) >= 22 and follow(town, url.rpartition("/")[2]).status_code == 200
    with town.app_context():
        assert [tuple(row) for row in rows(select(AccessRow.username, AccessRow.entry).where(AccessRow.what == "link_made"))] == [
            ("secretary1", id)
        ]


def test_a_new_link_may_take_the_place_of_all_old_ones(town):
    id = linked(town)
    page = signed_in(town, "secretary1").post(f"/desk/entries/{id}/link", data={"revoke": "1"}).text
    assert follow(town).status_code == 404
    assert follow(town, re.search(r"/s/([\w-]+)", page).group(1)).status_code == 200


def test_a_visit_gets_no_link(town):
    assert signed_in(town, "secretary1").post(f"/desk/entries/{linked(town, kind='visit')}/link").status_code == 404
    assert signed_in(town, "secretary1").post(f"/desk/entries/{uuid4()}/link").status_code == 404
    assert town.test_client().post(f"/desk/entries/{uuid4()}/link").headers["Location"].startswith("/login")
