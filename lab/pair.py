# SPDX-License-Identifier: Apache-2.0
"""Two connections of one VPN gateway that stand in for each other: two data centres with the same host behind them.

     vpc-host --- gateway ---+--- dc1 --- dc1-host   both hosts also are 172.31.0.1
                             +--- dc2 --- dc2-host

What cuts the active way, and what mends it again, is here too.
"""
import re

from lab.api import VPNGW
from lab.until import until
from lab.vici import Refused

SHARED, HOST = "172.31.0.0/24", "172.31.0.1"


class Pair:
    """active, standby: lab.job.Connection that are up, of one Vpc; host: the VPC's."""

    def __init__(self, active, standby, host):
        self.active, self.standby, self.host = active, standby, host
        self.vpc, self.api = active.vpc, active.api

    def create(self):
        for site in (self.active, self.standby):
            self._share(site)
        return self.create_routes()

    def create_routes(self):
        for site, weight in ((self.active, 100), (self.standby, 0)):
            self._route("CreateVpnRouteEntry", site, Weight=weight, PublishVpc=True)
        return self

    def delete(self):
        for site in (self.active, self.standby):
            self.delete_route(site)

    def delete_route(self, site):
        self._route("DeleteVpnRouteEntry", site, Weight=100 if site is self.active else 0)

    def _share(self, site):
        site.dc.host.run(f"ip address add {HOST}/32 dev lo")
        site.dc.router.run(f"ip route add {SHARED} via {site.dc.host_address}")
        site.dc.router.run(f"ip rule add pref 99 to {SHARED} lookup main")

    def _route(self, action, site, **parameters):
        self.api.call(action, VpnGatewayId=self.vpc.vpn_gateway_id, NextHop=site.id, RouteDest=SHARED, **parameters)

    def health_check(self, site, interval, retry=2, **more):
        return {"Enable": "true", "Dip": site.dc.host_address, "Sip": f"{self.vpc.net}.10", "Interval": interval,
                "Retry": retry, **more}

    def check_health(self, interval, retry=2):
        """Both are checked from now on, and well."""
        for site in (self.active, self.standby):
            site.modify(HealthCheckConfig=self.health_check(site, interval, retry))
        until(lambda: all(self.health(site) == "success" for site in (self.active, self.standby)),
              "both health checks succeed", 10 + interval * (retry + 1))

    def health(self, site):
        return site.gateway.connection(site.id)["VcoHealthCheck"]["Status"]

    def device(self):
        """The device the traffic of the VPC's host to the shared one goes into; None: into none."""
        text = self.active.gateway.in_vpc(f"ip route get {HOST} from {self.vpc.net}.10 iif {self.vpc.interface}",
                                          f"vpngw-{self.vpc.vpc_id}", check=False)
        found = re.search(r"dev (vco\d+)", text)
        return found and found[1]

    def switches(self):
        """Recorded in the log of the active one, the oldest first."""
        events, total, page = [], 1, 0
        while page * 50 < total:
            page += 1
            answer = self.api.call("DescribeVpnConnectionEvents", VPNGW, VpnConnectionId=self.active.id, PageSize=50,
                                   PageNumber=page)
            events += answer["Events"]["Event"]
            total = answer["TotalCount"]
        return [event for event in events if event["Type"] == "RoutesSwitched"][::-1]


def restore(dc):
    """The tunnel is up again, whoever of the two begins."""
    def is_up():
        if dc.children():
            return True
        try:
            dc.initiate(2)
        except Refused:
            pass  # the gateway was faster
        return dc.children()
    until(is_up, f"{dc.name} has its tunnel again", 30)


class PeerKilled:
    """The active data centre's charon, and its ESP with it, is gone from one moment to the next."""
    explicit = False

    def __init__(self, pair):
        self.site, self.dc = pair.active, pair.active.dc

    def cut(self):
        self.dc.charon.kill()

    def mend(self):
        self.dc.start()
        self.site.configure_peer()
        restore(self.dc)


class PacketsDropped:
    """Somewhere on the way packets of the active one vanish, both ways, and nobody says so."""
    explicit = False

    def __init__(self, pair):
        self.dc, self.internet = pair.active.dc, pair.active.gateway.world.internet

    def _rules(self, what):
        for way in ("to", "from"):
            self.internet.run(f"ip rule {what} pref 1 {way} {self.dc.internet_ip} blackhole")

    def cut(self):
        self._rules("add")

    def mend(self):
        self._rules("del")
        self.dc.terminate(force=True)
        restore(self.dc)


class HostDead:
    """The tunnel is well, the host behind it is not."""
    explicit = False

    def __init__(self, pair):
        self.dc = pair.active.dc

    def cut(self):
        self.dc.host.run("ip link set eth0 down")

    def mend(self):
        self.dc.host.run("ip link set eth0 up")
        self.dc.host.route(f"default via {self.dc.router_address}")


class PeerDeletes:
    """The peer ends the tunnel and says so."""
    explicit = True

    def __init__(self, pair):
        self.dc = pair.active.dc

    def cut(self):
        self.dc.terminate()

    def mend(self):
        restore(self.dc)


class PeerRestarts(PeerKilled):
    """The peer's charon is stopped in order and started again."""
    explicit = True

    def cut(self):
        assert self.dc.charon.stop(), "the peer's charon did not end by itself"


CAUSES = {"peer-killed": PeerKilled, "packets-dropped": PacketsDropped, "host-dead": HostDead,
          "peer-deletes": PeerDeletes, "peer-restarts": PeerRestarts}
