"""Writers in processes of their own, for test_feed.py."""

import random
import traceback
from functools import partial

from sqlalchemy import select

from tests.conftest import NOON, make_app
from tests.server import processes
from tests.town import action
from webapp.core import rules
from webapp.store import log, people
from webapp.store.database import db, save, writing
from webapp.store.tables import NumberRow


def together(count: int, work, *about) -> list:
    """What `work(number, *about)` gives in each of `count` processes; an error comes back as text."""
    out = processes.Queue()
    started = [processes.Process(target=report, args=(out, work, number, *about)) for number in range(count)]
    for one in started:
        one.start()
    results = [out.get(timeout=120) for _ in started]
    for one in started:
        one.join()
    return results


def report(out, work, *about) -> None:
    try:
        out.put(work(*about))
    except Exception:
        out.put(traceback.format_exc())


def append(connection, town, *raws: dict) -> None:
    """Put actions into the log within a transaction that somebody else opened."""
    by = raws[0]["by"]
    allow = partial(rules.allow, people.who(connection, by))
    log.append(connection, list(raws), by, allow, NOON, town.config["SETTINGS"].timezone)


def write_and_roll_back(number: int, folder, seed: int) -> tuple[list[str], int]:
    """One writer: batches in three scopes, some rolled back at the very end. Gives the ids committed, and how many were not."""
    dice, town = random.Random(f"{seed}-{number}"), make_app(folder)
    committed, undone = [], 0
    with town.app_context():
        for _ in range(40):
            raws = [action(by="secretary1", area=dice.choice(["G11", "G12", "C1"])) for _ in range(dice.randrange(1, 4))]
            fails = dice.random() < 0.2
            try:
                with writing() as connection:
                    append(connection, town, *raws)
                    if fails:
                        raise InterruptedError
            except InterruptedError:
                undone += 1
            else:
                committed += [raw["id"] for raw in raws]
    return committed, undone


def read_add_write(number: int, folder, times: int) -> int:
    """One process: read a number, write it back one higher."""
    with make_app(folder).app_context():
        for _ in range(times):
            with writing() as connection:
                n = connection.scalar(select(NumberRow.n).where(NumberRow.prefix == "race"))
                save(connection, NumberRow, [{"prefix": "race", "n": (n or 0) + 1}])
        db.engine.dispose()
    return times
