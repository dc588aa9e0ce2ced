"""The mediator's room: lists, one dispute and its next step, receptions, the trend."""

import csv
import io
import re

import pytest
from PIL import Image

from tests.routes.mediation import BY, FORMS, ROAD, entry_of, led, recorded, step
from tests.town import action, hear, rows, signed_in
from webapp.store.tables import AccessRow, EntryRow


def page(town, path: str, by: str = "mediator1"):
    return signed_in(town, by).get(path)


def test_the_whole_road_through_the_pages(town):
    id = recorded(town)
    seen = []
    for verb in ROAD:
        text = page(town, f"/disputes/{id}", BY[verb]).text
        assert f'id="step-{verb}"' in text, verb
        seen.append(step(town, id, verb).status_code)
    assert seen == [303] * len(ROAD)
    entry = entry_of(town, id)
    assert (entry.stage, entry.outcome, entry.rating) == ("closed", "双方和好", "satisfied")
    assert [duty["words"] for duty in entry.road["mediation"]["agreement"]["duties"]] == ["修防水"]
    with town.app_context():
        assert rows(AccessRow.__table__.select().where(AccessRow.what == "opened", AccessRow.entry == id))


@pytest.mark.parametrize("last", ["assigned", "signed", "classified", "planned"])
def test_what_is_not_next_is_not_offered_and_is_explained_when_asked_for(town, last):
    id = led(town, last)
    assert 'id="step-agreed"' not in page(town, f"/disputes/{id}").text
    reply = step(town, id, "agreed", note="两人都同意各让一步")
    assert reply.status_code == 409 and "还不能" in reply.text and "下一步是" in reply.text
    assert "两人都同意各让一步" in reply.text, "what was written is not lost"
    assert "agreement" not in entry_of(town, id).road["mediation"]


def test_a_form_that_had_not_seen_the_latest_says_so_and_keeps_the_words(town):
    id = led(town, "planned")
    old = entry_of(town, id).last
    assert step(town, id, "mediated").status_code == 303
    reply = step(town, id, "mediated", seen=old, note="第二次的笔录写了很久")
    assert reply.status_code == 409 and "又有了变化" in reply.text and "第二次的笔录写了很久" in reply.text
    assert len(entry_of(town, id).road["mediation"]["rounds"]) == 1


@pytest.mark.parametrize(
    ("verb", "before", "form"),
    [
        ("assigned", None, {"person": ""}),
        ("classified", "signed", {"category": ""}),
        ("classified", "signed", {"level": ""}),
        ("classified", "signed", {"kept_from": ["mediator1"]}),
        ("classified", "signed", {"party_name": ["150802197001011234", ""]}),
        ("planned", "classified", {"steps": " \n "}),
        ("mediated", "planned", {"note": ""}),
        ("mediated", "planned", {"form": ""}),
        ("agreed", "mediated", {"note": ""}),
        ("agreed", "mediated", {"duty_until": ["2026-13-99", ""]}),
        ("failed", "mediated", {"note": ""}),
        ("fed_back", "agreed", {"note": ""}),
        ("performed", "agreed", {"duty": ""}),
        ("confirmed", "agreed", {"status": ""}),
        ("followed_up", "fed_back", {"solved": ""}),
    ],
)
def test_what_is_missing_is_said_and_nothing_done(town, verb, before, form):
    id = led(town, before) if before else recorded(town)
    last = entry_of(town, id).last
    reply = step(town, id, verb, **form)
    assert reply.status_code == 422 and 'class="errors"' in reply.text
    assert entry_of(town, id).last == last


@pytest.mark.parametrize(("verb", "form"), [("classified", {"level": "purple"}), ("classified", {"category": "H0101"}), ("rated", {})])
def test_what_no_form_sends_is_a_bad_request(town, verb, form):
    id = led(town, "signed")
    sent = FORMS.get(verb, {}) | {"verb": verb, "seen": entry_of(town, id).last} | form
    assert signed_in(town, "mediator1").post(f"/disputes/{id}/steps", data=sent).status_code == 400


def test_the_other_ways_failure_again_fulfilment_and_confirmation(town):
    id = led(town, "mediated")
    assert step(town, id, "failed").status_code == 303
    assert step(town, id, "planned").status_code == 303 and entry_of(town, id).stage == "planned"
    assert step(town, id, "agreed").status_code == 303
    assert step(town, id, "performed").status_code == step(town, id, "confirmed").status_code == 303
    file = entry_of(town, id).road["mediation"]
    assert file["agreement"]["duties"][0]["fulfilled"] and file["confirmation"]["status"] == "applied" and "failed" not in file


def test_photos_go_with_the_round_and_what_is_no_picture_is_said(town):
    id = led(town, "planned")
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(picture, "JPEG")
    bad = step(town, id, "mediated", photo=(io.BytesIO(b"no picture"), "a.jpg"))
    assert bad.status_code == 422 and "照片打不开" in bad.text
    assert step(town, id, "mediated", photo=(io.BytesIO(picture.getvalue()), "a.jpg")).status_code == 303
    [one] = entry_of(town, id).road["mediation"]["rounds"]
    assert f"/photos/{one['photos'][0]}/thumb" in page(town, f"/disputes/{id}").text


def test_accounts_are_found_by_name_and_what_was_written_stays(town):
    id = led(town, "signed")
    reply = step(town, id, "classified", find="1", account="worker2", note="双方都姓王")
    assert reply.status_code == 200 and 'value="worker2"' in reply.text and "双方都姓王" in reply.text and "13900000001" in reply.text
    assert entry_of(town, id).stage == "taken"


