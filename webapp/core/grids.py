"""Types of grid, and what follows from a type."""

from .kinds.shape import N_

TYPES = {
    "general": N_("总网格"),
    "ordinary": N_("一般网格"),
    "micro": N_("微网格"),
    "dedicated": N_("专属网格"),
    "integrated": N_("综合网格"),
}
FEEDS = {"ordinary", "dedicated", "integrated"}
"""Types of grid that have a feed of their own; what lies below one of them belongs to its feed."""


def scope_of(code: str, above: dict | None, areas: dict[str, dict]) -> str:
    """The area whose change feed carries what is entered at `code`: the topmost grid of FEEDS at or above it; without one, itself.

    `above` is its parent with its scope; `areas` holds level and grid_type by code.
    """
    head = areas[above["scope"]] if above else None
    return head["code"] if head and head["level"] == "grid" and head.get("grid_type") in FEEDS else code
