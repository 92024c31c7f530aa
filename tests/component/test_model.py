# SPDX-License-Identifier: Apache-2.0
"""Random histories of calls against a model of what the API promises: after each step everything listed is
what the model holds, also over SIGKILL. A failing history is printed, shrunk, as a program."""
import ipaddress
import signal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, consumes, Bundle, initialize, invariant, multiple, rule

from gateway import ZONE, Gateway
from wire import ApiError, Client

ADDRESSES = st.integers(1, 12).map(lambda i: f"198.51.100.{i}")
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2fff, blacklist_characters="\x7f",
                              blacklist_categories=("Cc", "Cs")), min_size=1, max_size=100)
DESTINATIONS = st.tuples(st.integers(0, 3), st.integers(8, 32)).map(
    lambda pair: str(ipaddress.ip_network((f"192.168.{pair[0]}.7", pair[1]), strict=False))).filter(
        lambda text: not ipaddress.ip_network(text).overlaps(ipaddress.ip_network("100.64.0.0/10")))
IKE = st.fixed_dictionaries({}, optional={
    "IkeVersion": st.sampled_from(["ikev1", "ikev2"]), "IkeMode": st.sampled_from(["main", "aggressive"]),
    "IkeEncAlg": st.sampled_from(["aes", "aes192", "aes256", "des", "3des"]),
    "IkeAuthAlg": st.sampled_from(["md5", "sha1", "sha256", "sha384", "sha512"]),
    "IkePfs": st.sampled_from(["group1", "group2", "group5", "group14"]), "IkeLifetime": st.integers(1, 86400),
    "Psk": st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7e, blacklist_characters='"'), min_size=1,
                   max_size=100)})


