"""The one writer: what is kept, held, refused and had; in one transaction, whatever the order of arrival."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.town import action, hear, rows
from webapp.core import rules
from webapp.store import lists, mail, people, sums, workdays
from webapp.store.database import db, writing
from webapp.store.tables import ActionRow, ChangeRow, EntryRow, HeldRow, Post, TallyRow

SHA, OTHER_SHA = "a" * 64, "b" * 64


@pytest.fixture
def here(town):
    """The little town with a context open, for tests that ask no routes. Afterwards the log must agree with what is stored."""
    with town.app_context():
        yield town
        db.session.rollback()
        with db.engine.connect() as connection:
            assert list(sums.check(connection)) == []


def said(answers) -> list[str]:
    return [answer.reason or answer.answer for answer in answers]


def entry(id) -> EntryRow:
    db.session.rollback()
    return lists.entry_by_id(id)


def count(table) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table))


# --- kept and had


def test_an_action_is_kept_with_a_receipt_and_a_number(here):
    [answer] = hear(here, action())
    assert (answer.answer, answer.receipt, answer.number) == ("kept", "G11:1", "JC-261123-0001")


def test_the_same_again_is_had_with_the_same_receipt(here):
    raw = action()
    [first], [again] = hear(here, raw), hear(here, raw)
    assert (again.answer, again.receipt, again.number) == ("had", first.receipt, first.number)
    assert count(ActionRow) == count(EntryRow) == 1


def test_the_same_twice_in_one_batch_is_kept_once(here):
    raw = action()
    answers = hear(here, raw, dict(reversed(raw.items())))
    assert said(answers) == ["kept", "had"]
    assert answers[0].receipt == answers[1].receipt


def test_the_same_id_with_other_content_is_refused_and_the_first_stays(here):
    raw = action(note="一切都好")
    hear(here, raw)
    assert said(hear(here, raw | {"body": raw["body"] | {"note": "改过的"}})) == ["id_reused"]
    assert said(hear(here, action(id=raw["id"]), action(id=raw["id"]))) == ["id_reused", "id_reused"]
    assert entry(raw["entry"]).note == "一切都好"


def test_one_id_with_two_contents_in_one_batch_keeps_the_first(here):
    raw = action()
    assert said(hear(here, raw, raw | {"n": 5})) == ["kept", "id_reused"]


def test_an_entry_is_recorded_once_even_under_two_ids(here):
    raw = action()
    assert said(hear(here, raw, action(entry=raw["entry"]))) == ["kept", "id_reused"]


def test_one_refusal_never_stops_the_rest(here):
    good = [action(), action(kind="hazard"), action(kind="request")]
    bad = [None, 7, action(note=3), action("sang"), action(area="G21"), action("approved"), action(by="worker2"), action(n=2**64)]
    mixed = [good[0], *bad[:4], good[1], *bad[4:], good[2]]
    answers = hear(here, *mixed, by="worker1")
    assert [said([answer])[0] for raw, answer in zip(mixed, answers, strict=True) if raw in good] == ["kept"] * 3
    assert said(answers).count("kept") == 3
    assert {"malformed", "unknown_verb", "forbidden", "no_entry", "not_yours"} <= set(said(answers))


def test_answers_stand_in_the_order_of_the_questions(here):
    raws = [action(), action(note=3), action(), action("sang"), action()]
    assert [answer.id for answer in hear(here, *raws)] == [raw["id"] for raw in raws]


def test_a_refused_action_leaves_no_trace_in_the_figures(here):
    hear(here, action(area="G21"), action("noted"))
    assert count(ActionRow) == count(EntryRow) == count(TallyRow) == count(ChangeRow) == count(HeldRow) == 0


def test_somebody_elses_action_is_not_mine_to_send(here):
    assert said(hear(here, action(by="worker2"), by="worker1")) == ["not_yours"]
    raw = action()
    hear(here, raw)
    assert said(hear(here, raw, by="worker2")) == ["not_yours"]


def test_photos_that_have_not_arrived_are_named(here):
    [answer] = hear(here, action(photos=[SHA, OTHER_SHA]))
    assert answer.missing == (SHA, OTHER_SHA)


def test_one_photo_may_show_in_two_entries(here):
    first, second = action(photos=[SHA]), action(photos=[SHA], kind="hazard")
    assert said(hear(here, first, second, action("noted", first["entry"], photos=[SHA]))) == ["kept"] * 3
    assert {row.id for row in lists.entries_with_photo(SHA)} == {first["entry"], second["entry"]}


def test_numbers_run_on_per_day_without_gaps(here):
    answers = hear(here, *(action() for _ in range(3)), action(note=1), action())
    assert [answer.number for answer in answers if answer.number] == [f"JC-261123-{n:04d}" for n in range(1, 5)]


# --- held


def chain(length: int) -> list[dict]:
    """recorded, then notes with a photo each, every one after the one before."""
    steps = [action(kind="hazard")]
    for n in range(length - 1):
        steps.append(action("noted", steps[0]["entry"], after=steps[-1]["id"], photos=[f"{n:064x}"]))
    return steps


def branch() -> list[dict]:
    """A record, two notes after it, an amendment after one note, a withdrawal after the amendment."""
    first = action(kind="hazard")
    note = action("noted", first["entry"], after=first["id"], photos=[SHA])
    other = action("handled", first["entry"], after=first["id"])
    amended = action("amended", first["entry"], after=note["id"], kind="dispute", area="B1", note="楼上漏水")
    last = action("noted", first["entry"], after=amended["id"], photos=[OTHER_SHA])
    return [first, note, other, amended, last]


def test_an_action_waits_for_the_one_it_comes_after(here):
    first, second = chain(2)
    assert said(hear(here, second)) == ["held"]
    assert said(hear(here, second)) == ["held"]
    assert (count(HeldRow), count(ActionRow)) == (1, 0)
    assert said(hear(here, first)) == ["kept"]
    assert (count(HeldRow), count(ActionRow)) == (0, 2)
    assert said(hear(here, second)) == ["had"]


@pytest.mark.parametrize("length", [2, 3, 5])
def test_the_whole_chain_may_arrive_backwards_in_one_batch(here, length):
    steps = chain(length)
    answers = hear(here, *reversed(steps))
    assert set(said(answers)) <= {"held", "kept"}
    assert said(hear(here, *steps)) == ["had"] * length
    assert count(HeldRow) == 0
    assert len(entry(steps[0]["entry"]).photos) == length - 1


@pytest.mark.parametrize("one_by_one", [True, False])
def test_every_order_of_arrival_gives_the_same_entry(here, one_by_one):
    """All 120 orders of a branched story of five, one by one and as a batch."""
    seen = set()
    for order in permutations(range(5)):
        steps = branch()
        batch = [steps[n] for n in order]
        for part in [[step] for step in batch] if one_by_one else [batch]:
            assert set(said(hear(here, *part))) <= {"kept", "held"}
        assert said(hear(here, *batch)) == ["had"] * 5
        found = entry(steps[0]["entry"])
        photos = tuple(sorted(photo[0] for photo in found.photos))
        seen.add((found.kind, found.area, found.note, found.stage, found.version, photos))
    assert len(seen) == 1
    assert count(HeldRow) == 0


def test_what_is_refused_on_release_is_said_when_the_phone_asks_again(here):
    first = action(kind="hazard")
    decision = action("withdrawn", first["entry"], after=first["id"], seen=str(uuid4()))
    note = action("noted", first["entry"], after=first["id"])
    assert said(hear(here, decision, note)) == ["held", "held"]
    assert said(hear(here, first)) == ["kept"]
    assert count(HeldRow) == 0
    assert said(hear(here, decision, note)) == ["stale", "had"]
    assert entry(first["entry"]).stage == "waiting"


def test_a_held_action_is_its_makers(here):
    """Another user cannot send it, nor change it, nor lend it his own post when he sets it free."""
    first = action(kind="hazard", by="secretary1", area="G12")
    waiting = action("approved", first["entry"], by="worker1", after=first["id"], seen=first["id"])
    assert said(hear(here, waiting)) == ["held"]
    assert said(hear(here, waiting, by="secretary1")) == ["not_yours"]
    assert said(hear(here, waiting | {"by": "secretary1"})) == ["id_reused"]
    assert said(hear(here, first)) == ["kept"]
    assert entry(first["entry"]).stage == "waiting"
    assert said(hear(here, waiting)) == ["no_entry"]


def test_a_held_id_with_other_content_is_refused(here):
    first, second = chain(2)
    hear(here, second)
    assert said(hear(here, second | {"n": 9})) == ["id_reused"]
    other = chain(2)[1]
    assert said(hear(here, other, other | {"n": 9})) == ["held", "id_reused"]


def test_a_held_action_is_kept_as_it_was_sent(here):
    first = action(kind="hazard")
    second = action("amended", first["entry"], after=first["id"], kind="delivery", item="water", quantity=2.5, ordered=True, note="两箱水")
    hear(here, second)
    hear(here, first)
    found = entry(first["entry"])
    assert (found.kind, found.details, found.note) == ("delivery", {"item": "water", "quantity": 2.5, "ordered": True}, "两箱水")


def test_an_action_after_itself_waits_for_ever_and_hurts_nobody(here):
    raw = action()
    assert said(hear(here, raw | {"after": raw["id"]}, action())) == ["held", "kept"]


# --- posts and days


def test_a_report_made_while_a_post_was_held_is_kept_after_it_ended(here):
    with writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "worker1").values(ends=(NOON - timedelta(days=1)).date()))
    assert said(hear(here, action(at="2026-11-22T18:00:00+08:00"))) == ["kept"]
    assert said(hear(here, action(at="2026-11-23T11:00:00+08:00"))) == ["forbidden"]


def test_a_phone_whose_clock_fell_back_to_1970_is_not_refused(here):
    raw = action(at="1970-01-01T08:00:00+08:00")
    assert said(hear(here, raw)) == ["kept"]


def test_a_phone_ahead_of_time_counts_for_the_day_it_was_heard(here):
    raw = action(at="2099-01-01T00:00:00+08:00")
    assert said(hear(here, raw)) == ["kept"]
    assert entry(raw["entry"]).day == NOON.date()


def test_a_decision_needs_a_post_today_whatever_its_clock_says(here):
    raw = action()
    hear(here, raw)
    with writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "secretary1").values(ends=(NOON - timedelta(days=2)).date()))
    back = action("approved", raw["entry"], by="secretary1", seen=raw["id"], at="2026-11-20T09:00:00+08:00")
    assert said(hear(here, back)) == ["no_entry"]


def test_a_broken_clock_leaves_its_record_in_today_s_figures_and_its_time_in_the_log(here):
    raw = action(at="1970-01-02T08:00:00+08:00", kind="hazard", category="H0101")
    [answer] = hear(here, raw)
    row = entry(raw["entry"])
    assert (answer.number, row.day, row.received_at) == ("JC-261123-0001", NOON.date(), NOON)
    assert row.due_at > NOON
    assert db.session.scalar(select(ActionRow.at)).year == 1970


def test_nobody_closes_a_case_in_the_past(here):
    raw = action(kind="hazard")
    hear(here, raw)
    approved = action("approved", raw["entry"], by="secretary1", seen=raw["id"], at="2026-11-20T09:00:00+08:00")
    closed = action("closed", raw["entry"], by="secretary1", seen=approved["id"], at="2026-11-20T10:00:00+08:00")
    assert said(hear(here, approved, closed, at=NOON + timedelta(days=2))) == ["kept", "kept"]
    row = entry(raw["entry"])
    assert (row.approved_at, row.closed_at, row.closed_days) == (NOON + timedelta(days=2),) * 2 + (3,)
    assert db.session.scalar(select(ActionRow.facts).where(ActionRow.id == closed["id"]))["day"] == "2026-11-25"


# --- moving


def test_an_amendment_moves_the_entry_its_figures_and_its_feeds(here):
    raw = action(by="secretary1", area="G11", kind="hazard", category="H0101")
    moved = action("amended", raw["entry"], by="secretary1", area="G12", kind="dispute")
    [first], [second] = hear(here, raw), hear(here, moved)
    assert (first.receipt, second.receipt) == ("G11:1", "G12:1")
    assert (entry(raw["entry"]).path, entry(raw["entry"]).scope) == ("S/C1/G12/", "G12")
    received = {(row.area, row.kind): row.received for row in db.session.scalars(select(TallyRow)) if row.received}
    assert received == {("S", "dispute"): 1, ("C1", "dispute"): 1, ("G12", "dispute"): 1}
    changes = rows(select(ChangeRow.scope, ChangeRow.seq, ChangeRow.action).order_by(ChangeRow.scope, ChangeRow.seq))
    assert [tuple(row) for row in changes] == [("G11", 1, raw["id"]), ("G11", 2, moved["id"]), ("G12", 1, moved["id"])]


def test_moved_and_moved_back_within_one_batch_is_counted_where_it_is(here):
    raw = action(by="secretary1", kind="hazard")
    steps = [action("amended", raw["entry"], by="secretary1", area=area, kind="hazard") for area in ("G12", "C1", "U1")]
    assert said(hear(here, raw, *steps)) == ["kept"] * 4
    assert entry(raw["entry"]).grid == "G11"
    assert {row.area for row in db.session.scalars(select(TallyRow)) if row.received} == {"S", "C1", "G11"}


def test_a_household_that_does_not_live_there_is_noted_and_not_shown(here):
    wrong, right = action(household="home-21"), action(household="home-11")
    assert said(hear(here, wrong, right)) == ["kept", "kept"]
    assert (entry(wrong["entry"]).household, entry(right["entry"]).household) == (None, "home-11")


# --- letters that share a transaction


def letter(town, *raws, by=None, **more) -> mail.Letter:
    by = by or raws[0]["by"]
    with town.app_context():
        who = people.who(db.session.connection(), by)
    return mail.Letter(list(raws), by, lambda *about: rules.allow(who, *about), **more)


def test_letters_that_meet_are_answered_each_for_itself(town):
    raws = [action(by=f"worker{n % 2 + 1}", area=f"G1{n % 2 + 1}") for n in range(24)]
    answers = {}

    def send(raw):
        with town.app_context():
            answers[raw["id"]] = hear(town, raw)

    threads = [threading.Thread(target=send, args=(raw,)) for raw in raws]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all([answer.id for answer in answers[raw["id"]]] == [raw["id"]] for raw in raws)
    assert len({answer.receipt for found in answers.values() for answer in found}) == 24


@contextmanager
def nobody_delivers(monkeypatch):
    """Whoever is to deliver letters waits for the end of this."""
    gate, own = threading.Event(), mail.writing

    @contextmanager
    def waiting():
        gate.wait()
        with own() as connection:
            yield connection

    monkeypatch.setattr(mail, "writing", waiting)
    try:
        yield
    finally:
        gate.set()


def test_a_letter_that_breaks_the_transaction_breaks_only_its_own(town, monkeypatch):
    """Two letters written together: one fails inside, the other is kept."""

    def fail(connection, answers):
        raise RuntimeError("the disk is full")

    good, bad = letter(town, action()), letter(town, action(by="worker2", area="G12"), also=fail)
    outcome = {}

    def send(name, one):
        with town.app_context():
            try:
                outcome[name] = said(mail.post(one, NOON, town.config["SETTINGS"].timezone))
            except RuntimeError as error:
                outcome[name] = str(error)

    with nobody_delivers(monkeypatch):
        threads = [threading.Thread(target=send, args=pair) for pair in (("bad", bad), ("good", good))]
        for thread in threads:
            thread.start()
        while len(mail._waiting) < 2:
            pass
    for thread in threads:
        thread.join()
    assert outcome == {"good": ["kept"], "bad": "the disk is full"}
    with town.app_context():
        assert count(ActionRow) == 1


def test_a_database_that_cannot_be_opened_fails_every_letter_and_keeps_none_for_later(town, monkeypatch):
    outcome = []

    @contextmanager
    def closed():
        raise OSError("no such disk")
        yield

    def send(one):
        with town.app_context():
            try:
                outcome.append(said(mail.post(one, NOON, town.config["SETTINGS"].timezone)))
            except OSError as error:
                outcome.append(str(error))

    letters = [letter(town, action()) for _ in range(3)]
    monkeypatch.setattr(mail, "writing", closed)
    with nobody_delivers(monkeypatch):
        threads = [threading.Thread(target=send, args=(one,)) for one in letters]
        for thread in threads:
            thread.start()
        while len(mail._waiting) < 3:
            pass
    for thread in threads:
        thread.join()
    assert outcome == ["no such disk"] * 3
    assert not mail._waiting


def test_letters_that_come_while_one_is_delivered_are_delivered_next(town):
    """One of those that wait is called to do it, and answers for all."""
    delivering, go_on = threading.Event(), threading.Event()

    def slow(connection, answers):
        delivering.set()
        go_on.wait()

    first, *others = letter(town, action(), also=slow), letter(town, action()), letter(town, action())
    outcome = []

    def send(one):
        with town.app_context():
            outcome.append(said(mail.post(one, NOON, town.config["SETTINGS"].timezone)))

    threads = [threading.Thread(target=send, args=(one,)) for one in (first, *others)]
    threads[0].start()
    delivering.wait()
    for thread in threads[1:]:
        thread.start()
    while len(mail._waiting) < 2:
        pass
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert outcome == [["kept"]] * 3
    assert not mail._waiting and not mail._busy


def test_whatever_ends_a_delivery_the_next_letter_is_delivered(town):
    def leave(connection, answers):
        raise SystemExit

    with town.app_context():
        with pytest.raises(SystemExit):
            mail.post(letter(town, action(), also=leave), NOON, town.config["SETTINGS"].timezone)
        assert said(mail.post(letter(town, action()), NOON, town.config["SETTINGS"].timezone)) == ["kept"]


def test_after_the_post_one_sees_what_was_written_whoever_wrote_it(town, monkeypatch):
    """A request that looked before, and whose letter went into another one's transaction, must not go on with its old picture."""
    raw = action()
    with town.app_context():
        hear(town, raw)
    decision, note = (
        letter(town, action("approved", raw["entry"], by="secretary1", seen=raw["id"])),
        letter(town, action(by="worker2", area="G12")),
    )
    stages = []

    def approve():
        with town.app_context():
            stages.append(lists.entry_by_id(raw["entry"]).stage)
            mail.post(decision, NOON, town.config["SETTINGS"].timezone)
            stages.append(lists.entry_by_id(raw["entry"]).stage)

    def write():
        with town.app_context():
            mail.post(note, NOON, town.config["SETTINGS"].timezone)

    with nobody_delivers(monkeypatch):
        writer = threading.Thread(target=write)
        writer.start()
        while len(mail._waiting) < 1:
            pass
        approver = threading.Thread(target=approve)
        approver.start()
        while len(mail._waiting) < 2:
            pass
    writer.join()
    approver.join()
    assert stages == ["waiting", "closed"]


