# SPDX-License-Identifier: Apache-2.0
"""The console in a real browser against vpngw-api alone: everything that needs no tunnel."""
import time

import pytest

from conftest import ROOT, play
from gateway import REGION, ZONE

EVIL = "<img src=x onerror=\"globalThis.stolen=1\"><script>globalThis.stolen=2</script>"


@pytest.fixture(name="connection", scope="module")
def _connection(client, gateway):
    """Two VPCs, and a connection whose names, tags and log want to be markup."""
    client.call("CreateVpc", {"CidrBlock": "172.16.0.0/16", "VpcName": "shop"})
    vpc = client.call("CreateVpc", {"CidrBlock": "10.0.0.0/16", "VpcName": EVIL})["VpcId"]
    client.call("CreateVSwitch", {"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.0.0.0/24"})
    vpn_gateway = client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10, "Name": "headquarters"})["VpnGatewayId"]
    client.call("ModifyVpnGatewayAttribute", {"VpnGatewayId": vpn_gateway, "Description": EVIL})
    client.call("TagResources", {"ResourceType": "VPNGATEWAY", "ResourceId.1": vpn_gateway, "Tag.1.Key": "note", "Tag.1.Value": EVIL})
    peer = client.call("CreateCustomerGateway", {"IpAddress": "198.51.100.7", "Name": EVIL, "Description": EVIL})["CustomerGatewayId"]
    made = client.call("CreateVpnConnection", {
        "VpnGatewayId": vpn_gateway, "CustomerGatewayId": peer, "LocalSubnet": "10.0.0.0/24", "RemoteSubnet": "192.168.0.0/24", "Name": EVIL,
        "Tags.1.Key": "<img src=x>", "Tags.1.Value": EVIL, "IkeConfig": {"RemoteId": "<img/onerror=globalThis.stolen=3>"}})["VpnConnectionId"]
    now = int(time.time() * 1000)
    gateway.keep_log(made, [(now - 2000, "INFO", "", f"a line {EVIL}", "{}"),
                            (now - 1000, "ERROR", "NegotiationFailed", f"an event {EVIL}", '{"Remote": "<img src=x>"}')])
    return made


def test_scenes(gateway, connection):
    play("pages.mjs", f"http://127.0.0.1:{gateway.port}", gateway.access_key(), VPNGW_CONNECTION=connection, VPNGW_EVIL=EVIL,
         wishes={"api down": gateway.stop, "api up": gateway.start})


def test_looks(gateway, connection, client):
    """Every page, phone and desktop, light and dark: pictured into build/pictures, nothing cut off, no serious axe finding."""
    vpn_gateway = client.call("DescribeVpnConnection", {"VpnConnectionId": connection})["VpnGatewayId"]
    vpc = client.call("DescribeVpnGateway", {"VpnGatewayId": vpn_gateway})["VpcId"]
    pictures = ROOT / "build" / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    play("looks.mjs", f"http://127.0.0.1:{gateway.port}", gateway.access_key(), VPNGW_CONNECTION=connection, VPNGW_GATEWAY=vpn_gateway,
         VPNGW_VPC=vpc, VPNGW_PICTURES=pictures, timeout=600)


def test_five_hundred_connections(gateway, connection, client):
    seen = client.call("DescribeVpnConnection", {"VpnConnectionId": connection})
    have = client.call("DescribeVpnConnections", {})["TotalCount"]
    for number in range(have, 500):
        client.call("CreateVpnConnection", {
            "VpnGatewayId": seen["VpnGatewayId"], "CustomerGatewayId": seen["CustomerGatewayId"], "Name": f"site-{number:03}",
            "LocalSubnet": "10.0.0.0/24", "RemoteSubnet": f"10.{100 + number // 250}.{number % 250}.0/24", "IkeConfig": {"RemoteId": f"site-{number}"}})
    play("many.mjs", f"http://127.0.0.1:{gateway.port}", gateway.access_key(), VPNGW_REGION=REGION)
