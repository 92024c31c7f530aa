# SPDX-License-Identifier: Apache-2.0
"""Which way the kernel sends a packet in the VPC's namespace: asked with `ip route get`, the data plane's SAs being real ones."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import espd_client  # noqa: E402
from lab.until import until  # noqa: E402
from test_network import has, made  # noqa: E402

PEERS = {1: "203.0.113.2", 2: "203.0.113.6"}


def way(daemons, ids, source, interface, destination="192.168.10.1"):
    """The device a packet takes, or "unreachable"."""
    out = daemons.inside(ids, f"ip route get {destination} from {source} iif {interface}", False)
    words = out.split()
    if "No route to host" in out or "Network is unreachable" in out:
        return "unreachable"
    return words[words.index("dev") + 1] if "dev" in words else out.strip()


def test_nothing_leaks_beyond(daemons):
    """Beyond our tables there is nothing: no default route of main, no other gateway's routes for what left a tunnel."""
    ids = made(daemons)
    other = dict(ids, gateway=daemons.call("CreateVpnGateway", VpcId=ids["vpc"], Bandwidth=10)["VpnGatewayId"])
    one, two = daemons.connection(ids, "203.0.113.2"), daemons.connection(other, "203.0.113.6")
    daemons.route(ids, one, "192.168.10.0/24")
    daemons.route(other, two, "192.168.20.0/24")
    has(daemons, ids, "ip route show table all", "192.168.10.0/24 dev vco1", "192.168.20.0/24 dev vco2")
    daemons.inside(ids, "ip route add default via 10.0.0.254 dev lan0")
    has(daemons, ids, "ip rule", "3000:\tfrom all unreachable")
    assert way(daemons, ids, "10.0.0.10", "lan0") == "vco1"
    assert way(daemons, ids, "10.0.0.10", "lan0", "192.168.20.1") == "vco2"
    assert way(daemons, ids, "10.0.0.10", "lan0", "192.0.2.1") == "unreachable"
    assert way(daemons, ids, "192.168.10.1", "vco1", "10.0.0.10") == "lan0"
    for destination in ("192.0.2.1", "192.168.20.1"):
        assert way(daemons, ids, "192.168.10.1", "vco1", destination) == "unreachable", destination


def test_unpublished_routes(daemons):
    """What left a tunnel may take them, the LAN may not."""
    ids = made(daemons)
    one = daemons.connection(ids, "203.0.113.2")
    daemons.connection(ids, "203.0.113.6")
    daemons.route(ids, one, "192.168.10.0/24", publish=False)
    has(daemons, ids, "ip route show table 10003", "192.168.10.0/24 dev vco1")
    has(daemons, ids, "ip rule", "iif vco2", "3000:")
    assert way(daemons, ids, "192.168.20.1", "vco2") == "vco1"
    assert way(daemons, ids, "10.0.0.10", "lan0") == "unreachable"


class Charon:
    """What its plug-in does after a negotiation: one SA each way, in the real data plane."""

    def __init__(self, daemons):
        self.local = daemons.pool[0]
        self.client = espd_client.Client(daemons.run_dir / "espd" / "ike.sock")

    def up(self, number):
        for direction, source, destination in self.ends(number):
            self.client.add_sa(direction, 0x1000 + number, if_id=number, source=source, destination=destination,
                               suite=espd_client.SUITES["aes128-sha1"], keys=(os.urandom(16), os.urandom(20)))

    def down(self, number):
        for direction, _, _ in self.ends(number):
            self.client.remove_sa(direction, 0x1000 + number, PEERS[number])

    def ends(self, number):
        yield espd_client.IN, PEERS[number], self.local
        yield espd_client.OUT, self.local, PEERS[number]


def test_weight_and_what_is_up(daemons):
    """Of equal destinations the highest weight whose connection is up; the highest weight when none is."""
    ids = made(daemons)
    active, standby = daemons.connection(ids, PEERS[1]), daemons.connection(ids, PEERS[2])
    daemons.route(ids, standby, "192.168.10.0/24", weight=0)
    daemons.route(ids, active, "192.168.10.0/24", weight=100)

    def goes(interface, why):
        until(lambda: way(daemons, ids, "10.0.0.10", "lan0") == interface, why, 5)
    goes("vco1", "none is up")
    charon = Charon(daemons)
    charon.up(2)
    goes("vco2", "only the standby is up")
    charon.up(1)
    goes("vco1", "both are up")
    charon.down(1)
    goes("vco2", "the active went down")
    daemons.running["vpngw-agent"].kill()
    assert way(daemons, ids, "10.0.0.10", "lan0") == "vco2"
    daemons.start("vpngw-agent")
    daemons.connection(ids, "203.0.113.10")  # the new agent has seen everything once this is made
    has(daemons, ids, "ip link", "vco3")
    goes("vco2", "the new agent knows")
    charon.down(2)
    goes("vco1", "none is up again")
