# SPDX-License-Identifier: Apache-2.0
"""The console's files over HTTP: unsigned, GET and HEAD only, under their headers; the API beside them is as it was."""
import http.client
import re

import pytest

from gateway import Gateway
from wire import Client, exchange


@pytest.fixture(name="served", scope="module")
def _served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("console")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text('<meta content="__VPNGW_NONCE__">', encoding="utf-8")
    (folder / "assets" / "a-1.js").write_bytes(b"x" * 300_000)
    (folder / "assets" / "a-1.js.gz").write_bytes(b"\x1f\x8b not really")
    with Gateway(extra=f"[paths]\nconsole_dir = {folder}\n") as gateway:
        yield gateway
        assert gateway.stop() == 0 and "Sanitizer" not in gateway.log_text()


def ask(gateway, method, path, headers=""):
    request = f"{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{headers}\r\n".encode()
    [(status, seen, body)], _ = exchange(gateway.port, request)
    return status, seen, body


def test_page_and_policy(served):
    status, headers, body = ask(served, "GET", "/console/")
    nonce = re.search(r"'nonce-([^']+)'", headers["Content-Security-Policy"])[1]
    assert (status, body.decode()) == (200, f'<meta content="{nonce}">')
    assert "script-src 'self';" in headers["Content-Security-Policy"] and "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-cache"


def test_a_large_file_comes_whole_or_compressed(served):
    _, headers, body = ask(served, "GET", "/console/assets/a-1.js")
    assert body == b"x" * 300_000 and headers["Cache-Control"] == "public, max-age=31536000, immutable"
    _, headers, body = ask(served, "GET", "/console/assets/a-1.js", "Accept-Encoding: gzip, br\r\n")
    assert (headers["Content-Encoding"], body) == ("gzip", b"\x1f\x8b not really")


def test_head_tells_the_size_alone(served):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("HEAD", "/console/assets/a-1.js")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Length"], answer.read()) == (200, "300000", b"")
    connection.close()


@pytest.mark.parametrize("path", ["/console/../../etc/passwd", "/console/%2e%2e/state/first-access-key", "/console/assets/"])
def test_nothing_else_can_be_reached(served, path):
    assert ask(served, "GET", path)[0] == 404


def test_other_methods_are_the_apis(served):
    assert ask(served, "PUT", "/console/")[0] == 400
    status, headers, _ = ask(served, "POST", "/console/", "Content-Length: 0\r\n")
    assert status == 404 and headers["Content-Type"] == "application/json;charset=utf-8"


def test_the_api_works_without_a_console(gateway):
    assert ask(gateway, "GET", "/console/")[0] == 404
    assert Client(gateway).call("ListResourceGroups", version="2026-11-01")["ResourceGroups"]["ResourceGroup"] == [
        {"ResourceGroupId": "rg-default", "IsDefault": True}, {"ResourceGroupId": "rg-other", "IsDefault": False}]
