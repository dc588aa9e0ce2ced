"""共享法庭: a point is set up, a slot booked for a dispute once, moved, given up, its result written; who sees the room."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from tests.routes.mediation import entry_of, led, recorded
from tests.store.writers import together
from tests.town import COURT, action, hear, rows, signed_in
from webapp.core import courts
from webapp.store import lists, sums
from webapp.store.database import writing
from webapp.store.sittings import keep
from webapp.store.tables import ActionRow, EntryRow, SittingRoom, SittingRow

ROOM = "https://video.example/room-9"
POINT = {"name": "青春共享法庭", "court": "区法院", "area": "C1", "place": "二楼", "starts": "2026-04-28", "minutes": "30", "link": ROOM}
POINT |= {"weekday": ["1", "3"], "opens": ["14:00", "09:00"], "closes": ["17:00", "10:10"]}
TUESDAY = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
"""14:00 of the day after the tests' noon: the first slot of the point."""


def page(town, path: str, by: str = "secretary1") -> str:
    reply = signed_in(town, by).get(path)
    assert reply.status_code == 200, path
    return reply.text


def set_up(town, by: str = "secretary1", **changed) -> str:
    """A point by its form; gives its id."""
    reply = signed_in(town, by).post("/disputes/courts", data=POINT | changed)
    assert reply.status_code == 303, reply.text
    return unquote(reply.headers["Location"]).rpartition("#point-")[2]


def post(town, id: str, verb: str, by: str = "mediator1", **form):
    """Send one of the forms of the dispute's page, and give what the page says then."""
    client = signed_in(town, by)
    reply = client.post(f"/disputes/{id}/court", data={"verb": verb, "seen": entry_of(town, id).last} | form)
    return client.get(reply.headers["Location"]).text if reply.status_code == 303 else reply


def book(town, id: str, point: str, start: datetime = TUESDAY, **form):
    return post(town, id, "booked", slot=f"{point} {start.isoformat()}", **form)


def booked(town) -> list:
    with town.app_context():
        return rows(SittingRow.__table__.select().order_by(SittingRow.entry, SittingRow.n))


def test_a_point_has_slots_and_a_dispute_books_one_of_them(town):
    point, id = set_up(town), led(town, "planned")
    text = page(town, f"/disputes/{id}", "mediator1")
    mine = re.findall(rf'value="({point} [^"]+)"', text)
    assert len(mine) == 6 * 2 + 2 * 2, "two Tuesdays of six, two Thursdays of two within fourteen days; what is left at the end is no slot"
    assert mine[0] == f"{point} 2026-11-24T14:00:00+08:00"
    assert ROOM not in text, "nothing is booked yet"
    text = book(town, id, point)
    assert "已约好" in text and "2026年11月24日 14:00–14:30" in text and f'href="{ROOM}"' in text
    assert entry_of(town, id).stage == "planned" and courts.coming(entry_of(town, id))["point"] == point
    assert f'value="{point} 2026-11-24T14:00:00+08:00"' not in page(town, f"/disputes/{recorded(town)}")


@pytest.mark.parametrize(
    "changed",
    [{"link": "http://video.example/1"}, {"link": "javascript:alert(1)"}, {"link": "https://a b/"}, {"name": ""}, {"starts": ""},
     {"closes": ["13:00", "10:00"]}, {"opens": ["", ""], "closes": ["", ""]}],
)  # fmt: skip
def test_a_point_that_makes_no_sense_is_not_kept(town, changed):
    reply = signed_in(town, "secretary1").post("/disputes/courts", data=POINT | changed)
    assert reply.status_code == 422 and 'class="errors"' in reply.text
    assert "线上 1 处" in page(town, "/disputes/courts"), "only the one that was there"


def test_a_slot_belongs_to_one_dispute(town):
    point, first, second = set_up(town), led(town, "planned"), led(town, "planned")
    book(town, first, point)
    assert "请另选一个" in book(town, second, point)
    assert courts.sittings(entry_of(town, second)) == []
    assert "请另选一个" in book(town, second, point, TUESDAY + timedelta(minutes=15)), "no slot of the point"
    assert "请另选一个" in book(town, second, point, TUESDAY - timedelta(days=7)), "over"
    other = set_up(town, "secretary2", area="C2")
    assert "请另选一个" in book(town, second, other), "another community's"


def test_two_at_the_same_moment_and_only_one_of_them_has_it(town, tmp_path):
    """Eight processes, each with a dispute of its own, want the same slot; then the database itself refuses what the log would not let through."""
    point, ids = set_up(town), [recorded(town) for _ in range(8)]
    lasts = [entry_of(town, id).last for id in ids]
    answers = together(8, want, town.config["SETTINGS"].data, ids, lasts, point)
    assert sorted(answers) == ["kept", *["taken"] * 7]
    assert len(booked(town)) == 1
    with town.app_context():
        [winner] = [id for id in ids if courts.sittings(entry_of(town, id))]
        loser = lists.folded(lists.entry_by_id(next(id for id in ids if id != winner)))
        loser.road["mediation"]["sittings"] = courts.sittings(entry_of(town, winner))
        with pytest.raises(Exception, match="UNIQUE|unique"), writing() as connection:
            keep(connection, [loser])
        with writing() as connection:
            assert list(sums.check(connection)) == []


