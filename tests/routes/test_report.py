"""A resident reports without an account: what is taken, what is said of what is not, and how much is too much."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from sqlalchemy import select

from tests.conftest import make_app
from tests.routes.resident import PAYLOADS, count, do, entry, follow, form, jpeg, linked, read_code, send, sums_agree, token_of
from tests.town import rows, signed_in
from webapp.routes.account import limiter
from webapp.store.database import db
from webapp.store.tables import ActionRow, ContactRow, EntryRow, LinkRow, PhotoRow

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
