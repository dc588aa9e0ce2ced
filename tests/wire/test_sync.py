"""POST /sync, the change feed and /me as another client would meet them."""

import gzip
import json
from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.town import action, rows, signed_in
from tests.wire.client import DEVICE, answers, batch, said, send, stored
from webapp.routes.sync import MOST_ACTIONS, MOST_BYTES
from webapp.store import people
from webapp.store.database import writing
from webapp.store.tables import AccessRow, Device, Post

# --- the envelope


def test_an_answer_names_everything_that_the_wire_promises(worker):
    raw = action(photos=["a" * 64])
    reply = send(worker, raw).json
    assert reply.keys() == {"proto", "epoch", "server_time", "answers"}
    assert reply["server_time"] == NOON.isoformat()
    assert len(reply["epoch"]) == 16
    assert reply["answers"] == [
        {
            "id": raw["id"],
            "answer": "kept",
            "receipt": "G11:1",
            "number": "JC-261123-0001",
            "reason": None,
            "message": None,
            "missing": ["a" * 64],
        }
    ]


def test_the_epoch_stays_while_the_data_does(worker):
    assert send(worker, action()).json["epoch"] == send(worker, action()).json["epoch"]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (MOST_ACTIONS, 200), (MOST_ACTIONS + 1, 413)])
def test_a_batch_has_one_to_five_hundred_actions(worker, town, count, status):
    reply = send(worker, *(action() for _ in range(count)))
    assert (reply.status_code, reply.json["proto"]) == (status, "gridbook/1")
    assert stored(town) == (count if status == 200 else 0)


def test_a_phone_with_nothing_to_send_may_still_say_so(worker, town):
    assert send(worker, unsent=0, version="1.0").status_code == 200
    with town.app_context():
        [[device]] = rows(Device.__table__.select().with_only_columns(Device.__table__.c.version))
    assert device == "1.0"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"1",
        b"<html></html>",
        b"\xff\xfe\x00",
        b"\x00",
        b"{}" * 2,
        b'{"proto": "gridbook/1"}',
        b'{"proto": "gridbook/2", "device": "%s", "actions": []}' % DEVICE.encode(),
        b'{"proto": "gridbook/1", "device": "phone", "actions": []}',
        b'{"proto": "gridbook/1", "device": 7, "actions": []}',
        b'{"proto": "gridbook/1", "device": "%s", "actions": {}}' % DEVICE.encode(),
        b"[" * 100_000,
    ],
    ids=lambda data: repr(data[:50]),
)
def test_what_is_not_our_envelope_is_400_in_our_envelope(worker, town, data):
    reply = worker.post("/sync", data=data, content_type="application/json")
    assert (reply.status_code, reply.json["proto"]) == (400, "gridbook/1")
    assert reply.json["message"]
    assert stored(town) == 0


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_do_not_get_in(worker, town, number):
    text = json.dumps(batch(action(lat=0.5))).replace("0.5", number)
    reply = worker.post("/sync", data=text, content_type="application/json")
    assert reply.status_code == 400 or said(reply.json["answers"]) == ["malformed"]
    assert stored(town) == 0


def test_a_key_that_stands_twice_is_not_guessed_at(worker, town):
    text = json.dumps(batch(action(note="first"))).replace('"note": "first"', '"note": "first", "note": "second"')
    assert worker.post("/sync", data=text, content_type="application/json").status_code == 400
    assert stored(town) == 0


def test_more_than_a_megabyte_is_413(worker):
    reply = worker.post("/sync", data=b" " * (MOST_BYTES + 1), content_type="application/json")
    assert (reply.status_code, reply.json["proto"], reply.json["reason"]) == (413, "gridbook/1", "too_large")


def test_compressed_bodies_are_not_opened(worker):
    squeezed = gzip.compress(json.dumps(batch(action())).encode())
    reply = worker.post("/sync", data=squeezed, headers={"Content-Encoding": "gzip"}, content_type="application/json")
    assert reply.status_code == 400


def test_a_stranger_is_told_to_sign_in(town):
    for method, path in [
        ("POST", "/sync"),
        ("GET", "/sync/changes?scope=G11"),
        ("GET", "/me"),
        ("PUT", f"/photos/{'a' * 64}"),
        ("GET", "/roster/G11"),
    ]:
        reply = town.test_client().open(path, method=method, json=batch(action()) if method == "POST" else None)
        assert (reply.status_code, reply.json["proto"], reply.json["reason"]) == (401, "gridbook/1", "signed_out")
    assert stored(town) == 0


def test_one_bad_action_among_twenty_costs_only_itself(worker, town):
    raws = [action() for _ in range(20)]
    raws[7]["body"]["note"] = None
    found = answers(worker, *raws)
    assert said(found) == ["kept"] * 7 + ["malformed"] + ["kept"] * 12
    assert "note" in found[7]["message"]
    assert stored(town) == 19


