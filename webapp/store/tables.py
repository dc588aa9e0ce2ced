"""Every table, with what each column is for. No query and no commit lives here."""

from datetime import UTC, date, datetime

from sqlalchemy import JSON, Boolean, Date, Float, ForeignKey, Index, MetaData, String, TypeDecorator, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator):
    """An aware datetime, kept as fixed-width UTC text so that text order is time order on every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> str | None:
        return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z" if value else None

    def process_result_value(self, value: str | None, dialect) -> datetime | None:
        return datetime.fromisoformat(value) if value else None


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: Instant,
        date: Date,
        str: String,
        bool: Boolean(create_constraint=False),
        dict: JSON,
        list: JSON,
        float: Float,
    }


# --- the town -----------------------------------------------------------------------------------------------------


class Area(Base):
    """One node of the area tree: street, community, grid, micro-grid, building, unit …"""

    __tablename__ = "area"
    code: Mapped[str] = mapped_column(primary_key=True)  # official division code, extended below the community
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    level: Mapped[str]  # province city county street community grid building unit, or a town's own word
    grid_type: Mapped[str | None]  # general ordinary micro dedicated; only where level is grid
    path: Mapped[str] = mapped_column(index=True)  # codes from the root, each followed by "/": a subtree is a prefix
    scope: Mapped[str]  # the area whose change feed carries entries made here
    initials: Mapped[str] = mapped_column(default="")  # pinyin initials, for search and entry numbers
    telephone: Mapped[str | None]  # the office that residents may ring
    lat: Mapped[float | None]  # WGS-84
    lng: Mapped[float | None]
    starts: Mapped[date | None]  # first day, where it was made by a re-grid
    ends: Mapped[date | None]  # last day, where a re-grid closed it: its history stays under it


class Unit(Base):
    """单位: a department, a property company, a partner or a team that cases are given to."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]  # core.units.UNITS
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)  # the street or community that it works for
    telephone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)


class Household(Base):
    """One household of the ledger. Personal: every look at it is logged."""

    __tablename__ = "household"
    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)  # the unit or building it lives in
    room: Mapped[str]  # 302
    name: Mapped[str]  # whom the worker asks for at the door
    pinyin: Mapped[str] = mapped_column(default="")
    initials: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str | None]
    people: Mapped[int] = mapped_column(default=1)
    tags: Mapped[list] = mapped_column(default=list)  # care tags only: core.care
    tags_review: Mapped[date | None]  # when somebody must look at the tags again
    moved_out: Mapped[date | None]
    __table_args__ = (UniqueConstraint("area_code", "room", "name"),)


class Category(Base):
    """What an entry is about: two levels, group then category, for one kind."""

    __tablename__ = "category"
    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    group: Mapped[str]
    label: Mapped[str]
    clock: Mapped[str] = mapped_column(default="natural_days")  # core.calendar.CLOCKS
    amount: Mapped[int | None]  # how many of the clock's hours or days a case may take; None: no deadline
    way: Mapped[str] = mapped_column(default="")  # usual handling path: core.road.WAYS
    unit: Mapped[str | None]  # usual unit to give it to
    labels: Mapped[list] = mapped_column(default=list)  # which lines of reporting it belongs to: core.lines
    rank: Mapped[int] = mapped_column(default=0)  # order on the form
    origin: Mapped[str] = mapped_column(default="gridbook")  # the scheme that the code belongs to


# --- people -------------------------------------------------------------------------------------------------------


class Person(Base):
    """An account."""

    __tablename__ = "person"
    username: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    password: Mapped[str | None]  # argon2id hash; None until the account is activated
    active: Mapped[bool] = mapped_column(default=True)
    epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session of this person
    activation_hash: Mapped[str | None]  # SHA-256 of the activation code
    activation_until: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False)


class Post(Base):
    """岗位: person × role × area × period. The whole permission scope."""

    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("person.username"), index=True)
    role: Mapped[str]
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"), index=True)  # whose cases a handler sees
    starts: Mapped[date]
    ends: Mapped[date | None]  # the last day
    __table_args__ = (UniqueConstraint("username", "role", "area_code", "starts"),)


class Specialty(Base):
    """擅长: a category of dispute that a mediator is good at; such a dispute is offered to him first."""

    __tablename__ = "specialty"
    username: Mapped[str] = mapped_column(ForeignKey("person.username"), primary_key=True)
    category: Mapped[str] = mapped_column(ForeignKey("category.code"), primary_key=True)


