"""Pictures are opened in warm child processes, never in the server's own.

A child has 512 MB and 10 s of processor time per picture (pictures.py) and no other task;
one that dies costs its picture, not the server. Start-up is paid once, then about 1 ms a picture.
"""

import atexit
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading

from webapp.store import pictures
from webapp.store.pictures import N_, NotAPicture, Prepared, TooHeavy, TooManyPixels

CHILDREN = 2  # so that one slow picture does not stop all others
REFUSALS = {kind.__name__: kind for kind in (NotAPicture, TooHeavy, TooManyPixels)}
PATIENCE = 30  # seconds: for a free child, and for a silent one


class NotNow(Exception):
    """Nothing is wrong with the photo; the server could not keep it this time."""

    message = N_("服务器暂时存不了照片,请不要删除原照片,稍后再传。")


class CannotOpen(NotAPicture):
    message = N_("这张照片处理不了,可能太大或已损坏,请换一张或重拍。")


class Child:
    """One process that prepares one picture at a time."""

    def __init__(self):
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(PATIENCE)
        self._answers = self._socket.makefile("rb")
        with theirs:
            self._process = subprocess.Popen(
                # -P: this folder's modules must not shadow the library's
                [sys.executable, "-P", "-W", "ignore", pictures.__file__],
                stdin=theirs,
                stdout=theirs,
                start_new_session=True,  # Ctrl-C is for the server
            )

    def prepare(self, data: bytes) -> Prepared | NotAPicture:
        """The files, or the refusal; EOFError or ConnectionError if the child dies over it."""
        self._socket.sendall(struct.pack("!I", len(data)))
        self._socket.sendall(data)
        answer = json.loads(self._read_line())
        if "refused" in answer:
            return REFUSALS[answer["refused"]](answer["why"])
        return Prepared(self._read(answer["photo"]), self._read(answer["thumb"]))

    def _read_line(self) -> bytes:
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def _read(self, size: int) -> bytes:
        data = self._answers.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def end(self) -> int:
        """Stop the process; its exit status, negative for a signal."""
        self._socket.close()
        self._answers.close()
        self._process.kill()
        return self._process.wait()


class Darkroom:
    """A few children for the threads of one server process."""

    def __init__(self):
        self._free = threading.BoundedSemaphore(CHILDREN)
        self._idle: list[Child] = []

    def prepare(self, data: bytes) -> Prepared:
        """pictures.prepare in a child; NotNow when none can be had."""
        if not self._free.acquire(timeout=PATIENCE):
            raise NotNow("all children are busy")
        try:
            result = self._ask(data)
        finally:
            self._free.release()
        if isinstance(result, NotAPicture):
            raise result
        return result

    def _ask(self, data: bytes) -> Prepared | NotAPicture:
        # The kernel or an operator may kill a child over an innocent picture: only the death of a new one is the picture's.
        for child in (self._warm(), None):
            child = child or self._new()
            try:
                result = child.prepare(data)
            except TimeoutError as error:
                child.end()
                raise NotNow("a child did not answer") from error
            except (EOFError, ConnectionError):
                if child.end() == -signal.SIGXCPU:
                    return CannotOpen("used up its time")
            else:
                self._idle.append(child)
                return result
        return CannotOpen("killed its process twice")

    def _warm(self) -> Child | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _new(self) -> Child:
        try:
            return Child()
        except OSError as error:
            raise NotNow("no child can be started") from error

    def close(self) -> None:
        """End the idle children; the next picture starts a new one."""
        while self._idle:
            self._idle.pop().end()


_darkroom = Darkroom()
prepare = _darkroom.prepare
close = _darkroom.close
atexit.register(close)
# A forked server process must not talk to its parent's children.
os.register_at_fork(after_in_child=_darkroom.__init__)
