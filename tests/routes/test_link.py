"""The resident's pages: reporting without an account, following by link, rating, reopening; and the posters."""

import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import segno
import zxingcpp
from PIL import Image
from sqlalchemy import func, select

from tests.conftest import NOON, make_app
from tests.town import CAST, action, hear, rows, signed_in
from webapp.routes.account import limiter
from webapp.store import links, lists, sums
from webapp.store.database import db, writing
from webapp.store.tables import AccessRow, ActionRow, Area, ContactRow, EntryRow, LinkRow, PhotoRow

TOKEN = "a-token-that-only-this-resident-knows"
PAYLOADS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '" onmouseover=alert(1) x="',
    "{{7*7}}",
    "<a hx-get=/x>",
    "javascript:alert(1)",
]


def jpeg(size=(40, 30), colour="red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def form(**about) -> dict:
    return {"form": str(uuid4()), "note": "三单元的路灯坏了", "place": "辖区C1 2栋门口", "category": "R0206"} | about


def send(app, area="B1", photos=(), client=None, **about):
    """Post the form behind a poster, with the photos' bytes."""
    data = form(**about) | ({"photo": [(io.BytesIO(one), f"{n}.jpg") for n, one in enumerate(photos)]} if photos else {})
    return (client or app.test_client()).post(f"/report/{area}", data=data, content_type="multipart/form-data")


def token_of(answer) -> str:
    assert answer.status_code == 303, unescape(answer.text)
    return urlsplit(answer.headers["Location"]).path.removeprefix("/s/")


def linked(app, token=TOKEN, **about) -> str:
    """An entry that a worker recorded with a link; gives its id."""
    raw = action(**{"kind": "hazard", "area": "U1", "category": "H0101", "household": "home-11", "link": links.hashed(token)} | about)
    with app.app_context():
        assert hear(app, raw)[0].answer == "kept"
    return raw["entry"]


def do(app, verb: str, id: str, by="secretary1", **about) -> None:
    with app.app_context():
        answer = hear(app, action(verb, id, by, **{"seen": lists.entry_by_id(id).last} | about))[0]
    assert answer.answer == "kept", answer


def closed(app, token=TOKEN) -> str:
    id = linked(app, token)
    do(app, "approved", id)
    do(app, "closed", id)
    return id


def follow(app, token=TOKEN, **more):
    return app.test_client().get(f"/s/{token}", **more)


def entry(app, id: str) -> EntryRow:
    with app.app_context():
        return lists.entry_by_id(id)


def log_of(app) -> list[tuple[str, str]]:
    with app.app_context():
        return [(row.verb, row.by) for row in rows(select(ActionRow.verb, ActionRow.by).order_by(ActionRow.seq))]


def count(app, table) -> int:
    with app.app_context():
        return rows(select(func.count()).select_from(table))[0][0]


# --- reporting


def test_a_resident_reports_without_an_account_and_gets_a_link_and_a_code(town):
    asked = town.test_client().get("/report/B1")
    assert asked.status_code == 200 and "Set-Cookie" not in asked.headers and "有事您说话" in asked.text
    token = token_of(send(town, photos=[jpeg()]))
    page = follow(town, f"{token}?new=1")
    with town.app_context():
        (link,) = rows(select(LinkRow.hash, LinkRow.code))
        photos = [row.sha256 for row in rows(select(PhotoRow.sha256))]
        found = db.session.scalars(select(EntryRow)).one()
        assert (found.kind, found.source, found.author, found.area, found.stage) == (
            "request",
            "resident_link",
            "resident",
            "B1",
            "waiting",
        )
        assert (found.note, found.place, found.category) == ("三单元的路灯坏了", "辖区C1 2栋门口", "R0206")
        assert [sha for sha, *_ in found.photos] == photos
    assert link.hash == hashlib.sha256(token.encode()).hexdigest()
    assert re.search(r'class="code">([2-9A-Z]{6})<', page.text).group(1) == link.code
    assert f"/s/{token}</a>" in page.text and "收藏" in page.text
    assert sums_agree(town)


def sums_agree(app) -> bool:
    with app.app_context(), db.engine.connect() as connection:
        return list(sums.check(connection)) == []


def test_the_secretary_sees_it_at_once_and_may_approve_it(town):
    send(town)
    with town.app_context():
        id = rows(select(EntryRow.id))[0].id
    do(town, "approved", id)
    assert entry(town, id).stage == "in_hand"


def test_the_qr_code_on_the_page_is_the_link(town):
    token = token_of(send(town))
    page = follow(town, f"{token}?new=1").text
    assert read_code(re.search(r'src="(data:image/png[^"]+)"', page).group(1)).endswith(f"/s/{token}")
    assert "data:image" not in follow(town, token).text  # shown once, not to whoever looks over the shoulder


def read_code(data_uri: str) -> str:
    import base64

    picture = Image.open(io.BytesIO(base64.b64decode(data_uri.partition(",")[2])))
    return zxingcpp.read_barcodes(picture)[0].text


def test_a_form_sent_twice_is_one_entry_with_one_link(town):
    same = form()
    tokens = {token_of(send(town, photos=[jpeg()], **same, telephone="13800001111")) for _ in range(3)}
    assert len(tokens) == 1
    assert (count(town, EntryRow), count(town, LinkRow), count(town, ContactRow)) == (1, 1, 1)


def test_two_taps_at_the_same_moment_are_one_entry(town):
    same = form()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(town, **same), range(4)))
    assert len({token_of(answer) for answer in answers}) == 1
    assert count(town, EntryRow) == 1