def want(number: int, folder, ids: list, lasts: list, point: str) -> str:
    from tests.conftest import make_app

    town = make_app(folder)
    with town.app_context():
        raw = action("booked", ids[number], by="mediator1", seen=lasts[number], point=point, starts=TUESDAY.isoformat())
        [answer] = hear(town, raw)
    return answer.reason or answer.answer


def test_two_in_one_batch(town):
    point, ids = set_up(town), [recorded(town), recorded(town)]
    with town.app_context():
        raws = [action("booked", id, by="secretary1", seen=entry_of(town, id).last, point=point, starts=TUESDAY.isoformat()) for id in ids]
        assert [answer.reason or answer.answer for answer in hear(town, *raws)] == ["kept", "taken"]


def test_it_is_moved_and_given_up_with_a_reason_and_the_slot_is_free_again(town):
    point, id, other = set_up(town), led(town, "planned"), led(town, "planned")
    book(town, id, point)
    assert "没有保存" in book(town, id, point, TUESDAY + timedelta(minutes=30)), "no reason"
    text = book(town, id, point, TUESDAY + timedelta(minutes=30), words="当事人上午才回来")
    assert "已改期" in text and "当事人上午才回来" in text and "14:30–15:00" in text
    assert "已约好" in book(town, other, point), "the first slot is free again"
    assert "没有保存" in post(town, id, "unbooked")
    assert "已取消" in post(town, id, "unbooked", words="双方自己谈好了")
    assert [row.state for row in booked(town) if row.entry == id] == ["moved", "cancelled"]
    assert ROOM not in page(town, f"/disputes/{id}", "mediator1")
    with town.app_context(), writing() as connection:
        before = booked(town)
        assert list(sums.check(connection)) == []
        sums.rebuild(connection)
        assert connection.execute(SittingRow.__table__.select().order_by(SittingRow.entry, SittingRow.n)).all() == before


def test_the_result_stands_in_the_file_and_counts_as_a_round_of_mediation(town):
    point, id = set_up(town), led(town, "planned")
    book(town, id, point)
    assert 'id="act-sat"' not in page(town, f"/disputes/{id}", "mediator1"), "it is still to come"
    town.config["CLOCK"] = lambda: TUESDAY + timedelta(hours=1)
    assert "等写结果" in page(town, "/disputes/courts")
    text = post(town, id, "sat", result="agreed", words="双方当庭说好")
    assert "结果已记下" in text and "调解成功" in text and "第 1 次 · 共享法庭" in text and "双方当庭说好" in text
    assert 'id="step-agreed"' in text, "an agreement may follow"
    assert courts.sittings(entry_of(town, id))[0]["state"] == "agreed" and "共享法庭结果" in text


def test_what_nobody_came_to_is_neither_held_nor_a_round(town):
    point, id = set_up(town), led(town, "planned")
    book(town, id, point)
    town.config["CLOCK"] = lambda: TUESDAY + timedelta(hours=1)
    post(town, id, "sat", result="absent", words="一方没有到")
    assert entry_of(town, id).road["mediation"].get("rounds") is None
    assert "0" == number(page(town, "/disputes/courts"))


def number(text: str) -> str:
    """How many were held, as the page counts them."""
    return re.search(r'<div class="tiles" id="held">.*?tile-number">(\d+)<', text, re.S)[1]


