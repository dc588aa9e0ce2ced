"""Builds the demo town and puts it into the database, in one transaction."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from ...core.rules import ROLES
from ...settings import Settings
from ...store import courts as points
from ...store import disputes as mediation
from ...store import duties, log, pairs, papers, people, town, uploads, workdays
from ...store import points as gatehouses
from ...store import sessions as series
from ...store.database import writing
from . import arrivals, cast, chain, courts, keeping, patrols, pictures, places, sessions, units
from .days import Diary

BEGAN = timedelta(days=5)
"""So long before the town was opened its own clock began to run: what was overdue before goes up on the first day."""


@dataclass(frozen=True)
class Login:
    """One account of the cast that can sign in."""

    username: str
    name: str
    post: str
    password: str


def build(settings: Settings, small: bool, today: date, seed: int) -> list[Login]:
    """Everything or nothing; gives the accounts that can sign in."""
    rng = Random(f"{seed} {today}")
    areas = places.tree(rng, small)
    staff = cast.of(rng, areas, today)
    chain.fill(staff, areas, today)
    homes = places.households(rng, areas, today, f"{cast.FIRST}001", staff.names)
    diary = Diary(rng, settings.timezone, today, areas, homes, staff, _photos(settings, small, seed, today), workdays.calendar(None, settings.timezone))
    diary.write(*((9, 0.5) if small else (29, 0.97)))
    keeping.visits(diary)
    agenda = sessions.write(diary)
    patrols.write(diary)
    logins = _logins(settings, staff, areas)
    with writing() as connection:
        town.save_areas(connection, list(areas.values()))
        town.save_households(connection, homes)
        town.save_units(connection, units.rows(areas))
        for category, unit in units.OF.items():
            workdays.set_category(connection, category, unit=unit)
        town.add_people(connection, staff.people, staff.posts)
        _responsible(connection, staff, today)
        workdays.begin(connection, datetime.combine(today - BEGAN, time(), settings.timezone))
        for row in sessions.points(today):
            gatehouses.keep(connection, **row)
        for row in sessions.series(today):
            series.keep(connection, row)
        series.plan(connection, *agenda, None)
        for row in courts.rows(today):
            points.keep(connection, **row)
        pairs.plant(connection, keeping.pairs(staff, areas, homes, today))
        for heard, letters in arrivals.letters(diary):
            log.hear(connection, letters, heard, settings.timezone)
            refused = [pair for one in letters for pair in zip(one.raws, one.answers, strict=True) if pair[1].answer != "kept"]
            if refused:
                raise RuntimeError(f"the demo town breaks a rule: {refused[0]}")
        town.save_phones(connection, arrivals.phones(diary))
        town.save_contacts(connection, arrivals.contacts(diary))
    return logins


def _responsible(connection, staff: cast.Cast, today: date) -> None:
    """Duty sheets, what mediators are good at, and the papers of 一口清."""
    for line in chain.sheet(staff, today):
        duties.add_duty(connection, **line)
    for (role, _community), username in staff.holder.items():
        if role == "mediator":
            mediation.set_specialties(connection, username, ["D0101", "D0102"])
    for paper in chain.papers():
        papers.keep(connection, None, **paper)


def _photos(settings: Settings, small: bool, seed: int, today: date) -> dict[str, list[tuple[str, str]]]:
    """Draw the pictures and keep them as if they had been uploaded; gives the hashes (before, after) by category."""
    drawn = pictures.pairs(seed, each=1, most=4) if small else pictures.pairs(seed, each=2)
    kept, moment = {}, datetime.combine(today, time(), settings.timezone)
    for label, drawings in drawn.items():
        kept[label] = [tuple(hashlib.sha256(data).hexdigest() for data in pair) for pair in drawings]
        for pair, hashes in zip(drawings, kept[label], strict=True):
            for sha256, data in zip(hashes, pair, strict=True):
                uploads.take(settings.photos, sha256, data, "worker1", moment)
    return kept


def _logins(settings: Settings, staff: cast.Cast, areas: dict[str, dict]) -> list[Login]:
    """Give the cast its passwords: the one that the settings name, or one for each."""
    shared = settings.demo_password and people.hasher.hash(settings.demo_password)
    rows, logins = {row["username"]: row for row in staff.people}, []
    for username, name, posts in cast.CAST:
        password = settings.demo_password or secrets.token_urlsafe(9)
        rows[username]["password"] = shared or people.hasher.hash(password)
        post = "、".join(f"{areas[code]['name']} {ROLES[role]}" for role, code in posts)
        logins.append(Login(username, name, post, password))
    return logins
