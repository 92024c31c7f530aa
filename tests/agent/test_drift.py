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
