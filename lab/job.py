# SPDX-License-Identifier: Apache-2.0
"""The main job over the API, as a user does it: a VPC, a gateway, and connections to data centres."""
from lab.api import VPNGW
from lab.datacentre import AEADS, proposal
from lab.until import until

PSK = "Lab~PSK!@#1"
IKE = {"Psk": PSK, "IkeVersion": "ikev2", "IkeMode": "main", "IkeEncAlg": "aes", "IkeAuthAlg": "sha1",
       "IkePfs": "group2", "IkeLifetime": 86400}
IPSEC = {"IpsecEncAlg": "aes", "IpsecAuthAlg": "sha1", "IpsecPfs": "group2", "IpsecLifetime": 86400}


class Vpc:
    """A VPC with one vSwitch, attached to a LAN of the gateway machine, and its VPN gateway."""

    def __init__(self, gateway, interface="lan0", net="10.0.0", name="lab"):
        self.gateway, self.api, self.interface, self.net, self.name = gateway, gateway.api, interface, net, name
        self.vpc_id = self.vswitch_id = self.vpn_gateway_id = self.internet_ip = None

    def create_vpc(self):
        self.vpc_id = self.api.CreateVpc(CidrBlock=f"{self.net.rsplit('.', 1)[0]}.0.0/16", VpcName=self.name)["VpcId"]
        return self.vpc_id

    def create_vswitch(self):
        self.vswitch_id = self.api.CreateVSwitch(VpcId=self.vpc_id, CidrBlock=f"{self.net}.0/24",
                                                 ZoneId=f"{self.api.region}-a", VSwitchName=self.name)["VSwitchId"]
        return self.vswitch_id

    def attach_lan(self):
        self.api.call("AttachVpcLan", VPNGW, VpcId=self.vpc_id, Interface=self.interface,
                      IpAddress=f"{self.net}.1/24")
        return f"{self.interface} as {self.net}.1/24"

    def create_gateway(self, seconds=15):
        self.vpn_gateway_id = self.api.CreateVpnGateway(VpcId=self.vpc_id, Bandwidth=10, Name=self.name,
                                                        VSwitchId=self.vswitch_id)["VpnGatewayId"]
        seen = until(self._active, f"{self.vpn_gateway_id} is active", seconds)
        self.internet_ip = seen["InternetIp"]
        return self.vpn_gateway_id

    def _active(self):
        seen = self.api.DescribeVpnGateway(VpnGatewayId=self.vpn_gateway_id)
        assert seen["Status"] == "active", f"Status {seen['Status']}"
        return seen

    def create(self):
        self.create_vpc()
        self.create_vswitch()
        self.attach_lan()
        self.create_gateway()
        return self

    def delete(self):
        self.api.DeleteVpnGateway(VpnGatewayId=self.vpn_gateway_id)
        until(lambda: not self.api.DescribeVpnGateways(VpnGatewayId=self.vpn_gateway_id)["TotalCount"],
              "the gateway is gone", 10)
        self.api.DeleteVSwitch(VSwitchId=self.vswitch_id)
        self.api.DeleteVpc(VpcId=self.vpc_id)


class Connection:
    """A customer gateway, the connection and the route to one data centre."""

    def __init__(self, vpc, dc, name=None, ike=None, ipsec=None, customer=None, **parameters):
        self.customer = customer or {}  # further parameters of the customer gateway
        self.vpc, self.gateway, self.api, self.dc = vpc, vpc.gateway, vpc.api, dc
        self.name = name or dc.name
        self.ike, self.ipsec = IKE | (ike or {}), IPSEC | (ipsec or {})
        self._settle()
        self.parameters = {"EffectImmediately": True, "LocalSubnet": "0.0.0.0/0", "RemoteSubnet": "0.0.0.0/0"} | parameters
        self.customer_gateway_id = self.id = None

    def _settle(self):
        """ESP with an AEAD cipher has no authentication algorithm, like the API's answer."""
        if self.ipsec["IpsecEncAlg"] in AEADS:
            self.ipsec.pop("IpsecAuthAlg", None)

    def create_customer_gateway(self):
        self.customer_gateway_id = self.api.CreateCustomerGateway(
            IpAddress=self.dc.internet_ip, Name=self.name, **self.customer)["CustomerGatewayId"]
        return self.customer_gateway_id

    def create_connection(self):
        self.id = self.api.CreateVpnConnection(
            VpnGatewayId=self.vpc.vpn_gateway_id, CustomerGatewayId=self.customer_gateway_id, Name=self.name,
            IkeConfig=self.ike, IpsecConfig=self.ipsec, **self.parameters)["VpnConnectionId"]
        return self.id

    def create_route(self, weight=100):
        self.api.CreateVpnRouteEntry(VpnGatewayId=self.vpc.vpn_gateway_id, NextHop=self.id, RouteDest=self.dc.subnet,
                                     Weight=weight, PublishVpc=True)
        return self.dc.subnet

    def create(self):
        self.create_customer_gateway()
        self.create_connection()
        self.create_route()
        return self

    def modify(self, ike=None, ipsec=None, **parameters):
        if ike is not None:
            self.ike |= ike
            parameters["IkeConfig"] = ike
        if ipsec is not None:
            self.ipsec |= ipsec
            self._settle()
            parameters["IpsecConfig"] = ipsec
        return self.api.ModifyVpnConnectionAttribute(VpnConnectionId=self.id, **parameters)

    def delete_route(self, weight=100):
        self.api.DeleteVpnRouteEntry(VpnGatewayId=self.vpc.vpn_gateway_id, NextHop=self.id,
                                     RouteDest=self.dc.subnet, Weight=weight)

    def delete(self):
        self.delete_route()
        self.api.DeleteVpnConnection(VpnConnectionId=self.id)
        until(self._gone, f"{self.id} is gone", 10)
        self.api.DeleteCustomerGateway(CustomerGatewayId=self.customer_gateway_id)

    def _gone(self):
        return not self.api.DescribeVpnConnections(VpnConnectionId=self.id)["TotalCount"]

    def configure_peer(self, **other):
        """Loads the data centre's charon with what an administrator would read off the API."""
        ike, ipsec = self.ike, self.ipsec
        self.dc.load(
            self.vpc.internet_ip, ike["Psk"], version=ike["IkeVersion"], mode=ike["IkeMode"],
            ike=proposal(ike["IkeEncAlg"], ike["IkeAuthAlg"], ike["IkePfs"]),
            esp=proposal(ipsec["IpsecEncAlg"], ipsec.get("IpsecAuthAlg"), ipsec["IpsecPfs"]),
            local_id=ike.get("RemoteId"), remote_id=ike.get("LocalId"), **other)

    def wait_up(self, seconds=15):
        """Both sides have the SA: of an IKEv1 exchange the responder, the peer, is ready last."""
        seen = self.gateway.wait_status(self.id, "ipsec_sa_established", seconds)
        until(self.dc.children, "the data centre has the CHILD_SA too", 5, every=0.005)
        return seen

    def check_pings(self, vpc_host=None, count=2):
        """Both ways between the VPC host and the data centre's host."""
        vpc_host = vpc_host or self.gateway.world.vpc_host
        vpc_host.run(f"ping -n -q -c {count} -i 0.05 -W 2 {self.dc.host_address}")
        self.dc.host.run(f"ping -n -q -c {count} -i 0.05 -W 2 {self.vpc.net}.10")
