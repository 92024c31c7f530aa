# SPDX-License-Identifier: Apache-2.0
"""Access keys over the wire: policies, masked secrets, and how fast a key is no longer one."""
import json
import time

import pytest

from gateway import ZONE
from wire import VPNGW, ApiError, Client

PSK = "a-secret-of-ours"


@pytest.fixture(scope="module")
def admin(gateway):
    return Client(gateway, "acs3")


@pytest.fixture(scope="module")
def connection(admin):
    vpc = admin.call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
    switch = admin.call("CreateVSwitch", {"VpcId": vpc, "CidrBlock": "10.1.0.0/16", "ZoneId": ZONE})["VSwitchId"]
    ours = admin.call("CreateVpnGateway", {"VpcId": vpc, "VSwitchId": switch, "Bandwidth": 10})["VpnGatewayId"]
    theirs = admin.call("CreateCustomerGateway", {"IpAddress": "198.51.100.1", "Asn": "65001", "AuthKey": PSK})
    return admin.call("CreateVpnConnection", {
        "VpnGatewayId": ours, "CustomerGatewayId": theirs["CustomerGatewayId"], "LocalSubnet": "0.0.0.0/0",
        "RemoteSubnet": "0.0.0.0/0", "IkeConfig": {"Psk": PSK}})["VpnConnectionId"]


@pytest.fixture
def make(gateway, admin):
    opened = []

    def make_client(policy, scheme="acs3"):
        made = admin.call("CreateAccessKey", {"Policy": policy}, version=VPNGW)["AccessKey"]
        opened.append(Client(gateway, scheme, key=(made["AccessKeyId"], made["AccessKeySecret"])))
        return opened[-1]

    yield make_client
    for client in opened:
        client.close()


def code(client, action, parameters=None, **options):
    return client.raw(action, parameters, **options).code


@pytest.mark.parametrize("policy, psk", [("read-only", "******"), ("Describe*", "******"), ("*", "******"),
                                         ("read-only, read-secrets", PSK), ("administrator", PSK)])
def test_secrets_are_a_permission_of_their_own(make, connection, policy, psk):
    client = make(policy)
    seen = client.call("DescribeVpnConnection", {"VpnConnectionId": connection})
    assert seen["IkeConfig"]["Psk"] == psk
    seen = client.call("DescribeVpnConnections")["VpnConnections"]["VpnConnection"][0]
    assert seen["IkeConfig"]["Psk"] == psk
    seen = client.call("DescribeCustomerGateways")["CustomerGateways"]["CustomerGateway"][0]
    assert seen["AuthKey"] == psk
    text = client.send("GET", "/").text + client.raw("DescribeVpnConnection", {"VpnConnectionId": connection}).text
    assert (PSK in text) == (psk == PSK)


def test_the_mask_is_no_secret(make, connection):
    client = make("*")
    seen = client.call("DescribeVpnConnection", {"VpnConnectionId": connection})
    answer = client.raw("ModifyVpnConnectionAttribute",
                        {"VpnConnectionId": connection, "IkeConfig": {"Psk": seen["IkeConfig"]["Psk"]}})
    assert answer.status == 400 and "leave it out" in answer.json["Message"]
    client.call("ModifyVpnConnectionAttribute", {"VpnConnectionId": connection, "IkeConfig": {"IkeLifetime": 7200}})
    seen = make("read-only, read-secrets").call("DescribeVpnConnection", {"VpnConnectionId": connection})
    assert (seen["IkeConfig"]["Psk"], seen["IkeConfig"]["IkeLifetime"]) == (PSK, 7200)


def test_a_policy_limits_and_the_refusal_says_so(make, connection):
    client = make("vpc:DescribeVpn*, ModifyVpnConnectionAttribute")
    assert client.call("DescribeVpnConnection", {"VpnConnectionId": connection})
    assert client.call("ModifyVpnConnectionAttribute", {"VpnConnectionId": connection, "Name": "renamed"})
    for action, version in (("DescribeRegions", "2016-04-28"), ("DeleteVpnConnection", "2016-04-28"),
                            ("DescribeVpnConnectionDetail", VPNGW), ("ListAccessKeys", VPNGW)):
        answer = client.raw(action, {"VpnConnectionId": connection}, version=version)
        assert (answer.status, answer.code) == (403, "Forbidden")
        assert action in answer.json["Message"]
        detail = answer.json["AccessDeniedDetail"]
        assert detail["AuthAction"].endswith(f":{action}")
        assert detail["AuthPrincipalDisplayName"] == client.key_id
    assert "vpc:DescribeVpn*, ModifyVpnConnectionAttribute" in client.raw("DescribeRegions").json["Message"]


