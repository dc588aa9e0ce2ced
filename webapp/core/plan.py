"""A small plan of where something was: the places around it, on paper of our own; no map service is asked."""

from dataclasses import dataclass
from math import cos, hypot, radians

SIDE = 200
"""The plan is a square of so many units, the point in its middle."""
METRES = 111_320
"""Length of a degree of latitude."""
SCALES = (20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything in units of the paper, x to the east, y to the south. `places` are (x, y, name), the nearest first."""

    places: list[tuple[float, float, str]]
    accuracy: float
    bar: float
    metres: int


def plan(lat: float, lng: float, accuracy: float | None, places: list[tuple[float, float, str]], most: int = 24) -> Plan | None:
    """The plan around a point (WGS-84; `accuracy` in metres) with the nearest of these (lat, lng, name); None where none is near."""
    around = [((there - lng) * METRES * cos(radians(lat)), (lat - north) * METRES, name) for north, there, name in places]
    nearest = sorted(around, key=lambda place: hypot(*place[:2]))[:most]
    if not nearest:
        return None
    third = nearest[min(len(nearest), 4) - 1]
    reach = max(60.0, 1.3 * hypot(*third[:2]), 1.2 * (accuracy or 0))
    unit = SIDE / 2 / reach
    metres = max((scale for scale in SCALES if scale * unit <= SIDE * 0.4), default=SCALES[0])
    inside = [(SIDE / 2 + x * unit, SIDE / 2 + y * unit, name) for x, y, name in nearest if max(abs(x), abs(y)) < reach]
    return Plan(
        [(round(x, 1), round(y, 1), name) for x, y, name in inside], round((accuracy or 0) * unit, 1), round(metres * unit, 1), metres
    )
