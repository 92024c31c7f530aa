# SPDX-License-Identifier: Apache-2.0
"""espd against the kernel's ESP: two implementations that share no line, ping and TCP both ways.

Every suite natively (IP protocol 50) with extended sequence numbers; several without, several in
UDP; numbers that cross 2^32; replayed packets on either side.
"""
import os
import socket
import threading

import pytest
from espd_client import IN, OUT, SUITES
from espd_world import IF_ID, make_keys
from namespaces import inside

CIPHERS = {"des": "cbc(des)", "3des": "cbc(des3_ede)", "aes128": "cbc(aes)", "aes192": "cbc(aes)", "aes256": "cbc(aes)"}
AUTHS = {"md5": ("hmac(md5)", 96), "sha1": ("hmac(sha1)", 96), "sha256": ("hmac(sha256)", 128),
         "sha384": ("hmac(sha384)", 192), "sha512": ("hmac(sha512)", 256)}
next_spi = iter(range(0x5000, 0x9000))


def algorithms(suite, keys):
    cipher, _, auth = suite.partition("-")
    if not auth:
        name = "rfc7539esp(chacha20,poly1305)" if cipher == "chacha20" else "rfc4106(gcm(aes))"
        return f"aead '{name}' 0x{keys[0].hex()} 128"
    name, bits = AUTHS[auth]
    return f"auth-trunc '{name}' 0x{keys[1].hex()} {bits} enc '{CIPHERS[cipher]}' 0x{keys[0].hex()}"


class Connection:
    """SAs both ways between espd and the machine's kernel."""

    def __init__(self, gateway, suite, encapsulated=False, esn=True, sequence=None):
        self.espd, self.machine = gateway
        a, b = self.espd.outer, self.espd.peer_outer
        self.machine.run("ip xfrm state flush; ip xfrm policy flush")
        self.espd.charon.flush_sas()
        self.before = self.espd.counters()
        self.spi = next(next_spi), next(next_spi)
        for source, destination, spi in ((a, b, self.spi[0]), (b, a, self.spi[1])):
            keys = make_keys(SUITES[suite])
            self.espd.charon.add_sa(OUT if source == a else IN, spi, IF_ID, source, destination, SUITES[suite], keys,
                                    encapsulated=encapsulated, esn=esn)
            words = f"ip xfrm state add src {source} dst {destination} proto esp spi {spi} mode tunnel reqid 1 "
            words += "flag esn replay-window 128 " if esn else "replay-window 32 "
            if source == b and sequence is not None:
                words += f"replay-oseq 0x{sequence & 0xFFFFFFFF:x} " + (f"replay-oseq-hi 0x{sequence >> 32:x} " if esn else "")
            words += algorithms(suite, keys)
            if encapsulated:
                words += " encap espinudp 4500 4500 0.0.0.0"
            self.machine.run(words)
        for way, ends, inner in (("out", (b, a), ("172.31.2.0/24", "172.31.1.0/24")), ("in", (a, b), ("172.31.1.0/24", "172.31.2.0/24"))):
            self.machine.run(f"ip xfrm policy add dir {way} src {inner[0]} dst {inner[1]} "
                             f"tmpl src {ends[0]} dst {ends[1]} proto esp mode tunnel reqid 1")

    def ping_both_ways(self, size=56):
        self.espd.run(f"ping -n -c 3 -i 0.02 -W 10 -s {size} 172.31.2.1")
        self.machine.run(f"ping -n -c 3 -i 0.02 -W 10 -s {size} -I 172.31.2.1 172.31.1.1")

    def tcp_both_ways(self, size=200_000):
        """Every byte there and back, compared."""
        data = os.urandom(size)
        with inside("a"):
            sock = socket.create_connection((self.espd.peer_inner, 7), 30)
        sock.settimeout(60)
        sender = threading.Thread(target=lambda: (sock.sendall(data), sock.shutdown(socket.SHUT_WR)))
        sender.start()
        received = b""
        while more := sock.recv(65536):
            received += more
        sender.join()
        sock.close()
        assert received == data

    def nothing_was_dropped(self):
        now = self.espd.counters()
        changed = {n: now[n] - self.before[n] for n in ("selector_in", "selector_out", "replay", "auth", "malformed", "sequence", "io")}
        assert not any(changed.values()), changed


