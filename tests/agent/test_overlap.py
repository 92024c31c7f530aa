# SPDX-License-Identifier: Apache-2.0
"""Two VPCs with the same addresses, and data centres with the same addresses behind them, on one machine.

    host   10.0.0.10 --- [VPC a 10.0.0.0/16, gateway a] --- 1: 192.168.10.0/24
    host b 10.0.0.10 --- [VPC b 10.0.0.0/16, gateway b] --- 2: 192.168.10.0/24
"""
import pytest

from lab.machine import Machine, link
from lab.until import until
from test_network import has, made
from tunnels import Internet, Sender

HOST, CENTRE = "10.0.0.10", "192.168.10.1"


class Twins:
    """Everything twice; hosts and peers in the same order."""

    def __init__(self, daemons):
        self.daemons, self.internet = daemons, Internet(daemons)
        self.other = Machine("other", daemons.folder)
        link(daemons.machine, "lan8", self.other, "eth0")
        self.other.address("eth0", f"{HOST}/24")
        self.sides, self.peers, self.hosts = [], [], []
        for i, (machine, interface) in enumerate(((daemons.host, "lan0"), (self.other, "lan8"))):
            ids = made(daemons) if i == 0 else daemons.vpc(interface)
            until(lambda ids=ids: ids["namespace"] in daemons.namespaces(), "its namespace", 10)
            connection, peer = self.internet.connection(ids, i + 1, daemons.pool[i])
            daemons.route(ids, connection, "192.168.10.0/24")
            daemons.call("CreateVpnPbrRouteEntry", VpnGatewayId=ids["gateway"], NextHop=connection, RouteSource="10.0.0.0/24",
                         RouteDest="192.168.10.1/32", Priority=10, Weight=100, PublishVpc="true")
            has(daemons, ids, "ip rule", "to 192.168.10.1")
            has(daemons, ids, "ip route show table 10000", f"vco{i + 1}")
            has(daemons, ids, "ip -4 address", "10.0.0.1/24")
            peer.up()
            machine.run("ip route add default via 10.0.0.1")
            self.sides.append(ids)
            self.peers.append(peer)
            self.hosts.append(Sender(machine, HOST))

    def out(self, *payloads):
        """Each host sends its own; what has come to the peers, once there are as many as payloads."""
        for host, payload in zip(self.hosts, payloads):
            host.send(CENTRE, payload)
            host.send("192.168.10.2", payload)
        got = []
        until(lambda: got.extend(self.internet.arrived()) or len(got) >= 2 * len(payloads), "all arrive", 5)
        return sorted(got)

    def back(self, *payloads):
        for peer, payload in zip(self.peers, payloads):
            peer.send(CENTRE, HOST, payload)
        return [until(host.receive, "an answer", 5) for host in self.hosts]

    def close(self):
        for host in self.hosts:
            host.close()
        self.internet.close()
        self.other.close()


@pytest.fixture
def twins(daemons):
    made_twins = Twins(daemons)
    yield made_twins
    made_twins.close()


def test_no_packet_crosses(twins):
    """Same source, same destination, same ports: each goes through its own VPC, there and back."""
    for turn in range(20):
        a, b = f"a {turn}".encode(), f"b {turn}".encode()
        assert twins.out(a, b) == sorted((number, destination, payload) for number, payload in ((1, a), (2, b))
                                         for destination in (CENTRE, "192.168.10.2"))
        assert twins.back(a, b) == [(CENTRE, a), (CENTRE, b)]
    assert not twins.internet.arrived()
    assert [host.receive() for host in twins.hosts] == [None, None]


def test_one_goes_down_alone(twins):
    """What cannot go its own way does not take the other's."""
    twins.peers[0].down()
    ids = twins.sides[0]
    until(lambda: "metric 102" in twins.daemons.inside(ids, "ip route show table 10000"), "it is down", 5)
    for turn in range(20):
        twins.hosts[0].send(CENTRE, f"a {turn}".encode())
        payload = f"b {turn}".encode()
        twins.hosts[1].send(CENTRE, payload)
        assert twins.internet.arrived(5) == [(2, CENTRE, payload)]
    twins.peers[1].send(CENTRE, HOST, b"back")
    assert until(twins.hosts[1].receive, "an answer", 5) == (CENTRE, b"back")
    assert twins.hosts[0].receive() is None
