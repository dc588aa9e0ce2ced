"""docs/wire.md says what the server does."""

import json
import re
from pathlib import Path

from tests.town import signed_in
from webapp.core.actions import REASONS, VERBS, read
from webapp.routes import sync
from webapp.store import feed

PAGE = (Path(__file__).parents[2] / "docs" / "wire.md").read_text()
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, flags=re.S)]


def test_the_example_is_read_as_it_stands(town):
    sent, _ = EXAMPLES
    assert [read(raw).verb for raw in sent["actions"]] == ["recorded", "noted"]
    sent["actions"][0]["body"]["area"] = "G11"
    reply = signed_in(town, "worker1").post("/sync", json=sent).json
    assert [answer["answer"] for answer in reply["answers"]] == ["kept", "kept"]


def test_the_answer_has_the_fields_of_the_example(town):
    sent, answered = EXAMPLES
    sent["actions"][0]["body"]["area"] = "G11"
    reply = signed_in(town, "worker1").post("/sync", json=sent).json
    assert reply.keys() == answered.keys()
    assert reply["answers"][0].keys() == answered["answers"][0].keys()
    assert reply["answers"][0] | {"receipt": "", "number": ""} == answered["answers"][0] | {"receipt": "", "number": ""}


def test_every_reason_verb_and_number_stands_on_the_page():
    assert [name for name in [*REASONS, *VERBS] if f"`{name}`" not in PAGE] == []
    for number in (sync.MOST_BYTES, sync.MOST_ACTIONS, sync.MOST_PHOTO_BYTES, feed.PAGE):
        assert f"{number:,}" in PAGE
