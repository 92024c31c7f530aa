# SPDX-License-Identifier: Apache-2.0
"""Dynamic routing with BIRD and FRR behind real tunnels.

     vpc-host --- gateway ---+--- dc1 (BIRD, AS 65001) --- dc1-host
                    BIRD     +--- dc2 (FRR,  AS 65002) --- dc2-host
                 AS 45104    169.254.<10 + n>.0/30 in each tunnel, .1 is the gateway
"""
import contextlib
import itertools
import os
import pathlib
import signal
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

    def events(self, prefix):
        seen = self.gateway.call("DescribeVpnConnectionEvents", VpnConnectionId=self.id)
        return [event["Type"] for event in seen["Events"]["Event"] if event["Type"].startswith(prefix)]

    def wait_reason(self, reason, *words, seconds=20):
        def there():
            seen = self.detail()
            assert seen["Reason"] == reason and all(word in seen["Message"] for word in words), seen
            return True
        until(there, f"{self.id}'s BGP condition is {reason}", seconds)

    def routes(self):
        """What the API says this connection learned: {destination: entry}."""
        entries, total, page = [], 1, 1
        while len(entries) < total:
            seen = self.api.DescribeVpnRouteEntries(VpnGatewayId=self.vpc.vpn_gateway_id, RouteEntryType="bgp",
                                                    PageSize=50, PageNumber=page)
            entries, total, page = entries + seen["VpnRouteEntries"]["VpnRouteEntry"], seen["TotalCount"], page + 1
        return {entry["RouteDest"]: entry for entry in entries if entry["NextHop"] == self.id}

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
    start = time.monotonic()
    act()
    until(check, "it is gone", seconds, every=0.002)
    return time.monotonic() - start


@pytest.mark.parametrize("peer", [Bird, Frr])
def test_learned_reachable_and_withdrawn(bgp_site, peer):
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
    print(f"{peer.__name__}: withdrawn route gone after {seconds:.3f} s")
    assert seconds < 1, f"{seconds:.3f} s"
    site.wait_routes()
    speaker.announce(site.dc.subnet)
    site.wait_routes(site.dc.subnet)
    site.check_pings()


def test_wrong_key_names_the_field_and_heals(bgp_site):
    site = bgp_site(key="right-key")
    speaker = site.speak(key="other-key")
    site.wait_reason("BgpKeyMismatch", "AuthKey", site.customer_gateway_id)
    site.api.ModifyCustomerGatewayAttribute(CustomerGatewayId=site.customer_gateway_id, AuthKey="other-key")
    site.wait_bgp()
    speaker.wait_learned(VSWITCH)
    site.api.ModifyCustomerGatewayAttribute(CustomerGatewayId=site.customer_gateway_id, AuthKey="right-key")
    site.wait_bgp("false")
    speaker.set(key="right-key")
    site.wait_bgp()
    log = "".join(path.read_text(errors="replace") for path in site.gateway.folder.rglob("*.log"))
    assert "right-key" not in log and "other-key" not in log


def test_wrong_asn_names_the_field(bgp_site):
    site = bgp_site(asn=65001)
    speaker = site.speak(asn=65009)
    site.wait_reason("BgpAsnMismatch", "Asn 65001", site.customer_gateway_id)
    speaker.set(asn=65001)
    site.wait_bgp()
    speaker.set(remote_asn=65100)
    site.wait_reason("BgpAsnMismatch", "LocalAsn 45104")
    site.modify(BgpConfig={"LocalAsn": "65100"})
    site.wait_bgp()
    assert site.gateway.connection(site.id)["VpnBgpConfig"]["LocalAsn"] == 65100


def test_too_many_prefixes_are_contained(bgp_site):
    """The one session is closed and comes back; the other one notices nothing."""
    site, other = bgp_site(), bgp_site(peer=Frr, asn=65002)
    speaker = site.speak()
    other.speak()
    site.wait_bgp()
    other.wait_routes(other.dc.subnet)
    many = [f"172.20.{i}.0/24" for i in range(LIMIT + 50)]
    seen = set()
    speaker.announce(*many)

    def limited():
        seen.add(len(site.kernel()))
        return site.detail()["Reason"] == "BgpPrefixLimit"
    until(limited, "the session is closed because of the limit", 20)
    assert max(seen) <= LIMIT
    assert other.kernel() == {other.dc.subnet}
    speaker.announce(*many[:LIMIT])
    until(lambda: site.kernel() == set(many[:LIMIT]), "all of the limit are learned", 20)
    site.wait_routes(*many[:LIMIT])
    assert other.status() == "success"
    other.check_pings()


