"""In what order the server heard of it all: the stories of the diary as letters, and the phones that they came from."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import groupby

from ...core import rules
from ...core.actions import CLOCK, UNIT
from ...store.log import Letter
from . import names, words
from .cast import Cast
from .days import Diary
from .units import HANDLERS


def letters(diary: Diary) -> Iterator[tuple[datetime, list[Letter]]]:
    """(heard, letters) in the order heard; a letter is what arrives together from one person."""
    steps = [(heard, by, number, raw) for number, story in enumerate(diary.stories) for heard, by, raw in story.steps]
    steps.sort(key=lambda step: step[:3])
    for heard, together in groupby(steps, key=lambda step: step[0]):
        by_person = groupby(together, key=lambda step: step[1])
        yield heard, [_letter(diary.cast, by, [raw for *_, raw in raws]) for by, raws in by_person]


def _letter(cast: Cast, by: str, raws: list[dict]) -> Letter:
    if by == rules.RESIDENT:
        return Letter(raws, by, _resident)
    if by == CLOCK:
        return Letter(raws, by, rules.allow_clock)
    if by.startswith(UNIT):
        return Letter(raws, by, partial(_unit, by.removeprefix(UNIT)))
    return Letter(raws, by, partial(rules.allow, cast.who[by]), cast.phone(by))


def _resident(action, entry, day) -> None:
    """A resident records at a poster, and answers through the link of the entry."""
    if action.verb == "recorded":
        rules.allow_report("", action, entry, day)
    else:
        rules.allow_link({action.entry}, action, entry, day)


def _unit(code: str, action, entry, day) -> None:
    """A unit acts by the link to its task."""
    rules.allow_unit(code, action.entry, action.body["task"], action, entry, day)


def phones(diary: Diary) -> list[dict]:
    """The phones of those who sent something, as they were last heard of."""
    last: dict[str, datetime] = {}
    for story in diary.stories:
        for heard, by, _ in story.steps:
            last[by] = max(heard, last.get(by, heard))
    rows = []
    for by, heard in last.items():
        if by not in diary.cast.who or by in HANDLERS:
            continue
        unsent = diary.rng.choice((0,) * 9 + (1, 2, 4))
        row = {"id": diary.cast.phone(by), "username": by, "heard": heard, "synced": heard, "unsent": unsent}
        rows.append(row | {"version": "", "agent": diary.rng.choice(words.PHONES)})
    return rows


def contacts(diary: Diary) -> list[dict]:
    """What residents left to be rung back, beside their requests."""
    reports = [story for story in diary.stories if story.steps and story.steps[0][1] == rules.RESIDENT]
    left = [story for story in reports if diary.rng.random() < 0.7]
    return [{"entry": story.id, "name": names.person(diary.rng), "telephone": names.telephone(diary.rng)} for story in left]
