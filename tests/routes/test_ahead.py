"""近期要办: what is to come in a dispute is told once, and stands on the list of those who may open its file."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.routes.mediation import entry_of, led, step
from tests.routes.test_courts import book, set_up
from tests.town import rows, signed_in
from webapp.store import escalation
from webapp.store.tables import NoticeRow

TUESDAY = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)  # 14:00 there
NEXT_TUESDAY = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def run(town, at: datetime) -> int:
    """The clock does what is due; gives how many notices there were."""
    with town.app_context():
        return escalation.tell(at, town.config["SETTINGS"].timezone)


def told(town, what: str) -> list[str]:
    with town.app_context():
        return [row.username for row in rows(select(NoticeRow.username).where(NoticeRow.what == what).order_by(NoticeRow.username))]


def ahead(town, username: str, own: str = "0") -> list[str]:
    """The lines of the list, as text."""
    page = signed_in(town, username).get(f"/disputes?own={own}").text
    part = re.search(r'id="ahead".*?</section>', page, re.S)
    return [re.sub(r"<[^>]+>|\s", "", line) for line in re.findall(r'<li class="row">.*?</li>', part[0], re.S)] if part else []


def agreed(town, until: str, last: str = "agreed", **forms) -> str:
    return led(town, last, agreed={"duty_until": [until, ""]}, **forms)


def test_a_sitting_is_told_once_the_working_day_before_whatever_pauses_the_clock_has(town):
    id = led(town, "planned")
    book(town, id, set_up(town), NEXT_TUESDAY)
    run(town, NEXT_TUESDAY - 2 * DAY)
    assert told(town, "sitting") == []
    assert run(town, NEXT_TUESDAY - timedelta(hours=20)) == 2
    for hours in (20, 19, 3):
        run(town, NEXT_TUESDAY - timedelta(hours=hours))
    run(town, NEXT_TUESDAY + DAY)
    assert told(town, "sitting") == ["mediator1", "secretary1"]
    page = signed_in(town, "mediator1").get("/notices").text
    assert "共享法庭 12月1日 14:00 开庭" in page and f'href="/disputes/{id}#court"' in page
    assert signed_in(town, "mediator1").get(f"/disputes/{id}").status_code == 200


def test_a_clock_that_stood_still_until_after_the_sitting_tells_nothing_of_it(town):
    book(town, led(town, "planned"), set_up(town), TUESDAY)
    run(town, TUESDAY + DAY)
    assert told(town, "sitting") == []


def test_a_sitting_stands_on_the_mediators_list_and_then_waits_for_its_result(town):
    id = led(town, "planned")
    book(town, id, set_up(town), TUESDAY)
    [line] = ahead(town, "mediator1", own="1")
    assert "共享法庭11月24日14:00" in line and "明天" in line and entry_of(town, id).number in line
    town.config["CLOCK"] = lambda: TUESDAY + DAY
    assert "等写结果" in ahead(town, "mediator1")[0]


def test_what_an_agreement_asks_for_is_told_ahead_and_when_it_is_late_once_each(town):
    id = agreed(town, "2026-12-01")
    run(town, NOON + 4 * DAY)
    assert told(town, "duty_soon") == []
    for days in (6, 6, 7):
        run(town, NOON + days * DAY)
    assert told(town, "duty_soon") == ["mediator1", "worker1"] and told(town, "duty_late") == []
    for days in (9, 9, 12):
        run(town, NOON + days * DAY)
    assert told(town, "duty_late") == ["mediator1", "secretary1", "worker1"] and len(told(town, "duty_soon")) == 2
    pages = {username: signed_in(town, username).get("/notices").text for username in ("mediator1", "worker1", "secretary1")}
    assert all("协议第 1 项应在 2026年12月1日前履行,还没有履行" in page and "修防水" not in page for page in pages.values())
    assert f'href="/disputes/{id}#file-agreement"' in pages["mediator1"] and f'href="/disputes/{id}#file-agreement"' in pages["secretary1"]
    assert f'href="/entry?id={id}"' in pages["worker1"], "the file is not the worker's"


def test_what_an_agreement_asks_for_stands_on_the_list_until_it_is_fulfilled(town):
    id = agreed(town, "2026-11-25")
    [line] = ahead(town, "mediator1", own="1")
    assert "协议第1项,应在2026年11月25日前履行" in line and "快到履行日期" in line and "修防水" not in line
    town.config["CLOCK"] = lambda: NOON + 4 * DAY
    assert "该履行了,已过期" in ahead(town, "secretary1")[0]
    assert step(town, id, "performed", fulfilled="0", note="还差一半").status_code == 303
    assert len(ahead(town, "mediator1")) == 1, "it is still owed"
    assert step(town, id, "performed").status_code == 303
    assert ahead(town, "mediator1") == []
    run(town, NOON + 5 * DAY)
    assert told(town, "duty_soon") == told(town, "duty_late") == []


@pytest.mark.parametrize("stranger", ["secretary2", "street1"])
def test_only_who_may_open_the_file_has_it_on_his_list(town, stranger):
    agreed(town, "2026-11-25", "closed")
    assert len(ahead(town, "secretary1")) == len(ahead(town, "mediator1")) == 1
    assert ahead(town, stranger) == []


def test_a_party_is_neither_told_nor_shown(town):
    id = agreed(town, "2026-11-25", classified={"kept_from": ["secretary1", "worker1"]})
    book(town, id, set_up(town, "street1"), TUESDAY)
    run(town, NOON + 20 * timedelta(hours=1))
    run(town, NOON + 4 * DAY)
    assert {name for what in ("sitting", "duty_soon", "duty_late") for name in told(town, what)} == {"mediator1"}
    assert ahead(town, "secretary1") == [] and len(ahead(town, "mediator1")) == 2


def test_the_morning_counts_it(town):
    agreed(town, "2026-11-26")
    with town.app_context():
        escalation.escalate(NOON + 20 * timedelta(hours=1) + timedelta(minutes=5), town.config["SETTINGS"].timezone)
        counted = {row.username: row.about["counts"].get("owed") for row in rows(NoticeRow.__table__.select().where(NoticeRow.what == "digest"))}
    assert counted["mediator1"] == counted["worker1"] == 1
    assert "协议待履行 1" in signed_in(town, "mediator1").get("/notices").text
