"""python -m webapp: prepare the installation, then serve it. Both in one process: what they load is most of the time they take."""

import sys
import threading
from multiprocessing import get_context

from gunicorn.app.wsgiapp import run

from . import cli, clockwork, create_app, serving


def prepare() -> None:
    """What `flask --app wsgi prepare` does."""
    with create_app().app_context():
        cli.prepare.main(args=[], prog_name="prepare")


if __name__ == "__main__":
    print(f"网格本 Gridbook: http://{serving.bind}", flush=True)
    child = get_context("fork").Process(target=prepare)  # a child, so that no connection crosses the fork to the workers
    child.start()
    child.join()
    if child.exitcode:
        sys.exit("The installation could not be prepared: see above.")
    threading.Thread(target=clockwork.keep, daemon=True).start()  # it waits for a process; nothing that a fork could leave locked
    sys.argv = ["gunicorn", "--config", f"python:{serving.__name__}", "wsgi:app"]
    run()
