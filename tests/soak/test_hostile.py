# SPDX-License-Identifier: Apache-2.0
"""Attacks on vpngw-api from other addresses of the loopback while one client goes on with its work.

Each attack runs in a process of its own (this file as a program) and holds what it can. The client's p99 is
compared with what it is while the same attack goes to another server: the attacker's own work costs time on a
small machine too, and is not what is measured here.
"""
import contextlib
import os
import pathlib
import resource
import select
import socket
import ssl
import subprocess
import sys
import time

COMPONENT = pathlib.Path(__file__).resolve().parents[1] / "component"
sys.path.insert(0, str(COMPONENT))

from gateway import Gateway, make_certificate  # noqa: E402
from wire import Client  # noqa: E402

SECONDS, PAUSE_S = 10, 0.005
FLOOR_S = 0.010  # two such figures on a machine with other work differ by this at any time
HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"


def open_all(port, count, source, keep=()):
    """As many connections as the server takes; those it closes are opened again by whoever asks."""
    held = list(keep)
    while len(held) < count:
        try:
            stream = socket.create_connection(("127.0.0.1", port), 5, (source, 0))
        except OSError:
            time.sleep(0.01)
            continue
        stream.setblocking(False)
        held.append(stream)
    return held


def drop_closed(held):
    still = []
    poll = select.poll()
    by_fd = {stream.fileno(): stream for stream in held}
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(0)}
    for fd, stream in by_fd.items():
        if fd in ready:
            with contextlib.suppress(OSError):
                if stream.recv(65536):
                    still.append(stream)
                    continue
            stream.close()
        else:
            still.append(stream)
    return still


def drip(port, count, source, opening, drop):
    """Connections that have sent the opening and go on byte by byte."""
    held = []
    while True:
        fresh = open_all(port, count - len(held), source)
        for stream in fresh:
            with contextlib.suppress(OSError):
                stream.sendall(opening)
        held = drop_closed(held + fresh)
        for stream in held:
            with contextlib.suppress(OSError):
                stream.send(drop)
        time.sleep(0.5)


def slow_headers(port):
    drip(port, 500, "127.0.0.2", HEAD + b"X: ", b"a")


def slow_body(port):
    drip(port, 500, "127.0.0.3", HEAD + b"Content-Length: 60000\r\n\r\n", b"a")


def half_open_tls(port):
    drip(port, 500, "127.0.0.4", b"\x16\x03\x01\x02\x00", b"")


def idle(port):
    """10,000 in all, of ten addresses, as far as they are let; what is closed is opened again."""
    held = {f"127.0.1.{i}": [] for i in range(10)}
    while True:
        for source in held:
            held[source] = drop_closed(held[source])
            held[source] = open_all(port, min(1000, len(held[source]) + 50), source, held[source])
            time.sleep(0.05)


def large_body(port):
    block = b"a" * 65536
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.5", 0)) as stream:
            stream.sendall(HEAD + b"Content-Length: 100000000\r\n\r\n")
            for _ in range(1600):
                stream.sendall(block)
        time.sleep(0.02)


def many_headers(port):
    bombs = (HEAD + b"".join(b"X-%d: y\r\n" % i for i in range(6000)) + b"\r\n",
             HEAD + b"X: " + b"a" * 2000000 + b"\r\n\r\n", b"GET /?" + b"a=b&" * 20000 + b" HTTP/1.1\r\n\r\n")
    while True:
        for bomb in bombs:
            with contextlib.suppress(OSError), socket.create_connection(
                    ("127.0.0.1", port), 5, ("127.0.0.6", 0)) as stream:
                stream.sendall(bomb)
                stream.recv(65536)
            time.sleep(0.02)


def forged(port):
    """Bad signatures, as fast as one connection carries them, with pauses a network would make."""
    one = (b"GET /?Action=DescribeRegions&Version=2016-04-28&AccessKeyId=LTAIx&Signature=s&SignatureNonce=n&"
           b"SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Timestamp=%b HTTP/1.1\r\nHost: h\r\n\r\n")
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.7", 0)) as stream:
            while True:
                stream.sendall(one % time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode())
                if not stream.recv(65536):
                    break
                time.sleep(0.005)


ATTACKS = {attack.__name__: attack for attack in (
    slow_headers, slow_body, half_open_tls, idle, large_body, many_headers, forged)}


def raise_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def attacking(port, names):
    started = [subprocess.Popen([sys.executable, __file__, name, str(port)]) for name in names]
    try:
        yield
        assert all(process.poll() is None for process in started)
    finally:
        for process in started:
            process.kill()
            process.wait()


def p99(client, seconds):
    """Of requests one after the other, with pauses; no request may fail."""
    taken, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        before = time.monotonic()
        client.call("DescribeRegions")
        taken.append(time.monotonic() - before)
        time.sleep(PAUSE_S)
    taken.sort()
    return taken[len(taken) * 99 // 100]


def memory_kib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_others_are_served(tmp_path, record_property):
    """Every attack by itself, then all at once."""
    key, certificate = make_certificate(tmp_path)
    with (Gateway(tls_certificate=certificate, tls_key=key) as secure, Gateway() as plain,
          Gateway(tls_certificate=certificate, tls_key=key) as secure_decoy, Gateway() as plain_decoy):
        trusting = ssl.create_default_context(cafile=certificate)
        clients = {plain: Client(plain), secure: Client(secure, tls=trusting)}
        slow = []
        for gateway, names in [(plain, (name,)) for name in ATTACKS if name != "half_open_tls"] + [
                (secure, ("half_open_tls",)), (secure, ("idle",)), (plain, tuple(ATTACKS))]:
            client, pid = clients[gateway], gateway.process.pid
            with attacking((plain_decoy if gateway is plain else secure_decoy).port, names):
                before = p99(client, SECONDS)
            with attacking(gateway.port, names):
                during = p99(client, SECONDS)
                held, memory = descriptors(pid), memory_kib(pid)
                newcomer = Client(gateway, "v1", tls=trusting if gateway is secure else None)
                assert newcomer.call("DescribeRegions")
            text = (f"{'+'.join(names) if len(names) == 1 else 'all'} on {'TLS' if gateway is secure else 'HTTP'}: "
                    f"p99 {before * 1000:.1f} ms with another attacked, itself {during * 1000:.1f} ms, {held} descriptors, {memory} KiB")
            record_property("figure", text)
            print(text)
            assert held < 4096 + 200 and memory < 1500000
            if during > max(2 * before, before + FLOOR_S):
                slow.append(text)
        assert not slow, "\n".join(slow)
        for gateway in clients:
            assert gateway.stop() == 0
            assert "Sanitizer" not in gateway.log_text()


if __name__ == "__main__":
    raise_limit()
    ATTACKS[sys.argv[1]](int(sys.argv[2]))
