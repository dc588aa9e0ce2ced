"""四个一口清: what a post should know by heart, kept on the phone; and the town's papers behind it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import rules
from ..core.actions import inert
from ..core.base import STATED
from ..core.care import CARE
from ..core.duties import PARTS
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..store import base, lists, people
from ..store import papers as store
from ..store.database import writing
from .access import allowed, now, posts, public, refuse, today
from .duties import own_area, standing, tops
from .sync import envelope
from .words import day

bp = Blueprint("papers", __name__)

ROLES = ("secretary", "admin")
TYPES = {
    ("community", None): N_("社区"),
    ("grid", "general"): N_("总网格"),
    ("grid", "ordinary"): N_("一般网格"),
    ("grid", "dedicated"): N_("专属网格"),
    ("grid", "integrated"): N_("综合网格"),
    ("grid", "micro"): N_("微网格"),
    ("grid", None): N_("网格"),
    ("building", None): N_("楼栋"),
    ("unit", None): N_("单元"),
}
"""(level, grid type) -> what such areas are called where they are counted."""


@bp.get("/recite")
@public
def recite():
    """一口清 on the phone: a shell that the phone fills from what it keeps."""
    return render_template("field/recite.html")


@bp.get("/recite.json")
@allowed()
def known_by_heart():
    """For each post of today: the counts of its area, and the papers that it should know. Nothing about single people."""
    return envelope(day=today().isoformat(), posts=[_post(post) for post in posts() if post.role != rules.SPOTS])


def _post(post: rules.Post) -> dict:
    area = lists.names_of({post.area})[post.area]
    papers = [paper for paper in store.papers_for(post.path) if not paper.roles or post.role in paper.roles]
    parts = [{"title": _(label), "papers": [[one.title, one.words] for one in papers if one.part == part]} for part, label in PARTS.items()]
    return {"title": f"{area} · {_(rules.ROLES[post.role])}", "facts": _facts(post.path), "parts": [part for part in parts if part["papers"]]}


def _facts(path: str) -> list[list[str]]:
    """底数: (label, how many) of what there is in an area; what there is not is left out."""
    homes, inhabitants = store.homes_and_people(path)
    facts = [[_("住户"), _("%(count)s 户", count=homes)], [_("人口"), _("%(count)s 人", count=inhabitants)]]
    tags, types, cases = store.tags(path), store.areas_by_type(path), store.open_cases(path, current_user.username)
    facts += [[_(CARE[tag].label), _("%(count)s 户", count=tags[tag])] for tag in CARE if tag in tags]
    facts += [[_(label), str(types[kind])] for kind, label in TYPES.items() if kind in types]
    facts += [
        [_(STATED[one.name][0]), _("%(number)s %(unit)s(%(day)s)", number=f"{one.number:,.10g}", unit=_(STATED[one.name][1]), day=day(one.day))]
        for one in base.stated(path.rstrip("/").rpartition("/")[2])
    ]
    facts += [[_("在办%(kind)s", kind=_(KINDS[kind].label)), str(cases[kind])] for kind in KINDS if kind in cases]
    return facts


# --- the town's papers


@bp.get("/papers")
@allowed(*ROLES)
def page():
    """The papers of an area and of what lies below; one of them in the form, where it is asked for."""
    area = own_area(request.args.get("area"), *ROLES)
    return _page(area, _own(request.args["edit"]) if request.args.get("edit") else None)


def _page(area, edited=None, faults=(), status: int = 200):
    rows = store.papers_below(area.path)
    inherited = [paper for paper in store.papers_for(area.path) if paper.area_code != area.code]
    values = request.form or (edited and {name: getattr(edited, name) for name in ("id", "part", "title", "words", "rank")}) or {}
    chosen = request.form.getlist("roles") if request.form else edited.roles if edited else []
    return render_template(
        "duties/papers.html", **standing(area, *ROLES), rows=rows, inherited=inherited, parts=PARTS,
        values=values, chosen=chosen, faults=faults,
    ), status  # fmt: skip


def _own(id: str):
    """A paper of one's own areas; another does not exist."""
    found = store.paper_by_id(id[:80])
    if found is None or not any(found.path.startswith(top.path) for top in tops(*ROLES)):
        refuse(f"paper={id[:80]}")
    return found.PaperRow


@bp.post("/papers")
@allowed(*ROLES)
def save():
    """Write a paper of an area, or write it anew."""
    area, form = own_area(request.form.get("area"), *ROLES), request.form
    edited = _own(form["id"]) if form.get("id") else None
    title, words, rank = inert(form.get("title", ""))[:80], inert(form.get("words", ""))[:4000], form.get("rank") or "0"
    faults = [(name, why) for name, right, why in (
        ("part", form.get("part") in PARTS, _("请选属于哪一部分")), ("title", title, _("请写标题")), ("words", words, _("请写内容")),
        ("rank", rank.isdecimal() and len(rank) < 5, _("次序请写数字")),
    ) if not right]  # fmt: skip
    if faults:
        return _page(area, edited, faults, 422)
    roles = [role for role in rules.ROLES if role in form.getlist("roles")]
    id, code = (edited.id, edited.area_code) if edited else (None, area.code)
    with writing() as connection:
        store.keep(connection, id, area_code=code, part=form["part"], roles=roles, title=title, words=words, rank=int(rank))
        people.note_access(connection, current_user.username, "paper_written", now(), detail=f"{code} {title}")
    flash(_("已保存,手机下次打开一口清时更新"))
    return redirect(url_for(".page", area=area.code), 303)


@bp.post("/papers/<id>/removal")
@allowed(*ROLES)
def remove(id):
    """Take a paper away."""
    paper = _own(id)
    id, code, title = paper.id, paper.area_code, paper.title
    with writing() as connection:
        store.remove(connection, id)
        people.note_access(connection, current_user.username, "paper_removed", now(), detail=f"{code} {title}")
    flash(_("已删去“%(title)s”", title=title))
    return redirect(url_for(".page", area=request.form.get("area") or code), 303)
