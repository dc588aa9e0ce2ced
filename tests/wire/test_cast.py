"""Everything that anybody may do, tried by everybody: each verb through POST /sync, and each route of the application.

Both tables are reviewed by hand: a change in them is a change of what people are allowed to do. A route that is missing fails.
"""

import hashlib
import io
import shutil
from datetime import date, timedelta
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from tests.conftest import NOON, make_app
from tests.town import CAST, COURT, action, rows, signed_in
from webapp.core import rules
from webapp.core.actions import VERBS
from webapp.routes.dispatch import signer
from webapp.store import duties, links, mail, pairs, papers, people, points, sessions
from webapp.store.database import writing
from webapp.store.tables import ActionRow, ChangeRow, Device, DutyRow, EntryRow, HeldRow, LinkRow, PairRow, Person, PhotoRow, Post, TallyRow

MEMBERS = [*CAST, "resident", "stranger"]  # the resident holds the link of the entry in question; neither has an account

# --- each verb by each member

ORDER = (
    "recorded amended noted approved returned declined withdrawn "
    "assigned signed handed_back extended suspended resumed supervised raised lowered flagged reviewed "
    "handled reworked closed followed_up graded reopened rated "
    "classified planned mediated agreed failed performed confirmed fed_back booked unbooked sat"
).split()
ANSWERS = {"k": "kept", "f": "forbidden", "n": "no_entry", "s": "self_approval", "t": "stale", "-": "signed_out"}
NOTHING = "ffnnnnn nnnnnnnnnnn nnnnnnn nnnnnnnn nnn"  # not even that it exists
ELSEWHERE = {name: NOTHING for name in CAST} | {"resident": "-" * len(ORDER), "stranger": "-" * len(ORDER)}
TABLE = {
    # (kind, grid, author) rec ame not app ret dec wit | ass sig bac ext sus res sup rai low fla rev | han rew clo fol gra reo rat |
    # cla pla med agr fai per con fed | boo unb sat
    ("hazard", "G11", "worker1"): {
        "worker1":    "kkkfffk fffffffffff kffkfff fffffkff fff",
        "secretary1": "kfkkkkf kffkkkkkkkk kkkkkkf fffffkkf ttk",
        "street1":    "kffffff kffkkkkkkkk fkfffff ffffffff fff",
        "handler1":   "ffnnnnn nkknnnnnnnn nnnnfnn nnnnnnnn nnn",  # sees it once it was given to his unit
    },
    ("visit", "G11", "secretary1"): {
        "worker1":    "kfkffff fffffffffff kffkfff fffffkff fff",
        "secretary1": "kkkskkk tfftttttttk kttktkf fffffkkf ttk",
        "street1":    "fffkkkf tfftttttttk ftfffff ffffffff fff",  # C1 has one secretary, and she wrote it
    },
    ("dispute", "G11", "worker1"): {
        "worker1":    "kkkfffk fffffffffff kffkfff fffffkff fff",
        "secretary1": "kfkkkkf kffkkkkkkkk ktkkkkf fffffkkf kkk",
        "mediator1":  "kfkffff fkkffffffff kffffff kkkkkkkk kkk",
        "street1":    "fffffff kffkkkkkkkk ftfffff ffffffff fff",
    },
    ("delivery", "G11", "worker1"): {
        "worker1":    "kkkfffk fffffffffff kffkfff fffffkff fff",
        "secretary1": "kfkkkkf tfftttttttk kttktkf fffffkkf ttk",
        "volunteer1": "kfkffff fffffffffff kffffff ffffffff fff",
        "street1":    "fffffff tfftttttttk ftfffff ffffffff fff",
    },
    ("dispute", "G12", "mediator1"): {
        "worker2":    "kfkffff fffffffffff kffkfff fffffkff fff",
        "secretary1": "kfkkkkf kffkkkkkkkk ktkkkkf fffffkkf kkk",
        "mediator1":  "kkkfffk fkkffffffff kffffff kkkkkkkk kkk",
        "street1":    "fffffff kffkkkkkkkk ftfffff ffffffff fff",
    },
    ("request", "G21", "worker3"): {
        "worker3":    "kkkfffk fffffffffff kffkfff fffffkff fff",
        "secretary2": "kfkkkkf kffkkkkkkkk kkkkkkf fffffkkf ttk",
        "street1":    "kffffff kffkkkkkkkk fkfffff ffffffff fff",
        "handler1":   "ffnnnnn nkknnnnnnnn nnnnfnn nnnnnnnn nnn",
    },
}  # fmt: skip
"""(kind, grid, author) of the entry -> member -> the answer to each verb of ORDER, at a stage where it makes sense. Others: ELSEWHERE."""

