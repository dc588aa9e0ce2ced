"""Chinese is the source, and every other language is complete: no word without its translation, no page half in Chinese."""

import ast
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from jinja2 import Environment

from tests.conftest import make_app
from tests.town import action, hear, signed_in
from webapp.core.actions import REASONS
from webapp.routes.words import LANGUAGES

ROOT = Path(__file__).parents[1]
TRANSLATIONS = ROOT / "webapp" / "translations"
CATALOGUES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
CHINESE = re.compile("[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
DATA = re.compile(r"辖区\w+|单位(?:wuye|chengguan)|住户\d|\w+的名字|中文")
"""What stays Chinese in every language: the names of tests/town.py, and of the language itself."""
NO_WORDS = {"年", "月", "日", "日 ", "中文", "社区"}
"""Chinese in the routes that is no message: the shape of a date, a language's own name, the end of a place's name."""
SHELLS = ["/", "/visits", "/new", "/outbox", "/mine", "/entry", "/offline", "/login"]


# --- the catalogues


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """Today's messages, as pybabel finds them: (context, source)."""
    found = tmp_path_factory.mktemp("words") / "messages.pot"
    options = f"-F {TRANSLATIONS / 'babel.cfg'} -k N_ -k t -o {found}".split()
    CommandLineInterface().run(["pybabel", "-q", "extract", *options, str(ROOT)])
    with found.open("rb") as file:
        return {(one.context, one.id) for one in read_po(file) if one.id}


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parts[-3])
def catalogue(request):
    with request.param.open("rb") as file:
        return read_po(file, request.param.parts[-3])


def forms(text) -> list[str]:
    return list(text) if isinstance(text, tuple) else [text]


def test_every_language_that_is_offered_has_a_catalogue():
    assert {path.parts[-3] for path in CATALOGUES} == set(LANGUAGES) - {"zh_Hans_CN"}


def test_no_message_is_missing_and_none_is_left_over(catalogue, messages):
    assert {(one.context, one.id) for one in catalogue if one.id} == messages
    assert not catalogue.obsolete


def test_every_message_is_translated(catalogue):
    assert [one.id for one in catalogue if one.id and (one.fuzzy or not all(forms(one.string)))] == []
    assert [one.id for one in catalogue if one.id and CHINESE.search("".join(forms(one.string)))] == []


def test_placeholders_agree(catalogue):
    def of(text):
        return sorted(set(PLACEHOLDER.findall(text)))

    assert [one.id for one in catalogue if one.id and any(of(form) != of(forms(one.id)[0]) for form in forms(one.string))] == []


def test_a_translation_is_no_markup(catalogue):
    """Templates do not escape it, so it must fit into an attribute too."""
    assert [one.id for one in catalogue if one.id and re.search('[<>&"]', "".join(forms(one.string)))] == []


# --- the sources


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.*")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_that_cannot_be_translated(path, messages):
    tokens = list(Environment().lex(path.read_text()))
    said = [value for _line, kind, value in tokens if kind == "data" and CHINESE.search(value)]
    said += [value for _line, kind, value in tokens if kind == "string" and CHINESE.search(value) and not known(value[1:-1], messages)]
    assert said == []


@pytest.mark.parametrize("path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda path: path.name)
def test_a_script_says_nothing_that_cannot_be_translated(path, messages):
    code = re.sub(r"(?m)(^|\s)//.*$", "", path.read_text())
    said = re.findall(r"'([^'\n]*)'|`([^`]*)`|\"([^\"\n]*)\"", code)
    assert [text for text in map("".join, said) if re.search("[\u4e00-\u9fff]", t_taken_out(text)) and not known(text, messages)] == []


def t_taken_out(text: str) -> str:
    return re.sub(r"\bt\('[^']*'", "", text)


@pytest.mark.parametrize("path", sorted((ROOT / "webapp/routes").glob("*.py")), ids=lambda path: path.name)
def test_a_route_says_nothing_that_cannot_be_translated(path, messages):
    tree = ast.parse(path.read_text())
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent]
    assert [text for text in words if re.search("[\u4e00-\u9fff]", text) and text not in NO_WORDS and not known(text, messages)] == []


def known(text: str, messages: set) -> bool:
    return any(text in forms(source) for _context, source in messages)


# --- the pages


class Words(HTMLParser):
    """Everything in a page that somebody reads or hears, attributes too."""

    def __init__(self, page: str):
        super().__init__()
        self.said, self.attributes = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.attributes += [value for name, value in attrs if value and name not in {"href", "src", "action", "content"}]

    def handle_data(self, data):
        self.said.append(data)


def chinese(page: str) -> list[str]:
    """What is Chinese in a page and is no name."""
    words = Words(page)
    return [text.strip() for text in (*words.said, *words.attributes) if CHINESE.search(DATA.sub("", text))]


def english(client):
    client.set_cookie("language", "en")
    return client


