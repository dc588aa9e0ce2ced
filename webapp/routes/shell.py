"""What makes the phone's notebook an app: the service worker, the manifest, the scripts' words."""

from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask_babel import gettext as _

from .access import public
from .assets import STATIC, asset
from .words import js_catalogue, language

bp = Blueprint("shell", __name__)

SHELLS = ("field.today", "field.visits", "field.new", "field.outbox", "field.me", "field.entry", "shell.offline")
"""Pages without personal data, one bare path each, that the phone keeps and fills from its own store."""


@bp.get("/sw.js")
@public
def worker():
    """The service worker. A new build or another language makes it another one."""
    files = [path for path in sorted(STATIC.rglob("*")) if path.is_file() and _kept(path)]
    assets = [asset(str(path.relative_to(STATIC))) for path in files]
    shells = [url_for(name) for name in SHELLS]
    version = f"{current_app.config['BUILD']}-{language()}"
    body = render_template("shell/sw.js", version=version, assets=assets, shells=shells, words=url_for("shell.words"))
    return Response(body, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def _kept(path: Path) -> bool:
    """Is this file needed on a phone without a network?"""
    return path.suffix in {".js", ".css", ".svg"} or path.name in {"icon-192.png"}


@bp.get("/words.json")
@public
def words():
    """The scripts' words in the chosen language: Chinese source -> translation."""
    return Response(js_catalogue(Path(current_app.root_path) / "translations"), mimetype="application/json")


@bp.get("/manifest.webmanifest")
@public
def manifest():
    icon = lambda name, size, purpose: {"src": asset(f"icons/{name}"), "sizes": size, "type": "image/png", "purpose": purpose}  # noqa: E731
    shot = lambda name, size, form: {"src": asset(f"icons/{name}"), "sizes": size, "type": "image/png", "form_factor": form}  # noqa: E731
    shortcut = lambda name, url: {"name": name, "url": url, "icons": [icon("icon-192.png", "192x192", "any")]}  # noqa: E731
    response = jsonify(
        id="/",
        name=_("网格本"),
        short_name=_("网格本"),
        description=_("走到哪,记到哪;没网也不丢;件件有回音,数字有出处。"),
        lang="zh-CN",
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#F7F3EC",
        theme_color="#A3212E",
        icons=[
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("maskable-192.png", "192x192", "maskable"),
            icon("maskable-512.png", "512x512", "maskable"),
        ],
        screenshots=[shot("screen-phone.png", "720x1480", "narrow"), shot("screen-desk.png", "1280x800", "wide")],
        shortcuts=[
            shortcut(_("记走访"), url_for("field.new", kind="visit")),
            shortcut(_("拍隐患"), url_for("field.new", kind="hazard", camera=1)),
        ],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline")
@public
def offline():
    """Shown for a page that was never kept, while there is no network."""
    return render_template("shell/offline.html")
