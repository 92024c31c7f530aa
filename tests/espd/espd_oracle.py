# SPDX-License-Identifier: Apache-2.0
"""One espd, A, and the test itself as its peer B: made of scapy, so able to send what no honest peer would."""
import socket

from espd_world import IF_ID, World, make_keys
from esp_peer import EspPeer, udp_packet
from espd_client import IN, OUT, SUITES
from namespaces import inside, open_esp, open_udp


class Oracle:
    """espd A alone; the test holds B's sockets."""

    def __init__(self, tmp_path):
        self.world = World(tmp_path, sides="a")
        self.a = self.world.a
        self.spi = 0x10000
        self.udp = open_udp("b", self.a.peer_outer, 4500)
        self.raw = open_esp("b", self.a.peer_outer)
        with inside("a"):
            self.inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.inner.bind((self.a.inner, 4000))
        for sock in (self.udp, self.raw, self.inner):
            sock.settimeout(5)

    def add(self, suite, encapsulated=True, esn=False, both=True, direction=IN, **options):
        """SAs both ways: (peer that seals towards A, peer that opens what A sends); with both=False one of them."""
        self.spi += 2
        peers = []
        for way, spi in ((IN, self.spi), (OUT, self.spi + 1)) if both else ((direction, self.spi),):
            keys = make_keys(SUITES[suite])
            ends = (self.a.peer_outer, self.a.outer) if way == IN else (self.a.outer, self.a.peer_outer)
            self.a.charon.add_sa(way, spi, IF_ID, *ends, SUITES[suite], keys, encapsulated=encapsulated, esn=esn,
                                 **options)
            peers.append(EspPeer(suite, spi, keys, esn))
        return peers if both else (peers[0], None)

    def send(self, packet, encapsulated=True):
        if encapsulated:
            self.udp.sendto(packet, (self.a.outer, 4500))
        else:
            self.raw.sendto(packet, (self.a.outer, 0))

    def receive(self, encapsulated=True):
        if encapsulated:
            return self.udp.recv(65536)
        packet = self.raw.recv(65536)
        return packet[(packet[0] & 15) * 4 :]

    def inner_packet(self, payload, **fields):
        """What B's host would send to A's."""
        return udp_packet(self.a.peer_inner, self.a.inner, payload, 4001, 4000, **fields)

    def close(self):
        for sock in (self.udp, self.raw, self.inner):
            sock.close()
        self.a.agent.close()
        self.a.charon.close()
        self.a.espd.stop()
