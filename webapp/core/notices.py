"""Notices: which follow from an entry and its tasks at a moment, who gets them, and the digest of a morning.

A notice is known by what it is about, whose deadline that was and who is told. So however often the rules are asked, and after
whatever pause, it is the same one; a deadline that was moved makes a new one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from . import climb, courts, mediation, stubborn
from .actions import CLOCK
from .calendar import DAY, Calendar, end_of, local_day
from .climb import RUNGS
from .clocks import Town
from .contacts import Pair
from .entries import REDONE, Entry
from .kinds.shape import N_
from .road import OPEN, ORDER, PAUSED
from .rules import CHAIN, WATCHERS, Post, concerns
from .tasks import Task, instant

NOTICES = {
    "assigned": N_("№ %(number)s 派给%(who)s,请办理"),
    "handed_back": N_("№ %(number)s 被%(who)s退单,请重新派遣"),
    "supervised": N_("№ %(number)s 被督办,请抓紧办理"),
    "rung": N_("№ %(number)s 超期没办结,现在轮到%(who)s过问"),
    "redone": N_("№ %(number)s 三次返工,已提级,现在由%(who)s负责"),
    "lowered": N_("№ %(number)s 已退回,现在由%(who)s负责"),
    "blown": N_("社区吹哨:№ %(number)s,请%(who)s在 %(when)s 前签收"),
    "missed": N_("№ %(number)s 吹哨后%(who)s没有在 %(when)s 前签收,已自动提级"),
    "unsigned": N_("№ %(number)s 派给%(who)s,应在 %(when)s 前签收,还没有签收"),
    "due_soon": N_("№ %(number)s %(when)s到期,请%(who)s抓紧办理"),
    "overdue": N_("№ %(number)s 已超期:%(who)s应在 %(when)s 前办完"),
    "case_overdue": N_("№ %(number)s 已超期:应在 %(when)s 前办结"),
    "follow_up": N_("№ %(number)s 请%(who)s在 %(when)s 前回访"),
    "red": N_("№ %(number)s 纠纷定为红色,请书记挂帅"),
    "suspended": N_("№ %(number)s 挂账到 %(when)s,日子已过,请恢复办理"),
    "returned": N_("№ %(number)s 退回补正已超过一天,请补好再报"),
    "raised": N_("№ %(number)s 已提级到街道"),
    "sitting": N_("№ %(number)s 共享法庭 %(when)s 开庭,请提醒双方按时到场"),
    "duty_soon": N_("№ %(number)s 协议第 %(item)s 项 %(day)s到期,请跟进履行"),
    "duty_late": N_("№ %(number)s 协议第 %(item)s 项应在 %(day)s前履行,还没有履行"),
    "flagged": N_("№ %(number)s 挂牌为老大难,由您包案"),
    "climbed": N_("№ %(number)s 到时没有办结,已自动提级,现在由%(who)s负责"),
    "contact_late": N_("该去联系%(place)s了:%(days)s 天内至少一次,上次是%(when)s"),
    "contact_never": N_("该去联系%(place)s了:%(days)s 天内至少一次,还没有去过"),
    "digest": N_("今天要办的事"),
}
"""what a notice is about -> its words."""

URGENT = {"supervised", "climbed", "redone", "red", "missed", "overdue", "case_overdue", "unsigned", "duty_late"}
OF_FILES = {"sitting", "duty_soon", "duty_late"}
"""Notices about what stands in the file of a dispute."""

AT_ONCE = {"assigned", "handed_back", "supervised", "redone"}
"""What is told when it is done, not when a time has come; where it was done before the town's own clock ran it is no news any more."""

COUNTED = {
    "waiting": N_("待审"),
    "in_hand": N_("待派遣"),
    "handled": N_("待确认办结"),
    "due_soon": N_("将到期"),
    "overdue": N_("超期"),
    "at_street": N_("提级到街道"),
    "to_sign": N_("待签收"),
    "own_due_soon": N_("我的将到期"),
    "own_overdue": N_("我的超期"),
    "follow_up": N_("待回访"),
    "returned": N_("退回待补正"),
    "owed": N_("协议待履行"),
}
"""What the digest of a morning counts: first of the area, then of one's own tasks."""

AREA = ("waiting", "in_hand", "handled", "due_soon", "overdue")
STREET = ("due_soon", "overdue", "at_street")
OWN = ("to_sign", "own_due_soon", "own_overdue")

RAISED = N_("吹哨后没有按时签收,自动提级")
CLIMBED = N_("到时没有办结,自动提级")
"""The reasons that the log gives where the clock raised a case."""

