# SPDX-License-Identifier: Apache-2.0
"""Policy routes and protected data flows over the wire, with the real store: what is made of a connection in the
same commit, also with repeated, dry, killed and concurrent calls."""
import signal
import threading

import pytest

from gateway import ZONE, Gateway
from wire import ApiError, Client

PAIRS = [("10.1.0.0/24", "192.168.1.0/24"), ("10.1.0.0/24", "192.168.2.0/24"), ("10.2.0.0/24", "192.168.1.0/24"),
         ("10.2.0.0/24", "192.168.2.0/24")]
FLOWS = {"LocalSubnet": "10.1.0.0/24,10.2.0.0/24", "RemoteSubnet": "192.168.1.0/24,192.168.2.0/24",
         "IkeConfig": {"Psk": "one"}}


class Place:
    """A gateway with some customer gateways."""

    def __init__(self, gateway):
        self.server, self.client = gateway, Client(gateway, "acs3")
        vpc = self.client.call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
        self.client.call("CreateVSwitch", {"VpcId": vpc, "ZoneId": ZONE, "CidrBlock": "10.1.0.0/24"})
        self.vpn = self.client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10})["VpnGatewayId"]
        self.peers = [self.client.call("CreateCustomerGateway", {"IpAddress": f"198.51.100.{i}"})["CustomerGatewayId"]
                      for i in range(1, 9)]

    def connect(self, peer=0, client=None, **more):
        wish = {"VpnGatewayId": self.vpn, "CustomerGatewayId": self.peers[peer]} | FLOWS | more
        return (client or self.client).call("CreateVpnConnection", wish)["VpnConnectionId"]

    def routes(self):
        answer = self.client.call("DescribeVpnPbrRouteEntries", {"VpnGatewayId": self.vpn, "PageSize": 50})
        rows = answer["VpnPbrRouteEntries"]["VpnPbrRouteEntry"]
        assert len(rows) == answer["TotalCount"]
        return rows

    def pairs(self, connection):
        return sorted((row["RouteSource"], row["RouteDest"]) for row in self.routes() if row["NextHop"] == connection)

    def show(self, connection):
        return self.client.call("DescribeVpnConnection", {"VpnConnectionId": connection})

    def modify(self, connection, client=None, **changes):
        return (client or self.client).call("ModifyVpnConnectionAttribute", {"VpnConnectionId": connection} | changes)


@pytest.fixture
def place(fresh):
    made = Place(fresh)
    yield made
    made.client.close()
    assert fresh.process.poll() is None
    text = fresh.log_text()
    assert "Sanitizer" not in text and "runtime error" not in text, text


@pytest.fixture
def clients(place):
    """Eight clients, at two servers in turn that share the place's store."""
    second = Gateway()
    try:
        second.state, second.key_file = place.server.state, place.server.key_file
        second.write_config()
        second.start()
        key = place.server.access_key()
        made = [Client(server, "acs3", key=key) for _ in range(4) for server in (place.server, second)]
        yield made
        for client in made:
            client.close()
    finally:
        second.__exit__(None, None, None)


def refused(code, call, *args, **named):
    with pytest.raises(ApiError) as caught:
        call(*args, **named)
    assert caught.value.code == code, caught.value
    return caught.value.message


