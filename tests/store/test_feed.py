"""The change feed under many writers has no holes; the writers' lock lets nobody fail; cursors tell a restored server."""

import fcntl
import random
import threading
import time

import pytest
from sqlalchemy import select

from tests.store.writers import append, read_add_write, together, write_and_roll_back
from tests.town import action, hear
from webapp.store import feed
from webapp.store.database import db, writing
from webapp.store.tables import ActionRow, ChangeRow, NumberRow, ScopeRow


def head(scope: str) -> tuple[int, str]:
    """The last change of a scope: its number and hash."""
    row = db.session.get(ScopeRow, scope)
    return (row.seq, row.hash) if row else (0, "")


def test_four_writers_with_rollbacks_leave_no_hole_for_a_reader_that_follows(town):
    folder, seed = town.config["SETTINGS"].data, random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    seen, holes, done = {}, [], threading.Event()

    def follow():
        cursors = {"G11": 0, "G12": 0, "C1": 0}
        last_round = False
        while True:
            for scope, after in cursors.items():
                with town.app_context():
                    page = feed.changes(scope, after)
                numbers = [change.seq for change in page.changes]
                if numbers != list(range(after + 1, after + 1 + len(numbers))):
                    holes.append((scope, after, numbers))
                seen.update({(scope, change.seq): change.entry_id for change in page.changes})
                cursors[scope] = page.seq
            if last_round:
                return
            last_round = done.wait(0.005)  # one more round after the last writer

    reader = threading.Thread(target=follow)
    reader.start()
    try:
        results = together(4, write_and_roll_back, folder, seed)
    finally:
        done.set()
        reader.join()
    assert [result for result in results if isinstance(result, str)] == []
    committed, undone = [id for ids, _ in results for id in ids], sum(undone for _, undone in results)
    assert undone > 10
    assert holes == []
    with town.app_context():
        stored = db.session.execute(select(ActionRow.id, ActionRow.scope, ActionRow.scope_seq, ActionRow.entry)).all()
    assert sorted(row.id for row in stored) == sorted(committed)
    assert seen == {(row.scope, row.scope_seq): row.entry for row in stored}


def test_four_processes_change_one_row_two_hundred_times_each_and_none_is_locked_out(town):
    results = together(4, read_add_write, town.config["SETTINGS"].data, 200)
    assert results == [200] * 4
    with town.app_context():
        assert db.session.get(NumberRow, "race").n == 800


def test_a_writer_waits_at_the_lock_file_and_not_at_the_database(town):
    """SQLite's own waiting polls; versions before 3.51.3 may even spoil the file when two checkpoint at once."""
    entered = threading.Event()

    def write():
        with town.app_context(), writing():
            entered.set()

    with (town.config["SETTINGS"].data / "gridbook.db.lock").open("a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        writer = threading.Thread(target=write)
        writer.start()
        assert not entered.wait(0.3)
    assert entered.wait(10)
    writer.join()


def test_a_reader_is_not_held_up_by_a_writer(town):
    with town.app_context(), writing() as connection:
        append(connection, town, action())
        asked = time.monotonic()
        with town.app_context():
            assert head("G11") == (0, "")
        assert time.monotonic() - asked < 1


# --- pages and cursors


@pytest.fixture
def filled(town):
    with town.app_context():
        for _ in range(3):
            hear(town, *(action() for _ in range(400)))
        yield town


def test_a_long_feed_comes_in_pages_that_join(filled):
    after, numbers, pages = 0, [], 0
    while True:
        page = feed.changes("G11", after)
        numbers += [change.seq for change in page.changes]
        after, pages = page.seq, pages + 1
        assert len(page.changes) <= feed.PAGE
        if not page.more:
            break
    assert numbers == list(range(1, 1201))
    assert pages == 3
    assert head("G11") == (page.seq, page.hash)


def test_a_cursor_is_known_by_its_hash_only(filled):
    seq, hash = head("G11")
    assert feed.knows("G11", seq, hash)
    assert feed.knows("G11", 0, "")
    assert not feed.knows("G11", seq, "")
    assert not feed.knows("G11", seq, hash[::-1])
    assert not feed.knows("G11", seq + 1, hash)
    assert not feed.knows("G11", seq - 1, hash)
    assert not feed.knows("G12", seq, hash)


def test_the_hash_stands_for_everything_before_it(filled):
    """Two servers that differ in one old action differ in every later hash."""
    chain = dict(db.session.execute(select(ChangeRow.seq, ChangeRow.hash).where(ChangeRow.scope == "G11")).all())
    assert len(set(chain.values())) == 1200
