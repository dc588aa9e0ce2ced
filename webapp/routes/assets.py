"""Static files under a path that names their build, so that they may be kept for ever."""

import hashlib
from pathlib import Path

from flask import Flask, current_app, request, send_from_directory, url_for
from flask.sessions import SecureCookieSessionInterface

from .access import public


class _Sessions(SecureCookieSessionInterface):
    """Files are the same for everybody: they do not vary by cookie, or no browser would keep them."""

    def save_session(self, app, session, response):
        if request.endpoint != "asset":
            super().save_session(app, session, response)


STATIC = Path(__file__).parents[2] / "static"


def init(app: Flask) -> None:
    """Give the build a name from the bytes of every static file, and the templates `asset(name)`."""
    files = sorted(path for path in STATIC.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    app.config.setdefault("BUILD", digest.hexdigest()[:12])
    app.session_interface = _Sessions()
    app.add_url_rule("/static/<build>/<path:name>", "asset", public(send))
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of static/`name` in this build."""
    return url_for("asset", build=current_app.config["BUILD"], name=name)


def send(build: str, name: str):
    """A static file. Under another build's path it is sent too, for old pages, but not to be kept."""
    response = send_from_directory(STATIC, name, conditional=True)
    fresh = build == current_app.config["BUILD"]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return response
