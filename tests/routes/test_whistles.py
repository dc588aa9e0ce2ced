"""吹哨报到 on the screen: the league counts what the records say, each number leads to its whistles, and the community has the last word."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.store.test_escalation import DAY, HOUR, blow, decide, raised, zone
from tests.town import action, hear, rows, signed_in
from webapp.store import escalation
from webapp.store.database import save, writing
from webapp.store.tables import ActionRow, EntryRow, TaskRow, Unit

MONTH = "/whistles?period=own&from=2026-11-01&to=2026-12-31"


@pytest.fixture
def blown(town) -> dict[str, str]:
    """Six whistles for the property company: answered at once, raised, handled in time and late, handed back, called off."""
    with town.app_context():
        ids = {name: blow(town) for name in ("answered", "raised", "handled", "late", "returned", "off")}
        for name in ("answered", "handled", "late"):
            say(town, ids[name], "signed", minutes=30)
        say(town, ids["returned"], "handed_back", minutes=10, reason="不归我们管")
        decide(town, ids["off"], "assigned", at=NOON + HOUR / 4, to=[{"grid": "G11"}])
        escalation.raise_unanswered(NOON + 2 * HOUR, zone(town))
        say(town, ids["handled"], "handled", minutes=180, note="清走了")
        say(town, ids["late"], "handled", minutes=3 * 24 * 60, note="清走了")
    town.config["CLOCK"] = lambda: NOON + 4 * DAY
    return ids


def say(town, id: str, verb: str, minutes: int, **body) -> None:
    moment = NOON + minutes * HOUR / 60
    assert hear(town, action(verb, id, "handler1", moment.isoformat(), task=1, **body), at=moment)[0].answer == "kept"


def cells(html: str) -> dict[str, list[str]]:
    """unit -> the words of its cells."""
    lines = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", html, flags=re.S)
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, flags=re.S)] for _name, line in lines]
    return {" ".join(re.sub(r"<[^>]+>", " ", name).split()): one for (name, _line), one in zip(lines, plain, strict=True)}


def test_the_league_counts_what_the_records_say(town, blown):
    html = signed_in(town, "secretary1").get(MONTH).text
    assert cells(html) == {"1 单位wuye": ["5", "80.0% 4 / 5", "30 分钟", "1", "25.0% 1 / 4", "1", "—"]}


def test_each_number_leads_to_its_whistles(town, blown):
    client = signed_in(town, "secretary1")
    numbers = set(re.findall(r'href="(/whistles\?[^"#]*unit=wuye[^"#]*measure=[^"#]*)#whistles">(\d+)</a>', client.get(MONTH).text))
    assert len(numbers) >= 5
    for url, count in numbers:
        page = client.get(url.replace("&amp;", "&")).text
        assert page.count('<a class="row-link"') == int(count), url


def test_the_same_whistle_is_not_counted_before_its_time(town):
    with town.app_context():
        blow(town)
    html = signed_in(town, "secretary1").get(MONTH).text
    assert cells(html) == {"单位wuye": ["1", "—", "—", "0", "—", "0", "—"]}, "nothing was due yet"
    assert "待应哨" in html


def test_while_a_case_is_suspended_its_whistle_is_not_late(town):
    with town.app_context():
        held, late = blow(town), blow(town)
        decide(town, held, "suspended", at=NOON + HOUR / 2, reason="等材料", until="2026-12-31")
        decide(town, late, "suspended", at=NOON + 2 * HOUR, reason="等材料", until="2026-12-31")
    town.config["CLOCK"] = lambda: NOON + 4 * DAY
    html = signed_in(town, "secretary1").get(MONTH).text
    assert cells(html)["单位wuye"][:2] == ["2", "0.0% 0/ 1"], "one was late before"
    assert html.count("挂账,暂停计时") == 1 and html.count("没有按时应哨") == 1
    page = signed_in(town, "secretary1").get(f"/desk/entries/{held}").text
    assert "超时没签收" not in page
    with town.app_context():
        decide(town, held, "resumed", at=NOON + 4 * DAY)
    assert "挂账,暂停计时" not in (html := signed_in(town, "secretary1").get(MONTH).text) and "待应哨" in html


def test_few_whistles_are_shown_but_not_ranked(town, blown):
    with town.app_context():
        blow(town, unit="chengguan")
    html = signed_in(town, "secretary1").get(MONTH).text
    found = cells(html)
    assert list(found) == ["1 单位wuye", "单位chengguan", "合计"]
    assert '<td class="num few" title="不足 5 件,不排名">0.0%' in html
    assert found["合计"][0] == "6"


def test_each_sees_what_is_his(town, blown):
    with town.app_context():
        blow(town, unit="chengguan")
    assert list(cells(signed_in(town, "street1").get(MONTH).text)) == ["1 单位wuye", "单位chengguan", "合计"]
    assert list(cells(signed_in(town, "handler1").get(MONTH).text)) == ["1 单位wuye"]
    assert cells(signed_in(town, "secretary2").get(MONTH).text) == {}
    assert signed_in(town, "handler1").get(MONTH + "&unit=chengguan").status_code == 404
    assert signed_in(town, "worker1").get(MONTH).status_code == 404


def test_a_period_counts_the_whistles_blown_in_it(town, blown):
    client = signed_in(town, "secretary1")
    assert cells(client.get("/whistles?from=2026-11-24&to=2026-11-30").text) == {}
    assert cells(client.get("/whistles?from=2026-11-23&to=2026-11-23").text)["1 单位wuye"][0] == "5"
    for bad in ("from=x&to=y", "period=own", "from=2026-01-01&to=2999-01-01", "period=month&measure=x", "period=never"):
        assert client.get(f"/whistles?{bad}").status_code == 400, bad


def test_the_export_has_every_numerator(town, blown):
    reply = signed_in(town, "secretary1").get(MONTH.replace("/whistles", "/whistles.csv"))
    lines = list(csv.reader(io.StringIO(reply.text.lstrip("\ufeff"))))
    assert dict(zip(lines[1], lines[2], strict=True)) == {
        "单位": "单位wuye", "吹哨": "5", "应答的": "5", "按时应哨": "4", "自动提级": "1", "该办完的": "4", "按时办完": "1", "退单": "1", "已评哨": "0",
        "满意和基本满意": "0", "按时应哨率(%)": "80.0", "按时办完率(%)": "25.0", "评哨满意率(%)": "—", "应哨时间中位数(分钟)": "30",
    }  # fmt: skip


# --- the community's word


@pytest.fixture
def closed(town) -> str:
    """A whistle that was answered late, handled, and closed."""
    with town.app_context():
        id = blow(town)
        escalation.raise_unanswered(NOON + 2 * HOUR, zone(town))
        say(town, id, "signed", minutes=150)
        say(town, id, "handled", minutes=200, note="清走了")
        decide(town, id, "closed", at=NOON + 4 * HOUR, note="已复查")
        assert raised(id) == 1
    town.config["CLOCK"] = lambda: NOON + 5 * HOUR
    return id


def last(town, id: str) -> str:
    with town.app_context():
        return rows(select(EntryRow.last).where(EntryRow.id == id))[0][0]


def grade(town, id: str, username="secretary1", htmx=False, **form):
    form = {"seen": last(town, id), "task": "1", "score": "fair", "words": "来得晚"} | form
    return signed_in(town, username).post(f"/desk/entries/{id}/grade", data=form, headers={"HX-Request": "true"} if htmx else {})


def test_the_community_grades_the_answer_once_the_case_is_closed(town, closed):
    client = signed_in(town, "secretary1")
    asked = client.get(f"/desk/entries/{closed}").text
    assert "这个单位应哨、办理得怎么样?" in asked and "没有按时应哨,已自动提级" in asked
    assert "这个单位应哨" not in signed_in(town, "street1").get(f"/desk/entries/{closed}").text
    assert "评哨已记下" in grade(town, closed, htmx=True).text
    with town.app_context():
        assert rows(select(TaskRow.grade).where(TaskRow.entry == closed, TaskRow.n == 1)) == [("fair",)]
        assert rows(select(ActionRow.by, ActionRow.body).where(ActionRow.verb == "graded"))[0].body["note"] == "来得晚"
    page = client.get(f"/desk/entries/{closed}").text
    assert "这个单位应哨" not in page and "基本满意" in page
    assert cells(client.get(MONTH).text)["单位wuye"] == ["1", "0.0% 0/ 1", "2 小时", "1", "100.0% 1 / 1", "0", "100.0% 1 / 1"]


def test_a_grade_wants_a_score_a_whistle_and_the_case_as_it_was_seen(town, closed):
    assert grade(town, closed, score="").status_code == 422
    assert grade(town, closed, task="2").status_code == 400
    assert grade(town, closed, seen="00000000-0000-4000-8000-000000000000").status_code == 409
    assert grade(town, closed, username="secretary2").status_code == 404
    assert grade(town, closed, username="street1").status_code == 404
    assert grade(town, closed).status_code == 303


def test_an_open_case_is_not_graded(town, blown):
    page = signed_in(town, "secretary1").get(f"/desk/entries/{blown['answered']}").text
    assert "办结后由社区评哨" in page and "这个单位应哨" not in page
    assert grade(town, blown["answered"]).status_code == 409


def test_a_unit_of_another_name_is_only_words(town):
    with town.app_context():
        with writing() as connection:
            save(connection, Unit, [{"code": "x", "name": "<b>局</b>", "kind": "department", "area_code": "S", "active": True}])
        blow(town, unit="x")
    assert "<b>局</b>" not in signed_in(town, "secretary1").get(MONTH).text


def test_the_league_of_one_area_and_the_way_to_the_others(town, blown):
    other = action(kind="hazard", by="worker2", area="G12", at=NOON.isoformat())
    with town.app_context():
        hear(town, other, at=NOON)
        decide(town, other["entry"], "approved")
        decide(town, other["entry"], "assigned", to=[{"unit": "chengguan"}], whistle="daily")
    secretary = signed_in(town, "secretary1")
    whole, grid = secretary.get(MONTH).text, secretary.get(f"{MONTH}&area=G12").text
    assert set(cells(whole)) == {"1 单位wuye", "单位chengguan", "合计"} and set(cells(grid)) == {"单位chengguan"}
    assert "area=G12" in whole and re.search(r'href="[^"]*area=G12[^"]*" aria-current="page"', grid)
    assert "area=G12" in re.search(r'href="(/whistles.csv[^"]*)"', grid)[1]
    street = signed_in(town, "street1").get(f"{MONTH}&area=C2").text
    assert cells(street) == {} and "area=S" in street and "area=G21" in street
    assert secretary.get(f"{MONTH}&area=C2").status_code == 404
    assert set(cells(signed_in(town, "handler1").get(f"{MONTH}&area=G12").text)) == {"1 单位wuye"}, "of their own, wherever it was"
