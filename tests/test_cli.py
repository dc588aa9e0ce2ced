"""What an administrator does at the server: accounts, posts, activation links."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.town import rows, signed_in
from webapp.store.tables import Post

SECRET = "grid-book-2026"


@pytest.fixture
def run(town):
    """run("invite", "worker1") -> (exit code, output)."""

    def of(*args):
        with town.app_context():
            result = town.test_cli_runner().invoke(args=list(args))
        return result.exit_code, result.output

    return of


def activate(app, output: str) -> str:
    """Follow the link that was printed and choose a password; gives the link."""
    [link] = re.findall(r"/activate/\S+", output)
    assert app.test_client().post(link, data={"password": SECRET, "again": SECRET}).status_code == 303
    return link


def sign_in(app, username: str):
    client = app.test_client()
    return client, client.post("/login", data={"username": username, "password": SECRET, "next": "/"}).status_code


def test_a_person_with_a_post_gets_to_work(town, run):
    code, output = run("add-person", "li", "李红梅", "--role", "worker", "--area", "G11")
    assert code == 0
    link = activate(town, output)
    client, status = sign_in(town, "li")
    assert status == 303
    me = client.get("/me").json
    assert (me["name"], me["posts"], [one["code"] for one in me["scopes"]]) == (
        "李红梅",
        [{"role": "worker", "area": "G11", "area_name": "辖区G11"}],
        ["G11"],
    )
    assert town.test_client().get(link).status_code == 404


def test_a_new_link_sets_a_new_password(town, run):
    first, second = run("invite", "worker1")[1], run("invite", "worker1")[1]
    assert town.test_client().get(re.search(r"/activate/\S+", first)[0]).status_code == 404
    activate(town, second)
    assert sign_in(town, "worker1")[1] == 303


def test_one_more_post_from_a_day_to_another(town, run):
    more = ("add-post", "worker1", "--role", "secretary", "--area", "C2", "--from", "2026-11-24", "--to", "2026-12-31")
    assert run(*more)[0] == 0
    assert "已经有了" in run(*more)[1]
    with town.app_context():
        held = rows(select(Post.role, Post.starts, Post.ends).where(Post.username == "worker1", Post.area_code == "C2"))
    assert [(role, str(starts), str(ends)) for role, starts, ends in held] == [("secretary", "2026-11-24", "2026-12-31")]
    assert signed_in(town, "worker1").get("/desk").status_code == 404
    town.config["CLOCK"] = lambda: NOON + timedelta(days=2)
    assert signed_in(town, "worker1").get("/desk").status_code == 200


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("add-person", "worker1", "某某", "--role", "worker", "--area", "G11"), "账号 worker1 已经有了"),
        (("add-person", "neu", "某某", "--role", "worker", "--area", "NOWHERE"), "没有辖区 NOWHERE"),
        (("add-person", "neu", "某某", "--role", "king", "--area", "G11"), "--role"),
        (("add-person", "neu", "某某", "--role", "worker", "--area", "G11", "--from", "2026-12-02", "--to", "2026-12-01"), "最后一天早于第一天"),
        (("add-person", "import:BOS", "某某", "--role", "worker", "--area", "G11"), "账号不能叫“import:BOS”"),
        (("add-person", "a b", "某某", "--role", "worker", "--area", "G11"), "账号不能叫"),
        (("add-post", "nobody", "--role", "worker", "--area", "G11"), "没有账号 nobody"),
        (("invite", "nobody"), "没有账号 nobody"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing(town, run, args, reason):
    with town.app_context():
        before = rows(select(Post))
    code, output = run(*args)
    assert code != 0 and reason in output
    with town.app_context():
        assert len(rows(select(Post))) == len(before)
    assert "没有账号 neu" in run("invite", "neu")[1]


def test_the_first_account_may_have_an_area(town, run):
    assert run("create-admin", "--username", "chief")[0] == 0
    code, output = run("create-admin", "--username", "boss", "--area", "S")
    activate(town, output)
    assert sign_in(town, "boss")[0].get("/me").json["posts"][0]["role"] == "admin"
