"""What makes the phone's notebook an app: the service worker, the manifest, the scripts' words and labels."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from ..core.actions import PHOTO_ROLES
from ..core.care import CARE, ORDINARY_DAYS
from ..core.kinds import KINDS
from ..core.road import DID, STAGES
from ..core.rules import ROLES
from ..store import lists
from .access import public
from .assets import STATIC, asset
from .record import LABELS
from .words import LANGUAGES, catalogue, language

bp = Blueprint("shell", __name__)

SHELLS = ("field.today", "field.visits", "field.new", "field.outbox", "field.me", "field.entry", "papers.recite", "shell.offline")
"""Pages without personal data, one bare path each, that the phone keeps and fills from its own store."""
NOT_ON_THE_PHONE = {
    "htmx.js", "desk.js", "desk.css", "figures.css", "link.css", "regrid.css", "duties.css", "grids.css", "spot.css",
    "spot.js", "print.js", "worker.js", "mark.svg", "icon.svg",
}  # fmt: skip


@bp.after_app_request
def _mark(response):
    """Shells and words say that they are ours, so that a phone never keeps a stranger's page in their place."""
    response.headers["X-Gridbook"] = current_app.config["BUILD"]
    return response


@bp.get("/sw.js")
@public
def worker():
    """The service worker. Another build, language (?language=, for it is asked for without cookies) or set of categories makes it another one."""
    files = [path for path in sorted(STATIC.rglob("*")) if path.is_file() and _kept(path)]
    assets = [asset(path.relative_to(STATIC).as_posix()) for path in files]
    pages = [url_for(name) for name in SHELLS] + [url_for("shell.words"), url_for("shell.manifest")]
    body = render_template("shell/sw.js", version=version(), build=current_app.config["BUILD"], assets=assets, pages=pages)
    return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def version() -> str:
    """A name for what the phone keeps: changes when a static file, a shell's words or a label changes, not with somebody's taste."""
    asked = request.args.get("language", "")
    chosen = asked if asked in LANGUAGES else language()
    return _version(current_app.config["BUILD"], chosen, tuple((row.code, row.group, row.label) for row in lists.categories()))


@lru_cache(maxsize=8)
def _version(build: str, chosen: str, categories: tuple) -> str:
    """The same, remembered: a phone asks at every page it opens."""
    with current_app.test_request_context("/sw.js", headers={"Cookie": f"language={chosen}"}):
        pages = [current_app.make_response(current_app.view_functions[name]()).get_data() for name in (*SHELLS, "shell.words")]
    return f"{build}-{hashlib.sha256(b''.join(pages)).hexdigest()[:8]}-{chosen}"


def _kept(path: Path) -> bool:
    """Is this file needed on a phone without a network?"""
    if path.parent.name == "short":
        return False
    return (path.suffix in {".js", ".css", ".svg"} and path.name not in NOT_ON_THE_PHONE) or path.name == "icon-192.png"


@bp.get("/words.json")
@public
def words():
    """The scripts' words in the chosen language (Chinese source -> translation), and the labels of everything that has a code."""
    text = json.dumps(
        {"phrases": catalogue(Path(current_app.root_path) / "translations"), "labels": labels()}, ensure_ascii=False, separators=(",", ":")
    )
    return Response(text, mimetype="application/json")


def labels() -> dict:
    """The label table, as the phone keeps it."""
    return {
        "kinds": {name: _kind(kind) for name, kind in KINDS.items()},
        "categories": {row.code: [_(row.group), _(row.label)] for row in lists.categories()},
        "care": {name: [_(care.label), care.days] for name, care in CARE.items()},
        "ordinary_days": ORDINARY_DAYS,
        **{
            table: {name: _(label) for name, label in words.items()}
            for table, words in (("about", LABELS), ("stages", STAGES), ("verbs", DID), ("roles", ROLES), ("photo_roles", PHOTO_ROLES))
        },
    }


def _kind(kind) -> dict:
    fields = [
        {"name": field.name, "label": _(field.label), "shape": field.shape, "choices": {value: _(word) for value, word in field.choices}}
        for field in kind.fields
        if field.shape not in {"person", "series", "agenda"}  # nothing that is not of this phone's own grid
    ]
    return {"label": _(kind.label), "icon": kind.icon, "case": kind.case, "wants": kind.wants, "roles": kind.roles, "fields": fields}


@bp.get("/manifest.webmanifest")
@public
def manifest():
    response = jsonify(
        id="/",
        name=_("网格本"),
        short_name=_("网格本"),
        description=_("走到哪,记到哪;没网也不丢;件件有回音,数字有出处。"),
        lang="en" if language() == "en" else "zh-CN",
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#F7F3EC",
        theme_color="#A3212E",
        icons=[_icon(f"{name}-{size}.png", size, use) for name, use in (("icon", "any"), ("maskable", "maskable")) for size in (192, 512)],
        screenshots=[_screenshot("screen-phone.png", "720x1480", "narrow"), _screenshot("screen-desk.png", "1280x800", "wide")],
        shortcuts=[
            {"name": _("记走访"), "url": url_for("field.new", kind="visit"), "icons": [_icon("icon-192.png", 192, "any")]},
            {"name": _("拍隐患"), "url": url_for("field.new", kind="hazard", camera=1), "icons": [_icon("icon-192.png", 192, "any")]},
        ],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icon(name: str, size: int, purpose: str) -> dict:
    return {"src": asset(f"icons/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


def _screenshot(name: str, sizes: str, form: str) -> dict:
    return {"src": asset(f"icons/{name}"), "sizes": sizes, "type": "image/png", "form_factor": form}


@bp.get("/offline")
@public
def offline():
    """Shown for a page that was never kept, while there is no network."""
    return render_template("shell/offline.html")
