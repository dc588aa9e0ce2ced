"""Real cases of another city: imported by the mapping, then counted once by us and once in plain Python."""

import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import make_app
from tests.town import signed_in
from webapp import create_app
from webapp.cli import upgrade
from webapp.intake import cases
from webapp.intake.rows import Row, Sheet, Unreadable
from webapp.settings import Settings
from webapp.store import lists, people, sums, town
from webapp.store.database import db, writing
from webapp.store.rows import read_log
from webapp.store.tables import ActionRow, EntryRow

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests/data/la311-2020-01.csv.gz"
MAPPING = ROOT / "docs/la311.toml"
LA = ZoneInfo("America/Los_Angeles")
MEASURES = ("received", "closed", "withdrawn", "with_deadline", "closed_on_time")
PERIOD = ("--from", "2020-01-01", "--to", "2020-01-31")


@pytest.fixture(scope="module")
def text():
    return gzip.decompress(FILE.read_bytes()).decode()


@pytest.fixture(scope="module")
def la(tmp_path_factory, text):
    """(application, output of the import) with all rows in it."""
    folder = tmp_path_factory.mktemp("la")
    own = Settings(data=folder, timezone=LA, secret_key=b"test" * 8)
    app = create_app(own, TESTING=True, CLOCK=lambda: datetime(2026, 11, 23, 4, tzinfo=UTC))
    (folder / "la.csv").write_text(text, encoding="utf-8", newline="")
    with app.app_context():
        upgrade()
        result = app.test_cli_runner().invoke(args=["import-cases", str(folder / "la.csv"), "--mapping", str(MAPPING)])
    assert result.exit_code == 0, result.output
    return app, result.output


@pytest.fixture(scope="module")
def independent(text):
    """What the file says, by nothing but this function: {"" | "root" | ("type", …) | ("apc", …) | ("nc", apc, …): Counter}."""
    found = defaultdict(Counter)
    for row in csv.DictReader(io.StringIO(text)):
        counts = Counter()
        if row["status"] == "Cancelled":
            counts["withdrawn"] = 1
        else:
            counts["received"] = 1
            counts["closed"] = int(row["closeddate"] != "")
            counts["with_deadline"] = int(row["servicedate"] != "")
            if row["closeddate"] and row["servicedate"]:
                closed = datetime.strptime(row["closeddate"], "%m/%d/%y %H:%M")
                service = datetime.strptime(row["servicedate"], "%m/%d/%y %H:%M")
                counts["closed_on_time"] = int(closed < service.replace(hour=0, minute=0) + timedelta(days=1))
        keys = ["", ("type", row["requesttype"])]
        keys += [("apc", row["apc"]), ("nc", row["apc"], row["ncname"])] if row["apc"] and row["ncname"] else ["root"]
        for key in keys:
            found[key].update(counts)
    return found


