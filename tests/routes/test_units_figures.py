"""按单位: how fast the cases of each unit are closed, counted by hand from the stories of the cases, and the way to each of them."""

import random
import re
from datetime import UTC, datetime, timedelta
from html import unescape

from sqlalchemy import func, select

from tests.routes.test_figures import MONTH, TODAY, differences, page, record, recount
from tests.town import action, rows, signed_in
from webapp.core import rules
from webapp.core.tallies import Figures
from webapp.store import lists, log, sums
from webapp.store.database import db, writing
from webapp.store.tables import Area, EntryRow

TARGETS = ({"unit": "wuye"}, {"unit": "wuye"}, {"unit": "chengguan"}, {"grid": "G11"}, {"person": "secretary1"})


def tell(town, verb: str, id: str, at: datetime, **body) -> bool:
    """One step in a ledger's words; False where the road does not lead there."""
    raw = action(verb, id, "office", at.isoformat(), seen=lists.entry_by_id(id).last, **body)
    with writing() as connection:
        return log.append(connection, [raw], "office", rules.allow_ledger, at, town.config["SETTINGS"].timezone)[0].answer == "kept"


def led(entry) -> str:
    """In plain words: who had the last leading task, if that was a unit that did not hand it back."""
    leads = [task for task in entry.tasks if task.what in ("handle", "mediate")]
    return leads[-1].unit if leads and leads[-1].end != "handed_back" else ""


def stories(town) -> None:
    """Forty cases, given to units, grids and people, passed on, handed back, closed, opened again."""
    rng = random.Random(11)
    for _ in range(40):
        at = datetime(2026, 11, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(21 * 1440))
        kind, area = rng.choice(("hazard", "request", "dispute")), rng.choice(("G11", "G11", "G12", "G21"))
        raw = action(by="import", at=at.isoformat(), kind=kind, area=area, category={"hazard": "H0101"}.get(kind))
        with writing() as connection:
            log.append(connection, [raw], "import", rules.allow_ledger, at, town.config["SETTINGS"].timezone)
        tell(town, "approved", raw["entry"], at)
        for step in range(rng.randrange(1, 6)):
            at += timedelta(hours=rng.randrange(1, 14))
            verb = rng.choice(("assigned", "handed_back", "handled", "closed", "closed", "closed", "reopened")) if step else "assigned"
            body = {"to": [rng.choice(TARGETS), *([{"unit": "wuye", "assists": True}] if rng.random() < 0.2 else [])]} if verb == "assigned" else {}
            if verb in ("handed_back", "handled"):
                body = {"task": len(lists.folded(lists.entry_by_id(raw["entry"])).tasks)}
            body |= {"handed_back": {"reason": "不归我们"}, "reopened": {"reason": "没办好"}}.get(verb, {})
            tell(town, verb, raw["entry"], at, **body)


def test_random_stories_agree_with_a_plain_recount_by_unit(town):
    with town.app_context():
        stories(town)
        entries = [lists.folded(row) for (row,) in rows(select(EntryRow))]
        found_somewhere = 0
        for code in ("S", "C1", "G11", "G12", "C2"):
            for kind in (None, "hazard"):
                mine = [one for one in entries if code in one.path.split("/") and kind in {None, one.kind} and one.stage not in ("withdrawn", "declined")]
                area = db.session.get(Area, code)
                expected = {unit: recount([one for one in mine if led(one) == unit], TODAY - timedelta(days=3)) for unit in {led(one) for one in mine} - {""}}
                expected = {unit: Figures(**{name: getattr(one, name) for name in sums.BY_UNIT}) for unit, one in expected.items()}
                assert sums.by_unit(area, *MONTH, TODAY, kind=kind) == expected, (code, kind)
                for unit, one in expected.items():
                    for measure in sums.BY_UNIT:
                        behind = sums.behind(area, *MONTH, TODAY, measure, kind=kind, unit=unit)
                        assert db.session.scalar(select(func.count()).select_from(behind.subquery())) == getattr(one, measure), (code, kind, unit, measure)
                    found_somewhere += one.closed_day1 + one.closed_on_time
        assert found_somewhere > 10, "else nothing was tried"
    assert differences(town) == []


def test_each_number_of_the_table_leads_to_its_cases(town):
    with town.app_context():
        stories(town)
    record(town, area="G11")
    text = page(town, "secretary1", "/figures?area=C1&from=2026-11-01&to=2026-11-23")
    table = text.split('id="units"')[1].split("</section>")[0]
    assert "单位wuye" in table and "单位chengguan" in table and "没有派给单位的" in table
    links = re.findall(r'<a href="(/desk/entries\?[^"]*unit=\w+[^"]*)">(\d+)</a>', table)
    assert len(links) > 10
    client = signed_in(town, "secretary1")
    for link, count in links:
        listed = unescape(client.get(link).text)
        assert f'<span class="quietly">{count}</span>' in listed and "<bdi>单位" in listed, link
    rest = table.split("没有派给单位的")[1]
    assert "<a" not in rest, "what no unit led has no list of its own"
    assert 'id="units"' not in page(town, "secretary1", "/figures?area=C1&from=2026-10-01&to=2026-10-02")


def test_a_worker_sees_the_units_but_no_way_to_the_entries(town):
    with town.app_context():
        stories(town)
    table = page(town, "worker1").split('id="units"')[1].split("</section>")[0]
    assert "单位wuye" in table and "/desk/" not in table