GIVEN = {
    "worker1":    "kkkffft fffffffffff kffkfff fffffkff fff",
    "secretary1": "kfktttf kffkktkktkk ktkktkf fffffkkf ttk",
    "street1":    "fffffff kffkktkktkk ftfffff ffffffff fff",
    "handler1":   "ffkffff fkkffffffff kffffff ffffffff fff",
}  # fmt: skip
"""The same for a hazard of worker1's in G11 that is with handler1's unit and not signed for yet."""

CATEGORIES = {"hazard": "H0101", "dispute": "D0102", "request": "R0206", "delivery": "L0101", "visit": "V0101"}
GIVE = ["approved", "assigned"]
MEDIATION = [*GIVE, "signed", "classified", "planned", "mediated", "agreed", "fed_back", "followed_up", "closed"]
ROADS = {
    "record": {verb: ["approved"] for verb in ORDER[7:]},
    "case": dict.fromkeys(("assigned", "extended", "suspended", "supervised", "raised", "flagged", "handled", "closed"), ["approved"])
    | dict.fromkeys(("signed", "handed_back"), GIVE)
    | {"lowered": ["approved", "raised"], "resumed": ["approved", "suspended"], "reviewed": ["approved", "flagged"]}
    | {"reworked": ["approved", "handled"], "graded": [*GIVE, "closed"]}
    | dict.fromkeys(("followed_up", "reopened", "rated"), ["approved", "closed"]),
    "dispute": dict.fromkeys(("assigned", "extended", "suspended", "supervised", "raised", "flagged", "handled"), ["approved"])
    | dict.fromkeys(("signed", "handed_back"), GIVE)
    | {"lowered": ["approved", "raised"], "resumed": ["approved", "suspended"], "reviewed": ["approved", "flagged"], "reworked": ["approved"]}
    | {verb: MEDIATION[: MEDIATION.index(verb)] for verb in MEDIATION[3:]}
    | {"failed": MEDIATION[:6]}
    | dict.fromkeys(("performed", "confirmed"), MEDIATION[:7])
    | {"booked": GIVE} | dict.fromkeys(("unbooked", "sat"), [*GIVE, "booked"])
    | dict.fromkeys(("graded", "reopened", "rated"), MEDIATION),
}
"""road -> verb -> what has to happen before it makes sense."""


def ledger(town, *raws: dict) -> str:
    """Put one author's actions into the log whoever may, in one batch; gives the last one's id."""
    letter = mail.Letter(list(raws), raws[0]["by"], rules.allow_ledger)
    answers = mail.post(letter, NOON, town.config["SETTINGS"].timezone)
    assert {answer.answer for answer in answers} == {"kept"}, answers
    return raws[-1]["id"]


def prepared(town, kind: str, grid: str, author: str, verb: str, steps: list | None = None, **content) -> tuple[str, str]:
    """A new entry at the stage where `verb` makes sense, or after these steps: its id and that of its last action."""
    road = "dispute" if kind == "dispute" else "record" if kind in {"visit", "delivery"} else "case"
    with town.app_context():
        raws = [action(by=author, kind=kind, area=grid, category=CATEGORIES[kind], **content)]
        for step in ROADS[road].get(verb, []) if steps is None else steps:
            about = {"task": 1} if step in {"signed", "handed_back"} else {}
            about |= {"to": [{"person": "mediator1"}]} if (step, kind) == ("assigned", "dispute") else {}
            raws.append(action(step, raws[0]["entry"], by="somebody", seen=raws[-1]["id"], **about))
        last = ledger(town, raws[0])
        return raws[0]["entry"], ledger(town, *raws[1:]) if raws[1:] else last


