# SPDX-License-Identifier: Apache-2.0
"""Every action of the API against the real server and store, with no agent behind it: what is created is
echoed field by field with its type, listed, modified, deleted; what is refused names field, value and rule
and changes nothing. State honestly stays "updating"."""
import itertools
import os
import re
import signal
import sqlite3
import string
import threading

import pytest

from gateway import REGION, ZONE, Gateway
from wire import ApiError, Client

numbers = itertools.count(1)
PSK = "".join(chr(c) for c in range(0x21, 0x7f) if chr(c) != '"')  # every character the mission allows


def refused(client, action, parameters, code=None, words=(), status=400, **options):
    with pytest.raises(ApiError) as caught:
        client.call(action, parameters, **options)
    assert caught.value.status == status, caught.value
    if code:
        assert caught.value.code == code, caught.value
    for word in words:
        assert word in caught.value.message, caught.value
    return caught.value


def has(found, expected):
    """expected is a subset of found; types count (True is not 1)."""
    for name, value in expected.items():
        assert name in found, (name, found)
        if isinstance(value, dict):
            has(found[name], value)
        else:
            assert found[name] == value and type(found[name]) is type(value), (name, found[name], value)


def has_no_null(value):
    assert value is not None
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        has_no_null(inner)


class Site:
    """A VPC with a vSwitch, a gateway and a customer gateway, and the parameters of a connection."""

    def __init__(self, client):
        self.client, self.number = client, next(numbers)
        self.vpc = client.call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
        self.vswitch = client.call("CreateVSwitch", {"VpcId": self.vpc, "ZoneId": ZONE, "CidrBlock": "10.1.0.0/24",
                                                     })["VSwitchId"]
        self.gateway = client.call("CreateVpnGateway", {"VpcId": self.vpc, "Bandwidth": 10})["VpnGatewayId"]
        self.customer = client.call("CreateCustomerGateway", {"IpAddress": f"198.51.{self.number}.1"}
                                    )["CustomerGatewayId"]

    def wish(self, **more):
        return {"VpnGatewayId": self.gateway, "CustomerGatewayId": self.customer, "LocalSubnet": "0.0.0.0/0",
                "RemoteSubnet": "0.0.0.0/0"} | more

    def connect(self, **more):
        return self.client.call("CreateVpnConnection", self.wish(**more))["VpnConnectionId"]

    def show(self, connection):
        return self.client.call("DescribeVpnConnection", {"VpnConnectionId": connection})

    def clear(self):
        for route in self.client.call("DescribeVpnRouteEntries", {"VpnGatewayId": self.gateway, "PageSize": 50}
                                      )["VpnRouteEntries"]["VpnRouteEntry"]:
            self.client.call("DeleteVpnRouteEntry", {"VpnGatewayId": self.gateway, "NextHop": route["NextHop"],
                                                     "RouteDest": route["RouteDest"], "Weight": route["Weight"]})
        for connection in self.client.call("DescribeVpnConnections", {"VpnGatewayId": self.gateway, "PageSize": 50}
                                           )["VpnConnections"]["VpnConnection"]:
            self.client.call("DeleteVpnConnection", {"VpnConnectionId": connection["VpnConnectionId"]})
        self.client.call("DeleteCustomerGateway", {"CustomerGatewayId": self.customer})
        self.client.call("DeleteVpnGateway", {"VpnGatewayId": self.gateway})
        self.client.call("DeleteVSwitch", {"VSwitchId": self.vswitch})
        self.client.call("DeleteVpc", {"VpcId": self.vpc})


@pytest.fixture(scope="module")
def opened(gateway):
    client = Client(gateway, "acs3")
    yield client
    client.close()


@pytest.fixture
def site(opened):
    made = Site(opened)
    yield made
    made.clear()


def test_regions(opened):
    regions = opened.call("DescribeRegions")["Regions"]["Region"]
    has(regions[0], {"RegionId": REGION})
    assert len(regions) == 1


