"""A town of one street for tests that write: small enough to plant in a second, with the whole cast in it.

S street ┬ C1 community ┬ G11 grid ─ B1 building ─ U1 unit   (worker1, volunteer1)
         │              └ G12 grid ─ B2 building             (worker2)
         └ C2 community ─ G21 grid ─ B3 building             (worker3)
"""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from uuid import uuid4

from webapp.core import rules
from webapp.store import log, mail, people, workdays
from webapp.store.database import db, save, writing
from webapp.store.tables import Area, CourtPoint, Household, Post, Unit

AREAS = [  # code, level, parent, scope
    ("S", "street", None, "S"),
    ("C1", "community", "S", "C1"),
    ("C2", "community", "S", "C2"),
    ("G11", "grid", "C1", "G11"),
    ("G12", "grid", "C1", "G12"),
    ("G21", "grid", "C2", "G21"),
    ("B1", "building", "G11", "G11"),
    ("B2", "building", "G12", "G12"),
    ("B3", "building", "G21", "G21"),
    ("U1", "unit", "B1", "G11"),
]
HOMES = {"home-11": "U1", "home-12": "B2", "home-21": "B3"}
CAST = {
    "worker1": [("worker", "G11")],
    "worker2": [("worker", "G12")],
    "worker3": [("worker", "G21")],
    "secretary1": [("secretary", "C1")],
    "secretary2": [("secretary", "C2")],
    "handler1": [("handler", "C1")],
    "mediator1": [("mediator", "C1")],
    "volunteer1": [("volunteer", "G11")],
    "street1": [("street", "S")],
    "admin1": [("admin", "S")],
}


UNITS = {"wuye": ("property", "C1"), "chengguan": ("department", "S")}
"""code -> (kind, area). handler1 works for the first."""

REASON = {"reason": "请补充照片"}
BODIES = dict.fromkeys(("returned", "declined", "reopened", "handed_back", "extended", "raised", "lowered", "reworked"), REASON) | {
    "rated": {"score": "satisfied"},
    "assigned": {"to": [{"unit": "wuye"}]},
    "suspended": REASON | {"until": "2027-03-01"},
    "followed_up": {"solved": True, "score": "satisfied"},
    "graded": {"task": 1, "score": "fair"},
    "classified": {"category": "D0102", "level": "yellow"},
    "planned": {"steps": ["分头谈话", "当面调解"]},
    "mediated": {"form": "joint", "note": "双方各说了经过"},
    "agreed": {"note": "各让一步", "duties": [{"words": "赔偿修理费", "until": "2026-12-01"}]},
    "performed": {"duty": 1},
    "confirmed": {"status": "applied"},
    "flagged": {"lead": "street1", "reason": "三年没有谈成"},
    "reviewed": {"day": "2026-11-23", "note": "由街道牵头再谈一次"},
    "unbooked": REASON,
    "sat": {"starts": "2026-11-24T00:00:00+08:00", "result": "agreed"},
}
"""verb -> a body that it may have."""

COURT = "c0000000-0000-4000-8000-000000000001"
"""A court point of the street, open day and night."""
_slots = count()


def next_slot() -> dict:
    """A slot of the town's court point that nobody else in these tests asks for."""
    day, n = divmod(next(_slots), 287)
    return {"point": COURT, "starts": (datetime.fromisoformat("2026-11-24T00:00:00+08:00") + timedelta(days=day, minutes=5 * n)).isoformat()}


def plant(password: str | None = None) -> None:
    """The town and its cast, into a migrated database. Without a password nobody can sign in by the form."""
    paths = {}
    for code, _, parent, _ in AREAS:
        paths[code] = f"{paths.get(parent, '')}{code}/"
    areas = [
        {"code": code, "name": f"辖区{code}", "parent_code": parent, "level": level, "path": paths[code], "scope": scope, "initials": "JC"}
        for code, level, parent, scope in AREAS
    ]
    homes = [
        {"id": id, "area_code": code, "room": f"{number}01", "name": f"住户{number}", "telephone": f"1380000000{number}", "tags": ["aged"]}
        for number, (id, code) in enumerate(HOMES.items(), 1)
    ]
    units = [{"code": code, "name": f"单位{code}", "kind": kind, "area_code": area, "active": True} for code, (kind, area) in UNITS.items()]
    posts = [
        {"username": name, "role": role, "area_code": area, "starts": date(2026, 1, 1), "ends": None}
        | {"unit": "wuye" if role == "handler" else None}
        for name, held in CAST.items()
        for role, area in held
    ]
    with writing() as connection:
        workdays.begin(connection, datetime(2026, 1, 1, tzinfo=UTC))
        save(connection, Area, areas)
        save(connection, Household, homes)
        save(connection, Unit, units)
        for name in CAST:
            people.add(connection, name, f"{name}的名字")
        if password:
            hashed = people.hasher.hash(password)  # once for all: hashing is slow on purpose
            connection.execute(people.Person.__table__.update().values(password=hashed))
        connection.execute(Post.__table__.insert(), posts)
        court = {"name": "共享法庭", "court": "区法院", "area_code": "S", "place": "", "starts": date(2026, 1, 1), "ends": None, "minutes": 5}
        hours = [[weekday, "00:00", "23:59"] for weekday in range(7)]
        save(connection, CourtPoint, [court | {"id": COURT, "hours": hours, "link": "https://video.example/room-77"}])


def action(verb: str = "recorded", entry: str | None = None, by: str = "worker1", at: str = "2026-11-23T11:00:00+08:00", **given) -> dict:
    """An action as a phone sends it; new ids unless they are given. What `given` names beyond the envelope goes into the body."""
    envelope = {name: given.pop(name) for name in ("id", "n", "after", "seen", "photos") if name in given}
    body = dict(given)
    if verb in {"recorded", "amended"}:
        body = {"kind": "visit", "area": "G11", "happened_at": at, "note": "王奶奶一切都好"} | body
    body = (next_slot() if verb == "booked" else BODIES.get(verb, {})) | body
    return {"id": str(uuid4()), "entry": entry or str(uuid4()), "verb": verb, "by": by, "at": at} | envelope | {"body": body}


def hear(app, *raws: dict, by: str | None = None, at: datetime | None = None) -> list[log.Answer]:
    """Put actions into the log as the one who did the first of them, in one batch; needs an open context."""
    by = by or raws[0]["by"]
    who = people.who(db.session.connection(), by)
    heard = at or app.config["CLOCK"]()
    return mail.post(mail.Letter(list(raws), by, partial(rules.allow, who)), heard, app.config["SETTINGS"].timezone)


def signed_in(app, username: str):
    """A client with this person's session, without the slow form."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"0:{username}", True
    return client


def rows(query):
    """All rows of a SELECT, as they are now."""
    db.session.rollback()
    return db.session.execute(query).all()
