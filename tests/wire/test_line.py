"""POST /sync on a real line: cut, without a length, too long, dead before the answer."""

import json
import socket

import pytest

from tests.server import Server
from tests.town import action
from tests.wire.client import batch, stored
from tests.wire.harness import PASSWORD, new_town, request_bytes, send_raw


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A real server, with worker1 signed in: (port, cookie, application for looking)."""
    folder = tmp_path_factory.mktemp("line")
    town = new_town(folder)
    server = Server(folder)
    try:
        server.start()
        cookie = sign_in(server.port)
        yield server.port, cookie, town
    finally:
        server.kill()


def sign_in(port: int) -> str:
    form = f"username=worker1&password={PASSWORD}".encode()
    status, headers, _ = send_raw(port, request_bytes("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"}))
    assert status == 303
    return headers["Set-Cookie"].split(";")[0]


def sync_bytes(cookie: str, *actions) -> bytes:
    return request_bytes("POST", "/sync", json.dumps(batch(*actions)).encode(), {"Content-Type": "application/json", "Cookie": cookie})


def test_a_body_cut_anywhere_stores_nothing(line):
    port, cookie, town = line
    before = stored(town)
    whole = sync_bytes(cookie, *(action(area="G11") for _ in range(20)))
    head = whole.index(b"\r\n\r\n") + 4
    cuts = range(head, len(whole) - 1, 256)
    assert len(cuts) > 20
    for cut in cuts:
        status, _, body = send_raw(port, whole[:cut])
        assert (status, json.loads(body)["proto"]) == (400, "gridbook/1")
    assert stored(town) == before


def test_a_body_without_a_length_is_refused(line):
    port, cookie, town = line
    head = f"POST /sync HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {cookie}\r\nTransfer-Encoding: chunked\r\n\r\n"
    status, _, body = send_raw(port, head.encode() + b"2\r\n{}\r\n0\r\n\r\n")
    assert (status, json.loads(body)["reason"]) == (400, "truncated")


def test_a_huge_body_is_refused_before_it_is_read(line):
    port, cookie, _ = line
    head = f"POST /sync HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {cookie}\r\nContent-Length: 900000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(head.encode() + b" " * 1000)
        assert b" 413 " in wire.recv(100)


def test_a_line_that_dies_and_a_second_try_make_one_entry(line):
    port, cookie, town = line
    before, data = stored(town), sync_bytes(cookie, action(area="G11"))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(data)  # and nobody waits for the answer
    status, _, body = send_raw(port, data)
    assert (status, json.loads(body)["answers"][0]["answer"] in {"kept", "had"}) == (200, True)
    assert stored(town) == before + 1
