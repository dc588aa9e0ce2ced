"""The one door: what comes in is read strictly and kept inert."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.town import action
from webapp.core.actions import REASONS, VERBS, Refused, read

SHA = "a" * 64


def refusal(raw) -> str:
    with pytest.raises(Refused) as caught:
        read(raw)
    return caught.value.reason


def without(raw: dict, name: str) -> dict:
    return {key: value for key, value in raw.items() if key != name}


def nested(depth: int) -> list:
    """A list in a list in a list …"""
    found = []
    for _ in range(depth):
        found = [found]
    return found


def test_a_visit_is_read_as_it_was_sent():
    heard = read(
        action(id="11111111-1111-4111-8111-111111111111", note="王奶奶 😀", household="home-11", topics=["safety"], photos=[SHA], n=7)
    )
    assert (heard.verb, heard.by, heard.n, heard.photos) == ("recorded", "worker1", 7, (SHA,))
    assert heard.at.isoformat() == "2026-11-23T11:00:00+08:00"
    assert heard.body["note"] == "王奶奶 😀"
    assert heard.body["details"] == {"topics": ["safety"]}


@pytest.mark.parametrize("raw", [None, 1, "recorded", [], [[]], {}, {"id": 1}, True, 1.5])
def test_what_is_no_action_is_malformed(raw):
    assert refusal(raw) == "malformed"


@pytest.mark.parametrize("name", ["id", "entry", "verb", "by", "at"])
def test_an_envelope_needs_its_parts(name):
    assert refusal(without(action(), name)) == "malformed"


@pytest.mark.parametrize("name", ["kind", "area", "happened_at", "note"])
def test_a_record_needs_four_things_only(name):
    raw = action()
    assert refusal(raw | {"body": without(raw["body"], name)}) == "malformed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "11111111-1111-4111-8111-11111111111A"},
        {"id": "11111111-1111-4111-8111-11111111111"},
        {"entry": 7},
        {"at": "2026-11-23T11:00:00"},
        {"at": "yesterday"},
        {"at": 1700000000},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"n": 2**70},
        {"n": 1.5},
        {"n": "1"},
        {"after": "soon"},
        {"seen": ""},
        {"photos": ["A" * 64]},
        {"photos": [SHA + "\n"]},
        {"photos": SHA},
        {"photos": [f"{n:064x}" for n in range(10)]},
        {"by": None},
        {"verb": 3},
        {"body": []},
    ],
    ids=str,
)
def test_a_wrong_envelope_is_malformed(wrong):
    assert refusal(action() | wrong) == "malformed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "party"},
        {"kind": None},
        {"note": 5},
        {"note": "字" * 2001},
        {"place": "x" * 201},
        {"area": "x" * 81},
        {"lat": 90.1, "lng": 1.0},
        {"lat": "40"},
        {"lat": True},
        {"lat": float("nan")},
        {"lng": float("inf")},
        {"accuracy": -1},
        {"accuracy": 1e400},
        {"happened_at": "2026-11-23"},
        {"happened_at": "0500-01-01T00:00:00Z"},
        {"on_the_spot": 1},
        {"on_the_spot": "yes"},
        {"source": "rumour"},
        {"parent": "x"},
        {"link": "x"},
        {"roles": []},
        {"kind": "delivery", "quantity": float("inf")},
        {"kind": "delivery", "quantity": "2"},
        {"kind": "delivery", "ordered": "yes"},
        {"follow_up": "soon"},
        {"topics": "safety"},
    ],
    ids=str,
)
def test_a_wrong_body_is_malformed_and_says_where(wrong):
    raw = action()
    with pytest.raises(Refused) as caught:
        read(raw | {"body": raw["body"] | wrong})
    assert caught.value.reason == "malformed"
    assert caught.value.message.startswith(REASONS["malformed"])
    assert "zero" not in caught.value.message


@pytest.mark.parametrize("verb, number", [("noted", "task"), ("raised", "task"), ("graded", "task"), ("performed", "duty"), ("handed_back", "task")])
def test_a_number_that_no_task_has_can_be_written_into_no_log(verb, number):
    assert refusal(action(verb, reason="来不及", score="fair", **{number: 2**64})) == "malformed"
    assert read(action(verb, reason="来不及", score="fair", **{number: 2})).body[number] == 2



def test_the_message_names_the_field_that_did_not_fit():
    with pytest.raises(Refused) as caught:
        read(action(lat=91.0))
    assert "lat" in caught.value.message


def test_a_verb_from_a_newer_phone_has_its_own_reason():
    assert refusal(action("sang")) == "unknown_verb"


@pytest.mark.parametrize("verb", ["returned", "declined", "reopened"])
@pytest.mark.parametrize("reason", [None, "", "  \n ", "\u202e", "字" * 501])
def test_sending_back_needs_a_reason_in_words(verb, reason):
    assert refusal(action(verb, reason=reason)) == "malformed"


@pytest.mark.parametrize("score", [None, "", "excellent", 5])
def test_a_rating_is_one_of_three(score):
    assert refusal(action("rated", score=score)) == "malformed"


def test_two_thousand_code_points_fit_whatever_they_weigh():
    assert len(read(action(note="𠮷" * 2000)).body["note"]) == 2000
    assert refusal(action(note="𠮷" * 2001)) == "malformed"


def test_text_is_kept_but_made_inert():
    said = read(
        action(note="a\x00b\u202ec\u2066d\r\ne\rf\tg\ufeff", place="\u200b三单元\x1b[31m", topics=["x\u202d"], category="V\x000101")
    )
    assert said.body["note"] == "abcd\ne\nf\tg"
    assert said.body["place"] == "三单元[31m"
    assert said.body["details"]["topics"] == ["x"]
    assert said.body["category"] == "V0101"


def test_half_a_character_does_not_reach_the_disk():
    said = read(json.loads(json.dumps(action(note="王奶奶\ud83d", place="\udc00", topics=["\ud800"]))))
    assert json.dumps(said.body, ensure_ascii=False).encode()
    assert said.body["note"] == "王奶奶"


@pytest.mark.parametrize("name", ["ئالىم ئابدۇللا", "བཀྲ་ཤིས", "ᠪᠠᠭᠠᠲᠤᠷ", "买买提·吐尔逊", "㐂䶮", "e\u0301", "👨\u200d👩\u200d👧"])
def test_names_of_every_script_come_through_unchanged(name):
    assert read(action(note=name)).body["note"] == name


def test_unknown_fields_are_left_alone_and_left_out():
    said = read(action(colour="red", approved_by="me", stage="closed") | {"mood": {"a": [1]}, "seq": 1, "heard": "2020"})
    assert "colour" not in said.body and "stage" not in said.body
    assert said.heard is None and said.facts == {}


def test_a_photo_named_twice_is_one_photo():
    assert read(action(photos=[SHA, "b" * 64, SHA])).photos == (SHA, "b" * 64)


def test_a_role_belongs_to_a_photo_of_the_action():
    said = read(action(photos=[SHA], roles={SHA: "before", "b" * 64: "after"}))
    assert said.body["roles"] == {SHA: "before"}
    assert read(action(photos=[SHA], roles={SHA: "portrait"})).body["roles"] == {}


@pytest.mark.parametrize("depth", [50, 300, 900, 5000])
def test_a_deep_thing_is_read_or_refused_and_never_breaks(depth):
    try:
        read(action(extra=nested(depth)))
    except Refused as refused:
        assert refused.reason == "malformed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=4),
    max_leaves=12,
)


@given(raw=JSON | st.fixed_dictionaries({name: JSON for name in ("id", "entry", "verb", "by", "at", "body", "photos", "n", "after")}))
@settings(max_examples=150, deadline=None)
def test_whatever_arrives_is_read_or_refused(raw):
    with pytest.raises(Refused):
        read(raw)


@given(
    verb=st.sampled_from(sorted(VERBS)),
    body=st.dictionaries(st.sampled_from("kind area note reason score roles details lat".split()), JSON),
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_body_is_read_or_refused(verb, body):
    raw = action(verb)
    try:
        read(raw | {"body": raw["body"] | body})
    except Refused as refused:
        assert refused.reason == "malformed"