def test_tunnel_lost_takes_the_routes_away_at_once(bgp_site):
    site = bgp_site()
    site.speak()
    site.wait_bgp()
    until(lambda: site.kernel() == {site.dc.subnet}, "the route is there", 5)
    site.dc.load(site.vpc.internet_ip, "wrong", ike="aes128-sha1-modp1024", esp="aes128-sha1-modp1024")
    seconds = gone_after(lambda: not site.kernel(), site.dc.terminate)
    print(f"route of a lost tunnel gone after {seconds:.3f} s")
    assert seconds < 1
    site.wait_reason("BgpTunnelDown")
    site.configure_peer()
    site.wait_up(60)
    site.wait_bgp()
    until(lambda: site.kernel() == {site.dc.subnet}, "the route is back", 10)


def test_session_brings_a_waiting_tunnel_up(lab, bgp_site):
    """EffectImmediately false: the session's own attempts are the traffic that starts the negotiation."""
    dc = lab.world.datacentre().start()
    site = Site(lab.vpc, dc, EffectImmediately=False).create()
    try:
        site.configure_peer()
        site.wait_up(20)
    finally:
        dc.close()
        site.delete()


def test_spoke_to_spoke_and_what_is_advertised(lab, bgp_site):
    one, two = bgp_site(), bgp_site(peer=Frr, asn=65002)
    first, second = one.speak(), two.speak()
    first.wait_learned(VSWITCH, two.dc.subnet)
    second.wait_learned(VSWITCH, one.dc.subnet)
    one.dc.host.run(f"ping -n -q -c 2 -i 0.05 -W 2 {two.dc.host_address}")
    since = first.since()
    vswitch = lab.api.CreateVSwitch(VpcId=lab.vpc.vpc_id, CidrBlock="10.0.7.0/24", ZoneId=f"{lab.api.region}-a")["VSwitchId"]
    first.wait_learned(VSWITCH, "10.0.7.0/24", two.dc.subnet)
    lab.api.DeleteVSwitch(VSwitchId=vswitch)
    first.wait_learned(VSWITCH, two.dc.subnet)
    # a published route goes to everybody but the peer it leads to
    route = {"VpnGatewayId": lab.vpc.vpn_gateway_id, "NextHop": two.id, "RouteDest": "172.30.0.0/16", "Weight": 100}
    lab.api.CreateVpnRouteEntry(PublishVpc=False, **route)
    lab.api.PublishVpnRouteEntry(VpnGatewayId=route["VpnGatewayId"], NextHop=two.id, RouteDest=route["RouteDest"],
                                 RouteType="dbr", PublishVpc=True)
    first.wait_learned(VSWITCH, two.dc.subnet, "172.30.0.0/16")
    second.wait_learned(VSWITCH, one.dc.subnet)
    lab.api.DeleteVpnRouteEntry(**route)
    first.wait_learned(VSWITCH, two.dc.subnet)
    assert first.since() == since, "an edit of what is advertised made the session flap"


def test_edit_of_one_leaves_the_other_and_restarts_of_daemons(bgp_site):
    one, two = bgp_site(), bgp_site()
    first, second = one.speak(), two.speak()
    one.wait_routes(one.dc.subnet)
    two.wait_routes(two.dc.subnet)
    since = second.since()
    one.modify(BgpConfig={"EnableBgp": "false"})
    until(lambda: one.gateway_ip not in one.gateway.in_vpc("ip address"), "the address is gone", 5)
    until(lambda: not one.kernel(), "the routes are gone", 5)
    one.wait_routes()
    one.modify(BgpConfig={"EnableBgp": "true"})
    one.wait_routes(one.dc.subnet, seconds=20)
    assert second.since() == since
    # the agent comes and goes without a session noticing, and nothing is told of it
    before, events = (first.since(), second.since()), one.events("Bgp")
    one.gateway.kill("vpngw-agent")
    until(lambda: len(one.gateway.pids("vpngw-agent")) == 1, "the agent is back", 10)
    one.modify(Name="renamed")
    one.gateway.wait_state(one.id)
    one.wait_bgp()
    assert (first.since(), second.since()) == before
    assert one.events("Bgp") == events
    # BIRD dies: all sessions are back soon
    pids = _birds(one)
    start = time.monotonic()
    os.kill(pids[0], signal.SIGKILL)
    until(lambda: _birds(one) not in ([], pids), "another BIRD runs", 10)
    until(lambda: first.since() != before[0] and second.since() != before[1]
          and one.kernel() == {one.dc.subnet} and two.kernel() == {two.dc.subnet}
          and "Established" in first.control("show protocols") and "Established" in second.control("show protocols"),
          "both sessions are up again", 15)
    print(f"both sessions up {time.monotonic() - start:.2f} s after BIRD was killed")
    one.wait_bgp()
    two.wait_bgp()


