# SPDX-License-Identifier: Apache-2.0
"""What one client can take from the others: time, connections, memory, requests."""
import array
import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import termios
import time

import pytest

from gateway import Gateway, make_certificate
from wire import FORM, VPNGW, Client, canonical, exchange, sign_v1

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: " + FORM.encode() + b"\r\n"


def limits(**values):
    return "[limits]\n" + "\n".join(f"{name} = {value}" for name, value in values.items()) + "\n"


@contextlib.contextmanager
def connections(port, count, source="127.0.0.1"):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(("127.0.0.1", port), 20, (source, 0)))
               for _ in range(count)]


def is_closed(stream):
    if not select.select([stream], [], [], 0)[0]:
        return False
    try:
        return not stream.recv(65536)
    except OSError:
        return True


def wait_closed(streams, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not all(map(is_closed, streams)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_request_may_not_take_forever(tmp_path):
    """One that never begins, headers and a body byte by byte, TLS that is not shaken to the end."""
    key, certificate = make_certificate(tmp_path)
    with Gateway() as plain, Gateway(tls_certificate=certificate, tls_key=key) as secure:
        client = Client(plain, "acs3")
        with connections(plain.port, 3) as slow, connections(secure.port, 2) as shaking:
            slow[1].sendall(b"GET / HTTP/1.1\r\nX: ")
            slow[2].sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
            shaking[0].sendall(b"\x16\x03\x01\x02\x00\x01")
            opened, still = time.monotonic(), [*slow, *shaking]
            while still:
                assert time.monotonic() - opened < 40, f"{len(still)} are open"
                for stream in [one for one in still if is_closed(one)]:
                    assert time.monotonic() - opened > 8
                    still.remove(stream)
                for stream in slow[1:]:
                    with contextlib.suppress(OSError):
                        stream.sendall(b"a")
                client.call("DescribeRegions")  # who is connected and works is never closed
                time.sleep(0.2)


def test_the_idle_longest_goes():
    with Gateway(limits(connections=20, connections_per_source=10)) as gateway:
        client = Client(gateway, "acs3")
        client.call("DescribeRegions")
        with connections(gateway.port, 12) as held:
            wait_closed(held[:3])  # 13 of one address are 3 too many; ours has proved useful
            assert not any(map(is_closed, held[3:]))
            client.call("DescribeRegions")
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(connections(gateway.port, 10, "127.0.0.2"))
            second = stack.enter_context(connections(gateway.port, 10, "127.0.0.3"))
            third = stack.enter_context(connections(gateway.port, 5, "127.0.0.4"))
            wait_closed(first[:4])
            assert not any(map(is_closed, second + third))
            assert Client(gateway, "v1").call("DescribeRegions")
        assert gateway.stop() == 0
        assert "too many connections" in gateway.log_text()


def test_a_large_body_is_refused_by_its_length(gateway):
    sent = HEAD + b"Content-Length: 100000000\r\n\r\n"
    [(status, _, body)], _ = exchange(gateway.port, sent)
    assert (status, json.loads(body)["Code"]) == (413, "InvalidParameter.BodyTooLarge")


def test_a_large_body_is_not_read(gateway):
    """The answer comes although the client goes on sending; most of it stays with the client."""
    with connections(gateway.port, 1) as [stream]:
        stream.sendall(HEAD + b"Content-Length: 100000000\r\n\r\n")
        taken, block = 0, b"a" * 65536
        stream.settimeout(5)
        with contextlib.suppress(OSError):
            while taken < 100000000:
                taken += stream.send(block)
        assert taken < 20000000
        assert stream.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_stop_waits_for_the_request_that_is_half_here(fresh):
    client = Client(fresh, "v1")
    every = client.parameters("DescribeRegions", {}, "2016-04-28")
    every["Signature"] = sign_v1(client.secret, "POST", every)
    body = canonical(every).encode()
    with connections(fresh.port, 1) as [stream]:
        stream.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
        client.call("DescribeRegions")  # so that ours was read before
        fresh.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        while "stopping" not in fresh.log_text():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        stream.sendall(body[10:])
        answer = stream.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200") and b"Connection: close" in answer
    assert fresh.process.wait(10) == 0


def test_a_key_has_its_rate():
    with Gateway(limits(requests_per_second=1, request_burst=3)) as gateway:
        client = Client(gateway, "acs3")
        other = client.call("CreateAccessKey", {"Policy": "read-only"}, version=VPNGW)["AccessKey"]
        answers = [client.raw("DescribeRegions") for _ in range(10)]
        refused = [answer for answer in answers if answer.status != 200]
        assert len(refused) >= 7
        assert {answer.code for answer in refused} == {"Throttling.User"}
        assert {answer.status for answer in refused} == {400}
        assert all(0 < int(answer.headers["x-acs-retry-after"]) <= 1000 for answer in refused)
        # neither another key nor root
        assert Client(gateway, "v1", key=(other["AccessKeyId"], other["AccessKeySecret"])).call("DescribeRegions")
        assert all(Client(gateway, "none").call("DescribeRegions") for _ in range(10))


@pytest.mark.parametrize("scheme", ["acs3", "v1"])
def test_bad_signatures_are_told_less_and_good_ones_work(scheme):
    with Gateway(limits(failures_per_second=1, failure_burst=5)) as gateway:
        client = Client(gateway, scheme)
        forger = Client(gateway, scheme, key=(client.key_id, "wrong"))
        codes = [forger.raw("DescribeRegions").code for _ in range(20)]
        assert codes[:5] == ["SignatureDoesNotMatch"] * 5
        assert codes.count("Throttling.User") >= 13
        assert "string to sign" not in forger.raw("DescribeRegions").json["Message"]
        for _ in range(5):
            assert client.call("DescribeRegions")


def descriptors(gateway):
    return len(os.listdir(f"/proc/{gateway.process.pid}/fd"))


def wait_for_descriptors(gateway, count, timeout_s=40):
    deadline = time.monotonic() + timeout_s
    while descriptors(gateway) > count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def queued(stream):
    count = array.array("i", [0])
    fcntl.ioctl(stream, termios.FIONREAD, count)
    return count[0]


def wait_queued(stream, size, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while queued(stream) < size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_not_parsed_yet_is_bounded(fresh):
    """evhttp goes on reading while the answer to a broken request waits until the client has taken others."""
    one, before = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n", descriptors(fresh)
    with contextlib.ExitStack() as stack:

        def connect():
            stream = stack.enter_context(socket.socket(socket.AF_UNIX))  # its buffers hold the same each time
            stream.connect(str(fresh.socket_path))
            stream.settimeout(3)
            return stream

        first = connect()
        first.sendall(one)
        wait_queued(first, 1)
        size, asked = queued(first), 1
        with contextlib.suppress(AssertionError):  # one more each time, until one is not taken
            while True:
                first.sendall(one)
                wait_queued(first, size * (asked + 1), 1)
                asked += 1
        second, sent = connect(), 0
        second.sendall(one * asked)
        wait_queued(second, size * asked)
        with contextlib.suppress(OSError):
            while sent < 50_000_000:
                sent += second.send(b"x" * 65536)
        assert sent < 10_000_000
    wait_for_descriptors(fresh, before)