def figures(app, *options) -> list | dict:
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["figures", "LA", *PERIOD, *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def measures(counts) -> dict:
    return {name: counts[name] for name in MEASURES}


def test_every_row_came_in(la):
    assert "新增 10000,变更 0,不变 0,有误 0" in la[1]


def test_the_total_agrees_with_plain_python(la, independent):
    assert measures(figures(la[0])) == measures(independent[""])
    assert measures(independent[""]) == {"received": 9756, "closed": 9707, "withdrawn": 244, "with_deadline": 9231, "closed_on_time": 6745}


def test_every_type_agrees_with_plain_python(la, independent):
    ours = {line["name"]: measures(line) for line in figures(la[0], "--by", "category")}
    assert ours == {key[1]: measures(counts) for key, counts in independent.items() if key and key[0] == "type"}
    assert len(ours) == 11


def test_every_planning_area_and_neighbourhood_agrees_with_plain_python(la, independent):
    app = la[0]
    with app.app_context():
        areas = town.areas()
    ours = {}
    for line in figures(app, "--by", "area", "--depth", "2"):
        above = areas[line["area"]]["parent_code"]
        key = {None: "root", "LA": ("apc", line["name"])}.get(above) or ("nc", areas[above]["name"], line["name"])
        ours[key] = measures(line)
    theirs = {key: measures(counts) for key, counts in independent.items() if key == "root" or key and key[0] in {"apc", "nc"}}
    assert ours == theirs
    assert len([key for key in theirs if key[0] == "apc"]) == 7 and len(theirs) == 130


@pytest.fixture(scope="module")
def street(la):
    """Somebody of the street, whose post is the whole city."""
    with la[0].app_context(), writing() as connection:
        people.add(connection, "street", "Los Angeles")
        people.add_post(connection, "street", role="street", area="LA", starts=date(2020, 1, 1), ends=None)
    return signed_in(la[0], "street")


JANUARY = "from=2020-01-01&to=2020-01-31"
HEADS = {"received": "收件", "closed": "办结", "withdrawn": "撤回", "with_deadline": "有时限", "closed_on_time": "按期办结"}


def table(street, area: str) -> dict[str, dict]:
    """{label: measures} of the table that the page gives away."""
    answer = street.get(f"/figures.csv?area={area}&{JANUARY}")
    assert answer.status_code == 200
    head, *lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    while "收件" not in head:
        head, *lines = lines
    numbers = {name: head.index(label) for name, label in HEADS.items()}
    place = head.index("辖区")
    return {line[place]: {name: int(line[at]) for name, at in numbers.items()} for line in lines[: lines.index([])]}


def test_the_table_to_take_away_agrees_with_plain_python(la, street, independent):
    with la[0].app_context():
        planning = {area["name"]: code for code, area in town.areas().items() if area["parent_code"] == "LA"}
    ours = table(street, "LA")
    assert ours.pop("Los Angeles 合计") == measures(independent[""])
    assert ours.pop("本级直接登记") == measures(independent["root"])
    assert ours == {apc: measures(independent["apc", apc]) for apc in planning} and len(ours) == 7
    below = {}
    for apc, code in planning.items():
        lines = table(street, code)
        assert lines.pop(f"{apc} 合计") == measures(independent["apc", apc])
        below |= {("nc", apc, name): counts for name, counts in lines.items()}
    assert below == {key: measures(counts) for key, counts in independent.items() if key and key[0] == "nc"} and len(below) == 122


SHOWN = ("received", "closed", "closed_on_time", "with_deadline")


def on_page(html: str, section: str) -> dict[str, tuple]:
    """{label: what SHOWN names} of a table on the page: two counts, and numerator and denominator of 按期办结率."""
    html = re.search(f'<section class="section" id="{section}">.*?</section>', html, re.S).group()
    heads = [words(head) for head in re.findall(r"<th[ >].*?</th>", html[: html.index("</thead>")], re.S)]
    found = {}
    for label, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html, re.S):
        cells = [words(cell) for cell in re.findall(r"<td.*?</td>", cells, re.S)]
        on_time = re.search(r"(\d+)/(\d+)$", cells[heads.index("按期办结率") - 1])
        counts = [cells[heads.index(name) - 1] for name in ("收件", "办结")]
        found[words(label)] = tuple(int(number) for number in (*counts, *(on_time.groups() if on_time else (0, 0))))
    return found


def words(html: str) -> str:
    return unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", "", html, flags=re.S)).strip()


def shown(counts) -> tuple:
    return tuple(counts[name] for name in SHOWN)


def test_the_page_agrees_with_plain_python(la, street, independent):
    html = street.get(f"/figures?area=LA&{JANUARY}&all=1").text
    first = re.search(r'<div class="tiles.*?tile-fraction', html, re.S).group()
    assert "收件" in words(first) and "9756" in words(first) and "撤回 244" in words(html)
    areas = on_page(html, "areas")
    assert areas.pop("合计") == shown(independent[""]) and areas.pop("本级直接登记") == shown(independent["root"])
    assert areas == {key[1]: shown(counts) for key, counts in independent.items() if key and key[0] == "apc"}
    types = {key[1]: shown(counts) for key, counts in independent.items() if key and key[0] == "type" and counts["received"]}
    assert on_page(html, "categories") == types and len(types) == 11
    one = on_page(street.get(f"/figures?area=LA-CENTRAL-APC&{JANUARY}").text, "areas")
    assert one.pop("合计") == shown(independent["apc", "Central APC"])
    assert one == {key[2]: shown(counts) for key, counts in independent.items() if key and key[:2] == ("nc", "Central APC")}