@pytest.fixture(scope="module")
def town(little_folder, tmp_path_factory):
    """A town where each kind of entry has been recorded and one hazard went all the way, with an English pen."""
    town = make_app(shutil.copytree(little_folder, tmp_path_factory.mktemp("english") / "town"))
    hazard = action(kind="hazard", note="Loose cover", category="H0401", place="Gate", lat=40.76, lng=107.42, accuracy=9.0, severity="low")
    mended = action("amended", hazard["entry"], kind="hazard", note="Loose cover, gate 2", category="H0402", on_the_spot=True)
    with town.app_context():
        for kind in ("visit", "dispute", "delivery", "request"):
            hear(town, action(kind=kind, note="All is well", household="home-11"))
        for did in (
            hazard,
            action("returned", hazard["entry"], "secretary1", reason="Which?", seen=hazard["id"]),
            mended,
            action("approved", hazard["entry"], "secretary1", seen=mended["id"]),
        ):
            assert hear(town, did)[0].answer == "kept"
    town.config["HAZARD"] = hazard["entry"]
    return town


@pytest.mark.parametrize("path", SHELLS)
def test_the_phones_pages_are_english_in_english(town, path):
    page = english(town.test_client()).get(path)
    assert page.status_code == 200
    assert '<html lang="en"' in page.text
    assert chinese(page.text) == []


ROOMS = {
    "secretary1": [
        "/desk",
        "/desk/entries?list=all",
        "/desk/entries?list=overdue&kind=hazard",
        "/desk/entries?list=all&area=C1&measure=received&from=2026-11-01&to=2026-11-23",
        "/desk/entries/{hazard}",
        "/desk/phones",
        "/figures",
        "/figures?period=90days&sort=day3",
        "/posters",
        "/posters/G11",
        "/settings",
    ],
    "street1": ["/desk", "/figures"],
    "handler1": ["/settings"],
    "admin1": [
        "/town/calendar", "/town/calendar?year=2027", "/town/categories", "/town/categories?kind=request", "/town/units", "/town/follow-up", "/town/limits",
    ],  # fmt: skip
}


@pytest.mark.parametrize(("username", "path"), [(username, path) for username, paths in ROOMS.items() for path in paths])
def test_the_desk_and_the_figures_are_english_in_english(town, username, path):
    page = english(signed_in(town, username)).get(path.format(hazard=town.config["HAZARD"]))
    assert page.status_code == 200
    assert chinese(page.text) == []


def test_a_refused_decision_is_explained_in_english(town):
    client = english(signed_in(town, "secretary1"))
    url = f"/desk/entries/{town.config['HAZARD']}/actions"
    assert chinese(client.post(url, data={"verb": "reopened"}).text) == []
    assert chinese(client.post(url, data={"verb": "returned", "words": "Why?", "seen": "0" * 36}).text) == []


def test_a_resident_reads_english_from_the_report_to_the_page_of_the_matter(town):
    client = english(town.test_client())
    assert chinese(client.get("/report/B1").text) == []
    assert chinese(client.post("/report/B1", data={"telephone": "?"}).text) == []
    sent = {"form": "one", "note": "The lamp is out", "place": "Gate", "category": "R0206"}
    answer = client.post("/report/B1", data=sent)
    assert answer.status_code == 303
    assert chinese(client.get(answer.location).text) == []
    assert chinese(client.get("/s/unknown").text) == []


def test_errors_are_english_in_english(town):
    client = english(signed_in(town, "worker1"))
    assert chinese(client.get("/nowhere").text) == []
    assert chinese(client.post("/login", data={"username": "worker1", "password": "wrong"}).text) == []


def test_an_unknown_language_falls_back_to_chinese(town):
    client = town.test_client()
    client.set_cookie("language", "tlh")
    page = client.get("/").text
    assert '<html lang="zh-CN"' in page
    assert "记一笔" in page
    assert client.get("/words.json").json["phrases"] == {}


def test_a_chinese_page_has_no_english_words(town):
    for path in SHELLS:
        said = " ".join(Words(town.test_client().get(path).text).said)
        assert set(re.findall("[A-Za-z]{2,}", said)) <= {"English"}, path


# --- what scripts say


def test_the_phones_words_are_exactly_those_of_its_scripts(town):
    """A t() inside another t() is one that pybabel does not see: give it a name of its own."""
    words = english(town.test_client()).get("/words.json").json
    scripts = "".join(re.sub(r"(?m)^\s*//.*$", "", path.read_text()) for path in (ROOT / "static/js").glob("*.js"))
    assert set(words["phrases"]) == set(re.findall(r"\bt\('([^']+)'", scripts))
    assert not CHINESE.search("".join(words["phrases"].values()) + repr(words["labels"]))


def test_the_app_has_an_english_name(town):
    manifest = english(town.test_client()).get("/manifest.webmanifest")
    assert (manifest.json["name"], manifest.json["lang"]) == ("Gridbook", "en")
    assert not CHINESE.search(repr(manifest.json))


def test_answers_to_a_phone_are_english_in_english(town):
    client = english(signed_in(town, "worker1"))
    foreign, broken = action(area="G21"), action(lat="north")
    batch = {"proto": "gridbook/1", "device": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "actions": [foreign, broken]}
    first, second = client.post("/sync", json=batch).json["answers"]
    assert first["message"] == "This lies outside your post"
    assert second["message"].endswith("(lat)")
    assert not CHINESE.search(second["message"])
    assert client.post("/sync", data="no").json["message"] == "The content is not valid JSON"
    assert not CHINESE.search(client.put(f"/photos/{'0' * 64}", data=b"no").json["message"])


def test_answers_to_a_phone_are_chinese_by_default(town):
    batch = {"proto": "gridbook/1", "device": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "actions": [action(area="G21")]}
    assert signed_in(town, "worker1").post("/sync", json=batch).json["answers"][0]["message"] == REASONS["forbidden"]
