"""Everything that anybody may do, tried by everybody: each verb through POST /sync, and each route of the application.

Both tables are reviewed by hand: a change in them is a change of what people are allowed to do. A route that is missing fails.
"""

import hashlib
import io
import shutil
from uuid import uuid4

import pytest
from PIL import Image

from tests.conftest import NOON, make_app
from tests.town import CAST, action, rows, signed_in
from webapp.core import rules
from webapp.core.actions import VERBS
from webapp.store import links, log
from webapp.store.database import writing
from webapp.store.tables import ActionRow, ChangeRow, Device, EntryRow, HeldRow, LinkRow, Person, PhotoRow, TallyRow

MEMBERS = [*CAST, "resident", "stranger"]  # the resident holds the link of the entry in question; neither has an account

# --- each verb by each member

ORDER = "recorded amended noted approved returned declined handled closed reopened rated withdrawn".split()
ANSWERS = {"k": "kept", "f": "forbidden", "n": "no_entry", "s": "self_approval", "-": "signed_out"}
NOTHING = "f f n n n n n n n n n"  # not even that it exists
ELSEWHERE = {name: NOTHING for name in CAST} | {"resident": "- " * 11, "stranger": "- " * 11}
STREET = {"street1": "f f f f f f f f f f f"}  # sees it, and does nothing about it
TABLE = {
    # (kind, grid, author):         rec am no app ret dec han clo reo rat wit
    ("hazard", "G11", "worker1"): {
        "worker1":                 "k  k  k  f   f   f   k   f   f   f   k",
        "secretary1":              "k  f  k  k   k   k   k   k   k   f   f",
    } | STREET,
    ("visit", "G11", "secretary1"): {
        "worker1":                 "k  f  k  f   f   f   k   f   f   f   f",
        "secretary1":              "k  k  k  s   k   k   k   .   k   f   k",
    } | STREET,
    ("dispute", "G11", "worker1"): {
        "worker1":                 "k  k  k  f   f   f   k   f   f   f   k",
        "secretary1":              "k  f  k  k   k   k   k   k   k   f   f",
        "mediator1":               "k  f  k  f   f   f   k   f   f   f   f",
    } | STREET,
    ("delivery", "G11", "worker1"): {
        "worker1":                 "k  k  k  f   f   f   k   f   f   f   k",
        "secretary1":              "k  f  k  k   k   k   k   .   k   f   f",
        "volunteer1":              "k  f  k  f   f   f   k   f   f   f   f",
    } | STREET,
    ("dispute", "G12", "mediator1"): {
        "worker2":                 "k  f  k  f   f   f   k   f   f   f   f",
        "secretary1":              "k  f  k  k   k   k   k   k   k   f   f",
        "mediator1":               "k  k  k  f   f   f   k   f   f   f   k",
    } | STREET,
    ("request", "G21", "worker3"): {
        "worker3":                 "k  k  k  f   f   f   k   f   f   f   k",
        "secretary2":              "k  f  k  k   k   k   k   k   k   f   f",
    } | STREET,
}  # fmt: skip
"""(kind, grid, author) of the entry -> member -> the answer to each verb; "." is not tried: no such stage. Others: ELSEWHERE."""

ROAD = {"handled": ["approved"], "closed": ["approved"], "reopened": ["approved", "closed"], "rated": ["approved", "closed"]}
"""verb -> what has to happen before it makes sense."""


def ledger(town, raw: dict) -> str:
    """Put an action into the log whoever may; gives its id."""
    letter = log.Letter([raw], raw["by"], rules.allow_ledger)
    [answer] = log.post(letter, NOON, town.config["SETTINGS"].timezone)
    assert answer.answer == "kept", answer
    return raw["id"]


def prepared(town, kind: str, grid: str, author: str, verb: str) -> tuple[str, str]:
    """A new entry at the stage where `verb` makes sense: its id and that of its last action."""
    with town.app_context():
        raw = action(by=author, kind=kind, area=grid)
        last = ledger(town, raw)
        for step in ROAD.get(verb, []):
            if step == "closed" and kind in {"visit", "delivery"}:
                continue  # approval closed it
            last = ledger(town, action(step, raw["entry"], by="import", seen=last))
        return raw["entry"], last


