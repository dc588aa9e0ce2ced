"""A resident with a phone and no account, for the tests of reporting and of the link: what he sends, and what became of it."""

import base64
import io
from html import unescape
from urllib.parse import urlsplit
from uuid import uuid4

import zxingcpp
from PIL import Image
from sqlalchemy import func, select

from tests.town import action, hear, rows
from webapp.store import links, lists, sums
from webapp.store.database import db
from webapp.store.tables import ActionRow, EntryRow

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


def sums_agree(app) -> bool:
    with app.app_context(), db.engine.connect() as connection:
        return list(sums.check(connection)) == []


def read_code(data_uri: str) -> str:
    picture = Image.open(io.BytesIO(base64.b64decode(data_uri.partition(",")[2])))
    return zxingcpp.read_barcodes(picture)[0].text
