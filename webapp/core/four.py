"""The four duties of a grid worker (FIELD.md E12): 巡查, 采集, 宣传, 服务; what was recorded once counts for each that it served."""

from collections.abc import Iterable

from .kinds.shape import N_

FOUR = {"patrol": N_("巡查"), "gather": N_("采集"), "spread": N_("宣传"), "serve": N_("服务")}
BY_TOPIC = {"information": "gather", "needs": "gather", "policy": "spread", "wellbeing": "serve", "safety": "serve"}
"""topic of a visit -> duty."""
BY_CATEGORY = {"V0103": "spread"}
BY_KIND = {"patrol": "patrol", "delivery": "serve", "request": "serve"}
FORMS = {
    "patrol": {"kind": "patrol"},
    "gather": {"kind": "visit", "tick": "information"},
    "spread": {"kind": "visit", "tick": "policy"},
    "serve": {"kind": "visit", "tick": "wellbeing"},
}
"""duty -> how the address of the form begins it."""


def duties(kind: str, category: str, details: dict) -> set[str]:
    """The duties that one entry served."""
    found = {BY_KIND.get(kind), BY_CATEGORY.get(category)}
    if kind == "visit":
        found |= {BY_TOPIC.get(topic) for topic in details.get("topics") or ()}
    return found - {None}


def counts(entries: Iterable[tuple[str, str, dict]]) -> dict[str, int]:
    """duty -> how many of these entries served it; all four are named."""
    served = [duties(*entry) for entry in entries]
    return {duty: sum(duty in one for one in served) for duty in FOUR}