def attempt(client, member: str, verb: str, kind: str, grid: str, entry: str, last: str) -> dict:
    """What the wire answers, without the id."""
    content = {"kind": kind, "area": grid} if verb in {"recorded", "amended"} else {"task": 1} if verb in {"signed", "handed_back"} else {}
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
        expected = TABLE[about].get(member, ELSEWHERE[member]).replace(" ", "")
        for verb, sign in zip(ORDER, expected, strict=True):
            entry, last = (str(uuid4()), str(uuid4())) if verb == "recorded" else prepared(town, kind, grid, author, verb)
            found = attempt(client, member, verb, kind, grid, entry, last)
            if (found["reason"] or found["answer"]) != ANSWERS[sign]:
                wrong.append(f"{member} {verb}: {found['reason'] or found['answer']}, the table says {ANSWERS[sign]}")
            if member not in TABLE[about] and verb != "recorded":
                nothing = attempt(client, member, verb, kind, grid, str(uuid4()), str(uuid4()))
                if found != nothing:
                    wrong.append(f"{member} {verb}: {found} differs from {nothing} for what does not exist")
    assert wrong == []


@pytest.mark.parametrize("member", GIVEN)
def test_each_verb_about_a_case_that_was_given_to_a_unit(town, member):
    wrong = []
    for verb, sign in zip(ORDER[1:], GIVEN[member].replace(" ", "")[1:], strict=True):
        entry, last = prepared(town, "hazard", "G11", "worker1", verb, GIVE)
        found = attempt(client_of(town, member), member, verb, "hazard", "G11", entry, last)
        if (found["reason"] or found["answer"]) != ANSWERS[sign]:
            wrong.append(f"{verb}: {found['reason'] or found['answer']}, the table says {ANSWERS[sign]}")
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


@pytest.mark.parametrize("member", ["worker1", "secretary1", "street1", "mediator1"])
def test_for_the_account_of_a_party_there_is_no_such_dispute(town, member):
    """From the first moment, whatever the verb, and though he may have written it down himself."""
    wrong = []
    for verb in ORDER[1:]:
        entry, last = prepared(town, "dispute", "G11", "worker1", verb, ["approved"] if verb == "reviewed" else None, parties=f"{member}的名字")
        client = client_of(town, member)
        found = attempt(client, member, verb, "dispute", "G11", entry, last)
        if found != attempt(client, member, verb, "dispute", "G11", str(uuid4()), str(uuid4())) or found["answer"] != "refused":
            wrong.append(f"{verb}: {found}")
    assert wrong == []


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
POST /desk/approvals/check                   404 404 404     200  404     404      404       404    200   404      302      302
POST /desk/approvals                         404 404 404     200  404     404      404       404    200   404      302      302

GET  /desk/more                              404 404 404     200  200     404      404       404    200   404      302      302
POST /desk/entries/{entry}/dispatch          404 404 404     303  404     404      404       404    303   404      302      302
POST /desk/entries/{entry}/road              404 404 404     303  404     404      404       404    303   404      302      302
POST /desk/entries/{entry}/tasks/1/link      404 404 404     200  404     404      404       404    200   404      302      302
GET  /jobs                                   200 200 200     200  200     200      200       200    200   200      302      302
GET  /jobs/{entry}/1                         404 404 404     404  404     200      404       404    404   404      302      302
POST /jobs/{entry}/1/actions                 404 404 404     404  404     303      404       404    404   404      302      302
GET  /j/{handed}                             404 404 404     404  404     200      404       404    404   404      404      404
POST /j/{handed}/actions                     404 404 404     404  404     303      404       404    404   404      404      404
GET  /j/{handed}/photos/{photo}              404 404 404     404  404     200      404       404    404   404      404      404
GET  /j/{handed}/photos/{photo}/thumb        404 404 404     404  404     200      404       404    404   404      404      404

GET  /chain                                  404 404 404     404  404     404      404       404    404   404      302      302
GET  /chain/{entry}                          404 404 404     404  404     404      404       404    404   404      302      302
POST /chain/{entry}/remarks                  404 404 404     404  404     404      404       404    404   404      302      302
GET  /notices                                200 200 200     200  200     200      200       200    200   200      302      302
POST /notices/seen                           303 303 303     303  303     303      303       303    303   303      302      302
GET  /whistles                               404 404 404     200  200     200      404       404    200   404      302      302
GET  /hotline                                404 404 404     200  200     404      404       404    200   404      302      302
GET  /hotline.csv                            404 404 404     200  200     404      404       404    200   404      302      302
GET  /hotline/import                         404 404 404     404  404     404      404       404    404   200      302      302
POST /hotline/import                         404 404 404     404  404     404      404       404    404   422      302      302
POST /hotline/import/columns                 404 404 404     404  404     404      404       404    404   303      302      302
GET  /whistles.csv                           404 404 404     200  200     200      404       404    200   404      302      302
POST /desk/entries/{entry}/follow-up         404 404 404     303  404     404      404       404    404   404      302      302
POST /desk/entries/{entry}/grade             404 404 404     400  404     404      404       404    404   404      302      302
POST /desk/entries/{entry}/reply             404 404 404     400  404     404      404       404    404   404      302      302

