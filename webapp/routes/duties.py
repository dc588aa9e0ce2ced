"""Who is responsible: the 五包 chain of a place, vacancies and overlaps, contacts, duty sheets."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import duties, rules
from ..core.kinds.shape import N_
from ..core.pairs import PAIRS
from ..store import duties as store
from ..store import lists, pairs, people
from ..store.database import writing
from . import figures, rail
from .access import allowed, note, now, posts, refuse, today
from .sheets import csv_file

bp = Blueprint("duties", __name__)

ROLES = ("secretary", "street", "admin")
MOST = 60
"""So many lines of a list on the page; the whole of it is in the table for spreadsheet programs."""

PAGES = (
    ("duties.page", N_("责任链"), "team", ROLES),
    ("duties.contacts", N_("联系包联"), "dispatch", ROLES),
    ("contacts.page", N_("联系走访"), "visit", (*rules.CONTACTS, "secretary", "street")),
    ("pairs.page", N_("结对"), "home", ("secretary", "street")),
    ("turns.sheet", N_("值班定岗"), "clock", ROLES),
    ("posts.page", N_("岗位"), "person", ("secretary", "admin")),
    ("handover.page", N_("交接"), "repeat", ("secretary", "admin")),
    ("base.page", N_("底数"), "chart", ROLES),
    ("papers.page", N_("一口清"), "list", ("secretary", "admin")),
)


@bp.app_context_processor
def _frame():
    return {"duty_pages": _pages, "duty_nav": nav}


def _pages() -> list[tuple[str, str, str]]:
    """(endpoint, label, icon) of the pages about who is responsible that this person may open."""
    return [(endpoint, _(label), icon) for endpoint, label, icon, roles in PAGES if posts(*roles)]


def nav() -> list[dict]:
    """The rail of those who have one; else one's own few pages."""
    if posts(*figures.ROLES):
        return figures.nav("duties")
    own = [("contacts", "contacts.page", _("联系走访"), "visit"), ("recite", "papers.recite", _("一口清"), "list")]
    own[:0] = [("chain", "chain.page", _("本片在办"), "inbox")] if posts(*rules.WATCHERS) else []
    return [{"name": name, "url": url_for(page), "label": label, "icon": icon, "active": name == "contacts"} for name, page, label, icon in own] + [rail.told()]


# --- one's own areas


def tops(*roles: str) -> list:
    """The areas of one's posts in these roles, the widest first."""
    paths = sorted({post.path for post in posts(*roles)}, key=lambda path: (path.count("/"), path))
    wide = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
    return [lists.areas_above(path)[-1] for path in wide]


def own_area(code: str | None, *roles: str):
    """The area that was asked for, or the first of one's own. Anything else does not exist, and the attempt is logged."""
    own = tops(*roles)
    if not code:
        return own[0]
    area = lists.area_by_code(code)
    if area is None or not any(area.path.startswith(top.path) for top in own):
        refuse(f"area={code[:80]}")
    return area


def above(area, *roles: str) -> list:
    """The way down to an area from one's own."""
    own = tops(*roles)
    return [one for one in lists.areas_above(area.path) if any(one.path.startswith(top.path) for top in own)]


def standing(area, *roles: str) -> dict:
    """What every page about an area says of where it is, for those who hold one of these posts."""
    return {"area": area, "above": above(area, *roles), "tops": tops(*roles)}


def children(area) -> list:
    """The areas right below this one; those below the general grid, where it is the only one."""
    found = lists.areas_below(area.code)
    return lists.areas_below(found[0].code) if [one.grid_type for one in found] == ["general"] else found


def grids_below(area) -> list:
    """The communities or grids among them."""
    return [one for one in children(area) if one.level in {"community", "grid"}]


def date_in(form, name: str, usual: date | None = None) -> date | None:
    """A day in a form; 400 for what is none, or one that no post could have."""
    if not form.get(name):
        return usual
    try:
        found = date.fromisoformat(form[name])
    except ValueError:
        abort(400)
    return found if 2000 <= found.year < 2200 else abort(400)


# --- the chain, its vacancies and overlaps


class Picture:
    """Everybody who is responsible in one area today."""

    def __init__(self, area):
        self.area, self.day = area, today()
        self.places = store.places_in(area.path, self.day)
        self.there = duties.where(store.held_in(area.path, self.day), self.day)
        self.vacancies = duties.vacancies(self.places, self.there)
        self.overlaps = duties.overlaps(self.places, self.there)
        self.teams = duties.teams(self.places, self.there)
        self.wanted = duties.wanted(self.places)
        self.by_path = {place.path: place for place in self.places}

    @property
    def misfits(self) -> list:
        """The micro-grids whose team is too small or too large, the smallest first."""
        return sorted((team for team in self.teams if len(team[1]) not in duties.TEAM), key=lambda team: len(team[1]))

    @property
    def party(self) -> list[tuple[str, int, int]]:
        """(name of the level, how many have somebody to lead it, how many there are)."""
        rows = []
        for kind, role, label in duties.PARTY:
            with_one, without = duties.coverage(self.places, self.there, role, kind)
            rows.append((_(label), len(with_one), len(with_one) + len(without)))
        return rows

    @property
    def workers(self) -> int:
        return len(duties.below(self.there, "worker", self.area.path))

    def where(self, place) -> str:
        """The place with the names of what it lies in, within this area."""
        codes = place.path.removeprefix(self.area.path).rstrip("/").split("/")
        ways = [f"{self.area.path}{'/'.join(codes[: end + 1])}/" for end in range(len(codes))]
        above = [self.by_path[way] for way in ways if way in self.by_path]
        return " ".join(one.name for one in above if one == place or one.kind not in {"general", "micro"}) or place.name

    def below(self) -> list[tuple]:
        """(area, vacancies) of each area right below this one."""
        return [(one, sum(place.path.startswith(one.path) for place, _role in self.vacancies)) for one in children(self.area)]


