"""A party to a dispute who has an account of the town: whatever the post, the file does not exist for that account. Nor for residents."""

import hashlib
import io
import re

import pytest
from PIL import Image

from tests.conftest import NOON
from tests.routes.mediation import entry_of, led, recorded, step
from tests.town import action, hear, rows, signed_in
from webapp.store import links
from webapp.store.database import writing
from webapp.store.tables import EntryPhotoRow, Household, NoticeRow, Person

SECRET, PARTY = "楼上漏水,争了三回", "王志强"
KEPT = ("secretary1", "worker1", "street1")
"""Who is named as a party here: the secretary of the area, the worker who wrote it down, somebody of the street."""

PAGES = (
    "/desk", "/desk/entries?list=all", "/desk/entries?list=working", "/desk/entries?q=漏水", "/desk/entries?q=JC", "/desk/entries.csv?list=all",
    "/desk/entries?kind=dispute", "/desk/entries?measure=received&area=C1&from=2026-11-01&to=2026-11-30", "/desk/entries?category=D0102",
    "/desk/entries/{other}", "/desk/entries?near={other}", "/desk/news?since=0", "/disputes?list=all&own=0", "/disputes?list=taken&own=0",
    "/disputes.csv?list=all&own=0", "/disputes/trend", "/disputes/receptions", "/sync/changes?scope=G11&after=0", "/roster/G11", "/notices",
    "/grids/G11", "/jobs", "/figures?area=C1",
)  # fmt: skip
HIDDEN = (
    ("GET", "/desk/entries/{id}"), ("POST", "/desk/entries/{id}/actions"), ("POST", "/desk/entries/{id}/telephone"),
    ("POST", "/desk/entries/{id}/link"), ("POST", "/desk/entries/{id}/dispatch"), ("GET", "/disputes/{id}"), ("POST", "/disputes/{id}/steps"),
    ("GET", "/disputes/{id}/file.docx"), ("GET", "/photos/{photo}"), ("GET", "/photos/{photo}/thumb"), ("GET", "/desk/entries?near={id}"),
)  # fmt: skip


@pytest.fixture(params=["recorded", "classified"])
def kept(town, request):
    """A dispute with a photo, a relative at the same door, and three of the cast as parties: (its id, the other entry, the photo).

    Named as parties by the worker who wrote it down, or only when it was classified.
    """
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(picture, "JPEG")
    photo = hashlib.sha256(picture.getvalue()).hexdigest()
    signed_in(town, "worker1").put(f"/photos/{photo}", data=picture.getvalue())
    with town.app_context():
        other = action(area="G11", household="home-11", place="门口", note="平常的走访")
        hear(town, other)
    if request.param == "recorded":
        named = "301 worker1的名字和 secretary1,街道的street1 的名字也在场"
        return recorded(town, parent=other["entry"], place="门口", photos=[photo], parties=named), other["entry"], photo
    id = recorded(town, parent=other["entry"], place="门口", photos=[photo])
    for verb in ("assigned", "signed"):
        step(town, id, verb)
    assert step(town, id, "classified", kept_from=list(KEPT)).status_code == 303
    return id, other["entry"], photo


def test_before_it_is_classified_the_same_pages_show_it(town):
    """Or the next test would prove nothing."""
    id = led(town, "signed")
    assert SECRET in signed_in(town, "secretary1").get("/desk/entries?list=working").text
    assert id in signed_in(town, "worker1").get("/sync/changes?scope=G11&after=0").text


def test_accounts_are_found_by_name_by_username_and_by_door(town):
    with town.app_context(), writing() as connection:
        connection.execute(Person.__table__.update().where(Person.username == "worker2").values(name="住户1"))
        connection.execute(Person.__table__.update().where(Person.username == "volunteer1").values(name="王五"))
    assert entry_of(town, recorded(town)).kept_from == ["worker2"], "he bears the name of the household where it is"
    assert entry_of(town, recorded(town, parties="王 五 (楼上)、Street1,worker10")).kept_from == ["street1", "volunteer1", "worker2"]
    with town.app_context():
        raw = action(kind="dispute", area="B1", parties="101 与 201 住户")
        hear(town, raw)
        other = action(kind="hazard", area="G11", parties="王五")
        hear(town, other)
    assert entry_of(town, raw["entry"]).kept_from == ["worker2"], "behind door 101 of this building"
    assert entry_of(town, other["entry"]).kept_from == []


