# SPDX-License-Identifier: Apache-2.0
"""Which route carries a packet: policy before destination before BGP, published or not, weight and what is up.

    host 10.0.0.10 --- [VPC] --- 1, 2: policy routes, active and standby
                              |- 3, 4: destination routes, active and standby
                              |- 5:    BGP routes
                              |- 6:    a spoke of the same gateway, 10.0.200.1
                              '- 7:    a spoke of another gateway of the VPC, 10.0.201.1

Real packets, seen where they come out: at the data centre beyond the tunnel.
"""
import contextlib
import itertools
import re
import threading

import pytest

from lab.until import until
from test_network import made
from tunnels import Internet, Sender

POLICY, DESTINATION, BGP, SPOKE, STRANGER = (1, 2), (3, 4), 5, 6, 7
NO, UNPUBLISHED, PUBLISHED = range(3)
LAN = 0
SOURCES = {SPOKE: "10.0.200.1", STRANGER: "10.0.201.1"}
READY = 1 << 30
# What routes a destination has: {its first two bytes: (policy, destination, BGP)}.
CASES = {f"172.{100 + i}": case for i, case in enumerate(
    itertools.product((NO, UNPUBLISHED, PUBLISHED), (NO, UNPUBLISHED, PUBLISHED), (False, True)))}


class World:
    """The gateway, its data centres and its host."""

    def __init__(self, daemons):
        self.daemons, self.ids = daemons, made(daemons)
        gateway = daemons.call("CreateVpnGateway", VpcId=self.ids["vpc"], Bandwidth=10)["VpnGatewayId"]
        self.internet = Internet(daemons)
        self.connections = {number: self.internet.connection(self.ids, number)[0] for number in range(1, 7)}
        self.connections[STRANGER] = self.internet.connection(dict(self.ids, gateway=gateway), STRANGER, daemons.pool[1])[0]
        daemons.host.run("ip route add default via 10.0.0.1")
        self.host = Sender(daemons.host)
        self.serial = itertools.count()

    def policy(self, number, destination, source="10.0.0.0/16", publish=False, weight=100, priority=10):
        self.daemons.call("CreateVpnPbrRouteEntry", VpnGatewayId=self.ids["gateway"], NextHop=self.connections[number],
                          RouteSource=source, RouteDest=destination, Priority=priority, Weight=weight,
                          PublishVpc=str(publish).lower())

    def destination(self, number, destination, publish=False, weight=100):
        self.daemons.route(self.ids, self.connections[number], destination, publish, weight)

    def up(self, *numbers):
        """Brings these connections up and all others down."""
        for number, peer in self.internet.peers.items():
            if peer.is_up != (number in numbers):
                (peer.down if peer.is_up else peer.up)()
        until(lambda: all(metric < 102 for number, metric in self.metrics() if number in numbers) and
              all(metric > 101 for number, metric in self.metrics() if number not in numbers),
              f"the routes of {numbers} are up", 10)

    def metrics(self):
        """(connection, metric) of every route of ours whose place follows from what is up."""
        out = self.daemons.inside(self.ids, "ip route show table all proto 86")
        found = re.findall(r"dev vco(\d+) table (\d+).*metric (\d+)", out)
        return [(int(number), int(metric)) for number, table, metric in found
                if int(table) < READY or int(table) % 2 == 0]

    def transmitted(self):
        """Packets that the data plane has read out of each tunnel device."""
        out = self.daemons.inside(self.ids, "ip -o -s link")
        return {int(number): int(count) for number, count in re.findall(r"vco(\d+):.*TX:[a-z ]*\\\s+\d+\s+(\d+)", out)}

    def refused(self):
        """Packets without a way."""
        out = self.daemons.inside(self.ids, "cat /proc/net/netstat")
        names, values = [line.split() for line in out.splitlines() if line.startswith("IpExt:")]
        return int(values[names.index("InNoRoutes")])

    def send(self, entrance, destination, source=None):
        payload = f"packet {next(self.serial)}".encode()
        if entrance == LAN:
            self.host.send(destination, payload)
        else:
            self.internet.peers[entrance].send(source or SOURCES[entrance], destination, payload)
        return payload

    def way(self, entrance, destination, source=None):
        """The number of the tunnel by which a packet leaves; None: it was refused."""
        before, refused = self.transmitted(), self.refused()
        payload = self.send(entrance, destination, source)

        def seen():
            if self.refused() > refused:
                return [None]
            return [number for number, count in self.transmitted().items() if count > before[number]]
        (number,) = until(seen, f"{destination} from {entrance} goes somewhere", 5)
        if number and self.internet.peers[number].is_up:
            assert until(lambda: self.arrived(payload), f"{destination} arrives", 5) == [(number, destination)]
        return number

    def arrived(self, payload):
        """Where a packet has come to; the data plane may have kept former ones for a tunnel that was down."""
        return [(number, destination) for number, destination, got in self.internet.arrived() if got == payload]

    def close(self):
        self.host.close()
        self.internet.close()