def test_a_form_that_was_corrected_after_going_back_is_not_lost(town):
    same = form()
    first, second = (token_of(send(town, **same | {"note": note})) for note in ("路灯坏了", "路灯坏了,门禁也坏了"))
    assert first != second
    assert count(town, EntryRow) == 2


def test_a_link_cannot_be_told_from_its_form(town):
    same = form()
    first = token_of(send(town, **same))
    town.secret_key = b"the key of another town"
    assert token_of(send(town, **same)) != first
    assert re.fullmatch("[0-9a-f]{36}", first)  # 144 bits


def test_telephone_and_name_lie_beside_the_log_and_not_in_it(town):
    send(town, telephone="13800001111", name="王奶奶")
    with town.app_context():
        contact = rows(select(ContactRow.name, ContactRow.telephone))[0]
        everything = str(rows(select(ActionRow.body, ActionRow.facts))) + str(rows(select(EntryRow.details, EntryRow.note, EntryRow.place)))
    assert (contact.name, contact.telephone) == ("王奶奶", "13800001111")
    assert "13800001111" not in everything and "王奶奶" not in everything


def test_nothing_is_kept_beside_the_log_of_who_left_nothing(town):
    send(town)
    assert count(town, ContactRow) == 0


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"note": " \u200b "}, "请写一写是什么事"),
        ({"note": "长" * 2001}, "最多写 2000 个字"),
        ({"place": "长" * 201}, "地点最多写 200 个字"),
        ({"telephone": "find me"}, "电话号码不对"),
        ({"telephone": "138<script>"}, "电话号码不对"),
        ({"name": "长" * 41}, "称呼最多写 40 个字"),
        ({"homepage": "https://spam.example"}, "没有提交成功"),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_text_stays(town, about, says):
    answer = send(town, **{"note": "墙皮掉了", "place": "2栋"} | about)
    text = unescape(answer.text)
    assert answer.status_code == 422 and says in text
    assert ("墙皮掉了" in text) == ("note" not in about)
    assert count(town, EntryRow) == 0


def test_two_thousand_characters_are_not_too_many(town):
    assert send(town, note="长" * 2000).status_code == 303


@pytest.mark.parametrize("category", ["", "H0101", "nonsense", "R9999"])
def test_a_category_that_is_none_of_the_forms_is_left_out(town, category):
    send(town, category=category)
    with town.app_context():
        assert rows(select(EntryRow.category))[0].category == ""


def test_a_bad_photo_is_said_in_a_clear_sentence_and_the_text_stays(town):
    answer = send(town, photos=[jpeg(), b"<svg onload=alert(1)>"])
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert "第 2 张照片:照片打不开" in text and "三单元的路灯坏了" in text
    assert count(town, EntryRow) == 0


def test_more_than_three_photos_or_one_above_eight_megabytes_are_refused(town):
    assert "最多 3 张照片" in send(town, photos=[jpeg(colour=c) for c in ("red", "green", "blue", "white")]).text
    assert "超过 8 MB" in send(town, photos=[jpeg() + b"\0" * 9_000_000]).text
    assert send(town, photos=[jpeg(colour=c) for c in ("red", "green", "blue")]).status_code == 303


