"""通知: what the server has told the signed-in person, each with the way to what it is about."""

from datetime import date, datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules
from ..core.notices import COUNTED, NOTICES, OF_FILES, URGENT
from ..core.road import LEVELS
from ..core.rules import ROLES
from ..htmx import asks_for_piece, piece
from ..store import jobs, lists, notices, whistles
from ..store.database import writing
from . import chain, record
from .access import allowed, now, posts, today
from .account import home
from .asked import whole
from .rail import paths, rail, told
from .words import day, moment

bp = Blueprint("notices", __name__)

ICONS = {"blown": "whistle", "missed": "whistle", "returned": "return", "follow_up": "repeat", "digest": "today", "suspended": "lock", "flagged": "bell"}
ICONS |= {"assigned": "inbox", "handed_back": "return", "supervised": "eye", "rung": "up", "lowered": "down"}
ICONS |= dict.fromkeys(("contact_late", "contact_never"), "team") | {"sitting": "calendar"}


@bp.app_context_processor
def _unseen():
    """How many are new, and whether there are visits to make, for whichever page shows it."""
    return {
        "unseen_notices": lambda: notices.unseen(current_user.username) if current_user.is_authenticated else 0,
        "keeps_in_touch": lambda: bool(posts(*rules.CONTACTS)),
    }


def frame(name: str) -> dict:
    """What a room that everybody shares stands in: the handlers' pages, or the desk's; those without a desk get the way home."""
    if not paths() and posts("handler") and not posts(*rules.FIELD_ROLES):
        return {"frame": "jobs/_frame.html", "tab": name, "nav": []}
    if not paths() and posts(*rules.WATCHERS) and not posts(*rules.FIELD_ROLES):
        return {"frame": "chain/_frame.html", "tab": name, "nav": []}
    first = {"name": "home", "url": home(), "label": _("首页"), "icon": "home"}
    nav = rail(name) or [one | {"major": True} for one in (first, told(name))]
    return {"frame": "desk/_frame.html", "nav": nav}


@bp.get("/notices")
@allowed()
def page():
    """Everything that this person was told, the newest first."""
    number = whole(request.args.get("page", "1")) or abort(400)
    found, rows = notices.how_many(current_user.username), notices.mine(current_user.username, number)
    context = {"shown": in_words(rows), "number": number, "pages": -(-found // notices.PAGE), "found": found, "until": now().isoformat()}
    return render_template("notices/page.html", **frame("notices"), new=notices.unseen(current_user.username), **context)


@bp.post("/notices/seen")
@allowed()
def seen():
    """This person has seen one of his notices, named by its `key`, or all that were there at `until`."""
    key = request.form.get("key")
    try:
        until = datetime.fromisoformat(request.form.get("until") or now().isoformat())
    except ValueError:
        abort(400)
    if until.tzinfo is None:
        abort(400)
    with writing() as connection:
        notices.see(connection, current_user.username, until, now(), key)
    if key and asks_for_piece():
        row = notices.one(current_user.username, key) or abort(404)
        return piece(render_template("notices/_notice.html", one=in_words([row])[0], nav=[told()], out_of_turn=True))
    return redirect(url_for(".page"), 303)


def in_words(rows: list) -> list[dict]:
    """What the page shows of each notice."""
    found, labels = whistles.entries({row.entry for row in rows if row.entry}), lists.category_labels()
    names = {
        "unit": jobs.unit_names({row.about["unit"] for row in rows if "unit" in row.about}),
        "person": lists.people_names({row.about["person"] for row in rows if "person" in row.about}),
        "grid": lists.names_of({row.about[name] for row in rows for name in ("grid", "area") if name in row.about}),
    }
    ways = {row.key: _elsewhere(row) if row.entry is None else _file(row, found) or way(found.get(row.entry), row.about.get("n")) for row in rows}
    return [
        {
            "key": row.key,
            "at": row.at,
            "new": row.seen is None,
            "urgent": row.what in URGENT,
            "icon": ICONS.get(row.what, "alert" if row.what in URGENT else "clock"),
            "words": _said(row, names),
            "counts": [(_(COUNTED[name]), count) for name, count in row.about.get("counts", {}).items()],
            "url": ways[row.key],
            "title": _title(found[row.entry], labels) if row.entry and ways[row.key] else None,
        }
        for row in rows
    ]


def _title(row, labels: dict[str, str]) -> str:
    """What it is; for a post of the chain no more than its own page says."""
    return (record.title if rules.reads(current_user.who, lists.folded(row), today()) else chain.title)(row, labels)


def _elsewhere(row) -> str:
    """Where a notice leads that is about no entry."""
    if row.what == "digest" and "waiting" in row.about["counts"] and posts("street") and not posts("secretary"):
        return url_for("desk.entries", list="for_street")
    return url_for("contacts.page") if "area" in row.about and posts(*rules.CONTACTS) else home()


def _file(row, found: dict) -> str | None:
    """The part of a dispute's file that a notice is about, for those who may open it."""
    dispute = found.get(row.entry) if row.what in OF_FILES else None
    opens = dispute and rules.roles_for(current_user.who, lists.folded(dispute), today()) & {"mediator", "secretary"}
    return url_for("disputes.one", id=row.entry, _anchor="court" if row.what == "sitting" else "file-agreement") if opens else None


def _said(row, names: dict) -> str:
    about = row.about
    if "area" in about:
        last = day(date.fromisoformat(about["last"])) if "last" in about else ""
        return _(NOTICES[row.what]) % {"place": names["grid"].get(about["area"], about["area"]), "days": about["days"], "when": last}
    if row.what == "digest":
        return f"{_(NOTICES['digest'])} {day(date.fromisoformat(about['day']))}"
    who = next((names[name].get(about[name], about[name]) for name in names if name in about), "") or _(
        LEVELS.get(about.get("level")) or ROLES.get(about.get("role"), "")
    )
    when = datetime.fromisoformat(about["when"])
    return _(NOTICES[row.what]) % {"number": about["number"], "who": who, "when": moment(when), "day": day(when), "item": about.get("item")}


def way(row, n: int | None = None) -> str | None:
    """Where this person reads an entry, or its n-th task: at the desk, among his own tasks, or on the phone; None where he may not."""
    if row is None:
        return None
    if any(row.path.startswith(path) for path in paths()):
        return url_for("desk.entry", id=row.id)
    entry = lists.folded(row)
    if not rules.reads(current_user.who, entry, today()):
        return url_for("chain.case", entry=row.id) if rules.watches(current_user.who, entry, today()) else None
    given = next((task for task in entry.tasks if task.n == n and task.what in {"handle", "assist"}), None)
    if given and given.end not in {"handed_back", "moved"} and current_user.who.own(given, entry, today()):
        return url_for("jobs.job", entry=row.id, n=n)
    if entry.road.get("stubborn", {}).get("lead") == current_user.username:
        return url_for("stubborn.page", _anchor=f"entry-{row.id}")
    return url_for("field.entry", id=row.id) if posts(*rules.FIELD_ROLES) else home()
