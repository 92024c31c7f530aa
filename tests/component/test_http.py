# SPDX-License-Identifier: Apache-2.0
"""HTTP itself: what is no request, what is too large, how connections are kept. Every answer is a JSON
object with Code, Message and RequestId; nothing of it reaches an action."""
import json
import re
import socket

import pytest

from wire import FORM, Client, canonical, exchange, sign_v1

REQUEST_ID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")
HOST = b"Host: h\r\n"

REFUSED = {
    "other path": (b"GET /x HTTP/1.1\r\n" + HOST + b"\r\n", 404, "InvalidAction.NotFound"),
    "two slashes": (b"GET // HTTP/1.1\r\n" + HOST + b"\r\n", 404, "InvalidAction.NotFound"),
    "put": (b"PUT / HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n", 400, "UnsupportedHTTPMethod"),
    "delete": (b"DELETE / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "UnsupportedHTTPMethod"),
    "options": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 400, "UnsupportedHTTPMethod"),
    "no method of HTTP": (b"FETCH / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "UnsupportedHTTPMethod"),
    "no request": (b"hello there\r\n\r\n", 400, "InvalidParameter"),
    "bytes": (bytes(range(1, 256)) + b"\r\n\r\n", 400, "InvalidParameter"),
    "no colon": (b"GET / HTTP/1.1\r\nHost h\r\n\r\n", 400, "InvalidParameter"),
    "long line": (b"GET /?" + b"a" * 90000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 400, "InvalidParameter"),
    "long headers": (b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 90000 + b"\r\n\r\n", 400, "InvalidParameter"),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(200)) + b"\r\n", 400,
                     "InvalidParameter"),
    "large body": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 65537\r\n\r\n" + b"a" * 65537, 413,
                   "InvalidParameter.BodyTooLarge"),
    "large chunk": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n10001\r\n" + b"a" * 65537
                    + b"\r\n0\r\n\r\n", 413, "InvalidParameter.BodyTooLarge"),
    "many chunks": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
                    + (b"8000\r\n" + b"a" * 0x8000 + b"\r\n") * 3 + b"0\r\n\r\n", 413,
                    "InvalidParameter.BodyTooLarge"),
    "broken chunk": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 413,
                     "InvalidParameter.BodyTooLarge"),
    "negative length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400, "InvalidParameter"),
    "two lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400,
                    "InvalidParameter"),
    "length and chunks": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                          b"0\r\n\r\n", 400, "InvalidParameter"),
    "get with a body": (b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 17\r\n\r\n" + b"GET /x HTTP/1.1\r\n", 400,
                        "MissingAction"),
    "json body": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                  400, "InvalidParameter"),
    "broken escape": (b"GET /?Action=%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400, "InvalidParameter"),
    "parameter twice": (b"GET /?Action=a&Action=b HTTP/1.1\r\n" + HOST + b"\r\n", 400, "InvalidParameter"),
    "nul": (b"GET /?Action=%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "InvalidParameter"),
    "many parameters": (b"GET /?" + b"&".join(b"p%d=" % i for i in range(1001)) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
                        400, "InvalidParameter"),
    "nothing asked": (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "MissingAction"),
    "no version": (b"GET /?Action=DescribeRegions HTTP/1.1\r\n" + HOST + b"\r\n", 400, "MissingVersion"),
    "unsigned": (b"GET /?Action=DescribeRegions&Version=2016-04-28 HTTP/1.1\r\n" + HOST + b"\r\n", 400,
                 "IncompleteSignature"),
    "bad expectation": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nExpect: more\r\n\r\na", 400,
                        "InvalidParameter"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(gateway, name):
    sent, status, code = REFUSED[name]
    [(seen_status, headers, body)], _ = exchange(gateway.port, sent)
    assert headers["Content-Type"] == "application/json;charset=utf-8"
    answer = json.loads(body)
    assert (seen_status, answer["Code"]) == (status, code), answer
    assert answer["Message"] and isinstance(answer["HostId"], str) and isinstance(answer["Recommend"], str)
    assert REQUEST_ID.fullmatch(answer["RequestId"])


def test_every_prefix_of_a_request_leaves_the_server_serving(gateway):
    client = Client(gateway, "v1")
    every = client.parameters("DescribeRegions", {}, "2016-04-28")
    every["Signature"] = sign_v1(client.secret, "POST", every)
    body = canonical(every).encode()
    whole = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        FORM.encode(), len(body), body)
    for size in range(0, len(whole), 7):
        with socket.create_connection(("127.0.0.1", gateway.port)) as cut:
            cut.sendall(whole[:size])
    [(status, _, _)], _ = exchange(gateway.port, whole)
    assert status == 200


def test_chunks_of_any_size(gateway):
    client = Client(gateway, "v1")
    for size in (1, 7, 1000):
        every = client.parameters("DescribeRegions", {"Filler": "x" * 300}, "2016-04-28")
        every["Signature"] = sign_v1(client.secret, "POST", every)
        body = canonical(every).encode()
        chunks = [body[i:i + size] for i in range(0, len(body), size)]
        sent = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
        [(status, _, answer)], _ = exchange(
            gateway.port, b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Type: "
            + FORM.encode() + b"\r\n\r\n" + sent + b"0\r\n\r\n")
        assert status == 200, answer


def largest_body(client):
    """As large as a signed form may be; how long a signature gets by escapes is only known once it is made."""
    parameters = client.parameters("DescribeRegions", {"Filler": ""}, "2016-04-28")
    size = 65536 - len(canonical(parameters)) - len("&Signature=") - 28
    body = b"x" * 65537
    while len(body) > 65536:
        every = parameters | {"Filler": "x" * size}
        every["Signature"] = sign_v1(client.secret, "POST", every)
        body, size = canonical(every).encode(), size - 1
    return body


def test_largest_body(gateway):
    client = Client(gateway, "v1")
    body = largest_body(client)
    assert 65500 < len(body) <= 65536
    assert client.send("POST", "/", body, {"Content-Type": FORM}).status == 200


def test_keep_alive(gateway, client):
    client.call("DescribeRegions")
    first = client.connection.sock.getsockname()
    for _ in range(20):
        client.call("DescribeRegions")
        assert client.raw("Nothing").status == 404
    assert client.connection.sock.getsockname() == first


def test_pipelined(gateway):
    one = b"GET /x HTTP/1.1\r\n" + HOST + b"\r\n"
    answers, is_closed = exchange(gateway.port, one * 5, answers=5)
    assert [status for status, _, _ in answers] == [404] * 5
    assert not is_closed


def test_http_1_0_and_close(gateway):
    answers, is_closed = exchange(gateway.port, b"GET /x HTTP/1.0\r\n\r\n", answers=2)
    assert is_closed and answers[0][0] == 404
    answers, is_closed = exchange(gateway.port, b"GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", answers=2)
    assert is_closed and len(answers) == 1


def test_header_names_in_any_case(gateway):
    client = Client(gateway, "acs3")
    send = client.send
    client.send = lambda method, target, body, headers: send(
        method, target, body, {name.upper(): value for name, value in headers.items()})
    assert client.raw("DescribeRegions").status == 200
