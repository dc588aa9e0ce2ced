"""The resident's pages: the form behind a poster's QR code, the page behind a link, and the posters themselves."""

import hashlib
import hmac
import io
import json
import re
import time
import uuid
from functools import partial

import segno
from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import progress, road, rules
from ..core.actions import RATINGS, Refused, inert
from ..core.kinds.shape import N_
from ..core.units import LEVELS
from ..store import jobs, links, lists, mail, people
from ..store.database import writing
from . import pictures
from .access import allowed, append_one, new_id, now, posts, public, refuse, today, zone
from .account import limiter
from .figures import nav

bp = Blueprint("link", __name__)

MOST_PHOTOS, MOST_WORDS = 3, 2000
RATING_DAYS = 7
"""A rating may be changed for so long after it was first given."""
POSTER_ROLES = ("worker", "secretary", "street", "admin")
LINK_ROLES = ("worker", "secretary")
TELEPHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,22}[0-9]")


@bp.after_request
def tell_nobody(response):
    """A link is a key: it is not indexed, kept, or passed on to another site."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


# --- the form behind the poster


def _accepted(response) -> bool:
    return response.status_code == 303


def _this_area() -> str:
    return f"area {request.view_args['code']}"


def busy(limit) -> Response:
    """Too many at once: say until when, and keep what was written."""
    seconds = max(1, limit.reset_at - int(time.time()))
    wait = max(1, round(seconds / 60))
    if request.endpoint == "link.report":
        page = _form(_open_area(request.view_args["code"]), busy=wait)
    else:
        page = render_template("link/busy.html", wait=wait)
    return make_response(page, 429, {"Retry-After": str(seconds)})


@bp.route("/report/<code>", methods=["GET", "POST"])
@public
@limiter.limit("120 per 10 minutes", methods=["POST"], on_breach=busy)
@limiter.limit("60 per 10 minutes; 600 per day", methods=["POST"], deduct_when=_accepted, on_breach=busy)
@limiter.limit("60 per hour", methods=["POST"], key_func=_this_area, deduct_when=_accepted, on_breach=busy)
def report(code):
    """A resident tells the community something: no account, no script needed. 303 to his link, or 422 with his text kept."""
    area = _open_area(code)
    if request.method == "GET":
        return _form(area)
    sent = _sent()
    found = pictures.files()
    shas = pictures.hashes(found)
    token = derived("token", sent, shas)
    if lists.link(links.hashed(token)):
        return redirect(url_for(".follow", token=token, new=1), 303)
    faults = _faults(sent, found) or pictures.take(found, rules.RESIDENT)
    if faults:
        return _form(area, faults), 422
    _record(area, sent, shas, token)
    return redirect(url_for(".follow", token=token, new=1), 303)


def _area(code: str):
    return lists.area_by_code(code) or abort(404)


def _open_area(code: str):
    """The area of a poster; where a re-grid has closed it and the poster still hangs, what is there above it."""
    return next(area for area in reversed(lists.areas_above(_area(code).path)) if area.ends is None)


def _form(area, faults=(), busy=None) -> str:
    areas = lists.areas_above(area.path)
    options = {}
    for one in lists.categories("request"):
        options.setdefault(one.group, []).append((one.code, _(one.label)))
    groups = [{"label": _(group), "options": found} for group, found in options.items()]
    values = _sent() if request.method == "POST" else {"form": str(uuid.uuid4()), "place": _door(areas)}
    office = _office(areas)
    return render_template(
        "link/report.html",
        area=area,
        office=office,
        where=_door(areas),
        groups=groups,
        values=values,
        faults=faults,
        busy=busy,
        most=MOST_PHOTOS,
    )


def _sent() -> dict[str, str]:
    """What was written in the form, without control characters."""
    names = ("form", "category", "note", "place", "name", "telephone", "homepage")
    return {name: inert(request.form.get(name, "")) for name in names}


def _faults(sent: dict, photos: list) -> list[tuple[str, str]]:
    """(field, what to do about it) for everything in the form that cannot be taken."""
    found = []
    if sent["homepage"]:  # unseen by people
        found.append(("note", _("没有提交成功,请再按一次“提交”。")))
    if not sent["note"]:
        found.append(("note", _("请写一写是什么事")))
    if len(sent["note"]) > MOST_WORDS:
        found.append(("note", _("最多写 %(count)s 个字,现在是 %(now)s 个", count=MOST_WORDS, now=len(sent["note"]))))
    if len(sent["place"]) > 200:
        found.append(("place", _("地点最多写 200 个字")))
    if sent["telephone"] and not TELEPHONE.fullmatch(sent["telephone"]):
        found.append(("telephone", _("电话号码不对,请核对;也可以不留")))
    if len(sent["name"]) > 40:
        found.append(("name", _("称呼最多写 40 个字")))
    if len(photos) > MOST_PHOTOS:
        found.append(("photo", _("最多 %(count)s 张照片", count=MOST_PHOTOS)))
    return found


def derived(purpose: str, sent: dict, shas: list) -> str:
    """144 bits that only this server can tell, the same whenever the same form is sent again."""
    content = json.dumps([purpose, sent, shas], sort_keys=True).encode()
    return hashlib.sha256(hmac.digest(current_app.secret_key, content, "sha256")).hexdigest()[:36]


def _record(area, sent: dict, shas: list, token: str) -> None:
    entry, action = (str(uuid.UUID(derived(purpose, sent, shas)[:32], version=4)) for purpose in ("entry", "action"))
    known = {one.code for one in lists.categories("request")}
    body = {"kind": "request", "area": area.code, "category": sent["category"] if sent["category"] in known else None}
    body |= {"note": sent["note"], "place": sent["place"], "source": "resident_link", "link": links.hashed(token)}
    body |= {"happened_at": now().isoformat()}
    raw = {"id": action, "entry": entry, "verb": "recorded", "by": rules.RESIDENT, "at": now().isoformat(), "body": body, "photos": shas}
    allow, also = partial(rules.allow_report, area.path), partial(_leave_contact, entry, sent)
    letter = mail.Letter([raw], rules.RESIDENT, allow, also=also)
    answer = mail.post(letter, now(), zone())[0]
    if answer.answer == "refused" and answer.reason != "id_reused":  # reused: the other half of a double tap was first
        raise Refused(answer.reason, answer.message)


def _leave_contact(entry: str, sent: dict, connection, answers) -> None:
    if answers[0].answer == "kept" and (sent["telephone"] or sent["name"]):
        links.leave_contact(connection, entry, sent["name"], sent["telephone"])


# --- the page behind the link


def missed(response) -> bool:
    return response.status_code == 404


@bp.get("/s/<token>")
@public
@limiter.limit("300 per 10 minutes", deduct_when=missed, on_breach=busy)
def follow(token):
    """How far a resident's matter is; changes nothing."""
    return _page(token)


