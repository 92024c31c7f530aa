# SPDX-License-Identifier: Apache-2.0
"""The smaller families against the real server: tags, resource groups, zones, lists of what cannot exist,
the peer's view, and what the larger ones answer only when asked."""
import threading

import pytest

from gateway import REGION, ZONE, Gateway
from test_actions import Site, has, refused
from wire import ApiError, Client


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


def tags_of(client, kind, *identities):
    rows, token = [], ""
    while True:
        page = client.call("ListTagResources", {"ResourceType": kind, "MaxResults": 3, "NextToken": token} | {
            f"ResourceId.{i}": identity for i, identity in enumerate(identities, 1)})
        rows += page["TagResources"]["TagResource"]
        token = page["NextToken"]
        if not token:
            return {(row["ResourceId"], row["TagKey"]): row["TagValue"] for row in rows}


def test_tags_of_every_kind(site):
    connection = site.connect()
    for kind, identity in (("VPC", site.vpc), ("vSwitch", site.vswitch), ("VpnGateWay", site.gateway),
                           ("CUSTOMERGATEWAY", site.customer), ("VPNCONNECTION", connection)):
        site.client.call("TagResources", {
            "RegionId": REGION, "ResourceType": kind, "ResourceId.1": identity} | {
                f"Tag.{i}.{part}": f"{part} {i} é" for i in range(1, 6) for part in ("Key", "Value")})
        assert tags_of(site.client, kind, identity) == {
            (identity, f"Key {i} é"): f"Value {i} é" for i in range(1, 6)}
        site.client.call("UnTagResources", {"ResourceType": kind, "ResourceId.1": identity,
                                            "TagKey.1": "Key 1 é", "TagKey.2": "Key 2 é"})
        assert len(tags_of(site.client, kind, identity)) == 3
        site.client.call("UntagResources", {"ResourceType": kind, "ResourceId.1": identity, "All": True})
        assert tags_of(site.client, kind, identity) == {}


def test_tags_are_attached_to_all_or_none(site):
    refused(site.client, "TagResources", {"ResourceType": "VPC", "ResourceId.1": site.vpc, "ResourceId.2": "vpc-none",
                                          "Tag.1.Key": "a"}, "InvalidVpcId.NotFound", ["vpc-none"], 404)
    assert tags_of(site.client, "VPC", site.vpc) == {}
    refused(site.client, "TagResources", {"ResourceType": "VPC", "ResourceId.2": site.vpc, "Tag.1.Key": "a"},
            "InvalidResourceId.2", ["without a gap"])
    refused(site.client, "TagResources", {"ResourceType": "VPN", "ResourceId.1": site.vpc, "Tag.1.Key": "a"},
            "InvalidResourceType", ["VPC", "VPNCONNECTION"])


