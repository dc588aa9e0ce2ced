"""Signing in and out, activation, and how somebody likes his pages."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user, login_user, logout_user

from ..core.actions import PROTO
from ..core.rules import CONTACTS, DESK_ROLES, FIELD_ROLES, SPOTS, WATCHERS
from ..store import lists, people
from ..store.database import writing
from .access import allowed, now, posts, public
from .errors import wants_json
from .words import LANGUAGES, SIZES, THEMES

bp = Blueprint("account", __name__)
limiter = Limiter(get_remote_address, storage_uri="memory://")
login = LoginManager()
SESSION = timedelta(days=30)
"""A phone stays signed in through a week without signal; closing the account ends it at once."""
SHORTEST_PASSWORD = 8
COMMON = {"12345678", "123456789", "password", "11111111", "88888888", "00000000", "wanggeyuan", "gridbook", "1234567890", "qwertyuiop"}


def init(app) -> None:
    limiter.init_app(app)
    login.init_app(app)
    login.session_protection = None  # a phone's address changes all day
    login.user_loader(people.user)

    @login.unauthorized_handler
    def unauthorized():
        if wants_json():
            return jsonify(proto=PROTO, reason="signed_out", message=_("请先登录")), 401
        if request.htmx:  # a redirect would put the form into the middle of the page
            return "", 401, {"HX-Refresh": "true"}
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))


def _account_and_address() -> str:
    return f"{request.form.get('username', '')}@{get_remote_address()}"


def _only_posts() -> bool:
    return request.method != "POST"


@bp.route("/login", methods=["GET", "POST"])
@public
@limiter.limit(
    "10 per minute; 50 per hour", key_func=_account_and_address, exempt_when=_only_posts, deduct_when=lambda r: r.status_code == 422
)
@limiter.limit("1000 per hour", exempt_when=_only_posts, deduct_when=lambda response: response.status_code == 422)
def sign_in():
    """The way in: 303 to where the person was going, or 422 with the same page."""
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(_own_path(request.args.get("next", "")) or home())
        return render_template("account/login.html", next=request.args.get("next", ""), username="", wrong=False)
    username = request.form.get("username", "").strip()
    person = people.sign_in(username, request.form.get("password", ""))
    with writing() as connection:
        people.note_access(connection, username[:80], "signed_in" if person else "sign_in_failed", now(), detail=request.remote_addr or "")
    if person is None:
        return render_template("account/login.html", next=request.form.get("next", ""), username=username, wrong=True), 422
    session.clear()
    session.permanent = True
    login_user(person)
    return redirect(_own_path(request.form.get("next", "")) or home(), 303)


def home() -> str:
    """Where somebody starts: the phone's first page, the desk, a handler's tasks, the place one looks after, the courier's
    form, or the figures."""
    roles = {post.role for post in posts()}
    if roles & {"secretary"}:
        return url_for("desk.inbox")
    if roles & set(FIELD_ROLES):
        return url_for("field.today")
    if roles & {"handler"}:
        return url_for("jobs.page")
    if roles & set(WATCHERS) and not roles & {*DESK_ROLES, "admin"}:
        return url_for("chain.page")
    if roles & {SPOTS}:
        return url_for("spot.page")
    if roles & set(CONTACTS):
        return url_for("contacts.page")
    return url_for("figures.page") if roles & {*DESK_ROLES, "admin"} else url_for("account.settings")


def _own_path(target: str) -> str | None:
    """A path on this server, or None."""
    try:
        parts = urlsplit(target.replace("\\", "/"))
    except ValueError:  # half an IPv6 address
        return None
    safe = target.startswith("/") and not target.startswith("//") and not parts.netloc and not parts.scheme and target.isprintable()
    return target if safe else None


@bp.post("/logout")
@public
def sign_out():
    """End the session. What is unsent stays on the phone."""
    logout_user()
    session.clear()
    return redirect(url_for("account.sign_in"), 303)


@bp.route("/activate/<code>", methods=["GET", "POST"])
@public
@limiter.limit("30 per hour", deduct_when=lambda response: response.status_code == 404)
def activate(code):
    """The first password of an account, chosen by the one who was invited."""
    person = people.invited(code, now())
    if person is None:
        abort(404)
    wrong = None
    if request.method == "POST":
        password = request.form.get("password", "")
        if len(password) < SHORTEST_PASSWORD:
            wrong = _("密码至少 8 位")
        elif password.lower() in COMMON or person.username.lower() in password.lower():
            wrong = _("这个密码太容易被猜到")
        elif password != request.form.get("again"):
            wrong = _("两次输入的密码不一样")
        else:
            with writing() as connection:
                people.set_password(connection, person.username, password)
            flash(_("密码已设好,请登录"))
            return redirect(url_for("account.sign_in"), 303)
    return render_template("account/activate.html", person=person, wrong=wrong), 422 if wrong else 200


@bp.get("/settings")
@allowed()
def settings():
    held = posts()
    return render_template("account/settings.html", posts=held, names=lists.names_of({post.area for post in held}))


@bp.post("/preferences")
@public
def prefer():
    """Language, size of type and theme, kept in cookies."""
    response = redirect(_own_path(request.form.get("next", "")) or "/", 303)
    for name, values in (("language", LANGUAGES), ("size", SIZES), ("theme", THEMES)):
        if request.form.get(name) in values:
            response.set_cookie(name, request.form[name], max_age=365 * 86400, samesite="Lax", secure=request.is_secure)
    return response