def test_vpc(opened):
    made = opened.call("CreateVpc", {"RegionId": REGION, "CidrBlock": "192.168.0.0/16", "VpcName": "home é",
                                     "Description": "where we live"})
    assert re.fullmatch("vpc-[a-z0-9]{17}", made["VpcId"])
    assert made["VRouterId"].startswith("vrt-") and made["RouteTableId"].startswith("vtb-")
    shown = opened.call("DescribeVpcAttribute", {"VpcId": made["VpcId"]})
    has(shown, {"VpcId": made["VpcId"], "CidrBlock": "192.168.0.0/16", "VpcName": "home é", "RegionId": REGION,
                "Description": "where we live", "VRouterId": made["VRouterId"], "Status": "Available",
                "VSwitchIds": {"VSwitchId": []}})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown["CreationTime"])
    has_no_null(shown)
    listed = opened.call("DescribeVpcs", {"VpcId": made["VpcId"]})
    has(listed, {"TotalCount": 1, "PageNumber": 1, "PageSize": 10})
    has(listed["Vpcs"]["Vpc"][0], {"VpcId": made["VpcId"], "VpcName": "home é"})
    vswitch = opened.call("CreateVSwitch", {"VpcId": made["VpcId"], "ZoneId": ZONE, "CidrBlock": "192.168.4.0/24",
                                            "VSwitchName": "lan", "Description": "d"})["VSwitchId"]
    has(opened.call("DescribeVSwitchAttributes", {"VSwitchId": vswitch}),
        {"VSwitchId": vswitch, "VpcId": made["VpcId"], "ZoneId": ZONE, "CidrBlock": "192.168.4.0/24",
         "VSwitchName": "lan", "Description": "d", "Status": "Available", "Ipv6CidrBlock": "",
         "AvailableIpAddressCount": 252})
    has(opened.call("DescribeVSwitches", {"VpcId": made["VpcId"]}), {"TotalCount": 1})
    has(opened.call("DescribeVpcAttribute", {"VpcId": made["VpcId"]}), {"VSwitchIds": {"VSwitchId": [vswitch]}})
    for bad in ("192.168.4.128/25", "192.168.0.0/16"):
        refused(opened, "CreateVSwitch", {"VpcId": made["VpcId"], "ZoneId": ZONE, "CidrBlock": bad}, words=[bad])
    refused(opened, "CreateVSwitch", {"VpcId": made["VpcId"], "ZoneId": ZONE, "CidrBlock": "10.0.0.0/24"})
    refused(opened, "CreateVSwitch", {"VpcId": made["VpcId"], "ZoneId": "moon", "CidrBlock": "192.168.9.0/24"},
            status=404)
    refused(opened, "DeleteVpc", {"VpcId": made["VpcId"]}, "DependencyViolation.VSwitch")
    opened.call("DeleteVSwitch", {"VSwitchId": vswitch})
    opened.call("DeleteVpc", {"VpcId": made["VpcId"]})
    assert opened.call("DescribeVpcs", {"VpcId": made["VpcId"]})["Vpcs"]["Vpc"] == []


def test_gateway(opened, site):
    made = opened.call("CreateVpnGateway", {
        "VpcId": site.vpc, "VSwitchId": site.vswitch, "Bandwidth": 200, "Name": "gw-1", "InstanceChargeType": "PREPAY",
        "Period": 3, "EnableIpsec": True, "EnableSsl": False, "SslConnections": 20, "AutoPay": True,
        "ResourceGroupId": "rg-other"})
    gateway = made["VpnGatewayId"]
    assert re.fullmatch("vpn-[a-z0-9]{17}", gateway) and made["Name"] == "gw-1"
    shown = opened.call("DescribeVpnGateway", {"VpnGatewayId": gateway})
    has(shown, {"VpnGatewayId": gateway, "VpcId": site.vpc, "VSwitchId": site.vswitch, "Name": "gw-1", "Spec": "200M",
                "ChargeType": "Prepay", "NetworkType": "public", "ResourceGroupId": "rg-other", "IpsecVpn": "enable",
                "SslVpn": "disable", "AutoPropagate": False, "BusinessStatus": "Normal", "VpnType": "Normal"})
    assert re.fullmatch(r"203\.0\.113\.\d+", shown["InternetIp"])
    assert isinstance(shown["CreateTime"], int) and shown["EndTime"] > shown["CreateTime"]
    has_no_null(shown)
    other = opened.call("DescribeVpnGateway", {"VpnGatewayId": site.gateway})
    assert other["InternetIp"] != shown["InternetIp"]
    has(other, {"Name": site.gateway, "Spec": "10M", "ChargeType": "PostpayByFlow", "ResourceGroupId": "rg-default"})
    opened.call("ModifyVpnGatewayAttribute", {"VpnGatewayId": gateway, "Name": "gw-2", "Description": "edge",
                                              "AutoPropagate": True})
    has(opened.call("DescribeVpnGateway", {"VpnGatewayId": gateway}),
        {"Name": "gw-2", "Description": "edge", "AutoPropagate": True, "Spec": "200M"})
    listed = opened.call("DescribeVpnGateways", {"VpcId": site.vpc})
    assert {one["VpnGatewayId"] for one in listed["VpnGateways"]["VpnGateway"]} == {gateway, site.gateway}
    assert opened.call("DescribeVpnGateways", {"VpnGatewayId": gateway})["TotalCount"] == 1
    assert opened.call("DescribeVpnGateways", {"ResourceGroupId": "rg-other"})["TotalCount"] == 1
    opened.call("DeleteVpnGateway", {"VpnGatewayId": gateway})
    refused(opened, "DescribeVpnGateway", {"VpnGatewayId": gateway}, "InvalidVpnGatewayInstanceId.NotFound", status=404)


