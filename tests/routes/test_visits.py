"""回访 at the desk and by the phone: who is asked for, what the form writes down, and what comes of “not solved”."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import NOON
from tests.town import action, hear, rows, signed_in
from webapp.core.clocks import sampled
from webapp.core.entries import Entry
from webapp.core.road import LEVELS
from webapp.store import links, lists
from webapp.store.database import writing
from webapp.store.tables import EntryRow

LEFT_OUT = "00000000-0000-4000-8000-000000000063"
"""The id of an entry that is not visited again: its last digits decide."""


def chosen(number: int = 1) -> str:
    """The id of one that is."""
    return f"00000000-0000-4000-8000-0000{100 * number:08x}"


def closed(town, id: str, **about) -> str:
    """A hazard of worker1's that was approved and closed; its id."""
    with town.app_context():
        raw = action(entry=id, **{"kind": "hazard", "area": "B1", "category": "H0101", "note": "楼道充电"} | about)
        hear(town, raw)
        approved = action("approved", id, by="secretary1", seen=raw["id"])
        hear(town, approved)
        hear(town, action("closed", id, by="secretary1", seen=approved["id"]))
    return id


def entry(town, id: str) -> Entry:
    with town.app_context():
        return lists.folded(rows(EntryRow.__table__.select().where(EntryRow.id == id))[0])


def ask(town, id: str, by: str = "secretary1", headers=None, **form):
    return signed_in(town, by).post(f"/desk/entries/{id}/follow-up", data={"seen": entry(town, id).last, "how": "phone"} | form, headers=headers)


def text(town, by: str, path: str) -> str:
    return signed_in(town, by).get(path).text


def test_those_who_are_to_be_asked_stand_in_a_list_with_the_day(town):
    assert sampled(chosen(), 20) and not sampled(LEFT_OUT, 20)
    closed(town, chosen(), note="要回访的")
    closed(town, LEFT_OUT, note="不用回访的")
    listed = text(town, "secretary1", "/desk/entries?list=follow_up")
    assert "要回访的" in listed and "不用回访的" not in listed
    assert "11月30日" in listed and "前回访" in listed
    assert "要回访的" not in text(town, "secretary2", "/desk/entries?list=follow_up")
    [line] = [line for line in text(town, "secretary1", "/desk").split("<li") if "list=follow_up" in line]
    assert ">1<" in line, "the rail counts it"


def test_solved_and_satisfied_is_written_down_and_leaves_the_list(town):
    id = closed(town, chosen())
    assert "记下回访" in text(town, "secretary1", f"/desk/entries/{id}")
    assert ask(town, id, solved="1", score="satisfied", words="谢谢").status_code == 303
    now = entry(town, id)
    assert (now.stage, now.rating, now.road["solved"]) == ("closed", "satisfied", True)
    assert now.road["follow_ups"][0][1:] == ["secretary1", True, "satisfied", "phone"]
    assert [(task.what, task.end) for task in now.tasks] == [("follow_up", "done")]
    page = text(town, "secretary1", f"/desk/entries/{id}")
    assert "电话,说已解决" in page and "谢谢" in page
    assert "楼道充电" not in text(town, "secretary1", "/desk/entries?list=follow_up")


def test_not_solved_asks_for_words_and_opens_it_again(town):
    id = closed(town, chosen())
    refused = ask(town, id, solved="0", score="dissatisfied", headers={"HX-Request": "true"})
    assert refused.status_code == 422 and "请写一写哪里没解决" in refused.text
    assert ask(town, id).status_code == 422
    assert ask(town, id, solved="0", score="dissatisfied", words="晚上又推进来了").status_code == 303
    now = entry(town, id)
    assert (now.stage, now.reason, now.redos, now.rating) == ("in_hand", "晚上又推进来了", 1, None)


def test_the_third_redo_raises_the_case_one_level(town):
    id = closed(town, chosen())
    for redo in (1, 2, 3):
        assert entry(town, id).level == "grid"
        assert ask(town, id, solved="0", words=f"第{redo}次").status_code == 303
        if redo < 3:
            with town.app_context():
                hear(town, action("closed", id, by="secretary1", seen=lists.entry_by_id(id).last))
    assert entry(town, id).level == list(LEVELS)[1] and entry(town, id).redos == 3