@pytest.mark.parametrize("suite", SUITES)
def test_native_with_extended_numbers(gateway, suite):
    connection = Connection(gateway, suite)
    connection.ping_both_ways()
    connection.ping_both_ways(1300)
    connection.tcp_both_ways()
    connection.nothing_was_dropped()


@pytest.mark.parametrize("suite", ["des-md5", "3des-sha1", "aes128-sha256", "aes192-sha384", "aes256-sha512", "aes128gcm"])
def test_native_with_short_numbers(gateway, suite):
    connection = Connection(gateway, suite, esn=False)
    connection.ping_both_ways()
    connection.tcp_both_ways()
    connection.nothing_was_dropped()


@pytest.mark.parametrize("suite", ["3des-md5", "aes128-sha1", "aes256gcm", "chacha20"])
def test_in_udp(gateway, suite):
    _, machine = gateway
    machine.run("pgrep -f setsockopt.17.100 > /dev/null || (/usr/bin/python3 -c '"
                "import socket,time;s=socket.socket(2,2);s.bind((\"\",4500));s.setsockopt(17,100,2);time.sleep(9999)' "
                "< /dev/null > /dev/null 2>&1 & while ! ss -lun | grep -q :4500; do sleep 0.1; done)")
    connection = Connection(gateway, suite, encapsulated=True, esn=False)
    connection.ping_both_ways()
    connection.tcp_both_ways()
    connection.nothing_was_dropped()


@pytest.mark.parametrize("suite", ["aes128-sha1", "aes256gcm"])
def test_numbers_cross_the_half(gateway, suite):
    """The kernel starts just below 2^32: espd has to infer the upper half before, at and after it."""
    connection = Connection(gateway, suite, sequence=0xFFFFFFF0)
    connection.ping_both_ways()
    connection.tcp_both_ways()
    connection.nothing_was_dropped()
    state = connection.machine.run(f"ip -s xfrm state get src {connection.espd.peer_outer} dst {connection.espd.outer} "
                                   f"proto esp spi {connection.spi[1]}")
    assert "oseq-hi 0x1" in state, state


class ReplayWire:
    """Copies the ESP packets that cross r, and sends all of them again."""

    def __init__(self):
        self.to_espd = self.to_machine = 0
        with inside("r"):
            self.sockets = {name: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) for name in ("to-a", "vm0")}
            self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        for name, sock in self.sockets.items():
            sock.bind((name, 0x0800))
            sock.setblocking(False)

    def replay(self):
        for name, sock in self.sockets.items():
            while True:
                try:
                    packet, origin = sock.recvfrom(65536)
                except BlockingIOError:
                    break
                if packet[9] != 50 or origin[2] == socket.PACKET_OUTGOING:
                    continue
                self.raw.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
                if name == "vm0":
                    self.to_espd += 1
                else:
                    self.to_machine += 1

    def close(self):
        for sock in (*self.sockets.values(), self.raw):
            sock.close()


def test_replays_are_dropped_on_either_side(gateway):
    """Every packet that crossed the wire comes again."""
    espd, machine = gateway
    connection = Connection(gateway, "aes128-sha256")
    before = machine.run("grep XfrmInStateSeqError /proc/net/xfrm_stat").split()[1]
    sender = ReplayWire()
    try:
        connection.ping_both_ways()
        sender.replay()
    finally:
        sender.close()
    espd.wait_counters(lambda c: c["replay"] - connection.before["replay"] >= sender.to_espd > 0)
    after = machine.run("grep XfrmInStateSeqError /proc/net/xfrm_stat").split()[1]
    assert int(after) - int(before) == sender.to_machine > 0
    connection.ping_both_ways()