def test_gateway_encapsulation(opened, site):
    """Ours: off at first, kept, and nothing of it in the cloud's answer."""
    gateway = {"VpnGatewayId": site.gateway}
    shown = opened.call("DescribeVpnGatewayEncapsulation", gateway, version="2026-11-01")
    has(shown, gateway | {"UdpEncapsulation": False})
    for on in (True, True, False):
        has(opened.call("ModifyVpnGatewayEncapsulation", gateway | {"UdpEncapsulation": on}, version="2026-11-01"),
            {"UdpEncapsulation": on})
        has(opened.call("DescribeVpnGatewayEncapsulation", gateway, version="2026-11-01"), {"UdpEncapsulation": on})
    assert "UdpEncapsulation" not in opened.call("DescribeVpnGateway", gateway)


def test_customer_gateway(opened):
    made = opened.call("CreateCustomerGateway", {"IpAddress": "198.51.200.9", "Name": "office", "Asn": "1.10",
                                                 "Description": "first", "AuthKey": "bgp-key"})
    customer = made["CustomerGatewayId"]
    assert re.fullmatch("cgw-[a-z0-9]{17}", customer)
    has(made, {"IpAddress": "198.51.200.9", "Name": "office", "Description": "first"})
    shown = opened.call("DescribeCustomerGateway", {"CustomerGatewayId": customer})
    has(shown, {"IpAddress": "198.51.200.9", "Name": "office", "Description": "first", "Asn": 65546,
                "CreateTime": made["CreateTime"]})
    opened.call("ModifyCustomerGatewayAttribute", {"CustomerGatewayId": customer, "Name": "branch", "Description": "x"})
    listed = opened.call("DescribeCustomerGateways", {"CustomerGatewayId": customer})
    has(listed["CustomerGateways"]["CustomerGateway"][0], {"Name": "branch", "Description": "x", "Asn": 65546})
    refused(opened, "CreateCustomerGateway", {"IpAddress": "198.51.200.9"}, "InvalidIpAddress.AlreadyExist",
            ["198.51.200.9"])
    plain = opened.call("CreateCustomerGateway", {"IpAddress": "198.51.200.10"})["CustomerGatewayId"]
    assert "Asn" not in opened.call("DescribeCustomerGateway", {"CustomerGatewayId": plain})
    for one in (customer, plain):
        opened.call("DeleteCustomerGateway", {"CustomerGatewayId": one})
    refused(opened, "DescribeCustomerGateway", {"CustomerGatewayId": customer},
            "InvalidCustomerGatewayInstanceId.NotFound", status=404)


def test_connection_defaults(site):
    shown = site.show(site.connect())
    has(shown, {"VpnGatewayId": site.gateway, "CustomerGatewayId": site.customer, "LocalSubnet": "0.0.0.0/0",
                "RemoteSubnet": "0.0.0.0/0", "EffectImmediately": False, "EnableDpd": True,
                "EnableNatTraversal": True, "State": "updating", "Status": "ike_sa_not_established",
                "IkeConfig": {"IkeVersion": "ikev2", "IkeMode": "main", "IkeEncAlg": "aes", "IkeAuthAlg": "md5",
                              "IkePfs": "group2", "IkeLifetime": 86400, "RemoteId": f"198.51.{site.number}.1"},
                "IpsecConfig": {"IpsecEncAlg": "aes", "IpsecAuthAlg": "md5", "IpsecPfs": "group2",
                                "IpsecLifetime": 86400},
                "VcoHealthCheck": {"Enable": "false"}, "VpnBgpConfig": {"EnableBgp": "false"}})
    assert re.fullmatch("[A-Za-z0-9]{16}", shown["IkeConfig"]["Psk"])
    assert re.fullmatch(r"203\.0\.113\.\d+", shown["IkeConfig"]["LocalId"])
    has_no_null(shown)


