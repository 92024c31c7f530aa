# SPDX-License-Identifier: Apache-2.0
"""The control side at work: SAs come and go, clients vanish and return, packets wait, peers move."""
import errno
import os
import re
import signal
import socket
import struct
import subprocess
import time

import pytest
from espd_client import (ESP, IKE, IN, NATT, OUT, SA_EXPIRED, SA_HELD, SA_MAPPING, SOCKET_HELD, SUITES, TUNNEL_HELD,
                         TUNNEL_SAS, TUNNEL_WAKE, EspdError)
from esp_peer import EspPeer
from espd_world import IF_ID, OUTER, make_keys, wait
from namespaces import inside, open_tun, run


class Pings:
    """A ping every 10 ms from a to b; lost() ends it."""

    def __init__(self, world):
        self.process = subprocess.Popen(["ip", "netns", "exec", "a", "ping", "-n", "-i", "0.01", "-W", "2", world.b.inner],
                                        stdout=subprocess.PIPE, text=True)
        self.first = [self.process.stdout.readline() for _ in range(5)]

    def lost(self):
        """How many had no answer, but for those that were under way when it was stopped."""
        self.process.send_signal(signal.SIGINT)
        out, _ = self.process.communicate(timeout=20)
        answered = {int(number) for number in re.findall(r"icmp_seq=(\d+)", "".join(self.first) + out)}
        sent = int(re.search(r"(\d+) packets transmitted", out).group(1))
        assert sent > 20 and sent - max(answered) <= 3, out[-500:]
        return max(answered) - len(answered)


def held(side, kind=SA_HELD):
    items = side.agent.dump()
    for _, _, fd in items:
        if fd >= 0:
            os.close(fd)
    return [body for got, body, _ in items if got == kind]


def orphaned(side):
    return [body[34] for body in held(side)]


def sas_event(side, **want):
    """Waits for the TUNNEL_SAS event that says so."""
    while True:
        if_id, inbound, outbound = struct.unpack("=III", side.agent.wait_event(TUNNEL_SAS))
        assert if_id == IF_ID
        if {"inbound": inbound, "outbound": outbound} == want:
            return


def test_rekey_loses_nothing(world):
    world.connect(spi=0x1000)
    pings = Pings(world)
    for spi in range(0x2000, 0x2000 + 40, 2):
        a, b = world.a, world.b
        keys = make_keys(SUITES["aes128-sha1"]), make_keys(SUITES["aes128-sha1"])
        suite = SUITES["aes128-sha1"]
        # As charon does: inbound on both sides first, then outbound, then the old ones go.
        b.charon.add_sa(IN, spi, IF_ID, a.outer, b.outer, suite, keys[0])
        a.charon.add_sa(IN, spi + 1, IF_ID, b.outer, a.outer, suite, keys[1])
        a.charon.add_sa(OUT, spi, IF_ID, a.outer, b.outer, suite, keys[0])
        b.charon.add_sa(OUT, spi + 1, IF_ID, b.outer, a.outer, suite, keys[1])
        old = 0x1000 if spi == 0x2000 else spi - 2
        # Packets do not overtake: once one came on the new SA, none of the old one is under way.
        wait(lambda: b.charon.query_sa(IN, spi, a.outer), lambda got: got[0] > 0, 10)
        wait(lambda: a.charon.query_sa(IN, spi + 1, b.outer), lambda got: got[0] > 0, 10)
        a.charon.remove_sa(OUT, old, b.outer)
        b.charon.remove_sa(OUT, old + 1, a.outer)
        a.charon.remove_sa(IN, old + 1, b.outer)
        b.charon.remove_sa(IN, old, a.outer)
    assert pings.lost() == 0
    assert len(held(world.a)) == 2


def test_first_packet_wakes_and_is_delivered(world):
    pinging = subprocess.Popen(["ip", "netns", "exec", "a", "ping", "-n", "-c", "1", "-W", "8", world.b.inner],
                               stdout=subprocess.PIPE, text=True)
    assert world.a.agent.wait_event(TUNNEL_WAKE) == struct.pack("=I", IF_ID)
    world.connect()
    out, _ = pinging.communicate(timeout=20)
    assert "1 received" in out, out
    assert world.a.counters()["no_sa"] == 0


