"""Who is responsible in the demo town beside its cast: 五包, micro-grid teams, contacts, 兼职委员; a duty sheet, and papers to know by heart.

Nearly everything is filled; a few vacancies and overlaps are there to be found. But for a 楼栋长 and a 单元长 of the cast
these people do not sign in.
"""

from datetime import date, timedelta
from random import Random

from ...core.duties import PART_TIME
from . import names
from .cast import FIRST, Cast
from .places import STREET

VACANT, TWICE = 0.02, 0.008
"""The shares of posts of the chain that nobody holds, and that two hold."""

TEAMS = ((4, 3), (5, 30), (6, 42), (7, 22), (8, 3))
"""How many people the team of a micro-grid has, and how often."""

ROLES = {"grid": "branch_member", "micro": "group_leader", "building": "building_leader", "unit": "unit_leader"}


def fill(cast: Cast, town: dict[str, dict], today: date) -> None:
    """Add the people and their posts to the cast."""
    rng = Random(f"chain {len(town)}")  # its own, so that the rest of the town stays as it is
    people = _People(cast, rng, today)
    with_units = {area["parent_code"] for area in town.values() if area["level"] == "unit"}
    teams = {code: 0 for code, area in town.items() if area["grid_type"] == "micro"}
    for code, area in town.items():
        kind = _kind(area)
        if kind == "community":
            people.post("delegate" if ("contact", code) in cast.holder else "contact", code)
            for _ in range(rng.choice((PART_TIME, PART_TIME, 8, 9, 10)) - (code == FIRST)):
                people.post("part_time", code)
        if kind in {"grid", "general"} and rng.random() > VACANT:
            people.post("contact", code)
        roles = [ROLES[kind]] if kind in ROLES else []
        if kind == "building" and code not in with_units:
            roles.append("unit_leader")
        held = sum(_held(people, role, code) for role in roles)
        for micro in set(area["path"].split("/")) & teams.keys():
            teams[micro] += held
    for code, size in teams.items():
        wanted = rng.choices(*zip(*TEAMS, strict=True))[0]
        for _ in range(wanted - size):
            people.post("micro_member", code)
    _committee(people, cast, town)
    for code, area in town.items():
        if area["level"] == "community":
            for _ in range(3):
                people.post("reviewer", code)


def _committee(people: "_People", cast: Cast, town: dict[str, dict]) -> None:
    """网格化领导小组 of the street and of the first community, without a second deputy; the 党小组长 of its grids."""
    for code, head in ((STREET, None), (FIRST, cast.holder["secretary", FIRST])):
        base = cast.posts[0] | {"role": "committee_head", "area_code": code, "unit": None}
        if head:
            cast.posts.append(base | {"username": head})
        else:
            people.post("committee_head", code)
        for role in ("committee_deputy", "committee_member", "committee_member", "committee_member"):
            people.post(role, code)
    for code, area in town.items():
        if area["grid_type"] == "ordinary" and area["path"].split("/")[1] == FIRST:
            people.post("party_group", code)


def _kind(area: dict) -> str:
    return (area["grid_type"] if area["grid_type"] in {"micro", "general"} else "grid") if area["level"] == "grid" else area["level"]


def _held(people: "_People", role: str, code: str) -> int:
    """Give a post of the chain to one person; rarely to nobody, or to two. Gives how many."""
    chance = people.rng.random()
    many = 0 if chance < VACANT else 2 if chance > 1 - TWICE else 1
    if (role, code) in people.cast.holder:
        return 1  # one of the cast
    for _ in range(many):
        people.post(role, code)
    return many


class _People:
    """New people with one post each, as rows of the cast."""

    def __init__(self, cast: Cast, rng: Random, today: date):
        self.cast, self.rng, self.today, self.n = cast, rng, today, 0

    def post(self, role: str, code: str) -> None:
        self.n += 1
        username, starts = f"r{self.n:04d}", self.today - timedelta(days=self.rng.randrange(40, 900))
        person = {"username": username, "name": names.person(self.rng), "password": None, "active": True, "epoch": 0, "demo": True}
        self.cast.people.append(person)
        self.cast.posts.append(self.cast.posts[0] | {"username": username, "role": role, "area_code": code, "unit": None, "starts": starts})
        self.cast.holder.setdefault((role, code), username)


