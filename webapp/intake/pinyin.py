"""How a name sounds: what somebody types to find it."""

import re

SURNAMES = {
    "仇": "qiu", "单": "shan", "解": "xie", "任": "ren", "查": "zha", "曾": "zeng", "区": "ou", "盖": "ge", "翟": "zhai",
    "乐": "yue", "朴": "piao", "缪": "miao", "员": "yun", "召": "shao", "薄": "bo", "卜": "bu", "晟": "cheng", "尉": "wei",
    "洗": "xian", "冼": "xian", "折": "she", "句": "gou", "秘": "bi", "繁": "po", "种": "chong", "黑": "he", "祭": "zhai",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "令狐": "ling hu", "单于": "chan yu",
    "宿": "su", "隗": "wei", "纪": "ji", "燕": "yan", "那": "na", "覃": "qin", "过": "guo", "重": "chong",
}  # fmt: skip
"""Surnames that sound otherwise than the same character elsewhere, or that the dictionary gets wrong."""

SUFFIXES = re.compile("(街道|社区|镇|乡|村|市|区|县|旗|省|自治区|办事处)$")
_WORDS = re.compile(r"[^\W\d_]+")


def _syllables(letters: str) -> list[str]:
    """The syllables of a text. Imported at its first use: the dictionary takes half a second to load, and most servers never ask."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(letters)


def of_name(name: str) -> tuple[str, str]:
    """(pinyin without spaces, initials) of a person's name: 仇和 -> ("qiuhe", "qh"). A character nobody can read stays itself."""
    letters = re.sub(r"[\s·•・‧.\-()()]", "", name)
    for size in (2, 1):
        if (surname := letters[:size]) in SURNAMES and len(letters) >= size:
            syllables = SURNAMES[surname].split() + _syllables(letters[size:])
            break
    else:
        syllables = _syllables(letters)
    return "".join(syllables).lower(), "".join(syllable[0] for syllable in syllables if syllable).lower()


def initials_of_area(name: str) -> str:
    """JC of 金川街道; LBN of LAKE BALBOA NC."""
    if all(ord(letter) < 0x2E80 for letter in name):
        return "".join(word[0] for word in _WORDS.findall(name)).upper()
    short = SUFFIXES.sub("", name) or name
    return "".join(syllable[0] for syllable in _syllables(short) if syllable[0].isalnum()).upper()
