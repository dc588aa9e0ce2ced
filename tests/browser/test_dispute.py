"""A dispute from a worker's phone to the printed file, in a real Chromium: the mediator on a small screen, without any script."""

from datetime import datetime, timedelta

import pytest
from docx import Document
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import BEIJING
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

NOTE = "楼上漏水泡了天花板,双方对修理费争了三回。"


@pytest.fixture
def sign_in(chromium, server):
    """sign_in("mediator1") -> a page of 360×740 whose browser runs no script."""

    def make(username: str):
        context = chromium.new_context(
            base_url=server.url, java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(15_000)
        form = {"username": username, "password": PASSWORD, "next": "/settings"}
        assert context.request.post("/login", form=form, max_redirects=0).status == 303
        return context.new_page()

    return make


def step(page, verb: str):
    """The form of one step, opened."""
    form = page.locator(f"#step-{verb}")
    if form.get_attribute("open") is None:
        form.locator("summary").first.click()
    return form


def done(page, form) -> None:
    form.locator("button.primary").click()
    expect(page.locator(".banner.done")).to_be_visible()


def recorded(phone, kind: str = "dispute"):
    """(phone of a worker who has recorded and sent it, the record)."""
    worker = phone().sign_in("worker1")
    worker.record(kind, NOTE)
    worker.send()
    [record] = [one for one in worker.kept("actions") if one["kind"] == kind]
    return worker, record


def assign(page, id: str) -> None:
    page.goto(f"/disputes/{id}")
    form = step(page, "assigned")
    form.get_by_text("郑德厚").click()
    done(page, form)


def classify(page) -> None:
    form = step(page, "classified")
    form.get_by_text("家庭邻里").click()
    form.locator("label", has_text="邻里").last.click()
    form.get_by_text("红:书记挂帅").click()
    for number, name in enumerate(("王志强", "李桂兰")):
        form.locator("[name=party_name]").nth(number).fill(name)
    form.locator("[name=account]").fill("worker2")
    form.locator("[name=find]").click()
    form = page.locator("#step-classified")
    expect(form.locator("[name=party_name]").first).to_have_value("王志强")
    form.locator("[name=kept_from]").check()
    done(page, form)


def mediate_and_agree(page) -> None:
    done(page, step(page, "planned"))
    form = step(page, "mediated")
    form.get_by_text("当面调解").click()
    form.locator("[name=note]").fill("双方看了估价单,楼上愿意承担七成。")
    done(page, form)
    form = step(page, "agreed")
    form.locator("[name=note]").fill("楼上承担修理费的七成。")
    form.locator("[name=duty_words]").first.fill("付修理费 840 元")
    form.locator("[name=duty_until]").first.fill((datetime.now(BEIJING) + timedelta(days=5)).date().isoformat())
    form.get_by_text("司法确认", exact=True).click()
    done(page, form)


def follow_up_and_close(page) -> None:
    form = step(page, "followed_up")
    form.get_by_text("已解决", exact=True).click()
    form.get_by_text("满意", exact=True).click()
    done(page, form)
    done(page, step(page, "closed"))


def test_a_dispute_to_the_printed_file(phone, sign_in, wire, tmp_path):
    _, record = recorded(phone)
    id = record["entry"]
    assert wire("secretary1").act("approved", id, record["id"])["answer"] == "kept"
    secretary, page = sign_in("secretary1"), sign_in("mediator1")
    assign(secretary, id)

    page.goto("/disputes?list=waiting")
    page.locator(f"#entry-{id} .card-title").click()
    done(page, step(page, "signed"))
    classify(page)
    mediate_and_agree(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    done(page, step(page, "fed_back"))

    secretary.reload()
    follow_up_and_close(secretary)

    page.goto(f"/disputes/{id}")
    with page.expect_download() as waiting:
        page.get_by_text("调解卷宗(Word)").click()
    waiting.value.save_as(tmp_path / "file.docx")
    document = Document(tmp_path / "file.docx")
    titles = [line.text for line in document.paragraphs if line.paragraph_format.page_break_before]
    assert titles[0] == "卷 宗 目 录" and titles[-1] == "司法确认申请书" and len(titles) == 10
    words = "\n".join([line.text for line in document.paragraphs] + [cell.text for table in document.tables for row in table.rows for cell in row.cells])
    for said in (NOTE, "王志强", "李桂兰", "楼上愿意承担七成", "付修理费 840 元", "已解决", "红:书记挂帅"):
        assert said in words, said


@pytest.fixture
def painted(tmp_path):
    """painted("teal") -> the path of a photo."""

    def paint(colour: str):
        path = tmp_path / f"{colour}.jpg"
        Image.new("RGB", (800, 600), colour).save(path)
        return path

    return paint


def bring_to_the_mediator(wire, id: str) -> None:
    """What others do with a dispute before the mediator goes there."""
    secretary, mine = wire("secretary1"), wire("mediator1")
    seen = wire("worker1").act("noted", id, body={"note": "在 302"})["id"]
    approved = secretary.act("approved", id, seen)
    assert approved["answer"] == "kept"
    assert secretary.act("assigned", id, approved["id"], {"to": [{"person": "mediator1"}]})["answer"] == "kept"
    assert mine.act("signed", id, body={"task": 1})["answer"] == "kept"
    assert mine.act("classified", id, body={"category": "D0102", "level": "yellow"})["answer"] == "kept"


def promises(wire, id: str) -> None:
    """What the mediator has reached in an earlier talk."""
    mine = wire("mediator1")
    for verb, body in (("planned", {}), ("mediated", {"note": "谈了"}), ("agreed", {"note": "楼上承担", "duties": [{"words": "付修理费"}, {"words": "道歉"}]})):
        assert mine.act(verb, id, body=body)["answer"] == "kept"


def from_today(phone, id: str):
    """The phone's page of an entry, by its row on 今天."""
    phone.go("/").wait_for_selector("body[data-ready=today]")
    phone.page.locator(f"#list a[href='/entry?id={id}']").click()
    phone.page.wait_for_selector("body[data-ready=entry]")
    return phone.page


def take_the_steps(page, painted) -> None:
    """From the plan to the feedback, each by the form that its forerunner opens."""
    expect(page.locator("#steps-of-dispute details:visible")).to_have_count(1)
    said = {"mediated": "双方在楼道里谈了半小时。", "agreed": "楼上承担七成。", "confirmed": "两人约好一起去。", "fed_back": "谈成了,请去看看。"}
    for verb in ("planned", "mediated", "agreed", "confirmed", "fed_back"):
        form = page.locator(f"#steps-of-dispute details[data-verb={verb}]")
        form.locator("summary").click()
        if verb == "mediated":
            form.locator("[name=present]").fill("王志强、李桂兰和物业老赵")
            form.locator("[name=photos]").set_input_files([painted("teal"), painted("navy")])
        if verb == "agreed":
            form.locator("[name=words]").fill("付修理费")
            form.locator("[name=until]").fill("2026-12-31")
            form.get_by_text("司法确认", exact=True).click()
            form.locator("[name=photos]").set_input_files(painted("maroon"))
        if verb == "confirmed":
            form.get_by_text("已申请", exact=True).click()
        if verb in said:
            form.locator("[name=note]").fill(said[verb])
        form.locator("button.primary").click()
        expect(page.locator(f"#steps-of-dispute details[data-verb={verb}] button.primary")).to_be_enabled()
        if verb == "mediated":
            expect(page.locator("#steps-of-dispute details[data-verb=agreed]")).to_be_visible()
        elif verb != "confirmed":
            expect(form).to_be_hidden()


def test_a_mediator_in_a_stairwell_takes_the_steps_without_a_network(phone, sign_in, wire, painted):
    _, record = recorded(phone)
    id = record["entry"]
    bring_to_the_mediator(wire, id)
    other = phone("b").sign_in("mediator1")
    other.context.set_offline(True)
    take_the_steps(from_today(other, id), painted)
    other.context.set_offline(False)
    other.send()

    page = sign_in("mediator1")
    page.goto(f"/disputes/{id}")
    for said in ("已反馈", "双方在楼道里谈了半小时。", "王志强、李桂兰和物业老赵", "付修理费", "楼上承担七成。"):
        expect(page.get_by_text(said).first).to_be_visible()
    expect(page.locator("#file-agreement").get_by_text("已申请")).to_be_visible()
    assert page.locator("#file-rounds figure.photo").count() == 2 and page.locator("#file-agreement figure.photo").count() == 1
    for address in page.locator("#file-rounds figure a, #file-agreement figure a").evaluate_all("links => links.map(link => link.href)"):
        assert page.request.get(address).status == 200


def test_a_promise_is_ticked_off_at_the_door_without_a_network(phone, sign_in, wire, painted):
    _, record = recorded(phone)
    id = record["entry"]
    bring_to_the_mediator(wire, id)
    promises(wire, id)
    other = phone("b").sign_in("mediator1")
    other.context.set_offline(True)
    page = from_today(other, id)
    form = page.locator("#steps-of-dispute details[data-verb=performed]")
    form.locator("summary").click()
    assert form.locator("option").all_inner_texts() == ["第 1 项", "第 2 项"]
    form.locator("[name=duty]").select_option("2")
    form.get_by_text("已履行", exact=True).click()
    form.locator("[name=photos]").set_input_files(painted("olive"))
    form.locator("button.primary").click()
    expect(page.locator("#chips")).to_contain_text("已存手机")
    other.context.set_offline(False)
    other.send()
    [left] = [row["duties"] for row in other.kept("rows") if row["entry"] == id]
    assert left == [[1, None]]

    page = sign_in("mediator1")
    page.goto(f"/disputes/{id}")
    expect(page.locator("#file-agreement p.line", has_text="道歉")).to_contain_text("已履行")
    page.locator(".ticks summary").click()
    expect(page.locator(".ticking")).to_contain_text("开始计时")


@pytest.mark.parametrize(("kind", "shown"), [("dispute", False), ("hazard", True)])
def test_done_is_offered_only_where_it_leads_on(phone, wire, kind, shown):
    """A dispute on its own road waits for a mediator: 办完了 would change nothing."""
    worker, record = recorded(phone, kind)
    assert wire("secretary1").act("approved", record["entry"], record["id"])["answer"] == "kept"
    worker.send()
    page = worker.go(f"/entry?id={record['entry']}")
    page.wait_for_selector("body[data-ready=entry]")
    assert [row["stage"] for row in worker.kept("rows") if row["entry"] == record["entry"]] == ["in_hand"]
    expect(page.locator("#handle")).to_be_visible(visible=shown)