@bp.get("/duties")
@allowed(*ROLES)
def page():
    """The chain of an area, and what is wrong with those below it."""
    area = own_area(request.args.get("area"), *ROLES)
    picture = Picture(area)
    return render_template(
        "duties/page.html",
        **standing(area, *ROLES),
        p=picture,
        chain=[pair for pair in duties.chain(picture.there, area.path) if pair[0] in duties.roles_at(picture.by_path[area.path].kind)],
        homes=store.homes_at(area.code) if posts("secretary", "street") else [],
        lists_here=area.level == "grid" and any(area.path.startswith(post.path) for post in posts("secretary", "street")),
        most=MOST,
    )


@bp.get("/duties/homes/<id>")
@allowed("secretary", "street")
def home(id):
    """五包 of one household: five names, or 空缺. The look is logged."""
    found = own_home(id, "secretary", "street")
    note("opened", household=id, detail="chain")
    return home_page(found)


def own_home(id: str, *roles: str):
    """(Household, path) of a household in one's own areas; another does not exist."""
    found = lists.household(id[:80])
    if found is None or not any(found.path.startswith(post.path) for post in posts(*roles)):
        refuse(household=id[:80])
    return found


def home_page(home, faults=(), status: int = 200, found=()):
    """The chain of a household and who else looks after it, with the form for one more."""
    there = duties.where(store.held_in(home.path, today()), today())
    page = render_template(
        "duties/home.html",
        household=home.Household.id,
        room=home.Household.room,
        above=above(lists.area_by_code(home.Household.area_code), "secretary", "street"),
        chain=duties.chain(there, home.path),
        own_pairs=pairs.of_home(home.Household.id, today()),
        pairs=PAIRS,
        may=any(home.path.startswith(post.path) for post in posts("secretary")),
        faults=faults,
        found=found,
        values=request.form,
    )
    return page, status


@bp.get("/duties.csv")
@allowed(*ROLES)
def export():
    """Vacancies, overlaps and teams of the wrong size for a spreadsheet program."""
    area = own_area(request.args.get("area"), *ROLES)
    p = Picture(area)
    rows = [[_("空缺"), place.code, p.where(place), _(rules.ROLES[role]), ""] for place, role in p.vacancies]
    rows += [[_("重叠"), place.code, p.where(place), _(rules.ROLES[role]), _names(found)] for place, role, found in p.overlaps]
    rows += [[_("微网格人数"), place.code, p.where(place), len(members), _("、").join(members)] for place, members in p.misfits]
    heads = [_("问题"), _("辖区编码"), _("地点"), _("岗位或人数"), _("现任")]
    return csv_file(_("责任链-%(area)s", area=area.name), heads, rows)


def _names(found) -> str:
    return _("、").join(one.name for one in found)


# --- contacts


@bp.get("/duties/contacts")
@allowed(*ROLES)
def contacts():
    """联系: which communities and grids have a leader to turn to, 兼职委员, and how many workers there are for the people."""
    area = own_area(request.args.get("area"), *ROLES)
    p, minimum = Picture(area), store.part_time_minimum()
    levels = []
    for label, kinds in ((N_("社区"), ("community",)), (N_("网格"), ("general", "grid"))):
        with_one, without = duties.coverage(p.places, p.there, "contact", *kinds)
        if with_one or without:
            levels.append((_(label), with_one, without))
    communities = []
    for place in (place for place in p.places if place.kind == "community"):
        part_time, workers = (len(duties.below(p.there, role, place.path)) for role in ("part_time", "worker"))
        inhabitants = store.people_below(place.path)
        least = minimum.get(place.code, minimum.get("", duties.PART_TIME))
        short = duties.workers_short(inhabitants, workers)
        communities.append((place, p.there.get(("contact", place.path), []), part_time, least, workers, inhabitants, short))
    choices = [(place.code, place.name) for place, *_rest in communities]
    return render_template(
        "duties/contacts.html", **standing(area, *ROLES), levels=levels, communities=communities,
        choices=choices, may_set=any(area.path.startswith(post.path) for post in posts("street", "admin")),
    )  # fmt: skip


@bp.post("/duties/contacts")
@allowed("street", "admin")
def set_minimum():
    """How many 兼职委员 a community is to have."""
    area, number = own_area(request.form.get("area"), "street", "admin"), request.form.get("number", "")
    if not (number.isdecimal() and len(number) < 4):
        abort(400)
    code = area.code if area.level == "community" else ""
    with writing() as connection:
        store.set_minimum(connection, code, int(number))
        people.note_access(connection, current_user.username, "set", now(), detail=f"part_time.minimum {code} {number}")
    flash(_("已改为至少 %(count)s 名", count=number))
    return redirect(url_for(".contacts", area=request.form.get("back") or area.code), 303)
