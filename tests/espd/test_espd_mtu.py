# SPDX-License-Identifier: Apache-2.0
"""The path between the gateways is narrower than their links: nothing may silently vanish."""
import re
import socket

import pytest
from espd_world import INNER
from namespaces import inside, run


def narrow(mtu):
    """The link between r and b takes less; a only learns it from r."""
    run(f"ip link set to-b mtu {mtu}", "r")
    run(f"ip link set wan mtu {mtu}", "b")


def datagram_passes(world, size, dont_fragment):
    """One UDP datagram from a to b through the tunnel."""
    with inside("b"):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((INNER["b"], 6000))
        receiver.settimeout(0.5)
    with inside("a"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.setsockopt(socket.SOL_IP, 10, 3 if dont_fragment else 0)  # IP_MTU_DISCOVER: PROBE, DONT
    payload = bytes(range(256)) * (size // 256 + 1)
    sender.sendto(payload[:size], (INNER["b"], 6000))
    try:
        return receiver.recv(65536) == payload[:size]
    except TimeoutError:
        return False
    finally:
        sender.close()
        receiver.close()


@pytest.mark.parametrize("encapsulated", [True, False], ids=["natt", "native"])
@pytest.mark.parametrize("suite, overhead", [("aes128-sha1", 20 + 8 + 16 + 12), ("aes256gcm", 20 + 8 + 8 + 16)])
def test_dont_fragment_gets_an_icmp_error(world, suite, overhead, encapsulated):
    world.connect(suite, encapsulated=encapsulated)
    world.ping()
    narrow(1000)
    # The first one makes r speak; from then on the kernel knows, and espd answers.
    world.ping(count=1, size=1200, check=False, options="-M do")
    out = world.ping(count=1, size=1200, check=False, options="-M do")
    align = 16 if "sha1" in suite else 4
    room = 1000 - overhead - (8 if encapsulated else 0)
    assert int(re.search(r"mtu ?= ?(\d+)", out).group(1)) == room // align * align - 2
    counters = world.a.counters()
    assert counters["too_big"] == 1 and counters["io"] == 0
    # What fits exactly passes, one byte more does not.
    fits = room // align * align - 2 - 28
    assert datagram_passes(world, fits, True)
    assert not datagram_passes(world, fits + 1, True)
    assert world.a.counters()["too_big"] == 2


@pytest.mark.parametrize("encapsulated", [True, False], ids=["natt", "native"])
def test_other_packets_are_fragmented_inside(world, encapsulated):
    world.connect(encapsulated=encapsulated)
    narrow(700)
    datagram_passes(world, 1300, False)  # r speaks
    # The first one the kernel refuses is recovered, not lost.
    for size in (1300, 1372, 600, 700, 1001):
        assert datagram_passes(world, size, False), size
    assert world.a.counters()["too_big"] == world.a.counters()["io"] == 0


def test_tcp_adapts(world):
    from test_espd_traffic import transfer

    world.connect()
    narrow(600)
    transfer(world, "a", 300_000)
    transfer(world, "b", 300_000)


def test_local_link_is_narrow(world):
    """The gateway's own link is the narrow one: no router speaks, the kernel refuses at once."""
    world.connect()
    run("ip link set wan mtu 1000", "a")
    assert datagram_passes(world, 1300, False)
    out = world.ping(count=1, size=1300, check=False, options="-M do")
    assert "mtu" in out, out
    assert world.a.counters()["too_big"] == 1


def test_outer_packets_carry_dont_fragment(world):
    import subprocess

    world.connect()
    capture = subprocess.Popen(["ip", "netns", "exec", "r", "tcpdump", "-lnvi", "to-a", "-c", "4", "udp port 4500"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert any("listening" in line for line in capture.stderr)
    world.ping(count=4)
    out, _ = capture.communicate(timeout=10)
    headers = [line for line in out.splitlines() if "proto UDP" in line]
    assert len(headers) == 4 and all("[DF]" in line for line in headers), out


# one of each size of block, IV and ICV
OVERHEADS = [f"{cipher}-{integrity}" for cipher in ("3des", "aes256") for integrity in ("sha1", "sha256", "sha384", "sha512")]
OVERHEADS.append("aes256gcm")
EVERY_SIZE = range(1200, 1501)


@pytest.mark.parametrize("encapsulated", [True, False], ids=["natt", "native"])
@pytest.mark.parametrize("suite", OVERHEADS)
def test_every_size_arrives(world, suite, encapsulated):
    """Inner packets of every size, both ways, as datagrams and as segments of TCP."""
    world.connect(suite, encapsulated=encapsulated)
    with inside("b"):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((INNER["b"], 6000))
        listener = socket.create_server((INNER["b"], 6001))
    with inside("a"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stream = socket.create_connection((INNER["b"], 6001), 5)
    accepted, _ = listener.accept()
    with receiver, listener, sender, stream, accepted:
        for sock in (receiver, sender, stream, accepted):
            sock.settimeout(3)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for size in EVERY_SIZE:
            payload = bytes([size % 251]) * (size - 28)
            sender.sendto(payload, (INNER["b"], 6000))
            got, source = receiver.recvfrom(2048)
            assert got == payload, size
            receiver.sendto(got, source)
            assert sender.recv(2048) == payload, size
            stream.sendall(payload)
            assert read(accepted, len(payload)) == payload, size


def read(sock, size):
    """That many bytes of a stream."""
    got = b""
    while len(got) < size:
        got += sock.recv(size - len(got))
    return got


def test_syn_packets_offer_what_fits(world):
    """The hosts' own links take 1500: only the gateways know better, and tell both ends."""
    for side in "ab":
        run("ip link set tun7 mtu 1500", side)
    world.connect()
    with inside("b"):
        listener = socket.create_server((INNER["b"], 6001))
    with inside("a"):
        stream = socket.create_connection((INNER["b"], 6001), 5)
    accepted, _ = listener.accept()
    with listener, stream, accepted:
        timestamps = 12
        assert stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) == 1400 - 40 - timestamps
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) == 1400 - 40 - timestamps
