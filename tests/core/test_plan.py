"""The small plan: to scale, the point in the middle, the nearest place first."""

from pytest import approx

from webapp.core.plan import METRES, SIDE, plan

LAT, LNG = 40.7, 107.4
NORTH = 100 / METRES  # a hundred metres in degrees of latitude


def test_places_stand_where_they_are():
    drawn = plan(LAT, LNG, None, [(LAT + NORTH, LNG, "北楼"), (LAT - NORTH / 2, LNG, "南楼")])
    assert [name for *_, name in drawn.places] == ["南楼", "北楼"]
    (x, south, _), (_, north, _) = drawn.places
    assert x == SIDE / 2 and south - SIDE / 2 == approx((SIDE / 2 - north) / 2, abs=0.1)
    assert (SIDE / 2 - north) / drawn.bar == approx(100 / drawn.metres, rel=0.01)


def test_the_accuracy_is_to_scale_and_fits():
    drawn = plan(LAT, LNG, 500.0, [(LAT + NORTH, LNG, "北楼")])
    assert drawn.accuracy < SIDE / 2
    assert drawn.accuracy / drawn.bar == approx(500 / drawn.metres, rel=0.01)


def test_without_a_place_around_there_is_no_plan():
    assert plan(LAT, LNG, 10.0, []) is None
