"""联系走访: those with a duty to keep in touch write down that they went; who went where in a period, and who did not."""

import uuid
from datetime import date, datetime, time, timedelta
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import contacts, rules
from ..core.actions import inert
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..core.periods import PERIODS
from ..store import contacts as store
from ..store import disputes, lists, people
from ..store.database import writing
from . import record
from .access import allowed, append_one, note, now, posts, refuse, today, zone
from .duties import above, own_area, tops
from .figures import asked_days

bp = Blueprint("contacts", __name__)

KIND = KINDS["contact"]
WATCH = ("secretary", "street")
"""Roles that see who went where; the secretary also writes it down for those who do not sign in."""
OPENS = {"request": N_("诉求"), "hazard": N_("隐患")}
"""What may come of a visit."""
BACK = timedelta(days=31)
"""A visit may be written down so long after it was made."""
MOST, MOST_PAIRS = 50, 60


class Asked:
    """Which pairs and days the address asks for. 404 for an area that is not one's own, 400 for what makes no sense."""

    def __init__(self, args):
        self.args = {name: args[name] for name in ("area", "period", "from", "to", "role", "post") if args.get(name)}
        self.area = own_area(args.get("area"), *WATCH) if posts(*WATCH) else None
        self.period = args.get("period") or ("own" if args.get("from") else "month")
        self.first, self.last = asked_days(self.period, args)
        self.role = args.get("role")
        if self.role not in {None, *rules.CONTACTS}:
            abort(400)
        own = store.pairs([self.area.path], today()) if self.area else store.of_person(current_user.username, today())
        paths = [self.area.path] if self.area else [pair.path for pair in own]
        self.all = contacts.kept(own, store.visits(paths, self.first, self.last)) if paths else []
        self.pair = next((pair for pair in self.all if str(pair.post) == args.get("post")), None)
        if args.get("post") and self.pair is None:
            refuse(f"post={args['post'][:20]}")
        self.paths = [self.pair.path] if self.pair else paths

    @property
    def pairs(self) -> list:
        """Those that were never gone to first, then by how long ago that was."""
        chosen = [pair for pair in self.all if not self.role or pair.role == self.role]
        return sorted(chosen, key=lambda pair: (pair.last or date.min, pair.path))

    def url(self, **changed) -> str:
        parts = self.args | changed
        return url_for(".page", **{name: value for name, value in parts.items() if value is not None})

    def log(self) -> list:
        """The visits themselves: of the chosen pair, or of all; of one's own where one does not watch."""
        username = self.pair.username if self.pair else None if self.area else current_user.username
        query = store.logged(self.paths, self.first, self.last, username)
        return lists.page_of(query, 1, MOST)


@bp.get("/contacts")
@allowed(*rules.CONTACTS, *WATCH)
def page():
    """Who went where, and the form for one more visit."""
    return _page(Asked(request.args))


def _page(asked: Asked, faults=(), status: int = 200):
    rows, every = asked.log(), store.every()
    led, names = disputes.led_to([row.id for row in rows]), lists.people_names({row.details.get("who") for row in rows} - {None})
    told = store.told(asked.area.path, asked.first, asked.last) if asked.area else {}
    note("listed", detail=f"{len(rows)} contacts")
    page = render_template(
        "duties/visits.html",
        asked=asked,
        area=asked.area,
        above=above(asked.area, *WATCH) if asked.area else [],
        tops=tops(*WATCH) if asked.area else [],
        coverage=contacts.coverage(asked.all),
        pairs=asked.pairs[:MOST_PAIRS],
        found=len(asked.pairs),
        every=every,
        late={pair.post for pair in asked.all if pair.late(every[pair.role], today())},
        cards=[card | {"led": led.get(card["entry"].id, ()), "people": names.get(card["entry"].details.get("who"))} for card in record.cards(rows)],
        told={role: told[role] for role in rules.CONTACTS if role in told},
        mine=_writable(),
        opens=OPENS,
        kind=KIND,
        periods=PERIODS,
        desk=bool(asked.area),
        may_set=bool(posts("street")),
        day_of=today(),
        earliest=today() - BACK,
        faults=faults,
        values=request.form,
    )
    return page, status


def _writable() -> list:
    """The pairs for which one may write down a visit: one's own, and as secretary those of one's areas."""
    own = store.of_person(current_user.username, today())
    return own + [pair for pair in store.pairs([post.path for post in posts("secretary")], today()) if pair not in own]


@bp.post("/contacts")
@allowed(*rules.CONTACTS, "secretary")
def add():
    """今天去了: one visit, and what is to be done about it as an entry of its own."""
    form, choices = request.form, {field.name: dict(field.choices) for field in KIND.fields}
    pair = next((pair for pair in _writable() if str(pair.post) == form.get("post")), None)
    said, more, people_met = inert(form.get("note", "")), inert(form.get("words", "")), form.get("people", "").strip()
    opens, when = form.get("opens", ""), _day(form.get("day", ""))
    wrong = (
        ("post", pair is None, _("请选谁去了哪里")),
        ("note", not said or len(said) > 2000, _("请写听到、看到了什么(最多 2000 字)")),
        ("words", len(more) > 2000, _("最多写 2000 字")),
        ("people", people_met and not (people_met.isascii() and people_met.isdecimal() and 0 < int(people_met) < 10_000), _("人数请写 1 以上的数字")),
        ("day", when is None, _("请选最近一个月里的一天")),
        ("form", form.get("form", "") not in {"", *choices["form"]} or opens not in {"", *OPENS}, _("请重新选择")),
    )
    if faults := [(name, why) for name, is_wrong, why in wrong if is_wrong]:
        return _page(Asked(request.args), faults, 422)
    body = {"kind": "contact", "area": pair.code, "note": said, "source": pair.role, "who": pair.username}
    body |= {"place": inert(form.get("place", ""))[:200]} | ({"form": form["form"]} if form.get("form") else {})
    visit = _record(body | ({"people": float(people_met)} if people_met else {}), when)
    if opens:
        _record({"kind": opens, "area": pair.code, "note": more or said, "source": pair.role, "place": body["place"], "parent": visit}, when)
    flash(_("已记下,并报了一件%(what)s", what=_(OPENS[opens])) if opens else _("已记下"))
    return redirect(url_for(".page", **{name: request.args[name] for name in ("area", "period") if request.args.get(name)}), 303)


def _day(text: str) -> datetime | None:
    """Now for today, noon for a day of the last month; None for another."""
    try:
        found = date.fromisoformat(text) if text else today()
    except ValueError:
        return None
    if found == today():
        return now()
    return datetime.combine(found, time(12), zone()) if today() - BACK <= found < today() else None


def _record(body: dict, when: datetime) -> str:
    id = str(uuid.uuid4())
    raw = {"id": str(uuid.uuid4()), "entry": id, "verb": "recorded", "by": current_user.username, "at": when.isoformat()}
    append_one(raw | {"body": body | {"happened_at": when.isoformat()}}, current_user.username, partial(rules.allow, current_user.who))
    return id


@bp.post("/contacts/every")
@allowed("street")
def set_every():
    """Within how many days those of one role are to go again."""
    role, days = request.form.get("role"), request.form.get("days", "")
    if role not in rules.CONTACTS or not (days.isascii() and days.isdecimal() and 0 < int(days) < 1000):
        abort(400)
    with writing() as connection:
        store.set_every(connection, role, int(days))
        people.note_access(connection, current_user.username, "set", now(), detail=f"contact.every {role} {days}")
    flash(_("已改为每 %(count)s 天至少一次", count=days))
    return redirect(url_for(".page"), 303)
