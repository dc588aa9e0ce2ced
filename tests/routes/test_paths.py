"""现场 or 协调: of 138 cases 24 were done on the spot and 114 with a unit, and the page says so, with the way to each of them."""

import re
from html import unescape

from tests.town import action, hear, signed_in
from webapp.store import sums
from webapp.store.database import db


def test_the_share_of_what_needed_others_stands_there_with_its_counts_and_leads_to_them(town):
    recorded = [action(kind="request", area="G11", on_the_spot=n < 24, note=f"第{n}件") for n in range(138)]
    approved = [action("approved", raw["entry"], "secretary1", seen=raw["id"]) for raw in recorded]
    given = [action("assigned", raw["entry"], "secretary1", seen=raw["id"]) for raw in approved[24:]]
    closed = [action("closed", raw["entry"], "secretary1", seen=raw["id"], note="办好了") for raw in given]
    with town.app_context():
        for letter in (recorded, approved, given, closed):
            assert {answer.answer for answer in hear(town, *letter)} == {"kept"}
        assert list(sums.check(db.session.connection())) == []
    client = signed_in(town, "secretary1")
    page = unescape(client.get("/figures?area=G11").text)
    quality = page.split('id="quality"')[1]
    for label, said in (("现场", "17.4%"), ("协调", "82.6%")):
        [line] = [line for line in quality.split("<li") if f"<bdi>{label}</bdi>" in line]
        assert said in line and f"{114 if label == '协调' else 24}/138" in line
    [both] = re.findall(r'<p id="joint">(.*?)</p>', page, re.S)
    assert re.sub(r"<[^>]+>", "", both) == "现场 24 + 协调 114:协调占 82.6% 114/138"
    below = re.findall(r'分母:(.*?)</p>', quality, re.S)[1]
    links = re.findall(r'href="([^"]+)">(\d+)<', both + below)
    assert [count for _link, count in links] == ["24", "114", "138"]
    for link, count in links:
        assert f'<span class="quietly">{count}</span>' in client.get(link).text, link
