# SPDX-License-Identifier: Apache-2.0
"""Protected data flows: every pair of networks reaches each other, everything else is dropped and counted.

     vpc-host --- gateway --- internet -+- dcA   protected data flows, 1 or 10 CIDRs a side
    10.0.0.x                            +- dcB   destination routing, on the same gateway

Both LANs are cut into networks of 16 addresses; the hosts have an address in each, and in one more
that no connection protects.
"""
import pytest

from lab.api import VPNGW
from lab.job import Connection
from lab.until import until

NETWORKS = 10


def networks(lan, count):
    return [f"{lan}.{16 * i}/28" for i in range(count)]


def addresses(lan, count, first=0):
    return [f"{lan}.{16 * i + 10}" for i in range(first, first + count)]


@pytest.fixture(name="flows")
def _flows(lab, site):
    """flows(count, ...): a connection that protects so many networks a side, and its data centre."""
    lab.host.run("ip addr replace 10.0.0.10/24 dev eth0")
    for address in addresses("10.0.0", NETWORKS, 1):
        lab.host.run(f"ip addr replace {address}/24 dev eth0")

    def make(count, **parameters):
        made = site(**parameters)
        dc = made.dc
        made.parameters |= {"LocalSubnet": ",".join(networks("10.0.0", count)),
                            "RemoteSubnet": ",".join(networks(dc.lan, count))}
        for i in range(NETWORKS + 1):
            if i:
                dc.host.address("eth0", f"{dc.lan}.{16 * i + 10}/24")
                # charon's kernel-libipsec routes a selector only with an own address in it
                dc.router.address("lan0", f"{dc.lan}.{16 * i + 1}/24")
        made.configure_peer(child_local_ts=networks(dc.lan, count), child_remote_ts=networks("10.0.0", count))
        return made

    return make


def answered(machine, sources, targets, wait_s=2):
    """The pairs (source, target) that a ping from machine went there and back on; all at once."""
    pairs = [(source, target) for source in sources for target in targets]
    script = "\n".join(f"(ping -n -q -c 1 -W {wait_s} -I {source} {target} >/dev/null && echo {source} {target}) &"
                       for source, target in pairs) + "\nwait\n"
    return {tuple(line.split()) for line in machine.run(["sh", "-c", script]).splitlines()}


def all_pairs(sources, targets):
    return {(source, target) for source in sources for target in targets}


def counters(lab, connection):
    return lab.api.call("DescribeVpnConnectionDetail", VPNGW, VpnConnectionId=connection.id)["Counters"]


def negotiated(lab, connection):
    return lab.api.call("DescribeVpnConnectionDetail", VPNGW, VpnConnectionId=connection.id)["Negotiated"]


def check_flows(lab, connection, count):
    dc = connection.dc
    ours, theirs = addresses("10.0.0", count), addresses(dc.lan, count)
    assert answered(lab.host, ours, theirs) == all_pairs(ours, theirs)
    assert answered(dc.host, theirs, ours) == all_pairs(theirs, ours)


def check_others_are_dropped(lab, connection, count):
    """From the VPC: an unprotected source, an unprotected destination, both; one drop for each."""
    dc = connection.dc
    ours, theirs = addresses("10.0.0", count), addresses(dc.lan, count)
    other, foreign = addresses("10.0.0", 1, count)[0], addresses(dc.lan, 1, count)[0]
    before = counters(lab, connection).get("DropSelectorOut", 0)
    pairs = [([other], theirs), (ours, [foreign]), ([other], [foreign])]
    for sources, targets in pairs:
        assert answered(lab.host, sources, targets, 1) == set()
    sent = sum(len(sources) * len(targets) for sources, targets in pairs)

    def counted():
        now = counters(lab, connection)
        assert now.get("DropSelectorOut", 0) - before == sent, now
        return True
    until(counted, f"{sent} drops are counted", 25)
    # nor does the data centre get anything through
    assert answered(dc.host, [foreign], ours, 1) == set()
    assert answered(dc.host, theirs, [other], 1) == set()


