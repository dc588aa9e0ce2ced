"""Loaded by the process from which tests/server.py forks its servers: the program, gunicorn, and every template compiled."""

from pathlib import Path

import gunicorn.app.wsgiapp  # noqa: F401

import tests.shared  # noqa: F401
import webapp.serving  # noqa: F401
from webapp import create_app
from webapp.settings import Settings

pages = create_app(Settings(data=Path("nowhere"))).jinja_env
for name in pages.list_templates():
    pages.get_template(name)