@pytest.mark.parametrize("change", ["disable", "delete", "policy"])
def test_the_next_request_of_an_open_connection_is_refused(admin, make, change):
    client = make("read-only", "v1")
    client.call("DescribeRegions")
    if change == "delete":
        admin.call("DeleteAccessKey", {"UserAccessKeyId": client.key_id}, version=VPNGW)
    else:
        admin.call("UpdateAccessKey", {"UserAccessKeyId": client.key_id} | (
            {"Status": "Inactive"} if change == "disable" else {"Policy": "DescribeVpcs"}), version=VPNGW)
    assert code(client, "DescribeRegions") == {
        "disable": "InvalidAccessKeyId.Inactive", "delete": "InvalidAccessKeyId.NotFound", "policy": "Forbidden"}[change]


def test_a_secret_is_shown_once_and_kept_nowhere(gateway, admin):
    made = admin.call("CreateAccessKey", {"Policy": "read-only", "Name": "n"}, version=VPNGW)["AccessKey"]
    listed = {key["AccessKeyId"]: key for key in
              admin.call("ListAccessKeys", version=VPNGW)["AccessKeys"]["AccessKey"]}
    assert listed[made["AccessKeyId"]] == {name: value for name, value in made.items() if name != "AccessKeySecret"}
    for path in [*gateway.state.glob("store.db*"), gateway.state / "audit.log", gateway.log]:
        assert made["AccessKeySecret"].encode() not in path.read_bytes()
    line = next(line for line in gateway.audit() if line.get("ResourceId") == made["AccessKeyId"])
    assert (line["Action"], line["Code"]) == ("CreateAccessKey", "OK")


def test_only_administrators_touch_keys(admin, make):
    for policy in ("*", "read-only, read-secrets"):
        client = make(policy)
        assert code(client, "CreateAccessKey", {"Policy": "administrator"}, version=VPNGW) == "Forbidden"
        assert code(client, "UpdateAccessKey", {"UserAccessKeyId": client.key_id, "Policy": "administrator"},
                    version=VPNGW) == "Forbidden"
    assert code(admin, "CreateAccessKey", {"Policy": "CreateAccessKey"}, version=VPNGW) == "InvalidPolicy"


def test_the_last_administrator_stays_but_for_root(fresh):
    admin = Client(fresh, "acs3")
    with pytest.raises(ApiError, match="DependencyViolation.*last enabled"):
        admin.call("DeleteAccessKey", {"UserAccessKeyId": admin.key_id}, version=VPNGW)
    with pytest.raises(ApiError, match="DependencyViolation"):
        admin.call("UpdateAccessKey", {"UserAccessKeyId": admin.key_id, "Status": "Inactive"}, version=VPNGW)
    assert admin.call("DescribeRegions")
    root = Client(fresh, "none")
    root.call("UpdateAccessKey", {"UserAccessKeyId": admin.key_id, "Status": "Inactive"}, version=VPNGW)
    assert code(admin, "DescribeRegions") == "InvalidAccessKeyId.Inactive"


def test_a_clock_that_is_off_is_told_the_time(gateway):
    client = Client(gateway, "v1")
    answer = client.raw("DescribeRegions", Timestamp="2020-01-01T00:00:00Z")
    assert answer.code == "InvalidTimeStamp.Expired"
    assert time.strftime("the server's time is %Y-%m-%dT", time.gmtime()) in answer.json["Message"]


def test_forbidden_in_xml(make):
    client = make("DescribeVpcs", "v1")
    answer = client.raw("DescribeRegions", Format="XML")
    assert answer.headers["Content-Type"] == "text/xml;charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="UTF-8"?><Error>')
    assert "<AccessDeniedDetail><AuthAction>vpc:DescribeRegions</AuthAction>" in answer.text
    assert json.loads(client.raw("DescribeRegions").text)["Code"] == "Forbidden"
