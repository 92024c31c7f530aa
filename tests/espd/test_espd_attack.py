# SPDX-License-Identifier: Apache-2.0
"""What a hostile or broken peer may send: every packet is dropped, counted under its cause, and
harms nobody else."""
import os
import struct

from espd_client import IN
from esp_peer import udp_packet
from scapy.layers.inet import ICMP, IP, UDP
from scapy.packet import raw


def drops(oracle, **expected):
    """Waits until the counters are exactly these; everything not named is 0."""
    names = ("no_sa", "selector_in", "selector_out", "replay", "auth", "malformed", "too_big", "ipv6", "sequence", "io")
    counters = oracle.a.wait_counters(lambda c: all(c[n] >= expected.get(n, 0) for n in names))
    assert {n: counters[n] for n in names if counters[n]} == expected


def still_works(oracle, sealer, number):
    oracle.send(sealer.seal(oracle.inner_packet(b"fine"), number))
    assert oracle.inner.recv(100) == b"fine"


def test_replayed_packets(oracle):
    sealer, _ = oracle.add("aes128-sha1")
    packets = {n: sealer.seal(oracle.inner_packet(b"%d" % n), n) for n in (1, 2, 3000, 3001, 952, 953)}
    for n in (2, 1, 3000, 3001):
        oracle.send(packets[n])
        assert oracle.inner.recv(100) == b"%d" % n
    for n in (1, 2, 3000, 3001, 3000):
        oracle.send(packets[n])
    drops(oracle, replay=5)
    # 2048 wide: 3001 - 2048 + 1 = 954 is its left edge.
    oracle.send(packets[953])
    drops(oracle, replay=6)
    oracle.send(sealer.seal(oracle.inner_packet(b"edge"), 954))
    assert oracle.inner.recv(100) == b"edge"


def test_copies_in_one_burst(oracle):
    sealer, _ = oracle.add("aes256gcm")
    packet = sealer.seal(oracle.inner_packet(b"once"), 1)
    os.kill(oracle.a.espd.process.pid, 19)  # SIGSTOP: both are queued when it goes on
    oracle.send(packet)
    oracle.send(packet)
    os.kill(oracle.a.espd.process.pid, 18)
    assert oracle.inner.recv(100) == b"once"
    drops(oracle, replay=1)


def test_forged_packets(oracle):
    for suite in ("3des-md5", "aes128-sha256", "aes128gcm", "chacha20"):
        before = oracle.a.counters()["auth"]
        sealer, _ = oracle.add(suite)
        good = bytearray(sealer.seal(oracle.inner_packet(b"x"), 7))
        forged = 0
        for position in range(4, len(good)):  # the SPI itself leads elsewhere
            bad = bytearray(good)
            bad[position] ^= 0x80
            oracle.send(bytes(bad))
            forged += 1
        counters = oracle.a.wait_counters(lambda c: c["auth"] + c["replay"] >= before + forged)
        assert counters["auth"] == before + forged and counters["replay"] == 0
        # A forgery does not move the window: the true packet with that number still counts.
        oracle.send(bytes(good))
        assert oracle.inner.recv(100) == b"x"


def test_truncated_packets(oracle):
    sealer, _ = oracle.add("aes128-sha1")
    good = sealer.seal(oracle.inner_packet(b"x" * 32), 1)
    for size in range(len(good)):
        oracle.send(good[:size])
    drops_and_garbage = len(good)

    def dropped():
        counters, whole = oracle.a.counters(), oracle.a.agent.global_counters()
        return counters["malformed"] + counters["auth"] + whole["garbage"] + whole["unknown_spi"]

    oracle.a.wait_counters(lambda _: dropped() >= drops_and_garbage)
    assert dropped() == drops_and_garbage
    still_works(oracle, sealer, 1)


def test_bad_insides(oracle):
    sealer, _ = oracle.add("aes128-sha1")
    inner = oracle.inner_packet(b"x" * 5)
    number = iter(range(1, 100))
    oracle.send(sealer.seal(inner, next(number), padding=lambda p: bytes(len(p))))
    oracle.send(sealer.seal(b"", next(number)))
    oracle.send(sealer.seal(inner[:19], next(number)))
    oracle.send(sealer.seal(inner[:-1], next(number)))
    oracle.send(sealer.seal(b"\x65" + inner[1:], next(number)))
    oracle.send(sealer.seal(b"\x44" + inner[1:], next(number)))
    oracle.send(sealer.seal(inner, next(number), next_header=6))
    drops(oracle, malformed=7)
    oracle.send(sealer.seal(b"\x60" + bytes(39), next(number), next_header=41))
    drops(oracle, malformed=7, ipv6=1)
    oracle.send(sealer.seal(b"dummy", next(number), next_header=59))  # legal and silent
    # Traffic flow confidentiality: bytes behind the inner packet are cut off.
    oracle.send(sealer.seal(inner + bytes(100), next(number)))
    assert oracle.inner.recv(100) == b"x" * 5
    drops(oracle, malformed=7, ipv6=1)


