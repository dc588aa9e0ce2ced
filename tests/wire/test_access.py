"""The doors: signing in and out, requests from other sites, and the headers of every answer."""

import statistics
import time
from datetime import timedelta

import pytest

from tests.conftest import NOON, PASSWORD, make_app
from tests.shared import RECOMMENDED
from tests.town import action, signed_in
from tests.wire.test_cast import ask, client_of, lines, nothing
from webapp.store import people
from webapp.store.database import writing

FORM = {"username": "worker1", "password": PASSWORD, "next": "/"}


@pytest.fixture
def stranger(town):
    return town.test_client()


def change(town, name: str, **values) -> None:
    with town.app_context(), writing() as connection:
        connection.execute(people.Person.__table__.update().where(people.Person.username == name).values(**values))


# --- signing in


def test_the_right_password_opens_and_the_cookie_is_ours_alone(stranger):
    reply = stranger.post("/login", data=FORM)
    assert (reply.status_code, reply.location) == (303, "/")
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie
    assert stranger.get("/me").json["username"] == "worker1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"password": ""},
        {"password": PASSWORD + " "},
        {"username": "nobody"},
        {"username": ""},
        {"username": "WORKER1"},
        {"username": "worker1\x00"},
        {"username": "x" * 100_000},
        {"password": "x" * 100_000},
        {"username": "' OR 1=1 --"},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_whatever_is_wrong_gets_the_same_page(stranger, wrong):
    reply, usual = stranger.post("/login", data=FORM | wrong), stranger.post("/login", data=FORM | {"password": "wrong"})
    assert reply.status_code == usual.status_code == 422
    typed = (FORM | wrong)["username"].strip()
    if typed and typed == typed.strip("\x00") and "'" not in typed:
        assert reply.text.replace(typed, "worker1") == usual.text
    assert stranger.get("/me").status_code == 401


def test_an_account_that_is_closed_or_not_yet_active_answers_like_none(town, stranger):
    usual = stranger.post("/login", data=FORM | {"password": "wrong"}).text
    change(town, "worker1", active=False)
    assert stranger.post("/login", data=FORM).text == usual
    change(town, "worker1", active=True, password=None)
    for password in (PASSWORD, ""):
        assert stranger.post("/login", data=FORM | {"password": password}).text == usual


def test_passwords_are_kept_as_the_library_recommends():
    assert RECOMMENDED.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_name_that_does_not_exist_costs_as_much_time_as_one_that_does(town, stranger, monkeypatch):
    monkeypatch.setattr(people, "hasher", RECOMMENDED)
    with town.app_context(), writing() as connection:
        people.set_password(connection, "worker1", PASSWORD)

    def cost(name: str) -> float:
        begun = time.process_time()  # of this thread's work, whatever else the machine does
        stranger.post("/login", data=FORM | {"username": name, "password": "wrong"})
        return time.process_time() - begun

    pairs = [(cost("worker1"), cost("nobody")) for _ in range(5)]
    known, unknown = (statistics.median(costs) for costs in zip(*pairs, strict=True))
    assert 0.7 < known / unknown < 1.4, (known, unknown)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "evil.example",
        "https:/evil.example",
        "/%0d%0aSet-Cookie: x=1\r\nX: y",
        "",
        " //evil.example",
        "@evil.example",
    ],
)
def test_the_way_back_leads_nowhere_else(town, target):
    for reply in (
        town.test_client().post("/login", data=FORM | {"next": target}),
        signed_in(town, "worker1").get("/login", query_string={"next": target}),
    ):
        assert reply.status_code in {302, 303}
        assert reply.location.startswith("/") and not reply.location.startswith(("//", "/\\"))
        assert "evil" not in reply.location or reply.location.startswith("/%0d")
        assert "X" not in reply.headers


def test_the_way_back_leads_where_one_was_going(stranger):
    sent = stranger.get("/desk/entries?list=late&kind=hazard")
    assert sent.status_code == 302
    page = stranger.get(sent.location)
    assert page.status_code == 200
    assert stranger.post("/login", data=FORM | {"next": "/new?kind=visit"}).location == "/new?kind=visit"


def test_signing_in_makes_a_new_session(town, stranger):
    with stranger.session_transaction() as session:
        session["planted"] = "by somebody else"
    stranger.post("/login", data=FORM)
    with stranger.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_ends_the_session(stranger):
    stranger.post("/login", data=FORM)
    assert stranger.post("/logout").status_code == 303
    assert stranger.get("/me").status_code == 401


@pytest.mark.parametrize("ended", [{"epoch": 1}, {"active": False}])
def test_a_session_ends_when_the_account_says_so(town, stranger, ended):
    stranger.post("/login", data=FORM)
    assert stranger.get("/me").status_code == 200
    change(town, "worker1", **ended)
    assert stranger.get("/me").status_code == 401
    assert stranger.get("/desk").status_code == 302


def test_a_post_that_ended_or_began_counts_from_the_next_request(town):
    client = signed_in(town, "secretary1")
    assert client.get("/desk").status_code == 200
    with town.app_context(), writing() as connection:
        connection.execute(people.Post.__table__.update().where(people.Post.username == "secretary1").values(ends=(NOON - timedelta(days=1)).date()))
    assert client.get("/desk").status_code == 404
    assert client.get("/sync/changes?scope=G11").status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "eyJfdXNlcl9pZCI6IjA6d29ya2VyMSJ9.x.y", "." * 500])
def test_a_cookie_that_we_did_not_sign_is_nobodys(stranger, cookie):
    stranger.set_cookie("gridbook", cookie)
    assert stranger.get("/me").status_code == 401