def test_more_than_the_server_takes_at_all_is_said_too(town):
    answer = send(town, photos=[b"\0" * 31_000_000])
    assert answer.status_code == 413 and "减少照片" in answer.text


def test_the_same_photo_twice_is_shown_once(town):
    send(town, photos=[jpeg(), jpeg()])
    with town.app_context():
        assert len(rows(select(EntryRow.photos))[0].photos) == 1


def test_a_poster_of_nowhere_is_not_found(town):
    assert send(town, area="nowhere").status_code == town.test_client().get("/report/nowhere").status_code == 404


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text_on_the_form(town, payload):
    answer = send(town, note=payload, place=payload, name=payload, telephone="x")
    assert answer.status_code == 422
    assert "<img" not in answer.text and "<script>alert" not in answer.text and 'x=""' not in answer.text and "<a hx-get" not in answer.text


def test_a_form_from_another_site_is_refused_but_one_from_an_old_browser_is_not(town):
    client = town.test_client()
    for headers, status in (
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Origin": "null"}, 303),  # what a no-referrer page sends where there is no Sec-Fetch-Site: WeChat's own browser
        ({"Origin": "http://localhost"}, 303),
    ):
        assert client.post("/report/B1", data=form(), headers=headers).status_code == status, headers
    id = linked(town)
    assert signed_in(town, "secretary1").post(f"/desk/entries/{id}/link", headers={"Origin": "null"}).status_code == 403


# --- limits without a captcha


@pytest.fixture
def limited(town):
    """The same town with its limits on."""
    app = make_app(town.config["SETTINGS"].data, RATELIMIT_ENABLED=True)
    limiter.reset()
    yield app
    limiter.enabled = False
    limiter.reset()


def test_a_town_behind_one_address_may_report_and_the_sixty_first_in_ten_minutes_waits_and_keeps_its_text(limited):
    answers = [send(limited, ("B1", "B2")[n % 2], note=f"路灯坏了 {n}") for n in range(61)]
    assert [answer.status_code for answer in answers] == [303] * 60 + [429]
    assert "路灯坏了 60" in answers[-1].text and "分钟再按" in unescape(answers[-1].text)
    assert int(answers[-1].headers["Retry-After"]) <= 601


def test_what_was_not_accepted_is_not_counted_as_a_report(limited):
    assert {send(limited, note="").status_code for _ in range(12)} == {422}
    assert send(limited).status_code == 303


def test_one_area_takes_sixty_reports_an_hour_from_everybody(limited):
    statuses = []
    for n in range(61):
        where = {"environ_base": {"REMOTE_ADDR": f"10.0.{n // 8}.1"}}
        statuses.append(limited.test_client().post("/report/B1", data=form(note=f"{n}"), **where).status_code)
    assert statuses == [303] * 60 + [429]
    other = limited.test_client().post("/report/B2", data=form(), environ_base={"REMOTE_ADDR": "10.1.0.1"})
    assert other.status_code == 303


def test_three_hundred_wrong_links_are_enough(limited):
    linked(limited)
    assert {follow(limited).status_code for _ in range(310)} == {200}  # what is found is not counted
    assert {follow(limited, f"wrong-{n}").status_code for n in range(300)} == {404}
    blocked = follow(limited, "wrong-again")
    assert blocked.status_code == 429 and "分钟再试" in unescape(blocked.text)
    assert follow(limited, environ_base={"REMOTE_ADDR": "10.9.9.9"}).status_code == 200


# --- following


def test_unknown_and_revoked_links_look_the_same(town):
    id = linked(town)
    with town.app_context(), writing() as connection:
        links.revoke(connection, id)
    revoked, unknown, odd = follow(town), follow(town, "never-existed"), follow(town, "%ED%A0%80x" * 50)
    assert revoked.status_code == unknown.status_code == odd.status_code == 404
    assert revoked.text == unknown.text == odd.text
    assert "若网格员刚刚登记,请等上传后再看" in unescape(unknown.text)
    for path in ("rating", "reopening"):
        answers = [town.test_client().post(f"/s/{token}/{path}", data={"score": "satisfied", "reason": "x"}) for token in (TOKEN, "never")]
        assert [answer.status_code for answer in answers] == [404, 404]
    assert log_of(town) == [("recorded", "worker1")]