def test_connection_in_full(opened, site):
    ike = {"Psk": PSK, "IkeVersion": "ikev1", "IkeMode": "aggressive", "IkeEncAlg": "3des", "IkeAuthAlg": "sha512",
           "IkePfs": "group14", "IkeLifetime": 3601, "LocalId": "gw.example.com", "RemoteId": "peer.example.com"}
    ipsec = {"IpsecEncAlg": "aes192", "IpsecAuthAlg": "sha384", "IpsecPfs": "disabled", "IpsecLifetime": 1801}
    connection = site.connect(Name="one & <all>", EffectImmediately=True, EnableDpd=False, EnableNatTraversal=False,
                              AutoConfigRoute=False, IkeConfig=ike, IpsecConfig=ipsec,
                              **{"Tags.1.Key": "env", "Tags.1.Value": "test", "Tags.2.Key": "empty", "Tags.2.Value": ""})
    shown = site.show(connection)
    has(shown, {"Name": "one & <all>", "EffectImmediately": True, "EnableDpd": False, "EnableNatTraversal": False,
                "IkeConfig": ike, "IpsecConfig": ipsec})
    assert sorted(shown["Tags"]["Tag"], key=lambda tag: tag["Key"]) == [
        {"Key": "empty", "Value": ""}, {"Key": "env", "Value": "test"}]
    # modify keeps what is left out; Terraform's zeroes mean "not given"
    opened.call("ModifyVpnConnectionAttribute", {
        "VpnConnectionId": connection, "Name": "two", "EnableDpd": True,
        "IkeConfig": {"ikeencalg": "aes256", "IkeLifetime": "7200"}, "IpsecConfig": {"IpsecPfs": "group5"}})
    shown = site.show(connection)
    has(shown, {"Name": "two", "EnableDpd": True, "EffectImmediately": True, "State": "updating",
                "IkeConfig": ike | {"IkeEncAlg": "aes256", "IkeLifetime": 7200},
                "IpsecConfig": ipsec | {"IpsecPfs": "group5"}})
    listed = opened.call("DescribeVpnConnections", {"VpnConnectionId": connection})
    has(listed["VpnConnections"]["VpnConnection"][0], {"Name": "two", "IkeConfig": {"IkeEncAlg": "aes256"}})
    assert len(listed["VpnConnections"]["VpnConnection"][0]["Tag"]["Tag"]) == 2


@pytest.mark.parametrize("ike_pfs", ["group1", "group2", "group5", "group14"])
def test_every_algorithm_is_echoed(site, ike_pfs):
    connection = site.connect()
    for enc, auth in itertools.product(("aes", "aes192", "aes256", "des", "3des"),
                                       ("md5", "sha1", "sha256", "sha384", "sha512")):
        changes = {"IkeConfig": {"IkeEncAlg": enc, "IkeAuthAlg": auth, "IkePfs": ike_pfs},
                   "IpsecConfig": {"IpsecEncAlg": enc, "IpsecAuthAlg": auth, "IpsecPfs": ike_pfs}}
        site.client.call("ModifyVpnConnectionAttribute", {"VpnConnectionId": connection} | changes)
        has(site.show(connection), changes)


def test_aead_ciphers_have_no_integrity_algorithm(site):
    """Extension values: in IKE the authentication algorithm is the PRF, in IPsec there is none."""
    connection = site.connect(IkeConfig={"IkeEncAlg": "aes256gcm", "IkeAuthAlg": "sha256"},
                              IpsecConfig={"IpsecEncAlg": "aes128gcm"})
    shown = site.show(connection)
    has(shown, {"IkeConfig": {"IkeEncAlg": "aes256gcm", "IkeAuthAlg": "sha256"}, "IpsecConfig": {"IpsecEncAlg": "aes128gcm"}})
    assert "IpsecAuthAlg" not in shown["IpsecConfig"]
    has_no_null(shown)

    def modify(**ipsec):
        site.client.call("ModifyVpnConnectionAttribute", {"VpnConnectionId": connection, "IpsecConfig": ipsec})
        return site.show(connection)["IpsecConfig"]

    assert "IpsecAuthAlg" not in modify(IpsecLifetime=3600), "another edit"
    assert modify(IpsecEncAlg="aes256")["IpsecAuthAlg"] == "md5", "the default of a cipher that needs one"
    assert modify(IpsecAuthAlg="sha512")["IpsecAuthAlg"] == "sha512"
    assert "IpsecAuthAlg" not in modify(IpsecEncAlg="chacha20"), "what was there before goes"
    assert "IpsecAuthAlg" not in modify(IpsecEncAlg="aes256gcm", IpsecAuthAlg=""), "empty is not given"
    assert modify(IpsecEncAlg="3des", IpsecAuthAlg="sha1")["IpsecAuthAlg"] == "sha1"


