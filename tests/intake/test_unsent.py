"""A phone's export is heard like the phone itself: its author's rights, his photos, and no harm in doing it twice."""

import base64
import hashlib
import io
import json

import pytest
from PIL import Image

from tests.town import action


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def told(town, tmp_path):
    """told(content) -> (exit code, output) of import-unsent."""

    def of(content, proto="gridbook/1"):
        file = tmp_path / "export.json"
        file.write_text(json.dumps(content if isinstance(content, list) else {"proto": proto} | content), "utf-8")
        with town.app_context():
            result = town.test_cli_runner().invoke(args=["import-unsent", str(file)])
        return result.exit_code, result.output

    return of


def export(*actions, photos=(), by="worker1") -> dict:
    pictures = [{"sha256": hashlib.sha256(data).hexdigest(), "type": "image/jpeg", "base64": base64.b64encode(data).decode()} for data in photos]
    return {"by": by, "device": "6f1c0b1e-6d0f-4a53-9d9e-0d4f6f0a1b2c", "actions": list(actions), "photos": pictures}


def test_what_was_never_sent_is_in_the_book_with_its_photo_and_once_only(town, told):
    data = jpeg()
    sent = export(action(kind="hazard", photos=[hashlib.sha256(data).hexdigest()]), photos=[data])
    code, output = told(sent)
    assert code == 0 and "已收到" in output and "缺照片" not in output
    assert "以前收到过" in told(sent)[1]
    with town.app_context():
        assert "一致" in town.test_cli_runner().invoke(args=["check"]).output


def test_a_photo_whose_file_is_gone_is_a_difference(town, told):
    data = jpeg()
    told(export(action(kind="hazard", photos=[hashlib.sha256(data).hexdigest()]), photos=[data]))
    [photo] = [file for file in town.config["SETTINGS"].photos.rglob("*.jpg") if ".thumb" not in file.name]
    (photo.parent / "left over").write_bytes(b"")
    photo.unlink()
    with town.app_context():
        result = town.test_cli_runner().invoke(args=["check"])
    assert result.exit_code == 1 and "its row is there, its file is not" in result.output and "left over" in result.output


def test_a_photo_that_is_not_in_the_file_is_named(told):
    assert "缺照片 " + "a" * 12 in told(export(action(kind="hazard", photos=["a" * 64])))[1]


def test_a_file_gives_nobody_more_than_his_phone_would(told):
    for raw in (action(area="G21"), action(by="worker3", area="G21")):
        code, output = told(export(raw))
        assert code == 1 and "没有收下" in output


def test_a_spoilt_photo_is_said_and_the_rest_is_taken(told):
    data = jpeg()
    spoilt = export(action(photos=[hashlib.sha256(data).hexdigest()]), photos=[data])
    spoilt["photos"][0]["base64"] = base64.b64encode(data[:-20]).decode()
    code, output = told(spoilt)
    assert code == 1 and "已收到" in output and "照片没有收下" in output


@pytest.mark.parametrize("content", [[], {"by": "worker1"}, export() | {"by": 3}, export() | {"photos": [1]}])
def test_what_is_no_export_is_not_read(told, content):
    assert told(content)[0] == 1 and "不是手机导出的文件" in told(content)[1]