def test_a_link_is_not_indexed_kept_or_passed_on(town):
    linked(town)
    for answer in (follow(town), follow(town, "wrong"), town.test_client().get("/report/B1")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'name="robots" content="noindex"' in answer.text and "Set-Cookie" not in answer.headers
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)


MEDIATED = (
    ("assigned", "secretary1", {"to": [{"person": "mediator1"}]}), ("signed", "mediator1", {}),
    ("classified", "mediator1", {"category": "D0101", "parties": [{"name": "张三"}, {"name": "李四"}]}), ("planned", "mediator1", {}),
    ("mediated", "mediator1", {"note": "处理的话"}), ("agreed", "mediator1", {"note": "处理的话"}), ("fed_back", "mediator1", {}),
    ("followed_up", "worker1", {"note": "处理的话"}),
)  # fmt: skip
"""The way of a dispute from approval to its closing: (verb, by, body)."""


@pytest.mark.parametrize("kind", ["hazard", "dispute", "request", "delivery"])
def test_a_stranger_learns_no_name_place_note_photo_or_party(town, kind):
    secrets = {"note": "打人的是老张", "place": "地下室第三间", "parties": "张三与李四", "item": "water", "ordered": True}
    codes = {"hazard": "H0101", "dispute": "D0101", "request": "R0202", "delivery": "L0101"}
    id = linked(town, kind=kind, category=codes[kind], photos=["a" * 64], **secrets)
    do(town, "approved", id, note="书记的话")
    if kind == "dispute":
        for verb, by, about in MEDIATED:
            do(town, verb, id, by, **about)
    else:
        do(town, "handled", id, "worker1", note="处理的话")
    do(town, "closed", id, note="办结的话")
    with town.app_context(), writing() as connection:
        links.leave_contact(connection, id, "王奶奶", "13811112222")
    page = unescape(follow(town).text)
    number = entry(town, id).number
    labels = {"H0101": "飞线充电", "D0101": "婚姻家庭", "R0202": "停车充电桩", "L0101": "送水"}
    for secret in (
        *("打人的是老张", "地下室", "张三", "李四", "a" * 64, "书记的话", "处理的话", "办结的话", "王奶奶", "13811112222"),
        *("住户1", "101", "13800000001", "worker1", "secretary1", "的名字", "B1", "U1", id, number, labels[codes[kind]], "/photos/"),
    ):
        assert secret not in page.replace(TOKEN, "").replace("/static/", ""), secret
    assert {"hazard": "安全隐患", "dispute": "矛盾纠纷", "request": "居民诉求", "delivery": "上门配送"}[kind] in page


def test_the_page_shows_code_steps_dates_a_post_and_the_office_telephone(town):
    with town.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.code == "C1").values(telephone="0478-8990111"))
        connection.execute(Area.__table__.update().where(Area.code == "S").values(telephone="0478-8990000"))
    id = linked(town)
    page = unescape(follow(town).text)
    assert "核实受理" in page and "由 辖区C1 书记 负责" in page and "11月23日 11:00" in page
    assert 'href="tel:0478-8990111"' in page and "8990000" not in page
    do(town, "approved", id)
    page = unescape(follow(town).text)
    assert "已受理" in page and "办理中" in page and "由 辖区C1辖区G11 网格员 负责" in page
    do(town, "closed", id)
    assert "已办结" in follow(town).text and "负责" not in unescape(follow(town).text)


def test_a_worker_may_share_the_link_before_the_phone_has_sent_the_entry(town):
    assert follow(town).status_code == 404
    linked(town)
    assert follow(town).status_code == 200


def test_looking_changes_nothing(town):
    closed(town)
    before = log_of(town)
    client = town.test_client()
    for method in (client.get, client.head):
        for path in (f"/s/{TOKEN}", f"/s/{TOKEN}?new=1", f"/s/{TOKEN}?score=satisfied"):
            assert method(path).status_code == 200
        for path in (f"/s/{TOKEN}/rating", f"/s/{TOKEN}/reopening"):
            assert method(path).status_code == 405
    assert log_of(town) == before


# --- rating and reopening


def rate(app, score="satisfied", token=TOKEN, **more):
    return app.test_client().post(f"/s/{token}/rating", data={"score": score} | more)


