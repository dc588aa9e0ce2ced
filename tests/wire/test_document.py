"""docs/wire.md says what the server does."""

import json
import re
from pathlib import Path

from tests.town import signed_in
from webapp.core.actions import RATINGS, REASONS, VERBS, read
from webapp.core.kinds import KINDS
from webapp.routes import sync
from webapp.store import feed, roster

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


def section(title: str) -> str:
    """The part of the page under this heading."""
    [found] = re.findall(rf"^## {re.escape(title)}.*?(?=^## |\Z)", PAGE, flags=re.S | re.M)
    return found


def unsaid(names, where: str) -> list[str]:
    return [name for name in names if f"`{name}`" not in where]


def test_every_name_of_a_changed_row_stands_on_the_page(town):
    sent, _ = EXAMPLES
    sent["actions"][0]["body"]["area"] = "G11"
    worker = signed_in(town, "worker1")
    worker.post("/sync", json=sent)
    reply = worker.get("/sync/changes?scope=G11&after=0").json
    row = reply["rows"][-1]
    assert set(roster.ROW) < row.keys()
    assert unsaid([*row, *reply["next"], "rows", "next", "more", "epoch", "heir"], section("Changes")) == []


def test_every_name_of_a_roster_stands_on_the_page(town):
    worker = signed_in(town, "worker1")
    reply = worker.get("/roster/G11").json
    home = reply["households"][0]
    assert unsaid([*(reply.keys() - {"proto"}), *home], section("Households")) == []
    carrier = signed_in(town, "volunteer1").get("/roster/G11").json["households"][0]
    assert carrier.keys() == {"id", "area", "room", "name"}
    assert worker.post(f"/households/{home['id']}/telephone").json.keys() == {"proto", "telephone"}
    assert "`POST /households/<id>/telephone`" in PAGE


def test_every_kinds_own_fields_stand_in_its_line():
    table = section("The kinds' own fields")
    for kind in KINDS.values():
        [line] = re.findall(rf"^\| `{kind.name}` \|.*$", table, flags=re.M)
        for field in kind.fields:
            assert f"`{field.name}` {field.shape}" in line
            assert re.search(rf"\b{field.shape}\b", table)


def test_the_residents_pages_stand_on_the_page_with_their_fields(town):
    pages = section("Residents, without an account")
    ways = {rule.rule for rule in town.url_map.iter_rules() if rule.rule.startswith(("/report/", "/s/"))}
    assert ways and [way for way in ways if f"{way}`" not in pages] == []
    form = town.test_client().get("/report/G11").text
    names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', form)) - {"language"}
    assert {"form", "note"} <= names and unsaid(names, pages) == []
    assert [score for score in RATINGS if score not in pages] == []