@pytest.fixture
def world(daemons):
    made_world = World(daemons)
    yield made_world
    made_world.close()


def expected(case, entrance, carrier, propagates):
    """carrier: of an (active, standby) pair."""
    policy, destination, bgp = case
    least = PUBLISHED if entrance == LAN else UNPUBLISHED
    if entrance == STRANGER:
        return None
    if policy >= least:
        return carrier(POLICY)
    if destination >= least:
        return carrier(DESTINATION)
    return BGP if bgp and (propagates or entrance != LAN) else None


def check(world, why, carrier, propagates=False, entrances=(LAN, SPOKE)):
    wrong = []
    for entrance, (network, case) in itertools.product(entrances, CASES.items()):
        way, right = world.way(entrance, f"{network}.5.9"), expected(case, entrance, carrier, propagates)
        if way != right:
            wrong.append(f"{why}: {case} from {entrance} goes to {way}, not to {right}")
    assert not wrong, "\n".join(wrong)


def add_cases(world):
    """Each kind of route is longer than those that come before it, so that length alone would choose wrongly."""
    rules = routes = 0
    for network, (policy, destination, bgp) in CASES.items():
        for i, number in enumerate(POLICY if policy else ()):
            world.policy(number, f"{network}.0.0/16", publish=policy == PUBLISHED, weight=100 * (1 - i))
            rules += 4 if policy == PUBLISHED else 2
        for i, number in enumerate(DESTINATION if destination else ()):
            world.destination(number, f"{network}.5.0/24", publish=destination == PUBLISHED, weight=100 * (1 - i))
            routes += 2 if destination == PUBLISHED else 1
        if bgp:  # as BIRD does it
            world.daemons.inside(world.ids, f"ip route add {network}.5.9 dev vco{BGP} table 10002 proto bird")
    until(lambda: world.daemons.inside(world.ids, "ip rule").count("to 172.") == rules, f"{rules} rules", 20)
    until(lambda: len(re.findall(r"5.0/24 dev.*proto 86", world.daemons.inside(world.ids, "ip route show table all")))
          == routes, f"{routes} routes", 20)


def swap_weights(world):
    for network, (policy, destination, _) in CASES.items():
        for kinds, numbers, action, more in (
                (policy, POLICY, "ModifyVpnPbrRouteEntryWeight", {"RouteSource": "10.0.0.0/16", "RouteDest": f"{network}.0.0/16"}),
                (destination, DESTINATION, "ModifyVpnRouteEntryWeight", {"RouteDest": f"{network}.5.0/24"})):
            for number, weight in zip(numbers if kinds else (), (100, 0)):
                world.daemons.call(action, VpnGatewayId=world.ids["gateway"], NextHop=world.connections[number],
                                   Weight=weight, NewWeight=100 - weight, **more)


def test_all_pairs(world):
    """Every combination of routes, from the LAN and from spokes, with all, some and none of them up."""
    add_cases(world)
    spokes = (BGP, SPOKE, STRANGER)
    world.up(*POLICY, *DESTINATION, *spokes)
    check(world, "all are up", lambda pair: pair[0], entrances=(LAN, SPOKE, STRANGER))
    world.up(POLICY[1], DESTINATION[1], *spokes)
    check(world, "the active ones are down", lambda pair: pair[1])
    world.up(*spokes)
    check(world, "none is up", lambda pair: pair[0])
    world.daemons.call("ModifyVpnGatewayAttribute", VpnGatewayId=world.ids["gateway"], AutoPropagate="true")
    until(lambda: "lookup 10002" in world.daemons.inside(world.ids, "ip rule show pref 995000"), "BGP is published", 5)
    world.up(*POLICY, *DESTINATION, *spokes)
    check(world, "BGP is published", lambda pair: pair[0], propagates=True)
    swap_weights(world)
    until(lambda: world.way(LAN, "172.116.5.9") == POLICY[1], "the last weight is exchanged", 10)
    check(world, "weights are exchanged", lambda pair: pair[1], propagates=True)