def test_wake_is_told_once_a_second_and_again_to_a_new_agent(world):
    with inside("a"):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    started = time.monotonic()
    for _ in range(40):
        sock.sendto(b"x", (world.b.inner, 9))
    world.a.wait_counters(lambda c: c["no_sa"] == 40 - 16)
    seconds = time.monotonic() - started
    wakes = [kind for kind, _ in world.a.agent.drain_events()]
    assert set(wakes) == {TUNNEL_WAKE} and len(wakes) <= 1 + int(seconds)
    world.a.agent = world.a.espd.agent()
    assert world.a.agent.wait_event(TUNNEL_WAKE) == struct.pack("=I", IF_ID)


def test_sa_numbers_are_told(world):
    world.connect()
    sas_event(world.a, inbound=1, outbound=1)
    world.a.charon.remove_sa(OUT, 0x1000, world.b.outer)
    sas_event(world.a, inbound=1, outbound=0)
    world.a.charon.flush_sas()
    sas_event(world.a, inbound=0, outbound=0)


def test_charon_dies_and_comes_back(world):
    """Nothing is lost while its SAs live, nor when new ones take over."""
    world.connect(spi=0x1000)
    pings = Pings(world)
    a, b = world.a, world.b
    a.charon.close()
    wait(lambda: orphaned(a), lambda got: got == [1, 1], 10)
    before = a.counters()["in_packets"]
    a.wait_counters(lambda c: c["in_packets"] > before + 30)
    assert orphaned(b) == [0, 0]
    a.charon = a.espd.charon()
    a.charon.flush_sas()
    assert orphaned(a) == [1, 1]
    with pytest.raises(EspdError):
        a.charon.add_sa(IN, 0x2001, 99, b.outer, a.outer, SUITES["aes128-sha1"], make_keys(SUITES["aes128-sha1"]))
    keys = make_keys(SUITES["aes256gcm"]), make_keys(SUITES["aes256gcm"])
    b.charon.add_sa(IN, 0x2000, IF_ID, a.outer, b.outer, SUITES["aes256gcm"], keys[0])
    a.charon.add_sa(IN, 0x2001, IF_ID, b.outer, a.outer, SUITES["aes256gcm"], keys[1])
    assert sorted(orphaned(a)) == [0, 1, 1]
    assert a.charon.orphans(IF_ID) == 1
    b.charon.add_sa(OUT, 0x2001, IF_ID, b.outer, a.outer, SUITES["aes256gcm"], keys[1])
    a.charon.add_sa(OUT, 0x2000, IF_ID, a.outer, b.outer, SUITES["aes256gcm"], keys[0])
    assert a.charon.orphans(IF_ID) == 0
    # The outbound orphan is gone, the inbound one takes what is still under way.
    assert sorted(orphaned(a)) == [0, 0, 1]
    wait(lambda: a.charon.query_sa(OUT, 0x2000, b.outer), lambda got: got[0] > 0, 10)
    assert pings.lost() == 0


def unknown(oracle, count):
    """Everything sent so far has been read: the last was of an SPI nobody ever had."""
    oracle.send(struct.pack("!II", 0x123, 1) + bytes(64))
    return oracle.a.wait_global(lambda c: c["unknown_spi"] >= count)["unknown_spi"] == count


@pytest.mark.parametrize("encapsulated", [True, False])
def test_packets_before_their_sa_are_delivered(oracle, encapsulated):
    """A responder sends on the new SA before charon has read the message that makes it."""
    suite, keys = "aes128gcm", make_keys(SUITES["aes128gcm"])
    peer = EspPeer(suite, oracle.a.charon.fresh_spi(), keys, False)
    for number in range(1, 6):
        oracle.send(peer.seal(oracle.inner_packet(b"%d" % number), number), encapsulated)
    oracle.send(peer.seal(oracle.inner_packet(b"copy"), 5), encapsulated)
    assert unknown(oracle, 1)
    oracle.a.charon.add_sa(IN, peer.spi, IF_ID, oracle.a.peer_outer, oracle.a.outer, SUITES[suite], keys,
                           encapsulated=encapsulated)
    assert [oracle.inner.recv(100) for _ in range(5)] == [b"%d" % number for number in range(1, 6)]
    # judged like any other
    oracle.a.wait_counters(lambda c: c["replay"] == 1)
    oracle.send(peer.seal(oracle.inner_packet(b"later"), 6), encapsulated)
    assert oracle.inner.recv(100) == b"later"
    assert unknown(oracle, 2)


