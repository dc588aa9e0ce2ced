"""How gunicorn serves Gridbook: `gunicorn --config python:webapp.serving wsgi:app`.

The lower-case names are gunicorn's settings. The application is loaded in each worker and not before the fork: SQLite
connections must not cross one.
"""

import gc
import logging
import os
import re
from datetime import timedelta
from urllib.parse import quote

from gunicorn.glogging import Logger

SECRET = re.compile(r"((?<=/s/)|(?<=/j/)|(?<=/activate/))[^/?\s]+")


def masked(text: str) -> str:
    """`text` without the part of a path that opens a resident's page, a unit's task or a new account."""
    return SECRET.sub("…", text)


class Masked(logging.Filter):
    """Masks a record's message and keeps it on one line; a traceback below it stays as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(" ".join(record.getMessage().splitlines())), ()
        return True


class MaskingLogger(Logger):
    """gunicorn's logger for a town's records: no link that opens anything, no query string, no referrer."""

    def setup(self, cfg):
        super().setup(cfg)
        for name in ("gunicorn.error", "webapp"):
            logging.getLogger(name).addFilter(Masked())

    def access(self, resp, req, environ, request_time):
        """A line for each request. gunicorn's own way collects every header of both sides first, for whoever might name one in a format."""
        path = masked(quote(environ.get("PATH_INFO", "-").encode("latin-1")))  # quoted again: a decoded path may hold line breaks
        status, took = resp.status.split(" ", 1)[0], request_time // timedelta(milliseconds=1)
        line = (self.now(), environ["REMOTE_ADDR"], environ["REQUEST_METHOD"], path, status, resp.sent, took)
        self.access_log.info("%s %s %s %s %s %s bytes %s ms", *line)


# loopback unless told: gunicorn itself would open every address as soon as PORT is set
bind = f"{os.environ.get('GRIDBOOK_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
workers = 2
worker_class = "gthread"
threads = 8  # a photo that comes slowly keeps one for itself
timeout = 30
graceful_timeout = 10
keepalive = 5
limit_request_line = 4094
limit_request_fields = 64
control_socket_disable = True
logger_class = MaskingLogger
accesslog = "-"


def post_worker_init(worker) -> None:
    """What was loaded at the start stays: to look through it for garbage would stop every thread for 70 ms now and then."""
    gc.collect()
    gc.freeze()
