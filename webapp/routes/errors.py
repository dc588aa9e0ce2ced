"""What people and programs see when something goes wrong, and the headers of every answer."""

from flask import Flask, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _

from ..core.actions import PROTO, Refused
from .access import same_site
from .words import told

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "connect", "font", "manifest", "worker")),
        "img-src 'self' data: blob:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
PAGE = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", POLICY),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"),
    ("Cache-Control", "no-store"),
]
ASSET = [("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'")]
"""A file runs by the rules of the page that asks for it; every byte here is paid for a hundred times."""
STATUS = {"stale": 409, "forbidden": 403, "self_approval": 403, "no_entry": 404}


def init(app: Flask) -> None:
    app.before_request(_refuse_strangers)
    app.after_request(_headers)
    app.register_error_handler(Refused, _refused)
    for status in (400, 403, 404, 405, 413, 429, 500):
        app.register_error_handler(status, _failed)


def _refuse_strangers():
    if request.method not in {"GET", "HEAD", "OPTIONS"} and not same_site():
        return _answer(403, _("这个请求不是从本站发出的,已拒绝。"))


def _headers(response):
    headers = response.headers
    here = {name for name, _ in headers}
    asset = request.endpoint == "asset"
    headers.extend([(name, value) for name, value in (ASSET if asset else PAGE) if name not in here])
    if asset:
        return response
    if response.mimetype == "text/html":
        headers.add("Vary", "HX-Request")
    if request.is_secure or current_app.config["SETTINGS"].https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def wants_json() -> bool:
    return request.path.startswith(("/sync", "/photos", "/roster", "/me", "/recite.json", "/week.json", "/healthz", "/households")) or request.is_json


def _refused(error: Refused):
    return _answer(STATUS.get(error.reason, 422), told(error.reason, error.message), error.reason)


def _failed(error):
    if error.response is not None and error.code != 404:
        return error.response
    messages = {
        400: _("请求的内容不对。"),
        403: _("这件事不在您的岗位范围内。"),
        404: _("没有这个页面,或者它不在您的岗位范围内。"),
        405: _("不能这样访问这个页面。"),
        413: _("内容太大,请减少照片后再试。"),
        429: _("操作太频繁,请过一会儿再试。"),
        500: _("服务器出错了,您的内容没有丢,请稍后再试。"),
    }
    return _answer(error.code, messages[error.code])


def _answer(status: int, message: str, reason: str | None = None):
    """The same words for a phone's script, a piece of a page, or a whole page."""
    if wants_json():
        return jsonify(proto=PROTO, reason=reason or str(status), message=message), status
    name = "errors/_message.html" if request.htmx else "errors/message.html"
    response = make_response(render_template(name, status=status, message=message), status)
    if request.htmx:
        response.headers.update({"HX-Retarget": "#toasts", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"})
    return response