BAD_CONNECTIONS = {
    "AEAD with an integrity algorithm": ({"IpsecConfig": {"IpsecEncAlg": "aes128gcm", "IpsecAuthAlg": "sha1"}},
                                         "IpsecAuthAlg", "aes128gcm"),
    "AEAD with the default said": ({"IpsecConfig": {"IpsecEncAlg": "chacha20", "IpsecAuthAlg": "md5"}},
                                   "IpsecAuthAlg", "leave"),
    "AEAD in ikev1": ({"IkeConfig": {"IkeVersion": "ikev1", "IkeEncAlg": "aes256gcm"}}, "IkeEncAlg", "ikev2"),
    "chacha20 with ikev1": ({"IkeConfig": {"IkeVersion": "ikev1"}, "IpsecConfig": {"IpsecEncAlg": "chacha20"}},
                            "IpsecEncAlg", "aes256gcm"),
    "another name": ({"IpsecConfig": {"IpsecEncAlg": "aes-gcm"}}, "aes-gcm", "aes128gcm"),
    "IkeEncAlg": ({"IkeConfig": {"IkeEncAlg": "aes512"}}, "aes512", "aes256"),
    "IkeAuthAlg": ({"IkeConfig": {"IkeAuthAlg": "sha2"}}, "sha2", "sha256"),
    "IkePfs": ({"IkeConfig": {"IkePfs": "disabled"}}, "disabled", "group"),
    "IkeVersion": ({"IkeConfig": {"IkeVersion": "ikev3"}}, "ikev3", "ikev2"),
    "IkeMode": ({"IkeConfig": {"IkeMode": "quick"}}, "quick", "aggressive"),
    "IkeLifetime": ({"IkeConfig": {"IkeLifetime": 86401}}, "86401", "86400"),
    "IkeLifetime negative": ({"IkeConfig": {"IkeLifetime": -1}}, "-1", "86400"),
    "IpsecPfs": ({"IpsecConfig": {"IpsecPfs": "group3"}}, "group3", "group"),
    "IpsecLifetime": ({"IpsecConfig": {"IpsecLifetime": "1e3"}}, "1e3", "IpsecLifetime"),
    "Psk blank": ({"IkeConfig": {"Psk": "se cret"}}, "Psk", "character"),
    "Psk long": ({"IkeConfig": {"Psk": "x" * 101}}, "Psk", "100"),
    "LocalId": ({"IkeConfig": {"LocalId": "a b"}}, "LocalId", "a b"),
    "LocalSubnet host bits": ({"LocalSubnet": "10.0.0.1/24", "RemoteSubnet": "10.9.0.0/16"}, "10.0.0.1/24",
                              "10.0.0.0/24"),
    "RemoteSubnet": ({"LocalSubnet": "10.0.0.0/24", "RemoteSubnet": "10.9.0.0/33"}, "RemoteSubnet", "10.9.0.0/33"),
    "several with ikev1": ({"LocalSubnet": "10.0.0.0/24,10.0.1.0/24", "RemoteSubnet": "10.9.0.0/16",
                            "IkeConfig": {"IkeVersion": "ikev1"}}, "LocalSubnet", "ikev2"),
    "Name": ({"Name": "http://x.example"}, "Name", "http"),
    "Name long": ({"Name": "x" * 101}, "Name", "100"),
    "EffectImmediately": ({"EffectImmediately": "yes"}, "EffectImmediately", "true"),
    "IkeConfig": ({"IkeConfig": "{"}, "IkeConfig", "JSON"),
    "IkeConfig twice": ({"IkeConfig": '{"Psk":"a","Psk":"b"}'}, "IkeConfig", "JSON"),
    "BGP without a block": ({"BgpConfig": {"EnableBgp": True}}, "BgpConfig", "TunnelCidr"),
    "BGP block": ({"BgpConfig": {"EnableBgp": True, "TunnelCidr": "169.254.1.0/30", "LocalBgpIp": "169.254.1.1"}},
                  "TunnelCidr", "169.254.1.0/30"),
    "health check without dip": ({"HealthCheckConfig": {"enable": "true"}}, "HealthCheckConfig", "Dip"),
}