def test_a_mediator_who_hands_it_back_is_rid_of_it(town):
    id = led(town, "assigned")
    assert signed_in(town, "mediator1").post(
        f"/disputes/{id}/steps", data={"verb": "handed_back", "seen": entry_of(town, id).last, "note": "我和一方是亲戚"}
    ).status_code == 303  # fmt: skip
    assert entry_of(town, id).stage == "in_hand"


# --- who


@pytest.mark.parametrize("member", ["worker1", "worker2", "secretary2", "handler1", "volunteer1", "street1", "admin1"])
def test_a_file_is_for_its_mediators_and_the_secretary_only(town, member):
    id = led(town, "agreed")
    client = signed_in(town, member)
    for path in (f"/disputes/{id}", f"/disputes/{id}/file.docx"):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/disputes/{id}/steps", data={"verb": "fed_back"}).status_code == 404


def test_who_was_given_a_dispute_by_name_may_mediate_it_without_the_post(town):
    id = recorded(town)
    assert page(town, "/disputes", "volunteer1").status_code == 404
    with town.app_context():
        hear(town, action("assigned", id, by="secretary1", seen=entry_of(town, id).last, to=[{"person": "volunteer1"}]))
    assert f"/disputes/{id}" in page(town, "/disputes?list=waiting", "volunteer1").text
    assert step(town, id, "signed", by="volunteer1").status_code == 303
    assert step(town, id, "classified", by="volunteer1").status_code == 303


def test_mediators_of_the_area_are_offered_with_what_they_have_in_hand(town):
    led(town, "signed")
    text = page(town, f"/disputes/{recorded(town)}", "secretary1").text
    assert "mediator1的名字 · 手上 1 件" in text


# --- lists


def test_lists_hold_each_dispute_once_and_red_ones_stand_first(town):
    green, red = led(town, "classified", classified={"level": "green"}), led(town, "classified", classified={"level": "red"})
    waiting, agreed, closed = recorded(town), led(town, "agreed"), led(town, "closed")
    text = page(town, "/disputes?list=taken", "secretary1").text
    assert text.index(f"entry-{red}") < text.index(f"entry-{green}")
    assert "红:书记挂帅" in text
    for name, id in (("waiting", waiting), ("agreed", agreed), ("closed", closed)):
        found = set(re.findall(r'id="entry-([0-9a-f-]{36})"', page(town, f"/disputes?list={name}", "secretary1").text))
        assert found == {id}, name
    assert page(town, "/disputes?list=nonsense").status_code == 400


def test_a_mediators_own_list_holds_what_he_was_given(town):
    other, mine = recorded(town), led(town, "assigned")
    text = page(town, "/disputes?list=waiting").text
    assert mine in text and other not in text
    assert other in page(town, "/disputes?list=waiting&own=0").text


def test_lists_show_neither_parties_nor_text(town):
    led(town, "mediated")
    text = page(town, "/disputes?list=all", "secretary1").text
    assert "王志强" not in text and "楼上漏水" not in text


# --- receptions and the trend


def reception(town, **form):
    sent = {"people": "3", "form": "visit", "note": "问老房子继承的手续", "area": "C1", "answered": "1"} | form
    return signed_in(town, "mediator1").post("/disputes/receptions", data=sent)


def test_receptions_count_people_and_disputes_count_apart(town):
    assert reception(town).status_code == reception(town, people="2", referred="justice").status_code == 303
    led(town, "closed")
    text = page(town, "/disputes/receptions").text
    assert "共 2 次,5 人次" in text and "转司法所" in text
    trend = page(town, "/disputes/trend", "secretary1").text
    assert re.search(r"接待.*?5<small>人次", trend, re.S) and re.search(r"受理.*?1<small>起", trend, re.S)
    assert "1/1" in trend, "resolved"


@pytest.mark.parametrize("form", [{"note": ""}, {"people": "0"}, {"people": "-3"}, {"people": "三"}, {"area": "C2"}, {"form": "fax"}])
def test_a_reception_that_does_not_fit_is_not_taken(town, form):
    assert reception(town, **form).status_code == 422
    with town.app_context():
        assert rows(EntryRow.__table__.select()) == []


def test_a_reception_leads_to_the_dispute_that_came_of_it(town):
    reception(town)
    with town.app_context():
        [row] = rows(EntryRow.__table__.select())
        hear(town, action(kind="dispute", area="G11", parent=row.id, by="mediator1"))
    text = page(town, "/disputes/receptions").text
    assert "纠纷 № JC-" in text and "登记成纠纷" not in text


def test_every_number_of_the_trend_leads_to_as_many_disputes(town):
    for level in ("red", "red", "green"):
        led(town, "classified", classified={"level": level})
    text = page(town, "/disputes/trend", "secretary1").text
    links = re.findall(r'<a href="(/disputes\?[^"]+)">(\d+)</a>', text)
    assert len(links) >= 6
    for url, number in links:
        found = page(town, url.replace("&amp;", "&"), "secretary1").text
        assert len(re.findall(r'id="entry-', found)) - found.count('id="entry-title"') == int(number), url


def test_the_export_bears_the_standards_names_and_masks_the_parties(town):
    led(town, "closed")
    text = page(town, "/disputes.csv?list=closed", "secretary1").text
    [_mark, heads, line] = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    named = dict(zip(heads, line, strict=True))
    assert named["事件规模"] == "01" and named["化解是否成功"] == "1" and named["考评意见"] == "满意" and named["化解组织"] == "C1人民调解委员会"
    assert named["主要当事人姓名"] == "王**；李**" and "王志强" not in text
    assert page(town, "/disputes.csv", "street1").status_code == 404