@pytest.mark.parametrize(
    "poison",
    [
        {"n": 2**100},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"photos": ["a" * 64] * 12_000},
        {"body": {"kind": "visit", "area": "G11\x00", "happened_at": "2026-11-23T11:00:00Z", "note": "\ud800"}},
        {
            "body": {
                "kind": "visit",
                "area": "G11",
                "happened_at": "0999-11-23T11:00:00Z",
                "note": "x",
                "category": "\udfff",
                "place": "\ud800",
            }
        },
        {
            "body": {
                "kind": "visit",
                "area": "G11",
                "happened_at": "2026-11-23T11:00:00Z",
                "note": "x",
                "household": "\ud800",
                "topics": ["\ud800"],
            }
        },
        {"device": "\ud800", "heard": None, "facts": {"path": "S/"}, "hash": "x"},
        {"verb": "\ud800"},
        {"by": "\ud800"},
        {"id": "\ud800"},
        {"entry": "\x00"},
    ],
    ids=lambda poison: json.dumps(poison)[:60],
)
def test_nothing_in_one_action_stops_the_others_or_stays_in_the_feed(worker, town, poison):
    before, after = action(), action()
    found = answers(worker, before, action() | poison, after)
    assert (found[0]["answer"], found[2]["answer"]) == ("kept", "kept")
    assert found[1]["answer"] in {"kept", "refused"}
    page = worker.get("/sync/changes?scope=G11&after=0")
    assert page.status_code == 200
    assert {row["entry"] for row in page.json["rows"]} >= {before["entry"], after["entry"]}


@pytest.mark.parametrize("extra", [{"version": "\ud800" * 99}, {"version": {"a": 1}}, {"unsent": -1}, {"unsent": "many"}, {"unsent": 1e99}, {"new": [1]}])
def test_what_a_phone_says_of_itself_never_costs_a_record(worker, extra):
    assert said(send(worker, action(), **extra).json["answers"]) == ["kept"]


def test_refusals_are_written_into_the_access_log(worker, town):
    answers(worker, action(area="G21"))
    with town.app_context():
        assert [(row.username, row.what) for row in rows(AccessRow.__table__.select())] == [("worker1", "refused")]


# --- changes


def changes(client, scope="G11", after=0, hash=""):
    return client.get(f"/sync/changes?scope={scope}&after={after}&hash={hash}")


def test_a_phone_pulls_what_it_sent(worker):
    raws = [action(note="一"), action(kind="hazard", note="二")]
    answers(worker, *raws)
    page = changes(worker).json
    assert page.keys() == {"proto", "epoch", "scope", "rows", "next", "more", "server_time"}
    assert [(row["seq"], row["entry"], row["note"], row["stage"]) for row in page["rows"]] == [
        (1, raws[0]["entry"], "一", "waiting"),
        (2, raws[1]["entry"], "二", "waiting"),
    ]
    again = changes(worker, after=page["next"]["after"], hash=page["next"]["hash"]).json
    assert (again["rows"], again["next"], again["more"]) == ([], page["next"], False)


@pytest.mark.parametrize(
    ("after", "hash"), [(1, "x"), (1, ""), (2, "{}"), (99, "{}"), (-1, ""), ("x", ""), ("1e3", ""), ("٣", ""), (10**14, ""), ("9" * 40, "")]
)
def test_a_cursor_that_the_server_did_not_give_out_is_unknown(worker, after, hash):
    answers(worker, action())
    known = changes(worker).json["next"]["hash"]
    page = changes(worker, after=after, hash=hash.format(known)).json
    assert (page["proto"], page["cursor_unknown"]) == ("gridbook/1", True)


def test_a_restored_server_does_not_know_the_newer_cursor(worker, town, tmp_path):
    import shutil

    from tests.conftest import make_app

    answers(worker, action())
    shutil.copytree(town.config["SETTINGS"].data, tmp_path / "backup")
    answers(worker, action())
    newer = changes(worker).json["next"]
    restored = signed_in(make_app(tmp_path / "backup"), "worker1")
    assert changes(restored, after=newer["after"], hash=newer["hash"]).json["cursor_unknown"]
    answers(restored, action(note="另一件事"))
    assert changes(restored, after=newer["after"], hash=newer["hash"]).json["cursor_unknown"], "same number, other history"


def test_what_is_long_over_stays_at_the_desk(worker, town):
    visit, open_case = action(note="去年的走访"), action(kind="hazard", note="一直没办完")
    answers(worker, visit, open_case)
    seen = visit["id"]
    answers(signed_in(town, "secretary1"), action("approved", visit["entry"], by="secretary1", seen=seen))
    now = town.config["CLOCK"]()
    for days, gone in ((399, False), (402, True)):
        town.config["CLOCK"] = lambda days=days: now + timedelta(days=days)
        with town.app_context(), writing() as connection:  # whose posts may have ended by then
            connection.execute(Post.__table__.update().values(ends=None))
        rows = [row for row in changes(signed_in(town, "worker1")).json["rows"] if not row.get("later")]
        assert {row["entry"]: row.get("gone", False) for row in rows} == {visit["entry"]: gone, open_case["entry"]: False}