@pytest.mark.parametrize("name", BAD_CONNECTIONS)
def test_bad_connection(site, name):
    changes, *words = BAD_CONNECTIONS[name]
    error = refused(site.client, "CreateVpnConnection", site.wish(**changes), words=words)
    assert "secret" not in error.message and "se cret" not in error.message
    listed = site.client.call("DescribeVpnConnections", {"VpnGatewayId": site.gateway})
    assert listed["TotalCount"] == 0 and listed["VpnConnections"]["VpnConnection"] == []


def test_missing_parameters(site):
    for name in ("VpnGatewayId", "CustomerGatewayId", "LocalSubnet", "RemoteSubnet"):
        wish = site.wish()
        del wish[name]
        refused(site.client, "CreateVpnConnection", wish, f"Missing{name}", [name])
    for action, name in (("CreateVpnGateway", "VpcId"), ("CreateCustomerGateway", "IpAddress"),
                         ("DescribeVpnConnection", "VpnConnectionId"), ("DeleteVpnGateway", "VpnGatewayId")):
        refused(site.client, action, {"Bandwidth": 10} if "Create" in action else {}, f"Missing{name}", [name])


@pytest.mark.parametrize("action, name, code", [
    ("DescribeVpnGateway", "VpnGatewayId", "InvalidVpnGatewayInstanceId.NotFound"),
    ("ModifyVpnGatewayAttribute", "VpnGatewayId", "InvalidVpnGatewayInstanceId.NotFound"),
    ("DeleteVpnGateway", "VpnGatewayId", "InvalidVpnGatewayInstanceId.NotFound"),
    ("DescribeCustomerGateway", "CustomerGatewayId", "InvalidCustomerGatewayInstanceId.NotFound"),
    ("ModifyCustomerGatewayAttribute", "CustomerGatewayId", "InvalidCustomerGatewayInstanceId.NotFound"),
    ("DeleteCustomerGateway", "CustomerGatewayId", "InvalidCustomerGatewayInstanceId.NotFound"),
    ("DescribeVpnConnection", "VpnConnectionId", "InvalidVpnConnectionInstanceId.NotFound"),
    ("ModifyVpnConnectionAttribute", "VpnConnectionId", "InvalidVpnConnectionInstanceId.NotFound"),
    ("DeleteVpnConnection", "VpnConnectionId", "InvalidVpnConnectionInstanceId.NotFound"),
    ("DescribeVpnRouteEntries", "VpnGatewayId", "InvalidVpnGatewayInstanceId.NotFound"),
    ("DeleteVpc", "VpcId", "InvalidVpcId.NotFound"), ("DeleteVSwitch", "VSwitchId", "InvalidVSwitchId.NotFound")])
@pytest.mark.parametrize("value", ["none-1", "../x", "a/b"])
def test_unknown_ids(opened, action, name, code, value):
    error = refused(opened, action, {name: value}, status=404) if value == "none-1" else None
    if error:
        assert error.code == code
    else:
        answer = opened.raw(action, {name: value})
        assert answer.status in (400, 404), answer.text


def test_references(opened, site):
    connection = site.connect()
    for action, parameters in (("DeleteVpnGateway", {"VpnGatewayId": site.gateway}),
                               ("DeleteCustomerGateway", {"CustomerGatewayId": site.customer}),
                               ("DeleteVpc", {"VpcId": site.vpc})):
        refused(opened, action, parameters)
    refused(opened, "CreateVpnConnection", site.wish(), "InvalidVpnConnection.AlreadyExists")
    refused(opened, "CreateVpnConnection", site.wish(VpnGatewayId="vpn-none"), "InvalidVpnGatewayInstanceId.NotFound",
            status=404)
    refused(opened, "CreateVpnConnection", site.wish(CustomerGatewayId="cgw-none"),
            "InvalidCustomerGatewayInstanceId.NotFound", status=404)
    assert site.show(connection)["VpnConnectionId"] == connection