def attempt(client, member: str, verb: str, kind: str, grid: str, entry: str, last: str) -> dict:
    """What the wire answers, without the id."""
    content = {"kind": kind, "area": grid} if verb in {"recorded", "amended"} else {}
    raw = action(verb, entry, by=member, seen=last, **content)
    reply = client.post("/sync", json={"proto": "gridbook/1", "device": str(uuid4()), "actions": [raw]})
    assert reply.json["proto"] == "gridbook/1"
    if reply.status_code == 401:
        return {"reason": reply.json["reason"]}
    [answer] = reply.json["answers"]
    return {name: answer[name] for name in ("answer", "reason", "message", "receipt", "number", "missing")}


def client_of(town, member: str):
    return signed_in(town, member) if member in CAST else town.test_client()


def test_the_table_has_every_verb():
    assert set(ORDER) == set(VERBS)


@pytest.mark.parametrize("about", TABLE, ids=" ".join)
def test_each_verb_by_each_member(town, about):
    kind, grid, author = about
    wrong = []
    for member in MEMBERS:
        client = client_of(town, member)
        expected = TABLE[about].get(member, ELSEWHERE[member]).split()
        for verb, sign in zip(ORDER, expected, strict=True):
            if sign == ".":
                continue
            entry, last = (str(uuid4()), str(uuid4())) if verb == "recorded" else prepared(town, kind, grid, author, verb)
            found = attempt(client, member, verb, kind, grid, entry, last)
            if (found["reason"] or found["answer"]) != ANSWERS[sign]:
                wrong.append(f"{member} {verb}: {found['reason'] or found['answer']}, the table says {ANSWERS[sign]}")
            if member not in TABLE[about] and verb != "recorded":
                nothing = attempt(client, member, verb, kind, grid, str(uuid4()), str(uuid4()))
                if found != nothing:
                    wrong.append(f"{member} {verb}: {found} differs from {nothing} for what does not exist")
    assert wrong == []


@pytest.mark.parametrize("member", ["worker2", "worker3", "secretary2", "mediator1", "volunteer1"])
def test_amending_a_foreign_entry_into_ones_own_area_finds_nothing(town, member):
    home = {"worker2": "G12", "worker3": "G21", "secretary2": "C2", "mediator1": "G12", "volunteer1": "G11"}[member]
    kind = {"mediator1": "dispute", "volunteer1": "delivery"}.get(member, "hazard")
    entry, last = prepared(town, "hazard", "G11", "worker1", "amended")
    client = client_of(town, member)
    found = attempt(client, member, "amended", kind, home, entry, last)
    assert found["reason"] == "no_entry"
    assert found == attempt(client, member, "amended", kind, home, str(uuid4()), last)


def test_nobody_records_for_somebody_else(town):
    for member in CAST:
        for other in ("worker1", "resident", "import", ""):
            if other != member:
                found = attempt_as(client_of(town, member), other)
                assert found["reason"] == "not_yours", (member, other)


def attempt_as(client, name: str) -> dict:
    return attempt(client, name, "recorded", "visit", "G11", str(uuid4()), str(uuid4()))


@pytest.mark.parametrize("name", ["RESIDENT", "import"])
def test_the_names_of_the_log_itself_are_no_accounts(town, name):
    assert client_of(town, "stranger").post("/login", data={"username": name, "password": ""}).status_code == 422


# --- each route by each member

