"""The pool of mediators: what each is good at (擅长), has in hand and has resolved, and how satisfied the parties were."""

from collections import Counter
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import mediation
from ..core.kinds.shape import N_
from ..core.mediation import Counts
from ..store import disputes, lists, people
from ..store.database import writing
from .access import allowed, note, now, posts, refuse, today, zone
from .disputes import ROLES, cards, nav, paths

bp = Blueprint("mediators", __name__)

YEAR = timedelta(days=365)
REVIEWED = N_("评过理的")
WHATS = {
    "accepted": N_("经手的"), "open": N_("手上的"), "succeeded": N_("化解的"), "rated": N_("说了满不满意的"), "satisfied": N_("满意或基本满意的"),
}  # fmt: skip
"""What is counted of a mediator -> its name."""


def sets(person, area) -> bool:
    """May the signed-in person say what this mediator is good at: he himself, or the secretary of his area?"""
    return person.username == current_user.username or any(area.path.startswith(post.path) for post in posts("secretary"))


@bp.get("/disputes/mediators")
@allowed(*ROLES)
def page():
    """Everybody who mediates in one's areas, with the records of a year."""
    found = {}
    for person, area in disputes.pool(paths(), today()):
        found.setdefault(person.username, (person, []))[1].append(area)
    good = disputes.specialties(set(found))
    records = disputes.mediated_by(set(found), *_year(), paths(), current_user.username)
    rows = [
        {
            "person": person,
            "areas": _("、").join(area.name for area in areas),
            "good": good.get(username, []),
            "counts": sum((_counts(row) for row in records.get(username, ())), Counts()),
            "sets": any(sets(person, area) for area in areas),
        }
        for username, (person, areas) in found.items()
    ]
    groups = {}
    for category in lists.categories("dispute"):
        groups.setdefault(category.group, []).append((category.code, _(category.label)))
    return render_template(
        "disputes/mediators.html", rows=rows, reviewers=_reviewers(), groups=groups, labels=lists.category_labels(), nav=nav("mediators")
    )


def _reviewers() -> list[dict]:
    """The pool that 近邻评理 draws from: how many rounds each judged within a year, about how many disputes."""
    found = {}
    for person, area in disputes.reviewers(paths(), today()):
        found.setdefault(person.username, (person, []))[1].append(area)
    judged = _judged({username: person.name for username, (person, _areas) in found.items()})
    return [
        {"person": person, "areas": _("、").join(area.name for area in areas)}
        | {"rounds": sum(judged[username].values()), "disputes": len(judged[username])}
        for username, (person, areas) in found.items()
    ]


def _judged(pool: dict[str, str]) -> dict[str, Counter]:
    """username -> how many rounds of each dispute (by id) he judged, of those received within a year."""
    counts = {username: Counter() for username in pool}
    for row in disputes.of_days(paths(), *_year()) if pool else ():
        entry = lists.folded(row)
        for judges in mediation.reviewed(entry.road.get("mediation", {}), pool) if current_user.username not in entry.kept_from else ():
            for username in judges:
                counts[username][row.id] += 1
    return counts


@bp.get("/disputes/reviewers/<username>")
@allowed(*ROLES)
def reviewer(username):
    """The disputes that somebody of the pool has judged."""
    person = next((person for person, _area in disputes.reviewers(paths(), today()) if person.username == username), None)
    if person is None:
        refuse(f"reviewer={username[:80]}")
    name, ids = person.name, set(_judged({username: person.name})[username])
    what = _("%(what)s,近一年收到的", what=_(REVIEWED))
    return listed(name, what, disputes.by_ids(ids), url_for(".page", _anchor="reviewers"), "mediators")


def _counts(row) -> Counts:
    return mediation.counts(lists.folded(row), now(), zone())


def _year() -> tuple:
    return today() - YEAR, today()


@bp.get("/disputes/mediators/<username>")
@allowed(*ROLES)
def one(username):
    """The disputes behind one of the counts of a mediator."""
    what = request.args.get("what", "accepted")
    person = next((person for person, _area in disputes.pool(paths(), today()) if person.username == username), None)
    if person is None:
        refuse(f"mediator={username[:80]}")
    if what not in WHATS:
        abort(400)
    rows = disputes.mediated_by({username}, *_year(), paths(), current_user.username).get(username, [])
    name = person.name
    return listed(name, _("%(what)s,近一年收到的", what=_(WHATS[what])), [row for row in rows if getattr(_counts(row), what)], url_for(".page"), "mediators")


def listed(who: str, what: str, rows: list, back: str, room: str):
    """The disputes behind a number, the newest first."""
    note("listed", detail=f"{len(rows)} disputes of {who}")
    rows = sorted(rows, key=lambda row: row.received_at, reverse=True)
    return render_template("disputes/behind.html", who=who, what=what, cards=cards(rows), back=back, room=room, nav=nav(room))


@bp.post("/disputes/mediators/<username>")
@allowed("mediator", "secretary")
def good_at(username):
    """What a mediator is good at: these categories and no others."""
    own = [(person, area) for person, area in disputes.pool(paths("mediator", "secretary"), today()) if person.username == username]
    if not any(sets(person, area) for person, area in own):
        refuse(f"mediator={username[:80]}")
    codes = list(dict.fromkeys(request.form.getlist("category")))
    if not set(codes) <= {category.code for category in lists.categories("dispute")}:
        abort(400)
    with writing() as connection:
        disputes.set_specialties(connection, username, codes)
        people.note_access(connection, current_user.username, "set", now(), detail=f"specialty {username} {' '.join(codes)}")
    flash(_("擅长已记下"))
    return redirect(url_for(".page"), 303)