SOON = timedelta(hours=24)
NEWS = timedelta(days=14)
"""A moment that passed longer ago than this is no news: the lists and the digest have it."""
MORNING = time(8)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one person; `key` is the same whenever the same rule asks for it."""

    key: str
    username: str
    what: str
    entry: str | None
    about: dict


class People:
    """Who holds which post today: by role and place, and by unit."""

    def __init__(self, posts: Iterable[tuple[str, Post]]):
        self._at: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._of: dict[str, set[str]] = defaultdict(set)
        self.there: set[str] = set()
        for username, post in posts:
            self.there.add(username)
            self._at[post.role, post.path].add(username)
            if post.role == "handler" and post.unit:
                self._of[post.unit].add(username)

    def over(self, role: str, path: str) -> set[str]:
        """Those who hold `role` at `path` or above it."""
        codes, found = path.rstrip("/").split("/"), set()
        for depth in range(1, len(codes) + 1):
            found |= self._at.get((role, "/".join(codes[:depth]) + "/"), set())
        return found

    def nearest(self, role: str, path: str) -> set[str]:
        """Those who hold `role` at `path`, or at the nearest place above it that has anybody."""
        codes = path.rstrip("/").split("/")
        there = (self._at.get((role, "/".join(codes[:depth]) + "/")) for depth in range(len(codes), 0, -1))
        return next(filter(None, there), set())

    def holding(self, path: str, unit: str = "", person: str = "", grid: str = "") -> set[str]:
        """Those who have to do a task of an entry at `path`: the unit's people, the person, the grid's workers."""
        if unit:
            return self._of.get(unit, set())
        return {person} if person else self.over("worker", path)


@dataclass(frozen=True, slots=True)
class _Due:
    """What a rule asks for: the moment that it is about, who is told (holder doers giver mediates author lead, or a role),
    since when it is news, and who did it and need not be told. `item` is the number of a sitting, or of a duty of the agreement."""

    what: str
    moment: datetime
    to: tuple[str, ...]
    task: Task | None = None
    since: datetime | None = None
    level: str = ""
    role: str = ""
    by: str = ""
    item: int = 0


def of(entry: Entry, people: People, now: datetime, town: Town) -> list[Notice]:
    """Every notice that follows from the entry at `now`. A party of a dispute is told nothing about its file."""
    found = []
    for due in _due(entry, people, now, town):
        task = due.task
        about = {"number": entry.number, "when": due.moment.isoformat()}
        about |= {name: value for name in ("n", "unit", "person", "grid") if task and (value := getattr(task, name))}
        about |= {name: value for name in ("level", "role", "item") if (value := getattr(due, name))}
        key = f"{due.what}:{entry.id}:{task.n if task else due.item}:{due.moment.astimezone(UTC).isoformat()}"
        told = set().union(*(_told(role, entry, task, people) for role in due.to)) - {*entry.kept_from, due.by}
        found += [Notice(f"{key}:{username}", username, due.what, entry.id, about) for username in sorted(told)]
    return list({one.key: one for one in found}.values())


def _told(role: str, entry: Entry, task: Task | None, people: People) -> set[str]:
    if role == "holder":
        return people.holding(entry.path, task.unit, task.person, task.grid)
    if role == "mediates":
        return mediators(entry, people)
    if role == "lead":
        return {entry.road["stubborn"]["lead"]}
    if role == "author":
        return {entry.author}
    if role == "doers":
        given = [one for one in entry.tasks if one.open and one.what != "follow_up"]
        return set().union(*(_told("holder", entry, one, people) for one in given))
    if role == "giver":
        return {task.by} if task.by in people.there else people.over("secretary", entry.path)
    return _near(people, role, entry.path) if concerns(role, entry) else set()


def mediators(entry: Entry, people: People) -> set[str]:
    """Those who were given the dispute to mediate, and have not handed it on."""
    had = (task for task in entry.tasks if task.what == "mediate" and task.end not in {"handed_back", "moved"})
    return set().union(*(people.holding(entry.path, task.unit, task.person, task.grid) for task in had))


def _near(people: People, role: str, path: str) -> set[str]:
    """Who has a post for this place: of the chain the nearest, of all others everybody above it."""
    return (people.nearest if role in CHAIN or role in WATCHERS else people.over)(role, path)


def _due(entry: Entry, people: People, now: datetime, town: Town) -> Iterator[_Due]:
    """What the rules ask for now: what is past and still news, and what falls due soon."""
    found = [one for task in entry.tasks for one in (*_handed_over(entry, task), *_of_task(entry, task, now))]
    for one in [*found, *_of_entry(entry, now, town), *_of_rungs(entry, people, now, town), *_of_file(entry, now, town.calendar)]:
        ahead = one.what in {"due_soon", "follow_up", "blown", "sitting", "duty_soon"}
        older = town.began is not None and one.what in AT_ONCE and one.moment < town.began
        if now - NEWS < (one.since or one.moment) and (ahead or one.moment <= now) and not older:
            yield one


def _handed_over(entry: Entry, task: Task) -> Iterator[_Due]:
    """Who was given a task hears of it at once, unless he has signed for it since; and who gave one when it comes back."""
    if entry.stage not in OPEN or task.what == "follow_up":
        return
    if task.open and not task.whistle and task.signed_at in {"", task.at}:  # what is to be done again counts as signed for at once
        yield _Due("assigned", instant(task.at), ("holder",), task, by=task.by)
    elif task.end == "handed_back":
        yield _Due("handed_back", instant(task.ended_at), ("giver",), task)


def _of_task(entry: Entry, task: Task, now: datetime) -> Iterator[_Due]:
    street = ("street",) if entry.level == "street" else ()
    if task.whistle and task.raised_at:
        yield _Due("missed", instant(task.sign_due), ("holder", "secretary", "street"), task, instant(task.raised_at))
    if not task.open or entry.stage in PAUSED:
        return
    if task.sign_due and not task.signed_at:
        late = instant(task.sign_due)
        if now < late and task.whistle:
            yield _Due("blown", late, ("holder",), task)
        elif now >= late and not task.whistle:
            yield _Due("unsigned", late, ("holder", "secretary", *street), task)
    if task.due:
        due = instant(task.due)
        halfway = instant(task.at) + (due - instant(task.at)) / 2  # of a short task nobody is reminded while it is new
        if max(due - SOON, halfway) <= now < due:
            yield _Due("follow_up" if task.what == "follow_up" else "due_soon", due, ("holder",), task)
        elif due <= now:
            known = due == entry.due_at and task.what != "follow_up"  # the case's own notice goes up the chain
            yield _Due("overdue", due, ("holder",) if known else ("holder", "secretary", *street), task)


def _of_rungs(entry: Entry, people: People, now: datetime, town: Town) -> Iterator[_Due]:
    """Who has an overdue case now, from the door upwards. Each is told once for the same delay, whoever comes or goes below him."""
    if entry.level != ORDER[0] or not entry.due_at or now < entry.due_at:
        return
    known = any(task.open and task.grid and task.due for task in entry.tasks)  # the worker hears of it as his own task
    found = climb.rungs(entry, town, partial(_near, people, path=entry.path))
    for roles, since in found:
        if since <= now and not (known and roles == ("worker",) and since == found[0][1]):
            yield from (_Due("rung", found[0][1], (role,), since=since, role=role) for role in roles)


def _of_entry(entry: Entry, now: datetime, town: Town) -> Iterator[_Due]:
    street = ("street",) if entry.level == "street" else ()
    if entry.stage not in OPEN:
        return
    found = entry.road.get("mediation", {}).get("class", {})
    if found.get("level") == "red":
        yield _Due("red", instant(found.get("since", found["at"])), ("secretary", "street"))
    raised, lowered = entry.road.get("raised"), entry.road.get("lowered", ())
    if supervision := entry.road.get("supervision"):
        yield _Due("supervised", instant(supervision["at"]), ("doers", "secretary"), by=supervision["by"])
    if lowered and not (raised and instant(raised[-1][0]) > instant(lowered[-1][0])):
        below = RUNGS[ORDER[1]] if lowered[-1][1] == ORDER[1] else ("worker",)
        yield _Due("lowered", instant(lowered[-1][0]), below, level=lowered[-1][1])
    elif raised and CLOCK in raised[-1]:
        below = ORDER[max(0, ORDER.index(raised[-1][1]) - 1)]
        yield _Due("climbed", instant(raised[-1][0]), (*RUNGS[below], *RUNGS[entry.level]), level=entry.level)
    elif entry.level == "street" and raised and not any(task.raised_at == raised[-1][0] for task in entry.tasks):
        yield _Due("raised", instant(raised[-1][0]), ("street",))
    elif entry.level == ORDER[1] and raised and REDONE in raised[-1]:
        yield _Due("redone", instant(raised[-1][0]), (*RUNGS[entry.level], "worker"), level=entry.level)
    if stubborn.on_board(entry):
        yield _Due("flagged", instant(entry.road["stubborn"]["at"]), ("lead",))
    if entry.stage == "suspended":
        yield _Due("suspended", end_of(date.fromisoformat(entry.road["suspended"]["until"]), town.calendar.zone), ("secretary", *street))
    elif entry.stage == "returned" and entry.road.get("pauses"):
        yield _Due("returned", instant(entry.road["pauses"][-1][0]) + SOON, ("author",))
    elif entry.case and entry.due_at and entry.due_at <= now:
        yield _Due("case_overdue", entry.due_at, ("secretary", *(RUNGS[entry.level] if entry.level != ORDER[0] else ())))


def _of_file(entry: Entry, now: datetime, calendar: Calendar) -> Iterator[_Due]:
    """What is to come of a dispute, at whatever stage: a sitting at a court point, and what the agreement asks for."""
    for item, one in enumerate(courts.sittings(entry), 1):
        starts = instant(one["starts"])
        if not one["state"] and _working_day_before(starts, calendar) <= now < starts:
            yield _Due("sitting", starts, ("mediates", "secretary"), item=item)
    for item, day in mediation.owed(entry, local_day(now, calendar.zone)):
        due = end_of(day, calendar.zone)
        if now <= due:
            yield _Due("duty_soon", due, ("mediates", "worker"), item=item)
        else:
            yield _Due("duty_late", due, ("mediates", "worker", "secretary"), item=item)


def _working_day_before(moment: datetime, calendar: Calendar) -> datetime:
    """The morning of the last working day before the day of `moment`."""
    day = local_day(moment, calendar.zone) - DAY
    while not calendar.works(day):
        day -= DAY
    return datetime.combine(day, MORNING, calendar.zone)


def contact(pair: Pair, every: int) -> Notice:
    """To somebody who keeps in touch with a place and is late; the same one until he has been there again."""
    last = pair.last.isoformat() if pair.last else ""
    about = {"area": pair.code, "days": every} | ({"last": last} if last else {})
    return Notice(f"contact:{pair.post}:{last}:{pair.username}", pair.username, "contact_late" if last else "contact_never", None, about)


# --- the digest of a morning


@dataclass(frozen=True, slots=True)
class Place:
    """How many open entries of each list there are at one path.

    Those of disputes with the same parties stand apart, and what waits by the `authors` who may not decide about it.
    """

    path: str
    counts: dict[str, int]
    kept_from: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """How many open tasks of each sort one holder has at one path."""

    path: str
    unit: str = ""
    person: str = ""
    grid: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    kept_from: tuple[str, ...] = ()


def owing(entries: Iterable[Entry], people: People, today: date) -> Counter:
    """username -> how many duties of agreements fall due soon or are late, of the disputes that he mediated or that are in his grid."""
    found: Counter = Counter()
    for entry in entries:
        count = len(mediation.owed(entry, today))
        found.update(dict.fromkeys((mediators(entry, people) | people.over("worker", entry.path)).difference(entry.kept_from), count))
    return found


def digests(
    people: People, places: Iterable[Place], loads: Iterable[Load], returned: dict[str, int], owed: dict[str, int]
) -> dict[str, dict[str, int]]:
    """username -> what there is to do today, by COUNTED, in its order. Whoever has nothing to do is told nothing."""
    totals: dict[str, Counter] = defaultdict(Counter)
    for place in places:
        for role, names in (("secretary", AREA), ("street", STREET)):
            for username in people.over(role, place.path).difference(place.kept_from):
                totals[username].update({name: place.counts[name] for name in names})
        barred = {*place.authors, *place.kept_from}
        if place.counts["waiting"] and not people.over("secretary", place.path) - barred:
            for username in people.over("street", place.path) - barred:
                totals[username]["waiting"] += place.counts["waiting"]
    for load in loads:
        holders = people.holding(load.path, load.unit, load.person, load.grid).difference(load.kept_from)
        for username in holders:
            totals[username].update({name: load.counts[name] for name in OWN})
        for username in holders | people.over("secretary", load.path).difference(load.kept_from):
            totals[username]["follow_up"] += load.counts["follow_up"]
    for name, own in (("returned", returned), ("owed", owed)):
        for username, count in own.items():
            totals[username][name] += count
    found = {username: {name: counts[name] for name in COUNTED if counts[name]} for username, counts in totals.items()}
    return {username: counts for username, counts in found.items() if counts}


def digest(username: str, day: date, counts: dict[str, int]) -> Notice:
    """At most one for a person and a day, however often it is asked for."""
    return Notice(f"digest:{day.isoformat()}:{username}", username, "digest", None, {"day": day.isoformat(), "counts": counts})
