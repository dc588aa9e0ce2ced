"""Sync under fault: nothing lost, nothing doubled, every receipt the same on both sides. And the proof that this test would notice."""

import random
import time

import pytest

from tests.wire.harness import FAULTS, TrustingPhone, storm


@pytest.fixture
def seed():
    number = random.SystemRandom().randrange(10**6)
    print(f"seed {number}")
    return number


def test_two_thousand_actions_survive_eight_bad_lines_and_a_dozen_kills(tmp_path, seed):
    begun = time.monotonic()
    out = storm(tmp_path, seed=seed, actions=2000, kills=10)
    print(out, f"{time.monotonic() - begun:.0f} s", sep="\n")
    assert out.sent == 2000
    assert out.kills >= 10
    assert [fault for fault in FAULTS if not out.faults[fault]] == []
    assert out.faults["server_down"]
    assert out.lost == []
    assert out.duplicated == []
    assert out.mismatched == []
    assert out.problems == []


def test_a_server_that_does_not_look_for_known_ids_is_caught(tmp_path, seed):
    out = storm(tmp_path, seed=seed, actions=120, kills=0, patience=8, rate=0.5, app="tests.wire.broken:no_dedupe()")
    print(out)
    assert out.duplicated


def test_a_server_that_answers_before_it_commits_is_caught(tmp_path, seed):
    out = storm(tmp_path, seed=seed, actions=160, kills=1, patience=8, rate=0.5, app="tests.wire.broken:answer_first()")
    print(out)
    assert out.lost
    assert out.mismatched


def test_a_phone_that_takes_any_200_for_a_receipt_is_caught(tmp_path, seed):
    out = storm(tmp_path, seed=seed, actions=400, kills=0, patience=8, rate=0.5, phone=TrustingPhone)
    print(out)
    assert out.lost
