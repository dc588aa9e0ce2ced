"""Accounts, posts and phones."""

import hashlib
import re
import secrets
from datetime import date, datetime, timedelta

from pwdlib import PasswordHash
from sqlalchemy import Connection, or_, select

from ..core.actions import CLOCK, LEDGER, UNIT
from ..core.rules import RESIDENT, Who
from ..core.rules import Post as Held
from ..core.stubborn import LEADS
from .database import THESE, db, fetch, keep_first, save
from .tables import AccessRow, Area, Device, Person, Post

hasher = PasswordHash.recommended()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$9xDReCmfvB0xmXX36thC3w$fjsGYzcQhmGmNpiy91kn8I9PITXykoNO33IckUo2cf8"
"""The hash of a password that nobody knows, made as `hasher` makes them: to make it at every start would cost half a second."""
ACTIVATION_HOURS = 72
USERNAME = re.compile(r"[^\s\x00-\x1f/]{1,80}")


class User:
    """The signed-in person of a request: an account with all posts. Flask-Login asks for the names it has."""

    is_authenticated, is_anonymous = True, False

    def __init__(self, row: Person, who: Who):
        self.row, self.who = row, who
        self.username, self.name = row.username, row.name

    def get_id(self) -> str:
        return f"{self.row.epoch}:{self.row.username}"

    @property
    def is_active(self) -> bool:
        return self.row.active


def user(id: str) -> User | None:
    """The person of a session, or None when the account is gone, closed, or all its sessions were ended."""
    epoch, _, username = id.partition(":")
    with db.engine.connect() as connection:  # without the session, which many a request does not need
        row, held = _account(connection, username)
    return User(row, held) if row and row.active and str(row.epoch) == epoch else None


def who(connection: Connection, username: str) -> Who:
    """The person with every post, past ones too; a name that has no account has none."""
    return _account(connection, username)[1]


ACCOUNT = (
    select(Person.__table__, Post.role, Post.area_code, Area.path, Post.starts, Post.ends, Post.unit)
    .outerjoin(Post, Post.username == Person.username)
    .outerjoin(Area, Post.area_code == Area.code)
    .where(Person.username.in_(THESE))
)


def _account(connection: Connection, username: str):
    """(Row of the account or None, Who)."""
    rows = fetch(connection, ACCOUNT, [username])
    posts = tuple(Held(*row[-6:]) for row in rows if row.role)
    return (rows[0], Who(username, rows[0].name, posts, _desks(connection, posts))) if rows else (None, Who(username, username))


def _desks(connection: Connection, posts: tuple[Held, ...]) -> tuple[tuple[str, Held], ...] | None:
    """(username, post) of every secretary below a post of the street who can sign in; None for whoever has no such post."""
    paths = [post.path for post in posts if post.role == "street"]
    if not paths:
        return None
    columns = (Post.username, Post.role, Post.area_code, Area.path, Post.starts, Post.ends, Post.unit)
    query = select(*columns).join(Area, Post.area_code == Area.code).join(Person, Person.username == Post.username)
    query = query.where(Post.role == "secretary", Person.active, Person.password.is_not(None))
    rows = connection.execute(query.where(or_(*(Area.path.startswith(path, autoescape=True) for path in paths))))
    return tuple((row.username, Held(*row[1:])) for row in rows)


def sign_in(username: str, password: str) -> User | None:
    """The person, if the password is right. A name that does not exist costs the same time."""
    row, held = _account(db.session.connection(), username)
    right = hasher.verify(password, row.password if row and row.password else _NOBODY)
    return User(row, held) if right and row and row.active and row.password else None


def add(connection: Connection, username: str, name: str, *, password: str | None = None, demo: bool = False) -> None:
    """A new account; without a password it waits for its activation. ValueError where the log knows the name as somebody else's."""
    if username in {RESIDENT, LEDGER, CLOCK} or username.startswith((f"{LEDGER}:", UNIT)) or not USERNAME.fullmatch(username):
        raise ValueError(f"{username} cannot be an account")
    hashed = hasher.hash(password) if password else None
    row = {"username": username, "name": name, "password": hashed, "active": True, "epoch": 0, "demo": demo}
    connection.execute(Person.__table__.insert(), row)


def add_post(connection: Connection, username: str, *, role: str, area: str, starts: date, ends: date | None, unit: str | None = None) -> bool:
    """A role in an area from one day to another; False where the same post from the same day is there already."""
    row = {"username": username, "role": role, "area_code": area, "unit": unit, "starts": starts, "ends": ends}
    return keep_first(connection, Post, [row]) == 1


def invite(connection: Connection, username: str, now: datetime) -> str:
    """A new activation code, good once and for 72 hours; only its hash is kept."""
    code = secrets.token_urlsafe(18)
    values = {"activation_hash": hashlib.sha256(code.encode()).hexdigest(), "activation_until": now + timedelta(hours=ACTIVATION_HOURS)}
    connection.execute(Person.__table__.update().where(Person.username == username).values(**values))
    return code


def invited(code: str, now: datetime) -> Person | None:
    """Whose activation code this is, while it is good."""
    person = db.session.scalar(select(Person).where(Person.activation_hash == hashlib.sha256(code.encode()).hexdigest()))
    return person if person and person.active and person.activation_until > now else None


def set_password(connection: Connection, username: str, password: str) -> None:
    """Store a new password, use up the activation code and end every open session."""
    values = {"password": hasher.hash(password), "activation_hash": None, "activation_until": None, "epoch": Person.epoch + 1}
    connection.execute(Person.__table__.update().where(Person.username == username).values(**values))


def heard_from(
    connection: Connection, device: str, username: str, now: datetime, unsent: int, version: str, agent: str, sent: bool
) -> None:
    """Remember when a phone was last in touch, and what it said was still on it."""
    row = {"id": device, "username": username, "heard": now, "unsent": unsent, "version": version[:40], "agent": agent[:200]}
    save(connection, Device, [row | ({"synced": now} if sent else {})])


def note_access(connection: Connection, username: str, what: str, now: datetime, *, entry=None, household=None, detail="") -> None:
    """Append to the access log: who looked at what, or was refused."""
    row = {"at": now, "username": username, "what": what, "entry": entry, "household": household, "detail": detail[:400]}
    connection.execute(AccessRow.__table__.insert(), row)


def leads(connection: Connection, path: str, day: date, username: str | None = None) -> list:
    """(username, name, role) of those whose post lets them answer for a case at `path`, the nearest first; or of this one alone."""
    columns = (Post.username, Person.name, Post.role)
    query = select(*columns).join(Person, Person.username == Post.username).join(Area, Area.code == Post.area_code)
    query = query.where(Person.active, Post.role.in_(LEADS), Post.area_code.in_(path.rstrip("/").split("/")))
    query = query.where(Post.starts <= day, or_(Post.ends.is_(None), Post.ends >= day))
    query = query.where(Post.username == username) if username else query
    return list({row.username: row for row in connection.execute(query.order_by(Area.path, Person.name))}.values())[::-1]


def reviewers(connection: Connection, path: str, day: date, usernames: list[str]) -> set[str]:
    """Which of these are in the pool of 评理员 that `disputes.reviewers` offers for something at `path`."""
    query = select(Post.username).join(Person, Person.username == Post.username).join(Area, Area.code == Post.area_code)
    query = query.where(Person.active, Post.role == "reviewer", Post.username.in_(usernames), Post.starts <= day, or_(Post.ends.is_(None), Post.ends >= day))
    near = Area.code.in_(path.rstrip("/").split("/")) | Area.path.startswith(path, autoescape=True)
    return set(connection.scalars(query.where(near)))
