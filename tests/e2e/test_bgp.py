# SPDX-License-Identifier: Apache-2.0
"""Dynamic routing with BIRD and FRR behind real tunnels.

     vpc-host --- gateway ---+--- dc1 (BIRD, AS 65001) --- dc1-host
                    BIRD     +--- dc2 (FRR,  AS 65002) --- dc2-host
                 AS 45104    169.254.<10 + n>.0/30 in each tunnel, .1 is the gateway
"""
import contextlib
import itertools
import threading
import time

import pytest

from lab.bgp import Bird, Frr
from lab.job import Connection
from lab.until import until

VSWITCH = "10.0.0.0/24"
LIMIT = 100
_blocks = itertools.count(10)


class Site(Connection):
    """A connection whose routes come over BGP: none is made by hand."""

    def __init__(self, *arguments, asn=65001, key=None, peer=Bird, local_asn=None, **parameters):
        block = f"169.254.{next(_blocks)}"
        self.asn, self.key, self.peer = asn, key, peer
        self.gateway_ip, self.peer_ip = f"{block}.1", f"{block}.2"
        self.bgp = {"EnableBgp": "true", "TunnelCidr": f"{block}.0/30", "LocalBgpIp": self.gateway_ip}
        if local_asn:
            self.bgp["LocalAsn"] = str(local_asn)
        self.speaker = None
        customer = {"Asn": str(asn)} | ({"AuthKey": key} if key else {})
        super().__init__(*arguments, customer=customer, BgpConfig=self.bgp, **parameters)

    def create(self):
        self.create_customer_gateway()
        self.create_connection()
        return self

    def delete_route(self, weight=100):
        pass

    def speak(self, *networks, **settings):
        settings = {"asn": self.asn, "key": self.key, "remote_asn": int(self.bgp.get("LocalAsn", 45104))} | settings
        self.speaker = self.peer(self.dc.router, local=self.peer_ip, remote=self.gateway_ip,
                                 networks=networks or [self.dc.subnet], **settings)
        return self.speaker.start()

    def status(self):
        return self.gateway.connection(self.id)["VpnBgpConfig"]["Status"]

    def wait_bgp(self, status="success", seconds=20):
        until(lambda: self.status() == status, f"{self.id}'s BGP status is {status}", seconds)

    def detail(self):
        conditions = self.gateway.call("DescribeVpnConnectionDetail", VpnConnectionId=self.id)["Conditions"]["Condition"]
        return next(c for c in conditions if c["Type"] == "Bgp")

    def wait_reason(self, reason, *words, seconds=20):
        def there():
            seen = self.detail()
            assert seen["Reason"] == reason and all(word in seen["Message"] for word in words), seen
            return True
        until(there, f"{self.id}'s BGP condition is {reason}", seconds)

    def routes(self):
        """What the API says this connection learned: {destination: entry}."""
        seen = self.api.DescribeVpnRouteEntries(VpnGatewayId=self.vpc.vpn_gateway_id, RouteEntryType="bgp", PageSize=50)
        return {entry["RouteDest"]: entry for entry in seen["VpnRouteEntries"]["VpnRouteEntry"] if entry["NextHop"] == self.id}

    def wait_routes(self, *networks, seconds=10):
        until(lambda: set(self.routes()) == set(networks), f"the API shows {sorted(networks)}", seconds)

    def kernel(self):
        """Networks in the kernel whose next hop is this peer."""
        out = self.gateway.in_vpc("ip route show table all proto bird")
        return {line.split()[0] for line in out.splitlines() if f"via {self.peer_ip} " in line}


@pytest.fixture(name="bgp_site")
def _bgp_site(lab):
    made = []

    def make(**parameters):
        dc = lab.world.datacentre().start()
        made.append(Site(lab.vpc, dc, **parameters).create())
        made[-1].configure_peer()
        made[-1].wait_up()
        return made[-1]

    yield make
    with contextlib.ExitStack() as stack:
        for site in made:
            stack.callback(site.dc.close)
            stack.callback(site.delete)
            if site.speaker:
                stack.callback(site.speaker.stop)


@pytest.fixture(autouse=True, scope="module")
def _propagate(lab):
    lab.api.ModifyVpnGatewayAttribute(VpnGatewayId=lab.vpc.vpn_gateway_id, AutoPropagate="true")


def gone_after(check, act, seconds=10):
    """Seconds from the act until check() is true, polled every few milliseconds."""
    act()
    start = time.monotonic()
    until(check, "it is gone", seconds, every=0.002)
    return time.monotonic() - start


@pytest.mark.parametrize("peer", [Bird, Frr])
def test_learned_reachable_and_withdrawn(bgp_site, record_property, peer):
    """Bar: a route withdrawn by the peer is gone from the VPC in under 1 s."""
    site = bgp_site(peer=peer, key="Key!with#all$of%it^&*()\\")
    speaker = site.speak()
    site.wait_bgp()
    site.wait_routes(site.dc.subnet)
    entry = site.routes()[site.dc.subnet]
    assert entry["State"] == "published" and entry["RouteEntryType"] == "bgp" and entry["AsPath"] == str(site.asn)
    speaker.wait_learned(VSWITCH)
    site.check_pings()
    seconds = gone_after(lambda: not site.kernel(), speaker.announce)
    record_property("withdrawn_s", seconds)
    assert seconds < 1, f"{seconds:.3f} s"
    site.wait_routes()
    speaker.announce(site.dc.subnet)
    site.wait_routes(site.dc.subnet)
    site.check_pings()
