# SPDX-License-Identifier: Apache-2.0
"""What others do to the VPC's network behind the agent's back is undone within seconds."""
import re

from lab.until import until
from test_network import has, index_of, made


def test_namespace_name_comes_back(daemons):
    """`ip netns del` takes only the name: the namespace is named again, with all that is in it."""
    ids = made(daemons)
    daemons.connection(ids, "203.0.113.2")
    has(daemons, ids, "ip link", "vco1.*LOWER_UP")
    before = index_of(daemons, ids, "vco1")
    daemons.machine.run(f"ip netns del {ids['namespace']}")
    until(lambda: ids["namespace"] in daemons.namespaces(), "the namespace is named again", 5)
    assert index_of(daemons, ids, "vco1") == before


def test_links_that_are_set_down(daemons):
    """A tunnel device or the LAN link set down by hand is up again, with its routes."""
    ids = made(daemons)
    one = daemons.connection(ids, "203.0.113.2")
    daemons.route(ids, one, "192.168.10.0/24")
    has(daemons, ids, "ip route show table 10000", "192.168.10.0/24 dev vco1")
    for link in ("vco1", "lan0"):
        daemons.inside(ids, f"ip link set {link} down")
        has(daemons, ids, f"ip link show {link}", "[<,]UP[,>]")
    has(daemons, ids, "ip route show table 10000", "192.168.10.0/24 dev vco1")


def test_steady_foreign_changes(daemons):
    """Somebody who removes things all the time does not keep drift from being repaired."""
    ids = made(daemons)
    daemons.connection(ids, "203.0.113.2")
    has(daemons, ids, "ip rule", "iif vco1")
    daemons.inside(ids, "ip rule del preference 1000")

    def churn():
        daemons.inside(ids, "ip route add 172.31.0.0/24 dev lo")
        daemons.inside(ids, "ip route del 172.31.0.0/24 dev lo")
        return "iif vco1" in daemons.inside(ids, "ip rule")
    until(churn, "the rule came back in the middle of it", 5)


def test_late_lan_link_after_long_waiting(daemons):
    """The link is taken when it appears, not when the next try is due."""
    ids = daemons.vpc(interface="late0")
    until(lambda: ids["namespace"] in daemons.namespaces(), "the VPC's namespace", 10)
    until(lambda: daemons.running["vpngw-agent"].text().count("late0") >= 4, "several tries failed", 20)
    daemons.machine.run("ip link add late0 type veth peer name late1")

    def taken():
        return re.search("10.0.0.1/24", daemons.inside(ids, "ip address show late0", False))
    until(taken, "the link is inside", 2)


FOREIGN = ("ip rule add preference 700 to 192.0.2.1 lookup 77",
           "ip rule add preference 501000 from 10.0.0.0/24 to 192.168.10.0/24 lookup 77",  # among our policy routes
           "ip rule add preference 1490000 lookup 77 protocol 12",
           "ip route add unreachable 192.168.77.0/24 table 10000",
           "ip route add unreachable 192.168.77.0/24 table 10003 metric 7",
           "ip route add unreachable 192.168.78.0/24 table 10002 proto bird",  # what BIRD learnt
           "ip route add unreachable 192.168.79.0/24 table 1073741826",  # a connection's own table
           "ip link add other0 type veth peer name other1", "ip address add 192.0.2.9/24 dev other0", "ip link set other0 up", "ip link set other1 up",
           "ip address add 172.30.0.9/24 dev lan0")


def everything(daemons, ids):
    """Rules, routes, addresses and links, ours and others', as text that does not depend on a link's index."""
    commands = {"rule": "ip rule", "route": "ip route show table all", "address": "ip -4 -o address", "link": "ip -o link"}
    return {name: sorted(re.sub(r"^\d+: (?=[a-z])|@\S+|\s(linkdown|link-netns(id)? \S+|dead)\b", "", line).split("\\")[0].strip()
                         for line in daemons.inside(ids, command).splitlines())
            for name, command in commands.items()}


def same(now, before):
    for name, lines in before.items():
        assert now[name] == lines, f"{set(now[name]) ^ set(lines)}"
    return True


def ours(before):
    """The commands that remove each of our parts."""
    for line in before["rule"]:
        if "proto 86" in line:
            preference, rest = line.split(":", 1)
            yield f"ip rule del preference {preference} {rest.strip()}"
    for line in before["route"]:
        if "proto 86" in line:
            yield f"ip route del {line}"
    yield "ip address del 10.0.0.1/24 dev lan0"
    yield "ip link set lan0 down"
    for link in ("vco1", "vco2"):
        yield f"ip link set {link} down"
        yield f"ip link del {link}"


def test_each_part_comes_back(daemons):
    """Each rule, route, link and address of ours is removed in turn, beside others' that look like ours."""
    ids = made(daemons)
    one, two = daemons.connection(ids, "203.0.113.2"), daemons.connection(ids, "203.0.113.6")
    daemons.call("ModifyVpnGatewayAttribute", VpnGatewayId=ids["gateway"], AutoPropagate="true")
    for connection, weight in ((one, 100), (two, 0)):
        daemons.route(ids, connection, "192.168.10.0/24", weight=weight)
        daemons.call("CreateVpnPbrRouteEntry", VpnGatewayId=ids["gateway"], NextHop=connection, RouteSource="10.0.0.0/24",
                     RouteDest="192.168.10.0/24", Priority=10, Weight=weight, PublishVpc="true")
    until(lambda: daemons.inside(ids, "ip rule").count("lookup 10737418") == 8, "policy routes", 10)
    has(daemons, ids, "ip rule", "995000:.*lookup 10002")
    until(lambda: daemons.inside(ids, "ip route show table 10000").count("vco") == 2, "destination routes", 10)
    until(lambda: daemons.inside(ids, "ip -o link").count("LOWER_UP") == 4, "devices with a reader", 10)
    for command in FOREIGN:
        daemons.inside(ids, command)
    has(daemons, ids, "ip -o link show other0", "state UP")
    before = everything(daemons, ids)
    removals = list(ours(before))
    assert len(removals) >= 6 + 5 + 2 + 8 + 8 + 4 + 6
    for command in removals:
        daemons.inside(ids, command)
        until(lambda: same(everything(daemons, ids), before), f"all is as before {command}", 5)
