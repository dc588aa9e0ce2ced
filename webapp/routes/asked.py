"""Which entries an address of the desk asks for: a list and its filters, or what lies behind a figure."""

import re
from datetime import date
from functools import cached_property

from flask import abort
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules
from ..core.actions import SOURCES
from ..core.care import CARE
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..core.lines import LABELS
from ..core.road import LEVELS, STAGES
from ..store import jobs, lists, sums, verdicts
from .access import now, posts, refuse, today
from .rail import LISTS, kept_away, paths
from .words import named

MEASURES = {
    "received": N_("收件"),
    "closed": N_("办结"),
    "open": N_("未办结"),
    "with_deadline": N_("有时限的"),
    "closed_on_time": N_("按期办结"),
    "closed_day1": N_("当天办结"),
    "closed_day2": N_("两天内办结"),
    "closed_day3": N_("三天内办结"),
    "mature": N_("满三天的收件"),
    "answer": N_("答复办结"),
    "spot": N_("现场办结"),
    "joint": N_("协调办结"),
    "study": N_("研判办结"),
    "resolve": N_("化解办结"),
    "closed_grid": N_("网格办结"),
    "closed_community": N_("社区办结"),
    "closed_within": N_("没出社区就办结"),
    "closed_street": N_("街道办结"),
    "followed": N_("已回访"),
    "closed_followed": N_("办结后回访过的"),
    "solved": N_("回访说已解决"),
    "rated": N_("有评价的"),
    "satisfied": N_("满意和基本满意"),
    "reworked": N_("返工过的"),
    "extended": N_("延期过的"),
    "suspended": N_("挂过账的"),
    "supervised": N_("督办过的"),
    "raised": N_("提级过的"),
    "withdrawn": N_("撤回"),
    "declined": N_("不予受理"),
    "visits": N_("走访"),
    "deliveries": N_("配送"),
    "patrols": N_("巡查"),
    "receptions": N_("接待"),
    "received_people": N_("接待人次"),
    "contacts": N_("联系走访"),
    "entered": N_("登记"),
    "households_visited": N_("走访到的户"),
}


class Asked:
    """Which entries the address asks for. Aborts with 404 for an area that is not one's own, with 400 for what makes no sense."""

    def __init__(self, args, usual: str = "all"):
        self.args = {name: args[name] for name in NAMES if args.get(name) or (name == "category" and name in args)}
        self.name = self.args.get("list", usual)
        self.measure = self.args.get("measure")
        self.kind, self.stage, self.worker, self.category = (self.args.get(name) for name in ("kind", "stage", "worker", "category"))
        self.unit, self.level = self.args.get("unit"), self.args.get("level")
        self.source, self.line, self.tag = (self.args.get(name) for name in ("source", "line", "tag"))
        self.words = self.args.get("q", "")[:100]
        self.area = self._area(self.args.get("area"))
        self.number = whole(self.args.get("page", "1"))
        self.near = own_entry(self.args["near"][:36]) if "near" in self.args else None
        try:
            self.first, self.last = (date.fromisoformat(self.args[name]) if name in self.args else None for name in ("from", "to"))
        except ValueError:
            abort(400)
        sensible = self.name in LISTS and self.kind in {None, *KINDS} and self.stage in {None, *STAGES} and self.number in range(1, 100_000)
        sensible = sensible and self.level in {None, *LEVELS} and self.source in {None, *SOURCES}
        sensible = sensible and self.line in {None, *LABELS} and self.tag in {None, *CARE}
        if not sensible or (self.measure and not (self.measure in MEASURES and self.area and self.first and self.last)):
            abort(400)

    def _area(self, code: str | None):
        """The area that was asked for, if it is one's own."""
        if code is None:
            return None
        area = lists.area_by_code(code)
        if area is None or not any(area.path.startswith(path) for path in paths()):
            refuse(f"area={code}")
        return area

    @cached_property
    def query(self):
        """The SELECT, in order, without the disputes of which one is a party."""
        return lists.without(self._query(), kept_away())

    def _query(self):
        if self.measure:
            behind = sums.behind(self.area, self.first, self.last, today(), self.measure, kind=self.kind, category=self.category, unit=self.unit)
            return lists.newest_first(lists.narrowed(behind, today(), source=self.source, line=self.line, tag=self.tag))
        if self.near:
            return lists.newest_first(lists.at_same_place(self.near))
        within = [self.area.path] if self.area else paths()
        some = self._listed(within, many=bool(self.words))
        return some if self.words or lists.up_to(some) <= lists.MOST_COUNTED else self._listed(within, many=True)

    def _listed(self, within: list[str], *, many: bool = False):
        if self.name == "for_street":
            some = verdicts.left_to(current_user.who, within, today())
        else:
            some = lists.desk_list(self.name, within, now(), many=many, raised_first=bool(posts("street")))
        return lists.narrowed(
            some, today(),
            kind=self.kind, category=self.category, stage=self.stage, author=self.worker, level=self.level, unit=self.unit,
            source=self.source, line=self.line, tag=self.tag,
            first=self.first, last=self.last, words=self.words,
        )  # fmt: skip

    @property
    def total(self) -> int:
        """How many there are: behind a figure exactly, else up to a limit. Behind households visited lie more visits than households."""
        if not self.measure:
            return lists.up_to(self.query)
        if self.measure == "received_people":
            return lists.people_received(self.query)
        return lists.how_many(self.query, "household" if self.measure == "households_visited" else None)

    @property
    def searched_days(self) -> int | None:
        """How many days back the texts were searched, where the address does not say since when."""
        return lists.SEARCHED_DAYS if self.words and not self.first else None

    @property
    def narrow(self) -> bool:
        return bool(self.args.keys() - {"list", "page"})

    def choices(self) -> dict:
        """What the filters offer."""
        own = paths()
        chosen = self.area.path if self.area else own[0] if len(own) == 1 and posts("secretary") else None
        areas = lists.areas_to_choose(own, chosen)
        if self.area and self.area.code not in {one.code for one in areas}:
            areas.append(self.area)
        shallow = min((one.path.count("/") for one in areas), default=0)
        return {
            "areas": [("", _("全部网格"))] + [(one.code, "\u3000" * (one.path.count("/") - shallow) + named(one)) for one in areas],
            "kinds": [("", _("全部类型"))] + [(kind.name, _(kind.label)) for kind in KINDS.values()],
            "stages": [("", _("全部阶段"))] + [(name, _(label)) for name, label in STAGES.items()],
            "workers": [("", _("所有人"))] + list(lists.holders(own).items()),
            "units": [("", _("所有单位"))] + [(unit.code, unit.name) for unit in jobs.units_near(own)],
            "sources": [("", _("所有来源"))] + [(name, _(label)) for name, label in SOURCES.items()],
            "lines": [("", _("所有条线"))] + [(name, _(label)) for name, label in LABELS.items()],
            "levels": [("", _("所有层级"))] + [(name, _(label)) for name, label in LEVELS.items()],
        }


NAMES = ("list", "area", "from", "to", "kind", "stage", "worker", "category", "measure", "near", "unit", "level", "source", "line", "tag", "q", "page")


def whole(text: str) -> int:
    """A number in an address; 400 for what is none, or one that no list is long enough for."""
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else abort(400)


def own_entry(id: str, *roles: str):
    """The entry, if one's post at the desk (in one of these roles) covers it; otherwise there is no such page, and the attempt is logged."""
    row = lists.entry_by_id(id)
    if row is None or not any(row.path.startswith(post.path) for post in posts(*(roles or rules.DESK_ROLES))) or id in kept_away():
        refuse(entry=id)
    return row