GET  /figures?area={area}                    200 404 404     200  404     404      404       404    200   200      302      302
GET  /figures/lines?area={area}              200 404 404     200  404     404      404       404    200   200      302      302
GET  /figures.csv?area={area}                200 404 404     200  404     404      404       404    200   200      302      302
GET  /posters                                200 200 200     200  200     404      404       404    200   200      302      302
GET  /posters/{area}                         200 404 404     200  404     404      404       404    200   200      302      302

GET  /town/calendar                          404 404 404     404  404     404      404       404    200   200      302      302
POST /town/calendar/days                     404 404 404     404  404     404      404       404    303   303      302      302
POST /town/calendar/known                    404 404 404     404  404     404      404       404    303   303      302      302
POST /town/calendar/notice                   404 404 404     404  404     404      404       404    422   422      302      302
POST /town/calendar/hours                    404 404 404     404  404     404      404       404    303   303      302      302
GET  /town/categories                        404 404 404     404  404     404      404       404    404   200      302      302
POST /town/categories                        404 404 404     404  404     404      404       404    404   303      302      302
POST /town/categories/H0101                  404 404 404     404  404     404      404       404    404   303      302      302
GET  /town/units                             404 404 404     404  404     404      404       404    404   200      302      302
POST /town/units                             404 404 404     404  404     404      404       404    404   303      302      302
POST /town/units/wuye                        404 404 404     404  404     404      404       404    404   303      302      302
POST /town/units/wuye/state                  404 404 404     404  404     404      404       404    404   303      302      302
GET  /town/follow-up                         404 404 404     404  404     404      404       404    404   200      302      302
POST /town/follow-up                         404 404 404     404  404     404      404       404    404   303      302      302
POST /town/climb                             404 404 404     404  404     404      404       404    404   303      302      302
GET  /town/limits                            404 404 404     404  404     404      404       404    404   200      302      302
POST /town/limits                            404 404 404     404  404     404      404       404    404   303      302      302

GET  /grids                                  200 200 200     200  200     404      404       404    200   404      302      302
GET  /grids/{area}                           200 404 404     200  404     404      404       404    200   404      302      302
GET  /grids/{area}/lists                     200 404 404     200  404     404      404       404    200   404      302      302
GET  /grids/{area}/patrols                   200 404 404     200  404     404      404       404    200   404      302      302

GET  /regrid                                 404 404 404     404  404     404      404       404    404   200      302      302
GET  /regrid/C1                              404 404 404     404  404     404      404       404    404   200      302      302
GET  /regrid/C1/drawing?op=rename&grid=G11   404 404 404     404  404     404      404       404    404   200      302      302
POST /regrid/C1/workers                      404 404 404     404  404     404      404       404    404   200      302      302
POST /regrid/C1/preview                      404 404 404     404  404     404      404       404    404   200      302      302
POST /regrid/C1/plans                        404 404 404     404  404     404      404       404    404   422      302      302
GET  /regrid/plans/{entry}                   404 404 404     404  404     404      404       404    404   404      302      302
POST /regrid/plans/{entry}/cancellation      404 404 404     404  404     404      404       404    404   404      302      302
POST /regrid/due                             404 404 404     404  404     404      404       404    404   303      302      302