def test_a_name_that_only_begins_alike_keeps_nobody_away(town):
    with town.app_context(), writing() as connection:
        for username, name in (("worker1", "宋成"), ("street1", "宋成飞")):
            connection.execute(Person.__table__.update().where(Person.username == username).values(name=name))
        connection.execute(Household.__table__.update().where(Household.id == "home-11").values(name="李四、宋成飞"))
    assert entry_of(town, recorded(town)).kept_from == ["street1"], "by the household, which has two names"
    assert entry_of(town, recorded(town, parties="宋成飞(业主)、李四")).kept_from == ["street1"]
    assert entry_of(town, recorded(town, parties="宋成(租户)、宋成飞")).kept_from == ["street1", "worker1"]
    with town.app_context(), writing() as connection:
        connection.execute(Household.__table__.update().where(Household.id == "home-11").values(name="宋成 李四"))
    assert entry_of(town, recorded(town)).kept_from == ["worker1"]


def test_only_a_longer_name_that_somebody_in_town_bears_lets_the_shorter_one_in(town):
    with town.app_context(), writing() as connection:
        connection.execute(Person.__table__.update().where(Person.username == "worker1").values(name="宋成"))
    for words in ("宋成伯、李四", "宋成馆、李四", "李四诉宋成案"):
        assert entry_of(town, recorded(town, parties=words)).kept_from == ["worker1"], words
    with town.app_context(), writing() as connection:
        connection.execute(Household.__table__.update().where(Household.id == "home-21").values(name="李四、宋成馆(户主)"))
    assert entry_of(town, recorded(town, parties="宋成馆、李四")).kept_from == [], "a household elsewhere is called so"
    assert entry_of(town, recorded(town, parties="宋成户、李四")).kept_from == ["worker1"]


def test_the_street_decides_where_the_secretary_is_a_party(town):
    with town.app_context():
        raw = action(kind="dispute", area="G11", category="D0102", parties="secretary1的名字")
        hear(town, raw)
        assert [answer.reason for answer in hear(town, action("approved", raw["entry"], by="secretary1", seen=raw["id"]))] == ["no_entry"]
    url = f"/desk/entries/{raw['entry']}"
    assert signed_in(town, "secretary1").post(f"{url}/actions", data={"verb": "approved", "seen": raw["id"]}).status_code == 404
    street = signed_in(town, "street1")
    assert 'value="approved"' in street.get(url).text
    assert street.post(f"{url}/actions", data={"verb": "approved", "seen": raw["id"]}).status_code == 303
    assert entry_of(town, raw["entry"]).stage == "in_hand"
    plain = recorded(town)
    assert street.post(f"/desk/entries/{plain}/actions", data={"verb": "noted", "words": "x", "seen": entry_of(town, plain).last}).status_code == 404


def test_a_namesake_is_asked_about_and_let_in_again(town):
    id = led(town, "signed")
    sent = {"party_name": ["worker2的名字", ""], "party_telephone": ["", ""]}
    asked = step(town, id, "classified", **sent)
    assert asked.status_code == 422 and "只是同名" in asked.text and 'name="kept_from" value="worker2" checked' in asked.text
    assert step(town, id, "classified", **sent, shown=["worker2"]).status_code == 303
    assert entry_of(town, id).kept_from == []
    assert step(town, id, "classified", **sent).status_code == 303, "said once"
    assert entry_of(town, id).kept_from == []
    assert step(town, id, "classified", **sent, shown=["worker2"], kept_from=["worker2"]).status_code == 303
    assert entry_of(town, id).kept_from == ["worker2"]


def test_a_phone_that_classifies_without_a_word_about_accounts_lets_nobody_in(town):
    id = recorded(town, parties="worker2的名字")
    for verb in ("assigned", "signed"):
        step(town, id, verb)
    with town.app_context():
        hear(town, action("classified", id, by="mediator1", parties=[{"name": "volunteer1的名字"}]))
    assert entry_of(town, id).kept_from == ["volunteer1", "worker2"]


def test_a_party_named_in_a_correction_that_came_late_is_kept_away_too(town):
    id = recorded(town)
    with town.app_context():
        hear(town, action("amended", id, kind="dispute", area="G11", parties="street1的名字"))
    assert entry_of(town, id).kept_from == ["street1"]