@bp.post("/s/<token>/rating")
@public
@limiter.limit("120 per 10 minutes", on_breach=busy)
def rate(token):
    """The resident says how satisfied he is with this closing."""
    entry = _linked(token)
    if entry is None:
        return _page(token)
    score, note = request.form.get("score", ""), inert(request.form.get("note", ""))
    if score not in RATINGS or len(note) > MOST_WORDS:
        return _page(token, [("score", _("请选择一项"))], 422)
    given, last = _ratings(entry.id)
    note = note or (last or {}).get("note", "")  # what was written is not shown again, so empty does not mean away with it
    if given and (now() - given).days >= RATING_DAYS:
        return _page(token, [("score", _("评价已过 %(days)s 天,不能再改;没解决请选下面的“还没解决”。", days=RATING_DAYS))], 422)
    if last == {"score": score, "note": note}:
        return redirect(url_for(".follow", token=token), 303)
    return _say(token, entry.id, "rated", {"score": score, "note": note})


@bp.post("/s/<token>/reopening")
@public
@limiter.limit("120 per 10 minutes", on_breach=busy)
def reopen(token):
    """The resident says that it is not solved after all."""
    entry = _linked(token)
    if entry is None:
        return _page(token)
    reason = inert(request.form.get("reason", ""))
    if not 0 < len(reason) <= 500:
        return _page(token, [("reason", _("请写一写哪里没解决(500 字以内)"))], 422)
    return _say(token, entry.id, "reopened", {"reason": reason})


