# SPDX-License-Identifier: Apache-2.0
"""Half-open exchanges from many sources and garbage at full rate do not keep another peer out.

The flood comes from the Internet's router with forged sources: a genuine IKE_SA_INIT of a data
centre, again and again with another address and initiator SPI.
"""
import os
import random
import socket
import struct
import threading
import time

import pytest

from lab.traffic import Pings
from lab.until import until

EXCHANGES = 10000


def ip_packet(source, destination, body, protocol=17):
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(destination))
    return header + body  # the kernel fills in the header's checksum


def udp(source_port, port, payload):
    return struct.pack(">HHHH", source_port, port, 8 + len(payload), 0) + payload


def forged_sources(count):
    seed = random.Random(2)
    return [f"{seed.randint(1, 9)}.{seed.randint(0, 255)}.{seed.randint(0, 255)}.{seed.randint(1, 254)}"
            for _ in range(count)]


class Flood:
    """Sends packets from the Internet's namespace in a thread until stopped; counts them."""

    def __init__(self, lab, packets, destination, rate=None):
        self.socket = lab.world.internet.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.packets, self.destination, self.rate, self.sent = packets, destination, rate, 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        started = time.monotonic()
        for packet in self.packets:
            ahead = self.sent / self.rate - (time.monotonic() - started) if self.rate else 0
            if self.stopped.wait(ahead) if ahead > 0 else self.stopped.is_set():
                return
            try:
                self.socket.sendto(packet, (self.destination, 0))
                self.sent += 1
            except OSError:
                time.sleep(0)  # the link's queue is full: the rate is what it carries

    def stop(self):
        self.stopped.set()
        self.thread.join()
        self.socket.close()


@pytest.fixture(name="b")
def _carrier(site):
    s = site()
    s.configure_peer()
    s.create()
    s.wait_up()
    s.check_pings()
    return s


def initial_message(lab, s):
    packets = [p for p in lab.capture.packets() if p.kind == "ike" and p.destination == s.vpc.internet_ip
               and struct.unpack_from(">Q", p.data, 16)[0] == 0]
    return packets[-1].data[8:]


def check_under(lab, b, site, flood):
    pings = Pings(lab.host, b.dc.host_address)
    pings.wait()
    until(lambda: flood.sent > 500, "the flood runs", 5)
    other = site(EffectImmediately=False)
    other.configure_peer()
    other.create()
    lab.gateway.wait_state(other.id)
    started = time.monotonic()
    other.dc.initiate(10)
    took = time.monotonic() - started
    pings.wait(20)
    pings.stop()
    assert took <= 2, f"another peer connected after {took:.2f} s"
    assert not pings.lost, f"{len(pings.lost)} of {pings.sent} pings lost"
    return other


def test_half_open_exchanges(lab, b, site):
    b.dc.terminate()
    b.dc.initiate()
    b.wait_up()
    template = initial_message(lab, b)
    target = b.vpc.internet_ip
    packets = [ip_packet(source, target, udp(500, 500, os.urandom(8) + template[8:]))
               for source in forged_sources(EXCHANGES)]
    flood = Flood(lab, packets, target, rate=2500)
    try:
        other = check_under(lab, b, site, flood)
        until(lambda: flood.sent >= EXCHANGES * 0.99, "all exchanges were opened", 60)
    finally:
        flood.stop()
    other.check_pings()
    b.check_pings()


@pytest.mark.parametrize("port", [500, 4500])
def test_garbage(lab, b, site, port):
    target = b.vpc.internet_ip
    sources = forged_sources(64)
    seed = random.Random(port)

    def forever():
        chunks = [seed.randbytes(seed.randint(1, 400)) for _ in range(64)]
        while True:
            for source, chunk in zip(sources, chunks):
                yield ip_packet(source, target, udp(seed.randint(1024, 65535), port, chunk))

    flood = Flood(lab, forever(), target)
    try:
        check_under(lab, b, site, flood)
    finally:
        flood.stop()
    b.check_pings()
