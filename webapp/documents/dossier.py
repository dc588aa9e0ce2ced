"""调解卷宗: the whole file of one dispute as one Word file, its parts in the order in which such files are bound.

No number of an identity card is kept here, so none is printed; what did not take place says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from ..core import mediation
from ..core.actions import RATINGS, Action
from ..core.entries import Entry
from .sheet import Sheet

NONE = "未进行"
INQUIRY, ROUND = ("talk", "visit"), ("joint", "reason", "expert")
"""Forms of a round that belong to the inquiry, and those that are mediation proper."""

RIGHTS = (
    "自己选择或者接受安排的人民调解员；",
    "接受调解、拒绝调解，或者随时要求终止调解；",
    "要求调解公开或者不公开进行；",
    "自主表达意愿，自愿达成调解协议。",
)
DUTIES = ("如实说明纠纷的经过；", "遵守调解现场秩序，尊重人民调解员；", "尊重对方当事人行使权利。")
EFFECT = (
    "人民调解不收取任何费用。",
    "调解协议对双方具有法律约束力；双方可以自协议生效之日起三十日内，共同向人民法院申请司法确认。",
    "调解不成的，可以依法仲裁或者向人民法院起诉。",
)
"""What the law says (人民调解法 articles 4, 23, 24, 26, 31, 33), in short."""


@dataclass(frozen=True)
class Dossier:
    """Everything that the paper says. `steps` are the actions in the order heard; `picture(sha)` is where a photo lies, or None."""

    entry: Entry
    steps: list[Action]
    names: dict[str, str]
    category: str
    area: str
    community: str
    where: str
    source: str
    mediators: str
    by: str
    at: datetime
    zone: tzinfo
    picture: Callable[[str], Path | None]

    @property
    def file(self) -> dict:
        return self.entry.road.get("mediation", {})

    @property
    def number(self) -> str:
        return f"调解〔{self.entry.day.year}〕{self.entry.number}号"

    @property
    def body(self) -> str:
        return self.file.get("plan", {}).get("body") or f"{self.community}人民调解委员会"

    @property
    def parties(self) -> list[dict]:
        return self.file.get("class", {}).get("parties", [])

    @property
    def title(self) -> str:
        """张三与李四 邻里纠纷."""
        names = [party["name"] for party in self.parties if party.get("name")]
        matter = self.category if self.category.endswith(("纠纷", "争议")) else f"{self.category}纠纷"
        return f"{'与'.join(names[:2])}{'等' if len(names) > 2 else ''}{matter}"

    def who(self, username: str) -> str:
        return self.names.get(username, username)

    def moment(self, value: datetime | str | None) -> str:
        """2026年11月22日 09:12 of a moment."""
        return f"{self.day(value)} {self._local(value):%H:%M}" if value else "—"

    def day(self, value: datetime | str | None) -> str:
        """2026年11月22日 of a moment, or of a day."""
        if not value:
            return "—"
        value = self._local(value)
        return f"{value.year}年{value.month}月{value.day}日"

    def _local(self, value: datetime | str) -> datetime:
        value = datetime.fromisoformat(value) if isinstance(value, str) else value
        return value.astimezone(self.zone) if value.tzinfo else value

    def rounds(self, forms: tuple[str, ...]) -> list[tuple[int, dict]]:
        return [(n, one) for n, one in enumerate(self.file.get("rounds", ()), 1) if one["form"] in forms]


def written(dossier: Dossier) -> bytes:
    """The .docx."""
    mark = f"{dossier.by} 于{dossier.moment(dossier.at)}导出，内含个人信息，仅供工作使用"
    sheet = Sheet(f"人民调解卷宗  {dossier.number}", mark)
    sheet.about(f"人民调解卷宗 {dossier.number}", dossier.by, dossier.at)
    parts = PARTS if dossier.file.get("confirmation", {}).get("kind") == "court" else PARTS[:-1]
    _cover(sheet, dossier)
    sheet.part("卷 宗 目 录")
    sheet.contents([(title, f"part{n}", "" if there(dossier) else NONE) for n, (title, there, _) in enumerate(parts, 1)])
    for n, (title, there, write) in enumerate(parts, 1):
        sheet.part(title, f"part{n}")
        if there(dossier):
            write(sheet, dossier)
        else:
            sheet.write(NONE)
    return sheet.bytes()


def planned(dossier: Dossier) -> bytes:
    """调解方案 alone, as a .docx of a page or two: what the dispute is, who settles it how, until when."""
    mark = f"{dossier.by} 于{dossier.moment(dossier.at)}导出，内含个人信息，仅供工作使用"
    sheet, entry, sort, plan = Sheet(f"调解方案  {dossier.number}", mark), dossier.entry, dossier.file.get("class", {}), dossier.file["plan"]
    sheet.about(f"调解方案 {dossier.number}", dossier.by, dossier.at)
    sheet.big("调 解 方 案", 22)
    sheet.blank(14)
    sheet.form(
        ("案　　由", dossier.title, "编　　号", entry.number),
        ("当 事 人", "、".join(party["name"] for party in dossier.parties if party.get("name"))),
        ("发生地点", f"{dossier.area} {dossier.where}"),
        ("规　　模", mediation.SCALES.get(sort.get("scale"), ""), "等　　级", mediation.LIGHTS.get(sort.get("level"), "")),
        ("调解组织", dossier.body, "人民调解员", dossier.mediators),
        ("制定日期", dossier.day(plan["at"]), "调解期限", dossier.day(entry.due_at)),
        ("简要情况", entry.note),
        ("当事人要求", entry.details.get("wish")),
    )
    _plan(sheet, dossier)
    sheet.sign("带班领导（签名）：", "人民调解员（签名）：", "　　　　年　　月　　日")
    return sheet.bytes()


def _cover(sheet: Sheet, dossier: Dossier) -> None:
    entry = dossier.entry
    sheet.big(dossier.body, 22, before=40)
    sheet.big("人民调解卷宗", 44, before=36)
    sheet.big(dossier.number, 18, before=18)
    sheet.blank(60)
    ended = "调解成功" if mediation.settled(dossier.file) else "调解不成" if "failed" in dossier.file else "正在调解"
    sheet.form(
        ("卷　　名", dossier.title),
        ("当 事 人", "、".join(party["name"] for party in dossier.parties if party.get("name"))),
        ("人民调解员", dossier.mediators),
        ("受理日期", dossier.day(entry.approved_at), "办结日期", dossier.day(entry.closed_at)),
        ("结　　果", ended, "保管期限", "　"),
        ("立 卷 人", dossier.by, "立卷日期", dossier.day(dossier.at)),
    )


def _register(sheet: Sheet, dossier: Dossier) -> None:
    entry, sort = dossier.entry, dossier.file.get("class", {})
    people = entry.details.get("people")
    sheet.form(
        ("登记编号", entry.number, "登记日期", dossier.moment(entry.received_at)),
        ("登 记 人", dossier.who(entry.author), "来　　源", dossier.source),
        ("纠纷类别", dossier.category, "涉及人数", f"{people:g}" if people else ""),
        ("规　　模", mediation.SCALES.get(sort.get("scale"), ""), "等　　级", mediation.LIGHTS.get(sort.get("level"), "")),
        ("发生时间", dossier.moment(entry.happened_at), "发生地点", f"{dossier.area} {dossier.where}"),
        ("当 事 人", "\n".join("　".join(filter(None, (party.get("name"), party.get("role")))) for party in dossier.parties)),
        ("简要情况", entry.note),
        ("当事人要求", entry.details.get("wish")),
        ("受理日期", dossier.day(entry.approved_at), "调解期限", dossier.day(entry.due_at)),
        ("人民调解员", dossier.mediators),
    )
    sheet.sign("当事人（签名）：", "登记人（签名）：", "　　　　年　　月　　日")


def _rights(sheet: Sheet, dossier: Dossier) -> None:
    sheet.write("依照《中华人民共和国人民调解法》，告知各方当事人：")
    for head, lines in (("一、您有权", RIGHTS), ("二、您应当", DUTIES), ("三、其他事项", EFFECT)):
        sheet.head(head)
        for number, line in enumerate(lines, 1):
            sheet.write(f"{number}．{line}")
    sheet.write("以上内容已经清楚。")
    sheet.sign("当事人（签名）：", "人民调解员（签名）：", "　　　　年　　月　　日")


def _identities(sheet: Sheet, dossier: Dossier) -> None:
    sheet.table(
        [[mediation.PARTS[name] for name in COLUMNS], *([str(party.get(name) or "—") for name in COLUMNS] for party in dossier.parties)],
        [26, 26, 14, 14, 32, 44],
        head=True,
    )
    sheet.write("当事人的身份证件由人民调解员当面核对，本卷不抄录证件号码，不留存证件复印件。")
    sheet.sign("核对人（签名）：", "　　　　年　　月　　日")


COLUMNS = ("name", "role", "sex", "age", "telephone", "address")


def _plan(sheet: Sheet, dossier: Dossier) -> None:
    plan, sort = dossier.file.get("plan"), dossier.file.get("class", {})
    if sort.get("note"):
        sheet.head("分类定级的说明")
        sheet.write(sort["note"])
    if plan:
        sheet.head(f"调解方案（{dossier.moment(plan['at'])}，{dossier.who(plan['by'])}）")
        for number, step in enumerate(plan["steps"], 1):
            sheet.write(f"{number}．{step}")
        if plan["note"]:
            sheet.write(plan["note"])


def _inquiry(sheet: Sheet, dossier: Dossier) -> None:
    _plan(sheet, dossier)
    for n, one in dossier.rounds(INQUIRY):
        _round(sheet, dossier, n, one, ("调查人（签名）：", "被调查人（签名）："))


def _rounds(sheet: Sheet, dossier: Dossier) -> None:
    for n, one in dossier.rounds(ROUND):
        _round(sheet, dossier, n, one, ("当事人（签名）：", "人民调解员（签名）：", "记录人（签名）："))


def _round(sheet: Sheet, dossier: Dossier, n: int, one: dict, signers: tuple[str, ...]) -> None:
    sheet.head(f"第{n}次 {mediation.FORMS[one['form']]}")
    judges = "、".join(dossier.who(name) for name in one.get("reviewers", ()))
    form = [("时　　间", dossier.moment(one["at"]), "主 持 人", dossier.who(one["by"])), ("在 场 人", one["present"])]
    sheet.form(*form, *([("评 理 员", judges)] if judges else []), ("案　　由", dossier.title))
    sheet.write(one["note"] or "（没有写下内容）")
    _pictures(sheet, dossier, one["photos"])
    sheet.sign("以上笔录已经看过（念过），记录无误。", *signers)


def _pictures(sheet: Sheet, dossier: Dossier, shas: list[str]) -> None:
    for number, sha in enumerate(shas, 1):
        path = dossier.picture(sha)
        if path:
            sheet.picture(path, f"照片 {number}")
        else:
            sheet.write(f"照片 {number} 还没有上传。")


def _agreement(sheet: Sheet, dossier: Dossier) -> None:
    file = dossier.file
    if "failed" in file:
        sheet.write(f"{dossier.moment(file['failed']['at'])}，经调解，双方未达成协议。")
        sheet.write(file["failed"]["note"] or "没有写明原因。")
        if refer := file["failed"].get("refer"):
            status = mediation.PRESUIT.get(file.get("presuit", {}).get("status"))
            sheet.write(f"{mediation.REFERRALS[refer]}{f'：{status}' if status else ''}。")
        sheet.sign("人民调解员（签名）：", "　　　　年　　月　　日")
        return
    agreement = file["agreement"]
    sheet.head("当事人")
    for party in dossier.parties or [{}]:
        said = [party.get(name) for name in ("name", "sex")] + [f"{party['age']}岁" if party.get("age") else None]
        said += [party.get("role"), f"住{party['address']}" if party.get("address") else None]
        sheet.write("，".join(filter(None, said)) or "—")
    sheet.head("纠纷的主要事实")
    sheet.write(dossier.entry.note)
    sheet.head("经调解，双方自愿达成如下协议")
    sheet.write(agreement["note"] or "—")
    sheet.head("履行的内容、方式和期限")
    for number, duty in enumerate(agreement["duties"], 1):
        until = f"（{dossier.day(duty['until'])}前）" if duty["until"] else ""
        sheet.write(f"{number}．{duty['words']}{until}")
    if not agreement["duties"]:
        sheet.write("当场履行完毕，或者没有约定履行的内容。")
    wish = file.get("confirmation", {}).get("kind", "none")
    how = "口头协议" if agreement["oral"] else "书面协议"
    sheet.write(f"{how}，达成于{dossier.moment(agreement['at'])}。司法确认或公证：{mediation.CONFIRMATIONS[wish]}。")
    if not agreement["oral"]:
        sheet.write("本协议各方当事人各持一份，人民调解委员会留存一份，自各方签名之日起生效。")
    _pictures(sheet, dossier, agreement["photos"])
    sheet.sign("当事人（签名）：", "当事人（签名）：", "人民调解员（签名）：", "人民调解委员会（印章）", "　　　　年　　月　　日")


def _performance(sheet: Sheet, dossier: Dossier) -> None:
    rows = [["序号", "履行内容", "期限", "履行情况"]]
    for number, duty in enumerate(dossier.file["agreement"]["duties"], 1):
        done = {True: "已履行", False: "未履行", None: "尚无报告"}[duty["fulfilled"]]
        report = "\n".join(filter(None, (done, dossier.moment(duty["at"]) if duty["at"] else "", duty["note"])))
        rows.append([str(number), duty["words"], dossier.day(duty["until"]), report])
    sheet.table(rows, [14, 58, 40, 44], head=True)
    confirmation = dossier.file.get("confirmation", {})
    if confirmation.get("kind", "none") != "none":
        status = mediation.STATUSES.get(confirmation["status"], "尚未申请")
        when = f"（{dossier.moment(confirmation['at'])}）" if confirmation.get("at") else ""
        sheet.write(f"{mediation.CONFIRMATIONS[confirmation['kind']]}：{status}{when}。{confirmation.get('note', '')}")
    for one in dossier.steps:
        if one.verb == "performed":
            _pictures(sheet, dossier, list(one.photos))


def _visits(sheet: Sheet, dossier: Dossier) -> None:
    feedback = dossier.file.get("feedback")
    if feedback:
        sheet.head(f"反馈网格员（{dossier.moment(feedback['at'])}，{dossier.who(feedback['by'])}）")
        sheet.write(feedback["note"] or "已反馈。")
    how = {"door": "上门", "phone": "电话", "link": "网上"}
    for one in dossier.steps:
        if one.verb == "followed_up":
            body = one.body
            sheet.form(
                ("回访时间", dossier.moment(one.moment), "回 访 人", dossier.who(one.by)),
                ("回访方式", how[body["how"]], "是否解决", "已解决" if body["solved"] else "没有解决"),
                ("满意程度", RATINGS.get(body["score"], "未表示")),
                ("回访情况", body["note"]),
            )


def _application(sheet: Sheet, dossier: Dossier) -> None:
    names = "、".join(party["name"] for party in dossier.parties if party.get("name")) or "（当事人）"
    agreed = f"{dossier.day(dossier.file['agreement']['at'])}经{dossier.body}主持调解达成的协议（卷号：{dossier.number}）"
    truth = "协议内容是各方真实意思，没有损害国家利益、社会公共利益和他人合法权益。"
    sheet.write(f"申请人：{names}")
    sheet.write(f"请求事项：请求人民法院依法确认申请人于{agreed}有效。")
    sheet.write(f"事实和理由：申请人因{dossier.title}，自愿接受调解并达成上述协议。{truth}")
    sheet.write("申请人承诺提交的材料真实，并愿意按照协议履行。现自协议生效之日起三十日内共同提出申请。")
    sheet.write("此致")
    sheet.write("　　　　　　　　人民法院")
    sheet.write("附：调解协议书一份，当事人身份证明由申请人当庭出示。")
    sheet.sign("申请人（签名）：", "申请人（签名）：", "　　　　年　　月　　日")


def _agreed(dossier: Dossier) -> bool:
    return mediation.settled(dossier.file)


PARTS = (
    ("人民调解受理登记表", lambda dossier: True, _register),
    ("权利义务告知书", lambda dossier: True, _rights),
    ("当事人身份说明", lambda dossier: bool(dossier.parties), _identities),
    ("调 查 记 录", lambda dossier: "plan" in dossier.file or bool(dossier.rounds(INQUIRY)), _inquiry),
    ("调 解 笔 录", lambda dossier: bool(dossier.rounds(ROUND)), _rounds),
    ("人民调解协议书", lambda dossier: _agreed(dossier) or "failed" in dossier.file, _agreement),
    ("协议履行情况", lambda dossier: _agreed(dossier) and bool(dossier.file["agreement"]["duties"]), _performance),
    ("回 访 记 录", lambda dossier: "feedback" in dossier.file or any(one.verb == "followed_up" for one in dossier.steps), _visits),
    ("司法确认申请书", _agreed, _application),
)
"""(title, whether there is anything, what writes it), in the order of FIELD.md; the last one only where the parties wish it."""