def test_longest_match(world):
    """Of policy routes: the lowest priority, then the longest destination, then the longest source."""
    for number, source, destination, priority in ((1, "10.0.0.0/16", "172.20.0.0/16", 10),
                                                  (2, "10.0.0.0/16", "172.20.5.0/24", 10),
                                                  (3, "10.0.0.0/24", "172.20.5.0/24", 10),
                                                  (4, "10.0.0.10/32", "172.20.0.0/16", 10),
                                                  (5, "10.0.200.0/24", "172.16.0.0/12", 5)):
        world.policy(number, destination, source, publish=True, priority=priority)
    until(lambda: world.daemons.inside(world.ids, "ip rule").count("to 172.") == 20, "all rules", 10)
    world.up(*range(1, 8))
    for entrance, source, destination, number in ((LAN, None, "172.20.5.9", 3), (LAN, None, "172.20.7.9", 4),
                                                  (SPOKE, "10.0.200.1", "172.20.5.9", 5), (SPOKE, "10.0.201.1", "172.20.5.9", 2),
                                                  (SPOKE, "10.0.201.1", "172.20.7.9", 1), (SPOKE, "10.1.0.1", "172.20.5.9", None),
                                                  (SPOKE, "10.0.201.1", "172.21.0.1", None)):
        assert world.way(entrance, destination, source) == number, (source, destination)
    route = {"VpnGatewayId": world.ids["gateway"], "NextHop": world.connections[3], "RouteSource": "10.0.0.0/24",
             "RouteDest": "172.20.5.0/24", "Weight": 100}
    world.daemons.call("ModifyVpnPbrRouteEntryPriority", Priority=10, NewPriority=20, **route)
    until(lambda: world.way(LAN, "172.20.5.9") == 2, "another priority", 5)
    world.daemons.call("DeleteVpnPbrRouteEntry", Priority=20, **route)
    until(lambda: world.daemons.inside(world.ids, "ip rule").count("to 172.") == 16, "its rules are gone", 5)


@contextlib.contextmanager
def stream(world, *destinations):
    """Packets all the time; afterwards every one of them has arrived."""
    over, serials, got = threading.Event(), itertools.count(), set()

    def run():
        while not over.wait(0.001):
            serial = next(serials)
            for destination in destinations:
                world.host.send(destination, f"stream {serial}".encode())
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    sent = {(destination, f"stream {serial}".encode())
            for serial, destination in itertools.product(range(next(serials)), destinations)}

    def all_have_arrived():
        got.update((destination, payload) for _, destination, payload in world.internet.arrived())
        return sent <= got
    until(all_have_arrived, f"every one of {len(sent)} packets", 20)


def moved(world, number, priority):
    """Is a rule into this connection in the published section at this priority?"""
    first = 500000 + 1000 + priority * 33 * 33 * 4
    out = world.daemons.inside(world.ids, "ip rule")
    found = re.findall(rf"(\d+):.*lookup {READY + 2 * number} ", out)
    return any(first <= int(preference) < first + 33 * 33 * 4 for preference in found)


def test_nothing_is_lost_by_switching(world):
    """Back to the active connection, weights exchanged, another priority: no packet is lost meanwhile."""
    policy, destination = "172.20.5.9", "172.21.5.9"
    for number, weight in zip((*POLICY, *DESTINATION), (100, 0, 100, 0)):
        add = world.policy if number in POLICY else world.destination
        add(number, "172.20.0.0/16" if number in POLICY else "172.21.0.0/16", publish=True, weight=weight)
    until(lambda: world.daemons.inside(world.ids, "ip rule").count("to 172.20.0.0/16") == 8, "all rules", 10)
    world.up(POLICY[1], DESTINATION[1])
    until(lambda: world.way(LAN, policy) == POLICY[1] and world.way(LAN, destination) == DESTINATION[1], "the standby carries", 5)
    with stream(world, policy, destination):
        world.up(*POLICY, *DESTINATION)
    until(lambda: world.way(LAN, policy) == POLICY[0] and world.way(LAN, destination) == DESTINATION[0], "back again", 5)
    pairs = ((POLICY, "ModifyVpnPbrRouteEntryWeight", {"RouteSource": "10.0.0.0/16", "RouteDest": "172.20.0.0/16"}),
             (DESTINATION, "ModifyVpnRouteEntryWeight", {"RouteDest": "172.21.0.0/16"}))
    with stream(world, policy, destination):
        for pair, action, route in pairs:
            for number, weight in zip(pair, (100, 0)):
                world.daemons.call(action, VpnGatewayId=world.ids["gateway"], NextHop=world.connections[number],
                                   Weight=weight, NewWeight=100 - weight, **route)
        world.daemons.call("ModifyVpnPbrRouteEntryPriority", VpnGatewayId=world.ids["gateway"], Weight=100, NewPriority=7,
                           NextHop=world.connections[POLICY[1]], RouteSource="10.0.0.0/16", RouteDest="172.20.0.0/16")
        until(lambda: moved(world, POLICY[1], 7) and not moved(world, POLICY[1], 10), "its rules have moved", 5)
    until(lambda: world.way(LAN, policy) == POLICY[1] and world.way(LAN, destination) == DESTINATION[1], "the others carry", 5)
