"""The units of the demo town, all made up: departments and companies of the street, a property company in every community."""

from ...core.categories import defaults
from .places import STREET

STREETWIDE = (
    ("chengguan", "金川城管中队", "department"),
    ("zhujian", "金川住建服务站", "department"),
    ("shizheng", "金川市政养护队", "department"),
    ("huanwei", "金川环卫所", "department"),
    ("yuanlin", "金川园林养护队", "department"),
    ("xiaofang", "金川消防工作站", "department"),
    ("minsheng", "金川民生服务中心", "department"),
    ("shichang", "金川市场监管所", "department"),
    ("weisheng", "金川社区卫生服务中心", "department"),
    ("paichusuo", "金川派出所", "police"),
    ("sifasuo", "金川司法所", "justice"),
    ("fating", "金川法庭法官工作室", "court"),
    ("lvsuo", "金川律师联络站", "law_firm"),
    ("gongshui", "金川供水公司", "utility"),
    ("gongre", "金川供热公司", "utility"),
    ("gongdian", "金川供电所", "utility"),
    ("ranqi", "金川燃气公司", "utility"),
)
"""(code, name, kind)."""

PROPERTIES = ("安居", "和顺", "佳园", "康泰", "乐居", "瑞祥", "盛和", "泰和", "永安")
"""The names of the property companies, in the order of the communities."""

USUAL = {
    "消防通道占用": "chengguan", "消防设施缺损": "wuye-1", "燃气软管阀门": "ranqi", "用电老化": "gongdian", "烟花危化品": "paichusuo",
    "高空抛物坠物": "wuye-1", "外墙脱落裂缝": "zhujian", "电梯故障": "wuye-1", "违建群租": "chengguan", "危房": "zhujian",
    "井盖缺损": "shizheng", "路面破损": "shizheng", "积水结冰": "shizheng", "水域护栏": "shizheng", "楼道堆物": "wuye-1",
    "飞线充电": "wuye-1", "电动车上楼": "wuye-1", "食品小作坊": "shichang", "其他隐患": "wuye-1",
    "暴露垃圾": "huanwei", "小广告": "chengguan", "污水乱排": "chengguan",
    "供水": "gongshui", "供电": "gongdian", "供热": "gongre", "燃气": "ranqi", "电梯": "wuye-1", "停车充电桩": "wuye-1", "物业": "wuye-1",
    "垃圾清运": "huanwei", "绿化": "yuanlin", "路灯": "shizheng", "噪音": "chengguan", "社保医保": "minsheng", "低保救助": "minsheng",
    "户籍证照": "paichusuo", "医疗家医": "weisheng", "就业": "minsheng", "法律援助": "sifasuo",
}  # fmt: skip
"""label of a hazard or a request -> the unit that usually gets it. Elsewhere the property company is the one of that community."""

HANDLERS = {"handler1": "wuye-1", "handler2": "chengguan"}
"""username -> the unit that this person works for."""

OF = {row["code"]: USUAL[row["label"]] for row in defaults() if row["kind"] in {"hazard", "request"} and row["label"] in USUAL}
"""category -> usual unit."""


def rows(town: dict[str, dict]) -> list[dict]:
    """Rows for store.tables.Unit."""
    communities = [code for code, area in town.items() if area["level"] == "community"]
    found = [{"code": code, "name": name, "kind": kind, "area_code": STREET} for code, name, kind in STREETWIDE]
    for n, (code, name) in enumerate(zip(communities, PROPERTIES, strict=False), 1):
        found.append({"code": f"wuye-{n}", "name": f"{name}物业公司", "kind": "property", "area_code": code})
    return [row | {"telephone": f"0478-899{n:04d}", "active": True} for n, row in enumerate(found, 7101)]


def usual(town: dict[str, dict], category: str, community: str) -> str | None:
    """The unit that gets a case of this category in this community."""
    code = OF.get(category)
    communities = [code for code, area in town.items() if area["level"] == "community"]
    return f"wuye-{communities.index(community) + 1}" if code == "wuye-1" else code
