"""Letters of actions on their way into the log: those that wait at the same moment go into one transaction."""

import threading
from collections import deque
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from . import log
from .database import forget, writing
from .log import Letter

_waiting: deque[Letter] = deque()
_desk = threading.Lock()
_busy = False
"""Is somebody delivering, who will call the next? Looked at and changed at the desk only, where letters are laid down too."""
_reading = threading.Lock()
"""Long letters are read one after the other: all at once each of them would be late."""

_calm = threading.Event()
"""Not set while this process writes: whoever reads a long letter meanwhile takes the processor from the one that all wait for."""
_calm.set()

MANY = 8
"""So many actions make a letter long: then it pays to wait for the calm, and to fold them before it is their turn."""


def post(letter: Letter, heard: datetime, zone: tzinfo) -> list[log.Answer]:
    """Append in a transaction of its own, shared with all letters that came while the last one was being written.

    The disk is asked to make things durable once for all of them. Should one of them break the transaction, each is tried alone.
    """
    forget()  # another thread may do the writing
    if len(letter.raws) < MANY:
        letter.items = letter.read()  # while others are still writing
    else:
        with _reading:
            _calm.wait()
            letter.items = letter.read()
            log.draft(letter, heard, zone)
    if not _first(letter):
        letter.turn.acquire()
    if letter.answers is None and letter.error is None:
        _deliver_all(heard, zone)
    if letter.error:
        raise letter.error
    return letter.answers


def _first(letter: Letter) -> bool:
    """Lay the letter to those that wait. Its thread delivers them if nobody does; else it is called: when it is answered, or to deliver."""
    global _busy
    letter.turn.acquire()
    with _desk:
        _waiting.append(letter)
        first, _busy = not _busy, True
    return first


def _call(letters: list[Letter]) -> None:
    """Whoever delivers next, before all those that are answered: else the lock would lie idle until each of them was awake."""
    global _busy
    with _desk:
        _busy = bool(_waiting)
        following = [_waiting[0]] if _waiting else []
    for letter in following + letters:
        letter.turn.release()


def _deliver_all(heard: datetime, zone: tzinfo) -> None:
    """Deliver what waits: letters that came while another process was writing too, so they are collected after the lock was got."""
    letters: list[Letter] = []
    try:
        with writing() as connection:
            letters = _collect()
            _calm.clear()
            _deliver(connection, letters, heard, zone)
    except BaseException as error:  # whatever it is, nobody may wait for ever
        letters = letters or _collect()
        for one in letters:
            one.items, one.drafts, one.answers, one.error = None, {}, None, error
        for one in letters if len(letters) > 1 else ():
            _deliver_alone(one, heard, zone)
    finally:
        _calm.set()
        _call(letters)


def _collect() -> list[Letter]:
    return [_waiting.popleft() for _ in range(len(_waiting))]


def _deliver_alone(letter: Letter, heard: datetime, zone: tzinfo) -> None:
    try:
        with writing() as connection:
            _deliver(connection, [letter], heard, zone)
        letter.error = None
    except BaseException as error:
        letter.answers, letter.error = None, error


def _deliver(connection: Connection, letters: list[Letter], heard: datetime, zone: tzinfo) -> None:
    log.hear(connection, letters, heard, zone)
    for letter in letters:
        if letter.also:
            letter.also(connection, letter.answers)
