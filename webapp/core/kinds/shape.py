"""What a kind of entry declares: its fields, its road, what its form asks for."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, conlist, create_model


def N_(text: str) -> str:
    """Marks a source string for the catalogue; it is translated where it is shown."""
    return text


_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ud800-\udfff]")


def inert(text: str) -> str:
    """The text without control characters, direction overrides and halves of characters; line ends become \\n."""
    if text.isprintable():  # then nothing of that is in it
        return text.strip()
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def wording(most: int, least: int = 0):
    """A text that is made inert, and has then `least` to `most` characters."""

    def fit(text: str) -> str:
        text = inert(text)
        if not least <= len(text) <= most:
            raise ValueError("length")
        return text

    return Annotated[str, AfterValidator(fit)]


def iso_day(text: str) -> str:
    """2026-11-22, as it was sent; ValueError for what is no day."""
    return date.fromisoformat(text).isoformat()


def _votes(votes: list[int]) -> list[int]:
    if len(votes) not in {0, 3} or not all(0 <= count < 100_000 for count in votes):
        raise ValueError("votes")
    return votes


MOST_ITEMS = 60
"""So many cases at most on one agenda."""


class Item(BaseModel):
    """One case on an agenda; decided about: in which words, with which votes (for, against, abstaining), who does it, until which day."""

    model_config = ConfigDict(strict=True, extra="ignore")
    case: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
    words: wording(500) = ""
    who: wording(80) = ""
    until: Annotated[str, AfterValidator(iso_day)] | None = None
    votes: Annotated[list[int], AfterValidator(_votes)] = []


@dataclass(frozen=True)
class Field:
    """One field of a form. `shape` is text, long, number, switch, day, one (of choices), some (of choices), places (of the grid),
    unit (its code), person (a username, filled in by the server), series (the id of one) or agenda (cases with what was decided)."""

    name: str
    label: str
    shape: str
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    most: int = 200

    @property
    def accepts(self) -> Any:
        """The strict type of its value; None is always allowed, for a fact is never refused for being incomplete."""
        choice = wording(40)
        kind = {
            "text": wording(self.most),
            "long": wording(2000),
            "number": Annotated[float, AfterValidator(_finite)],
            "switch": bool,
            "day": Annotated[str, AfterValidator(iso_day)],
            "one": choice,
            "unit": wording(80),
            "person": wording(80),
            "series": wording(80),
            "agenda": conlist(Annotated[Item, AfterValidator(Item.model_dump)], max_length=MOST_ITEMS),
            "some": list[choice],
            "places": conlist(wording(80), max_length=200),
        }[self.shape]
        return kind | None


def _finite(number: float) -> float:
    if not -1e9 < number < 1e9:
        raise ValueError("out of range")
    return number


@dataclass(frozen=True)
class Kind:
    """One kind of entry.

    `road` names the table of core.road that its cases follow, `way` their usual handling path. `case` says whether it is a case
    (handled, then closed) or a record (closed by approval); a function of its details where that depends. `desk`: recorded at a
    desk, so it is not on the phone's form. `wants` are the names of fields, or "photo", "household", "category", that are shown as
    待补充 while missing.
    """

    name: str
    label: str
    icon: str
    fields: tuple[Field, ...] = ()
    wants: tuple[str, ...] = ("note",)
    case: bool = True
    road: str = "case"
    way: str = ""
    ordered_is_case: bool = False
    desk: bool = False
    phrases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("before", "after", "near", "far")
    rank: int = 0
    public: str = ""

    def is_case(self, details: dict) -> bool:
        return self.case or (self.ordered_is_case and details.get("ordered") is True)

    @cached_property
    def model(self) -> type[BaseModel]:
        """The strict model of the kind's own fields; unknown names are dropped, newer phones may send them."""
        return create_model(
            f"{self.name}_details", __config__=ConfigDict(strict=True, extra="ignore"), **{f.name: (f.accepts, None) for f in self.fields}
        )
