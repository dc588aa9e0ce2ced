"""docs/mechanisms.md says what works: every row is there once, and every page and test that it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = {"A": 28, "B": 16, "C": 11, "D": 22, "E": 25, "F": 15, "G": 12, "H": 18}
LINE = re.compile(r"^\| ([A-H]\d+) \|(.*)\|(.*)\|(.*)\|(.*)\|$", re.MULTILINE)
FOUND = [tuple(cell.strip() for cell in line) for line in LINE.findall((ROOT / "docs/mechanisms.md").read_text("utf-8"))]


def test_every_row_stands_there_once():
    assert [code for code, *_ in FOUND] == [f"{town}{n}" for town, last in ROWS.items() for n in range(1, last + 1)]


def test_the_sum_in_the_head_is_that_of_the_rows():
    states = [state for _, _, state, _, _ in FOUND]
    said = f"{states.count('works')} work, {states.count('partly')} partly, {states.count('not yet')} not yet."
    assert said in (ROOT / "docs/mechanisms.md").read_text("utf-8")
    assert set(states) == {"works", "partly", "not yet"}


def test_what_a_row_names_exists(empty_app):
    rules = {rule.rule for rule in empty_app.url_map.iter_rules()}
    wrong = []
    for code, _name, state, where, test in FOUND:
        pages = re.findall(r"`(/[^`]*)`", where)
        file, _, name = test.strip("`").partition("::")
        if state == "not yet":
            fits = not where and not test
        else:
            fits = bool(pages) and all(page in rules or any(rule.startswith(f"{page}/") for rule in rules) for page in pages)
            fits &= bool(re.search(rf"^def {name or 'test_'}", (ROOT / file).read_text("utf-8"), re.MULTILINE))
        wrong += [] if fits else [(code, where, test)]
    assert wrong == []
