# SPDX-License-Identifier: Apache-2.0
"""What the agent makes of a VPC, its gateway, connections and routes, seen with iproute2."""
import os
import re

from lab.until import until


def has(daemons, ids, command, *texts):
    """Polls until the output of a command in the VPC's namespace matches every text."""
    def check():
        out = daemons.inside(ids, command)
        for text in texts:
            assert re.search(text, out), f"{text} is not in:\n{out}"
        return out
    return until(check, f"{command}: {texts}", 10)


def made(daemons):
    ids = daemons.vpc()
    until(lambda: ids["namespace"] in daemons.namespaces(), "the VPC's namespace", 10)
    return ids


def test_vpc(daemons):
    """The LAN link is inside with the gateway's address; the namespace forwards IPv4 and has no IPv6."""
    ids = made(daemons)
    has(daemons, ids, "ip -4 address show lan0", "10.0.0.1/24", "UP")
    has(daemons, ids, "ip rule", "500:\tfrom all lookup main suppress_prefixlength 0", "2000:\tfrom all goto 500000")
    has(daemons, ids, "sysctl net.ipv4.ip_forward net.ipv4.conf.all.rp_filter net.ipv6.conf.all.disable_ipv6",
        "ip_forward = 1", "rp_filter = 0", "disable_ipv6 = 1")
    assert "lan0" not in daemons.machine.run("ip link")
    until(lambda: "1 received" in daemons.host.run("ping -c 1 -W 1 10.0.0.1", False), "the LAN answers", 5)


def test_connection_and_routes(daemons):
    """A TUN device per connection; published routes for everybody, all of them for what left a tunnel."""
    ids = made(daemons)
    one, two = daemons.connection(ids, "203.0.113.2"), daemons.connection(ids, "203.0.113.6")
    daemons.route(ids, one, "192.168.10.0/24")
    daemons.route(ids, two, "192.168.20.0/24", publish=False)
    daemons.route(ids, two, "192.168.10.0/24", weight=0)
    out = has(daemons, ids, "ip -d link", f"alias {one}", f"alias {two}")
    assert len(re.findall(r"vco\d+:.*mtu 1422", out)) == 2
    has(daemons, ids, "ip rule", r"1000:\tfrom all iif vco1 goto 1000000", r"1000:\tfrom all iif vco2 goto 1000000")
    has(daemons, ids, "ip route show table 10000", r"192.168.10.0/24 dev vco1 proto 86 scope link metric 102 ",
        r"192.168.10.0/24 dev vco2 proto 86 scope link metric 202")
    has(daemons, ids, "ip route show table 10003", r"192.168.20.0/24 dev vco2")
    assert "192.168.20.0" not in daemons.inside(ids, "ip route show table 10000")
    daemons.call("PublishVpnRouteEntry", VpnGatewayId=ids["gateway"], NextHop=two, RouteDest="192.168.20.0/24",
                 PublishVpc="true", RouteType="dbr")
    has(daemons, ids, "ip route show table 10000", "192.168.20.0/24 dev vco2")


def test_deleted_things_go(daemons):
    """Also while charon cannot be asked, as here; but then a connection keeps what charon may still use."""
    ids = made(daemons)
    one = daemons.connection(ids, "203.0.113.2")
    daemons.route(ids, one, "192.168.10.0/24")
    has(daemons, ids, "ip route show table 10000", "vco1")
    daemons.call("DeleteVpnRouteEntry", VpnGatewayId=ids["gateway"], NextHop=one, RouteDest="192.168.10.0/24", Weight=100)
    until(lambda: "vco1" not in daemons.inside(ids, "ip route show table 10000"), "the route is gone", 5)
    daemons.call("DeleteVpnConnection", VpnConnectionId=one)
    daemons.call("DetachVpcLan", VpcId=ids["vpc"])
    until(lambda: "lan0" in daemons.machine.run("ip link"), "the LAN link is back", 5)
    assert "vco1" in daemons.inside(ids, "ip link")


