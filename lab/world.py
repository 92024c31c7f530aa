# SPDX-License-Identifier: Apache-2.0
"""The example world.

     vpc-host                gateway                internet              dc1            dc1-host
    10.0.0.10              vpngw up runs here        a router          charon, libipsec   192.168.10.10
        |                  lan0        wan0                             wan0    lan0        |
        +---- LAN ---------+ [VPC ns]  198.51.100.2 ---+--- 203.0.113.2 --+      +----------+
          10.0.0.0/24      10.0.0.1/24                 |
                                                       +--- dc2 (203.0.113.6) ...  192.168.20.0/24
                                                       +--- dc3-nat (203.0.113.10) --- dc3 (172.16.3.2)

The gateway's lan0 starts in the gateway machine's own namespace; AttachVpcLan moves it into the
VPC's. 198.51.100.10-29 are further addresses of the gateway machine, the pool of its VPN gateways.
A data centre may sit behind a NAT box that translates its address and ports.
"""
import contextlib
import pathlib

from lab.datacentre import DataCentre
from lab.machine import Machine, link
from lab.wire import Capture

GATEWAY_IP = "198.51.100.2"
POOL = [f"198.51.100.{n}" for n in range(10, 30)]


class World:
    """Builds the picture above; leaving it as a context manager takes it down."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stack = contextlib.ExitStack()
        self.datacentres, self.own, self.captures = [], [], {}
        self.wan = 0
        with contextlib.ExitStack() as undo:
            undo.callback(self.stack.close)
            self.internet = self._machine("internet")
            self.internet.forward()
            self.gateway = self._machine("gateway")
            self.vpc_host = self._machine("vpc-host")
            link(self.gateway, "wan0", self.internet, "gateway")
            self.internet.address("gateway", "198.51.100.1/24")
            for address in [GATEWAY_IP, *POOL]:
                self.gateway.address("wan0", f"{address}/24")
            self.gateway.route(f"default via 198.51.100.1 src {GATEWAY_IP}")
            self.lan(self.vpc_host, "lan0", "10.0.0")
            undo.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _machine(self, name):
        machine = Machine(name, self.folder)
        self.own.append(machine)
        self.stack.callback(machine.close)
        return machine

    def lan(self, host, interface, net):
        """A LAN of the gateway machine with one host: net is "10.0.0"."""
        link(self.gateway, interface, host, "eth0")
        host.address("eth0", f"{net}.10/24")
        host.route(f"default via {net}.1")

    def vpc(self, name, interface, net):
        """A further VPC host on a LAN of its own."""
        host = self._machine(name)
        self.lan(host, interface, net)
        return host

    def datacentre(self, name=None, nat=False):
        number = len(self.datacentres) + 1
        name = name or f"dc{number}"
        dc = DataCentre(name, self.folder, f"192.168.{10 * number % 256}")
        self.stack.callback(dc.close)
        self.datacentres.append(dc)
        outer = dc.router
        if nat:
            outer = dc.nat = self._machine(f"{name}-nat")
            outer.forward()
            link(dc.router, "wan0", outer, "inside0")
            dc.address = f"172.16.{number}.2"
            dc.router.address("wan0", f"{dc.address}/30")
            outer.address("inside0", f"172.16.{number}.1/30")
            dc.router.route(f"default via 172.16.{number}.1")
            outer.run("iptables -t nat -A POSTROUTING -o wan0 -j MASQUERADE --random-fully -p udp")
            outer.run("iptables -t nat -A POSTROUTING -o wan0 -j MASQUERADE")
        # 203.0.113.0/30 is the first link, and so on
        net, at = ("203.0.113", "192.0.2")[self.wan // 64], self.wan % 64 * 4
        ours, theirs = f"{net}.{at + 1}", f"{net}.{at + 2}"
        self.wan += 1
        link(outer, "wan0", self.internet, name)
        self.internet.address(name, f"{ours}/30")
        outer.address("wan0", f"{theirs}/30")
        outer.route(f"default via {ours}")
        dc.internet_ip = theirs
        dc.address = dc.address or theirs
        return dc

    def machines(self):
        for dc in self.datacentres:
            yield from (dc.router, dc.host)
        yield from self.own

    def capture(self, interface="gateway"):
        """What crosses one of the Internet's links; "gateway" sees everything to and from it."""
        if interface not in self.captures:
            self.captures[interface] = self.stack.enter_context(Capture(self.internet, interface))
        return self.captures[interface]
