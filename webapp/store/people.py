"""Accounts, posts and phones."""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask_login import UserMixin
from pwdlib import PasswordHash
from sqlalchemy import Connection, select

from ..core.rules import Post as Held
from ..core.rules import Who
from .database import db
from .log import save
from .tables import AccessRow, Area, Device, Person, Post

hasher = PasswordHash.recommended()
_NOBODY = hasher.hash(secrets.token_hex(16))
ACTIVATION_HOURS = 72


class User(UserMixin):
    """The signed-in person of a request: an account with all posts."""

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
    row = db.session.get(Person, username)
    return User(row, who(username)) if row and row.active and str(row.epoch) == epoch else None


def who(username: str) -> Who:
    """The person with every post, past ones too; a name that has no account has none."""
    query = select(Post, Area.path).join(Area, Post.area_code == Area.code).where(Post.username == username)
    posts = tuple(Held(post.role, post.area_code, path, post.starts, post.ends) for post, path in db.session.execute(query))
    row = db.session.get(Person, username)
    return Who(username, row.name if row else username, posts)


def sign_in(username: str, password: str) -> User | None:
    """The person, if the password is right. A name that does not exist costs the same time."""
    row = db.session.get(Person, username)
    right = hasher.verify(password, row.password if row and row.password else _NOBODY)
    return User(row, who(username)) if right and row and row.active and row.password else None


def add(connection: Connection, username: str, name: str, *, password: str | None = None, demo: bool = False) -> None:
    """A new account; without a password it waits for its activation."""
    hashed = hasher.hash(password) if password else None
    row = {"username": username, "name": name, "password": hashed, "active": True, "epoch": 0, "demo": demo}
    connection.execute(Person.__table__.insert(), row)


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


def heard_from(connection: Connection, device: str, username: str, now: datetime, unsent: int, version: str, agent: str, sent: bool) -> None:
    """Remember when a phone was last in touch, and what it said was still on it."""
    table = Device.__table__
    same = (table.c.id == device) & (table.c.username == username)
    before = connection.scalar(select(table.c.synced).where(same))
    row = {"id": device, "username": username, "heard": now, "synced": now if sent else before}
    save(connection, Device, [row | {"unsent": unsent, "version": version[:40], "agent": agent[:200]}])


def note_access(connection: Connection, username: str, what: str, now: datetime, *, entry=None, household=None, detail="") -> None:
    """Append to the access log: who looked at what, or was refused."""
    row = {"at": now, "username": username, "what": what, "entry": entry, "household": household, "detail": detail[:400]}
    connection.execute(AccessRow.__table__.insert(), row)
