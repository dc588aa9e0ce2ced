"""What makes the notebook an app that can be installed: every picture that the manifest names is what it says, every way in leads somewhere."""

import io

import pytest
from PIL import Image

from tests.town import signed_in


@pytest.fixture
def manifest(town):
    answer = town.test_client().get("/manifest.webmanifest")
    assert answer.status_code == 200 and answer.mimetype == "application/manifest+json"
    return answer.json


def picture(app, about: dict) -> Image.Image:
    """The picture that the manifest names, to be had without an account, as large as it says."""
    answer = app.test_client().get(about["src"])
    assert answer.status_code == 200 and answer.mimetype == about["type"] == "image/png"
    image = Image.open(io.BytesIO(answer.data))
    assert image.format == "PNG" and "x".join(map(str, image.size)) == about["sizes"]
    return image


def test_the_icons_are_there_in_both_sizes_and_for_both_uses(town, manifest):
    icons = {(about["purpose"], about["sizes"]): picture(town, about) for about in manifest["icons"]}
    assert set(icons) == {(purpose, size) for purpose in ("any", "maskable") for size in ("192x192", "512x512")}


def test_a_maskable_icon_reaches_to_its_edges_and_keeps_its_drawing_in_the_middle(town, manifest):
    """A phone cuts it to a circle of four fifths: nothing may be transparent, and nothing but the ground may lie outside."""
    for about in manifest["icons"]:
        image = picture(town, about).convert("RGBA")
        size, ground = image.width, image.getpixel((0, 0))
        if about["purpose"] == "maskable":
            assert image.getchannel("A").getextrema() == (255, 255)
            outside = [(x, y) for x in range(size) for y in range(size) if (x - size / 2) ** 2 + (y - size / 2) ** 2 > (0.4 * size) ** 2]
            assert all(sum(abs(a - b) for a, b in zip(image.getpixel(spot), ground, strict=True)) < 60 for spot in outside)


def test_there_is_a_screenshot_for_phones_and_one_for_desks(town, manifest):
    shots = {about["form_factor"]: picture(town, about).size for about in manifest["screenshots"]}
    assert set(shots) == {"narrow", "wide"}
    assert shots["narrow"][0] < shots["narrow"][1] and shots["wide"][0] > shots["wide"][1]
    assert all(320 <= side <= 3840 for size in shots.values() for side in size)


def test_the_shortcuts_open_a_form_of_their_kind_also_without_a_network(town, manifest):
    assert {one["name"]: one["url"] for one in manifest["shortcuts"]} == {"记走访": "/new?kind=visit", "拍隐患": "/new?kind=hazard&camera=1"}
    worker, kept = signed_in(town, "worker1"), town.test_client().get("/sw.js").text
    for one, kind in zip(manifest["shortcuts"], ("visit", "hazard"), strict=True):
        page = worker.get(one["url"])
        assert page.status_code == 200 and f'name="kind" value="{kind}"' in page.text
        assert '"/new"' in kept
        assert all(picture(town, icon) for icon in one["icons"])


def test_it_starts_within_its_scope_where_there_is_something_to_see(town, manifest):
    assert manifest["start_url"].startswith(manifest["scope"]) and manifest["display"] == "standalone"
    assert signed_in(town, "worker1").get(manifest["start_url"]).status_code == 200
    page = signed_in(town, "worker1").get("/").text
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
