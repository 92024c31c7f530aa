# SPDX-License-Identifier: Apache-2.0
"""Which route carries a packet, over every combination: (policy, destination, BGP) x published or not x weight.

     vpc-host --- gateway ---+--- dc1, dc2   policy routes, weight 100 and 0
                             +--- dc3, dc4   destination routes, weight 100 and 0
                             +--- dc5        announces over BGP
                             '--- dc6        a spoke: sends too

Each kind of route is longer than those that come before it, so that length alone would choose wrongly. Packets are
real ones, and what counts is the data centre that gets them.
"""
import itertools
import re
import select
import socket

import pytest

from lab.bgp import TUNNEL, Bird
from lab.job import Connection
from lab.until import until

NO, UNPUBLISHED, PUBLISHED = range(3)
NETS = "172.96.0.0/11"  # all cases; what leaves a tunnel for them is for the data centre's router itself
PORT = 4001
# What routes a destination has: {its first two bytes: (policy, destination, BGP)}.
CASES = {f"172.{100 + i}": case for i, case in enumerate(
    itertools.product((NO, UNPUBLISHED, PUBLISHED), (NO, UNPUBLISHED, PUBLISHED), (False, True)))}
BGP = {"EnableBgp": "true", "TunnelCidr": "169.254.77.0/30", "LocalBgpIp": "169.254.77.1"}


class Site(Connection):
    """A data centre whose router takes every packet of a case."""

    def __init__(self, lab, **parameters):
        super().__init__(lab.vpc, lab.world.datacentre().start(), **parameters)
        router = self.dc.router
        router.run(f"ip rule add pref 90 iif {TUNNEL} to {NETS} lookup 90")
        router.run(f"ip route add local {NETS} dev lo table 90")
        self.receiver = router.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.bind(("0.0.0.0", PORT))
        self.receiver.setblocking(False)
        self.create()
        self.up()

    def up(self):
        self.configure_peer()
        self.wait_up(60)

    def down(self):
        """It comes to nothing any more: the peer knows another key."""
        self.dc.load(self.vpc.internet_ip, "another key")
        self.dc.terminate()
        self.gateway.wait_status(self.id, "ike_sa_not_established", 15)


class World:
    def __init__(self, lab):
        self.lab, self.gateway, self.serial = lab, lab.gateway, itertools.count()
        self.policy, self.destination = [Site(lab), Site(lab)], [Site(lab), Site(lab)]
        self.bgp = Site(lab, customer={"Asn": "65001"}, BgpConfig=BGP)
        self.spoke = Site(lab)
        self.sites = [*self.policy, *self.destination, self.bgp, self.spoke]
        for network, (policy, destination, _) in CASES.items():
            for weight, active, standby in ((100, self.policy[0], self.destination[0]), (0, self.policy[1], self.destination[1])):
                if policy:
                    lab.api.CreateVpnPbrRouteEntry(
                        VpnGatewayId=lab.vpc.vpn_gateway_id, NextHop=active.id, RouteSource="0.0.0.0/0",
                        RouteDest=f"{network}.0.0/16", Weight=weight, Priority=10, PublishVpc=policy == PUBLISHED)
                if destination:
                    lab.api.CreateVpnRouteEntry(
                        VpnGatewayId=lab.vpc.vpn_gateway_id, NextHop=standby.id, RouteDest=f"{network}.5.0/24",
                        Weight=weight, PublishVpc=destination == PUBLISHED)
        announced = [f"{network}.5.0/28" for network, case in CASES.items() if case[2]]
        self.speaker = Bird(self.bgp.dc.router, 65001, "169.254.77.2", "169.254.77.1", networks=announced).start()
        until(lambda: self.gateway.in_vpc("ip route show table all proto bird").count("via 169.254.77.2") == len(announced),
              "all announced networks are learned", 20)
        self.senders = {"lan": self.sender(lab.host, "10.0.0.10"), "spoke": self.sender(self.spoke.dc.host, self.spoke.dc.host_address)}

    @staticmethod
    def sender(machine, source):
        made = machine.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((source, 0))
        return made

    def refused(self):
        """Packets without a way."""
        names, values = [line.split() for line in self.gateway.in_vpc("cat /proc/net/netstat").splitlines()
                         if line.startswith("IpExt:")]
        return int(values[names.index("InNoRoutes")])

    def way(self, entrance, destination):
        """The site that gets a packet; None: it was refused."""
        refused, payload = self.refused(), b"packet %d" % next(self.serial)
        self.senders[entrance].sendto(payload, (destination, PORT))

        def seen():
            by_socket = {site.receiver: site for site in self.sites}
            for one in select.select(list(by_socket), [], [], 0.01)[0]:
                if one.recv(2048) == payload:
                    return [by_socket[one]]
            return [None] if self.refused() > refused else []
        return until(seen, f"{destination} from {entrance} goes somewhere", 5)[0]

    def expected(self, case, entrance, carrier, propagates):
        """carrier: which of an active and standby pair carries."""
        policy, destination, bgp = case
        least = PUBLISHED if entrance == "lan" else UNPUBLISHED
        if policy >= least:
            return self.policy[carrier]
        if destination >= least:
            return self.destination[carrier]
        return self.bgp if bgp and (propagates or entrance == "spoke") else None

    def check(self, why, carrier, propagates):
        wrong = []
        for entrance, (network, case) in itertools.product(self.senders, CASES.items()):
            way, right = self.way(entrance, f"{network}.5.9"), self.expected(case, entrance, carrier, propagates)
            if way is not right:
                wrong.append(f"{why}: {case} from {entrance} goes to {way and way.name}, not to {right and right.name}")
        assert not wrong, "\n".join(wrong)

    def wait_carrier(self, active, standby, is_up):
        """Until the kernel's routes of the pair follow the state of its active connection."""
        number = {site: self.number(site) for site in (active, standby)}

        def metrics(site):
            out = self.gateway.in_vpc("ip route show table all proto 86")
            return [int(metric) for dev, table, metric in re.findall(r"dev vco(\d+) table (\d+).*metric (\d+)", out)
                    if int(dev) == number[site] and (int(table) < 1 << 30 or int(table) % 2 == 0)]
        until(lambda: metrics(active) and all((metric < 102) == is_up for metric in metrics(active)), "routes follow", 10)

    def number(self, site):
        out = self.gateway.in_vpc("ip -d link")
        return int(re.search(rf"vco(\d+)(?:(?!vco\d).)*alias {site.id}", out, re.DOTALL)[1])

    def propagate(self):
        self.lab.api.ModifyVpnGatewayAttribute(VpnGatewayId=self.lab.vpc.vpn_gateway_id, AutoPropagate="true")
        until(lambda: self.gateway.in_vpc("ip rule").count("lookup 10002") == 2, "BGP routes are published", 10)

    def close(self):
        self.speaker.stop()
        for sock in [*self.senders.values(), *(site.receiver for site in self.sites)]:
            sock.close()


@pytest.fixture(name="world")
def _world(lab):
    made = World(lab)
    yield made
    made.close()


def test_precedence_publication_and_weight(world):
    world.check("all up, not propagated", 0, False)
    world.propagate()
    world.check("all up, propagated", 0, True)
    for active, standby in (world.policy, world.destination):
        active.down()
        world.wait_carrier(active, standby, False)
    world.check("the active ones down", 1, True)
    for active, standby in (world.policy, world.destination):
        active.up()
        world.wait_carrier(active, standby, True)
    world.check("the active ones back", 0, True)
