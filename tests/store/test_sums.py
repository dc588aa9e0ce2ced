"""`flask check` finds whatever was changed behind the log's back; `flask rebuild` puts right what is folded from it."""

import pytest
from sqlalchemy import text

from tests.town import action, hear
from webapp.core.tallies import COUNTS
from webapp.store.database import db, writing

SHA = "c" * 64


@pytest.fixture
def written(town):
    """The little town after a morning's work; gives the application."""
    with town.app_context():
        first = action(kind="hazard", category="H0101", id="00000000-0000-4000-8000-000000000001", photos=[SHA])
        rest = [action(household="home-11"), action(kind="dispute"), action("noted", first["entry"], note="又响了")]
        hear(town, first, *rest)
        hear(town, action(by="worker2", area="G12", kind="request"))
        hear(town, action("approved", first["entry"], by="secretary1", seen=rest[-1]["id"]))
    return town


def run(app, command: str):
    with app.app_context():
        return app.test_cli_runner().invoke(args=[command])


def tamper(app, *statements: str) -> None:
    with app.app_context(), writing() as connection:
        for statement in statements:
            changed = connection.execute(text(statement)).rowcount
            assert changed, f"nothing to change: {statement}"


FOLDED = {
    "an entry's stage": ["UPDATE entry SET stage = 'closed' WHERE number = 'JC-261123-0001'"],
    "an entry's note": ["UPDATE entry SET note = 'x' WHERE number = 'JC-261123-0002'"],
    "an entry's path": ["UPDATE entry SET path = 'S/C2/G21/' WHERE number = 'JC-261123-0002'"],
    "an entry's deadline": ["UPDATE entry SET due_at = NULL WHERE number = 'JC-261123-0001'"],
    "an entry deleted": ["DELETE FROM entry WHERE number = 'JC-261123-0001'"],
    "an entry invented": [
        "CREATE TEMP TABLE t AS SELECT * FROM entry WHERE number = 'JC-261123-0002'",
        "UPDATE t SET id = 'x', number = 'X-1'",
        "INSERT INTO entry SELECT * FROM t",
    ],
    "a tally raised": ["UPDATE tally SET closed = closed + 1 WHERE area = 'S' AND kind = 'hazard'"],
    "a tally deleted": ["DELETE FROM tally WHERE area = 'C1' AND kind = 'visit'"],
    "a tally invented": [
        f"INSERT INTO tally (area, day, kind, category, {', '.join(COUNTS)}) "
        f"SELECT 'C2', day, kind, category, {', '.join(COUNTS)} FROM tally WHERE area = 'S' AND kind = 'hazard'"
    ],
    "a tally moved to another day": ["UPDATE tally SET day = '2026-11-22' WHERE area = 'S' AND kind = 'visit'"],
    "a photo hidden": ["DELETE FROM entry_photo"],
    "a photo shown elsewhere": ["UPDATE entry_photo SET entry = (SELECT id FROM entry WHERE number = 'JC-261123-0004')"],
}
LOGGED = {
    "what was said": ["UPDATE action SET body = json_set(body, '$.note', 'x') WHERE verb = 'recorded' AND scope_seq = 2"],
    "who said it": ["UPDATE action SET \"by\" = 'worker2' WHERE verb = 'recorded' AND scope_seq = 2"],
    "who noted it": ["UPDATE action SET \"by\" = 'worker2' WHERE verb = 'noted'"],
    "who approved it": ["UPDATE action SET \"by\" = 'secretary2' WHERE verb = 'approved'"],
    "what was done": ["UPDATE action SET verb = 'declined', body = json_object('reason', 'x') WHERE verb = 'approved'"],
    "an action's hash": ["UPDATE action SET hash = 'x' WHERE verb = 'noted'"],
    "an action deleted": ["DELETE FROM action WHERE verb = 'noted'"],
    "a record deleted under its notes": ["DELETE FROM action WHERE id = '00000000-0000-4000-8000-000000000001'"],
    "the last action deleted with its change": ["DELETE FROM action WHERE seq = 6", "DELETE FROM change WHERE scope = 'G11' AND seq = 5"],
    "an action moved to another entry": ["UPDATE action SET entry = (SELECT id FROM entry WHERE number = 'JC-261123-0002') WHERE verb = 'noted'"],
    "the order of two actions": [
        "UPDATE action SET seq = seq + 100 WHERE seq = 2",
        "UPDATE action SET seq = 2 WHERE seq = 3",
        "UPDATE action SET seq = 3 WHERE seq = 102",
    ],
    "a receipt": ["UPDATE action SET scope_seq = 77 WHERE verb = 'noted'"],
    "a change deleted": ["DELETE FROM change WHERE scope = 'G11' AND seq = 2"],
    "the last change deleted": ["DELETE FROM change WHERE scope = 'G12'"],
    "a change that names another entry": ["UPDATE change SET entry = (SELECT entry FROM change WHERE scope = 'G12') WHERE scope = 'G11' AND seq = 2"],
    "a change's hash": ["UPDATE change SET hash = 'x' WHERE scope = 'G11' AND seq = 5"],
    "a feed's counter": ["UPDATE scope SET seq = seq + 1 WHERE code = 'G11'"],
    "a feed's last hash": ["UPDATE scope SET hash = 'x' WHERE code = 'G11'"],
    "a feed's counter deleted": ["DELETE FROM scope WHERE code = 'G12'"],
    "the log's counter": ["UPDATE scope SET seq = seq + 1 WHERE code = ''"],
    "the moment of an approval": ["UPDATE action SET heard = '2026-11-20T00:00:00.000000Z' WHERE verb = 'approved'"],
}


def test_an_honest_town_checks_clean(written):
    found = run(written, "check")
    assert (found.exit_code, "一致" in found.output) == (0, True)


@pytest.mark.parametrize("what", FOLDED)
def test_what_was_changed_beside_the_log_is_found_and_rebuilt(written, what):
    tamper(written, *FOLDED[what])
    assert run(written, "check").exit_code == 1
    assert run(written, "rebuild").exit_code == 0
    found = run(written, "check")
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize("what", LOGGED)
def test_what_was_changed_in_the_log_is_found(written, what):
    tamper(written, *LOGGED[what])
    found = run(written, "check")
    assert found.exit_code == 1
    assert found.exception is None or isinstance(found.exception, SystemExit), found.output
    assert found.output.strip()


def test_a_rebuilt_town_is_the_same_town(written):
    def everything():
        with written.app_context(), db.engine.connect() as look:
            tables = ("entry", "tally", "entry_photo", "action", "change", "scope")
            return {name: sorted(map(repr, look.execute(text(f"SELECT * FROM {name}")))) for name in tables}

    before = everything()
    assert run(written, "rebuild").exit_code == 0
    assert everything() == before
