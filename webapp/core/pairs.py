"""结对: a person looks after a household. Who is to have one, and who has none."""

from dataclasses import dataclass
from datetime import date

from .kinds.shape import N_

PAIRS = {"party": N_("党员联系户"), "help": N_("包扶帮办"), "keep": N_("包联")}
"""What a pair may be: a party member and a household (FIELD.md F3); a helper and a family that needs one, a person and his contact (A8)."""

FOR = {"party": N_("所有住户"), "help": N_("有关怀标签的住户"), "keep": N_("有关怀标签的住户")}
"""what -> the households that are to have one."""

NEEDY = {"help", "keep"}
"""The pairs that only households with a care tag are to have."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair, with the name of the person and where the household lives; nothing of who lives there."""

    id: int
    what: str
    username: str
    name: str
    household: str
    room: str
    area: str
    path: str
    starts: date
    ends: date | None = None