def test_tags_of_many_writers_are_not_lost(gateway, site):
    def tag(number):
        client = Client(gateway)
        for i in range(4):
            client.call("TagResources", {"ResourceType": "VPNGATEWAY", "ResourceId.1": site.gateway,
                                         "Tag.1.Key": f"{number}-{i}"})
        client.close()

    writers = [threading.Thread(target=tag, args=(number,)) for number in range(5)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(tags_of(site.client, "VPNGATEWAY", site.gateway)) == 20
    refused(site.client, "TagResources", {"ResourceType": "VPNGATEWAY", "ResourceId.1": site.gateway,
                                          "Tag.1.Key": "one more"}, "Resource.QuotaFull", ["at most 20"])


def test_resource_groups(site):
    connection = site.connect()
    site.client.call("MoveVpnResourceGroup", {"ResourceType": "VpnGateWay", "InstanceId": site.gateway,
                                              "NewResourceGroupId": "rg-other"})
    assert site.show(connection)["ResourceGroupId"] == "rg-other"
    assert site.client.call("DescribeVpnConnections", {"ResourceGroupId": "rg-other"})["TotalCount"] == 1
    assert site.client.call("DescribeVpnConnections", {"ResourceGroupId": "rg-default",
                                                       "VpnConnectionId": connection})["TotalCount"] == 0
    site.client.call("MoveResourceGroup", {"ResourceType": "vpc", "ResourceId": site.vpc,
                                           "NewResourceGroupId": "rg-other"})
    assert site.client.call("DescribeVSwitches", {"ResourceGroupId": "rg-other"})["TotalCount"] == 1
    refused(site.client, "MoveResourceGroup", {"ResourceType": "vpc", "ResourceId": site.vpc,
                                               "NewResourceGroupId": "rg-none"}, "InvalidResourceGroupId.NotFound",
            ["NewResourceGroupId", "rg-none", "rg-other"], 404)


def test_zones(opened):
    zones = [{"ZoneId": ZONE, "ZoneName": ZONE}, {"ZoneId": "cn-test-b", "ZoneName": "cn-test-b"}]
    for method in ("GET", "POST"):
        has(opened.call("DescribeVpnGatewayAvailableZones", {"RegionId": REGION, "Spec": "5M", "AcceptLanguage": "zh-CN"},
                        method=method), {"RegionId": REGION, "AvailableZoneIdList": zones})
    assert opened.call("DescribeVpnGatewayAvailableZones", {"Spec": "5M", "GatewayType": "Enhanced.SiteToSite"}
                       )["AvailableZoneIdList"] == []
    refused(opened, "DescribeVpnGatewayAvailableZones", {}, "MissingSpec")
    refused(opened, "DescribeVpnGatewayAvailableZones", {"Spec": "6M"}, "InvalidSpec", ["6M", "5M"])
    refused(opened, "DescribeVpnGatewayAvailableZones", {"Spec": "5M", "AcceptLanguage": "tlh"},
            "InvalidAcceptLanguage", ["tlh", "en-US"])
    assert [zone["ZoneId"] for zone in opened.call("DescribeZones")["Zones"]["Zone"]] == [ZONE, "cn-test-b"]
    assert opened.call("DescribeZones", {"ZoneType": "LocalZone"})["Zones"]["Zone"] == []
    assert opened.call("CheckVpnBgpEnabled", {"RegionId": REGION})["BgpEnabled"] is True


def test_lists_of_what_cannot_exist(site):
    has(site.client.call("ListVpnCertificateAssociations", {"VpnGatewayId.1": site.gateway, "MaxResults": 20}),
        {"VpnCertificateRelations": [], "MaxResults": 20, "NextToken": "", "TotalCount": 0})
    refused(site.client, "ListVpnCertificateAssociations", {"NextToken": "x"}, "InvalidNextToken")
    refused(site.client, "ListVpnCertificateAssociations", {"CertificateType": "x"}, "InvalidCertificateType")
    has(site.client.call("DescribeVpnCrossAccountAuthorizations", {"VpnConnectionId": site.connect()}),
        {"CrossAccountAuthorizations": [], "TotalCount": 0, "PageNumber": 1, "PageSize": 10})
    refused(site.client, "DescribeVpnCrossAccountAuthorizations", {"VpnConnectionId": "vco-none"},
            "InvalidVpnConnectionInstanceId.NotFound", status=404)


def test_peers_view(site):
    connection = site.connect(IkeConfig={"LocalId": "ours", "RemoteId": "theirs", "Psk": "a<b>&c", "IkeLifetime": 3600})
    shown = site.client.call("DownloadVpnConnectionConfig", {"VpnConnectionId": connection})["VpnConnectionConfig"]
    has(shown, {"Local": f"198.51.{site.number}.1", "LocalSubnet": "0.0.0.0/0", "RemoteSubnet": "0.0.0.0/0",
                "Remote": site.show(connection)["InternetIp"], "BgpConfigs": {"BgpConfig": []},
                "IkeConfig": {"LocalId": "theirs", "RemoteId": "ours", "Psk": "a<b>&c", "IkeLifetime": 3600},
                "IpsecConfig": {"IpsecEncAlg": "aes", "IpsecLifetime": 86400}})
    assert "HealthCheckReturnRoute" not in shown
    refused(site.client, "DownloadVpnConnectionConfig", {"VpnConnectionId": "vco-none"},
            "InvalidVpnConnectionInstanceId.NotFound", status=404)


def test_what_is_shown_only_when_asked_for(site):
    one = {"VpnGatewayId": site.gateway}
    assert "ReservationData" not in site.client.call("DescribeVpnGateway", one)
    asked = one | {"IncludeReservationData": True}
    assert site.client.call("DescribeVpnGateway", asked)["ReservationData"] == {}
    assert site.client.call("DescribeVpnGateways", asked)["VpnGateways"]["VpnGateway"][0]["ReservationData"] == {}
    for name, wrong in (("Status", "gone"), ("BusinessStatus", "Odd"), ("GatewayType", "Huge"),
                        ("IncludeReservationData", "maybe")):
        refused(site.client, "DescribeVpnGateways", {name: wrong}, f"Invalid{name}", [name, wrong])
    assert site.client.call("DescribeVpnGateways", {"BusinessStatus": "FinancialLocked"})["TotalCount"] == 0
    refused(site.client, "DescribeVpcAttribute", {"VpcId": site.vpc, "DryRun": True}, "DryRunOperation")
    has(site.client.call("ModifyVpnGatewayAttribute", one | {"Description": "d"}), {"IntranetIp": ""})


def test_peers_of_bgp_are_shown(site):
    customer = site.client.call("CreateCustomerGateway", {"IpAddress": "198.51.250.1", "Asn": "65010",
                                                          "AuthKey": "key"})["CustomerGatewayId"]
    connection = site.connect(CustomerGatewayId=customer,
                              BgpConfig={"TunnelCidr": "169.254.30.0/30", "LocalBgpIp": "169.254.30.2"})
    has(site.show(connection), {"VpnBgpConfig": {"PeerAsn": 65010, "PeerBgpIp": "169.254.30.1", "AuthKey": "key",
                                                 "LocalBgpIp": "169.254.30.2"}})
    site.client.call("DeleteVpnConnection", {"VpnConnectionId": connection})
    site.client.call("DeleteCustomerGateway", {"CustomerGatewayId": customer})


def test_owner(site):
    assert site.client.call("DescribeVpcAttribute", {"VpcId": site.vpc})["OwnerId"] == 1
    assert site.client.call("DescribeVpcs", {"VpcId": site.vpc, "VpcOwnerId": 1})["TotalCount"] == 1
    assert site.client.call("DescribeVpcs", {"VpcId": site.vpc, "VpcOwnerId": 2})["TotalCount"] == 0
    assert site.client.call("DescribeVSwitches", {"VpcId": site.vpc, "VSwitchOwnerId": 2})["TotalCount"] == 0


QUOTAS = ("[quotas]\nvpn_gateways = 1\ncustomer_gateways_per_region = 3\nvpn_connections_per_gateway = 2\n"
          "route_entries_per_gateway = 2\n")


def crowd(gateway, action, wishes):
    """Calls an action from many clients at once: how many succeeded, and the codes and messages of the rest."""
    made, refusals = [], set()

    def call(wish):
        client = Client(gateway)
        try:
            made.append(client.call(action, wish))
        except ApiError as error:
            refusals.add((error.code, error.message))
        client.close()

    callers = [threading.Thread(target=call, args=(wish,)) for wish in wishes]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return made, refusals


def test_quotas_hold_in_a_crowd():
    limited = Gateway()
    limited.write_config(QUOTAS)
    with limited as gateway:
        client = Client(gateway)
        site = Site(client)
        for action, wishes, left, key in (
                ("CreateVpnGateway", [{"VpcId": site.vpc, "Bandwidth": 5}] * 4, 0, "vpn_gateways in [quotas]"),
                ("CreateCustomerGateway", [{"IpAddress": f"192.0.2.{i}"} for i in range(1, 7)], 2,
                 "customer_gateways_per_region"),
                ("CreateVpnConnection", [site.wish(IkeConfig={"RemoteId": f"id{i}"}) for i in range(6)], 2,
                 "vpn_connections_per_gateway")):
            made, refusals = crowd(gateway, action, wishes)
            assert len(made) == left, refusals
            assert [code for code, _ in refusals] == ["Resource.QuotaFull"] and key in refusals.pop()[1]
        hop = made[0]["VpnConnectionId"]
        made, refusals = crowd(gateway, "CreateVpnRouteEntry", [
            {"VpnGatewayId": site.gateway, "NextHop": hop, "RouteDest": f"192.168.{i}.0/24", "Weight": 100,
             "PublishVpc": True} for i in range(6)])
        assert len(made) == 2 and [code for code, _ in refusals] == ["Resource.QuotaFull"]
        assert site.gateway in str(refusals) and "route_entries_per_gateway" in str(refusals)
        client.close()
        assert gateway.stop() == 0, gateway.log_text()


def test_rules_that_take_more_than_the_connection(site):
    connection, block = site.connect(), "169.254.77.0/30"
    modify = {"VpnConnectionId": connection}
    site.client.call("ModifyVpnConnectionAttribute", modify | {"BgpConfig": {"TunnelCidr": block}})
    refused(site.client, "CreateVpnConnection", site.wish(IkeConfig={"RemoteId": "other"},
                                                          BgpConfig={"TunnelCidr": block}),
            words=["TunnelCidr", block, connection, site.vpc])
    refused(site.client, "CreateVpnConnection", site.wish(IkeConfig={"RemoteId": "other"}, BgpConfig={
        "EnableBgp": True, "TunnelCidr": "169.254.78.0/30", "LocalBgpIp": "169.254.78.1"}),
            words=["EnableBgp", site.customer, "Asn"])
    for health, words in (({"enable": True, "sip": "192.168.1.1", "dip": "192.168.1.2"}, ["Sip", "192.168.1.1"]),
                          ({"enable": True, "sip": "10.1.0.9", "dip": "10.1.0.10"}, ["Dip", "10.1.0.10"])):
        refused(site.client, "ModifyVpnConnectionAttribute", modify | {"HealthCheckConfig": health},
                words=words + [site.vpc, "10.0.0.0/8"])
    refused(site.client, "ModifyVpnConnectionAttribute", modify | {"CustomerGatewayId": "cgw-other"},
            "InvalidCustomerGatewayId", ["cannot be changed"])
    assert site.show(connection)["CustomerGatewayId"] == site.customer


def test_a_tunnel_block_is_used_once_in_a_crowd(gateway, site):
    _, refusals = crowd(gateway, "CreateVpnConnection", [
        site.wish(IkeConfig={"RemoteId": f"id{i}"}, BgpConfig={"TunnelCidr": "169.254.90.0/30"}) for i in range(6)])
    assert len(refusals) == 1 and "TunnelCidr" in str(refusals)
    assert site.client.call("DescribeVpnConnections", {"VpnGatewayId": site.gateway})["TotalCount"] == 1
