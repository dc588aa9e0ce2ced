"""The posters: whose they are, and where their code leads."""

import re

import pytest
import segno
import zxingcpp
from PIL import Image

from tests.town import CAST, signed_in
from webapp.store.database import writing
from webapp.store.tables import Area


def test_the_code_on_a_poster_is_the_address_of_its_form(town):
    page = signed_in(town, "secretary1").get("/posters/B1").text
    answer = town.test_client().get(re.search(r'src="(/report/B1/qr\.svg)"', page).group(1))
    assert answer.mimetype == "image/svg+xml" and b"<svg" in answer.data
    matrix = modules(answer.text)
    picture = Image.new("L", (len(matrix) * 8, len(matrix) * 8), 255)
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            if dark:
                picture.paste(0, (x * 8, y * 8, x * 8 + 8, y * 8 + 8))
    assert zxingcpp.read_barcodes(picture)[0].text == "http://localhost/report/B1"
    assert "http://localhost/report/B1" in page


def modules(svg: str) -> list[list[bool]]:
    """The dark modules that the path of segno's SVG draws: runs to the right from where it moves to."""
    side = segno.make("http://localhost/report/B1", error="q").symbol_size(border=2)[0]
    matrix, x, y = [[False] * side for _ in range(side)], 0.0, 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.search(r'\bd="([^"]+)"', svg).group(1)):
        values = [float(number) for number in numbers.split()]
        if letter == "h":
            for column in range(int(x), int(x + values[0])):
                matrix[int(y)][column] = True
            x += values[0]
        else:
            x, y = values if letter == "M" else (x + values[0], y + values[1])
    return matrix


@pytest.mark.parametrize("by", sorted(CAST))
def test_posters_are_for_those_who_hang_them_up_in_their_own_areas(town, by):
    own = {"worker1": "G11 B1", "worker2": "G12 B2", "worker3": "G21 B3", "secretary1": "C1 G11 B1", "secretary2": "C2 G21 B3"}
    own |= {name: "S C1 G11 B1 C2" for name in ("street1", "admin1")}
    client = signed_in(town, by)
    assert client.get("/posters").status_code == (200 if by in own else 404)
    for area in ("S", "C1", "G11", "B1", "G12", "B2", "C2", "G21", "B3"):
        mine = area in own.get(by, "").split() or by in {"street1", "admin1"} or (by == "secretary1" and area in {"G12", "B2"})
        assert client.get(f"/posters/{area}").status_code == (200 if mine else 404), area
        assert client.get(f"/posters?area={area}").status_code == (200 if mine else 404), area


def test_the_list_leads_to_every_building_of_ones_own_areas(town):
    page = signed_in(town, "secretary1").get("/posters").text
    assert set(re.findall(r'href="/posters/(\w+)', page)) == {"C1", "G11", "B1", "G12", "B2"}
    assert set(re.findall(r'href="/posters/(\w+)', signed_in(town, "worker1").get("/posters").text)) == {"G11", "B1"}


def test_a_compound_that_is_an_area_of_its_own_has_its_poster_too(town):
    with town.app_context(), writing() as connection:
        about = {"grid_type": None, "telephone": None, "lat": None, "lng": None, "starts": None, "ends": None, "initials": ""}
        compound = about | {"code": "X1", "name": "锦绣家园", "level": "compound", "parent_code": "G11", "path": "S/C1/G11/X1/", "scope": "G11"}
        house = about | {"code": "X1B", "name": "1号楼", "level": "building", "parent_code": "X1", "path": "S/C1/G11/X1/X1B/", "scope": "G11"}
        connection.execute(Area.__table__.insert(), [compound, house])
    for by in ("secretary1", "worker1"):
        page = signed_in(town, by).get("/posters").text
        assert "锦绣家园" in page and {"X1", "X1B", "B1"} <= set(re.findall(r'href="/posters/(\w+)', page))
    assert "锦绣家园 1号楼" in signed_in(town, "worker1").get("/posters/X1B").text
    assert town.test_client().get("/report/X1").status_code == 200



def test_all_buildings_of_a_grid_are_printed_in_one_go(town):
    page = signed_in(town, "secretary1").get("/posters/C1?buildings=1").text
    assert re.findall(r'src="/report/(\w+)/qr\.svg"', page) == ["B1", "B2"]


def test_a_poster_bears_the_nearest_office_telephone(town):
    with town.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.code == "S").values(telephone="0478-8990000"))
    assert "0478-8990000" in signed_in(town, "worker1").get("/posters/B1").text
