"""重新划分网格: the wizard, step by step, and the plans that wait for their day."""

from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import regrid, regrid_checks
from ..core.actions import inert
from ..core.grids import FEEDS, TYPES
from ..core.kinds import KINDS
from ..core.regrid import Step
from ..core.regrid_checks import Fault
from ..core.road import STAGES
from ..intake import pinyin
from ..store import lists, people, town
from ..store import regrid as store
from ..store.database import writing
from .access import allowed, now, posts, refuse, today
from .figures import nav
from .words import day as day_in_words

bp = Blueprint("regrid", __name__)

OPS = ("split", "merge", "move", "retype", "rename")
"""What the wizard offers, in its order; a file can do more."""
MOST_NEW = 6
MOST_SHOWN = 30


def communities() -> list:
    """The communities that the signed-in person administers."""
    return lists.areas_in([post.path for post in posts("admin")], "community")


def _community(code: str):
    return next((one for one in communities() if one.code == code), None) or refuse(f"community={code[:80]}")


@bp.get("/regrid")
@allowed("admin")
def page():
    """Step 1: the communities with their grids by type, and the plans."""
    areas, own = town.areas(), communities()
    tops = lists.areas_by_code({post.area for post in posts("admin")})
    return render_template(
        "regrid/page.html",
        nav=nav("regrid"),
        types=_types(areas, [one.path for one in (*tops, *own)]),
        lines=[(one, regrid.counts(areas, one.path)) for one in own],
        tops=[(one, regrid.counts(areas, one.path)) for one in tops],
        plans=[_told(row, areas) for row in store.plans({one.code for one in own})],
        today=today(),
    )


def _types(areas: dict, paths: list[str]) -> dict[str, str]:
    """The types that there are, always those of a street's count: type -> label."""
    there = {type for path in paths for type in regrid.counts(areas, path)}
    found = {type: _(label) for type, label in TYPES.items() if type != "integrated" or type in there}
    return found | ({"": _("未分类型")} if "" in there else {})


def _told(row, areas: dict) -> dict:
    """A plan in a line: its communities, what it does, and what stands against it when its day has come."""
    steps = regrid.load(row.plan["steps"])
    done = [f"{_(label)} {count}" for op, label in regrid.OPS.items() if (count := sum(step.op == op for step in steps))]
    trouble = regrid_checks.check(steps, areas) if row.done is None else []
    places = [areas[code]["name"] for code in row.plan["communities"]]
    return {"row": row, "places": places, "what": done, "trouble": [said(one) for one in trouble], "due": row.effective <= today()}


def said(fault: Fault) -> str:
    """A fault's words in the reader's language."""
    return _(fault.words, **fault.about) if fault.about else _(fault.words)


@bp.get("/regrid/<code>")
@allowed("admin")
def community(code):
    """Step 2: the grids of a community, and what is to become of them."""
    return _choose(_community(code))


def _choose(area, faults=(), status: int = 200):
    context = {"ops": OPS, "most": MOST_NEW, "on": _on(area), "faults": faults}
    return render_template("regrid/community.html", nav=nav("regrid"), **_grids(area, _drawn_over(area)), **context), status


def _on(area):
    """The waiting plan on which one goes on drawing, as the address or the form names it; None for the town of today."""
    id = request.values.get("on")
    return next((row for row in _joinable(area) if row.id == id), None) or abort(404) if id else None


def _drawn_over(area) -> dict:
    """The town of today, or as that plan leaves it."""
    plan, areas = _on(area), town.areas()
    return regrid.after(regrid.load(plan.plan["steps"]), areas, plan.effective) if plan else areas


def _grids(area, areas: dict) -> dict:
    """The community's grids with type, size and workers."""
    tree, homes = regrid.Tree(areas), store.homes(area.path)
    at = {}
    for _username, name, code in store.workers([area.path], today()):
        at.setdefault(code, []).append(name)
    codes = [code for code in tree.grids(area.code) if tree.type(code) != "micro"]
    lines = []
    for code in codes:
        count, places = regrid.size(code, areas, homes)
        micros = sum(tree.type(one) == "micro" for one in tree.grids(code)) if tree.type(code) != "general" else None
        lines.append({"area": areas[code], "households": count, "buildings": places, "micros": micros, "workers": at.get(code, [])})
    return {"area": area, "lines": lines, "counts_now": regrid.counts(areas, area.path), "types": _types(areas, [area.path])}


