"""Gridbook's server for tests that need a real one: it can be killed, frozen and started again on the same address and data."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.warm"])
"""Servers, and other processes of tests, are forked from one that has loaded the program already: loading takes longer than many a test.

Plain forks would inherit locks that other threads hold.
"""

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Server:
    """gunicorn as bin/serve runs it, in a process group of its own."""

    def __init__(self, folder: Path):
        self.folder, self.port, self.app, self.process = Path(folder), free_port(), "wsgi:app", None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, app: str | None = None):
        """Serve; returns when it answers. `app` is, from now on, another build, one whose clock is ahead, or one that is wrong on purpose."""
        self.app = app or self.app
        self.process = processes.Process(target=_serve, args=(self.folder, self.port, self.app), daemon=True)
        self.process.start()
        return self.wait()

    def wait(self, patience: float = 60):
        """Until it answers for itself."""
        end = time.monotonic() + patience
        while not self.answers():
            assert self.runs(), self.log()[-3000:]
            assert time.monotonic() < end, f"no answer from the server\n{self.log()[-3000:]}"
            time.sleep(0.02)
        return self

    def runs(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def answers(self) -> bool:
        with suppress(OSError), _direct.open(f"{self.url}/healthz", timeout=5) as answer:
            return answer.status == 200 and b"gridbook/1" in answer.read()
        return False

    def log(self) -> str:
        """What it wrote since it was first started: one line for each request."""
        return (self.folder / "server.log").read_text()

    def kill(self) -> None:
        """SIGKILL to all its processes at once, as when the power goes."""
        if self.runs():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.join()

    def freeze(self) -> None:
        """An honest bad network: connections open, nothing answers."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)


class Served(Server):
    """`python -m webapp`, which is what bin/serve runs, with these environment variables."""

    def __init__(self, folder: Path, program: tuple[str, ...] = ("-m", "webapp"), **given: str):
        super().__init__(folder)
        own = {"GRIDBOOK_DATA": str(self.folder), "PORT": str(self.port), "GRIDBOOK_TIMEZONE": "Asia/Shanghai", "GRIDBOOK_DEMO": "0"}
        self.program, self.environ = program, os.environ | own | given

    def start(self, patience: float = 60) -> "Served":
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen([sys.executable, *self.program], cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True)
        return self.wait(patience)

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.runs():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        """As Ctrl-C does; gives its exit status."""
        self.process.terminate()
        return self.process.wait(30)

    def command(self, *args: str) -> str:
        """What `flask --app wsgi …` prints in this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *args], cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _serve(folder: Path, port: int, app: str) -> None:
    """The server's process: from here on as if it had been started by a shell."""
    from gunicorn.app.wsgiapp import run

    os.setsid()
    with (folder / "server.log").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ |= {"GRIDBOOK_DATA": str(folder), "GRIDBOOK_DEMO": "0", "GRIDBOOK_TIMEZONE": "Asia/Shanghai"}
    sys.argv = ["gunicorn", "--config", "python:webapp.serving", "--chdir", str(ROOT), "--bind", f"127.0.0.1:{port}", app]
    run()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