class Device(Base):
    """A phone, as the server last heard of it."""

    __tablename__ = "device"
    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(primary_key=True)
    heard: Mapped[datetime]  # last contact
    synced: Mapped[datetime | None]  # last time it had something accepted
    unsent: Mapped[int] = mapped_column(default=0)  # what it said was still on it
    version: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")


class AccessRow(Base):
    """Who looked at whose data, or was refused. Appended only."""

    __tablename__ = "access"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    username: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]  # signed_in refused opened revealed roster exported …
    entry: Mapped[str | None] = mapped_column(index=True)
    household: Mapped[str | None] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(default="")


# --- the log and what is folded from it ---------------------------------------------------------------------------


class ActionRow(Base):
    """One line of the log. Written once; never changed, never deleted."""

    __tablename__ = "action"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # order heard: the only order
    id: Mapped[str] = mapped_column(unique=True)  # UUID made on the phone
    entry: Mapped[str] = mapped_column(index=True)
    verb: Mapped[str]
    by: Mapped[str]  # username, or "resident", or "import"
    at: Mapped[datetime]  # the phone's clock: shown, not trusted
    heard: Mapped[datetime]  # the server's clock
    device: Mapped[str | None]
    n: Mapped[int | None]  # the phone's own counter
    after: Mapped[str | None]  # the action that had to come first
    seen: Mapped[str | None]  # the last action that a decision had seen
    body: Mapped[dict]
    photos: Mapped[list]  # SHA-256 of each, in order
    facts: Mapped[dict]  # what the server found when it heard this: number, path, scope, day, due …
    hash: Mapped[str]  # SHA-256 of the canonical content
    scope: Mapped[str]
    scope_seq: Mapped[int]  # with scope: the receipt, and the key of its change


class HeldRow(Base):
    """An action that waits for the one it names in `after`."""

    __tablename__ = "held"
    id: Mapped[str] = mapped_column(primary_key=True)
    after: Mapped[str] = mapped_column(index=True)
    by: Mapped[str]
    heard: Mapped[datetime]
    device: Mapped[str | None]
    hash: Mapped[str]
    raw: Mapped[dict]


CLOSED, HOME, PARENT = text("closed_at IS NOT NULL"), text("household IS NOT NULL"), text("parent IS NOT NULL")
"""What an index is limited to, so that it costs the others nothing."""


class EntryRow(Base):
    """An entry as the fold of its actions left it; the same fields as core.entries.Entry."""

    __tablename__ = "entry"
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    category: Mapped[str]  # "" where none was chosen
    area: Mapped[str]
    path: Mapped[str]  # of the area on the day it was accepted: history keeps its place
    grid: Mapped[str]  # the lowest area of the path that has figures: buildings and units have none
    scope: Mapped[str]
    household: Mapped[str | None]
    parent: Mapped[str | None]  # the visit that found it
    case: Mapped[bool]  # a case is handled and closed; a record is closed by approval
    way: Mapped[str]  # handling path: core.road.WAYS, "" while open
    level: Mapped[str]  # who has it, or closed it: core.road.LEVELS
    stage: Mapped[str]
    note: Mapped[str]
    place: Mapped[str]
    source: Mapped[str]
    happened_at: Mapped[datetime]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    accuracy: Mapped[float | None]  # metres
    on_the_spot: Mapped[bool]
    details: Mapped[dict]  # the kind's own fields
    photos: Mapped[list]  # [[sha256, role, action id], …]
    author: Mapped[str]
    authors: Mapped[list]  # everybody who wrote its content: none of them may approve it
    device: Mapped[str | None]
    day: Mapped[date]  # the local day a figure belongs to
    received_at: Mapped[datetime]  # phone's clock, never later than heard
    heard_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_days: Mapped[int | None]  # 1 = closed on the day it was received
    reason: Mapped[str]  # of the last return, refusal or reopening
    outcome: Mapped[str]  # what was done, in the words of whoever closed it
    rating: Mapped[str | None]
    reopened: Mapped[int]
    road: Mapped[dict]  # tasks, pauses, extensions, the dispute's file …: core.entries
    version: Mapped[int]
    last: Mapped[str]  # id of the last action: what a decision must have seen
    last_seq: Mapped[int]
    __table_args__ = (
        Index("ix_entry_visits", "kind", "day", "path", "stage", "household"),  # covers the households visited in a period
        Index("ix_entry_stage", "stage", "path"),
        Index("ix_entry_closed", "closed_at", sqlite_where=CLOSED, postgresql_where=CLOSED),
        Index("ix_entry_path", "path", "day"),
        Index("ix_entry_household", "household", "kind", "day", sqlite_where=HOME, postgresql_where=HOME),
        Index("ix_entry_parent", "parent", sqlite_where=PARENT, postgresql_where=PARENT),
        Index("ix_entry_received", "received_at"),
    )


