"""Lines of reporting: what is written down once stands in the ledger of every line that its category is labelled with.

The four service lines are FIELD.md A21, the professional ones A19 (多网合一). A town sets the labels of each category; what has no
category counts by its kind.
"""

from collections.abc import Iterable

from .kinds.shape import N_

SERVICES = {"mutual": N_("生活互助"), "watch": N_("邻里守望"), "mediate": N_("矛盾联调"), "guard": N_("治安联防")}
TRADES = {"party": N_("党建"), "safety": N_("综治"), "civil": N_("民政"), "police": N_("公安"), "city": N_("城管")}
LABELS = SERVICES | TRADES
GROUPS = {"services": (N_("四类服务"), SERVICES), "trades": (N_("专业条线"), TRADES)}
"""name -> (heading, its lines)."""

PLAIN = {
    "visit": ("watch",),
    "hazard": ("guard", "safety"),
    "dispute": ("mediate", "safety"),
    "delivery": ("mutual", "civil"),
    "request": ("mutual",),
    "patrol": ("guard", "safety"),
    "reception": ("mediate", "safety"),
    "contact": ("watch", "party"),
}
"""kind -> the lines of what has no category; also the usual ones of its categories, where USUAL says nothing else."""

USUAL = {
    ("hazard", "道路"): ("guard", "city"),
    ("hazard", "环境卫生"): ("guard", "city"),
    ("hazard", "违建群租"): ("guard", "police", "city"),
    ("hazard", "消防通道占用"): ("guard", "safety", "city"),
    ("hazard", "独居老人安全"): ("watch", "civil"),
    ("hazard", "食品小作坊"): ("guard", "city"),
    ("request", "小区"): ("mutual", "city"),
    ("request", "代办"): ("mutual", "civil"),
    ("request", "帮助"): ("mutual", "civil"),
    ("request", "户籍证照"): ("mutual", "police"),
    ("request", "政策咨询"): ("mutual", "party"),
    ("dispute", "婚姻家庭"): ("mediate", "safety", "civil"),
    ("visit", "例行"): ("watch", "party"),
    ("visit", "节日慰问"): ("watch", "party", "civil"),
    ("visit", "关怀"): ("watch", "civil"),
}
"""(kind, group or category) -> the usual lines; that of a category goes before that of its group."""


def usual(kind: str, group: str, label: str) -> list[str]:
    """The lines of one of the default categories."""
    return list(USUAL.get((kind, label)) or USUAL.get((kind, group)) or PLAIN[kind])


def kinds(line: str) -> list[str]:
    """The kinds whose entries belong to the line where they have no category."""
    return [kind for kind, labels in PLAIN.items() if line in labels]


def by_line(counts: dict[tuple[str, str], tuple[int, ...]], labels: dict[str, Iterable[str]]) -> dict[str, tuple[int, ...]]:
    """line -> the sums of counts by (kind, category); `labels` has the lines of each category. One entry may stand in several lines."""
    found = {line: None for line in LABELS}
    for (kind, category), numbers in counts.items():
        for line in labels.get(category, ()) if category else PLAIN.get(kind, ()):
            found[line] = tuple(map(sum, zip(found[line], numbers, strict=True))) if found[line] else numbers
    return {line: numbers for line, numbers in found.items() if numbers}
