"""随手报: a courier's three taps."""

import io
from datetime import date
from uuid import uuid4

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from tests.conftest import PASSWORD
from tests.town import rows, signed_in
from webapp.store import people, photos
from webapp.store.database import writing
from webapp.store.tables import Area, EntryRow


def picture(color="red") -> tuple:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "JPEG")
    return (io.BytesIO(out.getvalue()), "photo.jpg")


@pytest.fixture
def courier(town):
    """A signed-in courier of community C1."""
    with town.app_context(), writing() as connection:
        people.add(connection, "courier1", "马晓军", password=PASSWORD)
        people.add_post(connection, "courier1", role="spotter", area="C1", starts=date(2026, 1, 1), ends=None)
    return signed_in(town, "courier1")


def send(client, **form):
    data = {"form": str(uuid4()), "category": "H0401", "area": "G11", "photo": picture()} | form
    return client.post("/spot", data=data, content_type="multipart/form-data")


def entries(town) -> list:
    with town.app_context():
        return rows(EntryRow.__table__.select())


def test_the_courier_starts_at_his_page(town, courier):
    client = town.test_client()
    assert client.post("/login", data={"username": "courier1", "password": PASSWORD, "next": ""}).location == "/spot"
    page = courier.get("/spot").text
    assert page.count('name="category"') == 6
    assert "辖区G11" in page and "辖区G21" not in page


def test_three_taps_make_a_hazard_with_a_photo(town, courier):
    reply = send(courier)
    assert reply.status_code == 303 and "sent=JC-261123-0001" in reply.location
    [row] = entries(town)
    assert (row.kind, row.category, row.area, row.household, row.author, row.stage) == ("hazard", "H0401", "G11", None, "courier1", "waiting")
    assert len(row.photos) == 1
    assert "JC-261123-0001" in courier.get(reply.location).text
    assert "JC-261123-0001" in signed_in(town, "secretary1").get("/desk").text


def test_of_many_photos_the_first_are_taken_and_the_others_not_even_read(town, courier, monkeypatch):
    read, whole = [], photos.MOST_BYTES + 1
    monkeypatch.setattr(FileStorage, "read", lambda file, most=-1: read.append(most) or file.stream.read(most), raising=False)
    assert send(courier, photo=[picture(color) for color in ("red", "green", "blue", "white", "black")]).status_code == 303
    assert (read.count(whole), len(entries(town)[0].photos)) == (3, 3)


def test_sent_twice_it_is_one(town, courier):
    form = str(uuid4())
    first, second = send(courier, form=form), send(courier, form=form)
    assert first.location == second.location
    assert len(entries(town)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": ""}, {"category": "D0101"}, {"area": ""}, {"area": "G21"}, {"area": "S"}, {"form": "x"},
        {"photo": (io.BytesIO(b""), "")}, {"photo": (io.BytesIO(b"no picture"), "a.jpg")},
    ],
    ids=lambda wrong: "-".join(f"{name}={value}"[:20] for name, value in wrong.items()),
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_is_kept(town, courier, wrong):
    reply = send(courier, **wrong)
    assert reply.status_code == 422 and 'role="alert"' in reply.text
    assert entries(town) == []


def test_near_me_finds_the_nearest_grid(town, courier):
    with town.app_context(), writing() as connection:
        for code, lat in (("G11", 40.75), ("G12", 40.76), ("G21", 40.77)):
            connection.execute(Area.__table__.update().where(Area.code == code).values(lat=lat, lng=107.4))
    assert send(courier, area="", lat="40.768", lng="107.4", accuracy="20").status_code == 303
    [row] = entries(town)
    assert (row.area, row.lat, row.accuracy) == ("G12", 40.768, 20.0)


@pytest.mark.parametrize("at", [{"lat": "north"}, {"lat": "91"}, {"lat": "nan"}, {"lng": "inf"}, {"accuracy": "-1"}])
def test_a_position_that_is_none_is_left_away(town, courier, at):
    assert send(courier, **{"lat": "40.7", "lng": "107.4", "accuracy": "5"} | at).status_code == 303
    [row] = entries(town)
    assert row.lat is None


@pytest.mark.parametrize("path", ["/desk", "/figures", "/duties", "/posts", "/handover", "/papers", "/roster/G11", "/sync/changes?scope=G11", "/posters"])
def test_the_courier_sees_nothing_else(courier, path):
    send(courier)
    assert courier.get(path).status_code == 404


def test_nobody_elses_page(town):
    for name in ("worker1", "secretary1", "admin1"):
        assert signed_in(town, name).get("/spot").status_code == 404
        assert send(signed_in(town, name)).status_code == 404
