# SPDX-License-Identifier: Apache-2.0
"""After a delete nothing of ours is left, and what is not ours is untouched."""
import re

from lab.until import until
from lab.vici import Vici


def machine_state(machine):
    """Links, addresses, rules and routes of the gateway machine, without counters and cached times, and
    without IPv6 link-local ones, which the kernel adds when duplicate detection is over."""
    text = "".join(machine.run(command) for command in (
        "ip -4 -o address", "ip -4 rule", "ip -4 route show table all", "ip -o link"))
    return sorted(re.sub(r"(valid_lft|preferred_lft) \S+|qlen \d+|^\d+: |@if\d+|link-netnsid \d+", "", line).strip()
                  for line in text.splitlines() if not re.search("lan0|fe80::|ff00::", line))


def charon_connections(gateway):
    found = []
    for path in gateway.run_dir.rglob("*"):
        if path.is_socket() and "vici" in path.name:
            with Vici(path) as vici:
                found += [name for message in vici.list("list-conns", "list-conn") for name in message]
                found += [name for message in vici.list("list-sas", "list-sa") for name in message]
    return found


def test_deleting_everything_leaves_the_machine_as_it_was(lab, site):
    machine = lab.gateway.machine
    machine.run("ip route add 192.0.2.128/25 via 198.51.100.1 table 77")
    machine.run("ip rule add pref 777 from 192.0.2.200 lookup 77")
    before, namespaces = machine_state(machine), lab.gateway.vpc_namespaces()
    for _ in range(2):
        s = site()
        s.configure_peer()
        s.create()
        s.wait_up()
        s.check_pings()
        namespace = namespaces[0]
        assert s.dc.subnet in lab.gateway.in_vpc("ip route show table all", namespace)
        lab.gateway.in_vpc("ip route replace 172.31.0.0/16 dev lo", namespace)  # somebody else's
        s.delete()
        s.id = None
        until(lambda: not charon_connections(lab.gateway), "charon has no connection of ours", 10)
        until(lambda: not s.dc.sas(), "the peer was told", 10)
        routes = lab.gateway.in_vpc("ip route show table all", namespace)
        assert s.dc.subnet not in routes
        assert "172.31.0.0/16" in routes, "a foreign route was removed"
        links = lab.gateway.in_vpc("ip -o link", namespace)
        assert len(links.splitlines()) == 2, f"only lo and the LAN were expected:\n{links}"
        assert machine_state(machine) == before
    lab.vpc.delete()
    until(lambda: not lab.gateway.vpc_namespaces(), "the VPC's namespace is gone", 10)
    until(lambda: "lan0" in machine.run("ip -o link"), "the LAN link is back on the machine", 10)
    assert machine_state(machine) == before


def test_down_tells_the_peers_and_up_brings_all_back(site, lab):
    """vpngw down sends DELETEs, takes everything of ours off the machine, and keeps what was configured."""
    gateway = lab.gateway
    if not lab.vpc.gateway.vpc_namespaces():
        lab.vpc.create()
    s = site()
    s.configure_peer()
    s.create()
    s.wait_up()
    before = gateway.connection(s.id)
    gateway.vpngw("down", "--config", gateway.config)
    until(lambda: not gateway.up.alive(), "vpngw up has ended", 5)
    until(lambda: not s.dc.sas(), "the data centre was told", 5)
    assert not gateway.vpc_namespaces() and not gateway.machine.processes()
    gateway.start()
    first = gateway.connection(s.id)["Status"]
    assert first != "ipsec_sa_established" or s.dc.sas(), "what was observed before is told as if it were so"
    after = gateway.wait_status(s.id, seconds=30)
    assert after == before | {"RequestId": after["RequestId"]}
    s.check_pings()
