# SPDX-License-Identifier: Apache-2.0
"""Forged, truncated, replayed and foreign packets change nothing and reach nobody."""
import os
import random
import socket
import struct

import pytest

from lab.until import until
from lab.wire import Capture


@pytest.fixture(name="s")
def _up(site):
    s = site()
    s.configure_peer()
    s.create()
    s.wait_up()
    s.check_pings()
    return s


@pytest.fixture(name="lan")
def _lan(lab):
    with Capture(lab.host, "eth0") as capture:
        yield capture


def send(lab, source, target, packets):
    """UDP bodies (with ports) from the Internet's router, as if from the data centre."""
    with lab.world.internet.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
        for body in packets:
            header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, 17, 0,
                                 socket.inet_aton(source), socket.inet_aton(target))
            out.sendto(header + struct.pack(">HHHH", *struct.unpack_from(">HH", body), len(body), 0) + body[8:],
                       (target, 0))


def esp_from_peer(lab, s):
    return [p.data for p in lab.capture.packets() if p.kind == "esp-udp" and p.source == s.dc.internet_ip]


def requests(lan, s):
    return [p for p in lan.packets() if p.protocol == 1 and p.source == s.dc.host_address and p.data[0] == 8]


def still_works(s, lan, expected):
    """A good packet sent after the bad ones arrives, and nothing but good ones has."""
    s.dc.host.run(f"ping -n -q -c 1 -W 2 {s.vpc.net}.10")
    until(lambda: len(requests(lan, s)) >= expected, "the last good packet", 5)
    assert len(requests(lan, s)) == expected
    assert s.gateway.connection(s.id)["Status"] == "ipsec_sa_established"


def test_a_replayed_packet_is_dropped(lab, s, lan):
    s.dc.host.run(f"ping -n -q -c 20 -i 0.02 -W 2 {s.vpc.net}.10")
    until(lambda: len(requests(lan, s)) == 20, "20 echo requests", 5)
    send(lab, s.dc.internet_ip, s.vpc.internet_ip, esp_from_peer(lab, s)[-40:] * 3)
    still_works(s, lan, 21)


def test_forged_and_truncated_packets_are_dropped(lab, s, lan):
    s.dc.host.run(f"ping -n -q -c 5 -i 0.02 -W 2 {s.vpc.net}.10")
    until(lambda: len(requests(lan, s)) == 5, "5 echo requests", 5)
    good = esp_from_peer(lab, s)[-1]
    seed, bad = random.Random(1), []
    spi, sequence = struct.unpack_from(">II", good, 8)
    for number in range(300):
        ahead = good[:12] + struct.pack(">I", sequence + 1000 + number) + good[16:]
        at = seed.randrange(8, len(good))
        bad += [ahead, good[:at] + bytes([good[at] ^ 1]) + good[at + 1:], good[:seed.randrange(8, len(good))],
                good[:8] + struct.pack(">I", seed.getrandbits(32)) + good[12:], good + os.urandom(16)]
    send(lab, s.dc.internet_ip, s.vpc.internet_ip, bad)
    assert spi
    still_works(s, lan, 6)


def test_garbage_on_the_ike_ports_changes_nothing(lab, s, lan):
    seed, bad = random.Random(3), []
    real = [p.data for p in lab.capture.packets() if p.kind == "ike" and p.source == s.dc.internet_ip][:8]
    for number in range(600):
        port = (500, 4500)[number % 2]
        body = bytearray(seed.choice(real)[8:])
        for _ in range(seed.randint(1, 8)):
            body[seed.randrange(len(body))] = seed.getrandbits(8)
        bad.append(struct.pack(">HHHH", port, port, 0, 0) + bytes(body[:seed.randint(1, len(body))]))
    send(lab, s.dc.internet_ip, s.vpc.internet_ip, bad)
    still_works(s, lan, 1)


def test_a_packet_outside_the_selectors_is_not_delivered(lab, s, lan):
    """A data centre must not reach what lies behind another: the source is checked against its route."""
    s.dc.host.run("ip address add 203.0.113.250/32 dev lo")
    s.dc.router.run("ip route add 203.0.113.250 via " + s.dc.host_address)
    s.dc.host.run(f"ping -n -q -c 3 -i 0.05 -W 1 -I 203.0.113.250 {s.vpc.net}.10", check=False)
    still_works(s, lan, 1)