def reopen(app, reason="灯又坏了", token=TOKEN):
    return app.test_client().post(f"/s/{token}/reopening", data={"reason": reason})


def test_before_closing_there_is_nothing_to_rate_or_reopen(town):
    linked(town)
    assert "满意" not in follow(town).text and "没解决" not in follow(town).text
    assert rate(town).status_code == reopen(town).status_code == 409
    assert log_of(town) == [("recorded", "worker1")]


def test_a_closing_is_rated_once_and_the_same_again_adds_nothing(town):
    id = closed(town)
    assert rate(town).status_code == rate(town).status_code == 303
    assert entry(town, id).rating == "satisfied"
    assert log_of(town)[3:] == [("rated", "resident")]
    assert "您的评价" in follow(town).text


def test_a_rating_may_be_changed_for_seven_days_and_all_are_kept(town):
    id = closed(town)
    rate(town, "dissatisfied", note="来得太晚")
    town.config["CLOCK"] = lambda: NOON + timedelta(days=6, hours=23)
    assert rate(town, "fair").status_code == 303
    town.config["CLOCK"] = lambda: NOON + timedelta(days=7)
    late = rate(town, "satisfied")
    assert late.status_code == 422 and "不能再改" in late.text and "改评价" not in follow(town).text
    assert entry(town, id).rating == "fair"
    assert log_of(town)[3:] == [("rated", "resident")] * 2


def test_what_was_written_with_a_rating_is_not_shown_again_and_stays_when_the_field_is_empty(town):
    id = closed(town)
    rate(town, "dissatisfied", note="师傅没来过")
    assert "师傅没来过" not in follow(town).text
    rate(town, "satisfied", note="")
    with town.app_context():
        said = [action.body for _row, action in lists.history(id) if action.verb == "rated"]
    assert said == [{"score": "dissatisfied", "note": "师傅没来过"}, {"score": "satisfied", "note": "师傅没来过"}]


def test_a_rating_that_is_none_is_refused(town):
    id = closed(town)
    for score in ("", "splendid"):
        assert rate(town, score).status_code == 422
    assert entry(town, id).rating is None


def test_not_solved_opens_the_case_again_and_it_may_be_rated_anew(town):
    id = closed(town)
    rate(town, "dissatisfied")
    assert reopen(town).status_code == 303
    found = entry(town, id)
    assert (found.stage, found.reason, found.rating, found.reopened) == ("in_hand", "灯又坏了", None, 1)
    assert "反映没解决,重新办理" in follow(town).text and "灯又坏了" not in follow(town).text
    assert reopen(town).status_code == 409
    do(town, "closed", id)
    town.config["CLOCK"] = lambda: NOON + timedelta(days=30)
    assert rate(town).status_code == 303
    assert entry(town, id).rating == "satisfied"
    assert sums_agree(town)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_not_solved_wants_a_reason(town, reason):
    id = closed(town)
    answer = reopen(town, reason)
    assert answer.status_code == 422 and "请写一写哪里没解决" in answer.text
    assert entry(town, id).stage == "closed"


def test_a_visit_has_no_rating(town):
    id = linked(town, kind="visit")
    do(town, "approved", id)
    assert "满意" not in follow(town).text
    assert rate(town).status_code == reopen(town).status_code == 409


def test_a_link_opens_its_own_entry_only(town):
    first, second = closed(town), closed(town, "another-token")
    rate(town, token="another-token")
    reopen(town)
    assert (entry(town, first).stage, entry(town, second).stage, entry(town, second).rating) == ("in_hand", "closed", "satisfied")


# --- links from the desk


@pytest.mark.parametrize("by", sorted(CAST))
def test_the_worker_and_the_secretary_of_a_case_may_give_its_resident_a_link(town, by):
    id = linked(town)
    answer = signed_in(town, by).post(f"/desk/entries/{id}/link")
    may = by in {"worker1", "secretary1"}
    assert answer.status_code == (200 if may else 404)
    assert count(town, LinkRow) == (2 if may else 1)


