"""python -m webapp.clockwork: what happens by itself, every minute. bin/serve runs it beside the workers and starts it again when it ends.

It may be killed at any time, and run twice at once: what it does is done once all the same (store/escalation.py).
"""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

from flask import Flask

from .core.calendar import local_day
from .store import escalation, regrid
from .store.database import writing

QUIET = 3
"""Seconds that the server has for its own start before the jobs begin, and between two starts of them."""


def queue(app: Flask):
    """The Huey with every job of this installation: its queue is a file in the data folder, or in Redis where its address is set."""
    from huey import RedisHuey, SqliteHuey, crontab  # here: the server starts sooner without

    own = app.config["SETTINGS"]
    kind, where = (RedisHuey, {"url": own.redis}) if own.redis else (SqliteHuey, {"filename": str(own.data / "clockwork.db")})
    jobs = kind("gridbook", results=False, **where)
    for job in (redraw, escalate):
        jobs.periodic_task(crontab(), name=job.__name__)(_in(app, job))
    return jobs


def _in(app: Flask, job):
    def run():
        with app.app_context():
            job(app)

    return run


def redraw(app: Flask) -> list[str]:
    """Carry out the re-drawings of grids whose day has come."""
    with writing() as connection:
        return regrid.carry_out(connection, local_day(_now(app), _zone(app)), _now(app))


def escalate(app: Flask) -> escalation.Done:
    """Raise, tell, say good morning."""
    return escalation.escalate(_now(app), _zone(app))


def _now(app: Flask) -> datetime:
    return app.config.get("CLOCK", lambda: datetime.now(UTC))()


def _zone(app: Flask):
    return app.config["SETTINGS"].timezone


# --- beside the server


def keep(seconds: float = QUIET) -> None:
    """Run the jobs in a process of their own for as long as this one lives, whatever ends them."""
    while True:
        time.sleep(seconds)
        subprocess.Popen([sys.executable, "-m", __name__, str(os.getpid())]).wait()


def main(parent: int | None = None) -> None:
    """Consume the queue until stopped, or until `parent` is no longer the one that started this process."""
    from . import create_app

    consumer = queue(create_app()).create_consumer(workers=1, scheduler_interval=60)
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    consumer.run()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
