"""条线台账: the same entries counted by service line, professional line, source and care tag; every number leads to its entries."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from ..core import duties, rules
from ..core.actions import SOURCES
from ..core.care import CARE
from ..core.lines import GROUPS, by_line
from ..core.periods import PERIODS
from ..store import duties as responsible
from ..store import ledgers, lists
from . import figures
from .access import allowed, now, today
from .figures import ROLES
from .rail import paths

bp = Blueprint("lines", __name__)

BY_NAME = {"worker", rules.SPOTS, *rules.CONTACTS}
"""Sources whose reports people write down under their own names, so that people can be counted: 人 beside 件."""


class Asked(figures.Asked):
    """The area and period; every address stays on this page."""

    def url(self, endpoint: str = "lines.page", **changed) -> str:
        return super().url(endpoint, **changed)

    def list(self, measure: str, endpoint: str = "desk.entries", **more) -> str | None:
        """Where the entries behind a number are, for those who may open them."""
        if not any(self.area.path.startswith(path) for path in paths()):
            return None
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return url_for(endpoint, area=self.area.code, measure=measure, **days, **more)


@bp.get("/figures/lines")
@allowed(*ROLES)
def page():
    """分条线 of an area and a period."""
    asked = Asked(request.args)
    by = by_line(ledgers.entered(asked.area, asked.first, asked.last), lists.category_lines())
    nothing = (0, 0, 0)
    sources = ledgers.by_source(asked.area.path, asked.first, asked.last)
    tables = [
        (_(heading), "line", [(name, _(label), by.get(name, nothing)) for name, label in lines.items()]) for heading, lines in GROUPS.values()
    ]
    tables.append((_("从哪里知道的"), "source", [(name, _(label), sources[name]) for name, label in SOURCES.items() if name in sources]))
    care = ledgers.care(asked.area.path, asked.first, asked.last)
    return render_template(
        "figures/lines.html",
        nav=figures.nav("figures"),
        asked=asked,
        above=[one for one in lists.areas_above(asked.area.path) if any(one.path.startswith(top.path) for top in asked.tops)],
        below=[one for one in lists.areas_below(asked.area.code) if one.level not in figures.LOWER],
        periods=PERIODS,
        tables=tables,
        by_name=BY_NAME,
        spotters=len(duties.below(duties.where(responsible.held_in(asked.area.path, today()), today()), rules.SPOTS, "")),
        care=[(tag, _(CARE[tag].label), *care[tag]) for tag in CARE if tag in care],
        as_of=now(),
    )
