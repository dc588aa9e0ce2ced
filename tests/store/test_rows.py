"""An action's fingerprint: the same for what comes again in another order or spelling, another one for anything else."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_actions import JSON, SHA
from tests.town import action
from webapp.core.actions import Refused
from webapp.store.rows import fingerprint, read


def shuffled(value, turn: int):
    """The same JSON with the keys of every object in another order."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: hash((key, turn)))
        return {key: shuffled(value[key], turn) for key in keys}
    return [shuffled(one, turn) for one in value] if isinstance(value, list) else value


@given(extra=st.dictionaries(st.text(max_size=5), JSON, max_size=4), turn=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_order_of_keys_does_not_change_the_fingerprint(extra, turn):
    raw = action(extra=extra, roles={SHA: "before"}, photos=[SHA])
    other = json.loads(json.dumps(shuffled(raw, turn)))
    assert read(raw).hash == read(other).hash


def test_other_content_has_another_fingerprint():
    raw = action()
    assert read(raw).hash != read(raw | {"n": 1}).hash
    assert read(raw).hash != read(raw | {"body": raw["body"] | {"note": "另一件事"}}).hash


PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.integers(-(10**9), 10**9).map(lambda n: n / 1000) | st.text(max_size=8)


@given(value=st.dictionaries(st.text(max_size=5), PLAIN | st.lists(PLAIN) | st.dictionaries(st.text(max_size=5), PLAIN), max_size=6))
@settings(max_examples=100, deadline=None)
def test_the_form_is_that_of_the_document(value):
    """Sorted keys, UTF-8, no spaces: whoever writes another client can make it with any library."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert fingerprint(value) == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize("odd", ["\ud83d", 2**70, -(2**70)])
def test_half_a_character_and_a_huge_number_have_one_too(odd):
    raw = action()
    assert read(raw | {"extra": odd}).hash not in {read(raw).hash, read(raw | {"extra": "其他"}).hash}


def test_more_levels_than_anybody_can_count_are_refused():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Refused):
        read(action() | {"extra": deep})
