# SPDX-License-Identifier: Apache-2.0
"""Super-packets: what the kernel leaves whole is split, what comes together is joined, and wherever
kernel, device or socket lacks a part the same bytes arrive without it.
"""
import os
import socket
import struct

import pytest
from esp_peer import EspPeer, udp_packet
from espd_client import IN, SUITES
from espd_world import IF_ID, INNER, OUTER, World, clean_up, make_keys
from namespaces import IFF_NO_PI, IFF_TUN, inside, run
from test_espd_traffic import transfer

SO_NO_CHECK = 11  # UDP without checksums: the kernel refuses UDP_SEGMENT with EINVAL
UDP_SEGMENT, UDP_GRO = 103, 104
CHECKSUM, TSO4, TSO6, TSO_ECN, USO4, USO6 = 1, 2, 4, 8, 0x20, 0x40
PORT = 6000

TUNS = {
    "all": {},
    "before 6.2": {"offloads": CHECKSUM | TSO4 | TSO6 | TSO_ECN},
    "checksums only": {"offloads": CHECKSUM},
    "header only": {"offloads": 0},
    "no header": {"flags": IFF_TUN | IFF_NO_PI},
}


def packets(side, device, direction):
    """How many the kernel counted; a super-packet is one."""
    return int(side.run(f"cat /sys/class/net/{device}/statistics/{direction}_packets"))


def no_drops(world):
    for side in world.sides:
        counters = side.counters()
        assert not any(counters[name] for name in ("selector_in", "selector_out", "replay", "auth", "malformed", "sequence")), counters


class Counted:
    """The kernel's and espd's counts of what went from a to b while inside."""

    def __init__(self, world):
        self.world = world

    def _count(self):
        a, b = self.world.a, self.world.b
        return (a.counters()["out_packets"], packets(a, "wan", "tx"), b.counters()["in_packets"], packets(b, "tun7", "rx"))

    def __enter__(self):
        self.before = self._count()
        return self

    def __exit__(self, *_):
        self.sealed, self.wire, self.opened, self.tun = (
            after - before for after, before in zip(self._count(), self.before))


@pytest.fixture
def made(tmp_path):
    """Makes a world as asked."""
    try:
        worlds = []

        def make(**options):
            worlds.append(World(tmp_path, **options))
            return worlds[0]

        yield make
        for world in worlds:
            world.close()
    finally:
        clean_up()


@pytest.mark.parametrize("encapsulated", [True, False], ids=["natt", "native"])
@pytest.mark.parametrize("tun", TUNS)
def test_every_kind_of_device(made, tun, encapsulated):
    world = made(tun=TUNS[tun])
    world.connect(encapsulated=encapsulated)
    world.ping(size=1300)
    for source in "ab":
        transfer(world, source)
    datagrams(world, 1200, 40)
    no_drops(world)


def test_super_packets_all_the_way(made):
    """TCP: few sends on the wire, few writes to the device, many packets."""
    world = made()
    world.connect()
    with Counted(world) as counted:
        transfer(world, "a", 4_000_000)
    assert counted.sealed > 2900 and counted.opened > 2900
    assert counted.wire < counted.sealed / 4, vars(counted)
    assert counted.tun < counted.opened / 4, vars(counted)
    no_drops(world)


