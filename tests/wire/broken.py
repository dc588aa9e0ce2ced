"""Servers that are wrong on purpose, for test_faults.py to catch: `gunicorn "tests.wire.broken:no_dedupe()"`."""

import threading
from dataclasses import replace
from uuid import uuid4

from flask import current_app
from sqlalchemy import select

from webapp import create_app
from webapp.routes import sync
from webapp.store import log
from webapp.store.database import writing
from webapp.store.tables import ActionRow

append = log.append


def no_dedupe():
    """Does not look whether it had an id: what is heard again is done again, as if it were another."""

    def heard_again(connection, raws, *rest):
        table = ActionRow.__table__.c
        known = set(connection.scalars(select(table.id).where(table.id.in_([raw["id"] for raw in raws]))))
        others = {id: str(uuid4()) for id in known}
        entries = {raw["entry"]: str(uuid4()) for raw in raws if raw["id"] in known and raw["verb"] == "recorded"}
        again = [
            raw | {"id": others[raw["id"]], "entry": entries.get(raw["entry"], raw["entry"])} if raw["id"] in known else raw for raw in raws
        ]
        return [replace(answer, id=raw["id"]) for raw, answer in zip(raws, append(connection, again, *rest), strict=True)]

    log.append = heard_again
    return create_app()


def answer_first():
    """Answers with receipts, and commits half a second later, if it still lives."""

    def promised(connection, raws, *rest):
        trial = connection.begin_nested()
        answers = append(connection, raws, *rest)
        trial.rollback()
        app = current_app._get_current_object()

        def keep():
            with app.app_context(), writing() as later:
                append(later, raws, *rest)

        threading.Timer(0.5, keep).start()
        return answers

    log.append = promised
    return create_app()


assert sync.log is log  # where the wire looks for `append`
