# SPDX-License-Identifier: Apache-2.0
"""Random histories of calls against a model of what the API promises: after each step everything listed is
what the model holds, also over SIGKILL. A failing history is printed, shrunk, as a program."""
import ipaddress
import signal

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple,
                                 precondition, rule, run_state_machine_as_test)

from gateway import ZONE, Gateway
from model import ANY, Connection, Site
from wire import ApiError, Client

ADDRESSES = st.integers(1, 6).map(lambda i: f"198.51.100.{i}")
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2fff, blacklist_characters="\x7f",
                              blacklist_categories=("Cc", "Cs")), min_size=1, max_size=100)
DESTINATIONS = st.tuples(st.integers(0, 3), st.integers(8, 32)).map(
    lambda pair: str(ipaddress.ip_network((f"192.168.{pair[0]}.7", pair[1]), strict=False))).filter(
        lambda text: not ipaddress.ip_network(text).overlaps(ipaddress.ip_network("100.64.0.0/10")))
# Few different ones, so that tables, pairs and connections meet.
REMOTES = ["192.168.0.0/24", "192.168.1.0/24", "192.168.2.0/24", "192.168.2.128/25"]
LOCALS = ["10.1.0.0/24", "10.2.0.0/24", "10.2.0.0/25", "192.168.2.0/25"]
SOME_DESTINATIONS = st.sampled_from(REMOTES) | DESTINATIONS
SUBNETS = st.one_of(
    st.just((ANY, ANY)), st.tuples(st.sampled_from(LOCALS), st.sampled_from(REMOTES)),
    st.tuples(st.just(ANY) | st.lists(st.sampled_from(LOCALS), min_size=1, max_size=3, unique=True).map(",".join),
              st.just(ANY) | st.lists(st.sampled_from(REMOTES), min_size=1, max_size=3, unique=True).map(",".join)))
WEIGHTS, PRIORITIES = st.sampled_from([0, 100]), st.sampled_from([1, 10, 100])
KEYS = st.just("one") | st.sampled_from(["one", "two"]) | st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7e, blacklist_characters='"'), min_size=1, max_size=100)
IKE = st.just({"Psk": "one"}) | st.fixed_dictionaries({}, optional={
    "IkeVersion": st.sampled_from(["ikev1", "ikev2"]), "IkeMode": st.sampled_from(["main", "aggressive"]),
    "IkeEncAlg": st.sampled_from(["aes", "aes192", "aes256", "des", "3des"]),
    "IkeAuthAlg": st.sampled_from(["md5", "sha1", "sha256", "sha384", "sha512"]),
    "IkePfs": st.sampled_from(["group1", "group2", "group5", "group14"]), "IkeLifetime": st.integers(1, 86400),
    "RemoteId": st.sampled_from(["", "site-a", "site-b"]), "Psk": KEYS})