def test_packets_whose_sa_does_not_come_are_dropped(oracle):
    keys = make_keys(SUITES["aes128gcm"])
    peer = EspPeer("aes128gcm", oracle.a.charon.fresh_spi(), keys, False)
    for number in range(1, 4):
        oracle.send(peer.seal(oracle.inner_packet(b"x"), number))
    assert unknown(oracle, 1)
    started = time.monotonic()
    oracle.a.wait_global(lambda c: c["unknown_spi"] == 4)
    assert 1 < time.monotonic() - started < 4
    for number in range(4, 7):
        oracle.send(peer.seal(oracle.inner_packet(b"x"), number))
    assert unknown(oracle, 5)
    # and at once when the charon that was given the SPI is gone
    oracle.a.charon.close()
    started = time.monotonic()
    oracle.a.wait_global(lambda c: c["unknown_spi"] == 8)
    assert time.monotonic() - started < 1
    oracle.send(peer.seal(oracle.inner_packet(b"x"), 7))
    oracle.a.wait_global(lambda c: c["unknown_spi"] == 9)
    oracle.a.charon = oracle.a.espd.charon()


def test_agent_dies_and_comes_back(world):
    """Traffic goes on; the new agent gets the same descriptors back and may end the old things."""
    world.connect()
    pings = Pings(world)
    world.a.agent.close()
    packets = world.b.counters()["in_packets"]
    world.b.wait_counters(lambda c: c["in_packets"] > packets + 20)
    agent = world.a.agent = world.a.espd.agent()
    items = agent.dump()
    assert pings.lost() == 0
    assert [kind for kind, _, _ in items] == [SOCKET_HELD] * 3 + [TUNNEL_HELD] + [SA_HELD] * 2
    kinds = set()
    for kind, body, fd in items[:3]:
        sock = socket.socket(fileno=fd)
        kinds.add(struct.unpack("=I", body[:4])[0])
        assert sock.getsockname()[0] == OUTER["a"] == socket.inet_ntoa(body[4:])
        sock.close()
    assert kinds == {IKE, NATT, ESP}
    assert struct.unpack("=II", items[3][1][:8]) == (IF_ID, 1400)
    assert os.readlink(f"/proc/self/fd/{items[3][2]}") == "/dev/net/tun"
    os.close(items[3][2])
    tun = open_tun("a", "tun8")
    with pytest.raises(EspdError) as error:
        agent.add_tunnel(IF_ID, tun, OUTER["a"])
    assert error.value.errno == errno.EEXIST
    agent.add_tunnel(8, tun, OUTER["a"])
    os.close(tun)
    agent.remove_tunnel(IF_ID)
    assert not held(world.a)
    assert len(held(world.a, TUNNEL_HELD)) == 1
    with pytest.raises(EspdError):
        agent.counters(IF_ID)


def test_a_second_charon_takes_over(world):
    world.connect()
    old = world.a.charon
    world.a.charon = world.a.espd.charon()
    assert orphaned(world.a) == [1, 1]
    with pytest.raises(OSError):
        old.flush_sas()
    world.ping()


def test_a_long_dump_reaches_a_slow_agent(world):
    """More answers than a socket's queue holds."""
    suite = SUITES["aes128gcm"]
    keys = make_keys(suite)
    for spi in range(0x10000, 0x10000 + 3000):
        world.a.charon.add_sa(IN, spi, IF_ID, world.b.outer, world.a.outer, suite, keys)
    world.a.agent.sequence += 1
    world.a.agent.send(21, sequence=world.a.agent.sequence)
    world.a.agent.sequence -= 1
    # Nobody reads while charon goes on working: the answer waits, nothing else does.
    for _ in range(50):
        world.a.charon.query_sa(IN, 0x10000, world.b.outer)
    items, acks = 0, 0
    while acks < 1:
        kind, sequence, body, fd = world.a.agent._receive(5)
        if sequence == 0:
            continue
        items += kind == SA_HELD
        acks += kind == 2
        if fd >= 0:
            os.close(fd)
    assert items == 3000


