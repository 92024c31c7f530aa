# SPDX-License-Identifier: Apache-2.0
"""A server with one of everything, and for each operation a request that works: "kept" ones name objects that
stay, so that they can be sent as dry runs again and again; "spent" ones name objects made for that one call."""
import itertools

from gateway import REGION, ZONE
from wire import Client

TAGS = {"Tag.1.Key": "owner", "Tag.1.Value": "net"}
LOG_S = 1_700_000_000  # when the connection's line of log was written
PREPAID = {"InstanceChargeType": "PREPAY", "Period": "1"}
# Everything a connection can hold; health checks and BGP switched off.
FULL = {"Name": "both", "EffectImmediately": "true",
        "IkeConfig": '{"Psk":"a-key-of-sixteen","LocalId":"near.example","RemoteId":"far.example"}',
        "HealthCheckConfig": '{"enable":"false","dip":"192.168.1.1","sip":"10.1.0.1","interval":"5","retry":"4"}',
        "BgpConfig": '{"EnableBgp":"false","LocalAsn":"65020","TunnelCidr":"169.254.12.0/30",'
                     '"LocalBgpIp":"169.254.12.1"}'}


class World:
    def __init__(self, gateway):
        self.client = Client(gateway, "v1")
        self.numbers, self.routes = itertools.count(1), itertools.count(1)
        self.vpc = self.new_vpc("10.1.0.0/16")
        self.vswitch = self.new_vswitch()
        self.gateway = self.new_gateway(Name="one-of-all", Description="with a text", **PREPAID)
        self.customer = self.new_customer(Name="far", Description="with a text", Asn="65010", AuthKey="bgp-key")
        self.connection = self.new_connection(**FULL)
        gateway.keep_log(self.connection, [(LOG_S * 1000, "INFO", "", "a < b & c", "")])
        self.route = self.new_route()
        self.policy = self.new_policy()
        for kind, name in (("VPNGATEWAY", self.gateway), ("CUSTOMERGATEWAY", self.customer),
                           ("VPNCONNECTION", self.connection), ("VPC", self.vpc), ("VSWITCH", self.vswitch)):
            self.call("TagResources", {"ResourceType": kind, "ResourceId.1": name, **TAGS})

    def close(self):
        self.client.close()

    def call(self, action, parameters):
        return self.client.call(action, {"RegionId": REGION} | parameters)

    def serves(self, action):
        return self.client.raw(action, {}).code != "InvalidAction.NotFound"

    def new_vpc(self, cidr="10.0.0.0/8"):
        return self.call("CreateVpc", {"CidrBlock": cidr, "VpcName": "home", "Description": "with a text",
                                       "UserCidr": "172.20.0.0/16"})["VpcId"]

    def new_vswitch(self):
        number = next(self.numbers)
        return self.call("CreateVSwitch", {
            "VpcId": self.vpc, "ZoneId": ZONE, "CidrBlock": f"10.1.{number % 250}.0/24", "VSwitchName": "lan",
            "Description": "with a text"})["VSwitchId"]

    def new_gateway(self, Description="", **more):
        made = self.call("CreateVpnGateway", {"VpcId": self.vpc, "Bandwidth": "10"} | more)["VpnGatewayId"]
        if Description:
            self.call("ModifyVpnGatewayAttribute", {"VpnGatewayId": made, "Description": Description})
        return made

    def new_customer(self, **more):
        number = next(self.numbers)
        address = f"198.51.{101 + number // 250}.{1 + number % 250}"
        return self.call("CreateCustomerGateway", {"IpAddress": address} | more)["CustomerGatewayId"]

    def new_connection(self, **more):
        return self.call("CreateVpnConnection", self.ends() | more)["VpnConnectionId"]

    def ends(self, customer=None):
        return {"VpnGatewayId": self.gateway, "CustomerGatewayId": customer or self.customer,
                "LocalSubnet": "0.0.0.0/0", "RemoteSubnet": "0.0.0.0/0"}

    def _route(self):
        return {"VpnGatewayId": self.gateway, "NextHop": self.connection, "Weight": "100",
                "RouteDest": f"192.168.{next(self.routes)}.0/24"}

    def new_route(self):
        route = self._route()
        self.call("CreateVpnRouteEntry", route | {"PublishVpc": "false", "Description": "with a text"})
        return route

    def _policy(self):
        return self._route() | {"RouteSource": "10.1.0.0/24"}

    def new_policy(self):
        policy = self._policy()
        self.call("CreateVpnPbrRouteEntry", policy | {"PublishVpc": "false", "Priority": "10"})
        return policy | {"Priority": "10"}

    def spare_customer(self):
        return {"CustomerGatewayId": self.new_customer()}

    def creations(self):
        """Requests that make something: the same kept and spent."""
        route = {"PublishVpc": "false", "OverlayMode": "Ipsec", "Description": "with a text"}
        return {
            "CreateVpc": lambda: {"CidrBlock": "10.0.0.0/8", "VpcName": "home", "Description": "x"},
            "CreateVSwitch": lambda: {"VpcId": self.vpc, "ZoneId": ZONE, "CidrBlock": "10.1.251.0/24"},
            "CreateVpnGateway": lambda: {"VpcId": self.vpc, "Bandwidth": "10"},
            "CreateCustomerGateway": lambda: {"IpAddress": "198.51.100.77", "Name": "n", "Description": "with a text"},
            "CreateVpnConnection": lambda: self.ends(self.new_customer(Asn="65010")) | {"Name": "n"},
            "CreateVpnRouteEntry": lambda: self._route() | route,
            "CreateVpnPbrRouteEntry": lambda: self._policy() | route | {"Priority": "10"},
        }

    def readings(self):
        gateway, connection = {"VpnGatewayId": self.gateway}, {"VpnConnectionId": self.connection}
        return {
            "DescribeRegions": {}, "DescribeZones": {}, "DescribeVpcs": {}, "DescribeVSwitches": {},
            "DescribeVpnGateways": {}, "DescribeCustomerGateways": {}, "DescribeVpnConnections": {},
            "CheckVpnBgpEnabled": {}, "ListVpnCertificateAssociations": {},
            "DescribeVpcAttribute": {"VpcId": self.vpc},
            "DescribeVSwitchAttributes": {"VSwitchId": self.vswitch},
            "DescribeRouteTableList": {"VpcId": self.vpc},
            "DescribeVpnGateway": gateway,
            "DescribeVpnGatewayAvailableZones": {"Spec": "10M"},
            "DescribeCustomerGateway": {"CustomerGatewayId": self.customer},
            "DescribeVpnConnection": connection, "DownloadVpnConnectionConfig": connection,
            "DescribeVpnConnectionLogs": connection | {"From": str(LOG_S), "MinutePeriod": "10"},
            "DescribeVpnRouteEntries": gateway, "DescribeVpnPbrRouteEntries": gateway,
            "DescribeVpnCrossAccountAuthorizations": connection,
            "ListTagResources": {"ResourceType": "VPNGATEWAY", "ResourceId.1": self.gateway},
        }

    def changes(self, fresh):
        """Requests that change something that is there; fresh: make it for this call, or take the kept one."""
        def pick(new, kept):
            return new() if fresh else kept

        # Kept things are in use, which a dry run of a deletion would notice: these have their own.
        def route():
            return pick(self.new_route, self.route)

        def policy():
            return pick(self.new_policy, self.policy)

        def without(names, parameters):
            return {name: value for name, value in parameters.items() if name not in names}

        return {
            "ModifyVpnGatewayAttribute": lambda: {"VpnGatewayId": self.gateway, "Name": "one-of-all"},
            "DeleteVpnGateway": lambda: {"VpnGatewayId": self.new_gateway()},
            "MoveVpnResourceGroup": lambda: {"ResourceType": "VpnGateway", "InstanceId": self.new_gateway(),
                                             "NewResourceGroupId": "rg-other"},
            "MoveResourceGroup": lambda: {"ResourceType": "vpc", "ResourceId": self.new_vpc(),
                                          "NewResourceGroupId": "rg-other"},
            "ModifyCustomerGatewayAttribute": lambda: {"CustomerGatewayId": self.customer, "Name": "far"},
            "DeleteCustomerGateway": lambda: {"CustomerGatewayId": self.new_customer()},
            "ModifyVpnConnectionAttribute": lambda: {"VpnConnectionId": self.connection, "Name": "both"},
            "DeleteVpnConnection": lambda: {"VpnConnectionId": self.new_connection(**self.spare_customer())},
            "ModifyVpnRouteEntryWeight": lambda: route() | {"NewWeight": "0"},
            "DeleteVpnRouteEntry": route,
            "PublishVpnRouteEntry": lambda: without(("Weight",), route()) | {"RouteType": "dbr", "PublishVpc": "true"},
            "ModifyVpnPbrRouteEntryWeight": lambda: policy() | {"NewWeight": "0"},
            "ModifyVpnPbrRouteEntryPriority": lambda: policy() | {"NewPriority": "20"},
            "ModifyVpnPbrRouteEntryAttribute": lambda: policy() | {"NewPriority": "20", "NewWeight": "0"},
            "DeleteVpnPbrRouteEntry": policy,
            "TagResources": lambda: {"ResourceType": "VPC", "ResourceId.1": self.new_vpc(), **TAGS},
            "UnTagResources": lambda: {"ResourceType": "VPC", "ResourceId.1": self.new_vpc(), "TagKey.1": "owner"},
            "DeleteVSwitch": lambda: {"VSwitchId": self.new_vswitch()},
            "DeleteVpc": lambda: {"VpcId": self.new_vpc()},
        }

    def beside(self, operation, name, text):
        """What a good value needs beside it, when that names an object."""
        return {("MoveVpnResourceGroup", "ResourceType", "CustomerGateway"): {"InstanceId": self.customer},
                ("PublishVpnRouteEntry", "RouteType", "pbr"): {
                    key: value for key, value in self.policy.items() if key not in ("Weight", "Priority")},
                }.get((operation, name, text), {})

    def is_write(self, operation):
        return operation not in self.readings()

    def request(self, operation, fresh=False):
        """A request that works."""
        reading = self.readings().get(operation)
        making = (self.creations() | self.changes(fresh)).get(operation)
        return {"RegionId": REGION} | (making() if reading is None else reading)

    def snapshot(self):
        """All that there is, to see that nothing changed."""
        lists = {"DescribeVpcs": {}, "DescribeVSwitches": {}, "DescribeVpnGateways": {}, "DescribeCustomerGateways": {},
                 "DescribeVpnConnections": {}, "DescribeVpnRouteEntries": {"VpnGatewayId": self.gateway},
                 "DescribeVpnPbrRouteEntries": {"VpnGatewayId": self.gateway}}
        return {action: self.call(action, {"PageSize": "50"} | parameters) | {"RequestId": ""}
                for action, parameters in lists.items()}