GET  /duties?area={area}                     404 404 404     200  404     404      404       404    200   200      302      302
GET  /duties.csv?area={area}                 404 404 404     200  404     404      404       404    200   200      302      302
GET  /duties/homes/{home}                    404 404 404     200  404     404      404       404    200   404      302      302
GET  /duties/contacts?area={area}            404 404 404     200  404     404      404       404    200   200      302      302
POST /duties/contacts                        404 404 404     404  404     404      404       404    303   303      302      302
GET  /contacts                               404 404 404     200  200     404      404       404    200   404      302      302
POST /contacts                               404 404 404     422  422     404      404       404    404   404      302      302
POST /contacts/every                         404 404 404     404  404     404      404       404    303   404      302      302
GET  /pairs?area={area}                      404 404 404     200  404     404      404       404    200   404      302      302
GET  /pairs.csv?area={area}                  404 404 404     200  404     404      404       404    200   404      302      302
POST /pairs                                  404 404 404     303  404     404      404       404    404   404      302      302
POST /pairs/{pair}/end                       404 404 404     303  404     404      404       404    404   404      302      302
GET  /duties/sheet?area={area}               404 404 404     200  404     404      404       404    200   200      302      302
POST /duties/sheet                           404 404 404     303  404     404      404       404    303   303      302      302
POST /duties/sheet/{duty}/end                404 404 404     303  404     404      404       404    303   303      302      302
GET  /posts?area={area}                      404 404 404     200  404     404      404       404    404   200      302      302
POST /posts                                  404 404 404     303  404     404      404       404    404   303      302      302
POST /posts/{post}/end                       404 404 404     303  404     404      404       404    404   303      302      302
GET  /handover                               404 404 404     200  200     404      404       404    404   200      302      302
GET  /handover/{leaver}                      404 404 404     200  404     404      404       404    404   200      302      302
POST /handover/{leaver}                      404 404 404     303  404     404      404       404    404   303      302      302
POST /handover/{leaver}/closing              404 404 404     422  404     404      404       404    404   422      302      302
GET  /base?area={area}                       404 404 404     200  404     404      404       404    200   200      302      302
GET  /base.csv?area={area}                   404 404 404     200  404     404      404       404    200   200      302      302
POST /base                                   404 404 404     303  404     404      404       404    303   303      302      302
GET  /papers?area={area}                     404 404 404     200  404     404      404       404    404   200      302      302
POST /papers                                 404 404 404     303  404     404      404       404    404   303      302      302
POST /papers/{paper}/removal                 404 404 404     303  404     404      404       404    404   303      302      302
GET  /recite                                 200 200 200     200  200     200      200       200    200   200      200      200
GET  /recite.json                            200 200 200     200  200     200      200       200    200   200      401      401
GET  /week.json                              200 200 200     200  200     404      200       200    404   404      401      401
GET  /spot                                   404 404 404     404  404     404      404       404    404   404      302      302
POST /spot                                   404 404 404     404  404     404      404       404    404   404      302      302

GET  /disputes                               404 404 404     200  200     404      200       404    200   404      302      302
GET  /disputes.csv                           404 404 404     200  200     404      200       404    404   404      302      302
GET  /disputes/trend                         404 404 404     200  200     404      200       404    200   404      302      302
GET  /disputes/mediators                     404 404 404     200  200     404      200       404    200   404      302      302
GET  /disputes/mediators/mediator1           404 404 404     200  404     404      200       404    200   404      302      302
GET  /disputes/reviewers/nobody          404 404 404     404  404     404      404       404    404   404      302      302
GET  /disputes/studios/court                 404 404 404     404  404     404      404       404    404   404      302      302
POST /disputes/mediators/mediator1           404 404 404     303  404     404      303       404    404   404      302      302
GET  /disputes/receptions                    404 404 404     200  200     404      200       404    404   404      302      302
GET  /disputes/studios                       404 404 404     200  200     404      200       404    404   404      302      302
POST /disputes/receptions                    404 404 404     303  422     404      303       404    404   404      302      302
GET  /disputes/courts                        404 404 404     200  200     404      200       404    200   404      302      302
GET  /disputes/courts/held                   404 404 404     200  200     404      200       404    200   404      302      302
POST /disputes/courts                        404 404 404     303  400     404      404       404    303   404      302      302
POST /disputes/courts/{court}                404 404 404     404  404     404      404       404    303   404      302      302
POST /disputes/{entry}/court                 404 404 404     404  404     404      404       404    404   404      302      302
POST /disputes/{entry}/court/room            404 404 404     404  404     404      404       404    404   404      302      302
GET  /disputes/{entry}                       404 404 404     404  404     404      404       404    404   404      302      302
POST /disputes/{entry}/steps                 404 404 404     404  404     404      404       404    404   404      302      302
GET  /disputes/{entry}/plan.docx             404 404 404     404  404     404      404       404    404   404      302      302
GET  /disputes/{entry}/file.docx             404 404 404     404  404     404      404       404    404   404      302      302

