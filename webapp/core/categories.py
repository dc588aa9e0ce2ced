"""The default categories: two levels for each kind, how long such a case may take, and how it is usually worked on.

Codes are a letter for the kind and four digits: two of the group, two of the category. Headings follow FIELD part 4, and so do the
limits where it has one for the same matter: 0496 fire lanes, 0596 falling objects, 0183 cracked walls, 0113 broken roads, 0506 and
0507 water and ice, 0110 refuse, 0136 heaps, 0112 dirty roads, 0130 sewage, 0201 bills on walls, manhole covers among the
components. What it calls 紧急工作时, 时 and 天 are urgent hours, working hours and working days here; matters that cannot wait for
Monday are counted in natural days. A town edits the rows, not this page.
"""

from .calendar import Terms
from .kinds.shape import N_
from .lines import usual


def urgent(hours: int) -> Terms:
    return Terms("urgent_hours", hours)


def hours(amount: int) -> Terms:
    return Terms("working_hours", amount)


def work(days: int) -> Terms:
    return Terms("working_days", days)


def days(amount: int) -> Terms:
    return Terms("natural_days", amount)


MONTH = days(30)
"""What a mediation usually takes at most."""

HAZARD = (
    (
        N_("消防"),
        (
            (N_("飞线充电"), days(1), "spot"),
            (N_("电动车上楼"), days(1), "spot"),
            (N_("楼道堆物"), days(2), "spot"),
            (N_("消防通道占用"), hours(2), "spot"),
            (N_("消防设施缺损"), work(3), "joint"),
        ),
    ),
    (N_("水电气"), ((N_("燃气软管阀门"), days(1), "joint"), (N_("用电老化"), work(3), "joint"), (N_("烟花危化品"), days(1), "joint"))),
    (
        N_("楼房"),
        (
            (N_("高空抛物坠物"), urgent(2), "spot"),
            (N_("外墙脱落裂缝"), work(15), "joint"),
            (N_("电梯故障"), days(1), "joint"),
            (N_("违建群租"), work(15), "study"),
            (N_("危房"), work(5), "study"),
        ),
    ),
    (
        N_("道路"),
        (
            (N_("井盖缺损"), hours(4), "joint"),
            (N_("路面破损"), work(5), "joint"),
            (N_("积水结冰"), hours(4), "spot"),
            (N_("水域护栏"), work(5), "joint"),
        ),
    ),
    (N_("人员"), ((N_("独居老人安全"), days(1), "spot"), (N_("食品小作坊"), work(5), "joint"), (N_("其他隐患"), work(5), ""))),
    (
        N_("环境卫生"),
        (
            (N_("暴露垃圾"), hours(4), "spot"),
            (N_("乱堆物料"), work(1), "spot"),
            (N_("道路不洁"), hours(2), "spot"),
            (N_("污水乱排"), work(1), "joint"),
            (N_("小广告"), work(1), "spot"),
        ),
    ),
)
DISPUTE = (
    (N_("家庭邻里"), ((N_("婚姻家庭"), MONTH), (N_("邻里"), MONTH), (N_("房屋宅基地"), MONTH))),
    (N_("物业环境"), ((N_("物业"), MONTH), (N_("环境污染"), MONTH), (N_("征地拆迁"), MONTH), (N_("山林土地"), MONTH))),
    (N_("劳动经营"), ((N_("拖欠农民工工资"), MONTH), (N_("其他劳动争议"), MONTH), (N_("合同"), MONTH), (N_("生产经营"), MONTH))),
    (
        N_("损害消费"),
        ((N_("损害赔偿"), MONTH), (N_("道路交通事故"), MONTH), (N_("医疗"), MONTH), (N_("电子商务"), MONTH), (N_("其他消费"), MONTH)),
    ),
    (N_("其他"), ((N_("旅游"), MONTH), (N_("其他纠纷"), MONTH))),
)
REQUEST = (
    (
        N_("水电气暖"),
        ((N_("供水"), days(1), "joint"), (N_("供电"), days(1), "joint"), (N_("供热"), days(1), "joint"), (N_("燃气"), days(1), "joint")),
    ),
    (
        N_("小区"),
        (
            (N_("电梯"), work(2), "joint"),
            (N_("停车充电桩"), work(5), "joint"),
            (N_("物业"), work(5), "joint"),
            (N_("垃圾清运"), days(1), "joint"),
            (N_("绿化"), work(5), "joint"),
            (N_("路灯"), work(3), "joint"),
            (N_("噪音"), days(2), "spot"),
        ),
    ),
    (
        N_("代办"),
        (
            (N_("社保医保"), work(3), "spot"),
            (N_("低保救助"), work(5), "joint"),
            (N_("养老认证"), work(2), "spot"),
            (N_("户籍证照"), work(5), "joint"),
            (N_("政策咨询"), work(1), "answer"),
        ),
    ),
    (
        N_("帮助"),
        (
            (N_("送水送餐送药"), days(1), "spot"),
            (N_("陪同"), days(2), "spot"),
            (N_("家电维修"), work(3), "spot"),
            (N_("医疗家医"), work(3), "joint"),
            (N_("微心愿"), days(10), "spot"),
        ),
    ),
    (
        N_("其他"),
        (
            (N_("公交出行"), work(10), "joint"),
            (N_("就业"), work(10), "joint"),
            (N_("法律援助"), work(5), "joint"),
            (N_("建议"), work(10), "study"),
            (N_("其他诉求"), work(5), ""),
        ),
    ),
)
DELIVERY = (
    (N_("生活"), ((N_("送水"), days(1)), (N_("送餐"), days(1)), (N_("送菜"), days(1)))),
    (N_("健康与材料"), ((N_("送药"), days(1)), (N_("送材料"), days(2)), (N_("其他配送"), days(2)))),
)
VISIT = (
    (N_("例行"), ((N_("日常走访"), None), (N_("节日慰问"), None), (N_("政策宣传"), None))),
    (N_("关怀"), ((N_("独居高龄看望"), None), (N_("病后看望"), None), (N_("困难家庭"), None), (N_("回访"), None))),
)
KINDS = {"hazard": HAZARD, "dispute": DISPUTE, "request": REQUEST, "delivery": DELIVERY, "visit": VISIT}
LETTERS = {"hazard": "H", "dispute": "D", "request": "R", "delivery": "L", "visit": "V"}
USUAL = {"dispute": "resolve", "delivery": "spot"}
"""kind -> how all of it is worked on."""


