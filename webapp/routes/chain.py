"""本片在办: what a post of the 五包 chain around the worker sees of its own place. No household, name, telephone, words or photo of anybody."""

import uuid
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import climb, duties, rules
from ..core.actions import Refused, inert
from ..core.entries import Entry
from ..core.kinds import KINDS
from ..core.road import DID, LEVELS, STAGES
from ..store import chain as store
from ..store import duties as held
from ..store import lists
from . import course, jobs, ladder, record, targets
from .access import allowed, append_one, note, now, posts, refuse, today
from .asked import whole
from .link import derived

bp = Blueprint("chain", __name__)

MOST_WORDS = 300


def title(row, labels: dict[str, str]) -> str:
    """What it is; of what somebody asked for, or what is at a home, only the kind, for the neighbours are few."""
    return record.title(row, labels) if row.kind == "hazard" and not row.household else _(KINDS[row.kind].label)


@bp.get("/chain")
@allowed(*rules.WATCHERS)
def page():
    """The open cases of one's own places: first those that have come to one's own post."""
    number = whole(request.args.get("page", "1")) or abort(400)
    paths = [post.path for post in posts(*rules.WATCHERS)]
    query = store.watched(paths)
    found, rows = lists.how_many(query), lists.page_of(query, number)
    there = duties.where([one for path in paths for one in held.held_in(path, today())], today())
    cards = [_card(row, there) for row in rows]
    groups = {
        _("轮到您过问"): [one for one in cards if one["own"]],
        _("本片在办"): [one for one in cards if not one["own"]],
    }
    places = [" ".join(jobs.areas(path)[2:]) or " ".join(jobs.areas(path)) for path in dict.fromkeys(paths)]
    note("listed", detail=f"{len(rows)} chain")
    pages = {"number": number, "pages": -(-found // lists.PAGE), "found": found}
    return render_template("chain/list.html", groups={name: some for name, some in groups.items() if some}, places=places, tab="chain", **pages)


def _card(row, there: duties.Where) -> dict:
    """A line of the list: what, where, until when, who has it, and which post it has come to."""
    entry = lists.folded(row)
    return {
        "row": row,
        "url": url_for(".case", entry=row.id),
        "title": title(row, lists.category_labels()),
        "where": " › ".join(jobs.areas(row.path)),
        "state": record.stage(row),
        "deadline": record.deadline(row),
        "who": _who(entry),
        "own": _is_own(entry, there),
    }


def _who(entry: Entry) -> str:
    """Who has it: those with the leading task, else the level."""
    names = course.Names([entry], {})
    return _("、").join(names.holder(task) for task in entry.tasks if task.open and task.leads) or _(LEVELS[entry.level])


def _is_own(entry: Entry, there: duties.Where) -> bool:
    """Has the overdue case come to this person's post?"""
    near = partial(duties.nearest, there, path=entry.path)
    rungs = climb.rungs(entry, targets.town(), lambda role: bool(near(role)))
    place = climb.at(rungs, now())
    return place is not None and any(one.username == current_user.username for role in rungs[place][0] for one in near(role))


def _own(id: str):
    """The row and the entry, if it is one of this person's places; None there is."""
    row = lists.entry_by_id(id)
    entry = row and lists.folded(row)
    if entry is None or not rules.watches(current_user.who, entry, today()):
        refuse(entry=id)
    return row, entry


@bp.get("/chain/<uuid:entry>")
@allowed(*rules.WATCHERS)
def case(entry):
    """One case, with its clock and who has it now and next. The look is logged."""
    found = _own(str(entry))
    note("opened", entry=str(entry), detail="chain")
    return _shown(*found)


def _shown(row, entry: Entry, status: int = 200, **more):
    folded = record.fold_steps(lists.history(entry.id))
    context = {
        "one": _card(row, {}),
        "entry": entry,
        "stage": _(STAGES[entry.stage]),
        "ladder": ladder.of(entry),
        "steps": [_step(one["action"]) for one in folded if _seen(one["action"])],
        "office": jobs.office(row),
        "said": request.args.get("done") == "1",
        "most": MOST_WORDS,
    }
    return render_template("chain/case.html", back=url_for(".page"), **context | more), status


def _seen(action) -> bool:
    return action.verb in {*jobs.SHOWN, "recorded", "approved"} and (action.verb != "noted" or action.by == current_user.username)


def _step(action) -> dict:
    """What was done and when; words only where they are one's own."""
    own = action.by == current_user.username
    said = action.body.get("note") if own and action.verb == "noted" else None
    return {"what": _(DID[action.verb]), "at": action.at, "who": _("我") if own else None, "said": said}


@bp.post("/chain/<uuid:entry>/remarks")
@allowed(*rules.WATCHERS)
def remark(entry):
    """补充说明: something that was seen on the spot. The same form sent twice is one remark."""
    row, found = _own(str(entry))
    said = inert(request.form.get("words", ""))
    if not said or len(said) > MOST_WORDS:
        return _shown(row, found, 422, fault=_("写得太长了,请短一些") if said else _("请写一句说明"), typed=said)
    id = str(uuid.UUID(derived("chain noted", [found.id, current_user.username, said], [])[:32], version=4))
    raw = {"id": id, "entry": found.id, "verb": "noted", "by": current_user.username, "at": now().isoformat(), "body": {"note": said}}
    if not lists.known_action(id):
        try:
            append_one(raw, current_user.username, partial(rules.allow_watch, current_user.who))
        except Refused as refusal:
            if refusal.reason != "id_reused":  # the other half of a double tap was first
                raise
    return redirect(url_for(".case", entry=found.id, done=1), 303)
