# SPDX-License-Identifier: Apache-2.0
"""Health checks through the tunnel, and the standby that takes over (lab/pair.py)."""
import socket

import pytest

from lab.pair import HOST, Pair
from lab.traffic import Pings
from lab.until import until

INTERVAL, RETRY = 1, 2


def check(site, **more):
    return {"Enable": "true", "Dip": site.dc.host_address, "Sip": "10.0.0.10", "Interval": INTERVAL, "Retry": RETRY, **more}


def health(site):
    return site.gateway.connection(site.id)["VcoHealthCheck"]["Status"]


def wait_health(site, status, seconds=10):
    until(lambda: health(site) == status, f"the health check's status is {status}", seconds)


def spis(site):
    return {child["spi-in"] for child in site.dc.children()}


def checked(site, **parameters):
    s = site(**parameters).create()
    s.configure_peer()
    s.wait_up()
    s.modify(HealthCheckConfig=check(s))
    wait_health(s, "success")
    return s


def test_status_follows_the_host(site):
    s = checked(site)
    before = spis(s)
    s.dc.host.run("ip link set eth0 down")
    wait_health(s, "failed", INTERVAL * RETRY + 5)
    until(lambda: spis(s) and not spis(s) & before, "the tunnel was reset", 15)
    s.dc.host.run("ip link set eth0 up")
    s.dc.host.route(f"default via {s.dc.router_address}")
    wait_health(s, "success", 20)
    s.check_pings()


def test_the_probe_comes_from_sip(site):
    s = checked(site)
    with s.dc.host.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) as sock:
        sock.settimeout(INTERVAL + 5)
        packet = sock.recv(2048)
        while packet[9] != socket.IPPROTO_ICMP or packet[20] != 8:
            packet = sock.recv(2048)
    assert socket.inet_ntoa(packet[12:16]) == "10.0.0.10"
    assert socket.inet_ntoa(packet[16:20]) == s.dc.host_address


def test_off_again_forgets_the_failure(site):
    s = checked(site)
    s.modify(HealthCheckConfig=check(s, Dip="192.168.99.99"))
    wait_health(s, "failed")
    s.modify(HealthCheckConfig={"Enable": "false"})
    until(lambda: not [c for c in detail(s)["Conditions"]["Condition"] if c["Type"] == "Health"],
          "the condition is gone", 5)
    s.wait_up()
    s.check_pings()


def detail(s):
    from lab.api import VPNGW
    return s.api.call("DescribeVpnConnectionDetail", VPNGW, VpnConnectionId=s.id)


def test_a_probe_brings_up_a_tunnel_that_waits_for_traffic(site):
    s = site(EffectImmediately=False)
    s.parameters["HealthCheckConfig"] = check(s)
    s.create()
    s.configure_peer()
    s.wait_up(20)
    wait_health(s, "success")


@pytest.fixture(name="pair")
def _pair(lab, site):
    made = Pair(checked(site), checked(site), lab.host).create()
    yield made
    made.delete()


def test_the_standby_takes_over_and_gives_back(lab, pair):
    active, first = pair.active, pair.device()
    pings = Pings(lab.host, HOST)
    pings.wait()
    active.dc.host.run("ip link set eth0 down")
    until(lambda: pair.device() != first, "the standby carries", INTERVAL * RETRY + 3)
    pings.wait()
    active.dc.host.run("ip link set eth0 up")
    active.dc.host.route(f"default via {active.dc.router_address}")
    until(lambda: pair.device() == first, "the active one carries again", 30)
    pings.wait()
    pings.stop()
    outage_s = pings.gap_s
    print(f"{len(pings.lost)} of {pings.sent} lost, {outage_s:.2f} s without an answer")
    # all of it was one outage: the way back loses nothing
    assert pings.lost == list(range(pings.lost[0], pings.lost[0] + len(pings.lost))), "loss at the switch back too"
    wait_health(active, "success")


def test_reserve_route_stays(pair):
    active = pair.active
    active.modify(HealthCheckConfig=check(active, Policy="reserve_route"))
    wait_health(active, "success")
    first = pair.device()
    active.dc.host.run("ip link set eth0 down")
    before = spis(active)
    wait_health(active, "failed", 10)
    until(lambda: spis(active) and not spis(active) & before, "the tunnel was reset", 15)
    until(lambda: pair.device() == first, "the active one carries, although its check fails", 5)
    assert health(active) == "failed"
    active.dc.host.run("ip link set eth0 up")
    active.dc.host.route(f"default via {active.dc.router_address}")
    wait_health(active, "success", 30)
