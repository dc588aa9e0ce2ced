"""Which column of the hotline's own table means what: docs/hotline.toml, and what an administrator has said otherwise."""

from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path

from ..core.kinds.shape import N_
from .cases import REQUIRED, Mapping, read_mapping
from .rows import Unreadable, heading

SHIPPED = Path(__file__).parents[2] / "docs/hotline.toml"
COLUMNS = {
    "number": N_("工单编号"),
    "category": N_("诉求类别"),
    "note": N_("诉求内容"),
    "received": N_("派单时间"),
    "due": N_("办理期限"),
    "area": N_("网格编码"),
    "status": N_("工单状态"),
    "interim": N_("办理中答复"),
    "interim_at": N_("办理中答复时间"),
    "closed": N_("办结时间"),
    "outcome": N_("办理结果"),
    "reply": N_("答复内容"),
}
"""What a column can mean -> what it is called on the page, and in the table unless something else is said."""
NEEDED = (*REQUIRED, "note")
TIMES = {
    "%Y-%m-%d %H:%M": "2026-11-23 09:05",
    "%Y-%m-%d %H:%M:%S": "2026-11-23 09:05:30",
    "%Y/%m/%d %H:%M": "2026/11/23 09:05",
    "%Y/%m/%d %H:%M:%S": "2026/11/23 09:05:30",
}
"""How times are written -> an example."""
FORBIDDEN = set("{}[].!")
"""Signs that mean something else where a heading stands in the words of a note."""


def shipped() -> dict:
    """What is kept where nobody has said anything."""
    return {"columns": dict(COLUMNS), "time": next(iter(TIMES)), "withdrawn": ["已撤销"]}


def asked(columns: dict[str, str], time: str, withdrawn: list[str]) -> dict:
    """The same as somebody says it. Raises Unreadable with words (a source string) for what cannot be."""
    own = {name: heading(columns.get(name, ""))[:60] for name in COLUMNS}
    own = {name: column for name, column in own.items() if column}
    if any(name not in own for name in NEEDED):
        raise Unreadable(N_("不是“选填”的几列不能空着"))
    if "interim" in own and "interim_at" not in own:
        raise Unreadable(N_("有“办理中答复”,就要有“办理中答复时间”"))
    if any(FORBIDDEN & set(column) for column in own.values()):
        raise Unreadable(N_("列名里不能有 { } [ ] . !"))
    if any(column.isdecimal() for column in own.values()):
        raise Unreadable(N_("列名不能只是数字"))
    if read_mapping(SHIPPED, UTC).ignored & set(own.values()):
        raise Unreadable(N_("来电人、来电号码、详细地址这几列不读入,不能选"))
    if len(set(own.values())) < len(own):
        raise Unreadable(N_("两项不能是同一列"))
    if time not in TIMES:
        raise Unreadable(N_("请选时间的写法"))
    return {"columns": own, "time": time, "withdrawn": withdrawn}


def mapping(kept: dict, root: dict[str, str], zone: tzinfo) -> Mapping:
    """The mapping of a file of orders whose empty places mean `root`; `kept` is from shipped() or asked()."""
    base, columns = read_mapping(SHIPPED, zone), dict(kept["columns"])
    words = {"note": f"{{{columns.pop('note')}}}", "outcome": f"{{{outcome}}}" if (outcome := columns.pop("outcome", "")) else ""}
    area = columns.pop("area", "")
    return replace(
        base, time=kept["time"], columns=columns, withdrawn=frozenset(kept["withdrawn"]), words=base.words | words,
        root={name: root[name] for name in ("code", "name", "level")}, levels=[one | {"column": area} for one in base.levels if area],
    )  # fmt: skip