def test_the_new_link_is_shown_once_as_qr_and_text_and_the_making_is_logged(town):
    id = linked(town)
    page = signed_in(town, "secretary1").post(f"/desk/entries/{id}/link").text
    url = re.search(r'href="(http[^"]+/s/[^"]+)"', page).group(1)
    assert read_code(re.search(r'src="(data:image/png[^"]+)"', page).group(1)) == url
    assert len(url.rpartition("/")[2]) >= 22 and follow(town, url.rpartition("/")[2]).status_code == 200
    with town.app_context():
        assert [tuple(row) for row in rows(select(AccessRow.username, AccessRow.entry).where(AccessRow.what == "link_made"))] == [
            ("secretary1", id)
        ]


def test_a_new_link_may_take_the_place_of_all_old_ones(town):
    id = linked(town)
    page = signed_in(town, "secretary1").post(f"/desk/entries/{id}/link", data={"revoke": "1"}).text
    assert follow(town).status_code == 404
    assert follow(town, re.search(r"/s/([\w-]+)", page).group(1)).status_code == 200


def test_a_visit_gets_no_link(town):
    assert signed_in(town, "secretary1").post(f"/desk/entries/{linked(town, kind='visit')}/link").status_code == 404
    assert signed_in(town, "secretary1").post(f"/desk/entries/{uuid4()}/link").status_code == 404
    assert town.test_client().post(f"/desk/entries/{uuid4()}/link").headers["Location"].startswith("/login")


# --- posters


def test_the_code_on_a_poster_is_the_address_of_its_form(town):
    page = signed_in(town, "secretary1").get("/posters/B1").text
    answer = town.test_client().get(re.search(r'src="(/report/B1/qr\.svg)"', page).group(1))
    assert answer.mimetype == "image/svg+xml" and b"<svg" in answer.data
    matrix = modules(answer.text)
    picture = Image.new("L", (len(matrix) * 8, len(matrix) * 8), 255)
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            if dark:
                picture.paste(0, (x * 8, y * 8, x * 8 + 8, y * 8 + 8))
    assert zxingcpp.read_barcodes(picture)[0].text == "http://localhost/report/B1"
    assert "http://localhost/report/B1" in page


def modules(svg: str) -> list[list[bool]]:
    """The dark modules that the path of segno's SVG draws: runs to the right from where it moves to."""
    side = segno.make("http://localhost/report/B1", error="q").symbol_size(border=2)[0]
    matrix, x, y = [[False] * side for _ in range(side)], 0.0, 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.search(r'\bd="([^"]+)"', svg).group(1)):
        values = [float(number) for number in numbers.split()]
        if letter == "h":
            for column in range(int(x), int(x + values[0])):
                matrix[int(y)][column] = True
            x += values[0]
        else:
            x, y = values if letter == "M" else (x + values[0], y + values[1])
    return matrix


@pytest.mark.parametrize("by", sorted(CAST))
def test_posters_are_for_those_who_hang_them_up_in_their_own_areas(town, by):
    own = {"worker1": "G11 B1", "worker2": "G12 B2", "worker3": "G21 B3", "secretary1": "C1 G11 B1", "secretary2": "C2 G21 B3"}
    own |= {name: "S C1 G11 B1 C2" for name in ("street1", "admin1")}
    client = signed_in(town, by)
    assert client.get("/posters").status_code == (200 if by in own else 404)
    for area in ("S", "C1", "G11", "B1", "G12", "B2", "C2", "G21", "B3"):
        mine = area in own.get(by, "").split() or by in {"street1", "admin1"} or (by == "secretary1" and area in {"G12", "B2"})
        assert client.get(f"/posters/{area}").status_code == (200 if mine else 404), area
        assert client.get(f"/posters?area={area}").status_code == (200 if mine else 404), area


def test_the_list_leads_to_every_building_of_ones_own_areas(town):
    page = signed_in(town, "secretary1").get("/posters").text
    assert set(re.findall(r'href="/posters/(\w+)', page)) == {"C1", "G11", "B1", "G12", "B2"}
    assert set(re.findall(r'href="/posters/(\w+)', signed_in(town, "worker1").get("/posters").text)) == {"G11", "B1"}


def test_all_buildings_of_a_grid_are_printed_in_one_go(town):
    page = signed_in(town, "secretary1").get("/posters/C1?buildings=1").text
    assert re.findall(r'src="/report/(\w+)/qr\.svg"', page) == ["B1", "B2"]


def test_a_poster_bears_the_nearest_office_telephone(town):
    with town.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.code == "S").values(telephone="0478-8990000"))
    assert "0478-8990000" in signed_in(town, "worker1").get("/posters/B1").text