GET  /stubborn                               404 404 404     200  200     404      200       404    200   404      302      302
POST /stubborn/{entry}                       404 404 404     303  404     404      404       404    303   404      302      302
POST /stubborn/{entry}/reviews               404 404 404     303  404     404      404       404    303   404      302      302

GET  /sessions                               404 404 404     200  200     404      404       404    200   404      302      302
GET  /sessions?area={area}                   404 404 404     200  404     404      404       404    200   404      302      302
GET  /sessions/list?area={area}              404 404 404     200  404     404      404       404    200   404      302      302
POST /sessions/series                        404 404 404     303  404     404      404       404    303   404      302      302
POST /sessions/series/{series}/end           404 404 404     303  404     404      404       404    303   404      302      302
GET  /sessions/series/{series}/read          404 404 404     200  404     404      404       404    200   404      302      302
GET  /sessions/series/{series}/agenda?day=2026-12-10 404 404 404     200  404     404      404       404    200   404      302      302
POST /sessions/series/{series}/agenda?day=2026-12-10 404 404 404     303  404     404      404       404    303   404      302      302
GET  /sessions/points                        404 404 404     200  200     404      404       404    200   404      302      302
GET  /sessions/points?area={area}            404 404 404     200  404     404      404       404    200   404      302      302
POST /sessions/points                        404 404 404     303  404     404      404       404    303   404      302      302
POST /sessions/points/{point}                404 404 404     303  404     404      404       404    303   404      302      302
POST /sessions                               404 404 404     303  404     404      404       404    303   404      302      302
GET  /sessions/{session}                     404 404 404     200  404     404      404       404    200   404      302      302
GET  /sessions/{session}/minutes             404 404 404     200  404     404      404       404    200   404      302      302
POST /sessions/{session}                     404 404 404     303  404     404      404       404    404   404      302      302
POST /sessions/{session}/said                404 404 404     303  404     404      404       404    303   404      302      302
POST /sessions/{session}/agenda              404 404 404     303  404     404      404       404    404   404      302      302
POST /sessions/{session}/decisions           404 404 404     303  404     404      404       404    404   404      302      302
POST /sessions/{session}/withdrawal          404 404 404     303  404     404      404       404    404   404      302      302