def defaults() -> list[dict]:
    """Rows for store.tables.Category."""
    rows = []
    for kind, groups in KINDS.items():
        for g, (group, categories) in enumerate(groups, 1):
            for n, (label, terms, *way) in enumerate(categories, 1):
                row = {"code": f"{LETTERS[kind]}{g:02d}{n:02d}", "kind": kind, "group": group, "label": label, "rank": g * 100 + n}
                row |= {"clock": terms.clock if terms else "natural_days", "amount": terms.amount if terms else None}
                rows.append(row | {"way": way[0] if way else USUAL.get(kind, ""), "unit": None, "labels": usual(kind, group, label)})
    return rows


def next_code(kind: str, group: str, there: list[tuple[str, str, int]]) -> tuple[str, int] | None:
    """(code, rank) of one more category in `group`, where (code, group, rank) are there; None where no code is left.

    Numbers of the town's own count downwards from 99, of its categories in a group and of its groups: so they never meet ours.
    """
    inside = [(code, rank) for code, own, rank in there if own == group and code[0] == LETTERS[kind] and code[1:].isdigit()]
    taken = {code for code, *_ in there}
    if inside:
        heads, rank = [inside[0][0][1:3]], max(rank for _code, rank in inside) + 1
    else:
        heads, rank = [f"{n}" for n in range(99, 49, -1)], (max((rank for *_, rank in there), default=0) // 100 + 1) * 100 + 1
        heads = [head for head in heads if not any(code[1:3] == head for code in taken)][:1]
    codes = (f"{LETTERS[kind]}{head}{n}" for head in heads for n in range(99, 49, -1))
    code = next((code for code in codes if code not in taken), None)
    return code and (code, rank)