@pytest.mark.parametrize(("form", "status"), [({"score": "great"}, 400), ({"how": "pigeon"}, 400), ({"solved": "perhaps"}, 422)])
def test_a_form_that_makes_no_sense_changes_nothing(town, form, status):
    id = closed(town, chosen())
    assert ask(town, id, **{"solved": "1"} | form).status_code == status
    assert "follow_ups" not in entry(town, id).road


def test_the_street_looks_and_does_not_ask(town):
    id = closed(town, chosen())
    assert "记下回访" not in text(town, "street1", f"/desk/entries/{id}")
    assert ask(town, id, "street1", solved="1").status_code == 404
    assert ask(town, id, "secretary2", solved="1").status_code == 404


def test_the_phone_of_the_grid_is_told_what_to_ask_and_its_answer_arrives_late_and_counts(town):
    id = closed(town, chosen())
    feed = signed_in(town, "worker1").get("/sync/changes?scope=G11&after=0").json["rows"]
    [task] = [row["tasks"] for row in feed if row["entry"] == id and "tasks" in row][-1]
    assert task["what"] == "follow_up" and datetime.fromisoformat(task["due"]) > NOON
    said = action("followed_up", id, by="worker1", at="2026-11-23T13:00:00+08:00", solved=True, score="fair", how="door", note="还行")
    town.config["CLOCK"] = lambda: datetime(2026, 11, 25, tzinfo=UTC)
    answer = signed_in(town, "worker1").post("/sync", json={"proto": "gridbook/1", "device": chosen(9), "actions": [said]}).json["answers"][0]
    assert answer["answer"] == "kept" and entry(town, id).rating == "fair"
    feed = signed_in(town, "worker1").get("/sync/changes?scope=G11&after=0").json["rows"]
    assert [row["tasks"] for row in feed if row["entry"] == id and "tasks" in row][-1] == []


def test_a_rating_on_a_visit_that_opened_it_again_is_forgotten_by_the_residents_page(town):
    id = closed(town, chosen())
    with town.app_context(), writing() as connection:
        token = links.add(connection, id, NOON)
    stranger = town.test_client()
    stranger.post(f"/s/{token}/rating", data={"score": "fair"})
    assert "您的评价:" in stranger.get(f"/s/{token}").text
    ask(town, id, solved="0", words="又坏了")
    page = stranger.get(f"/s/{token}").text
    assert "反映没解决,重新办理" in page and "您的评价:" not in page
    with town.app_context():
        hear(town, action("closed", id, by="secretary1", seen=lists.entry_by_id(id).last))
    assert "您的评价:" not in stranger.get(f"/s/{token}").text


def test_the_quality_figures_have_numerator_and_denominator_and_lead_to_the_entries(town):
    town.config["CLOCK"] = lambda: NOON + timedelta(hours=1)
    for number in (1, 2, 3):
        closed(town, chosen(number))
    closed(town, LEFT_OUT)
    ask(town, chosen(1), solved="1", score="satisfied")
    ask(town, chosen(2), solved="1", score="dissatisfied")
    ask(town, chosen(3), solved="0", words="没修好")
    with town.app_context():
        hear(town, action(kind="patrol", area="G11", ticks=["stairs"], buildings=["B1"], note=""))
    page = text(town, "secretary1", "/figures?area=G11")
    quality = page.split('id="quality"')[1].split("</section>\n\n")[0]
    for label, over, under, measure in (
        ("小事不出网格", 3, 3, "closed_grid"), ("大事不出社区", 3, 3, "closed_within"), ("现场", 3, 3, "spot"),
        ("解决率", 2, 3, "solved"), ("满意率", 1, 2, "satisfied"), ("返工率", 1, 4, "reworked"),
    ):  # fmt: skip
        [line] = [line for line in quality.split("<li") if f"<bdi>{label}</bdi>" in line]
        assert f"{over}/{under}" in line, (label, line)
        behind = f"/desk/entries?area=G11&from=2026-11-01&to=2026-11-23&measure={measure}"
        assert f'<span class="quietly">{over}</span>' in text(town, "secretary1", behind), label
    assert "measure=patrols" in page and "measure=receptions" not in page


def test_a_patrol_is_read_in_words_with_the_names_of_its_buildings(town):
    with town.app_context():
        raw = action(kind="patrol", area="G11", ticks=["stairs", "fire"], buildings=["B1", "gone"], team="alone", note="")
        hear(town, raw)
    page = text(town, "secretary1", f"/desk/entries/{raw['entry']}")
    assert "楼道、消防设施" in page and "辖区B1、gone" in page and "自己" in page
