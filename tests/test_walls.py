"""The walls between the rooms, and the habits that a reader would have to watch for otherwise."""

import ast
import re
import sys
from pathlib import Path

import pytest
from flask import Flask

from webapp.routes import access

ROOT = Path(__file__).parents[1]
WEBAPP = ROOT / "webapp"


def modules(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (WEBAPP / folder).rglob("*.py")]
    assert found
    return found


def imports(path: Path) -> set[str]:
    """The full names of all modules that a file imports, those of this project too."""
    found = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules("core"), ids=name)
def test_the_core_imports_the_standard_library_and_pydantic_only(path):
    assert packages(path) - sys.stdlib_module_names - {"pydantic", "webapp"} == set()
    assert {one for one in imports(path) if one.startswith("webapp") and not one.startswith("webapp.core")} - {"webapp"} == set()


@pytest.mark.parametrize("path", modules("core"), ids=name)
def test_the_core_has_no_clock_no_chance_and_no_disk(path):
    names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert names & {"now", "utcnow", "today", "urandom", "uuid4", "read_text", "write_text"} == set()
    assert packages(path) & {"os", "random", "secrets", "socket", "subprocess", "time", "pathlib", "io"} == set()


@pytest.mark.parametrize("path", modules("routes"), ids=name)
def test_the_routes_know_no_sql(path):
    assert packages(path) & {"sqlalchemy", "alembic", "flask_sqlalchemy_lite", "sqlite3"} == set()
    assert "webapp.store.database.db" not in imports(path)
    assert "webapp.store.tables" not in imports(path)


def test_sqlalchemy_stands_in_the_store_and_the_migrations_only():
    users = {name(path) for path in WEBAPP.rglob("*.py") if packages(path) & {"sqlalchemy", "flask_sqlalchemy_lite"}}
    assert {user for user in users if not user.startswith("webapp/store/")} == set()


@pytest.mark.parametrize("path", modules("store"), ids=name)
def test_the_store_knows_no_web(path):
    allowed = {"webapp/store/database.py": {"flask", "flask_sqlalchemy_lite"}}.get(name(path), set())
    assert packages(path) & {"flask", "flask_login", "flask_babel", "flask_sqlalchemy_lite", "werkzeug", "jinja2"} <= allowed
    assert {one for one in imports(path) if one.startswith("webapp.routes")} == set()


@pytest.mark.parametrize("path", [path for path in WEBAPP.rglob("*.py")], ids=name)
def test_nothing_makes_html_or_sql_from_text(path):
    text = path.read_text()
    assert not re.search(r"\bMarkup\(|render_template_string|\|\s*safe\b|autoescape\s*=\s*False|\beval\(|\bexec\(|pickle|yaml\.load", text)
    assert not re.search(r"""execute\(\s*f["'](?!PRAGMA )|text\(\s*f["']|exec_driver_sql\(\s*f["']""", text)


@pytest.mark.parametrize("path", [path for path in (WEBAPP / "core").rglob("*.py")] + modules("store", "routes", "intake"), ids=name)
def test_no_error_is_swallowed_whole(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{name(path)}:{node.lineno} catches everything"


def test_the_first_line_of_every_module_says_what_it_is():
    silent = [name(path) for path in WEBAPP.rglob("*.py") if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


# --- templates and scripts

TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_no_script_style_or_handler_of_its_own(path):
    if path.suffix == ".js":
        return
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b", text)
    assert not re.search(r"<style\b|\sstyle\s*=", text)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text), "an event handler"
    assert not re.search(r"javascript:|\bhx-on|hx-vals\s*=\s*['\"]js:|data-hx-on", text)
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", text, flags=re.S):
        assert not script.strip(), "a script in the page"
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", text), "something from elsewhere"
    assert not re.search(r"<[a-z][^>]*\s(?:href|src|value|action|class|id)=\{\{", text), "an attribute without quotes"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static" / "js").rglob("*.js")) + [path for path in TEMPLATES if path.suffix == ".js"], ids=name
)
def test_a_script_makes_no_code_from_text(path):
    text = path.read_text()
    assert not re.search(r"\beval\(|new Function\(|document\.write|outerHTML\s*=|insertAdjacentHTML", text)
    assert not re.search(r"""(?:from|import\()\s*["']https?://""", text)


# --- routes


def test_a_view_that_names_no_post_does_not_start():
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        access.check_views(app)
    app.view_functions["open"] = access.public(lambda: "")
    access.check_views(app)


def test_a_view_may_only_name_posts_that_exist(empty_app):
    from webapp.core.rules import ROLES

    for endpoint, view in empty_app.view_functions.items():
        assert set(view.roles) <= {*ROLES, "*", "public"}, endpoint


def test_unsafe_views_that_anybody_may_ask_for_are_few(empty_app):
    """Each of them is reviewed: it writes nothing, or only what a stranger may write."""
    ways = {
        rule.endpoint
        for rule in empty_app.url_map.iter_rules()
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"} and empty_app.view_functions[rule.endpoint].roles == ("public",)
    }
    assert ways == {"account.sign_in", "account.sign_out", "account.activate", "account.prefer", "link.report", "link.rate", "link.reopen", "handed.act"}