def test_the_same_name_under_two_planning_areas_is_two_areas(la):
    with la[0].app_context():
        codes = [code for code, area in town.areas().items() if area["name"] == "ECHO PARK NC"]
    assert sorted(codes) == ["LA-CENTRAL-APC-ECHO-PARK-NC", "LA-EAST-LOS-ANGELES-APC-ECHO-PARK-NC"]


def test_a_row_without_a_neighbourhood_belongs_to_the_root(la, text):
    blank = sum(not (row["apc"] and row["ncname"]) for row in csv.DictReader(io.StringIO(text)))
    with la[0].app_context():
        assert db.session.query(EntryRow).filter_by(area="LA").count() == blank == 38


def test_the_log_proves_it(la):
    with la[0].app_context():
        assert list(sums.check(db.session.connection())) == []


def test_a_second_import_changes_nothing(la):
    app = la[0]
    with app.app_context():
        before = db.session.query(ActionRow).count(), town.areas(), town.categories()
        file = str(app.config["SETTINGS"].data / "la.csv")
        result = app.test_cli_runner().invoke(args=["import-cases", file, "--mapping", str(MAPPING), "--apply"])
        assert "新增 0,变更 0,不变 10000,有误 0" in result.output
        assert (db.session.query(ActionRow).count(), town.areas(), town.categories()) == before


def test_who_is_in_charge_is_to_be_seen_and_nobody_else(la):
    """The owner's office stands in the entry; addresses, positions and everything else that leads to a door stay out."""
    with la[0].app_context():
        entry = db.session.query(EntryRow).filter_by(category="la311:bulky-items", stage="closed").first()
        log = [action.body for _, action in read_log(db.session.connection(), entry.id)]
    assert entry.note == "Bulky Items · Bureau of Sanitation" and entry.outcome == "Closed · Bureau of Sanitation"
    assert (entry.place, entry.lat, entry.household) == ("", None, None)
    assert "VANOWEN" not in str(log) and "91406" not in str(log)


def test_the_days_of_the_file_are_los_angeles_days(la):
    with la[0].app_context():
        days = {row.day.isoformat() for row in db.session.query(EntryRow)}
        due = db.session.get(EntryRow, cases.read_mapping(MAPPING, UTC).id("1-1523590121")).due_at
    assert days == {"2020-01-01", "2020-01-02", "2020-01-03"}
    assert due.astimezone(LA).isoformat() == "2020-01-02T23:59:59.999999-08:00"


# --- the mapping, on a few rows

HEAD = "no,type,in,out,due,state,who,quarter"
TOML = """
name = "town"
kind = "request"
zone = "Asia/Shanghai"
time = "%Y-%m-%d %H:%M"
ignored = []
[columns]
number = "no"
category = "type"
received = "in"
closed = "out"
due = "due"
status = "state"
owner = "who"
[status]
withdrawn = ["撤销"]
[words]
note = "{type},承办:{owner}"
[owners]
WY = "物业"
[areas]
root = { code = "T", name = "某镇", level = "town" }
levels = [{ column = "quarter", level = "quarter", code = "{parent}-{name}" }]
"""


@pytest.fixture
def mapping(tmp_path):
    (tmp_path / "m.toml").write_text(TOML, encoding="utf-8")
    return cases.read_mapping(tmp_path / "m.toml", UTC)


def compare(mapping, *lines):
    columns = HEAD.split(",")
    rows = [Row(number, dict(zip(columns, line.split(","), strict=True))) for number, line in enumerate(lines, 2)]
    return cases.compare(Sheet(columns, rows), mapping, {}, {})


