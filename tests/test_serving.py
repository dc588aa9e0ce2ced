"""What the server writes into its log, and what it is installed from."""

import io
import logging
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from gunicorn.config import Config

from webapp import serving, vendor

ROOT = Path(__file__).parent.parent


def logged(path: str, query: str = "") -> str:
    """The access log's line for one request."""
    config = Config()
    config.set("accesslog", "-")
    logger = serving.MaskingLogger(config)
    logger.access_log.handlers[0].setStream(lines := io.StringIO())
    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": f"{path}?{query}", "SERVER_PROTOCOL": "HTTP/1.1", "PATH_INFO": path,
        "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1", "HTTP_REFERER": f"http://localhost{path}",
    }  # fmt: skip
    logger.access(SimpleNamespace(status="200 OK", sent=5), None, environ, timedelta(0))
    return lines.getvalue()


def test_the_log_names_a_page_but_not_the_residents_link():
    assert "GET /s/…/rating 200" in logged("/s/bXkgc2VjcmV0IHRva2Vu/rating")
    assert "bXkgc2VjcmV0" not in logged("/s/bXkgc2VjcmV0IHRva2Vu/rating")
    assert "bXkgc2VjcmV0" not in logged("/activate/bXkgc2VjcmV0IHRva2Vu")


def test_no_page_that_a_link_opens_is_logged_with_what_opens_it(app):
    secrets = [rule for rule in app.url_map.iter_rules() if rule.arguments & {"token"} or rule.endpoint == "account.activate"]
    assert len(secrets) >= 8
    for rule in secrets:
        path = re.sub("<[^>]*>", "bXkgc2VjcmV0", rule.rule)
        assert "bXkgc2VjcmV0" not in logged(path).partition("/photos")[0], rule.rule


def test_the_log_keeps_no_search_and_no_forged_line():
    assert "GET /visits 200" in logged("/visits", "q=%E7%8E%8B")
    assert "%8E" not in logged("/visits", "q=%E7%8E%8B")
    assert logged("/visits\n127.0.0.1 GET /forged").count("\n") == 1


def test_an_error_names_no_link_and_forges_no_line_either():
    record = logging.LogRecord("webapp", logging.ERROR, "", 0, "Exception on %s [%s]", ("/s/bXkgc2VjcmV0/a\nb", "GET"), None)
    serving.Masked().filter(record)
    assert record.getMessage() == "Exception on /s/…/a b [GET]"


def test_everything_is_pinned_and_names_no_registry():
    lock = (ROOT / "package-lock.json").read_text()
    assert "://" not in lock and lock.count('"integrity": "sha512-') == lock.count('"node_modules/')
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
        assert [line for line in lines if not re.fullmatch(r"-r requirements\.txt|[\w.\[\]-]+==[\w.]+", line)] == []


def test_every_served_library_is_there_with_its_licence(tmp_path):
    vendor.copy(vendor=tmp_path / "vendor")
    names = {path.name for path in (tmp_path / "vendor").iterdir()}
    assert names == {"manifest.json"} | set(vendor.SERVED) | {f"{Path(name).stem}.LICENSE.txt" for name in vendor.SERVED}