def test_congestion_marks(oracle):
    """RFC 6040: a mark of the outer header reaches a capable inner one, an incapable packet is dropped."""
    import socket

    sealer, opener = oracle.add("aes128gcm")
    oracle.inner.setsockopt(socket.SOL_IP, socket.IP_RECVTOS, 1)

    def received_tos(outer, inner, number):
        oracle.udp.setsockopt(socket.SOL_IP, socket.IP_TOS, outer)
        oracle.send(sealer.seal(oracle.inner_packet(b"m", tos=inner), number))
        _, ancillary, _, _ = oracle.inner.recvmsg(100, 100)
        return ancillary[0][2][0]

    assert received_tos(0, 0xB8, 1) == 0xB8
    assert received_tos(3, 0xB8 | 2, 2) == 0xB8 | 3
    assert received_tos(1, 2, 3) == 1
    oracle.send(sealer.seal(oracle.inner_packet(b"m", tos=2), 4))
    oracle.udp.setsockopt(socket.SOL_IP, socket.IP_TOS, 3)
    oracle.inner.recv(100)
    oracle.send(sealer.seal(oracle.inner_packet(b"m", tos=0), 5))
    drops(oracle, malformed=1)
    # Outbound: DSCP and ECN are copied.
    oracle.udp.setsockopt(socket.SOL_IP, socket.IP_RECVTOS, 1)
    oracle.inner.setsockopt(socket.SOL_IP, socket.IP_TOS, 0xB8 | 2)
    oracle.inner.sendto(b"t", (oracle.a.peer_inner, 4001))
    packet, ancillary, _, _ = oracle.udp.recvmsg(2000, 100)
    assert ancillary[0][2][0] == 0xB8 | 2
    assert opener.open(packet)[2][1] == 0xB8 | 2


def test_selectors_inbound(oracle):
    sources = (("172.31.2.0", "172.31.2.255", 4001, 4001, 17),)
    destinations = (("172.31.1.1", "172.31.1.1", 0, 65535, 0),)
    sealer, _ = oracle.add("aes128-sha1", both=False, sources=sources, destinations=destinations)
    a, b = oracle.a.inner, oracle.a.peer_inner
    outside = [udp_packet("172.31.3.1", a, b"x", 4001, 4000), udp_packet(b, "172.31.1.2", b"x", 4001, 4000),
               udp_packet(b, a, b"x", 4002, 4000), raw(IP(src=b, dst=a) / ICMP()),
               raw(IP(src=b, dst=a, frag=7, proto=17) / (b"x" * 32))]
    for number, packet in enumerate(outside, 1):
        oracle.send(sealer.seal(packet, number))
    drops(oracle, selector_in=len(outside))
    still_works(oracle, sealer, 50)


def test_selectors_choose_the_outbound_sa(oracle):
    """Two SAs of one tunnel: port 4001 by the one, 4002 by the other, the rest by none."""
    first = oracle.add("aes128-sha1", both=False, direction=2,
                       destinations=(("172.31.2.1", "172.31.2.1", 4001, 4001, 17),))[0]
    second = oracle.add("aes128-sha1", both=False, direction=2,
                        destinations=(("172.31.2.1", "172.31.2.1", 4002, 4002, 17),))[0]
    for port, opener in ((4001, first), (4002, second), (4001, first)):
        oracle.inner.sendto(b"p", (oracle.a.peer_inner, port))
        opener.open(oracle.receive())
    oracle.inner.sendto(b"p", (oracle.a.peer_inner, 4003))
    drops(oracle, selector_out=1)


def test_garbage(oracle):
    sealer, _ = oracle.add("aes128-sha1")
    for size in (0, 1, 2, 3, 7):
        oracle.send(b"\x01" * size)
    oracle.send(b"\0\0\0\0" + os.urandom(20))  # IKE, too short
    whole = oracle.a.wait_global(lambda c: c["garbage"] >= 6)
    assert whole["garbage"] == 6
    for _ in range(500):
        oracle.send(struct.pack("!I", 0x7FFFFFFF) + os.urandom(60))
        oracle.send(os.urandom(60), encapsulated=False)
    oracle.a.wait_global(lambda c: c["unknown_spi"] + c["garbage"] >= 1006)
    oracle.send(b"\xff")
    oracle.a.wait_global(lambda c: c["keepalives"] == 1)
    still_works(oracle, sealer, 1)


def test_wrong_door(oracle):
    """An SA that is encapsulated takes nothing from the raw socket, and the other way round."""
    encapsulated, _ = oracle.add("aes128-sha1")
    native, _ = oracle.add("aes128-sha1", encapsulated=False)
    oracle.send(encapsulated.seal(oracle.inner_packet(b"x"), 1), encapsulated=False)
    oracle.send(native.seal(oracle.inner_packet(b"x"), 1), encapsulated=True)
    oracle.a.wait_global(lambda c: c["unknown_spi"] == 2)
    still_works(oracle, encapsulated, 1)


def test_inner_ipv6_and_garbage_outbound(oracle):
    """An idle TUN emits IPv6 by itself: counted, and no reason to negotiate."""
    import fcntl

    items = oracle.a.agent.dump()
    tun = next(fd for kind, _, fd in items if kind == 33)
    assert fcntl.fcntl(tun, fcntl.F_GETFL) & os.O_NONBLOCK
    for _, _, fd in items:
        if fd >= 0:
            os.close(fd)
    oracle.a.run("sysctl -qw net.ipv6.conf.tun7.disable_ipv6=0")
    oracle.a.run("ip -6 addr add fd00::1/64 dev tun7 nodad")
    oracle.a.run("ping -6 -c 1 -W 0.1 fd00::2", check=False)
    oracle.a.wait_counters(lambda c: c["ipv6"] >= 1)
    assert not [kind for kind, _ in oracle.a.agent.drain_events() if kind == 36]
    assert oracle.a.counters()["no_sa"] == 0