def test_routes(opened, site):
    connection = site.connect()
    route = {"VpnGatewayId": site.gateway, "NextHop": connection, "RouteDest": "192.168.7.0/24"}
    made = opened.call("CreateVpnRouteEntry", route | {"Weight": 100, "PublishVpc": False, "Description": "to them"})
    has(made, {"NextHop": connection, "RouteDest": "192.168.7.0/24", "VpnInstanceId": site.gateway, "Weight": 100,
               "State": "normal", "Description": "to them"})

    def entries():
        return opened.call("DescribeVpnRouteEntries", {"VpnGatewayId": site.gateway})

    listed = entries()
    has(listed, {"TotalCount": 1})
    has(listed["VpnRouteEntries"]["VpnRouteEntry"][0],
        {"NextHop": connection, "RouteDest": "192.168.7.0/24", "VpnInstanceId": site.gateway, "Weight": 100,
         "State": "normal", "RouteEntryType": "custom"})
    for publish, state in ((True, "published"), (False, "normal"), (True, "published")):
        opened.call("PublishVpnRouteEntry", route | {"RouteType": "dbr", "PublishVpc": publish})
        has(entries()["VpnRouteEntries"]["VpnRouteEntry"][0], {"State": state})
    refused(opened, "CreateVpnRouteEntry", route | {"Weight": 100, "PublishVpc": True})
    for change, words in (({"RouteDest": "0.0.0.0/0"}, ["RouteDest"]), ({"RouteDest": "100.64.0.0/16"}, ["100.64"]),
                          ({"RouteDest": "10.0.0.1/8"}, ["10.0.0.1/8"]), ({"Weight": 50}, ["Weight", "50"]),
                          ({"PublishVpc": "maybe"}, ["PublishVpc"])):
        refused(opened, "CreateVpnRouteEntry",
                route | {"RouteDest": "192.168.8.0/24", "Weight": 0, "PublishVpc": True} | change, words=words)
    refused(opened, "CreateVpnRouteEntry", route | {"NextHop": "vco-none", "Weight": 0, "PublishVpc": True}, status=404)
    refused(opened, "DeleteVpnRouteEntry", route | {"RouteDest": "192.168.9.0/24", "Weight": 100},
            "InvalidRouteEntry.NotFound", status=404)
    assert entries()["TotalCount"] == 1
    refused(opened, "DeleteVpnConnection", {"VpnConnectionId": connection})
    opened.call("DeleteVpnRouteEntry", route | {"Weight": 100})
    has(entries(), {"TotalCount": 0, "VpnRouteEntries": {"VpnRouteEntry": []}})


def test_paging(opened, site):
    connection = site.connect()
    wanted = [f"192.168.{i}.0/24" for i in range(12)]
    for dest in wanted:
        opened.call("CreateVpnRouteEntry", {"VpnGatewayId": site.gateway, "NextHop": connection, "RouteDest": dest,
                                            "Weight": 100, "PublishVpc": False})
    seen = []
    for page in range(1, 5):
        answer = opened.call("DescribeVpnRouteEntries", {"VpnGatewayId": site.gateway, "PageNumber": page,
                                                         "PageSize": 5})
        has(answer, {"TotalCount": 12, "PageNumber": page, "PageSize": 5})
        rows = answer["VpnRouteEntries"]["VpnRouteEntry"]
        assert len(rows) == (5, 5, 2, 0)[page - 1]
        seen += [row["RouteDest"] for row in rows]
    assert sorted(seen) == sorted(wanted)
    for name, value in (("PageSize", 0), ("PageSize", 51), ("PageSize", "x"), ("PageNumber", 0)):
        refused(opened, "DescribeVpnRouteEntries", {"VpnGatewayId": site.gateway, name: value}, words=[name])


def test_dry_run_of_every_create(opened, site):
    wishes = {"CreateVpc": {"CidrBlock": "10.0.0.0/8"}, "CreateVpnConnection": site.wish(),
              "CreateVpnGateway": {"VpcId": site.vpc, "Bandwidth": 10},
              "CreateCustomerGateway": {"IpAddress": "198.51.201.1"},
              "DeleteVpnGateway": {"VpnGatewayId": site.gateway}}
    for action, wish in wishes.items():
        refused(opened, action, wish | {"DryRun": True}, "DryRunOperation")
    refused(opened, "CreateVpnConnection", site.wish(DryRun=True, Name="x" * 101), "InvalidName")
    assert opened.call("DescribeVpnConnections", {"VpnGatewayId": site.gateway})["TotalCount"] == 0
    assert opened.call("DescribeVpnGateway", {"VpnGatewayId": site.gateway})