def test_an_entry_that_moves_away_is_gone_here_and_whole_there(town):
    secretary = signed_in(town, "secretary1")
    raw = action(by="secretary1")
    answers(secretary, raw, action("amended", raw["entry"], by="secretary1", area="G12", note="在二格"))
    here, there = changes(secretary, "G11").json["rows"], changes(secretary, "G12").json["rows"]
    assert [(row["seq"], row.get("gone")) for row in here] == [(1, True), (2, True)]
    assert "note" not in here[0]
    assert [(row["seq"], row["note"]) for row in there] == [(1, "在二格")]


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("worker1", "G12"),
        ("worker1", "C1"),
        ("worker1", "S"),
        ("worker3", "G11"),
        ("secretary1", "G21"),
        ("secretary2", "C1"),
        ("handler1", "G11"),
        ("street1", "G11"),
        ("admin1", "G11"),
        ("volunteer1", "G12"),
        ("worker1", ""),
        ("worker1", "G1"),
        ("worker1", "nowhere"),
    ],
)
def test_other_peoples_scopes_do_not_exist(town, name, scope):
    client = signed_in(town, name)
    for path in (f"/sync/changes?scope={scope}", f"/roster/{scope or 'x'}"):
        reply, nothing = client.get(path), client.get(path.replace(scope, "no-such-scope") if scope else path)
        assert reply.status_code == 404
        assert (reply.data, reply.mimetype) == (nothing.data, nothing.mimetype)


def test_a_volunteer_pulls_deliveries_only(town):
    worker, volunteer = signed_in(town, "worker1"), signed_in(town, "volunteer1")
    answers(worker, action(note="家事"), action(kind="delivery", note="送水"), action(kind="dispute", note="吵架"))
    page = changes(volunteer).json
    assert [row.get("note") for row in page["rows"]] == [None, "送水", None]
    assert [row["seq"] for row in page["rows"]] == [1, 2, 3]


def test_the_roster_shows_a_volunteer_neither_names_nor_telephones(town):
    mine = signed_in(town, "worker1").get("/roster/G11").json["households"]
    theirs = signed_in(town, "volunteer1").get("/roster/G11").json["households"]
    assert (mine[0]["name"], mine[0]["telephone"], mine[0]["tags"]) == ("住户1", "138****0001", ["aged"])
    assert theirs == [{"id": "home-11", "area": "U1", "room": "101", "name": "住**"}]


def test_a_post_elsewhere_does_not_open_the_names_here(town):
    """Whoever is a worker in one grid and a volunteer in another sees names in the first only."""
    from datetime import date

    from webapp.store.tables import Post

    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.insert(), [{"username": "volunteer1", "role": "worker", "area_code": "G12", "starts": date(2026, 1, 1)}])
    both = signed_in(town, "volunteer1")
    assert both.get("/roster/G12").json["households"][0]["name"] == "住户2"
    assert both.get("/roster/G11").json["households"][0]["name"] == "住**"


# --- /me and the telephone


def test_me_says_who_and_where(town):
    assert signed_in(town, "worker1").get("/me").json == {
        "proto": "gridbook/1",
        "username": "worker1",
        "name": "worker1的名字",
        "posts": [{"role": "worker", "area": "G11", "area_name": "辖区G11"}],
        "scopes": [{"code": "G11", "name": "辖区G11"}],
        "notices": 0,
        "jobs": 0,
    }
    assert [scope["code"] for scope in signed_in(town, "secretary1").get("/me").json["scopes"]] == ["C1", "G11", "G12"]
    assert signed_in(town, "street1").get("/me").json["scopes"] == []


def test_a_telephone_is_shown_to_the_own_worker_and_the_look_is_logged(town, worker):
    assert worker.post("/households/home-11/telephone").json["telephone"] == "13800000001"
    assert worker.post("/households/home-21/telephone").status_code == 404
    assert signed_in(town, "volunteer1").post("/households/home-11/telephone").status_code == 404
    with town.app_context():
        looks = [(row.username, row.household) for row in rows(AccessRow.__table__.select()) if row.what == "revealed"]
    assert looks == [("worker1", "home-11")]


@pytest.mark.parametrize("path", ["/roster/G21", "/sync/changes?scope=G21"])
def test_asking_for_a_foreign_grid_is_refused_and_logged(town, worker, path):
    assert worker.get(path).status_code == 404
    with town.app_context():
        tries = [row.username for row in rows(AccessRow.__table__.select()) if row.what == "refused" and "scope=G21" in row.detail]
    assert tries == ["worker1"]


def test_a_closed_account_is_out_at_once(town, worker):
    assert worker.get("/me").status_code == 200
    with town.app_context(), writing() as connection:
        connection.execute(people.Person.__table__.update().where(people.Person.username == "worker1").values(active=False))
    assert worker.get("/me").status_code == 401
    assert send(worker, action()).status_code == 401