def sheet(cast: Cast, today: date) -> list[dict]:
    """门房值班 of the first grid, with a gap at noon and two people on one afternoon, and who sits at its community: rows of DutyRow."""
    grid = f"{FIRST}001"
    leaders = [cast.holder[role, code] for role, code in cast.holder if role in ROLES.values() and code.startswith(grid)]
    work, week = [0, 1, 2, 3, 4], list(range(7))
    lines = ((cast.holder["worker", grid], work, "08:00", "12:00", False), (leaders[0], work, "14:00", "18:00", False))
    lines += ((leaders[1], [2], "16:00", "18:30", False), (leaders[2], week, "18:30", "08:00", True))
    base = {"unit": None, "area_code": grid, "what": "门房值班", "starts": today - timedelta(days=60), "ends": None}
    gate = [base | {"username": who, "weekdays": days, "opens": opens, "closes": closes, "on_call": on_call} for who, days, opens, closes, on_call in lines]
    sits = (("fating", "法官坐班", [1, 3], False), ("lvsuo", "律师坐班", [2], False), ("sifasuo", "矛调中心值班", work, True))
    base |= {"username": None, "area_code": FIRST, "opens": "09:00", "closes": "11:30"}
    return gate + [base | {"unit": unit, "what": what, "weekdays": days, "on_call": on_call} for unit, what, days, on_call in sits]


FIELD = ["worker", "group_leader", "building_leader", "unit_leader"]
OFFICE = ["secretary", "worker", "branch_member"]
PAPERS = (
    ("policy", "低保(示例,标准以民政部门公布为准)", OFFICE,
     "谁可以申请:共同生活的家人人均收入低于当地低保标准,财产也符合规定的。\n看什么:收入、房产、车辆、存款。\n多久复核:按当地规定,一般每年一次。"),
    ("policy", "高龄津贴(示例,年龄和金额以当地公布为准)", FIELD,
     "到了规定年龄的本地户籍老人可以领。\n第一次要申请,以后每年认证一次“人还在”;手机能认证,不会用的由网格员上门帮办。"),
    ("policy", "居住证(示例)", OFFICE, "在本地住满半年,有稳定工作、稳定住处或连续上学的,可以办。\n带身份证和住址证明,到派出所或便民大厅。"),
    ("policy", "临时救助(示例)", OFFICE, "火灾、车祸、重病等突发困难,可以申请一次性救助。\n急的先救助、后补手续。"),
    ("procedure", "低保申请流程(示例)", OFFICE,
     "1 本人或委托村(居)委会申请,线上线下都行\n2 街道受理,核对家庭经济状况\n3 入户调查\n4 公示\n5 街道审核确认,按月发放\n不批的要说明理由。"),
    ("procedure", "发现隐患怎么办", FIELD,
     "1 先保证人的安全,必要时打 119、110\n2 拍照,记一笔“隐患”\n3 能当场解决的当场解决,再拍一张\n4 解决不了的,书记派给责任单位\n5 办完回头看一次。"),
    ("procedure", "邻里纠纷怎么办", [*FIELD, "mediator"],
     "1 先分开、先倒茶,听双方说完\n2 记一笔“纠纷”,不评谁对谁错\n3 谈得拢的当场和好\n4 谈不拢的交调解员\n5 过几天回访。"),
    ("procedure", "燃气泄漏怎么办", [],
     "1 关阀、开窗,不开关电器,不点火\n2 人到室外再打电话:燃气公司抢修和 119\n3 劝邻居离开\n4 事后记一笔“隐患”。"),
    ("service", "上门服务", FIELD,
     "独居、高龄、残疾和大病的住户:送水、送餐、送药、代交材料、陪同看病、手机认证。\n点单的打开“居民点的单”,送到了再办结。"),
    ("service", "便民大厅能办的事(示例)", [],
     "社保医保、养老认证、残疾人证、生育登记、就业登记、老年卡。\n周一至周五 08:30—12:00,14:30—18:00(以公告为准)。"),
    ("service", "燃气安全上门查", FIELD,
     "每户每年至少看一次:软管有没有老化、灶具有没有熄火保护、阀门会不会关。\n软管要换的,帮忙约燃气公司。"),
)  # fmt: skip
"""(part, title, roles, words): plain words of our own; what a town must check against its own rules says 示例."""


def papers() -> list[dict]:
    """Rows of PaperRow for the street."""
    return [
        {"area_code": STREET, "part": part, "roles": roles, "title": title, "words": words, "rank": rank}
        for rank, (part, title, roles, words) in enumerate(PAPERS, 1)
    ]