ROUTES = """
                                         worker1 2   3   secretary1 2 handler mediator volunteer street admin resident stranger
GET  /login                                  302 302 302     302  302     302      302       302    302   302      200      200
POST /login                                  422 422 422     422  422     422      422       422    422   422      422      422
POST /logout                                 303 303 303     303  303     303      303       303    303   303      303      303
GET  /activate/{nobody}                      404 404 404     404  404     404      404       404    404   404      404      404
POST /activate/{nobody}                      404 404 404     404  404     404      404       404    404   404      404      404
GET  /settings                               200 200 200     200  200     200      200       200    200   200      302      302
POST /preferences                            303 303 303     303  303     303      303       303    303   303      303      303

GET  /                                       200 200 200     200  200     200      200       200    200   200      200      200
GET  /visits                                 200 200 200     200  200     200      200       200    200   200      200      200
GET  /new                                    200 200 200     200  200     200      200       200    200   200      200      200
GET  /outbox                                 200 200 200     200  200     200      200       200    200   200      200      200
GET  /mine                                   200 200 200     200  200     200      200       200    200   200      200      200
GET  /entry                                  200 200 200     200  200     200      200       200    200   200      200      200
GET  /offline                                200 200 200     200  200     200      200       200    200   200      200      200
GET  /sw.js                                  200 200 200     200  200     200      200       200    200   200      200      200
GET  /words.json                             200 200 200     200  200     200      200       200    200   200      200      200
GET  /manifest.webmanifest                   200 200 200     200  200     200      200       200    200   200      200      200
GET  /static/old/css/gridbook.css            200 200 200     200  200     200      200       200    200   200      200      200
GET  /healthz                                200 200 200     200  200     200      200       200    200   200      200      200

GET  /me                                     200 200 200     200  200     200      200       200    200   200      401      401
POST /sync                                   400 400 400     400  400     400      400       400    400   400      401      401
GET  /sync/changes?scope={area}              200 404 404     200  404     404      200       200    404   404      401      401
GET  /roster/{area}                          200 404 404     200  404     404      200       200    404   404      401      401
POST /households/{home}/telephone            200 404 404     200  404     404      404       404    404   404      401      401
PUT  /photos/{photo}                         200 200 200     200  200     200      200       200    200   200      401      401
GET  /photos/{photo}                         200 404 404     200  404     404      404       404    200   404      401      401
GET  /photos/{photo}/thumb                   200 404 404     200  404     404      404       404    200   404      401      401

GET  /desk                                   404 404 404     200  200     404      404       404    200   404      302      302
GET  /desk/entries?area={area}               404 404 404     200  404     404      404       404    200   404      302      302
GET  /desk/entries?q={canary}                404 404 404     200  200     404      404       404    200   404      302      302
GET  /desk/entries.csv?area={area}           404 404 404     200  404     404      404       404    200   404      302      302
GET  /desk/news?since=0                      404 404 404     200  200     404      404       404    200   404      302      302
GET  /desk/phones                            404 404 404     200  200     404      404       404    200   404      302      302
GET  /desk/entries/{entry}                   404 404 404     200  404     404      404       404    200   404      302      302
POST /desk/entries/{entry}/actions           404 404 404     303  404     404      404       404    404   404      302      302
POST /desk/entries/{entry}/telephone         404 404 404     200  404     404      404       404    404   404      302      302
POST /desk/entries/{entry}/link              200 404 404     200  404     404      404       404    404   404      302      302
POST /desk/approvals/check                   404 404 404     200  404     404      404       404    404   404      302      302
POST /desk/approvals                         404 404 404     200  404     404      404       404    404   404      302      302

GET  /figures?area={area}                    200 404 404     200  404     404      404       404    200   200      302      302
GET  /figures.csv?area={area}                200 404 404     200  404     404      404       404    200   200      302      302
GET  /posters                                200 200 200     200  200     404      404       404    200   200      302      302
GET  /posters/{area}                         200 404 404     200  404     404      404       404    200   200      302      302

GET  /report/{area}                          200 200 200     200  200     200      200       200    200   200      200      200
POST /report/{area}                          303 303 303     303  303     303      303       303    303   303      303      303
GET  /report/{area}/qr.svg                   200 200 200     200  200     200      200       200    200   200      200      200
GET  /s/{token}                              404 404 404     404  404     404      404       404    404   404      200      404
POST /s/{token}/rating                       404 404 404     404  404     404      404       404    404   404      303      404
POST /s/{token}/reopening                    404 404 404     404  404     404      404       404    404   404      303      404
"""
FORMS = {
    "/desk/entries/{entry}/actions": {"verb": "closed", "words": "已处理", "seen": "{last}"},
    "/desk/approvals": {"pick": "{entry}:{last}"},
    "/desk/approvals/check": {"pick": "{entry}:{last}"},
    "/report/{area}": {"form": "1", "note": "路灯不亮"},
    "/s/{token}/rating": {"score": "satisfied"},
    "/s/{token}/reopening": {"reason": "又坏了"},
}
STAGE = {"/desk/entries/{entry}/actions": "closed", "/s/{token}/rating": "rated", "/s/{token}/reopening": "rated"}
"""path -> the verb for which the entry is made ready; else it waits."""

