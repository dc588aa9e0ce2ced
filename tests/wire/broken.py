"""Servers that are wrong on purpose, for test_faults.py to catch: `gunicorn "tests.wire.broken:no_dedupe()"`."""

import threading
from dataclasses import replace
from uuid import uuid4

from flask import current_app
from sqlalchemy import select

from webapp import create_app
from webapp.store import log, mail
from webapp.store.database import db, writing
from webapp.store.tables import ActionRow

post = mail.post


def no_dedupe():
    """Does not look whether it had an id: what is heard again is done again, as if it were another."""

    def heard_again(letter, heard, zone):
        sent, id = letter.raws, ActionRow.__table__.c.id
        known = set(db.session.scalars(select(id).where(id.in_([raw["id"] for raw in sent]))))
        entries = {raw["entry"]: str(uuid4()) for raw in sent if raw["id"] in known and raw["verb"] == "recorded"}
        letter.raws = [raw | {"id": str(uuid4()), "entry": entries.get(raw["entry"], raw["entry"])} if raw["id"] in known else raw for raw in sent]
        return [replace(answer, id=raw["id"]) for raw, answer in zip(sent, post(letter, heard, zone), strict=True)]

    mail.post = heard_again
    return create_app()


def answer_first():
    """Answers with receipts, and commits half a second later, if it still lives."""

    def promised(letter, heard, zone):
        with writing() as connection:
            trial = connection.begin_nested()
            answers = log.append(connection, letter.raws, letter.by, letter.allow, heard, zone, letter.device)
            trial.rollback()
        app = current_app._get_current_object()

        def keep():
            with app.app_context():
                post(letter, heard, zone)

        threading.Timer(0.5, keep).start()
        return answers

    mail.post = promised
    return create_app()