GET  /report/{area}                          200 200 200     200  200     200      200       200    200   200      200      200
POST /report/{area}                          303 303 303     303  303     303      303       303    303   303      303      303
GET  /report/{area}/qr.svg                   200 200 200     200  200     200      200       200    200   200      200      200
GET  /s/{token}                              404 404 404     404  404     404      404       404    404   404      200      404
POST /s/{token}/rating                       404 404 404     404  404     404      404       404    404   404      303      404
POST /s/{token}/reopening                    404 404 404     404  404     404      404       404    404   404      303      404
"""
POINT = {"name": "社区共享法庭", "court": "区法院", "starts": "2026-04-28", "link": "https://video.example/1"}
POINT |= {"weekday": "1", "opens": "14:00", "closes": "17:00"}
SERVICE = {"name": "东门门房", "kind": "gatehouse", "weekday": "1", "opens": "08:30", "closes": "17:30"}
FORMS = {
    "/desk/entries/{entry}/actions": {"verb": "closed", "words": "已处理", "seen": "{last}"},
    "/desk/entries/{entry}/dispatch": {"to": "unit:wuye", "seen": "{last}"},
    "/desk/entries/{entry}/road": {"verb": "supervised", "words": "今天回复", "seen": "{last}"},
    "/jobs/{entry}/1/actions": {"verb": "signed"},
    "/j/{handed}/actions": {"verb": "signed"},
    "/desk/entries/{entry}/follow-up": {"solved": "1", "seen": "{last}"},
    "/desk/approvals": {"pick": "{entry}:{last}"},
    "/desk/approvals/check": {"pick": "{entry}:{last}"},
    "/town/calendar/days": {"day": "2026-12-24:0"},
    "/town/calendar/known": {"year": "2027", "known": "1"},
    "/town/calendar/notice": {"year": "2027"},
    "/hotline/import": {"area": "S"},
    "/hotline/import/columns": {"shipped": "1"},
    "/town/categories/H0101": {"amount": "1", "clock": "natural_days", "way": "spot"},
    "/town/units": {"name": "新单位", "kind": "partner", "area": "S"},
    "/town/units/wuye": {"name": "单位wuye", "kind": "property", "area": "C1"},
    "/town/units/wuye/state": {"active": "1"},
    "/town/calendar/hours": {"opens": "08:00", "closes": "12:00"},
    "/town/climb": {"amount": "2", "clock": "working_days"},
    "/town/categories": {"kind": "hazard", "group": "环境卫生", "label": "垃圾满溢", "clock": "working_hours"},
    "/town/limits": {"preset": "gulou"},
    "/town/follow-up": {"share": "20", "amount": "7", "clock": "natural_days"},
    "/regrid/C1/workers": {"op": "rename", "old": "G11", "name": "新名"},
    "/regrid/C1/preview": {"op": "rename", "old": "G11", "name": "新名"},
    "/regrid/C1/plans": {"op": "rename", "old": "G11", "name": "新名", "effective": "2020-01-01"},
    "/duties/contacts": {"area": "{area}", "number": "7"},
    "/pairs": {"household": "{home}", "what": "party", "person": "volunteer1"},
    "/contacts/every": {"role": "contact", "days": "20"},
    "/duties/sheet": {"area": "{area}", "who": "worker1", "what": "门房", "weekdays": "0", "opens": "08:00", "closes": "12:00"},
    "/posts": {"area": "{area}", "role": "micro_member", "person": "volunteer1"},
    "/handover/{leaver}": {"all": "worker1"},
    "/base": {"area": "{area}", "name": "size", "number": "8.75", "source": "年报"},
    "/papers": {"area": "{area}", "part": "policy", "title": "低保", "words": "怎么办"},
    "/disputes/receptions": {"area": "C1", "note": "来问事情", "people": "2"},
    "/sessions/series": {"area": "{area}", "form": "station", "name": "民情站", "weekday": "4", "opens": "09:00", "closes": "11:00", "role": "secretary"},
    "/sessions": {"series": "{series}"},
    "/sessions/points": {"area": "{area}"} | SERVICE,
    "/sessions/points/{point}": SERVICE,
    "/sessions/{session}": {"people": "7"},
    "/sessions/{session}/said": {"what": "request:R0206", "words": "路灯不亮"},
    "/sessions/{session}/decisions": {"case": "{entry}", "words": "周五前办好"},
    "/disputes/courts": {"area": "C1", "minutes": "30"} | POINT,
    "/disputes/courts/{court}": {"area": "S", "minutes": "30"} | POINT,
    "/stubborn/{entry}": {"lead": "street1", "why": "三年没有谈成", "seen": "{last}"},
    "/stubborn/{entry}/reviews": {"day": "2026-11-20", "note": "街道牵头再谈"},
    "/report/{area}": {"form": "1", "note": "路灯不亮"},
    "/s/{token}/rating": {"score": "satisfied"},
    "/s/{token}/reopening": {"reason": "又坏了"},
}
STAGE = {
    "/desk/entries/{entry}/follow-up": "rated",
    "/desk/entries/{entry}/actions": "closed",
    "/s/{token}/rating": "rated",
    "/s/{token}/reopening": "rated",
    "/desk/entries/{entry}/dispatch": "assigned",
    "/desk/entries/{entry}/road": "supervised",
    "/stubborn/{entry}": "flagged",
    "/stubborn/{entry}/reviews": "reviewed",
}
"""path -> the verb for which the entry is made ready; else it waits, or is with handler1's unit."""
HANDED = ("/desk/entries/{entry}/tasks", "/jobs", "/j/")
"""What concerns a task of handler1's unit; the link in {handed} is known to handler1 only."""

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
    for sha, data in ((PHOTO, PICTURE), (HANDED_PHOTO, HANDED_PICTURE)):
        assert signed_in(town, "worker1").put(f"/photos/{sha}", data=data).status_code == 201
    return town


def a_picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


PICTURE, HANDED_PICTURE = a_picture("red"), a_picture("blue")
PHOTO, HANDED_PHOTO = (hashlib.sha256(data).hexdigest() for data in (PICTURE, HANDED_PICTURE))


