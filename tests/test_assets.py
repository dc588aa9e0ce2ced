"""What the browser gets of our scripts: shortened, and no more than a slow line carries."""

import gzip

from webapp.routes.assets import STATIC, asset

OURS, ALL = 40_000, 60_000


def test_the_scripts_are_sent_shortened_and_within_their_budget(app):
    client = app.test_client()

    def size(body: bytes) -> int:
        return len(gzip.compress(body, 9))

    ours = size(client.get("/sw.js").data)
    with app.test_request_context():
        for path in sorted((STATIC / "js").glob("*.js")):
            sent = client.get(asset(f"js/{path.name}"))
            assert sent.mimetype == "text/javascript"
            assert len(sent.data) < len(path.read_bytes()), f"{path.name} is sent as it is written: run bin/setup"
            ours += size(sent.data)
    assert ours <= OURS
    assert ours + sum(size(path.read_bytes()) for path in (STATIC / "vendor").glob("*.js")) <= ALL


def test_a_script_that_was_changed_since_the_setup_is_sent_as_it_is(app, tmp_path, monkeypatch):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "new.js").write_text("// 新的\nconsole.log(1)\n", "utf-8")
    monkeypatch.setattr("webapp.routes.assets.STATIC", tmp_path)
    with app.test_request_context():
        client = app.test_client()
        assert client.get(asset("js/new.js")).text == "// 新的\nconsole.log(1)\n"
        assert client.get(asset("js/gone.js")).status_code == 404
