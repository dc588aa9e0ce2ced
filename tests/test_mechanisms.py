"""docs/mechanisms.md says what works: every row is there once, and every page and test that it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAPER = (ROOT / "docs/mechanisms.md").read_text("utf-8")
ROWS = {"A": 28, "B": 16, "C": 11, "D": 22, "E": 25, "F": 15, "G": 12, "H": 18}
"""The mechanisms of each town, as many as the papers about them name."""
LINE = re.compile(r"^\| ([A-H]\d+) \|(.*)\|(.*)\|(.*)\|(.*)\|$", re.MULTILINE)
FOUND = [tuple(cell.strip() for cell in line) for line in LINE.findall(PAPER)]


def pages(words: str) -> list[str]:
    return re.findall(r"`(/[^`]*)`", words)


def named(words: str) -> list[tuple[str, str]]:
    """(file, name of the test) of everything that is named as one; the name is "" where a file alone is."""
    return re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", words)


def test_every_row_stands_there_once():
    assert [code for code, *_ in FOUND] == [f"{town}{n}" for town, last in ROWS.items() for n in range(1, last + 1)]
    assert len(FOUND) == len(re.findall(r"^\| *\**[A-H]\d+", PAPER, re.MULTILINE)) == 147, "no row is written so that it is not read"


def test_the_sum_in_the_head_is_that_of_the_rows():
    states = [state for _, _, state, _, _ in FOUND]
    said = f"{states.count('works')} work, {states.count('partly')} partly, {states.count('not yet')} not yet."
    assert PAPER.count(said) == 1
    assert set(states) <= {"works", "partly", "not yet"}


def test_what_works_names_a_page_and_a_test_and_what_does_not_names_none():
    assert [code for code, _, state, where, test in FOUND if state != "not yet" and not (pages(where) and named(test))] == []
    assert [code for code, _, state, where, test in FOUND if state == "not yet" and (where or test)] == []


def test_every_page_that_is_named_is_one_of_the_app(empty_app):
    shown = {rule.rule for rule in empty_app.url_map.iter_rules() if "GET" in rule.methods}
    plain = {re.sub(r"<\w+:", "<", rule) for rule in shown}
    assert [page for page in pages(PAPER) if page not in plain] == []


def test_every_test_that_is_named_exists():
    files = {file: (ROOT / file).read_text("utf-8") if (ROOT / file).is_file() else "" for file, _ in named(PAPER)}
    assert [(file, name) for file, name in named(PAPER) if not re.search(rf"^def {name or 'test_'}{'[(]' if name else ''}", files[file], re.MULTILINE)] == []
    assert PAPER.count("tests/") == len(named(PAPER)), "none is written so that it is not read"