def test_a_row_becomes_the_actions_that_it_tells_of(mapping):
    report = compare(
        mapping,
        "1,路灯,2026-01-05 09:00,2026-01-06 10:00,2026-01-07 00:00,办结,WY,东区",
        "2,路灯,2026-01-05 09:00,,,在办,WY,东区",
        "3,噪音,2026-01-05 09:00,2026-01-06 10:00,,撤销,WY,",
    )
    verbs = [[(action.verb, action.by) for action in case.actions] for case in report.cases]
    assert verbs == [
        [("recorded", "import"), ("approved", "import:WY"), ("closed", "import:WY")],
        [("recorded", "import")],
        [("recorded", "import"), ("withdrawn", "import")],
    ]
    first = report.cases[0].actions[0]
    assert first.body["note"] == "路灯,承办:物业" and first.body["area"] == "T-东区" and first.body["category"] == "town:路灯"
    assert first.facts == {"due": "2026-01-07T23:59:59.999999+08:00"}
    assert report.cases[2].actions[0].body["area"] == "T"
    assert {area["code"] for area in report.areas} == {"T", "T-东区"}


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",路灯,2026-01-05 09:00,,,在办,WY,东区", "no", "不能为空"),
        ("2,,2026-01-05 09:00,,,在办,WY,东区", "type", "不能为空"),
        ("2,路灯,,,,在办,WY,东区", "in", "不能为空"),
        ("2,路灯,昨天,,,在办,WY,东区", "in", "“昨天”不是"),
        ("2,路灯,2026-01-05 09:00,31/12/26,,在办,WY,东区", "out", "不是"),
        ("1,路灯,2026-01-05 09:00,,,在办,WY,东区", "no", "与第 2 行重复"),
        ("2,路灯,2026-01-05 09:00,,,在办,WY,东 区", "quarter", ""),
    ],
)
def test_a_bad_row_of_a_file_is_named(mapping, line, column, reason):
    good = "1,路灯,2026-01-05 09:00,,,在办,WY,东-区"
    report = compare(mapping, good, line)
    assert [(bad.row, bad.column) for bad in report.bad] == [(3, column)] and reason in report.bad[0].reason
    assert len(report.cases) == 1


def test_progress_comes_in_and_another_content_does_not(mapping):
    opened = compare(mapping, "1,路灯,2026-01-05 09:00,,,在办,WY,东区").cases[0].actions
    known = {action.id: action.hash for action in opened}
    closed = compare(mapping, "1,路灯,2026-01-05 09:00,2026-01-06 10:00,,办结,WY,东区")
    assert len(list(cases.sift(closed, known))) == 1 and (closed.new, closed.changed) == (0, 1)
    for changed in ("1,噪音,2026-01-05 09:00,,,在办,WY,东区", "1,路灯,2026-01-05 09:00,,2026-01-09 00:00,在办,WY,东区"):
        report = compare(mapping, changed)
        assert list(cases.sift(report, known)) == [] and "内容与上次不同" in report.bad[0].reason


def test_a_column_that_the_mapping_does_not_know_is_named_and_left_out(mapping):
    row = dict(zip(HEAD.split(","), "1,路灯,2026-01-05 09:00,,,在办,WY,东区".split(","), strict=True)) | {"phone": "138"}
    report = cases.compare(Sheet([*HEAD.split(","), "phone"], [Row(2, row)]), mapping, {}, {})
    assert report.notes[0] == "映射没有提到的列,不读入:phone" and "138" not in str(report.cases)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('kind = "request"', 'kind = "wish"'), "没有 wish"),
        (('number = "no"', ""), "缺少:number"),
        (('zone = "Asia/Shanghai"', 'zone = "Asia/Nowhere"'), "有错"),
        (('name = "town"\n', ""), "缺少 'name'"),
        (('owner = "who"', 'boss = "who"'), "不认识:boss"),
        (("[areas]", "[areas"), "有错"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(tmp_path, change, reason):
    (tmp_path / "m.toml").write_text(TOML.replace(*change), encoding="utf-8")
    with pytest.raises(Unreadable, match=reason):
        cases.read_mapping(tmp_path / "m.toml", UTC)


def test_a_dry_run_of_cases_writes_nothing(tmp_path):
    app = make_app(tmp_path)
    (tmp_path / "m.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "f.csv").write_text(f"{HEAD}\n1,路灯,2026-01-05 09:00,,,在办,WY,东区\n", encoding="utf-8")
    with app.app_context():
        upgrade()
        run = app.test_cli_runner().invoke
        command = ["import-cases", str(tmp_path / "f.csv"), "--mapping", str(tmp_path / "m.toml")]
        assert "新增 1" in run(args=[*command, "--dry-run"]).output and not town.has_areas()
        assert run(args=command).exit_code == 0 and lists.area_by_code("T-东区")


def test_everything_goes_through_the_door(mapping, monkeypatch):
    heard = []
    monkeypatch.setattr(cases, "read", lambda raw, read=cases.read: heard.append(raw["verb"]) or read(raw))
    compare(mapping, "1,路灯,2026-01-05 09:00,2026-01-06 10:00,,办结,WY,东区")
    assert heard == ["recorded", "approved", "closed"]