def datagrams(world, size, count, group=None, options=()):
    """Sends count datagrams from a to b, group of them with one call; what arrived, in order."""
    with inside("b"):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for option in options:
            receiver.setsockopt(socket.SOL_UDP, option, 1)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        receiver.bind((INNER["b"], PORT))
        receiver.settimeout(5)
    with inside("a"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if group:
            sender.setsockopt(socket.SOL_UDP, UDP_SEGMENT, size)
    sent = [os.urandom(size) for _ in range(count)]
    with sender, receiver:
        for i in range(0, count, group or 1):
            sender.sendto(b"".join(sent[i : i + (group or 1)]), (INNER["b"], PORT))
        got = []
        while sum(map(len, got)) < size * count:
            got.append(receiver.recv(65536))
    assert b"".join(got) == b"".join(sent)
    return got


def test_datagrams_are_split(made):
    world = made()
    world.connect()
    got = datagrams(world, 1200, 120, group=40)
    assert [len(one) for one in got] == [1200] * 120
    no_drops(world)
    assert world.a.counters()["out_packets"] == world.b.counters()["in_packets"] == 120


def test_datagrams_are_joined(made):
    """A receiver that asks for it sees what came in one batch as one."""
    world = made()
    world.connect()
    with Counted(world) as counted:
        got = datagrams(world, 1200, 120, group=40, options=[UDP_GRO])
    assert max(len(one) for one in got) > 1200 and all(len(one) % 1200 == 0 for one in got)
    assert counted.tun < counted.opened, vars(counted)
    no_drops(world)


def test_socket_without_checksums_sends_apart(made):
    """EINVAL: the kernel does not segment there. Nothing is lost, and it is not asked every time."""
    world = made(sockets={SO_NO_CHECK: 1})
    world.connect()
    with Counted(world) as counted:
        transfer(world, "a")
    assert counted.wire >= counted.sealed > 1400, vars(counted)
    assert world.a.counters()["io"] == world.b.counters()["io"] == 0
    no_drops(world)


def test_switched_off(made):
    """For a network card that breaks super-packets: none is sent or received, also on sockets that did before."""
    world = made(arguments=["--no-super-packets"])
    world.connect()
    with Counted(world) as counted:
        transfer(world, "a")
    assert counted.wire >= counted.sealed > 1400, vars(counted)
    no_drops(world)


@pytest.mark.parametrize("feature", ["tx-udp-segmentation", "tx-checksum-ip-generic", "gro"])
def test_network_card_lacks(made, feature):
    world = made()
    for side in "ab":
        run(f"ethtool -K wan {feature} off", side)
    world.connect()
    for source in "ab":
        transfer(world, source)
    datagrams(world, 1200, 120, group=40)
    assert world.a.counters()["io"] == world.b.counters()["io"] == 0
    no_drops(world)


def segmenting(size):
    """A's socket, which sends one super-packet a call."""
    with inside("a"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_UDP, UDP_SEGMENT, size)
    sender.bind((OUTER["a"], 4500))
    return sender


def test_super_packets_of_two_sas(made):
    """UDP_GRO joins by addresses and size: one super-packet with two SPIs and a forged packet in between."""
    world = made(sides="b")
    b, suite, peers = world.b, "aes128-sha1", []
    for spi in (0x1000, 0x2000):
        keys = make_keys(SUITES[suite])
        b.charon.add_sa(IN, spi, IF_ID, OUTER["a"], OUTER["b"], SUITES[suite], keys)
        peers.append(EspPeer(suite, spi, keys))
    inner = [udp_packet(INNER["a"], INNER["b"], struct.pack("!I", i) * 50, 4001, PORT) for i in range(20)]
    sealed = [peers[i % 2].seal(packet, 1 + i // 2) for i, packet in enumerate(inner)]
    forged = sealed[5][:-1] + bytes([sealed[5][-1] ^ 1])
    with inside("b"):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((INNER["b"], PORT))
        receiver.settimeout(5)
    with receiver, segmenting(len(forged)) as sender:
        sender.sendto(b"".join(sealed[:5] + [forged] + sealed[5:]), (OUTER["b"], 4500))
        assert [receiver.recv(2048) for _ in inner] == [struct.pack("!I", i) * 50 for i in range(20)]
    counters = b.counters()
    assert counters["in_packets"] == 20 and counters["auth"] == 1 and counters["replay"] == 0
    assert [b.charon.query_sa(IN, spi, OUTER["a"])[0] for spi in (0x1000, 0x2000)] == [10, 10]


def test_keepalive_behind_packets(made):
    """A shorter datagram ends a super-packet: a keepalive and an IKE message behind ESP are what they are."""
    world = made(sides="b")
    esp, ike = struct.pack("!I", 0x7FFFFFFF) + os.urandom(96), b"\0\0\0\0" + os.urandom(40)
    with segmenting(len(esp)) as sender:
        for last in (b"\xff", ike):
            for _ in range(5):
                sender.sendto(esp * 10 + last, (OUTER["b"], 4500))
    counters = world.b.wait_global(lambda c: c["unknown_spi"] == 100 and c["keepalives"] == 5)
    assert counters["garbage"] == 5 and counters["ike_in"] == 0
    world.b.agent.close()
    world.b.charon.close()


def test_narrow_path_with_super_packets(made):
    """The path narrows under a running stream: no segment is lost for good, in either kind of answer."""
    world = made()
    world.connect()
    transfer(world, "a", 500_000)
    run("ip link set to-b mtu 700", "r")
    run("ip link set wan mtu 700", "b")
    transfer(world, "a", 3_000_000)
    transfer(world, "b", 3_000_000)
    assert world.a.counters()["too_big"] > 0 and world.a.counters()["io"] == 0
    no_drops(world)


@pytest.mark.parametrize("modes", [(0, 3), (3, 0)], ids=["fragments first", "errors first"])
def test_datagrams_on_a_narrow_path(made, modes):
    """UDP left whole by the kernel: without DF its segments are fragmented each, with DF one error answers them all."""
    world = made()
    world.connect()
    run("ip link set wan mtu 900", "a")
    with inside("b"):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((INNER["b"], PORT))
        receiver.settimeout(5)
    with inside("a"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.setsockopt(socket.SOL_UDP, UDP_SEGMENT, 1200)
    with sender, receiver:
        for mode in modes:  # IP_MTU_DISCOVER: DONT, PROBE
            sender.setsockopt(socket.SOL_IP, 10, mode)
            sender.sendto(os.urandom(1200 * 20), (INNER["b"], PORT))
            if mode == 3:
                world.a.wait_counters(lambda c: c["too_big"] == 20)
                run("ip route flush cache", "a")  # the sender forgets it: its own kernel would refuse
        got = [len(receiver.recv(2048)) for _ in range(20)]
    assert got == [1200] * 20
    assert world.a.counters()["io"] == 0
    received = world.a.run("nstat -asz IcmpInDestUnreachs")
    assert int(received.split()[-2]) == 1, received
