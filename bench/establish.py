# SPDX-License-Identifier: Apache-2.0
"""From CreateVpnConnection until Status is ipsec_sa_established, beside bare charon's own initiate.

IKEv2, group14 in both phases. The far side of both is Debian's strongSwan; the two alternate.
"""
import time

from lab.gateway import Gateway
from lab.job import Connection, Vpc
from lab.world import World

GROUP14 = {"ike": {"IkePfs": "group14"}, "ipsec": {"IpsecPfs": "group14"}}
PROPOSAL = "aes128-sha1-modp2048"


def bare_pair(world):
    one, other = world.datacentre().start(), world.datacentre().start()
    one.load(other.internet_ip, "bare", ike=PROPOSAL, esp=PROPOSAL)
    other.load(one.internet_ip, "bare", ike=PROPOSAL, esp=PROPOSAL)
    return one


def bare(one):
    started = time.monotonic()
    one.initiate()
    took = time.monotonic() - started
    one.terminate()
    return took * 1000


def ours(vpc, dc, customer_gateway_id):
    connection = Connection(vpc, dc, **GROUP14)
    connection.customer_gateway_id = customer_gateway_id
    api, started = vpc.api, time.monotonic()
    connection.create_connection()
    while api.call("DescribeVpnConnection", keep=True,
                   VpnConnectionId=connection.id)["Status"] != "ipsec_sa_established":
        if time.monotonic() - started > 30:
            raise TimeoutError("not established within 30 s")
        time.sleep(0.001)
    took = time.monotonic() - started
    api.DeleteVpnConnection(VpnConnectionId=connection.id)
    while api.DescribeVpnConnections(VpnConnectionId=connection.id)["TotalCount"] or dc.sas():
        time.sleep(0.005)
    return took * 1000


def measure(build, quick):
    with World("/run/lab") as world:
        gateway = Gateway(world, build).start()
        vpc = Vpc(gateway).create()
        dc, one = world.datacentre().start(), bare_pair(world)
        first = Connection(vpc, dc, **GROUP14)
        customer_gateway_id = first.create_customer_gateway()
        first.configure_peer()
        samples = {"vpngw_ms": [], "charon_ms": []}
        for _ in range(10 if quick else 50):
            samples["vpngw_ms"].append(ours(vpc, dc, customer_gateway_id))
            samples["charon_ms"].append(bare(one))
        gateway.stop()
        return samples