class Api(RuleBasedStateMachine):
    steps = 0
    customers, connections, routes, policies = (Bundle("customers"), Bundle("connections"), Bundle("routes"),
                                                Bundle("policies"))

    def __init__(self):
        super().__init__()
        self.gateway = Gateway().start()
        self.client = Client(self.gateway, "acs3")
        self.model, self.has_customer, self.tokens, self.since_restart = Site(), {}, {}, 0

    def teardown(self):
        text = self.gateway.log_text()
        self.gateway.__exit__(None, None, None)
        assert "Sanitizer" not in text and "runtime error" not in text, text

    def expect(self, codes, action, parameters):
        """The answer, or None where the call must be (and was) refused with one of the codes."""
        Api.steps += 1
        self.since_restart += 1
        try:
            answer = self.client.call(action, parameters)
        except ApiError as error:
            assert error.code in codes, (error, codes)
            return None
        assert not codes, f"{action} was not refused with {codes}"
        return answer

    @initialize(target=customers)
    def site(self):
        self.vpc = self.client.call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
        self.client.call("CreateVSwitch", {"VpcId": self.vpc, "ZoneId": ZONE, "CidrBlock": "10.1.0.0/24"})
        self.vpn = self.client.call("CreateVpnGateway", {"VpcId": self.vpc, "Bandwidth": 10})["VpnGatewayId"]
        return multiple(*(self.create_customer(f"198.51.100.{i}", "first") for i in (1, 2)))

    @rule(target=customers, address=ADDRESSES, name=NAMES)
    def create_customer(self, address, name):
        taken = any(one["IpAddress"] == address for one in self.has_customer.values())
        made = self.expect({"InvalidIpAddress.AlreadyExist"} if taken else set(), "CreateCustomerGateway",
                           {"IpAddress": address, "Name": name})
        if not made:
            return multiple()
        self.has_customer[made["CustomerGatewayId"]] = {"IpAddress": address, "Name": name}
        return made["CustomerGatewayId"]

    @rule(customer=customers, name=NAMES)
    def rename_customer(self, customer, name):
        codes = set() if customer in self.has_customer else {"InvalidCustomerGatewayInstanceId.NotFound"}
        if self.expect(codes, "ModifyCustomerGatewayAttribute", {"CustomerGatewayId": customer, "Name": name}):
            self.has_customer[customer]["Name"] = name

    @precondition(lambda self: len(self.has_customer) > 2)
    @rule(customer=customers)
    def delete_customer(self, customer):
        used = any(one.customer == customer for one in self.model.connections.values())
        codes = ({"InvalidCustomerGatewayInstanceId.NotFound"} if customer not in self.has_customer
                 else {"DependencyViolation"} if used else set())
        if self.expect(codes, "DeleteCustomerGateway", {"CustomerGatewayId": customer}):
            del self.has_customer[customer]

    @rule(target=connections, customer=customers, name=NAMES, ike=IKE, subnets=SUBNETS, automatic=st.booleans(),
          dpd=st.sampled_from([True, True, False]), token=st.none() | st.sampled_from("abc"))
    def create_connection(self, customer, name, ike, subnets, automatic, dpd, token):
        wish = {"VpnGatewayId": self.vpn, "CustomerGatewayId": customer, "LocalSubnet": subnets[0],
                "RemoteSubnet": subnets[1], "Name": name, "IkeConfig": ike, "AutoConfigRoute": automatic,
                "EnableDpd": dpd}
        if token in self.tokens:
            before, identity = self.tokens[token]
            made = self.expect(set() if before == wish else {"IdempotentParameterMismatch"}, "CreateVpnConnection",
                               wish | {"ClientToken": token})
            assert not made or made["VpnConnectionId"] == identity
            return multiple()
        wanted = Connection(customer, name, ike, *subnets, automatic, dpd)
        codes = ({"InvalidCustomerGatewayInstanceId.NotFound"} if customer not in self.has_customer
                 else self.model.new_refusals(wanted))
        made = self.expect(codes, "CreateVpnConnection", wish | ({"ClientToken": token} if token else {}))
        if not made:
            return multiple()
        identity = made["VpnConnectionId"]
        if "Psk" not in ike:
            wanted.ike["Psk"] = self.client.call("DescribeVpnConnection", {"VpnConnectionId": identity}
                                                 )["IkeConfig"]["Psk"]
            assert len(wanted.ike["Psk"]) == 16
        self.model.add(identity, wanted)
        if token:
            self.tokens[token] = (wish, identity)
        return identity

    @rule(target=connections, connection=connections, subnets=SUBNETS, automatic=st.sampled_from([True, True, False]))
    def create_companion(self, connection, subnets, automatic):
        """One that may share the phase 1 of another."""
        one = self.model.connections.get(connection)
        if not one:
            return multiple()
        return self.create_connection(one.customer, "companion", one.ike, subnets, automatic, one.dpd, None)

    @rule(connection=connections, ike=IKE, subnets=st.none() | SUBNETS, automatic=st.none() | st.booleans(),
          dpd=st.none() | st.booleans())
    def modify_connection(self, connection, ike, subnets, automatic, dpd):
        local, remote = subnets or (None, None)
        wish = {"VpnConnectionId": connection, "IkeConfig": ike, "LocalSubnet": local, "RemoteSubnet": remote,
                "AutoConfigRoute": automatic, "EnableDpd": dpd}
        wish = {name: value for name, value in wish.items() if value is not None}
        if connection not in self.model.connections:
            self.expect({"InvalidVpnConnectionInstanceId.NotFound"}, "ModifyVpnConnectionAttribute", wish)
            return
        everyone, members, codes = self.model.edit(connection, ike, local=local, remote=remote, automatic=automatic,
                                                   dpd=dpd)
        answer = self.expect(codes, "ModifyVpnConnectionAttribute", wish)
        if answer:
            assert set(answer.get("AlsoModified", {"VpnConnectionId": []})["VpnConnectionId"]) == members
            self.model.apply(connection, everyone)

    @rule(connection=connections)
    def delete_connection(self, connection):
        codes = ({"InvalidVpnConnectionInstanceId.NotFound"} if connection not in self.model.connections
                 else {"DependencyViolation"} if self.model.is_used(connection) else set())
        if self.expect(codes, "DeleteVpnConnection", {"VpnConnectionId": connection}):
            self.model.remove(connection)

    def new_route_refusals(self, connection, table, key):
        return ({"InvalidVpnConnectionInstanceId.NotFound"} if connection not in self.model.connections
                else {"InvalidRouteEntry.AlreadyExists"} if key in table else set())

    @rule(target=routes, connection=connections, destination=SOME_DESTINATIONS, weight=WEIGHTS, publish=st.booleans())
    def create_route(self, connection, destination, weight, publish):
        key = connection, destination
        made = self.expect(self.new_route_refusals(connection, self.model.routes, key), "CreateVpnRouteEntry", {
            "VpnGatewayId": self.vpn, "NextHop": connection, "RouteDest": destination, "Weight": weight,
            "PublishVpc": publish})
        if not made:
            return multiple()
        self.model.routes[key] = {"Weight": weight, "State": "published" if publish else "normal"}
        return key

    @rule(target=policies, connection=connections, source=st.just(ANY) | st.sampled_from(LOCALS),
          destination=SOME_DESTINATIONS, weight=WEIGHTS, priority=st.none() | PRIORITIES, publish=st.booleans())
    def create_policy(self, connection, source, destination, weight, priority, publish):
        key = connection, source, destination
        made = self.expect(self.new_route_refusals(connection, self.model.policies, key), "CreateVpnPbrRouteEntry", {
            "VpnGatewayId": self.vpn, "NextHop": connection, "RouteSource": source, "RouteDest": destination,
            "Weight": weight, "PublishVpc": publish} | ({"Priority": priority} if priority else {}))
        if not made:
            return multiple()
        self.model.policies[key] = {"Weight": weight, "Priority": priority or 10, "automatic": False,
                                    "State": "published" if publish else "normal"}
        return key

    @rule(target=policies, data=st.data())
    def take_policy(self, data):
        """Routes that a connection brought are changed by hand like any other."""
        if not self.model.policies:
            return multiple()
        return data.draw(st.sampled_from(sorted(self.model.policies)))

    @rule(connection=connections, destination=st.sampled_from(REMOTES + [ANY]), kind=st.sampled_from(["dbr", "pbr"]),
          publish=st.booleans())
    def publish_some(self, connection, destination, kind, publish):
        if (kind, destination) == ("dbr", ANY):
            return
        codes = set() if self.model.publish(kind, connection, destination, publish) else {"InvalidRouteEntry.NotFound"}
        self.expect(codes, "PublishVpnRouteEntry", {
            "VpnGatewayId": self.vpn, "NextHop": connection, "RouteDest": destination, "RouteType": kind,
            "PublishVpc": publish})

    @rule(route=routes, publish=st.booleans())
    def publish_route(self, route, publish):
        self.publish_some(route[0], route[1], "dbr", publish)

    @rule(route=policies, publish=st.booleans())
    def publish_policy(self, route, publish):
        self.publish_some(route[0], route[2], "pbr", publish)

    @rule(route=policies, weight=WEIGHTS, priority=st.none() | PRIORITIES, new_weight=st.none() | WEIGHTS,
          new_priority=st.none() | PRIORITIES, action=st.sampled_from(["Weight", "Priority", "Attribute"]))
    def modify_policy(self, route, weight, priority, new_weight, new_priority, action):
        present = self.model.policies.get(route)
        new = {"NewWeight": new_weight if action != "Priority" else None,
               "NewPriority": new_priority if action != "Weight" else None}
        new = {name: value for name, value in new.items() if value is not None}
        codes = set()
        if not new:
            codes |= {"MissingNewWeight", "MissingNewPriority"}
        if action == "Attribute" and priority is None:
            codes.add("MissingPriority")
        if not present or present["Weight"] != weight or priority not in (None, present["Priority"]):
            codes.add("InvalidRouteEntry.NotFound")
        wish = {"VpnGatewayId": self.vpn, "NextHop": route[0], "RouteSource": route[1], "RouteDest": route[2],
                "Weight": weight} | ({"Priority": priority} if priority else {}) | new
        if self.expect(codes, f"ModifyVpnPbrRouteEntry{action}", wish):
            present |= {name.removeprefix("New"): value for name, value in new.items()}

    @rule(route=routes, weight=WEIGHTS, new_weight=WEIGHTS)
    def modify_route(self, route, weight, new_weight):
        present = self.model.routes.get(route)
        codes = set() if present and present["Weight"] == weight else {"InvalidRouteEntry.NotFound"}
        if self.expect(codes, "ModifyVpnRouteEntryWeight", {
                "VpnGatewayId": self.vpn, "NextHop": route[0], "RouteDest": route[1], "Weight": weight,
                "NewWeight": new_weight}):
            present["Weight"] = new_weight

    @rule(route=consumes(routes))
    def delete_route(self, route):
        present = self.model.routes.pop(route, None)
        self.expect(set() if present else {"InvalidRouteEntry.NotFound"}, "DeleteVpnRouteEntry", {
            "VpnGatewayId": self.vpn, "NextHop": route[0], "RouteDest": route[1],
            "Weight": present["Weight"] if present else 0})

    @rule(route=consumes(policies), names_priority=st.booleans())
    def delete_policy(self, route, names_priority):
        present = self.model.policies.pop(route, None)
        named = {"Priority": present["Priority"]} if present and names_priority else {}
        self.expect(set() if present else {"InvalidRouteEntry.NotFound"}, "DeleteVpnPbrRouteEntry", {
            "VpnGatewayId": self.vpn, "NextHop": route[0], "RouteSource": route[1], "RouteDest": route[2],
            "Weight": present["Weight"] if present else 0} | named)

    @precondition(lambda self: self.since_restart > 8)
    @rule(number=st.sampled_from([signal.SIGKILL, signal.SIGTERM]))
    def restart(self, number):
        self.since_restart = 0
        self.gateway.stop(number)
        self.gateway.start()
        self.client.close()

    def listed(self, action, wrapper, item, **filters):
        rows, page = [], 1
        while True:
            answer = self.client.call(action, filters | {"PageNumber": page, "PageSize": 7})
            rows += answer[wrapper][item]
            if len(answer[wrapper][item]) < 7:
                assert answer["TotalCount"] == len(rows)
                return rows
            page += 1

    @invariant()
    def lists_are_the_model(self):
        if not hasattr(self, "vpn"):
            return
        rows = self.listed("DescribeCustomerGateways", "CustomerGateways", "CustomerGateway")
        assert {row["CustomerGatewayId"]: {"IpAddress": row["IpAddress"], "Name": row["Name"]}
                for row in rows} == self.has_customer
        rows = self.listed("DescribeVpnConnections", "VpnConnections", "VpnConnection", VpnGatewayId=self.vpn)
        assert {row["VpnConnectionId"] for row in rows} == set(self.model.connections)
        for row in rows:
            wanted = self.model.connections[row["VpnConnectionId"]]
            address = self.has_customer[wanted.customer]["IpAddress"]
            assert row["Name"] == wanted.name and row["CustomerGatewayId"] == wanted.customer
            assert (row["LocalSubnet"], row["RemoteSubnet"]) == (wanted.local, wanted.remote)
            assert row["EnableDpd"] == wanted.dpd
            assert (wanted.ike | {"RemoteId": wanted.ike["RemoteId"] or address}).items() <= row["IkeConfig"].items()
            assert row["State"] == "updating" and row["Status"] == "ike_sa_not_established"
        rows = self.listed("DescribeVpnRouteEntries", "VpnRouteEntries", "VpnRouteEntry", VpnGatewayId=self.vpn)
        assert {(row["NextHop"], row["RouteDest"]): {"Weight": row["Weight"], "State": row["State"]}
                for row in rows} == self.model.routes
        rows = self.listed("DescribeVpnPbrRouteEntries", "VpnPbrRouteEntries", "VpnPbrRouteEntry",
                           VpnGatewayId=self.vpn)
        assert {(row["NextHop"], row["RouteSource"], row["RouteDest"]):
                {name: row[name] for name in ("Weight", "Priority", "State")} for row in rows} == {
                    key: {name: route[name] for name in ("Weight", "Priority", "State")}
                    for key, route in self.model.policies.items()}



def test_histories_are_the_model(pytestconfig):
    """Histories of one seed after the other until so many calls were compared."""
    number, wanted = 0, pytestconfig.getoption("--model-steps")
    Api.steps = 0
    while Api.steps < wanted:
        run_state_machine_as_test(seed(number)(Api), settings=settings(
            # The first ten are always short.
            max_examples=10 + wanted // 20, stateful_step_count=30, deadline=None, database=None, print_blob=False,
            suppress_health_check=list(HealthCheck)))
        number += 1
    print(f"{Api.steps} steps, {number} seeds, 0 divergences")