@pytest.mark.parametrize("id", ["worker1", ":worker1", "1:worker1", "0:", "0:nobody", "0:worker1:x"])
def test_a_session_of_another_epoch_or_of_nobody_is_nobodys(stranger, id):
    with stranger.session_transaction() as session:
        session["_user_id"] = id
    assert stranger.get("/me").status_code == 401


# --- guessing


def test_ten_wrong_passwords_a_minute_and_no_more(little_folder, tmp_path):
    import shutil

    shutil.copytree(little_folder, tmp_path / "town")
    town = make_app(tmp_path / "town", RATELIMIT_ENABLED=True)
    client = town.test_client()
    statuses = [client.post("/login", data=FORM | {"password": "wrong"}).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert client.post("/login", data=FORM).status_code == 429, "not even the right one, for a minute"
    assert client.post("/login", data=FORM | {"username": "worker2"}).status_code == 303, "a colleague is not locked out"
    assert client.get("/login").status_code in {200, 302}


# --- activation


def invite(town, name: str, when=NOON) -> str:
    with town.app_context(), writing() as connection:
        people.add(connection, name, "新来的")
        return people.invite(connection, name, when)


def test_an_activation_link_works_once_and_for_three_days(town):
    code, chosen = invite(town, "newcomer"), {"password": "一个相当长的口令", "again": "一个相当长的口令"}
    client = town.test_client()
    assert client.get(f"/activate/{code}").status_code == 200
    assert client.post(f"/activate/{code}", data=chosen).status_code == 303
    assert client.post(f"/activate/{code}", data=chosen).status_code == 404
    assert client.post("/login", data={"username": "newcomer", "password": "一个相当长的口令"}).status_code == 303
    late = invite(town, "latecomer", NOON - timedelta(hours=73))
    assert client.get(f"/activate/{late}").status_code == 404


@pytest.mark.parametrize("weak", ["short", "12345678", "newcomer1", "NEWCOMER!!", ""])
def test_a_weak_password_is_not_taken(town, weak):
    code = invite(town, "newcomer")
    assert town.test_client().post(f"/activate/{code}", data={"password": weak, "again": weak}).status_code == 422


def test_the_names_of_the_log_itself_cannot_become_accounts(town):
    for name in ("resident", "import"):
        with pytest.raises(ValueError), town.app_context(), writing() as connection:
            people.add(connection, name, "假的")


# --- other sites


def send(client, **headers):
    raw = action()
    return client.post("/sync", json={"proto": "gridbook/1", "device": raw["id"], "actions": [raw]}, headers=headers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
    ],
)
def test_only_our_own_pages_and_what_is_no_browser_may_write(town, headers, status):
    reply = send(signed_in(town, "worker1"), **headers)
    assert (reply.status_code, reply.json["proto"]) == (status, "gridbook/1")


def test_no_route_takes_a_write_from_another_site(town):
    client = signed_in(town, "secretary1")
    for method, path, _ in lines():
        if method != "GET":
            reply = client.open(path.format(**nothing()), method=method, headers={"Sec-Fetch-Site": "cross-site"})
            assert reply.status_code == 403, (method, path)


def test_a_photo_is_not_shown_to_another_site(town):
    """The session cookie is Lax: a picture tag elsewhere comes without it. Nothing else may open it either."""
    assert town.test_client().get(f"/photos/{'a' * 64}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401


# --- headers


def policy(reply) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in reply.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("member", ["secretary1", "worker1", "stranger"])
def test_every_answer_carries_the_headers(town, member):
    client = client_of(town, member)
    answers = [(path, ask(client, method, path, nothing())) for method, path, _ in lines()]
    answers += [
        ("missing", client.get("/no/such/page")),
        ("method", client.delete("/desk")),
        ("options", client.options("/desk")),
        ("head", client.head("/")),
    ]
    for path, reply in answers:
        rules = policy(reply)
        assert rules["default-src"] == "'none'", path
        assert not any("unsafe" in rule or "*" in rule or "http" in rule for rule in rules.values()), path
        assert reply.headers["X-Content-Type-Options"] == "nosniff", path
        assert reply.headers.get("Cache-Control"), path
        if not path.startswith("/static"):
            assert reply.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, path
            assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        if reply.mimetype == "text/html":
            assert rules["frame-ancestors"] == "'none'" and rules["base-uri"] == "'none'" and rules["form-action"] == "'self'", path
            assert reply.headers["Content-Type"] == "text/html; charset=utf-8", path


def test_what_belongs_to_a_person_is_not_kept_by_caches(town):
    client = client_of(town, "secretary1")
    for path in ("/me", "/desk", "/sync/changes?scope=G11", "/roster/G11", "/settings", "/figures?area=C1"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path


def test_behind_tls_the_browser_is_told_to_stay_there_and_the_cookie_too(tmp_path, little_folder):
    import shutil
    from dataclasses import replace

    from webapp import create_app

    shutil.copytree(little_folder, tmp_path / "town")
    own = replace(make_app(tmp_path / "town").config["SETTINGS"], https=True)
    client = create_app(own, TESTING=True, RATELIMIT_ENABLED=False, CLOCK=lambda: NOON).test_client()
    reply = client.post("/login", data=FORM, base_url="http://town.example")  # the proxy in front took the TLS off
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-gridbook=") and "Secure" in cookie and "Path=/" in cookie
    assert int(reply.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 31536000


def test_an_error_shows_nothing_of_the_inside(town):
    town.config["PROPAGATE_EXCEPTIONS"] = False
    town.view_functions["sync.healthz"] = fails
    reply = town.test_client().get("/healthz")
    assert (reply.status_code, reply.json["proto"]) == (500, "gridbook/1")
    assert "Traceback" not in reply.text and "secret thing" not in reply.text


def fails():
    raise RuntimeError("secret thing")
