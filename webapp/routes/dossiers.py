"""What leaves the mediator's room: the bound file of one dispute (Word), and the list with the names of fields of GB/T 31000 (CSV)."""

from urllib.parse import quote

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _
from flask_login import current_user

from ..core import mediation
from ..core.actions import RATINGS, SOURCES
from ..core.care import masked_name
from ..core.entries import Entry
from ..core.kinds.shape import N_
from ..store import lists, photos
from . import record
from .access import allowed, note, now, posts, refuse, zone
from .disputes import Asked, enter, may_print, own_dispute
from .sheets import csv_file
from .words import day

bp = Blueprint("dossiers", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_EXPORTED = 5000
SCALES = {"single": "01", "group": "02", "mass": "03"}
"""事件规模 as GB/T 31000 codes it."""

FIELDS = [
    N_("事件名称"), N_("发生日期"), N_("发生地点"), N_("事件规模"), N_("事件类别"), N_("涉及人数"), N_("事件简述"), N_("主要当事人姓名"),
    N_("化解时限"), N_("化解方式"), N_("化解组织"), N_("化解责任人姓名"), N_("化解是否成功"), N_("化解情况"), N_("考评日期"), N_("考评意见"),
    N_("经度"), N_("纬度"),
]  # fmt: skip
"""The standard's names of what is stored here; what it asks for besides (证件, 民族, 学历 …) is not collected."""


@bp.get("/disputes/<uuid:id>/file.docx")
@allowed()
def file(id):
    """调解卷宗: for the secretary and the mediator of this dispute. Every export is logged and stands on each page."""
    from ..documents.dossier import written  # what makes Word files takes a third of a second to load: not at every start

    entry = own_dispute(str(id))
    if not may_print(entry):
        refuse(entry=entry.id)
    note("exported", entry=entry.id, detail="dossier")
    title = _("调解卷宗")
    name = quote(f"{title}-{entry.number}.docx")
    return Response(written(_dossier(entry)), mimetype=DOCX, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


@bp.get("/disputes/<uuid:id>/plan.docx")
@allowed()
def plan(id):
    """调解方案 of one dispute, to be printed and sent to the bodies that take part. Like the file it is for the secretary and its mediator."""
    from ..documents.dossier import planned

    entry = own_dispute(str(id))
    if not may_print(entry) or "plan" not in entry.road.get("mediation", {}):
        refuse(entry=entry.id)
    note("exported", entry=entry.id, detail="plan")
    name = quote(f"{_('调解方案')}-{entry.number}.docx")
    return Response(planned(_dossier(entry)), mimetype=DOCX, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


def _dossier(entry: Entry):
    from ..documents.dossier import Dossier

    steps = [action for _row, action in lists.history(entry.id)]
    areas = lists.areas_above(entry.path)
    community = next((area.name for area in areas if area.level == "community"), areas[0].name)
    judges = {name for action in steps for name in action.body.get("reviewers", ())}
    people = lists.people_names({action.by for action in steps} | {task.person for task in entry.tasks} | judges)
    home = lists.homes({entry.household}).get(entry.household) if entry.household else None
    doors = [area.name for area in areas if area.level in {"building", "unit"}]
    return Dossier(
        entry=entry,
        steps=steps,
        names=people,
        category=lists.category_labels().get(entry.category, ""),
        area=next((area.name for area in reversed(areas) if area.code == entry.grid), community),
        community=community,
        where=" ".join([*doors, *([home.room] if home else []), *([entry.place] if entry.place not in "".join(doors) else [])]),
        source=SOURCES.get(entry.source, entry.source),
        mediators=_mediators(entry, people),
        by=f"{current_user.name}（{current_user.username}）",
        at=now(),
        zone=zone(),
        picture=_picture,
    )


def _mediators(entry: Entry, people: dict[str, str]) -> str:
    """Everybody who has or had it, but for those who handed it on."""
    had = [task.person for task in entry.tasks if task.what == "mediate" and task.person and task.end not in {"handed_back", "moved"}]
    return "、".join(people.get(name, name) for name in dict.fromkeys(had))


def _picture(sha256: str):
    path = photos.path(current_app.config["SETTINGS"].photos, sha256)
    return path if path.exists() else None


@bp.get("/disputes.csv")
@allowed()
def export():
    """One list of disputes under the names of GB/T 31000: parties' names masked, at most 5,000 lines. For mediators and secretaries."""
    enter()
    if posts("street") and not posts("mediator", "secretary"):
        refuse()
    asked = Asked(request.args)
    rows = lists.page_of(asked.query(), 1, MOST_EXPORTED)
    found = lists.how_many(asked.query()) if len(rows) == MOST_EXPORTED else len(rows)
    people = lists.people_names({task.person for row in rows for task in lists.folded(row).tasks} - {""})
    return csv_file(_("矛盾纠纷排查化解"), [_(name) for name in FIELDS], [_line(card, people) for card in record.cards(rows)], found)


def _line(card: dict, people: dict[str, str]) -> list:
    entry = lists.folded(card["entry"])
    file, people_involved = entry.road.get("mediation", {}), entry.details.get("people")
    parties = file.get("class", {}).get("parties", [])
    forms = dict.fromkeys(mediation.FORMS[one["form"]] for one in file.get("rounds", ()))
    judged = (entry.road.get("follow_ups") or [None])[-1]
    finished = entry.stage == "closed"
    return [
        card["title"],
        day(entry.happened_at),
        card["grid"],
        SCALES.get(file.get("class", {}).get("scale", ""), ""),
        card["title"].rpartition(" · ")[2],
        f"{people_involved:g}" if people_involved else "",
        entry.note,
        "；".join(masked_name(party["name"]) for party in parties if party.get("name")),
        day(entry.due_at) if entry.due_at else "",
        "；".join(_(words) for words in forms),
        file.get("plan", {}).get("body", ""),
        _mediators(entry, people),
        str(int(mediation.succeeded(entry))) if finished else "",
        entry.outcome,
        judged[0][:10] if judged else "",
        _(RATINGS[judged[3]]) if judged and judged[3] else "",
        entry.lng if entry.lng is not None else "",
        entry.lat if entry.lat is not None else "",
    ]
