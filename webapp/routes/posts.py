"""岗位: who holds what in an area; giving a post, ending one."""

import secrets
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import duties, rules
from ..core.actions import inert
from ..store import duties as store
from ..store import lists, people
from ..store.database import writing
from .access import allowed, now, posts, refuse, today
from .duties import date_in, own_area, standing, tops

bp = Blueprint("posts", __name__)

ROLES = ("secretary", "admin")
GIVES = {"admin": set(rules.ROLES), "secretary": {*rules.CHAIN, *duties.COMMITTEE, "micro_member", "part_time", "delegate", "party_group", "reviewer"}}
"""role -> the roles that it may give and end within its area."""


def gives(path: str) -> list[str]:
    """The roles that the signed-in person may give at a place, in the order of the table."""
    own = set().union(*(GIVES[post.role] for post in posts(*ROLES) if path.startswith(post.path)))
    return [role for role in rules.ROLES if role in own]


@bp.get("/posts")
@allowed(*ROLES)
def page():
    """Everything that is held at one area, with the way to what lies below."""
    return _page(own_area(request.args.get("area"), *ROLES))


def _page(area, faults=(), status: int = 200, found=()):
    names = {unit.code: unit.name for unit in store.units_for(area.path)}
    return render_template(
        "duties/posts.html",
        **standing(area, *ROLES),
        below=lists.areas_below(area.code),
        held=store.posts_at(area.code, today()),
        gives=gives(area.path),
        units=names,
        day_of=today(),
        faults=faults,
        found=found,
        values=request.form,
    ), status


@bp.post("/posts")
@allowed(*ROLES)
def give():
    """A post for somebody who is known here, or for a new person who does not sign in."""
    area, form = own_area(request.form.get("area"), *ROLES), request.form
    role, words, unit = form.get("role", ""), inert(form.get("person", ""))[:80], form.get("unit") or None
    starts, ends = date_in(form, "starts", today()), date_in(form, "ends")
    faults, found = [], []
    if role not in gives(area.path):
        faults.append(("role", _("请选岗位")))
    if not words:
        faults.append(("person", _("请写姓名或账号")))
    if ends and ends < starts:
        faults.append(("ends", _("结束的日子不能早于开始")))
    if unit and (role != "handler" or unit not in {one.code for one in store.units_for(area.path)}):
        faults.append(("unit", _("只有承办人属于单位")))
    if not faults and not form.get("new"):
        found = known(form.get("username") or words)
        if len(found) != 1:
            faults.append(("person", not_one(found)))
    if faults:
        return _page(area, faults, 422, found)
    code, username = area.code, found[0].username if found else ""
    with writing() as connection:
        username = new_person(connection, words) if form.get("new") else username
        given = people.add_post(connection, username, role=role, area=code, starts=starts, ends=ends, unit=unit)
        if given:
            detail = f"{username} {role} {code} {starts}–{ends or ''}"
            people.note_access(connection, current_user.username, "post_given", now(), detail=detail)
    flash(_("岗位已给出") if given else _("这个人已经有同一天开始的同一岗位"))
    return redirect(url_for(".page", area=code), 303)


def known(words: str) -> list:
    """The people of one's own areas with this username or name; a username alone names one person."""
    found = store.named(words, [top.path for top in tops(*ROLES)])
    exact = [person for person in found if words == person.username] or [person for person in found if words == person.name]
    return exact or found


def not_one(found: list) -> str:
    """What to say where nobody, or more than one person, has this name."""
    return _("有 %(count)s 个人符合,请选一个", count=len(found)) if found else _("没有找到这个人;可以作为新人员登记")


def new_person(connection, name: str) -> str:
    """An account without a password: a name in the chain, who does not sign in."""
    username = f"p{secrets.token_hex(4)}"
    people.add(connection, username, name)
    return username


@bp.post("/posts/<int:id>/end")
@allowed(*ROLES)
def end(id):
    """The last day of a post; yesterday, unless the form says otherwise, so that it is over at once."""
    found = store.post_by_id(id) if id < 2**31 else None
    if found is None or not any(found.Area.path.startswith(top.path) for top in tops(*ROLES)):
        refuse(f"post={id}")
    post, last = found.Post, date_in(request.form, "last", today() - timedelta(days=1))
    if post.role not in gives(found.Area.path):
        refuse(f"post={id}")
    if (post.username, post.role) == (current_user.username, "admin"):
        flash(_("自己的管理员岗位要由另一位管理员结束"))
        return redirect(url_for(".page", area=post.area_code), 303)
    code, detail = post.area_code, f"{post.username} {post.role} {post.area_code} {last}"
    with writing() as connection:
        store.end(connection, id, last)
        people.note_access(connection, current_user.username, "post_ended", now(), detail=detail)
    flash(_("岗位已结束"))
    return redirect(url_for(".page", area=code), 303)
