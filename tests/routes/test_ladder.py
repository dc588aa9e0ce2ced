"""现在由谁负责,下一步到谁: the chain of a case on its page, by name, and how long each level has."""

import re
from datetime import date
from html import unescape

from tests.conftest import NOON
from tests.routes.test_desk import do
from tests.routes.test_dispatch import approved, give, move
from tests.routes.test_town import noted
from tests.town import signed_in
from webapp.core.calendar import Terms
from webapp.store import escalation, people, workdays
from webapp.store.database import writing


def chain(town, id: str, by: str = "secretary1") -> str:
    text = signed_in(town, by).get(f"/desk/entries/{id}").text
    part = re.search(r'<section[^>]*aria-labelledby="ladder-title">.*?</section>', text, re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part[0])).split()) if part else ""


def test_a_case_names_who_answers_now_who_is_next_and_when(town):
    with town.app_context(), writing() as connection:
        people.add(connection, "member1", "支委一")
        people.add_post(connection, "member1", role="branch_member", area="G11", starts=date(2026, 1, 1), ends=None)
    id = approved(town)
    said = chain(town, id)
    assert "网格 现在 网格员 worker1的名字" in said and "下一步:社区 未到 支委 支委一 社区书记 secretary1的名字" in said
    # due on the 24th: one day for this category
    assert "到 11月26日 18:00 还没有办结,自动提级到社区" in said
    give(town, id)
    said = chain(town, id, "street1")
    assert said.startswith("现在由谁负责,下一步到谁 在办 单位wuye") and "社区 现在" in said and "下一步:街道" in said
    with town.app_context():
        assert escalation.escalate(NOON.replace(month=12), town.config["SETTINGS"].timezone).raised == 1
    assert "已经到最高一级" in chain(town, id)


def test_a_suspended_case_has_no_moment_and_a_closed_one_no_chain(town):
    id = approved(town)
    move(town, id, "suspended", words="等材料", until="2026-12-31")
    assert "没有在计的时限" in chain(town, id)
    move(town, id, "resumed")
    assert do(town, "closed", id).answer == "kept"
    assert chain(town, id) == ""


def test_the_time_of_each_level_is_set_by_the_town(town):
    admin = signed_in(town, "admin1")
    assert "民乐" in admin.get("/town/follow-up").text
    assert admin.post("/town/climb", data={"amount": "3", "clock": "natural_days"}).status_code == 303
    with town.app_context():
        assert workdays.town(None, town.config["SETTINGS"].timezone).climb == Terms("natural_days", 3)
    assert noted(town) == ["climb 3 natural_days"]
    admin.post("/town/climb", data={"amount": "0", "clock": "natural_days"})
    assert noted(town) == ["climb 3 natural_days"]
    assert admin.post("/town/climb", data={"amount": "1", "clock": "moon"}).status_code == 400