def test_what_was_held_since_a_day_leads_to_exactly_so_many(town):
    point = set_up(town)
    for n, result in enumerate(("agreed", "filed", "agreed")):
        id = led(town, "planned")
        book(town, id, point, TUESDAY + timedelta(minutes=30 * n))
        town.config["CLOCK"] = lambda: TUESDAY + timedelta(hours=4)
        post(town, id, "sat", result=result, words="开过了")
        town.config["CLOCK"] = lambda: TUESDAY - timedelta(hours=26)
    town.config["CLOCK"] = lambda: TUESDAY + timedelta(hours=4)
    text = page(town, "/disputes/courts?since=2026-04-28", "street1")
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/disputes/courts/held[^"]+)"', text)]
    tiles = re.findall(r'tile-number">(\d+)<', text)
    assert tiles == ["3", "2", "1"] and len(links) == 5, "all, two results, two points"
    for link, count in zip(links, [*tiles, "0", "3"], strict=True):
        assert page(town, link, "street1").count('class="card-title"') == int(count), link
    assert number(page(town, "/disputes/courts?since=2026-11-25")) == "0"
    assert number(page(town, "/disputes/courts", "secretary2")) == "0", "another community's disputes"
    assert signed_in(town, "street1").get("/disputes/courts?since=heute").status_code == 400


def test_only_who_may_open_the_dispute_sees_the_room_and_a_party_nothing_at_all(town):
    point, id = set_up(town), recorded(town)
    book(town, id, point)
    for member in ("worker1", "worker2", "secretary2", "volunteer1", "handler1", "street1"):
        assert ROOM not in signed_in(town, member).get(f"/disputes/{id}").text, member
    for member in ("secretary1", "secretary2", "mediator1", "street1"):
        for path in ("/disputes/courts", "/disputes/courts/held", f"/desk/entries/{id}"):
            assert ROOM not in signed_in(town, member).get(path).text, (member, path)
    assert ROOM in page(town, f"/disputes/{id}", "secretary1")
    with town.app_context():
        [row] = rows(EntryRow.__table__.select().where(EntryRow.id == id))
        assert ROOM not in str(row), "it is not in the entry, which goes to phones"
    theirs = led(town, "classified", classified={"kept_from": ["secretary1"]})
    book(town, theirs, point, TUESDAY + timedelta(minutes=30))
    assert signed_in(town, "secretary1").get(f"/disputes/{theirs}").status_code == 404
    text = page(town, "/disputes/courts", "secretary1")
    assert theirs not in text and "别处的纠纷" in text and entry_of(town, theirs).number not in text
    assert theirs in page(town, "/disputes/courts", "mediator1")


def test_a_point_is_changed_and_ended_by_those_of_its_area_and_keeps_its_room(town):
    point, id = set_up(town), recorded(town)
    changed = POINT | {"name": "改名的法庭", "link": "", "ends": "2026-11-24"}
    assert signed_in(town, "secretary2").post(f"/disputes/courts/{point}", data=changed).status_code == 404
    assert signed_in(town, "mediator1").post(f"/disputes/courts/{point}", data=changed).status_code == 404
    assert signed_in(town, "secretary1").post(f"/disputes/courts/{COURT}", data=changed | {"area": "S"}).status_code == 404, "the street's"
    assert signed_in(town, "street1").post(f"/disputes/courts/{point}", data=changed).status_code == 303
    assert ROOM in book(town, id, point), "its last day"
    assert "请另选一个" in book(town, id, point, TUESDAY + timedelta(days=7), words="改下周")


def test_nobody_sits_on_a_holiday(town):
    id = led(town, "planned")
    point = set_up(town, weekday=["3"], opens=["09:00"], closes=["10:00"])
    town.config["CLOCK"] = lambda: datetime(2026, 9, 28, 1, tzinfo=UTC)
    text = page(town, f"/disputes/{id}", "mediator1")
    assert re.findall(rf'value="{point} (\S+)T09:00', text) == ["2026-10-08"], "1 October 2026 is a Thursday"


OTHER = "https://video.example/another-room"


def test_a_sitting_may_have_a_room_of_its_own(town):
    point, id = set_up(town), led(town, "planned")
    assert "要以 https:// 开头" in book(town, id, point, link="http://video.example/x") and booked(town) == []
    text = book(town, id, point, link=OTHER)
    assert f'href="{OTHER}"' in text and ROOM not in text and "这一场单独的会议室" in text
    moved = book(town, id, point, TUESDAY + timedelta(minutes=30), words="换个时间")
    assert f'href="{ROOM}"' in moved and OTHER not in moved, "another sitting: the point's room"
    with town.app_context():
        [row] = rows(EntryRow.__table__.select().where(EntryRow.id == id))
        log = rows(ActionRow.__table__.select().where(ActionRow.entry == id))
        assert OTHER not in str(row) and OTHER not in str(log), "it stands beside the log"


def rooms(town) -> list[str]:
    with town.app_context():
        return [row.link for row in rows(SittingRoom.__table__.select())]


def test_a_room_is_kept_only_with_a_booking_that_was_heard(town):
    point, id = set_up(town), led(town, "planned")
    slot = f"{point} {TUESDAY.isoformat()}"
    stale = entry_of(town, id).last
    book(town, id, point, link=OTHER)
    assert rooms(town) == [OTHER]
    for by, verb, form in (
        ("mediator1", "booked", {"seen": stale, "words": "换一个", "link": ""}),
        ("mediator1", "booked", {"seen": stale, "words": "换一个", "link": ROOM}),
        ("worker1", "booked", {"words": "换一个", "link": ROOM}),
        ("mediator1", "sat", {"result": "agreed", "words": "说好"}),
        ("mediator1", "unbooked", {"words": "自己谈好了"}),
    ):
        post(town, id, verb, by, slot=slot, **form)
        assert rooms(town) == [OTHER], (by, verb, form)
    assert OTHER not in book(town, id, point), "booked again without a room of its own"


def test_the_room_of_a_sitting_is_changed_by_whoever_may_book(town):
    point, id = set_up(town), led(town, "planned")
    path = f"/disputes/{id}/court/room"
    assert signed_in(town, "mediator1").post(path, data={"link": OTHER}).status_code == 404, "nothing is booked"
    book(town, id, point)
    for stranger in ("worker1", "secretary2", "handler1", "volunteer1", "street1"):
        assert signed_in(town, stranger).post(path, data={"link": OTHER}).status_code == 404, stranger
    for link, room in (("javascript:alert(1)", ROOM), (OTHER, OTHER), ("https://a b/", OTHER), ("", ROOM)):
        assert signed_in(town, "mediator1").post(path, data={"link": link}).status_code == 303
        assert f'href="{room}"' in page(town, f"/disputes/{id}", "secretary1"), link
