# SPDX-License-Identifier: Apache-2.0
"""The world of espd's component tests.

      namespace a                    r                     b
      tun 172.31.1.1/24                                    tun 172.31.2.1/24
        │                                                    │
      espd A ── 10.0.1.1/24 ─── 10.0.1.254 10.0.2.254 ─── 10.0.2.1/24 ── espd B

Both espd are real processes as uid 12345. The test is their agent and their charon.
"""
import os
import pathlib
import socket
import time

from espd_client import ESP, IKE, IN, NATT, OUT, SUITES, Espd
from namespaces import open_esp, open_tun, open_udp, run

BINARY = os.environ.get("VPNGW_ESPD", str(pathlib.Path(__file__).resolve().parents[2] / "build/src/espd/vpngw-espd"))
IF_ID = 7
OUTER = {"a": "10.0.1.1", "b": "10.0.2.1"}
INNER = {"a": "172.31.1.1", "b": "172.31.2.1"}
PEER = {"a": "b", "b": "a"}


class Side:
    """One espd with its agent, its charon and its namespace."""

    def __init__(self, name, tmp_path, mtu=1400, tun=None, sockets=None, arguments=(), crypto=None):
        """tun: options of open_tun(); sockets: {option of SOL_SOCKET: value} of those given to espd; arguments: of espd;
        crypto: its --crypto by side.
        """
        self.sockets = sockets or {}
        self.name, self.outer, self.inner = name, OUTER[name], INNER[name]
        self.peer_outer, self.peer_inner = OUTER[PEER[name]], INNER[PEER[name]]
        folder = tmp_path / name
        folder.mkdir()
        self.espd = Espd(BINARY, str(folder), arguments=[*arguments, *(["--crypto", crypto[name]] if crypto else [])])
        self.agent, self.charon = self.espd.agent(), self.espd.charon()
        self.add_sockets(self.outer)
        tun = open_tun(name, "tun7", **(tun or {}))
        self.agent.add_tunnel(IF_ID, tun, self.outer, mtu)
        os.close(tun)
        run(f"ip addr add {self.inner}/24 dev tun7", name)
        run(f"ip link set tun7 mtu {mtu} up", name)
        run(f"ip route add {self.peer_inner}/32 dev tun7 src {self.inner}", name)

    def add_sockets(self, local):
        for kind, port in ((IKE, 500), (NATT, 4500), (ESP, None)):
            with open_esp(self.name, local) if kind == ESP else open_udp(self.name, local, port) as sock:
                for option, value in self.sockets.items():
                    sock.setsockopt(socket.SOL_SOCKET, option, value)
                self.agent.add_socket(kind, local, sock.fileno())

    def counters(self):
        return self.agent.counters(IF_ID)

    def wait_counters(self, condition, timeout=5):
        """The tunnel's counters once the condition holds."""
        return wait(self.counters, condition, timeout)

    def wait_global(self, condition, timeout=5):
        return wait(self.agent.global_counters, condition, timeout)

    def run(self, command, **kwargs):
        return run(command, self.name, **kwargs)


def wait(get, condition, timeout):
    """What get() returns once it satisfies the condition."""
    deadline = time.monotonic() + timeout
    while not condition(value := get()):
        assert time.monotonic() < deadline, f"still {value}"
        time.sleep(0.005)
    return value


def make_keys(suite):
    return os.urandom(suite[1]), os.urandom(suite[3])


class World:
    def __init__(self, tmp_path, mtu=1400, sides="ab", networks="ab", **options):
        build_network(networks)
        self.sides = []
        for name in sides:
            setattr(self, name, Side(name, tmp_path, mtu, **options))
            self.sides.append(getattr(self, name))

    def connect(self, suite="aes128-sha1", spi=0x1000, **options):
        """SAs both ways: a sends on spi, b on spi + 1."""
        for sender, receiver, number in ((self.a, self.b, spi), (self.b, self.a, spi + 1)):
            keys = make_keys(SUITES[suite])
            for side, direction in ((receiver, IN), (sender, OUT)):
                side.charon.add_sa(direction, number, IF_ID, sender.outer, receiver.outer, SUITES[suite], keys, **options)

    def ping(self, count=3, size=56, check=True, options="", source="a"):
        side = getattr(self, source)
        return side.run(f"ping -n -c {count} -i 0.01 -W 2 -s {size} {options} {side.peer_inner}", check=check)

    def close(self):
        for side in self.sides:
            side.espd.stop()


def build_network(networks="ab"):
    for ns in ("r", *networks):
        run(f"ip netns add {ns}")
        run("ip link set lo up", ns)
        run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1", ns)
    run("sysctl -qw net.ipv4.ip_forward=1", "r")
    for ns in networks:
        net = OUTER[ns].rpartition(".")[0]
        run(f"ip link add wan netns {ns} type veth peer name to-{ns} netns r")
        run(f"ip addr add {net}.1/24 dev wan", ns)
        run("ip link set wan up", ns)
        run(f"ip addr add {net}.254/24 dev to-{ns}", "r")
        run(f"ip link set to-{ns} up", "r")
        run(f"ip route add default via {net}.254", ns)


def clean_up():
    """After a test, however it ended: no espd of ours, no namespace."""
    for espd in list(Espd.running):
        espd.kill()
    for ns in ("a", "r", "b"):
        run(f"ip netns del {ns}", check=False)