def test_drift_is_repaired(daemons):
    """A route, rule, link or address of ours that somebody removes comes back; foreign ones are not touched."""
    ids = made(daemons)
    one = daemons.connection(ids, "203.0.113.2")
    daemons.route(ids, one, "192.168.10.0/24")
    has(daemons, ids, "ip route show table 10000", "vco1")
    daemons.inside(ids, "ip route add unreachable 192.168.77.0/24 table 10000")
    daemons.inside(ids, "ip rule add preference 700 to 192.0.2.1 lookup 77")
    for remove, show, text in (("ip route del 192.168.10.0/24 table 10000", "ip route show table 10000", "vco1"),
                               ("ip rule del preference 1000", "ip rule", "iif vco1"),
                               ("ip rule del preference 2000", "ip rule", "2000:.*goto 500000"),
                               ("ip address del 10.0.0.1/24 dev lan0", "ip address", "10.0.0.1/24"),
                               ("ip link del vco1", "ip link", "vco1.*mtu 1422")):
        daemons.inside(ids, remove)
        has(daemons, ids, show, text)
    has(daemons, ids, "ip route show table 10000", "192.168.10.0/24 dev vco1", "unreachable 192.168.77.0/24")
    has(daemons, ids, "ip rule", "700:\tfrom all to 192.0.2.1 lookup 77")


def test_lan_link_that_comes_later(daemons):
    """Attaching a link that is not there yet is no error: it is taken when it appears."""
    ids = daemons.vpc(interface="late0")
    until(lambda: ids["namespace"] in daemons.namespaces(), "the VPC's namespace", 10)
    daemons.running["vpngw-agent"].wait_for("late0")
    daemons.machine.run("ip link add late0 type veth peer name late1")
    has(daemons, ids, "ip address show late0", "10.0.0.1/24")


def index_of(daemons, ids, link):
    return daemons.inside(ids, f"ip -o link show {link}").split(":")[0]


def test_agent_killed_and_started(daemons):
    """What is there stays the same device; the descriptors come back from vpngw-espd."""
    ids = made(daemons)
    daemons.connection(ids, "203.0.113.2")
    has(daemons, ids, "ip link", "vco1.*LOWER_UP")
    before = index_of(daemons, ids, "vco1")
    daemons.running["vpngw-agent"].kill()
    daemons.start("vpngw-agent")
    two = daemons.connection(ids, "203.0.113.6")  # the new agent has seen everything once this is made
    has(daemons, ids, "ip -d link", f"alias {two}")
    assert index_of(daemons, ids, "vco1") == before


def test_espd_killed_and_started(daemons):
    """The devices stay, and the new espd gets them: they have a carrier only while one reads them."""
    ids = made(daemons)
    daemons.connection(ids, "203.0.113.2")
    has(daemons, ids, "ip link", "vco1.*LOWER_UP")
    before = index_of(daemons, ids, "vco1")
    daemons.running["vpngw-espd"].kill()
    daemons.start("vpngw-espd")
    until(lambda: daemons.running["vpngw-agent"].text().count("connected to vpngw-espd") == 2, "connected again", 10)
    until(lambda: held(daemons) >= 4, "the new espd holds sockets and device", 10)
    assert index_of(daemons, ids, "vco1") == before


def held(daemons):
    """Descriptors of sockets on our addresses and of TUN devices in vpngw-espd."""
    folder = f"/proc/{daemons.running['vpngw-espd'].pid}/fd"
    targets = [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)]
    tuns = sum("net/tun" in target for target in targets)
    out = daemons.machine.run("ss -Hanup") + daemons.machine.run("ss -Hanwp")
    return tuns + out.count("vpngw-espd")


def test_everything_killed_and_started(daemons):
    """The same state out of the store alone."""
    ids = made(daemons)
    one = daemons.connection(ids, "203.0.113.2")
    daemons.route(ids, one, "192.168.10.0/24")
    has(daemons, ids, "ip route show table 10000", "vco1")
    for daemon in daemons.running.values():
        daemon.kill()
    until(lambda: "vco1" not in daemons.inside(ids, "ip link"), "the device went with its last descriptor", 5)
    daemons.start("vpngw-api", "vpngw-espd", "vpngw-agent")
    has(daemons, ids, "ip route show table 10000", "192.168.10.0/24 dev vco1")


def test_stop_leaves_everything(daemons):
    """SIGTERM leaves the world as it is."""
    ids = made(daemons)
    has(daemons, ids, "ip address show lan0", "10.0.0.1/24")
    assert daemons.running["vpngw-agent"].stop()
    has(daemons, ids, "ip rule", "lookup 10000")