def test_one_token_one_resource(fresh):
    """Also for requests at the same time, over a restart, and after SIGKILL."""
    client = Client(fresh, "acs3")
    token = "TF-CreateCustomerGateway-1-" + "a" * 37
    wish = {"IpAddress": "198.51.202.1", "ClientToken": token}
    made, errors = set(), []

    def create():
        try:
            made.add(Client(fresh, "v1").call("CreateCustomerGateway", wish)["CustomerGatewayId"])
        except Exception as error:  # noqa: BLE001 (shown by the assertion)
            errors.append(error)

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and len(made) == 1
    for number in (signal.SIGKILL, signal.SIGTERM):
        fresh.stop(number)
        fresh.start()
        client.close()
        assert client.call("CreateCustomerGateway", wish)["CustomerGatewayId"] in made
    refused(client, "CreateCustomerGateway", wish | {"IpAddress": "198.51.202.2"}, "IdempotentParameterMismatch")
    assert client.call("DescribeCustomerGateways")["TotalCount"] == 1


def test_what_was_acknowledged_survives_a_kill(fresh):
    client = Client(fresh, "v1")
    made = []
    for round_number in range(5):
        for i in range(10):
            made.append(client.call("CreateCustomerGateway", {"IpAddress": f"198.51.{round_number}.{i + 1}"}
                                    )["CustomerGatewayId"])
        fresh.stop(signal.SIGKILL)
        fresh.start()
        client.close()
    listed = client.call("DescribeCustomerGateways", {"PageSize": 50})
    assert {one["CustomerGatewayId"] for one in listed["CustomerGateways"]["CustomerGateway"]} == set(made)


def test_pool_is_never_overdrawn(fresh):
    client = Client(fresh, "acs3")
    vpc = client.call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
    client.call("CreateVSwitch", {"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.1.0.0/24"})
    seen = set()
    for _ in range(20):
        gateway = client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10})["VpnGatewayId"]
        seen.add(client.call("DescribeVpnGateway", {"VpnGatewayId": gateway})["InternetIp"])
    assert len(seen) == 20
    refused(client, "CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10}, "Resource.QuotaFull")
    client.call("DeleteVpnGateway", {"VpnGatewayId": gateway})
    client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10})


def test_secrets_are_sealed_in_the_store(fresh):
    site = Site(Client(fresh, "acs3"))
    psk = "correct-horse-battery-staple"
    site.connect(IkeConfig={"Psk": psk}, ClientToken="t")
    site.client.call("CreateCustomerGateway", {"IpAddress": "198.51.203.1", "AuthKey": psk + "2"})
    assert fresh.stop() == 0
    for path in fresh.root.rglob("*"):
        if path.is_file():
            assert psk.encode() not in path.read_bytes(), path


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_locked_store_is_a_temporary_failure(fresh):
    client = Client(fresh, "acs3")
    lock = sqlite3.connect(fresh.state / "store.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    error = refused(client, "CreateCustomerGateway", {"IpAddress": "198.51.204.1"}, "ServiceUnavailable", status=503)
    assert "try again" in error.message
    assert client.call("DescribeCustomerGateways")["TotalCount"] == 0
    lock.execute("ROLLBACK")
    client.call("CreateCustomerGateway", {"IpAddress": "198.51.204.1"})


def test_text_comes_back_as_it_was(opened):
    """Names of every printable character and of other scripts, through both schemes."""
    names = [string.ascii_letters, "a" + string.punctuation.replace("/", ""), "é中\U0001f600", "a b  c", "x" * 100,
             "中" * 100]
    for i, name in enumerate(names):
        made = opened.call("CreateCustomerGateway", {"IpAddress": f"198.51.205.{i + 1}", "Name": name})
        assert made["Name"] == name
        shown = opened.call("DescribeCustomerGateway", {"CustomerGatewayId": made["CustomerGatewayId"]})
        assert shown["Name"] == name
        opened.call("DeleteCustomerGateway", {"CustomerGatewayId": made["CustomerGatewayId"]})


def test_two_servers_share_one_store():
    """Numbers and addresses stay unique when two vpngw-api commit at the same time."""
    with Gateway() as first:
        second = Gateway()
        try:
            second.state, second.key_file = first.state, first.key_file
            second.write_config()
            second.start()
            key = first.access_key()
            clients = [Client(first, "acs3", key=key), Client(second, "acs3", key=key)]
            vpc = clients[0].call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
            clients[1].call("CreateVSwitch", {"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.1.0.0/24"})
            errors = []

            def create(client):
                try:
                    for _ in range(8):
                        client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10})
                except ApiError as error:
                    errors.append(error)

            threads = [threading.Thread(target=create, args=(client,)) for client in clients]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not errors
            listed = clients[0].call("DescribeVpnGateways", {"PageSize": 50})["VpnGateways"]["VpnGateway"]
            assert len(listed) == 16 and len({one["InternetIp"] for one in listed}) == 16
        finally:
            second.__exit__(None, None, None)