def _birds(site):
    """BIRDs of the gateway: those that run on its files."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if words[0].endswith(b"bird") and str(site.gateway.run_dir).encode() in b" ".join(words):
                    found.append(int(entry.name))
    return found


def test_failed_health_check_keeps_the_session_down(bgp_site):
    """The host behind a live tunnel is dead: its routes go although BGP itself would go on, and come back with it."""
    site = bgp_site()
    site.speak()
    site.wait_bgp()
    site.modify(HealthCheckConfig={"Enable": "true", "Dip": site.dc.host_address, "Sip": "10.0.0.10", "Interval": 1, "Retry": 2})
    until(lambda: site.gateway.connection(site.id)["VcoHealthCheck"]["Status"] == "success", "the check succeeds", 15)
    site.dc.host.run("ip link set eth0 down")
    until(lambda: not site.kernel(), "the routes are gone", 15)
    site.wait_reason("HealthCheckFailed")
    site.dc.host.run("ip link set eth0 up")
    site.dc.host.route(f"default via {site.dc.router_address}")
    until(lambda: site.kernel() == {site.dc.subnet}, "the route is back", 60)
    site.wait_bgp()
    site.check_pings()


def test_what_is_removed_by_hand_comes_back(bgp_site):
    """The tunnel's address and BIRD's routes; a route of somebody else stays."""
    site = bgp_site()
    site.speak()
    until(lambda: site.kernel() == {site.dc.subnet}, "the route is there", 20)
    device = site.gateway.in_vpc(f"ip route get {site.peer_ip}").split("dev ")[1].split()[0]
    table = next(line.split("table ")[1].split()[0] for line in site.gateway.in_vpc("ip route show table all proto bird").splitlines())
    site.gateway.in_vpc(f"ip route add 172.29.0.0/16 dev {device} table {table} proto 4")
    site.gateway.in_vpc(f"ip route del {site.dc.subnet} table {table} proto bird")
    until(lambda: site.kernel() == {site.dc.subnet}, "BIRD's route is back", 7)
    assert "172.29.0.0/16" in site.gateway.in_vpc(f"ip route show table {table}")
    site.gateway.in_vpc(f"ip address del {site.gateway_ip}/30 dev {device}")
    until(lambda: site.gateway_ip in site.gateway.in_vpc(f"ip address show {device}"), "the address is back", 5)
    site.wait_bgp()
    until(lambda: site.kernel() == {site.dc.subnet}, "the route is back", 20)
    site.check_pings()


def test_protected_data_flows_with_the_tunnels_addresses(lab):
    """In policy mode the session's two addresses are a selector of their own."""
    site = Site(lab.vpc, lab.world.datacentre().start())
    local, remote = f"10.0.0.0/24,{site.gateway_ip}/32", f"{site.dc.subnet},{site.peer_ip}/32"
    site.parameters |= {"LocalSubnet": local, "RemoteSubnet": remote}
    try:
        speaker = site.speak()  # first: kernel-libipsec takes a selector only with an own address in it
        site.configure_peer(child_local_ts=remote.split(","), child_remote_ts=local.split(","))
        site.create()
        site.wait_up()
        site.wait_bgp()
        speaker.wait_learned(VSWITCH)
        site.check_pings()
    finally:
        if site.speaker:
            site.speaker.stop()
        site.dc.close()
        if site.id:
            site.delete()


def test_nothing_is_left_of_the_last_session(lab, bgp_site):
    """Runs last: with the last session BIRD, its files and its address go."""
    site = bgp_site()
    folder = site.gateway.run_dir / "bird"
    until(lambda: list(folder.glob("*.conf")) and _birds(site), "there is a BIRD", 10)
    site.modify(BgpConfig={"EnableBgp": "false"})
    until(lambda: not _birds(site), "BIRD is gone", 10)
    until(lambda: not [path for path in folder.rglob("*") if path.suffix != ".ctl"], "all files are gone", 5)
    until(lambda: "169.254." not in site.gateway.in_vpc("ip address"), "the address is gone", 5)
