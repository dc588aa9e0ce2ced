"""Care tags: why a household is looked after, each with how often it is visited. No other kind of tag exists."""

from dataclasses import dataclass
from datetime import date, timedelta

from .kinds.shape import N_


@dataclass(frozen=True, slots=True)
class Care:
    """One care tag: its purpose, and the longest time between two visits in days."""

    label: str
    purpose: str
    days: int


CARE = {
    "living_alone": Care(N_("独居"), N_("有人常去看看"), 7),
    "aged": Care(N_("高龄"), N_("有人常去看看"), 14),
    "disabled": Care(N_("残疾"), N_("上门帮办"), 30),
    "low_income": Care(N_("低保"), N_("政策落实"), 30),
    "left_behind_child": Care(N_("留守儿童"), N_("有人照看"), 14),
    "child_in_need": Care(N_("困境儿童"), N_("有人照看"), 14),
    "expecting": Care(N_("孕产"), N_("健康服务"), 30),
    "chronic_illness": Care(N_("慢病照护"), N_("送药与随访"), 30),
}

ORDINARY_DAYS = 182
"""An ordinary household is visited twice a year (FIELD.md 5.2)."""


def days_between_visits(tags: list[str]) -> int:
    """The shortest of the tags' intervals."""
    return min((CARE[tag].days for tag in tags if tag in CARE), default=ORDINARY_DAYS)


def visit_due(tags: list[str], last: date | None) -> date | None:
    """The day by which the next visit is due; None: was never visited, so it is due now."""
    return last + timedelta(days=days_between_visits(tags)) if last else None


def masked_telephone(number: str | None) -> str:
    """138****1234."""
    if not number:
        return ""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "****"


def masked_name(name: str) -> str:
    """张**: the first character, or nothing of a single one."""
    name = name.strip()
    return f"{name[0]}**" if len(name) > 1 else "*"