@bp.get("/regrid/<code>/drawing")
@allowed("admin")
def draw(code):
    """Step 2, the drawing: which buildings go where."""
    area, args = _community(code), request.args
    areas = _drawn_over(area)
    tree, op, old = regrid.Tree(areas), args.get("op"), list(dict.fromkeys(args.getlist("grid")))
    own = tree.grids(area.code)
    if op not in OPS or not set(old) <= set(own):
        abort(400)
    if (len(old) < 2) if op == "merge" else len(old) != 1:
        words = _("合并请选两个以上网格") if op == "merge" else _("请选一个网格")
        return _choose(area, [("grids", words)], 422)
    into = {"split": min(max(args.get("into", 2, type=int), 2), MOST_NEW), "merge": 1}.get(op, 0)
    steps = [Step(op, tuple(old), name=_new_name(tree, old, n), type=tree.type(old[0]) or "ordinary") for n in range(into)]
    if into:
        steps = [replace(step, places=()) for step in _complete(steps, areas) if step.op == op]
    return _drawing(area, areas, op, old, steps)


def _new_name(tree, old: list[str], n: int) -> str:
    """A name to begin with: that of the old grid, numbered."""
    return f"{tree.name(old[0])}({n + 1})" if len(old) == 1 else tree.name(old[0])


def _drawing(area, areas: dict, op: str, old: list[str], steps: list[Step], faults=(), status: int = 200):
    tree, homes = regrid.Tree(areas), store.homes(area.path)
    places = _places(_choices(tree, area, op, old), tree, homes, len(steps) if op == "split" else 0)
    targets = [code for code in tree.grids(area.code) if tree.type(code) in FEEDS and code not in old] if op == "move" else []
    page = render_template(
        "regrid/drawing.html",
        nav=nav("regrid"),
        area=area,
        op=op,
        old=[areas[code] for code in old],
        steps=steps,
        places=places,
        total=sum(place["households"] for place in places),
        targets=[(code, tree.name(code)) for code in targets],
        types=[(type, _(label)) for type, label in TYPES.items() if type in FEEDS],
        values=request.values,
        on=_on(area),
        households=regrid_checks.HOUSEHOLDS,
        faults=faults,
    )
    return page, status


def _choices(tree, area, op: str, old: list[str]) -> list[str]:
    """What may be put into one of the new grids: micro-grids whole, and buildings."""
    return [code for grid in old for code in tree.below[grid]] if op in ("split", "merge", "move") else []