CANARY = "canary7f3a"
MAY_READ = {"worker1", "secretary1", "street1"}
"""Who may read a hazard of worker1's in G11. For all others it does not exist, in whatever they ask for."""


def lines() -> list[tuple[str, str, dict[str, int]]]:
    found = []
    for line in ROUTES.strip().splitlines()[1:]:
        if line:
            method, path, *statuses = line.split()
            found.append((method, path, dict(zip(MEMBERS, map(int, statuses), strict=True))))
    return found


@pytest.fixture(scope="module")
def matrix_town(little_folder, tmp_path_factory):
    """One town for the whole matrix, with a photo in it."""
    folder = tmp_path_factory.mktemp("matrix") / "town"
    shutil.copytree(little_folder, folder)
    town = make_app(folder)
    assert signed_in(town, "worker1").put(f"/photos/{PHOTO}", data=PICTURE).status_code == 201
    return town


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


PICTURE = a_picture()
PHOTO = hashlib.sha256(PICTURE).hexdigest()


def case(town, path: str) -> dict[str, str]:
    """A hazard of worker1's in G11 for one line of the table, and everything by which one may ask for it."""
    with town.app_context():
        raw = action(kind="hazard", area="G11", household="home-11", note=CANARY, photos=[PHOTO])
        last = ledger(town, raw)
        for step in ROAD.get(STAGE.get(path), []):
            last = ledger(town, action(step, raw["entry"], by="import", seen=last))
        with writing() as connection:
            token = links.add(connection, raw["entry"], NOON)
    return {
        "entry": raw["entry"],
        "last": last,
        "token": token,
        "area": "G11",
        "home": "home-11",
        "photo": PHOTO,
        "canary": CANARY[:6],
        "nobody": "x" * 24,
    }


def nothing() -> dict[str, str]:
    """The same of what does not exist."""
    return {
        "entry": str(uuid4()),
        "last": str(uuid4()),
        "token": "x" * 36,
        "area": "G99",
        "home": "home-99",
        "photo": "0" * 64,
        "canary": "x",
        "nobody": "y" * 24,
    }


def ask(client, method: str, path: str, about: dict):
    form = {name: value.format(**about) for name, value in FORMS.get(path, {}).items()} if method == "POST" else None
    data = PICTURE if method == "PUT" else form
    if path == "/sync":
        return client.post("/sync", json=[])
    return client.open(path.format(**about), method=method, data=data)


def test_every_route_stands_in_the_table(matrix_town):
    ways = matrix_town.url_map.bind("gridbook")
    tried = set()
    for method, path, _ in lines():
        rule, _ = ways.match(path.format(**nothing()).split("?")[0], method, return_rule=True)
        tried.add((method, rule.rule))
    there = {(method, rule.rule) for rule in matrix_town.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert there - tried == set()


@pytest.mark.parametrize("member", MEMBERS)
def test_each_route_by_each_member(matrix_town, member):
    wrong = []
    for method, path, statuses in lines():
        about = case(matrix_town, path)
        if member != "resident":
            about["token"] = nothing()["token"]
        reply = ask(client_of(matrix_town, member), method, path, about)
        where = f"{member}: {method} {path}"
        if reply.status_code != statuses[member]:
            wrong.append(f"{where} gave {reply.status_code}, the table says {statuses[member]}")
        if member not in MAY_READ and CANARY in reply.text:
            wrong.append(f"{where} shows what is not theirs")
        if reply.status_code == 404 and "{" in path:
            gone = ask(client_of(matrix_town, member), method, path, nothing())
            if (gone.status_code, gone.data, gone.mimetype) != (404, reply.data, reply.mimetype):
                wrong.append(f"{where}: another answer than for what does not exist ({gone.status_code})")
    assert wrong == []


def test_looking_changes_nothing_but_the_log_of_looks(matrix_town):
    def written() -> list:
        tables = (ActionRow, ChangeRow, EntryRow, TallyRow, HeldRow, LinkRow, PhotoRow, Person, Device)
        with matrix_town.app_context():
            return [rows(table.__table__.select().order_by(*table.__table__.primary_key)) for table in tables]

    about = case(matrix_town, "")
    before = written()
    for member in ("worker1", "secretary1", "street1", "stranger"):
        client = client_of(matrix_town, member)
        for method, path, _ in lines():
            if method == "GET":
                ask(client, method, path, about)
    assert written() == before
