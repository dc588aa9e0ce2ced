"""Four phones walk the road at once, in any order of arrival, with everything sent twice: the log, the entries and the sums agree."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.town import BODIES, action, hear
from webapp.core.road import after
from webapp.store import lists, sums
from webapp.store.database import db, writing

PHONES = ("worker1", "secretary1", "handler1", "mediator1")
VERBS = {
    "worker1": ("amended", "noted", "handled", "followed_up", "performed"),
    "secretary1": ("approved", "assigned", "returned", "extended", "suspended", "resumed", "reworked", "closed", "reopened", "raised"),
    "handler1": ("signed", "handed_back", "handled", "noted"),
    "mediator1": ("signed", "classified", "planned", "mediated", "agreed", "failed", "fed_back", "confirmed"),
}
ROAD = {
    "hazard": ("approved", "assigned", "signed", "handled", "closed", "followed_up"),
    "dispute": ("approved", "assigned", "signed", "classified", "planned", "mediated", "agreed", "fed_back", "followed_up", "closed"),
}

STEPS = st.lists(st.tuples(st.sampled_from(PHONES), st.integers(0, 9), st.booleans()), min_size=4, max_size=16)


@pytest.fixture(scope="module")
def one_town(tmp_path_factory, little_folder):
    """One town for all examples: each brings its own entry."""
    import shutil

    from tests.conftest import make_app

    folder = tmp_path_factory.mktemp("walk") / "town"
    shutil.copytree(little_folder, folder)
    return make_app(folder)


def seen(id: str) -> str | None:
    db.session.rollback()
    row = lists.entry_by_id(id)
    return row.last if row else None


def sent(who: str, verb: str, entry: str, kind: str, **given) -> dict:
    body = dict(BODIES.get(verb, {}))
    if verb == "assigned":
        body = {"to": [{"person": "mediator1"} if kind == "dispute" else {"unit": "wuye"}]}
    if verb in {"signed", "handed_back", "handled"}:
        body["task"] = 1
    content = {"kind": kind, "category": {"hazard": "H0101", "dispute": "D0102"}[kind]} if verb == "amended" else {}
    return action(verb, entry, by=who, **body, **content, **given)


def test_any_order_of_arrival_from_four_phones(one_town):
    @settings(max_examples=25, deadline=None)
    @given(st.sampled_from(["hazard", "dispute"]), STEPS, st.randoms(use_true_random=False))
    def walks(kind, steps, order):
        walk(one_town, kind, steps, order)

    walks()
    with one_town.app_context(), writing() as connection:
        assert list(sums.check(connection)) == []


def walk(one_town, kind, steps, order) -> None:
    entry = str(uuid4())
    with one_town.app_context():
        hear(one_town, action(entry=entry, kind=kind, category={"hazard": "H0101", "dispute": "D0102"}[kind]))
        waiting = {who: [] for who in PHONES}
        road = list(ROAD[kind])
        last = {}
        for place, (who, which, leads) in enumerate(steps):
            verb = road.pop(0) if leads and road else VERBS[who][which % len(VERBS[who])]
            who = next(one for one in (who, *PHONES) if verb in VERBS[one])
            raw = sent(who, verb, entry, kind, **({"after": last[who]} if who in last and place % 2 else {}))
            last[who] = raw["id"]
            waiting[who].append(raw)
        order.shuffle(batches := [(who, raw) for who, raws in waiting.items() for raw in raws])
        answers = {}
        for number, (who, raw) in enumerate(batches):
            raw["seen"] = seen(entry)  # what this phone saw just before it was sent
            before = lists.entry_by_id(entry)
            stage, follows = before.stage, lists.folded(before).follows
            at = NOON + timedelta(minutes=number)
            [first] = hear(one_town, raw, by=who, at=at)
            [again] = hear(one_town, raw, by=who, at=at)
            assert (first.answer, again.answer) in {("kept", "had"), ("held", "held"), ("refused", "refused")}, (first, again)
            answers[raw["id"]] = first
            db.session.rollback()
            row = lists.entry_by_id(entry)
            if first.answer == "kept" and row.last == raw["id"] and row.stage != stage:
                assert after(follows, stage, raw["verb"]) or raw["verb"] == "resumed", (stage, raw["verb"], row.stage)
        assert {answer.answer for answer in answers.values()} <= {"kept", "held", "refused"}
