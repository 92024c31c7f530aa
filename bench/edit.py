# SPDX-License-Identifier: Apache-2.0
"""What an edit of one costs among many: 1,000 routes, half of them policy routes, over 10 and over 200 connections.

Time from the API's answer until the kernel has the change (routes) or State is active again (connection), and the CPU
time of vpngw-agent for it. Nobody negotiates: the far sides do not exist and the connections wait for traffic.
"""
import os
import pathlib
import socket
import struct
import time

from lab.cage import setns
from lab.gateway import Gateway
from lab.job import Vpc
from lab.world import World

ROUTES = 1000
RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE = 7, 8
RTM_NEWROUTE, RTM_NEWRULE = 24, 32
SO_RCVBUFFORCE = 33  # the socket module does not know it
TICK = os.sysconf("SC_CLK_TCK")


class Notices:
    """What the kernel says of one group of rtnetlink in the VPC's namespace."""

    def __init__(self, namespace, group):
        with open("/proc/thread-self/ns/net", "rb") as before, open(f"/run/netns/{namespace}", "rb") as there:
            setns(there.fileno())
            try:
                self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            finally:
                setns(before.fileno())
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        self.socket.bind((0, 1 << (group - 1)))
        self.socket.settimeout(30)

    def wait(self, kind):
        while struct.unpack_from("=H", self.socket.recv(65536), 4)[0] != kind:
            pass

    def drain(self):
        self.socket.setblocking(False)
        try:
            while True:
                self.socket.recv(65536)
        except BlockingIOError:
            self.socket.settimeout(30)


class Crowd:
    """A gateway with that many connections, and the routes spread over them."""

    def __init__(self, gateway, connections):
        self.gateway, self.api = gateway, gateway.api
        self.vpc = Vpc(gateway).create()
        (self.agent,) = gateway.pids("vpngw-agent")
        self.connections = [self._connection(i) for i in range(connections)]
        self.routes = [self._route(i) for i in range(ROUTES)]
        (namespace,) = gateway.vpc_namespaces()
        self.route_notices = Notices(namespace, RTNLGRP_IPV4_ROUTE)
        self.rule_notices = Notices(namespace, RTNLGRP_IPV4_RULE)
        self.settle()

    def call(self, action, **parameters):
        return self.api.call(action, keep=True, **parameters)

    def _connection(self, i):
        customer = self.call("CreateCustomerGateway", IpAddress=f"192.0.2.{1 + i}")["CustomerGatewayId"]
        return self.call("CreateVpnConnection", VpnGatewayId=self.vpc.vpn_gateway_id, CustomerGatewayId=customer,
                         LocalSubnet="0.0.0.0/0", RemoteSubnet="0.0.0.0/0", EffectImmediately="false")["VpnConnectionId"]

    def _route(self, i):
        route = {"VpnGatewayId": self.vpc.vpn_gateway_id, "NextHop": self.connections[i % len(self.connections)],
                 "RouteDest": f"172.{16 + i // 250}.{i % 250}.0/24"}
        if i % 2:
            route["RouteSource"] = "10.0.0.0/24"
        self.call("CreateVpnPbrRouteEntry" if i % 2 else "CreateVpnRouteEntry", Weight=100, PublishVpc="true", **route)
        return route

    def cpu_ms(self):
        words = pathlib.Path(f"/proc/{self.agent}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) * 1000 / TICK

    def settle(self):
        """Until the agent has done nothing for a second."""
        quiet_since, last = time.monotonic(), self.cpu_ms()
        while time.monotonic() - quiet_since < 1:
            time.sleep(0.1)
            if self.cpu_ms() - last > 1000 / TICK:
                quiet_since, last = time.monotonic(), self.cpu_ms()

    def edit_route(self, i, weights):
        notices, kind = (self.rule_notices, RTM_NEWRULE) if i % 2 else (self.route_notices, RTM_NEWROUTE)
        action = "ModifyVpnPbrRouteEntryWeight" if i % 2 else "ModifyVpnRouteEntryWeight"
        notices.drain()
        self.call(action, Weight=weights[0], NewWeight=weights[1], **self.routes[i])
        answered = time.monotonic()
        notices.wait(kind)
        return (time.monotonic() - answered) * 1000

    def edit_connection(self, i, name):
        self.call("ModifyVpnConnectionAttribute", VpnConnectionId=self.connections[i], Name=name)
        answered = time.monotonic()
        while self.call("DescribeVpnConnection", VpnConnectionId=self.connections[i])["State"] != "active":
            time.sleep(0.001)
        return (time.monotonic() - answered) * 1000

    def measure(self, times):
        samples = {}
        for name, edit in (("route", lambda i: self.edit_route(2 * i, (100, 0))),
                           ("policy", lambda i: self.edit_route(2 * i + 1, (100, 0))),
                           ("connection", lambda i: self.edit_connection(i % 10, f"edit {i}"))):
            before = self.cpu_ms()
            samples[f"{name}_ms"] = [edit(i) for i in range(times)]
            self.settle()
            samples[f"{name}_cpu_ms"] = round((self.cpu_ms() - before) / times, 2)
        return samples


def measure(build, quick):
    samples = {}
    for connections in (10, 200):
        with World(f"/run/lab-{connections}") as world:
            gateway = Gateway(world, build).start()
            found = Crowd(gateway, connections).measure(20 if quick else 100)
            samples |= {f"{connections}_{name}": value for name, value in found.items()}
            gateway.stop()
    return samples