@pytest.mark.parametrize("member", KEPT)
def test_no_page_shows_it_to_a_party(town, kept, member):
    id, other, photo = kept
    client, number = signed_in(town, member), entry_of(town, id).number
    for path in PAGES:
        reply = client.get(path.format(other=other))
        assert reply.status_code == 200 or member != "secretary1" or path == "/grids/G11", path
        text = reply.text
        for secret in (SECRET, PARTY, number, photo):
            assert secret not in text, (path, secret)
        if "/sync/changes" not in path:  # a tombstone names what is to be forgotten
            assert id not in text, path


@pytest.mark.parametrize("member", KEPT)
def test_for_a_party_it_does_not_exist(town, kept, member):
    id, _other, photo = kept
    client, last = signed_in(town, member), entry_of(town, id).last
    for method, path in HIDDEN:
        sent = {"verb": "closed", "seen": last, "words": "x", "to": "grid:G11"}
        reply = client.open(path.format(id=id, photo=photo), method=method, data=sent if method == "POST" else None)
        assert reply.status_code == 404, (method, path)
    assert entry_of(town, id).last == last


def test_the_phone_of_a_party_is_told_to_forget_it(town, kept):
    id = kept[0]
    [*_earlier, row] = [row for row in signed_in(town, "worker1").get("/sync/changes?scope=G11&after=0").json["rows"] if row["entry"] == id]
    assert row.keys() == {"seq", "hash", "entry", "gone"}
    [*_earlier, row] = [row for row in signed_in(town, "mediator1").get("/sync/changes?scope=G11&after=0").json["rows"] if row["entry"] == id]
    assert row["note"] == SECRET and "road" not in row and PARTY not in str(row), "nor does the file go to other phones"


@pytest.mark.parametrize("verb", ["noted", "handled", "closed", "fed_back", "followed_up", "assigned"])
def test_over_the_wire_a_party_finds_nothing(town, kept, verb):
    id = kept[0]
    for member in KEPT:
        raw = action(verb, id, by=member, seen=entry_of(town, id).last)
        [answer] = signed_in(town, member).post("/sync", json={"proto": "gridbook/1", "device": raw["id"], "actions": [raw]}).json["answers"]
        gone = action(verb, by=member)
        [nothing] = signed_in(town, member).post("/sync", json={"proto": "gridbook/1", "device": raw["id"], "actions": [gone]}).json["answers"]
        assert answer["reason"] == "no_entry" == nothing["reason"] and answer["message"] == nothing["message"]


@pytest.mark.parametrize("kept", ["classified"], indirect=True)
def test_counts_of_the_desk_leave_it_out_but_figures_count_it(town, kept):
    text = signed_in(town, "secretary1").get("/desk").text
    assert not re.search(r'id="count-working"[^>]*>[1-9]', text)
    assert "1" in re.search(r"受理.*?tile-number\">(\d+)", signed_in(town, "secretary1").get("/disputes/trend").text, re.S)[1]


def test_a_party_gets_no_notice_about_it(town, kept):
    with town.app_context():
        assert rows(NoticeRow.__table__.select().where(NoticeRow.entry == kept[0], NoticeRow.username.in_(KEPT))) == []
        assert rows(EntryPhotoRow.__table__.select().where(EntryPhotoRow.entry == kept[0])), "the photo belongs to it"


def test_a_party_is_not_asked_to_mediate(town):
    id = led(town, "signed")
    step(town, id, "classified", kept_from=["volunteer1"])
    with town.app_context():
        hear(town, action("assigned", id, by="secretary1", seen=entry_of(town, id).last, to=[{"person": "volunteer1"}]))
    assert signed_in(town, "volunteer1").get(f"/disputes/{id}").status_code == 404
    assert id not in signed_in(town, "volunteer1").get("/disputes?list=all").text


def test_the_residents_page_shows_neither_parties_nor_text_nor_level(town):
    id = led(town, "agreed", classified={"level": "red"})
    with town.app_context(), writing() as connection:
        token = links.add(connection, id, NOON)
    for verb in (None, "fed_back", "followed_up", "closed"):
        if verb:
            assert step(town, id, verb).status_code == 303
        text = town.test_client().get(f"/s/{token}").text
        assert "矛盾纠纷" in text
        for secret in (SECRET, PARTY, "李桂兰", "红:", "书记挂帅", "修好防水", "mediator1", "双方和好", "调解员:"):
            assert secret not in text, (verb, secret)
