"""What an administrator does at the server: accounts, posts, activation links."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOON, make_app
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
    [link] = re.findall(r"http://127.0.0.1:8000(/activate/\S+)", output)
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


def of(app, *args):
    """(exit code, output) of a command in this installation."""
    with app.app_context():
        result = app.test_cli_runner().invoke(args=list(args))
    return result.exit_code, result.output


def test_the_first_account_administers_the_one_uppermost_area_or_the_one_that_is_named(town, run):
    for username, more in (("chief", ()), ("boss", ("--area", "C1"))):
        code, output = run("create-admin", "--username", username, *more)
        assert code == 0
        activate(town, output)
        client, _ = sign_in(town, username)
        [post] = client.get("/me").json["posts"]
        assert (post["role"], post["area"]) == ("admin", more[1] if more else "S")


def test_before_there_are_areas_the_first_account_is_told_how_it_gets_its_post(empty_app):
    code, output = of(empty_app, "create-admin")
    assert code == 0 and "import-areas" in output and "add-post admin --role admin --area" in output
    activate(empty_app, output)
    assert sign_in(empty_app, "admin")[1] == 303


def test_of_two_uppermost_areas_it_has_to_be_told_which(empty_app, tmp_path):
    file = tmp_path / "areas.csv"
    file.write_text("code,name,parent_code,level\nA,甲街道,,street\nB,乙街道,,street\n", encoding="utf-8")
    assert of(empty_app, "import-areas", str(file), "--apply")[0] == 0
    code, output = of(empty_app, "create-admin")
    assert code == 0 and "有 2 个最上级辖区:A、B" in output and "add-post admin" in output
    assert of(empty_app, "add-post", "admin", "--role", "admin", "--area", "B")[0] == 0


@pytest.mark.parametrize("args", [("create-admin",), ("invite", "x"), ("figures", "S", "--from", "2026-01-01", "--to", "2026-01-31"), ("check",), ("demo",)])
def test_before_the_first_start_a_command_says_what_comes_first(tmp_path, args):
    code, output = of(make_app(tmp_path), *args)
    assert code == 1 and output.startswith("Error: ") and "先运行 bin/serve" in output and "Traceback" not in output


def test_a_link_is_a_whole_address_also_behind_a_proxy(town, run):
    town.config["SETTINGS"] = replace(town.config["SETTINGS"], https=True)
    assert "https://(本系统的域名)/activate/" in run("invite", "worker1")[1]


@pytest.mark.parametrize("code", ["B1", "U1"])
def test_a_building_has_no_figures_of_its_own_and_says_where_they_are(town, run, code):
    status, output = run("figures", code, "--from", "2026-11-01", "--to", "2026-11-30")
    assert status == 1 and "没有自己的统计" in output and "G11" in output