def test_peer_behind_nat_moves(world):
    world.connect()
    world.ping()
    a, b = world.a, world.b
    run("ip addr add 10.0.2.9/24 dev wan", "b")
    b.add_sockets("10.0.2.9")
    b.charon.update_sa(OUT, 0x1001, a.outer, "10.0.2.9", a.outer)
    # A hears an authentic packet from elsewhere, tells charon, and does not follow by itself.
    world.ping(count=1, source="b", check=False, options="-W 0.2")
    body = a.charon.wait_event(SA_MAPPING)
    direction, spi = struct.unpack("=I", body[:4])[0], struct.unpack("!I", body[4:8])[0]
    assert (direction, spi, socket.inet_ntoa(body[12:16]), struct.unpack("=H", body[16:18])[0]) == (IN, 0x1001, "10.0.2.9", 4500)
    dump = {struct.unpack("!I", body[4:8])[0]: socket.inet_ntoa(body[20:24]) for body in held(a)}
    assert dump[0x1000] == b.outer
    a.charon.update_sa(IN, 0x1001, b.outer, "10.0.2.9", a.outer)
    a.charon.update_sa(OUT, 0x1000, b.outer, a.outer, "10.0.2.9")
    b.charon.update_sa(IN, 0x1000, a.outer, a.outer, "10.0.2.9")
    a.charon.drain_events()
    world.ping()
    assert SA_MAPPING not in [kind for kind, _ in a.charon.drain_events()]


def test_lifetimes(world):
    a, b = world.a, world.b
    suite = SUITES["aes128-sha1"]
    keys = make_keys(suite)

    def expired():
        body = a.charon.wait_event(SA_EXPIRED)
        return struct.unpack("!I", body[4:8])[0], struct.unpack("=I", body[12:16])[0]

    a.charon.add_sa(OUT, 0x3000, IF_ID, a.outer, b.outer, suite, keys, packets=(2, 4))
    a.run(f"ping -c 6 -i 0.01 -W 0.2 {b.inner}", check=False)
    assert expired() == (0x3000, 0)
    assert expired() == (0x3000, 1)
    with pytest.raises(EspdError):
        a.charon.query_sa(OUT, 0x3000, b.outer)
    assert a.counters()["out_packets"] == 4
    a.charon.add_sa(OUT, 0x3001, IF_ID, a.outer, b.outer, suite, keys, lifetime=(1, 2))
    assert expired() == (0x3001, 0)
    assert expired() == (0x3001, 1)
    assert a.counters()["outbound_sas"] == 0


def test_what_goes_unanswered_is_counted(world):
    """Packets into the tunnel since the last one out of it: what a peer that died has cost."""
    world.connect()
    world.ping()
    a, b = world.a, world.b
    assert a.counters()["out_unanswered"] == 0
    b.run("ip link set tun7 down")
    a.run(f"ping -c 5 -i 0.05 -W 0.2 {b.inner}", check=False)
    assert a.counters()["out_unanswered"] == 5
    b.run("ip link set tun7 up")
    b.run(f"ip route replace {b.peer_inner}/32 dev tun7 src {b.inner}")
    world.ping(count=1)
    assert a.counters()["out_unanswered"] == 0


def test_sockets_can_be_taken_away(world):
    world.connect()
    world.a.agent.remove_socket(NATT, world.a.outer)
    world.ping(count=1, check=False, options="-W 0.2")
    world.a.wait_counters(lambda c: c["io"] >= 1)
    with pytest.raises(EspdError):
        world.a.agent.remove_socket(NATT, world.a.outer)


def test_the_device_is_deleted_under_it(world):
    world.connect()
    run("ip link del tun7", "a")
    world.ping(count=1, source="b", check=False, options="-W 0.2")
    world.a.wait_counters(lambda c: c["io"] >= 1)
    world.a.agent.remove_tunnel(IF_ID)


def test_an_early_agent_is_served(world):
    """Any message before HELLO, and a client that only connects, disturb nobody."""
    path = os.path.join(world.a.espd.run_dir, "agent.sock")
    for _ in range(20):
        stranger = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stranger.connect(path)
        stranger.send(b"\0" * 8)
        stranger.close()
    assert world.a.counters()["if_id"] == IF_ID
