"""The default categories: two levels for each kind, and the natural days in which such a case is to be handled.

Codes are a letter for the kind and four digits: two of the group, two of the category. Headings and limits follow FIELD part 4;
a town edits the rows, not this page.
"""

from .kinds.shape import N_

HAZARD = (
    (N_("消防"), ((N_("飞线充电"), 1), (N_("电动车上楼"), 1), (N_("楼道堆物"), 2), (N_("消防通道占用"), 1), (N_("消防设施缺损"), 3))),
    (N_("水电气"), ((N_("燃气软管阀门"), 1), (N_("用电老化"), 3), (N_("烟花危化品"), 1))),
    (N_("楼房"), ((N_("高空抛物坠物"), 1), (N_("外墙脱落裂缝"), 5), (N_("电梯故障"), 1), (N_("违建群租"), 15), (N_("危房"), 5))),
    (N_("道路"), ((N_("井盖缺损"), 1), (N_("路面破损"), 5), (N_("积水结冰"), 1), (N_("水域护栏"), 5))),
    (N_("人员"), ((N_("独居老人安全"), 1), (N_("食品小作坊"), 5), (N_("其他隐患"), 5))),
)
DISPUTE = (
    (N_("家庭邻里"), ((N_("婚姻家庭"), 30), (N_("邻里"), 30), (N_("房屋宅基地"), 30))),
    (N_("物业环境"), ((N_("物业"), 30), (N_("环境污染"), 30), (N_("征地拆迁"), 30), (N_("山林土地"), 30))),
    (N_("劳动经营"), ((N_("拖欠农民工工资"), 30), (N_("其他劳动争议"), 30), (N_("合同"), 30), (N_("生产经营"), 30))),
    (N_("损害消费"), ((N_("损害赔偿"), 30), (N_("道路交通事故"), 30), (N_("医疗"), 30), (N_("电子商务"), 30), (N_("其他消费"), 30))),
    (N_("其他"), ((N_("旅游"), 30), (N_("其他纠纷"), 30))),
)
REQUEST = (
    (N_("水电气暖"), ((N_("供水"), 1), (N_("供电"), 1), (N_("供热"), 1), (N_("燃气"), 1))),
    (
        N_("小区"),
        ((N_("电梯"), 2), (N_("停车充电桩"), 5), (N_("物业"), 5), (N_("垃圾清运"), 1), (N_("绿化"), 5), (N_("路灯"), 3), (N_("噪音"), 2)),
    ),
    (N_("代办"), ((N_("社保医保"), 3), (N_("低保救助"), 5), (N_("养老认证"), 2), (N_("户籍证照"), 5), (N_("政策咨询"), 1))),
    (N_("帮助"), ((N_("送水送餐送药"), 1), (N_("陪同"), 2), (N_("家电维修"), 3), (N_("医疗家医"), 3), (N_("微心愿"), 10))),
    (N_("其他"), ((N_("公交出行"), 10), (N_("就业"), 10), (N_("法律援助"), 5), (N_("建议"), 10), (N_("其他诉求"), 5))),
)
DELIVERY = (
    (N_("生活"), ((N_("送水"), 1), (N_("送餐"), 1), (N_("送菜"), 1))),
    (N_("健康与材料"), ((N_("送药"), 1), (N_("送材料"), 2), (N_("其他配送"), 2))),
)
VISIT = (
    (N_("例行"), ((N_("日常走访"), None), (N_("节日慰问"), None), (N_("政策宣传"), None))),
    (N_("关怀"), ((N_("独居高龄看望"), None), (N_("病后看望"), None), (N_("困难家庭"), None), (N_("回访"), None))),
)


def defaults() -> list[dict]:
    """Rows for store.tables.Category."""
    kinds = {"hazard": HAZARD, "dispute": DISPUTE, "request": REQUEST, "delivery": DELIVERY, "visit": VISIT}
    rows = []
    for kind, groups in kinds.items():
        letter = {"hazard": "H", "dispute": "D", "request": "R", "delivery": "L", "visit": "V"}[kind]
        for g, (group, labels) in enumerate(groups, 1):
            for n, (label, days) in enumerate(labels, 1):
                code = f"{letter}{g:02d}{n:02d}"
                rows.append({"code": code, "kind": kind, "group": group, "label": label, "days": days, "rank": g * 100 + n})
    return rows