def _places(codes: list[str], tree, homes: dict, into: int) -> list[dict]:
    """What is to be put somewhere, each with a proposal: new grids of about the same number of households."""
    found, total = [], 0
    every = sum(regrid.size(code, tree.areas, homes)[0] for code in codes) or 1
    for code in codes:
        count, buildings = regrid.size(code, tree.areas, homes)
        usual = 1 + min((2 * total + count) * into // (2 * every), into - 1) if into else None
        chosen = request.form.get(f"to-{code}", usual, type=int)
        about = {"picked": code in request.form.getlist("place"), "buildings": buildings if tree.is_grid(code) else None}
        found.append({"area": tree.areas[code], "households": count, "to": chosen} | about)
        total += count
    return found


# --- the plan in the form


def _read(area, areas: dict) -> tuple[str, list[str], list[Step]]:
    """(op, old grids, steps) as the form has them; what is nonsense aborts, what is wrong is left to the checks."""
    form, tree = request.form, regrid.Tree(areas)
    op, old = form.get("op", ""), list(dict.fromkeys(form.getlist("old")))
    if op not in OPS or not old or not set(old) <= set(tree.grids(area.code)):
        abort(400)
    if op in ("split", "merge"):
        steps = [_new(op, old, n, tree, area) for n in range(1, min(form.get("into", 0, type=int), MOST_NEW) + 1)]
    elif op == "move":
        steps = [Step(op, new=form.get("target", ""), places=tuple(form.getlist("place")))]
    else:
        name = inert(form.get("name", "")) if op == "rename" else ""
        steps = [Step(op, new=old[0], name=name, type=form.get("type", "") if op == "retype" else "", initials=pinyin.initials_of_area(name) if name else "")]
    if any(step.new in areas and step.new not in tree.grids(area.code) for step in steps if step.op == "move"):
        abort(400)
    return op, old, steps


def _new(op: str, old: list[str], n: int, tree, area) -> Step:
    form = request.form
    name = inert(form.get(f"name-{n}", ""))
    chosen = [code for code in _choices(tree, area, op, old) if op == "merge" or form.get(f"to-{code}") == str(n)]
    worker = [username for username in form.getlist(f"worker-{n}") if username]
    about = {"type": form.get(f"type-{n}", ""), "initials": pinyin.initials_of_area(name) if name else "", "line": n}
    return Step(op, tuple(old), form.get(f"code-{n}", "").strip(), name, places=tuple(chosen), workers=tuple(worker), **about)


def _complete(steps: list[Step], areas: dict) -> list[Step]:
    return regrid.complete(steps, areas, store.busy())


def _faults(steps: list[Step], areas: dict) -> list[Fault]:
    return regrid_checks.check(steps, areas, busy=store.busy(request.values.get("on")), people=store.accounts())


@bp.post("/regrid/<code>/workers")
@allowed("admin")
def staff(code):
    """Step 3: who works in each new grid. A plan without new grids goes on to its preview."""
    area = _community(code)
    areas = _drawn_over(area)
    op, old, steps = _read(area, areas)
    full = _complete(steps, areas)
    if faults := _faults(full, areas):
        return _drawing(area, areas, op, old, steps, [_at(one) for one in faults], 422)
    if op not in ("split", "merge"):
        return _preview(area, areas, op, old, full)
    tree, homes = regrid.Tree(areas), store.homes(area.path)
    later = regrid.after(full, areas, today())
    names, at = {}, {}
    for username, name, where in store.workers([post.path for post in posts("admin")], today()):
        names.setdefault(username, (name, []))[1].append(tree.name(where))
        at.setdefault(where, username)
    usual = [_usual(step, tree, homes, at) for step in full if step.op == op]
    rows = [(step, regrid.size(step.new, later, homes), who) for step, who in zip((one for one in full if one.op == op), usual, strict=True)]
    people = [("", _("以后再定"))] + [(username, f"{name}({_('、').join(where)})") for username, (name, where) in names.items()]
    return render_template("regrid/workers.html", nav=nav("regrid"), area=area, op=op, old=old, rows=rows, people=people, form=request.form)


def _at(fault: Fault) -> tuple[str, str]:
    """(field of the form, words)."""
    field = {"name": f"name-{fault.line}", "new": f"code-{fault.line}", "type": f"type-{fault.line}"}.get(fault.column, fault.column)
    return field, said(fault)


def _usual(step: Step, tree, homes: dict, at: dict) -> str:
    """The worker of the old grid from which most households come."""
    sizes = {}
    for place in step.places:
        grid = next((one for one in reversed(tree.above(place)) if one in at), None)
        sizes[grid] = sizes.get(grid, 0) + homes.get(place, 0) + 1
    sizes.pop(None, None)
    return at[max(sizes, key=sizes.get)] if sizes else at.get(step.old[0], "")


@bp.post("/regrid/<code>/preview")
@allowed("admin")
def preview(code):
    """Step 4: the day, and what would happen; nothing is written."""
    area = _community(code)
    areas = _drawn_over(area)
    op, old, steps = _read(area, areas)
    full = _complete(steps, areas)
    if faults := _faults(full, areas):
        return _drawing(area, areas, op, old, steps, [_at(one) for one in faults], 422)
    return _preview(area, areas, op, old, full)


def _joinable(area) -> list:
    """The plans of this community that wait for their day: what is drawn now may go into one of them."""
    return [row for row in store.plans({area.code}) if row.done is None and row.effective >= today()]


def _joined(area):
    """The plan that the form asks to go into, or goes on drawing on; or None."""
    return _on(area) or next((row for row in _joinable(area) if row.id == request.form.get("join")), None)


def _together(area, own: list[Step]) -> list[Step]:
    """What is drawn now with the plan that it goes into: one after the other where it was drawn over it."""
    before = regrid.load(joined.plan["steps"]) if (joined := _joined(area)) else []
    return regrid.then(before, own) if _on(area) else before + own


def _preview(area, areas: dict, op: str, old: list[str], own: list[Step], faults=(), status: int = 200):
    joined, effective = _joined(area), _day() or today() + timedelta(days=1)
    full, areas = _together(area, own), town.areas()
    if joined:
        effective = joined.effective
        faults = faults or [("join", said(one)) for one in regrid_checks.check(full, areas)]
    street = lists.areas_above(area.path)[0]
    page = render_template(
        "regrid/preview.html",
        nav=nav("regrid"),
        area=area,
        op=op,
        old=old,
        form=request.form,
        effective=effective,
        today=today(),
        faults=faults,
        join=[("", _("单独成一个方案"))] + [(row.id, _("并入 %(day)s 生效的方案", day=day_in_words(row.effective))) for row in _joinable(area)],
        joined=joined,
        on=_on(area),
        **_effects(full, areas, [street, area], effective),
    )
    return page, status


def _effects(steps: list[Step], areas: dict, wide: list, effective: date) -> dict:
    """Before and after, in counts and names: what changes, and what stays."""
    tree, homes, later = regrid.Tree(areas), store.homes(wide[-1].path), regrid.after(steps, areas, effective)
    ends = regrid.closing(steps, tree)
    topmost = sorted(code for code in ends if areas[code]["parent_code"] not in ends)
    paths = [areas[code]["path"] for code in topmost]
    waiting = store.still_open(paths) if paths else []
    names = lists.people_names({name for step in steps for name in step.workers})
    made = [(step, later[step.new], *regrid.size(step.new, later, homes), [names[name] for name in step.workers]) for step in steps if step.op in regrid.MAKES]
    return {
        "types": _types(areas | later, [one.path for one in wide]),
        "counts_of": [(one, regrid.counts(areas, one.path), regrid.counts(later, one.path)) for one in wide],
        "ends": [areas[code] for code in sorted(ends)],
        "made": [one for one in made if one[0].op != "carry"],
        "carried_on": [one for one in made if one[0].op == "carry"],
        "changed": [(step, areas[step.new], [areas[code]["name"] for code in step.places]) for step in steps if step.op not in regrid.MAKES],
        "open": [(row, _(KINDS[row.kind].label), _(STAGES[row.stage]), areas[row.scope]["name"]) for row in waiting[:MOST_SHOWN]],
        "open_count": len(waiting),
        "entries": store.entries_at(paths) if paths else 0,
        "others": store.others_at(ends, today()) if ends else 0,
        "duties": store.duties_at(ends, effective) if ends else 0,
        "remarks": [said(one) for one in regrid_checks.remarks(steps, areas, homes, effective)],
    }


def _day() -> date | None:
    try:
        return date.fromisoformat(request.form.get("effective", ""))
    except ValueError:
        return None


@bp.post("/regrid/<code>/plans")
@allowed("admin")
def confirm(code):
    """Step 5: keep the plan, by itself or as part of one that waits; if its day is today it is carried out at once."""
    area = _community(code)
    areas = _drawn_over(area)
    op, old, steps = _read(area, areas)
    own, day, joined = _complete(steps, areas), _day(), _joined(area)
    if faults := _faults(own, areas):
        return _drawing(area, areas, op, old, steps, [_at(one) for one in faults], 422)
    full, day = _together(area, own), joined.effective if joined else day
    if day is None or not today() <= day <= today() + timedelta(days=366):
        return _preview(area, areas, op, old, own, [("effective", _("生效日要在今天到一年之内"))], 422)
    if joined and regrid_checks.check(full, town.areas()):
        return _preview(area, areas, op, old, own, status=422)
    with writing() as connection:
        if joined and not store.cancel(connection, joined.id):
            abort(404)  # its day has come meanwhile
        id = store.keep(connection, full, [area.code], day, current_user.username, now())
        people.note_access(connection, current_user.username, "regrid_planned", now(), detail=f"{id} {area.code} {day}")
        store.carry_out(connection, today(), now())
    flash(_("已生效") if day == today() else _("方案已保存,到日子自动生效;之前可以取消"))
    return redirect(url_for(".plan", id=id), 303)


# --- plans


def _own_plan(id: str):
    own = {one.code for one in communities()}
    return next((row for row in store.plans(own) if row.id == id), None) or refuse(f"plan={id}")


@bp.get("/regrid/plans/<uuid:id>")
@allowed("admin")
def plan(id):
    """What a plan will do, or did."""
    row, areas = _own_plan(str(id)), town.areas()
    steps = regrid.load(row.plan["steps"])
    names = lists.people_names({name for step in steps for name in step.workers} | {row.by})
    return render_template(
        "regrid/plan.html", nav=nav("regrid"), plan=_told(row, areas), steps=steps, areas=areas, names=names, ops=regrid.OPS, types=TYPES, today=today()
    )


@bp.post("/regrid/plans/<uuid:id>/cancellation")
@allowed("admin")
def cancel(id):
    """Forget a plan that was not carried out."""
    row = _own_plan(str(id))
    with writing() as connection:
        gone = store.cancel(connection, row.id)
        people.note_access(connection, current_user.username, "regrid_cancelled", now(), detail=str(id))
    flash(_("方案已取消") if gone else _("方案已经生效,不能再取消"))
    return redirect(url_for(".page"), 303)


@bp.post("/regrid/due")
@allowed("admin")
def due():
    """Carry out what is due now, should nobody have done it yet."""
    with writing() as connection:
        done = store.carry_out(connection, today(), now())
    flash(_("已生效 %(count)s 个方案", count=len(done)))
    return redirect(url_for(".page"), 303)
