"""Gridbook (网格本): a community grid's notebook, from the phone in the stairwell to the street's figures."""

from flask import Flask
from flask_compress import Compress
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from . import cli, settings
from .routes import (
    access,
    account,
    agendas,
    assets,
    base,
    categories,
    chain,
    contacts,
    courts,
    desk,
    dispatch,
    disputes,
    dossiers,
    duties,
    errors,
    field,
    figures,
    grid_sheets,
    grids,
    handed,
    handover,
    hotline,
    jobs,
    limits,
    lines,
    link,
    mediators,
    minutes,
    notices,
    orders,
    pairs,
    papers,
    points,
    posts,
    receptions,
    regrid,
    sessions,
    shell,
    spot,
    stubborn,
    sync,
    town,
    turns,
    visits,
    whistles,
    words,
)
from .store import database


def create_app(own: settings.Settings | None = None, **config) -> Flask:
    """The application of one installation; opens no connection. `config` overrides Flask's, for tests: CLOCK, TESTING …"""
    own = own or settings.read()
    app = Flask(__name__, template_folder="../templates", static_folder=None)
    app.config.update(
        SETTINGS=own,
        SECRET_KEY=own.secret_key,
        SESSION_COOKIE_NAME="__Host-gridbook" if own.https else "gridbook",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=own.https,
        PERMANENT_SESSION_LIFETIME=account.SESSION,
        SESSION_REFRESH_EACH_REQUEST=False,  # /me renews it; a cookie on every file would spoil the browser's cache
        MAX_CONTENT_LENGTH=30_000_000,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "application/manifest+json"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        **config,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database.init(app, own.database)
    Htmx(app)
    Compress(app)
    for room in (words, assets, account, errors):
        room.init(app)
    rooms = (
        shell, account, field, sync, desk, dispatch, jobs, handed, figures, link, duties, turns,
        posts, handover, papers, spot, town, limits, categories, regrid, notices, whistles, disputes, dossiers, receptions, grids, grid_sheets, visits,
        stubborn, mediators, courts, contacts, pairs, lines, base, hotline, orders, sessions, minutes, agendas, points, chain,
    )  # fmt: skip
    for room in rooms:
        app.register_blueprint(room.bp)
    access.check_views(app)
    cli.init(app)
    if own.https:  # else everybody could write himself another address
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)
    return app