class TallyRow(Base):
    """Additive counts of the entries received on one day in one area *and below it*."""

    __tablename__ = "tally"
    area: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    received: Mapped[int]
    closed: Mapped[int]
    with_deadline: Mapped[int]
    closed_on_time: Mapped[int]
    closed_day1: Mapped[int]
    closed_day2: Mapped[int]
    closed_day3: Mapped[int]
    withdrawn: Mapped[int]
    declined: Mapped[int]
    visits: Mapped[int]
    deliveries: Mapped[int]
    patrols: Mapped[int]
    receptions: Mapped[int]
    received_people: Mapped[int]
    contacts: Mapped[int]
    answer: Mapped[int]
    spot: Mapped[int]
    joint: Mapped[int]
    study: Mapped[int]
    resolve: Mapped[int]
    closed_grid: Mapped[int]
    closed_community: Mapped[int]
    closed_street: Mapped[int]
    followed: Mapped[int]
    closed_followed: Mapped[int]
    solved: Mapped[int]
    rated: Mapped[int]
    satisfied: Mapped[int]
    reworked: Mapped[int]
    extended: Mapped[int]
    suspended: Mapped[int]
    supervised: Mapped[int]
    raised: Mapped[int]


class TaskRow(Base):
    """A task of a case, as the entry's fold has it: what units and people have to do."""

    __tablename__ = "task"
    entry: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str]  # core.tasks.WHATS
    unit: Mapped[str]
    person: Mapped[str]
    grid: Mapped[str]
    path: Mapped[str]  # of the entry
    whistle: Mapped[str]
    at: Mapped[datetime]
    sign_due: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    due: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end: Mapped[str]
    raised_at: Mapped[datetime | None]
    grade: Mapped[str]
    __table_args__ = (
        Index("ix_task_unit", "unit", "end", "due"),
        Index("ix_task_person", "person", "end", "due"),
        Index("ix_task_path", "end", "path", "due"),
        Index("ix_task_whistle", "whistle", "at"),
    )


KEPT = text("state NOT IN ('moved', 'cancelled')")


class SittingRow(Base):
    """A sitting at a court point, as the dispute's fold has it. No two have the same slot, but for those that gave it up."""

    __tablename__ = "sitting"
    entry: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]  # of the dispute
    point: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    state: Mapped[str]  # core.courts.STATES
    __table_args__ = (Index("uq_sitting_slot", "point", "starts", unique=True, sqlite_where=KEPT, postgresql_where=KEPT),)


class SittingRoom(Base):
    """The address of the room of one sitting, where it is not the point's. It stands beside the log, as the point's does."""

    __tablename__ = "sitting_room"
    entry: Mapped[str] = mapped_column(primary_key=True)
    starts: Mapped[datetime] = mapped_column(primary_key=True)
    link: Mapped[str]


class ScopeRow(Base):
    """The counter of one change feed, taken last in the transaction; scope "" counts the whole log."""

    __tablename__ = "scope"
    code: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]  # of the last change: chains the feed


class ChangeRow(Base):
    """One change of one scope, numbered without holes in commit order."""

    __tablename__ = "change"
    scope: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str]
    action: Mapped[str]
    hash: Mapped[str]
    __table_args__ = {"sqlite_with_rowid": False}  # read and written in the order of its key


class NumberRow(Base):
    """The last number given out for one prefix and day."""

    __tablename__ = "number"
    prefix: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


# --- beside the log -----------------------------------------------------------------------------------------------


class PhotoRow(Base):
    """A picture that arrived; its bytes lie in the photo folder under its hash."""

    __tablename__ = "photo"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]


class EntryPhotoRow(Base):
    """Which entries show which photo: whoever may see one of them may see it."""

    __tablename__ = "entry_photo"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(primary_key=True, index=True)


class LinkRow(Base):
    """A link that works without an account: only the hash of its token is kept."""

    __tablename__ = "link"
    hash: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of the token, hex
    entry: Mapped[str] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(index=True)  # six characters to say on the telephone
    at: Mapped[datetime]
    revoked: Mapped[bool] = mapped_column(default=False)
    task: Mapped[int | None]  # a handler's link to this task of the entry; None: a resident's link
    holder: Mapped[str] = mapped_column(default="")  # the unit or person that a handler's link was made for
    until: Mapped[datetime | None]  # good until then; None: as long as it is not revoked


