"""签收、哨和路径: by when a task is to be signed for, how long each whistle has, and each path on which a case is worked on."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from ..core import clocks, ways
from ..core.calendar import CLOCKS, Terms
from ..core.kinds.shape import N_
from ..core.road import WAYS
from ..core.tasks import WHISTLES
from ..store import workdays
from ..store.database import writing
from .access import allowed
from .targets import town
from .town import MOST, amount_in, noted, page

bp = Blueprint("limits", __name__, url_prefix="/town/limits")

PRESETS = {"gulou": (N_("南京鼓楼"), clocks.WHISTLE), "guangling": (N_("扬州广陵"), clocks.GUANGLING)}
"""What other towns have set for their whistles: FIELD.md 5.2."""


def names() -> dict[str, tuple[str, Terms | None]]:
    """name of a clock -> (what it is for, what it is now)."""
    now = town()
    found = {"sign": (_("不吹哨的,多久内签收"), now.sign)}
    for name, label in WHISTLES.items():
        sign, work = now.whistles[name]
        found[f"whistle.{name}.sign"] = _("%(whistle)s:多久内签收", whistle=_(label)), sign
        found[f"whistle.{name}.work"] = _("%(whistle)s:多久内办好", whistle=_(label)), work
    return found | {f"way.{way}": (_(label), now.ways.get(way)) for way, label in WAYS.items()}


@bp.get("")
@allowed("admin")
def show():
    """All clocks of signing, whistles and paths on one page."""
    return _shown()


def _shown(status: int = 200, faults=()):
    found = names()
    groups = [
        ("sign", _("签收"), _("派遣后,承办的要在这段时间内签收。"), ["sign"]),
        (
            "whistles", _("吹哨"), _("吹哨的按哨的时限,不按事项的。到时没签收自动提级。"),
            [name for name in found if name.startswith("whistle.")],
        ),
        (
            "ways", _("办理路径"),
            _("派遣时选了路径,承办的按路径的时限办,但不晚于事项的时限;类别平常就走这条路径的,按类别的时限;没有时限的事项从此有了时限。留空表示路径没有自己的时限。"),
            [name for name in found if name.startswith("way.")],
        ),
    ]  # fmt: skip
    steps = {f"way.{way}": _(step) for way, step in ways.STEPS.items()}
    return page("town/limits.html", "limits.show", status, groups=groups, found=found, steps=steps, clocks=CLOCKS, presets=_told(), faults=faults)


def _told() -> list[tuple[str, str, bool]]:
    """(name, label, is it what the town has now) of each preset."""
    now = town().whistles
    return [(name, _(label), now == preset) for name, (label, preset) in PRESETS.items()]


@bp.post("")
@allowed("admin")
def save():
    """The clocks that the form gives, for what is given to somebody from now on; with `preset`, the whistles of another town."""
    form = request.form
    if preset := form.get("preset"):
        if preset not in PRESETS:
            abort(400)
        given = {f"whistle.{name}.{part}": terms for name, pair in PRESETS[preset][1].items() for part, terms in zip(("sign", "work"), pair, strict=True)}
    else:
        given, faults = _given(form)
        if faults:
            return _shown(422, faults)
    with writing() as connection:
        workdays.set_terms(connection, given)
        noted(connection, "limits " + " ".join(f"{name}={terms.amount} {terms.clock}" if terms else f"{name}=-" for name, terms in given.items()))
    flash(_("已保存"))
    return redirect(url_for(".show", _anchor="whistles" if preset else None), 303)


def _given(form) -> tuple[dict[str, Terms | None], list]:
    """name -> its terms, and what is wrong. Only a path may be without."""
    given, faults = {}, []
    for name, (label, _now) in names().items():
        text, clock = form.get(f"{name}.amount", "").strip(), form.get(f"{name}.clock", "")
        if clock not in CLOCKS:
            abort(400)
        amount = amount_in(text)
        if amount is None and (text or not name.startswith("way.")):
            faults.append((f"f-{name}", _("%(what)s:请填 1 到 %(most)s 的整数", what=label, most=MOST)))
        given[name] = Terms(clock, amount) if amount else None
    return given, faults