def test_of_two_with_one_id_in_a_long_letter_the_first_is_kept_as_it_was_said(town):
    first, *others = [action(note=f"第{n}件") for n in range(mail.MANY)]
    waiting = letter(town, first, action(id=first["id"], note="另一件"), *others)
    with town.app_context():
        answers = mail.post(waiting, NOON, town.config["SETTINGS"].timezone)
        assert [answer.answer for answer in answers] == ["kept", "refused", *["kept"] * len(others)] and answers[1].reason == "id_reused"
        assert entry(first["entry"]).note == "第0件"
        assert list(sums.check(db.session.connection())) == []


def test_what_was_folded_before_its_turn_follows_what_the_town_has_set_since(town, monkeypatch):
    """A long letter waits, already folded; meanwhile the category gets another deadline: that one counts, and the numbers run on."""
    raws = [action(category="H0101", note=f"第{n}件") for n in range(mail.MANY)]
    waiting, zone = letter(town, *raws), town.config["SETTINGS"].timezone

    def send():
        with town.app_context():
            mail.post(waiting, NOON, zone)

    with nobody_delivers(monkeypatch):
        sender = threading.Thread(target=send)
        sender.start()
        while not mail._waiting:
            pass
        assert waiting.drafts.keys() == {id(item) for item in waiting.items} and len(waiting.drafts) == len(raws)
        with town.app_context(), writing() as connection:
            workdays.set_category(connection, "H0101", clock="natural_days", amount=77)
    sender.join()
    with town.app_context():
        found = [entry(raw["entry"]) for raw in raws]
        assert {(one.due_at.astimezone(zone).date() - one.day).days for one in found} == {77}
        assert [one.number[-4:] for one in found] == [f"{n:04d}" for n in range(1, mail.MANY + 1)]
        assert list(sums.check(db.session.connection())) == []
