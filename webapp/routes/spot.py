"""随手报 of couriers and others on the road: three taps, a hazard at a place, nothing about anybody."""

import re
import uuid
from functools import partial
from math import cos, hypot, radians

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules
from ..core.actions import inert
from ..store import lists
from . import pictures
from .access import allowed, append_one, now, posts

bp = Blueprint("spot", __name__)

BIG = {"H0101": "alert", "H0103": "inbox", "H0104": "hazard", "H0401": "half", "H0402": "map", "H0503": "more"}
"""category -> picture of the six big buttons; the last is for everything else."""

MOST = 3
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@bp.get("/spot")
@allowed(rules.SPOTS)
def page():
    """Photo, what, where."""
    return _page(sent=request.args.get("sent", "")[:40])


def _page(faults=(), status: int = 200, sent=""):
    labels = lists.category_labels()
    values = request.form or {"form": str(uuid.uuid4())}
    kinds = [(code, _(labels[code]), icon) for code, icon in BIG.items() if code in labels]
    return render_template("spot/page.html", kinds=kinds, places=_places(), faults=faults, values=values, sent=sent), status


def _places() -> list:
    """The communities and grids that a report may name, by path."""
    found = lists.areas_in([post.path for post in posts(rules.SPOTS)], "community", "grid")
    return [area for area in found if area.grid_type not in {"general", "micro"} and not area.ends]


@bp.post("/spot")
@allowed(rules.SPOTS)
def report():
    """A hazard, through the log like any other. The same form sent twice is one report; 422 says what is missing."""
    form, places = request.form, _places()
    found = pictures.files(MOST)
    at = _position(form)
    area = next((one for one in places if one.code == form.get("area")), None) or (at and _nearest(places, *at))
    category = form.get("category", "")
    wrong = (
        ("photo", not found, _("请拍一张照片")),
        ("category", category not in BIG, _("请点一个:看到了什么")),
        ("area", area is None, _("请选在哪里,或点“在我附近”")),
        ("category", not UUID.fullmatch(form.get("form", "")), _("页面已过期,请重新打开")),
    )
    faults = [(name, why) for name, is_wrong, why in wrong if is_wrong] or pictures.take(found, current_user.username)
    if faults:
        return _page(faults, 422)
    shas = pictures.hashes(found)
    number = _record(form, area.code, category, shas, at)
    return redirect(url_for(".page", sent=number), 303)


def _position(form) -> tuple[float, float, float] | None:
    """(lat, lng, accuracy in metres) as the phone found it, or None."""
    try:
        lat, lng, accuracy = (float(form[name]) for name in ("lat", "lng", "accuracy"))
    except (KeyError, ValueError):
        return None
    return (lat, lng, min(accuracy, 1e6)) if abs(lat) <= 90 and abs(lng) <= 180 and accuracy >= 0 else None


def _nearest(places: list, lat: float, lng: float, accuracy: float):
    """The grid, or else the community, whose middle is nearest."""
    known = [one for one in places if one.lat is not None and one.lng is not None]
    grids = [one for one in known if one.level == "grid"] or known
    return min(grids, key=lambda one: hypot(one.lat - lat, (one.lng - lng) * cos(radians(lat))), default=None)


def _record(form, area: str, category: str, shas: list[str], at) -> str:
    """The number of the report; that of the first, where the same form was sent before."""
    seed = uuid.UUID(form["form"])
    entry, action = (str(uuid.uuid5(seed, f"{current_user.username} {what}")) for what in ("entry", "action"))
    body = {"kind": "hazard", "area": area, "category": category, "note": inert(form.get("note", ""))[:200], "source": "spotter"}
    body |= {"place": inert(form.get("place", ""))[:200], "happened_at": now().isoformat(), "roles": dict.fromkeys(shas, "before")}
    body |= dict(zip(("lat", "lng", "accuracy"), at, strict=True)) if at else {}
    raw = {"id": action, "entry": entry, "verb": "recorded", "by": current_user.username, "at": now().isoformat(), "body": body}
    known = lists.entry_by_id(entry)
    if known is None:
        return append_one(raw | {"photos": shas}, current_user.username, partial(rules.allow, current_user.who)).number
    return known.number