def together(calls):
    """Every call in a thread of its own, started at once; their answers or refusals."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def one(index):
        barrier.wait()
        try:
            results[index] = calls[index]()
        except ApiError as error:
            results[index] = error

    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("scheme", ["acs3", "v1"])
def test_policy_routes_on_the_wire(place, scheme):
    client = Client(place.server, scheme)
    connection = place.connect(LocalSubnet="0.0.0.0/0", RemoteSubnet="0.0.0.0/0")
    route = {"VpnGatewayId": place.vpn, "NextHop": connection, "RouteSource": "10.1.0.0/24",
             "RouteDest": "192.168.7.0/24"}
    made = client.call("CreateVpnPbrRouteEntry",
                       route | {"Weight": 100, "PublishVpc": False, "Description": "to them", "Priority": 5})
    values = {"RouteSource": "10.1.0.0/24", "RouteDest": "192.168.7.0/24", "NextHop": connection, "Weight": 100,
              "Priority": 5, "State": "normal", "VpnInstanceId": place.vpn}
    assert values.items() <= made.items() and isinstance(made["CreateTime"], int)
    assert made["Description"] == "to them" and made["OverlayMode"] == "Ipsec"
    row, = place.routes()
    assert values.items() <= row.items() and set(row) == set(values) | {"CreateTime"}
    client.call("PublishVpnRouteEntry", {"VpnGatewayId": place.vpn, "NextHop": connection, "RouteType": "pbr",
                                         "RouteDest": "192.168.7.0/24", "PublishVpc": True, "RouteSource": "ignored"})
    client.call("ModifyVpnPbrRouteEntryAttribute", route | {"Weight": 100, "Priority": 5, "NewWeight": 0,
                                                            "NewPriority": 6})
    assert (values | {"Weight": 0, "Priority": 6, "State": "published"}).items() <= place.routes()[0].items()
    message = refused("InvalidRouteEntry.NotFound", client.call, "DeleteVpnPbrRouteEntry",
                      route | {"Weight": 0, "Priority": 5})
    assert "Priority" in message and "6" in message
    assert "10.1.0.0/24" in refused("InvalidRouteEntry.AlreadyExists", client.call, "CreateVpnPbrRouteEntry",
                                    route | {"Weight": 0, "PublishVpc": True})
    refused("DependencyViolation", client.call, "DeleteVpnConnection", {"VpnConnectionId": connection})
    client.call("DeleteVpnPbrRouteEntry", route | {"Weight": 0})
    assert place.routes() == []
    client.close()


def test_one_token_one_set_of_routes(place):
    first = place.connect(ClientToken="t")
    assert place.connect(ClientToken="t") == first
    assert place.pairs(first) == PAIRS and len(place.routes()) == 4
    created = {row["CreateTime"] for row in place.routes()}
    assert created == {place.show(first)["CreateTime"]}


def test_a_dry_run_makes_no_route(place):
    refused("DryRunOperation", place.connect, DryRun=True)
    assert place.routes() == []


def test_a_refusal_makes_no_route(place):
    place.connect()
    before = place.routes()
    message = refused("InvalidPsk", place.connect, RemoteSubnet="192.168.3.0/24", IkeConfig={"Psk": "zebra"})
    assert "zebra" not in message and "Psk" in message
    refused("IllegalParam.RemoteSubnet", place.connect, RemoteSubnet="192.168.1.128/25")
    assert place.routes() == before


def test_routes_survive_with_their_connection(place):
    """Connection and routes are one commit: after SIGKILL in the middle of writes there are both or neither."""
    made, has_begun = [], threading.Event()

    def create():
        client = Client(place.server, "acs3")
        try:
            for index in range(1, 8):
                made.append(place.connect(index, client))
                has_begun.set()
        except (ApiError, OSError):
            pass
        finally:
            client.close()

    thread = threading.Thread(target=create)
    thread.start()
    assert has_begun.wait(20)
    place.server.stop(signal.SIGKILL)
    thread.join()
    place.server.start()
    place.client.close()
    listed = place.client.call("DescribeVpnConnections", {"VpnGatewayId": place.vpn, "PageSize": 50})
    connections = {row["VpnConnectionId"] for row in listed["VpnConnections"]["VpnConnection"]}
    assert set(made) <= connections
    assert {row["NextHop"] for row in place.routes()} == connections
    for connection in connections:
        assert place.pairs(connection) == PAIRS


def test_of_concurrent_connections_one_is_active(place, clients):
    """Whoever comes first gets 100, all others stand by, for each pair."""
    made = together([lambda index=index: place.connect(index, clients[index]) for index in range(8)])
    assert not [one for one in made if isinstance(one, ApiError)], made
    for pair in PAIRS:
        weights = sorted(row["Weight"] for row in place.routes() if (row["RouteSource"], row["RouteDest"]) == pair)
        assert weights == [0] * 7 + [100]


def test_of_concurrent_overlapping_flows_one_is_made(place, clients):
    made = together([lambda client=client: place.connect(0, client) for client in clients])
    refusals = [one for one in made if isinstance(one, ApiError)]
    assert len(refusals) == 7 and {one.code for one in refusals} == {"IllegalParam.RemoteSubnet"}
    assert len(place.routes()) == 4


def test_concurrent_edits_keep_phase_1_equal(place, clients):
    members = [place.connect(RemoteSubnet=f"192.168.{i}.0/24") for i in range(4)]
    for attempt in range(3):
        answers = together([
            lambda i=i, attempt=attempt: place.modify(
                members[i], clients[i], IkeConfig={"Psk": f"key{attempt}{i}"},
                LocalSubnet=f"10.{attempt + 3}.{i}.0/24") for i in range(4)])
        assert not [one for one in answers if isinstance(one, ApiError)], answers
        assert all(set(answers[i]["AlsoModified"]["VpnConnectionId"]) == set(members) - {members[i]}
                   for i in range(4))
        assert len({place.show(member)["IkeConfig"]["Psk"] for member in members}) == 1
        for i in range(4):
            assert place.pairs(members[i]) == [(f"10.{attempt + 3}.{i}.0/24", f"192.168.{i}.0/24")]