class Api(RuleBasedStateMachine):
    customers, connections, routes = Bundle("customers"), Bundle("connections"), Bundle("routes")

    def __init__(self):
        super().__init__()
        self.gateway = Gateway().start()
        self.client = Client(self.gateway, "acs3")
        self.has_customer, self.has_connection, self.has_route, self.tokens = {}, {}, {}, {}

    def teardown(self):
        text = self.gateway.log_text()
        self.gateway.__exit__(None, None, None)
        assert "Sanitizer" not in text and "runtime error" not in text, text

    def expect(self, code, action, parameters):
        """The answer, or None where the call must be (and was) refused with the code."""
        try:
            answer = self.client.call(action, parameters)
        except ApiError as error:
            assert error.code == code, error
            return None
        assert code is None, f"{action} was not refused with {code}"
        return answer

    @initialize()
    def site(self):
        self.vpc = self.client.call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
        self.client.call("CreateVSwitch", {"VpcId": self.vpc, "ZoneId": ZONE, "CidrBlock": "10.1.0.0/24"})
        self.vpn = self.client.call("CreateVpnGateway", {"VpcId": self.vpc, "Bandwidth": 10})["VpnGatewayId"]

    @rule(target=customers, address=ADDRESSES, name=NAMES)
    def create_customer(self, address, name):
        taken = any(one["IpAddress"] == address for one in self.has_customer.values())
        made = self.expect("InvalidIpAddress.AlreadyExist" if taken else None, "CreateCustomerGateway",
                           {"IpAddress": address, "Name": name})
        if not made:
            return multiple()
        self.has_customer[made["CustomerGatewayId"]] = {"IpAddress": address, "Name": name}
        return made["CustomerGatewayId"]

    @rule(customer=customers, name=NAMES)
    def rename_customer(self, customer, name):
        code = None if customer in self.has_customer else "InvalidCustomerGatewayInstanceId.NotFound"
        if self.expect(code, "ModifyCustomerGatewayAttribute", {"CustomerGatewayId": customer, "Name": name}):
            self.has_customer[customer]["Name"] = name

    @rule(customer=customers)
    def delete_customer(self, customer):
        used = any(one["CustomerGatewayId"] == customer for one in self.has_connection.values())
        code = ("InvalidCustomerGatewayInstanceId.NotFound" if customer not in self.has_customer
                else "DependencyViolation" if used else None)
        if self.expect(code, "DeleteCustomerGateway", {"CustomerGatewayId": customer}):
            del self.has_customer[customer]

    @rule(target=connections, customer=customers, name=NAMES, ike=IKE, token=st.none() | st.sampled_from("abc"))
    def create_connection(self, customer, name, ike, token):
        wish = {"VpnGatewayId": self.vpn, "CustomerGatewayId": customer, "LocalSubnet": "0.0.0.0/0",
                "RemoteSubnet": "0.0.0.0/0", "Name": name, "IkeConfig": ike}
        if token in self.tokens:
            before, identity = self.tokens[token]
            made = self.expect(None if before == wish else "IdempotentParameterMismatch", "CreateVpnConnection",
                               wish | {"ClientToken": token})
            assert not made or made["VpnConnectionId"] == identity
            return multiple()
        used = any(one["CustomerGatewayId"] == customer for one in self.has_connection.values())
        code = ("InvalidCustomerGatewayInstanceId.NotFound" if customer not in self.has_customer
                else "InvalidVpnConnection.AlreadyExists" if used else None)
        made = self.expect(code, "CreateVpnConnection", wish | ({"ClientToken": token} if token else {}))
        if not made:
            return multiple()
        identity = made["VpnConnectionId"]
        defaults = {"IkeVersion": "ikev2", "IkeMode": "main", "IkeEncAlg": "aes", "IkeAuthAlg": "md5",
                    "IkePfs": "group2", "IkeLifetime": 86400}
        self.has_connection[identity] = {"CustomerGatewayId": customer, "Name": name, "Ike": defaults | ike}
        if token:
            self.tokens[token] = (wish, identity)
        return identity

    @rule(connection=connections, ike=IKE)
    def modify_connection(self, connection, ike):
        code = None if connection in self.has_connection else "InvalidVpnConnectionInstanceId.NotFound"
        if self.expect(code, "ModifyVpnConnectionAttribute", {"VpnConnectionId": connection, "IkeConfig": ike}):
            self.has_connection[connection]["Ike"] |= ike

    @rule(connection=connections)
    def delete_connection(self, connection):
        used = any(hop == connection for hop, _ in self.has_route)
        code = ("InvalidVpnConnectionInstanceId.NotFound" if connection not in self.has_connection
                else "DependencyViolation" if used else None)
        if self.expect(code, "DeleteVpnConnection", {"VpnConnectionId": connection}):
            del self.has_connection[connection]

    @rule(target=routes, connection=connections, destination=DESTINATIONS, weight=st.sampled_from([0, 100]),
          publish=st.booleans())
    def create_route(self, connection, destination, weight, publish):
        key = connection, destination
        code = ("InvalidVpnConnectionInstanceId.NotFound" if connection not in self.has_connection
                else "InvalidRouteEntry.AlreadyExists" if key in self.has_route else None)
        made = self.expect(code, "CreateVpnRouteEntry", {
            "VpnGatewayId": self.vpn, "NextHop": connection, "RouteDest": destination, "Weight": weight,
            "PublishVpc": publish})
        if not made:
            return multiple()
        self.has_route[key] = {"Weight": weight, "State": "published" if publish else "normal"}
        return key

    @rule(route=routes, publish=st.booleans())
    def publish_route(self, route, publish):
        if route not in self.has_route:
            return
        self.expect(None, "PublishVpnRouteEntry", {
            "VpnGatewayId": self.vpn, "NextHop": route[0], "RouteDest": route[1], "RouteType": "dbr",
            "PublishVpc": publish})
        self.has_route[route]["State"] = "published" if publish else "normal"

    @rule(route=consumes(routes))
    def delete_route(self, route):
        weight = self.has_route.pop(route)["Weight"]
        self.expect(None, "DeleteVpnRouteEntry", {"VpnGatewayId": self.vpn, "NextHop": route[0],
                                                  "RouteDest": route[1], "Weight": weight})

    @rule(number=st.sampled_from([signal.SIGKILL, signal.SIGTERM]))
    def restart(self, number):
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
        assert {row["VpnConnectionId"] for row in rows} == set(self.has_connection)
        for row in rows:
            wanted = self.has_connection[row["VpnConnectionId"]]
            assert row["Name"] == wanted["Name"] and row["CustomerGatewayId"] == wanted["CustomerGatewayId"]
            assert wanted["Ike"].items() <= row["IkeConfig"].items()
            assert row["State"] == "updating" and row["Status"] == "ike_sa_not_established"
        rows = self.listed("DescribeVpnRouteEntries", "VpnRouteEntries", "VpnRouteEntry", VpnGatewayId=self.vpn)
        assert {(row["NextHop"], row["RouteDest"]): {"Weight": row["Weight"], "State": row["State"]}
                for row in rows} == self.has_route


TestApi = Api.TestCase
TestApi.settings = settings(max_examples=8, stateful_step_count=25, deadline=None, derandomize=True, database=None,
                            suppress_health_check=list(HealthCheck))