def _say(token: str, entry: str, verb: str, body: dict):
    """Do it through the log; if the matter is not closed (any more), show how it stands instead."""
    raw = {"id": new_id(now()), "entry": entry, "verb": verb, "by": rules.RESIDENT, "at": now().isoformat(), "body": body}
    try:
        append_one(raw, rules.RESIDENT, partial(_while_closed, entry))
    except Refused as refusal:
        if refusal.reason != "stale":
            raise
        return _page(token, [("steps", _("这件事现在不是“已办结”,请看下面的进展。"))], 409)
    return redirect(url_for(".follow", token=token), 303)


def _while_closed(id: str, action, entry, day) -> None:
    rules.allow_link({id}, action, entry, day)
    if entry is None or entry.stage != "closed" or not entry.case:
        raise Refused("stale")


def _linked(token: str):
    """The entry behind a token, or None: unknown and revoked are alike."""
    found = lists.link(links.hashed(token))
    return lists.entry_by_id(found.entry) if found and not found.revoked else None


def _ratings(id: str) -> tuple:
    """(when the present closing was first rated, the latest rating's body), or (None, None)."""
    first, last = None, None
    for _row, action in lists.history(id):
        if action.verb == "reopened" or (action.verb == "followed_up" and not action.body["solved"]):
            first, last = None, None
        elif action.verb == "rated":
            first, last = first or action.heard, action.body
    return first, last


def _page(token: str, faults=(), status: int = 200):
    entry = _linked(token)
    if entry is None:
        return render_template("link/unknown.html"), 404
    areas = lists.areas_above(entry.path)
    given, last = _ratings(entry.id)
    url = url_for(".follow", token=token, _external=True)
    new = request.args.get("new") == "1" and request.method == "GET"
    page = render_template(
        "link/follow.html",
        entry=entry,
        word=_(progress.NOW.get(entry.stage, N_("办理中"))),
        running=road.OPEN,
        code=lists.link(links.hashed(token)).code,
        steps=progress.steps((row.seq, action) for row, action in lists.history(entry.id)),
        office=_office(areas),
        in_charge=_in_charge(entry, areas),
        token=token,
        url=url,
        qr=segno.make(url, error="m").png_data_uri(scale=6, border=2) if new else None,
        rating=last,
        may_rate=entry.case and entry.stage == "closed" and (given is None or (now() - given).days < RATING_DAYS),
        days=RATING_DAYS,
        faults=faults,
    )
    return page, status


def _office(areas: list) -> dict:
    """Who is behind the page: the community (or what stands for it), and the nearest telephone above."""
    name = next((area.name for area in areas if area.level == "community"), areas[0].name)
    return {"name": name, "telephone": next((area.telephone for area in reversed(areas) if area.telephone), None)}


def _door(areas: list) -> str:
    """A place in a resident's words: community, then compound or building; he need not know of grids."""
    return " ".join(area.name for area in areas if area.level not in {"street", "grid"} or area is areas[-1])


