"""Static files under a path that names their build, so that they may be kept for ever; our scripts are sent shortened."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, send_from_directory, url_for
from flask.sessions import SecureCookieSessionInterface
from werkzeug.security import safe_join

from .access import public


class _Sessions(SecureCookieSessionInterface):
    """Files are the same for everybody: they do not vary by cookie, or no browser would keep them. What signs is made once."""

    get_signing_serializer = lru_cache(8)(SecureCookieSessionInterface.get_signing_serializer)

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
    response = _script(name) or send_from_directory(STATIC, name, conditional=True)
    fresh = build == current_app.config["BUILD"]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return response


def _script(name: str) -> Response | None:
    """One of our own scripts, shortened; None for any other file. Raises NotFound."""
    if not name.endswith(".js") or name.startswith("vendor/"):
        return None
    path = safe_join(str(STATIC), name)
    if path is None or not Path(path).is_file():
        abort(404)
    response = Response(shortened(Path(path).read_text("utf-8")), mimetype="text/javascript")
    response.add_etag()
    return response.make_conditional(request)


@lru_cache(maxsize=64)
def shortened(script: str) -> str:
    """What bin/setup made of a script (webapp/shorten.mjs); the script itself, where it was changed since."""
    short = STATIC / "short" / f"{hashlib.sha256(script.encode()).hexdigest()[:16]}.js"
    return short.read_text("utf-8") if short.exists() else script