def case(town, path: str) -> dict[str, str]:
    """A hazard of worker1's in G11 for one line of the table, and everything by which one may ask for it."""
    given = path.startswith(HANDED)
    photo = HANDED_PHOTO if given or path.endswith("/dispatch") else PHOTO
    content = {"household": "home-11", "note": CANARY, "photos": [photo]}
    entry, last = prepared(town, "hazard", "G11", "worker1", STAGE.get(path, ""), GIVE if given else None, **content)
    with town.app_context(), writing() as connection:
        token = links.add(connection, entry, NOON)
        handed = signer().sign(uuid4().hex).decode()
        if given:
            links.hand_out(connection, handed, entry, 1, "wuye", NOON, NOON + timedelta(days=30))
        asked = not path or any(name in path for name in ("{leaver}", "{post}", "{duty}", "{paper}", "{pair}"))
        responsible = _responsible(connection) if asked else {}
    if not path or path.startswith("/sessions"):
        responsible |= _session(town, entry)
    return responsible | {
        "entry": entry,
        "last": last,
        "token": token,
        "handed": handed,
        "area": "G11",
        "court": COURT,
        "home": "home-11",
        "photo": photo,
        "canary": CANARY[:6],
        "nobody": "x" * 24,
    }


def _responsible(connection) -> dict[str, str]:
    """Somebody new who holds a post in G11 and has a duty there, and a paper of it."""
    leaver, paper, since = f"leaver-{uuid4().hex[:8]}", str(uuid4()), date(2026, 1, 1)
    people.add(connection, leaver, "要走的人")
    people.add_post(connection, leaver, role="group_leader", area="G11", starts=since, ends=None)
    line = {"unit": None, "area_code": "G11", "what": "门房", "weekdays": [0], "opens": "08:00", "closes": "12:00", "on_call": False}
    duties.add_duty(connection, username=leaver, starts=since, ends=None, **line)
    papers.keep(connection, paper, area_code="G11", part="policy", roles=[], title="低保", words="怎么办", rank=0)
    pairs.add(connection, leaver, ["home-11"], "party", since)
    newest = {name: connection.scalar(select(func.max(table.id))) for name, table in (("post", Post), ("duty", DutyRow), ("pair", PairRow))}
    return {"leaver": leaver, "paper": paper} | {name: str(id) for name, id in newest.items()}


def _session(town, entry: str) -> dict[str, str]:
    """A service point and a series of C1, and a meeting that secretary1 wrote down, with this case on its agenda."""
    row = {"id": str(uuid4()), "area_code": "C1", "form": "joint", "name": "联席会", "weekday": None, "nth": 0, "opens": "09:00", "closes": "11:00"}
    at, door = str(uuid4()), {name: SERVICE[name] for name in ("name", "kind", "opens", "closes")}
    with town.app_context():
        with writing() as connection:
            points.keep(connection, at, area_code="C1", place="", starts=date(2026, 1, 1), ends=None, weekdays=[1], **door)
            sessions.keep(connection, row | {"place": "", "role": "secretary", "starts": date(2026, 1, 1), "ends": None})
        raw = action(by="secretary1", kind="session", area="C1", series=row["id"], agenda=[{"case": entry}])
        ledger(town, raw)
    return {"series": row["id"], "session": raw["entry"], "point": at}


def nothing() -> dict[str, str]:
    """The same of what does not exist."""
    return {
        "leaver": "nobody",
        "paper": str(uuid4()),
        "post": "999999",
        "duty": "999999",
        "pair": "999999",
        "series": str(uuid4()),
        "session": str(uuid4()),
        "point": str(uuid4()),
        "entry": str(uuid4()),
        "last": str(uuid4()),
        "token": "x" * 36,
        "handed": "x" * 32,
        "area": "G99",
        "court": str(uuid4()),
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
        if member != "handler1":
            about["handed"] = nothing()["handed"]
        reply = ask(client_of(matrix_town, member), method, path, about)
        where = f"{member}: {method} {path}"
        if reply.status_code != statuses[member]:
            wrong.append(f"{where} gave {reply.status_code}, the table says {statuses[member]}")
        if member not in MAY_READ and CANARY.encode() in reply.data and (member, path.startswith(HANDED)) != ("handler1", True):
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