@pytest.mark.parametrize("count", (1, NETWORKS))
def test_ikev2(lab, flows, count):
    connection = flows(count)
    connection.create()
    connection.wait_up()
    check_flows(lab, connection, count)
    check_others_are_dropped(lab, connection, count)
    assert sorted(negotiated(lab, connection)["LocalSelectors"].split()) == sorted(networks("10.0.0", count))


def test_ikev1_has_one_pair(lab, flows):
    connection = flows(1, ike={"IkeVersion": "ikev1"})
    connection.create()
    connection.wait_up()
    check_flows(lab, connection, 1)
    check_others_are_dropped(lab, connection, 1)


def test_both_modes_on_one_gateway(lab, flows, site):
    protected, routed = flows(2), site()
    routed.configure_peer()
    for connection in (protected, routed):
        connection.create()
        connection.wait_up()
    check_flows(lab, protected, 2)
    routed.check_pings()
    assert answered(lab.host, addresses("10.0.0", 3), [routed.dc.host_address]) == all_pairs(
        addresses("10.0.0", 3), [routed.dc.host_address])
    check_others_are_dropped(lab, protected, 2)
    routed.check_pings()


def test_waits_for_traffic(lab, flows):
    connection = flows(2, EffectImmediately=False)
    connection.create()
    lab.gateway.wait_state(connection.id)
    assert lab.gateway.connection(connection.id)["Status"] == "ike_sa_not_established"
    source, target = addresses("10.0.0", 2)[1], addresses(connection.dc.lan, 2)[1]
    lab.host.run(f"ping -n -q -c 1 -W 5 -I {source} {target}")
    connection.wait_up()
    check_flows(lab, connection, 2)


def test_two_connections_to_one_peer_share_an_ike_sa(lab, flows):
    first = flows(1)
    dc = first.dc
    ours, theirs = networks("10.0.0", 2), networks(dc.lan, 2)
    first.configure_peer(children={f"vpc{i}": {"local_ts": [theirs[i]], "remote_ts": [ours[i]]} for i in range(2)})
    first.create()
    first.wait_up()
    second = Connection(lab.vpc, dc, "second", LocalSubnet=ours[1], RemoteSubnet=theirs[1])
    second.customer_gateway_id = first.customer_gateway_id
    before = {child["spi-in"] for child in dc.children()}
    second.create_connection()
    route = {"VpnGatewayId": lab.vpc.vpn_gateway_id, "NextHop": second.id, "RouteDest": theirs[1], "Weight": 100}
    try:
        lab.api.CreateVpnRouteEntry(PublishVpc=True, **route)
        lab.gateway.wait_status(second.id)
        until(lambda: len(dc.children()) == 2, "the data centre has both CHILD_SAs", 5)
        assert len(dc.sas()) == 1
        assert before < {child["spi-in"] for child in dc.children()}
        sources, targets = addresses("10.0.0", 2), addresses(dc.lan, 2)
        pairs = set(zip(sources, targets))
        # the crossed ones are in neither: each connection drops what is the other's
        assert answered(lab.host, sources, targets, 1) == pairs
        assert answered(dc.host, targets, sources, 1) == {(target, source) for source, target in pairs}
    finally:
        lab.api.DeleteVpnRouteEntry(**route)
        lab.api.DeleteVpnConnection(VpnConnectionId=second.id)
    until(lambda: len(dc.children()) == 1, "the second CHILD_SA is gone", 10)
    assert before == {child["spi-in"] for child in dc.children()}
    check_flows(lab, first, 1)


def test_the_peer_narrows(lab, flows):
    connection = flows(2)
    dc = connection.dc
    connection.configure_peer(child_local_ts=networks(dc.lan, 1), child_remote_ts=networks("10.0.0", 2))
    connection.create()
    connection.wait_up()
    seen = lab.api.call("DescribeVpnConnectionDetail", VPNGW, VpnConnectionId=connection.id)
    assert seen["Negotiated"]["RemoteSelectors"] == networks(dc.lan, 1)[0]
    assert networks(dc.lan, 2)[1] in str(seen["Conditions"]), seen
    assert answered(lab.host, addresses("10.0.0", 2), addresses(dc.lan, 1)) == all_pairs(
        addresses("10.0.0", 2), addresses(dc.lan, 1))
    assert answered(lab.host, addresses("10.0.0", 2), addresses(dc.lan, 1, 1), 1) == set()
