# SPDX-License-Identifier: Apache-2.0
"""Data centres beyond the Internet: UDP sockets that speak ESP with the real data plane, by scapy's algorithms.

    host --- lan0 [gateway machine] wan0 --- wan1 [internet: one address per peer]

What a peer gets was a packet that the kernel of the gateway machine routed into that peer's tunnel; what it sends
comes out of the tunnel there. There is no IKE: the test puts the keys into the data plane, as charon's plug-in does.
"""
import os
import pathlib
import select
import socket
import sys

from scapy.layers.inet import IP, UDP

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import espd_client  # noqa: E402
from esp_peer import EspPeer, udp_packet  # noqa: E402
from lab.machine import Machine  # noqa: E402
from lab.until import until  # noqa: E402

SUITE = "aes128-sha1"
PORT = 4001
SO_RCVBUFFORCE = 33  # the socket module does not know it


class Peer:
    """One data centre, connection `number`, with the SAs of a CHILD_SA while it is up."""

    def __init__(self, internet, number, address, local):
        self.internet, self.number, self.address, self.local = internet, number, address, local
        self.spi, self.sequence, self.is_up = 0x1000 * number, 0, False
        internet.machine.address("wan1", f"{address}/32")
        self.socket = internet.machine.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        self.socket.bind((address, 4500))

    def up(self):
        self.spi, self.sequence, self.is_up = self.spi + 2, 0, True
        suite, ways = espd_client.SUITES[SUITE], []
        for direction, spi, source, destination in (
                (espd_client.OUT, self.spi + 1, self.local, self.address),
                (espd_client.IN, self.spi, self.address, self.local)):
            keys = os.urandom(suite[1]), os.urandom(suite[3])
            self.internet.charon.add_sa(direction, spi, if_id=self.number, source=source, destination=destination,
                                        suite=suite, keys=keys)
            ways.append(EspPeer(SUITE, spi, keys))
        self.opens, self.seals = ways

    def down(self):
        self.is_up = False
        for direction, spi in ((espd_client.IN, self.spi), (espd_client.OUT, self.spi + 1)):
            self.internet.charon.remove_sa(direction, spi, self.address)

    def send(self, source, destination, payload):
        self.sequence += 1
        inner = udp_packet(source, destination, payload, PORT, PORT)
        self.socket.sendto(self.seals.seal(inner, self.sequence), (self.local, 4500))

    def receive(self):
        """(destination, payload) of one packet that is there; None when it was none of UDP."""
        packet = IP(self.opens.open(self.socket.recv(65536))[2])
        return (packet.dst, bytes(packet[UDP].payload)) if UDP in packet else None


class Internet:
    """Everything beyond wan0 of a gateway machine."""

    def __init__(self, daemons):
        self.daemons, self.peers = daemons, {}
        self.machine = Machine("internet", daemons.folder)
        daemons.machine.run(f"ip link set wan1 netns {self.machine.path}")
        self.machine.address("wan1", "198.51.100.1/24")
        self.machine.run("ip link set wan1 up")
        daemons.machine.run("ip route add 203.0.113.0/24 via 198.51.100.1")
        self.charon = espd_client.Client(daemons.run_dir / "espd" / "ike.sock")

    def connection(self, ids, number, local=None):
        """A connection of the API, the next one that is made, and its data centre: (id, peer)."""
        address = f"203.0.113.{number}"
        made = self.daemons.connection(ids, address)
        peer = self.peers[number] = Peer(self, number, address, local or self.daemons.pool[0])
        until(lambda: f"vco{number}:" in self.daemons.inside(ids, "ip link"), f"vco{number} is there", 10)
        return made, peer

    def arrived(self, seconds=0):
        """What has come to any peer: [(number, destination, payload)]; waits for the first."""
        by_socket = {peer.socket: peer for peer in self.peers.values()}
        found = []
        while ready := select.select(list(by_socket), [], [], 0 if found else seconds)[0]:
            for one in ready:
                if got := by_socket[one].receive():
                    found.append((by_socket[one].number, *got))
        return found

    def close(self):
        for peer in self.peers.values():
            peer.socket.close()
        self.charon.close()
        self.machine.close()


class Sender:
    """UDP packets of a LAN host, from and to PORT."""

    def __init__(self, machine, source="10.0.0.10"):
        self.source = source
        self.socket = machine.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((source, PORT))
        self.socket.setblocking(False)

    def send(self, destination, payload):
        self.socket.sendto(payload, (destination, PORT))

    def receive(self):
        """(source, payload) of one packet; None when there is none."""
        try:
            payload, (address, _) = self.socket.recvfrom(65536)
            return address, payload
        except BlockingIOError:
            return None

    def close(self):
        self.socket.close()
