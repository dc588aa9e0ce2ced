"""近邻评理: who judges is drawn from a named pool of 五老乡贤; each is counted, and none of them sees a file."""

import io
import re
from html import unescape

import pytest
from docx import Document

from tests.conftest import NOON
from tests.routes.mediation import entry_of, led, step
from tests.routes.test_mediators import page
from tests.town import action, hear, signed_in
from webapp.core import mediation, rules
from webapp.store import people
from webapp.store.database import writing
from webapp.store.tables import Post


@pytest.fixture
def town(town):
    """With a pool: laowang and laoli of the community, laozhao of the other one."""
    with town.app_context(), writing() as connection:
        for username, name, area in (("laowang", "王德福", "C1"), ("laoli", "李秀英", "C1"), ("laozhao", "赵老师", "C2")):
            people.add(connection, username, name)
            connection.execute(Post.__table__.insert(), [{"username": username, "role": "reviewer", "area_code": area, "starts": NOON.date()}])
    return town


def judge(town, id: str, *names: str, **form):
    return step(town, id, "mediated", form="reason", reviewers=list(names), **form)


def test_a_round_of_judging_is_with_people_of_the_pool_who_stand_in_the_file_and_on_the_paper(town):
    id = led(town, "planned")
    offered = unescape(page(town, f"/disputes/{id}", "mediator1"))
    assert "王德福" in offered and "李秀英" in offered and "赵老师" not in offered
    refused = judge(town, id)
    assert refused.status_code == 422 and "评理请勾选到场的评理员" in refused.text and "双方各说了经过" in refused.text
    assert judge(town, id, "laozhao").status_code == 400, "not of this place"
    assert judge(town, id, "laowang", "laoli").status_code == 303
    assert entry_of(town, id).road["mediation"]["rounds"][0]["reviewers"] == ["laowang", "laoli"]
    shown = unescape(re.sub("<[^>]+>", "", page(town, f"/disputes/{id}", "mediator1")))
    assert "评理员 王德福、李秀英" in shown
    paper = Document(io.BytesIO(signed_in(town, "secretary1").get(f"/disputes/{id}/file.docx").data))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert "评 理 员" in cells and "王德福、李秀英" in cells


def test_each_is_counted_and_the_number_leads_to_the_disputes(town):
    first, second = led(town, "planned"), led(town, "planned")
    judge(town, first, "laowang", "laoli")
    judge(town, first, "laowang")
    judge(town, second, "laowang")
    step(town, second, "mediated", form="joint", present="王德福路过")
    text = unescape(re.sub("<[^>]+>", " ", page(town, "/disputes/mediators")))
    assert re.search(r"王德福\s+评理 3 次\s+辖区C1\s+涉及 2 起纠纷", text) and re.search(r"李秀英\s+评理 1 次", text) and "赵老师" not in text
    behind = page(town, "/disputes/reviewers/laowang")
    assert first in behind and second in behind
    assert first in page(town, "/disputes/reviewers/laoli") and second not in page(town, "/disputes/reviewers/laoli")
    assert signed_in(town, "secretary1").get("/disputes/reviewers/laozhao").status_code == 404
    assert signed_in(town, "secretary1").get("/disputes/reviewers/worker1").status_code == 404


def test_over_the_wire_nobody_judges_who_is_not_in_the_pool_there_or_is_a_party(town):
    id = led(town, "planned", classified={"kept_from": ["laoli"]})
    for names, said in ((["worker1"], "nobody"), (["laozhao"], "nobody"), (["laowang", "laoli"], "nobody"), (["laowang"], None), ([], None)):
        with town.app_context():
            [answer] = hear(town, action("mediated", id, by="mediator1", form="reason", note="双方各说了经过", reviewers=names))
        assert answer.reason == said, names
    assert [one.get("reviewers") for one in entry_of(town, id).road["mediation"]["rounds"]] == [["laowang"], None]


def test_a_round_from_a_phone_that_names_them_counts_too():
    pool = {"laowang": "王德福", "laoli": "李秀英"}
    file = {"rounds": [{"form": "reason", "present": "双方、王德福、楼长"}, {"form": "reason", "present": "", "reviewers": ["laoli", "gone"]},
                       {"form": "talk", "present": "王德福"}]}  # fmt: skip
    assert mediation.reviewed(file, pool) == [{"laowang"}, {"laoli"}]


def test_a_party_is_not_asked_to_judge_and_the_count_does_not_show_him_his_own(town):
    id = led(town, "planned", classified={"kept_from": ["laoli", "secretary1"]})
    assert "李秀英" not in unescape(page(town, f"/disputes/{id}", "mediator1")).split("评理员(五老乡贤)")[1].split("</fieldset>")[0]
    assert judge(town, id, "laoli").status_code == 400
    judge(town, id, "laowang")
    assert "评理 0 次" in re.sub("<[^>]+>", "", page(town, "/disputes/mediators")) and id not in page(town, "/disputes/reviewers/laowang")


def test_somebody_of_the_pool_sees_no_file_and_does_nothing(town):
    id = led(town, "planned")
    judge(town, id, "laowang")
    client = signed_in(town, "laowang")
    for path in (f"/disputes/{id}", f"/desk/entries/{id}", "/disputes", "/disputes/mediators", "/roster/G11", "/sync/changes?scope=G11", "/desk", "/grids"):
        assert client.get(path).status_code == 404, path
    with town.app_context():
        assert hear(town, action("noted", id, by="laowang", note="我说两句"))[0].reason == "no_entry"
        assert hear(town, action(kind="dispute", by="laowang", area="G11"))[0].reason == "forbidden"
    assert not any("reviewer" in roles for roles in rules.DOES.values()) and "reviewer" not in rules.SEES


def test_the_secretary_names_them_and_where_there_is_none_it_says_how(town):
    given = signed_in(town, "secretary1").post("/posts", data={"area": "C1", "role": "reviewer", "person": "孙校长", "new": "1"})
    assert given.status_code == 303 and "孙校长" in page(town, "/disputes/mediators")
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.delete().where(Post.role == "reviewer"))
    id = led(town, "planned")
    assert "还没有评理员" in page(town, "/disputes/mediators") and "这里还没有评理员" in page(town, f"/disputes/{id}", "mediator1")
    assert judge(town, id).status_code == 303, "words in 在场的人 are enough where nobody is in the pool"