def _in_charge(entry, areas: list) -> str:
    """The post that the matter lies with, never a name: the lowest grid with a worker while it is in hand, else the secretary."""
    community = next((area for area in areas if area.level == "community"), areas[0])
    staffed = {post.area_code for post, _person in lists.posts_at([area.code for area in areas], "worker", today())}
    grid = next((area for area in reversed(areas) if area.code in staffed), None)
    task = next((task for task in lists.folded(entry).tasks if task.open and task.leads), None)
    if task is not None and task.unit:
        return jobs.unit_names({task.unit}).get(task.unit, _("承办单位"))
    if task is not None and task.what == "mediate":
        return _("%(community)s 调解员", community=community.name)
    if entry.stage in {"in_hand", "assigned", "signed", "agreed", "fed_back"} and grid is not None:
        name = grid.name if grid.name.startswith(community.name.removesuffix("社区")) else community.name + grid.name
        return _("%(grid)s 网格员", grid=name)
    return _("%(community)s 书记", community=community.name) if community.level == "community" else community.name


# --- links from the desk


@bp.post("/desk/entries/<uuid:entry_id>/link")
@allowed(*LINK_ROLES)
def make(entry_id):
    """A new link to a case, shown once; with `revoke`, in place of all earlier ones."""
    entry = lists.entry_by_id(str(entry_id))
    covered = entry is not None and any(entry.path.startswith(post.path) for post in posts(*LINK_ROLES))
    if not covered or not entry.case or current_user.username in lists.folded(entry).kept_from:
        refuse(entry=str(entry_id))
    with writing() as connection:
        if request.form.get("revoke"):
            links.revoke(connection, str(entry_id))
        token = links.add(connection, str(entry_id), now())
        what = "link_replaced" if request.form.get("revoke") else "link_made"
        people.note_access(connection, current_user.username, what, now(), entry=str(entry_id))
    url = url_for(".follow", token=token, _external=True)
    qr = segno.make(url, error="m").png_data_uri(scale=8, border=2)
    entry, code = lists.entry_by_id(str(entry_id)), lists.link(links.hashed(token)).code
    return render_template("link/made.html", nav=nav(), entry=entry, url=url, qr=qr, code=code)


# --- posters


@bp.get("/posters")
@allowed(*POSTER_ROLES)
def posters():
    """The grids, compounds and buildings of one's own communities or grids, each with its poster; whatever levels a town has there."""
    tops = _tops()
    area = _own_area(request.args["area"]) if request.args.get("area") else tops[0]
    groups = {}
    for one in lists.areas_in([area.path]):
        if one.code != area.code and one.level not in {*LEVELS, "unit"} and one.grid_type not in {"micro", "general"}:
            groups.setdefault(one.scope, []).append(one)
    below = lists.areas_below(area.code)
    return render_template("link/posters.html", area=area, tops=tops, groups=list(groups.values()), below=below, nav=nav("posters"))


def _tops() -> list:
    """The communities in one's posts; where there are none, the posts' own areas."""
    found = {}
    for path in sorted({post.path for post in posts(*POSTER_ROLES)}):
        for area in lists.areas_in([path], "community") or [lists.areas_above(path)[-1]]:
            found[area.code] = area
    return list(found.values())


@bp.get("/posters/<code>")
@allowed(*POSTER_ROLES)
def poster(code):
    """The poster of an area on one A4 sheet; with ?buildings=1 a sheet for each building in it instead."""
    area = _own_area(code)
    if area.ends:
        abort(404)
    sheets = request.args.get("buildings") and lists.areas_in([area.path], "building") or [area]
    return render_template("link/poster.html", area=area, sheets=[_sheet(one) for one in sheets])


def _sheet(area) -> dict:
    areas = lists.areas_above(area.path)
    return {"area": area, "door": _door(areas), "office": _office(areas), "url": url_for(".report", code=area.code, _external=True)}


@bp.get("/report/<code>/qr.svg")
@public
def poster_code(code):
    """The QR code of a poster, to print at any size."""
    picture = io.BytesIO()
    segno.make(url_for(".report", code=_area(code).code, _external=True), error="q").save(picture, kind="svg", scale=10, border=2)
    return Response(picture.getvalue(), mimetype="image/svg+xml")


def _own_area(code: str):
    """An area that one of today's posts covers; every other does not exist."""
    area = _area(code)
    if not any(area.path.startswith(post.path) for post in posts(*POSTER_ROLES)):
        refuse()
    return area
