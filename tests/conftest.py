"""The cast and its town: a real application on a real SQLite file, one small demo town for all tests that only look."""

import shutil
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

import tests.shared  # noqa: F401 (for its effect)
from webapp import create_app
from webapp.cli import upgrade
from webapp.settings import Settings

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in 临河
PASSWORD = "a-demo-password-1"


FIRST = ("browser/test_field", "wire/test_cast", "browser/test_desk", "wire/test_faults", "browser/", "test_clockwork", "intake/test_cases")
"""What takes longest, by words in its path: begun last, it would keep one processor busy while the others are done."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next((place for place, word in enumerate(FIRST) if word in item.nodeid), len(FIRST)))


def make_app(folder, **config):
    """An application on its own data folder; its clock stands at noon unless another is given."""
    own = Settings(data=folder, timezone=ZoneInfo("Asia/Shanghai"), secret_key=b"test" * 8, demo_password=PASSWORD)
    return create_app(own, **{"TESTING": True, "RATELIMIT_ENABLED": False, "CLOCK": lambda: NOON} | config)


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory):
    """A data folder with the small demo town, loaded once; copy it before writing."""
    from webapp.intake import demo

    folder = tmp_path_factory.mktemp("town")
    app = make_app(folder)
    with app.app_context():
        upgrade()
        demo.load(app.config["SETTINGS"], small=True, today=NOON.date())
    return folder


@pytest.fixture
def app(town_folder, tmp_path):
    """The small demo town in a folder of its own. No context is open: requests must not share one. Look with `with app.app_context():`."""
    shutil.copytree(town_folder, tmp_path / "data")
    return make_app(tmp_path / "data")


@pytest.fixture(scope="session")
def little_folder(tmp_path_factory):
    """A data folder with the little town of tests/town.py, planted once."""
    from tests.town import plant

    folder = tmp_path_factory.mktemp("little")
    with make_app(folder).app_context():
        upgrade()
        plant(PASSWORD)
    return folder


@pytest.fixture
def town(little_folder, tmp_path):
    """The little town in a folder of its own; no context is open."""
    shutil.copytree(little_folder, tmp_path / "town")
    return make_app(tmp_path / "town")


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory):
    """A data folder with a migrated database and nothing in it, made once."""
    folder = tmp_path_factory.mktemp("empty")
    with make_app(folder).app_context():
        upgrade()
    return folder


@pytest.fixture
def empty_app(empty_folder, tmp_path):
    """A migrated database without a town, in a folder of its own; no context is open."""
    return make_app(shutil.copytree(empty_folder, tmp_path, dirs_exist_ok=True))


@pytest.fixture
def sign_in(app):
    """sign_in("worker1") -> a client that is signed in."""

    def client_of(username):
        client = app.test_client()
        answer = client.post("/login", data={"username": username, "password": PASSWORD, "next": "/"})
        assert answer.status_code == 303
        return client

    return client_of
