"""Made-up names of people and places. Nobody here exists."""

from collections.abc import Collection, Iterator
from itertools import product
from random import Random

NUMERALS = "一二三四五六七八九"
DEDICATED = ("便民市场", "小学", "健康公园", "卫生服务站", "商业街", "物流园", "幼儿园")
LANES = ("红星巷", "向阳巷", "团结巷", "和平巷", "建设巷", "黄河巷", "胜利巷", "葵花巷")
ROOMS = [f"{floor}0{door}" for floor in range(1, 7) for door in (1, 2, 3)]

_FIRST = ("水韵", "金川", "河套", "锦绣", "明珠", "葵园", "富民", "西苑", "惠泽", "塞上", "阳光")
_SECOND = ("家园", "花园", "雅居", "新村", "嘉苑")


def compounds() -> Iterator[str]:
    """55 names of residential compounds."""
    return (first + second for second, first in product(_SECOND, _FIRST))


SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋"
    "蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
_WEIGHTS = [max(3, 60 - place) for place in range(len(SURNAMES))]
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "尉迟", "令狐")
_MEN = "伟强军磊涛斌勇杰鹏飞刚平建国志明文华海波永生宏亮福贵成林玉山德顺树根宝荣俊峰"
_WOMEN = "芳娜敏静丽艳娟霞秀英玉兰桂珍淑华凤琴春梅红燕爱莲金花巧云雪琳慧颖月娥翠香"
_MONGOLIAN = (
    "巴特尔",
    "乌云其木格",
    "苏日娜",
    "阿拉坦仓",
    "格日勒图",
    "其其格",
    "布和",
    "娜仁托雅",
    "哈斯额尔敦",
    "萨仁高娃",
    "朝鲁",
    "斯琴",
)
_UYGHUR = ("阿依古丽·买买提", "买买提·吐尔逊", "古丽娜尔·艾合买提", "阿不都热合曼·卡德尔")

RARE = (
    "仇玉兰",
    "单德顺",
    "尉迟春",
    "王𠮷",
    "石龑",
    "马骉",
    "区桂珍",
    "解宝荣",
    "查秀英",
    "阿依古丽·买买提",
    "乌云其木格",
    "牛犇",
    "张㐂",
    "丁一",
)
"""Names that trip a computer: rare characters, surnames with a sound of their own, names that do not fit a column."""


def telephone(rng: Random) -> str:
    """A mobile number that nobody can have."""
    return f"100{rng.randrange(10**8):08d}"


def resident(rng: Random, staff: Collection[str]) -> str:
    """A name in which nobody of the staff is named: a namesake would be kept from the resident's dispute, and could not mediate it."""
    name = person(rng)
    while any(one in name for one in staff):
        name = person(rng)
    return name


def person(rng: Random) -> str:
    chance = rng.random()
    if chance < 0.035:
        return rng.choice(_MONGOLIAN)
    if chance < 0.042:
        return rng.choice(_UYGHUR)
    surname = rng.choice(_COMPOUND) if chance < 0.05 else rng.choices(SURNAMES, _WEIGHTS)[0]
    letters = rng.choice((_MEN, _WOMEN))
    return surname + "".join(rng.sample(letters, rng.choices((1, 2), (22, 78))[0]))
