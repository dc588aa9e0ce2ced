"""Cases out of another system's file: tried out, then put into the log. The command line and the page of the hotline both come through here."""

from collections import defaultdict

from ..core.actions import LEDGER
from ..core.rules import allow_ledger
from ..routes.access import now, zone
from ..store import log, town
from ..store.database import writing
from . import cases
from .rows import Sheet

BATCH = 500


def tried(sheet: Sheet, mapping: cases.Mapping, paths: list[str] | None = None) -> tuple[cases.Cases, list[cases.Case]]:
    """What the file would do, and the cases that have something new; with `paths` only in these subtrees. Nothing is written."""
    areas = town.areas()
    inside = None if paths is None else {code for code, area in areas.items() if any(area["path"].startswith(path) for path in paths)}
    report = cases.compare(sheet, mapping, areas, town.categories(), inside)
    known = town.known_actions([action.id for case in report.cases for action in case.actions])
    return report, list(cases.sift(report, known))


def written(report: cases.Cases, fresh: list[cases.Case]) -> list[str]:
    """Write that; gives a line for each action that the log refused."""
    with writing() as connection:
        town.save_areas(connection, report.areas)
        town.save_categories(connection, report.categories)
    return [line for start in range(0, len(fresh), BATCH) for line in _hear(fresh[start : start + BATCH])]


def _hear(some: list[cases.Case]) -> list[str]:
    """Put these cases into the log, in one transaction; gives a line for each action that was refused.

    That somebody has accepted a case here already is no news: what the file says of it afterwards is heard all the same.
    """
    mail, rows = defaultdict(list), {}
    for case in some:
        for action in case.actions:
            mail[action.by].append(action)
            rows[action.id] = case.row, action.verb
    letters = [log.Letter(mail[by], by, allow_ledger) for by in sorted(mail, key=lambda by: (by != LEDGER, by))]
    with writing() as connection:
        log.hear(connection, letters, now(), zone())
    answers = [answer for letter in letters for answer in letter.answers]
    refused = [(*rows[answer.id], answer) for answer in answers if answer.answer == "refused"]
    return [f"第 {row} 行:{answer.message}" for row, verb, answer in refused if (verb, answer.reason) != ("approved", "stale")]
