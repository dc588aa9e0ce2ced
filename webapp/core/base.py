"""底数: what there is in an area. What the ledgers hold is counted; what only other offices know is stated, with its day and its source."""

from dataclasses import dataclass
from datetime import date

from .kinds.shape import N_

STATED = {
    "size": (N_("面积"), N_("平方公里")),
    "compounds": (N_("小区"), N_("个")),
    "groups": (N_("居民小组"), N_("个")),
    "registered": (N_("户籍人口"), N_("人")),
    "resident": (N_("常住人口"), N_("人")),
}
"""name -> (label, unit) of what is stated."""

COUNTED = {
    "communities": N_("社区"),
    "grids": N_("网格"),
    "micro": N_("微网格"),
    "buildings": N_("楼栋"),
    "units": N_("单元"),
    "homes": N_("住户"),
    "people": N_("人口"),
}
"""name -> label of what is counted from the ledgers."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One number that somebody stated, as of a day."""

    name: str
    number: float
    day: date
    source: str


def counts_as(level: str, grid_type: str | None) -> str | None:
    """Where an area is counted; general grids are no grids beside those below them."""
    if level == "grid":
        return {"general": None, "micro": "micro"}.get(grid_type, "grids")
    return {"community": "communities", "building": "buildings", "unit": "units"}.get(level)
