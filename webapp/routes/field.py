"""The worker's phone: shells without personal data, filled from what the phone keeps."""

from datetime import timedelta
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import calendar, four, mediation, road
from ..core.rules import FIELD_ROLES
from ..store import ledgers, lists
from .access import allowed, public
from .access import today as today_there
from .mediating import LABELS, WITH_PHOTOS
from .sync import envelope

bp = Blueprint("field", __name__)

OFFLINE = ("signed", "classified", "planned", "mediated", "agreed", "failed", "performed", "confirmed", "fed_back")
"""The steps of mediation that the phone's own page of an entry offers."""


@bp.get("/")
@public
def today():
    """今天: the four duties, then what is due, by building and household."""
    return render_template("field/today.html", four=four)


@bp.get("/week.json")
@allowed(*FIELD_ROLES)
def week():
    """How often one did each of the four duties this week, in words; good until its Sunday."""
    monday = calendar.monday(today_there())
    counts = four.counts(ledgers.own(current_user.username, monday))
    words = {duty: _("本周 %(count)s", count=count) for duty, count in counts.items()}
    return envelope(until=(monday + timedelta(days=6)).isoformat(), week=words)


@bp.get("/visits")
@public
def visits():
    """走访: the roster by building, unit, household, with search."""
    return render_template("field/visits.html")


@bp.get("/new")
@public
def new():
    """记一笔: the form of all kinds of entry."""
    groups = {}
    for (kind, group), rows in groupby(lists.categories(), key=lambda row: (row.kind, row.group)):
        groups.setdefault(kind, []).append((group, [(row.code, row.label) for row in rows]))
    return render_template("field/new.html", categories=groups)


@bp.get("/outbox")
@public
def outbox():
    """待上传: every record on this phone with its own state."""
    return render_template("field/outbox.html")


@bp.get("/mine")
@public
def me():
    """我的: account, grids, settings."""
    return render_template("field/me.html")


@bp.get("/entry")
@public
def entry():
    """One entry as the phone knows it; ?id= names it. Somebody who opens it without one goes to 今天; the service worker asks for it bare."""
    if request.headers.get("Sec-Fetch-Dest") == "document" and not request.args.get("id"):
        return redirect(url_for(".today"))
    return render_template("field/entry.html", steps=_steps(), mediation=mediation, photographed=WITH_PHOTOS)


def _steps() -> dict[str, tuple[list[str], str, str]]:
    """verb -> (the stages that it leads on from, where to, "" where it stays; what it is called) of a mediator's steps without a network."""
    ways = {verb: [(stage, to[verb]) for stage, to in road.DISPUTE.items() if verb in to] for verb in OFFLINE}
    return {
        verb: ([stage for stage, to in found if not (verb in mediation.FIRST and stage != mediation.FIRST[verb])], _leads(found), LABELS[verb])
        for verb, found in ways.items()
    }


def _leads(found: list[tuple[str, str]]) -> str:
    return "" if all(stage == to for stage, to in found) else found[0][1]
