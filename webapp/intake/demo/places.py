"""The demo town's places: 临河区金川街道 with its real communities, and made-up grids, buildings, units and households."""

import csv
import uuid
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from random import Random

from .. import areas, pinyin
from ..households import identity
from . import names

STREET = "150802013"
DATA = Path(__file__).parent.parent / "data" / "jinchuan.csv"
TOWN = uuid.UUID("6c1b1f0e-3f5c-5d0a-9a55-150802013000")

ORDINARY = [7, 6, 6, 6, 6, 6, 6, 6, 6]
DEDICATED = [7, 7, 7, 7, 7, 7, 7, 6, 6]
MICRO = 376
"""How many grids of each type the street has (金川街道's own re-division); one general grid for each community."""

TAGS = {
    "aged": 0.09,
    "living_alone": 0.05,
    "chronic_illness": 0.06,
    "low_income": 0.04,
    "disabled": 0.03,
    "left_behind_child": 0.015,
    "expecting": 0.015,
    "child_in_need": 0.008,
}
"""The share of households with each care tag."""


def tree(rng: Random, small: bool = False) -> dict[str, dict]:
    """Every area of the town, parents before children, ready to be saved."""
    found = list(csv.DictReader(DATA.open(encoding="utf-8")))
    street, communities = found[0], found[1:]
    rows = {STREET: _row(STREET, street["name"], None, "street", telephone="0478-8990000", lat=40.7506, lng=107.4021)}
    micros = _shares(MICRO, sum(ORDINARY))
    compounds = names.compounds()
    for n, community in enumerate(communities[:2] if small else communities):
        code, name, short = community["code"], community["name"], community["name"].removesuffix("社区")
        lat, lng = 40.7406 + n // 3 * 0.011, 107.3821 + n % 3 * 0.017
        office = f"0478-899{int(code[-3:]):02d}{n + 11}"
        rows[code] = _row(code, name, STREET, "community", telephone=office, lat=lat, lng=lng)
        general = f"{code}000"
        rows[general] = _row(general, f"{short}总网格", code, "grid", "general", lat=lat, lng=lng)
        for o in range(3 if small else ORDINARY[n]):
            grid = f"{code}{o + 1:03d}"
            at = {"lat": round(lat + rng.uniform(-0.004, 0.004), 5), "lng": round(lng + rng.uniform(-0.006, 0.006), 5)}
            rows[grid] = _row(grid, f"{short}第{names.NUMERALS[o]}网格", general, "grid", "ordinary", **at)
            compound = next(compounds)
            for m in range(2 if small else next(micros)):
                rows |= _micro(rng, grid, compound, m, at)
        for d, label in enumerate(names.DEDICATED[: 2 if small else DEDICATED[n]]):
            grid = f"{code}{d + 901}"
            at = {"lat": round(lat + rng.uniform(-0.004, 0.004), 5), "lng": round(lng + rng.uniform(-0.006, 0.006), 5)}
            rows[grid] = _row(grid, f"{short}{label}专属网格", general, "grid", "dedicated", **at)
    return areas.placed(rows)


def _micro(rng: Random, grid: str, compound: str, m: int, at: dict) -> dict[str, dict]:
    """One micro-grid: a lane of old houses, or a building with two or three staircases."""
    code = f"{grid}{m + 1:02d}"
    building = f"{code}01"
    here = {"lat": round(at["lat"] + rng.uniform(-0.001, 0.001), 5), "lng": round(at["lng"] + rng.uniform(-0.001, 0.001), 5)}
    lane = m == 5
    house = names.LANES[int(grid) % len(names.LANES)] if lane else f"{compound}{m + 1}号楼"
    rows = {
        code: _row(code, f"{house}微网格", grid, "grid", "micro", **here),
        building: _row(building, house, code, "building", **here),
    }
    for u in range(0 if lane else rng.choice((2, 2, 3))):
        rows[f"{building}{u + 1:02d}"] = _row(f"{building}{u + 1:02d}", f"{u + 1}单元", building, "unit", **here)
    return rows


def _row(code, name, parent, level, grid_type=None, **more) -> dict:
    return {"code": code, "name": name, "parent_code": parent, "level": level, "grid_type": grid_type} | more


def _shares(total: int, parts: int):
    """`total` in `parts` whole shares that differ by one at most, spread evenly."""
    return (total * (part + 1) // parts - total * part // parts for part in range(parts))


def households(rng: Random, town: dict[str, dict], today: date, first_grid: str, staff: Collection[str] = ()) -> list[dict]:
    """The made-up households of every unit and lane, some with care tags; those with rare names live in `first_grid`."""
    with_units = {area["parent_code"] for area in town.values() if area["level"] == "unit"}
    doors = [area for area in town.values() if area["level"] == "unit" or (area["level"] == "building" and area["code"] not in with_units)]
    rare = iter(names.RARE)
    rows = []
    for door in doors:
        most = rng.choice((3, 3, 4, 4, 4)) if door["level"] == "unit" else rng.choice((5, 6, 7))
        rooms = sorted(rng.sample(names.ROOMS, most)) if door["level"] == "unit" else [f"{n}号" for n in range(1, most + 1)]
        for room in rooms:
            name = (next(rare, None) if door["scope"] == first_grid and rng.random() < 0.5 else None) or names.resident(rng, staff)
            rows.append(_household(rng, door["code"], room, name, today))
    return rows


def _household(rng: Random, area: str, room: str, name: str, today: date) -> dict:
    tags = [tag for tag, share in TAGS.items() if rng.random() < share]
    sound, initials = pinyin.of_name(name)
    alone = "living_alone" in tags
    return {
        "id": identity(area, room, name),
        "area_code": area,
        "room": room,
        "name": name,
        "pinyin": sound,
        "initials": initials,
        "telephone": names.telephone(rng) if rng.random() < 0.94 else None,
        "people": 1 if alone else rng.choices((1, 2, 3, 4, 5), (8, 30, 36, 18, 8))[0],
        "tags": tags,
        "tags_review": today + timedelta(days=rng.randrange(10, 200)) if tags else None,
        "moved_out": None,
    }
