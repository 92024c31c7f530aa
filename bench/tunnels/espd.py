# SPDX-License-Identifier: Apache-2.0
"""vpngw-espd on both ends, over its real control sockets: the benchmark is its agent and its charon."""
import fcntl
import os
import pathlib
import socket
import struct
import sys

from bench.tunnels.pair import INNER, MTU, OTHER, OUTER, Pair

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))
from espd_client import ESP, IKE, IN, NATT, OUT, SUITES, Client  # noqa: E402

IF_ID = 7
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
# The benchmark's words where they differ from the client's.
NAMES = {"aes128-gcm": "aes128gcm", "-": "aes128-sha1"}


class EspdPair(Pair):
    suites = ("aes128-sha1", "aes128-sha256", "aes256-sha512", "3des-md5", "aes128-gcm")

    def __init__(self, who, folder, binary, suites=suites, per_packet=False):
        super().__init__(who, folder)
        self.suites = suites
        self.spi = 0x1000
        self.agents, self.charons = {}, {}
        for end in "ab":
            self._start(end, binary, per_packet)

    def _start(self, end, binary, per_packet):
        machine = self.ends[end]
        run_dir = machine.folder / "run"
        run_dir.mkdir()
        self.start(end, [binary, "--run-dir", run_dir, "--uid", "12345", "--gid", "12345"]).wait_for("ready")
        agent = self.agents[end] = Client(run_dir / "agent.sock")
        self.charons[end] = Client(run_dir / "ike.sock")
        local = OUTER[end]
        for kind, family in ((IKE, socket.SOCK_DGRAM), (NATT, socket.SOCK_DGRAM), (ESP, socket.SOCK_RAW)):
            with machine.socket(socket.AF_INET, family, 50 if kind == ESP else 0) as sock:
                sock.bind((local, {IKE: 500, NATT: 4500, ESP: 0}[kind]))
                agent.add_socket(kind, local, sock.fileno())
        tun = self._open_tun(machine)
        agent.add_tunnel(IF_ID, tun, local, MTU)
        os.close(tun)
        machine.run(f"ip addr add {INNER[end]}/24 dev tun7")
        machine.run(f"ip link set tun7 mtu {MTU} up")
        machine.run(f"ip route add {INNER[OTHER[end]]}/32 dev tun7 src {INNER[end]}")

    @staticmethod
    def _open_tun(machine):
        with machine.entered():
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"tun7", IFF_TUN | IFF_NO_PI))
        return fd

    def select(self, suite):
        """Fresh keys both ways; the SAs of before go."""
        for charon in self.charons.values():
            charon.flush_sas()
        suite = SUITES[NAMES.get(suite, suite)]
        for sender, receiver in (("a", "b"), ("b", "a")):
            self.spi += 1
            keys = os.urandom(suite[1]), os.urandom(suite[3])
            for end, direction in ((receiver, IN), (sender, OUT)):
                self.charons[end].add_sa(direction, self.spi, IF_ID, OUTER[sender], OUTER[receiver], suite, keys)
        self.wait_up()

    def drops(self):
        """Packets each end lost, by cause, until now."""
        got = {}
        for end, agent in self.agents.items():
            counters = agent.counters(IF_ID)
            causes = list(counters)[list(counters).index("no_sa"):]
            got[end] = {cause: counters[cause] for cause in causes if counters[cause]}
        return got

    def close(self):
        for client in (*self.agents.values(), *self.charons.values()):
            client.close()
        super().close()