class ContactRow(Base):
    """What a resident left to be rung back; kept apart from the log so that it can be erased."""

    __tablename__ = "contact"
    entry: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    telephone: Mapped[str] = mapped_column(default="")


class NoticeRow(Base):
    """A notice to one person, sent once: its key says what it is about, so that a second try finds it there."""

    __tablename__ = "notice"
    key: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]  # core.notices.NOTICES
    entry: Mapped[str | None] = mapped_column(index=True)
    at: Mapped[datetime]
    seen: Mapped[datetime | None]
    about: Mapped[dict]  # what the words need: counts, number, unit …


class WorkdayRow(Base):
    """A day that is not what its weekday says: a holiday, or a Saturday worked for it (调休)."""

    __tablename__ = "workday"
    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")


class DutyRow(Base):
    """值班和定岗: a person or unit × place × duty × weekly times."""

    __tablename__ = "duty"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str | None] = mapped_column(ForeignKey("person.username"), index=True)
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    what: Mapped[str]
    weekdays: Mapped[list]  # 0 is Monday
    opens: Mapped[str]  # 08:00
    closes: Mapped[str]
    on_call: Mapped[bool] = mapped_column(default=False)  # 随叫随到 rather than present
    starts: Mapped[date]
    ends: Mapped[date | None]


class SeriesRow(Base):
    """A session or meeting that comes back: what it is called, when, where, and which post presides. What was held is in the log."""

    __tablename__ = "series"
    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    form: Mapped[str]  # core.sessions.FORMS
    name: Mapped[str]
    weekday: Mapped[int | None]  # 0 is Monday; None: at no fixed time
    nth: Mapped[int] = mapped_column(default=0)  # 0: every week; else the n-th such weekday of a month
    opens: Mapped[str]  # 08:00
    closes: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    role: Mapped[str]  # of whoever presides
    starts: Mapped[date]
    ends: Mapped[date | None]  # the last day
    point: Mapped[str | None] = mapped_column(ForeignKey("service_point.id"))  # where it is held, if that is one of the town's


class AgendaRow(Base):
    """The agenda that was drawn up for a coming day of a meeting. On the day it becomes that of the record."""

    __tablename__ = "agenda"
    series: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    cases: Mapped[list]  # ids of entries, in order


class ServicePoint(Base):
    """服务点: a gatehouse, a stall, a window, where people are met on some days of the week."""

    __tablename__ = "service_point"
    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    name: Mapped[str]
    place: Mapped[str]
    kind: Mapped[str]  # core.sessions.POINTS
    weekdays: Mapped[list]  # 0 is Monday
    opens: Mapped[str]  # 08:00
    closes: Mapped[str]
    starts: Mapped[date]
    ends: Mapped[date | None]  # the last day


class PairRow(Base):
    """结对: a person looks after a household, as what, from one day to another."""

    __tablename__ = "pair"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("person.username"), index=True)
    household: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    what: Mapped[str]  # core.pairs.PAIRS
    starts: Mapped[date]
    ends: Mapped[date | None]  # the last day
    __table_args__ = (UniqueConstraint("username", "household", "what", "starts"),)


class CourtPoint(Base):
    """共享法庭: an online court point with its weekly slots."""

    __tablename__ = "court_point"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    court: Mapped[str]
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)  # whose disputes may be brought there
    place: Mapped[str]
    starts: Mapped[date]
    ends: Mapped[date | None]  # the last day
    hours: Mapped[list]  # [[weekday from 0, "14:00", "17:00"], …]
    minutes: Mapped[int]  # of a slot
    link: Mapped[str]  # of the room outside where both sides meet: only on the page of a dispute that is booked


class PaperRow(Base):
    """One page of the four 一口清: a policy, a procedure or a service, in the words of the town."""

    __tablename__ = "paper"
    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    part: Mapped[str]  # policy procedure service
    roles: Mapped[list]  # the posts that should know it; empty: all
    title: Mapped[str]
    words: Mapped[str]
    rank: Mapped[int] = mapped_column(default=0)


class RegridRow(Base):
    """A re-drawing of grids: planned, then done on its day, once."""

    __tablename__ = "regrid"
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    effective: Mapped[date]
    plan: Mapped[dict]
    done: Mapped[datetime | None]


class FactRow(Base):
    """Facts about this installation: its epoch, its schema's seed, the last proven backup …"""

    __tablename__ = "fact"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
