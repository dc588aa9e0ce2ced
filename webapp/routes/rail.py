"""The desk's navigation: every list of work with its count, and the ways to other rooms."""

from flask import g, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules
from ..core.kinds.shape import N_
from ..store import disputes, lists, notices, verdicts
from .access import now, posts, today

LISTS = {
    "waiting": (N_("待审"), "inbox"),
    "for_street": (N_("待街道审核"), "up"),
    "in_hand": (N_("待派遣"), "dispatch"),
    "assigned": (N_("待签收"), "pen"),
    "working": (N_("办理中"), "half"),
    "handled": (N_("待确认"), "check"),
    "follow_up": (N_("待回访"), "repeat"),
    "due_soon": (N_("将到期"), "clock"),
    "overdue": (N_("超期"), "alert"),
    "supervised": (N_("督办"), "eye"),
    "suspended": (N_("挂账"), "lock"),
    "returned": (N_("退回"), "return"),
    "closed": (N_("已办结"), "check-double"),
    "all": (N_("全部"), "list"),
}
MAJOR = {"notices", "waiting", "for_street", "in_hand", "handled", "due_soon", "overdue", "more"}
"""What stands in the strip on a phone; the rest is behind 更多."""


def paths() -> list[str]:
    """The subtrees that this person sees at the desk."""
    return [post.path for post in posts(*rules.DESK_ROLES)]


def kept_away() -> list[str]:
    """The disputes in one's own areas in which one is a party: no list, count or page of the desk has them."""
    if "kept_away" not in g:
        g.kept_away = disputes.kept_from(current_user.username, paths())
    return g.kept_away


def desk_areas() -> str:
    """The names of one's own areas."""
    return _("、").join(lists.names_of({post.area for post in posts(*rules.DESK_ROLES)}).values())


def rail(active: str | None = None) -> list[dict]:
    """Every list with its count, then the ways to other rooms; `major` ones stand in the strip on a phone, two `half` ones in a line."""
    if not paths():
        return []
    counts = lists.desk_counts(paths(), now(), kept_away())
    if street := posts("street"):
        counts["for_street"] = lists.how_many(lists.without(verdicts.left_to(current_user.who, paths(), today()), kept_away()))
    items = [
        {"name": name, "url": url_for("desk.inbox") if name == "waiting" else url_for("desk.entries", list=name), "label": _(label)}
        | {"icon": icon, "count": counts.get(name), "active": name == active, "urgent": name == "overdue" and bool(counts[name])}
        for name, (label, icon) in LISTS.items()
        if name != "for_street" or street
    ]
    rooms = [
        ("whistles", "whistles.page", _("吹哨"), "whistle"),
        ("phones", "desk.phones", _("手机"), "device"),
        ("duties", "duties.page", _("责任"), "team"),
        ("grids", "grids.index", _("网格"), "map"),
        ("disputes", "disputes.page", _("调解"), "dispute"),
        ("stubborn", "stubborn.page", _("老大难"), "alert"),
        ("hotline", "hotline.page", _("热线"), "phone"),
        ("sessions", "sessions.page", _("议事"), "calendar"),
        ("figures", "figures.page", _("看板"), "chart"),
        ("recite", "papers.recite", _("一口清"), "list"),
        ("regrid", "regrid.page", _("网格调整"), "map") if posts("admin") else None,
        ("posters", "link.posters", _("海报"), "qr"),
        ("field", "field.today", _("记一笔"), "plus") if posts(*rules.FIELD_ROLES) else None,
        ("town", "town.calendar", _("设置"), "settings") if posts("admin", "street") else None,
        ("more", "desk.more", _("更多"), "more"),
    ]
    items += [
        {"name": name, "url": url_for(page), "label": label, "icon": icon, "active": active == name}
        for name, page, label, icon in filter(None, rooms)
    ]
    items.insert(0, told(active))
    return [item | {"major": item["name"] in MAJOR, "half": "count" not in item or item["name"] in {"closed", "all"}} for item in items]


def told(active: str | None = None) -> dict:
    """The line that leads to the notices, with the number of new ones; for every navigation."""
    count = notices.unseen(current_user.username)
    return {"name": "notices", "url": url_for("notices.page"), "label": _("通知"), "icon": "bell", "count": count, "active": active == "notices"}
