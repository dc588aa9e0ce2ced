"""Photos on the wire: kept once, under their own hash, and shown to those who may see their entry."""

import hashlib
import io

import pytest
from PIL import Image

from tests.town import action, signed_in
from tests.wire.client import answers
from webapp.routes.sync import MOST_PHOTO_BYTES


def picture(colour: str = "red") -> tuple[str, bytes]:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return hashlib.sha256(out.getvalue()).hexdigest(), out.getvalue()


def test_a_photo_is_kept_once_and_then_no_longer_missing(worker):
    sha, data = picture()
    raw = action(photos=[sha])
    assert answers(worker, raw)[0]["missing"] == [sha]
    first, again = worker.put(f"/photos/{sha}", data=data), worker.put(f"/photos/{sha}", data=data)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json == {"proto": "gridbook/1", "sha256": sha, "receipt": f"photo:{sha}"}
    assert answers(worker, raw)[0]["missing"] == []


def test_a_photo_may_come_before_the_words(worker):
    sha, data = picture()
    assert worker.put(f"/photos/{sha}", data=data).status_code == 201
    assert worker.get(f"/photos/{sha}").status_code == 404
    assert answers(worker, action(photos=[sha]))[0]["missing"] == []
    assert worker.get(f"/photos/{sha}").status_code == 200


@pytest.mark.parametrize("sha", ["b" * 64, "B" * 64, "short", "..%2F..%2Fsecret.key"])
def test_a_photo_under_another_hash_is_422(worker, sha):
    reply = worker.put(f"/photos/{sha}", data=picture()[1])
    assert reply.status_code in {404, 422} if "%" in sha else reply.status_code == 422
    if reply.status_code == 422:
        assert (reply.json["proto"], reply.json["reason"]) == ("gridbook/1", "wrong_hash")


def test_one_flipped_bit_is_noticed(worker):
    sha, data = picture()
    for place in (0, len(data) // 2, len(data) - 1):
        broken = bytearray(data)
        broken[place] ^= 1
        assert worker.put(f"/photos/{sha}", data=bytes(broken)).status_code == 422


@pytest.mark.parametrize("data", [b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\xff\xd8\xff", b"hello"])
def test_what_is_not_a_picture_is_415(worker, data):
    reply = worker.put(f"/photos/{hashlib.sha256(data).hexdigest()}", data=data)
    assert (reply.status_code, reply.json["reason"], reply.json["proto"]) == (415, "not_a_picture", "gridbook/1")


def test_a_photo_that_is_too_large_is_413(worker):
    data = b"x" * (MOST_PHOTO_BYTES + 1)
    reply = worker.put(f"/photos/{hashlib.sha256(data).hexdigest()}", data=data)
    assert (reply.status_code, reply.json["reason"]) == (413, "too_large")


def test_a_photo_that_the_disk_will_not_take_is_to_be_sent_again(worker, town):
    folder = town.config["SETTINGS"].photos
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")
    sha, data = picture()
    reply = worker.put(f"/photos/{sha}", data=data)
    assert (reply.status_code, reply.json["proto"], reply.json["reason"]) == (503, "gridbook/1", "not_now")


def test_a_photo_is_served_in_a_form_that_is_never_a_page(worker):
    sha, data = picture()
    answers(worker, action(photos=[sha]))
    worker.put(f"/photos/{sha}", data=data)
    for path in (f"/photos/{sha}", f"/photos/{sha}/thumb"):
        reply = worker.get(path)
        assert (reply.status_code, reply.mimetype) == (200, "image/jpeg")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in reply.headers["Content-Security-Policy"]
        assert "public" not in reply.headers["Cache-Control"]


SEES_A_PHOTO_OF_A_HAZARD_IN_G11 = {"worker1", "secretary1", "street1"}


@pytest.mark.parametrize("name", ["worker1", "worker2", "worker3", "secretary1", "secretary2", "handler1", "mediator1", "volunteer1", "street1", "admin1"])
def test_a_photo_is_for_those_who_may_see_an_entry_that_shows_it(town, worker, name):
    sha, data = picture()
    answers(worker, action(kind="hazard", photos=[sha]))
    worker.put(f"/photos/{sha}", data=data)
    client = signed_in(town, name)
    for path in (f"/photos/{sha}", f"/photos/{sha}/thumb"):
        reply, nothing = client.get(path), client.get(path.replace(sha, "0" * 64))
        assert reply.status_code == (200 if name in SEES_A_PHOTO_OF_A_HAZARD_IN_G11 else 404)
        assert nothing.status_code == 404
        if reply.status_code == 404:
            assert reply.data == nothing.data


def test_sending_somebody_elses_photo_again_does_not_show_it(town, worker):
    """Knowing the hash and even the bytes opens nothing of the other's entry."""
    sha, data = picture()
    answers(worker, action(kind="hazard", photos=[sha]))
    worker.put(f"/photos/{sha}", data=data)
    other = signed_in(town, "worker3")
    assert other.put(f"/photos/{sha}", data=data).status_code == 200
    assert other.get(f"/photos/{sha}").status_code == 404


def test_a_photo_in_two_entries_is_seen_through_either(town, worker):
    sha, data = picture()
    answers(worker, action(photos=[sha]))
    worker.put(f"/photos/{sha}", data=data)
    other = signed_in(town, "worker3")
    answers(other, action(by="worker3", area="G21", photos=[sha]))
    assert other.get(f"/photos/{sha}").status_code == worker.get(f"/photos/{sha}").status_code == 200
