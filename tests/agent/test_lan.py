# SPDX-License-Identifier: Apache-2.0
"""The operator's link is lent to the VPC and comes back as it was."""
import signal

import pytest

from lab.until import until
from test_network import has, made


def link_of(daemons, name):
    """What the operator would look at: up or down, group, alias, addresses."""
    out = daemons.machine.run(f"ip -d -4 -o address show dev {name}", False)
    addresses = [line.split()[3] for line in out.splitlines()]
    words = daemons.machine.run(f"ip -o link show {name}", False).split()
    group = words[words.index("group") + 1] if "group" in words else None
    alias = words[words.index("alias") + 1:] if "alias" in words else []
    return addresses, "UP" in words[2].strip("<>").split(",") if words else None, group, alias


def applied(daemons, ids):
    """Why the VPC is not as it should be; None when it is."""
    for condition in daemons.call("DescribeVpcLan", VpcId=ids["vpc"])["Conditions"]["Condition"]:
        if condition["Type"] == "Applied" and not condition["Status"]:
            return condition
    return None


def prepare(daemons, up=True):
    daemons.machine.run("ip link set lan0 alias the\\ office group 7 " + ("up" if up else "down"))
    for address in ("172.16.5.1/24", "172.16.6.1/16"):
        daemons.machine.address("lan0", address)
    return link_of(daemons, "lan0")


def test_detached_link_is_as_before(daemons):
    before = prepare(daemons)
    assert before == (["172.16.5.1/24", "172.16.6.1/16"], True, "7", ["the", "office"])
    ids = made(daemons)
    has(daemons, ids, "ip address show lan0", "10.0.0.1/24")
    assert "172.16" not in daemons.inside(ids, "ip address")
    daemons.call("DetachVpcLan", VpcId=ids["vpc"])
    until(lambda: link_of(daemons, "lan0") == before, f"lan0 is {before} again", 5)


def test_a_link_that_was_down(daemons):
    before = prepare(daemons, up=False)
    ids = made(daemons)
    has(daemons, ids, "ip address show lan0", "10.0.0.1/24", "[<,]UP[,>]")
    daemons.call("DetachVpcLan", VpcId=ids["vpc"])
    until(lambda: link_of(daemons, "lan0") == before, f"lan0 is {before} again", 5)
    assert before[1] is False


def test_other_agent_gives_it_back(daemons):
    """What it was is known to the agent that comes after a crash."""
    before = prepare(daemons)
    ids = made(daemons)
    has(daemons, ids, "ip address show lan0", "10.0.0.1/24")
    daemons.running["vpngw-agent"].kill()
    daemons.start("vpngw-agent")
    other = daemons.call("CreateVpc", CidrBlock="10.0.0.0/16")["VpcId"]
    until(lambda: f"vpngw-{other}" in daemons.namespaces(), "the new agent works", 10)
    daemons.call("DetachVpcLan", VpcId=ids["vpc"])
    until(lambda: link_of(daemons, "lan0") == before, f"lan0 is {before} again", 10)


def test_interrupted_return_is_finished(daemons):
    """Killed between the move and the addresses: the next agent goes on."""
    before = prepare(daemons)
    ids = made(daemons)
    has(daemons, ids, "ip address show lan0", "10.0.0.1/24")
    daemons.running["vpngw-agent"].kill()
    daemons.call("DetachVpcLan", VpcId=ids["vpc"])
    daemons.inside(ids, f"ip link set lan0 netns {daemons.machine.path}")
    assert link_of(daemons, "lan0")[0] == []
    daemons.start("vpngw-agent")
    until(lambda: link_of(daemons, "lan0") == before, f"lan0 is {before} again", 10)


def test_too_many_addresses_are_refused(daemons):
    """A link that could not be given back as it was is not taken."""
    for i in range(11):
        daemons.machine.address("lan0", f"172.16.{i}.1/24")
    before = link_of(daemons, "lan0")
    ids = daemons.vpc()
    daemons.running["vpngw-agent"].wait_for("more addresses than can be given back")
    seen = until(lambda: applied(daemons, ids), "why it is not attached", 5)
    assert seen["Reason"] == "ApplyFailed" and "more addresses than can be given back" in seen["Message"]
    assert link_of(daemons, "lan0") == before
    daemons.machine.run("ip address flush dev lan0")
    has(daemons, ids, "ip address show lan0", "10.0.0.1/24")
    until(lambda: daemons.call("DescribeVpcLan", VpcId=ids["vpc"])["State"] == "active", "it is attached", 5)
    assert not applied(daemons, ids)


def test_another_address(daemons):
    """A new address replaces ours; one that somebody else put there stays."""
    ids = made(daemons)
    has(daemons, ids, "ip address show lan0", "10.0.0.1/24")
    daemons.inside(ids, "ip address add 10.0.7.1/24 dev lan0")
    daemons.call("AttachVpcLan", VpcId=ids["vpc"], Interface="lan0", IpAddress="10.0.0.2/24")
    out = has(daemons, ids, "ip address show lan0", "10.0.0.2/24")
    until(lambda: "10.0.0.1/24" not in daemons.inside(ids, "ip address show lan0"), "the old address is gone", 5)
    assert "10.0.7.1/24" in out


@pytest.mark.parametrize("dead", ([], ["vpngw-espd"]), ids=("espd-runs", "espd-died"))
def test_removal_of_everything(daemons, dead):
    """SIGUSR2: no namespace, link, rule or descriptor of ours is left, and the LAN link is back; the store keeps all."""
    before, machine = prepare(daemons), daemons.machine
    rules = machine.run("ip rule")
    ids = made(daemons)
    one = daemons.connection(ids, "203.0.113.2")
    daemons.route(ids, one, "192.168.10.0/24")
    has(daemons, ids, "ip route show table 10000", "vco1")
    agent = daemons.running["vpngw-agent"]
    until(lambda: "vpngw-espd" in machine.run("ss -Hanup"), "espd has the sockets", 5)
    for name in dead:
        daemons.running[name].kill()
    agent.process.send_signal(signal.SIGUSR2)
    until(lambda: not daemons.namespaces(), "no namespace of ours", 10)
    until(lambda: link_of(daemons, "lan0") == before, f"lan0 is {before} again", 5)
    until(lambda: "vpngw" not in machine.run("ss -Hanup") + machine.run("ss -Hanwp"), "no socket of ours", 5)
    assert agent.process.wait(10) == 0
    assert machine.run("ip rule") == rules
    assert "vco1" not in machine.run("ip link")
    assert daemons.call("DescribeVpnConnection", VpnConnectionId=one)["VpnConnectionId"] == one
