# SPDX-License-Identifier: Apache-2.0
"""The form's rules are the server's: whatever is typed, the console objects exactly when the API would refuse."""
import json
import subprocess

import pytest

from conftest import ROOT
from gateway import ZONE

FLOWS = {"RoutingMode": "flows", "LocalSubnet": "10.0.0.0/24", "RemoteSubnet": "192.168.0.0/24"}
HEALTH = {"HealthCheckConfig.Enable": True, "HealthCheckConfig.Dip": "192.168.0.1", "HealthCheckConfig.Sip": "10.0.0.9"}
BGP = {"BgpConfig.EnableBgp": True, "BgpConfig.TunnelCidr": "169.254.10.0/30", "BgpConfig.LocalBgpIp": "169.254.10.1"}
TEXTS = ("", " ", "x", "é", "a b", 'a"b', "******", "http://x", "HTTPS://x", "a" * 100, "a" * 101, "10.0.0.1", "1.2.3", "300.1.1.1",
         "host.example.com", "~`!@#$%^&*()_-+={}[]\\|;:',.<>/?", "-1", "0", "1", "60", "86400", "86401", "4294967296", "1e3", "0x10")
BLOCKS = ("10.0.0.0/24", "10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/24,10.0.1.0/24", "10.0.0.0/24, 10.0.1.0/24",
          "10.0.0.0/24,", "0.0.0.0/0", "x", "10.0.0.0/24,10.0.0.128/25", "0.0.0.0/0,10.0.0.0/24", "127.0.0.0/9", "100.64.1.0/24", "96.0.0.0/3", ",".join(f"10.0.{i}.0/24" for i in range(10)), ",".join(f"10.0.{i}.0/24" for i in range(11)))
ADDRESSES = ("192.168.0.1", "127.0.0.1", "0.0.0.0", "224.0.0.1", "1.2.3", "01.2.3.4", "x")


def cases():
    for path in ("Name", "IkeConfig.Psk", "IkeConfig.LocalId", "IkeConfig.RemoteId", "IkeConfig.IkeLifetime", "IpsecConfig.IpsecLifetime"):
        yield from ({path: text} for text in TEXTS)
    for cipher in ("des", "aes256", "aes128gcm", "chacha20"):
        for version in ("ikev1", "ikev2"):
            yield from ({path: cipher, "IkeConfig.IkeVersion": version} for path in ("IkeConfig.IkeEncAlg", "IpsecConfig.IpsecEncAlg"))
    for path in ("LocalSubnet", "RemoteSubnet"):
        yield from (FLOWS | {path: text} for text in BLOCKS)
        yield from (FLOWS | {path: text, "IkeConfig.IkeVersion": "ikev1"} for text in BLOCKS)
    for path in ("HealthCheckConfig.Dip", "HealthCheckConfig.Sip"):
        yield from (HEALTH | {path: text} for text in (*ADDRESSES, "", "10.0.0.9"))
    for path in ("HealthCheckConfig.Interval", "HealthCheckConfig.Retry"):
        yield from (HEALTH | {path: text} for text in ("", "0", "1", "100", "101", "3600", "3601", "-1", "x"))
    yield from (BGP | {"BgpConfig.TunnelCidr": text} for text in
                ("", "169.254.6.0/30", "169.254.0.0/30", "169.254.169.252/30", "169.254.10.0/29", "10.0.0.0/30", "169.254.10.1/30", "x"))
    yield from (BGP | {"BgpConfig.LocalBgpIp": f"169.254.10.{n}"} for n in range(5))
    yield from (BGP | {"BgpConfig.LocalAsn": text} for text in ("1", "0", "4294967295", "4294967296", "123.456", "1.65536", "1.2.3", "x", ""))


@pytest.fixture(name="ends", scope="module")
def _ends(client):
    vpc = client.call("CreateVpc", {"CidrBlock": "10.0.0.0/16"})["VpcId"]
    client.call("CreateVSwitch", {"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.0.0.0/24"})
    return {"VpnGatewayId": client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10, "Name": "gateway"})["VpnGatewayId"],
            "CustomerGatewayId": client.call("CreateCustomerGateway", {"IpAddress": "198.51.100.9", "Asn": 65001})["CustomerGatewayId"]}


def refusal(client, parameters):
    """"" when the API would take it."""
    answer = client.raw("CreateVpnConnection", parameters | {"DryRun": True})
    # A gateway without BGP says so only when everything else is right.
    if answer.code == "DryRunOperation" or (answer.code == "UnsupportedFeature" and "EnableBgp" in answer.json["Message"]):
        return ""
    return f"{answer.code}: {answer.json['Message']}"


def test_the_console_objects_exactly_when_the_api_refuses(client, ends):
    changes = [ends | change for change in cases()]
    done = subprocess.run(["node", ROOT / "console" / "node_modules" / ".unit" / "verdicts.mjs"], input=json.dumps(changes),
                          capture_output=True, text=True, timeout=60, check=True)
    verdicts = json.loads(done.stdout)
    assert len(verdicts) == len(changes) > 200
    wrong = []
    for change, verdict in zip(changes, verdicts):
        refused = refusal(client, verdict["parameters"])
        if bool(refused) != bool(verdict["wrong"]):
            typed = {name: value for name, value in change.items() if name not in ends}
            wrong.append(f"{typed}: console {verdict['wrong']}, API {refused or 'accepts'}")
    assert not wrong, "\n".join(wrong)
