# SPDX-License-Identifier: Apache-2.0
"""vpngw-espd on both ends, over its real control sockets: the benchmark is its agent and its charon."""
import os
import pathlib
import sys

from bench.tunnels.pair import INNER, MTU, OTHER, OUTER, Pair

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))
from espd_client import ESP, IKE, IN, NATT, OUT, SUITES, Client  # noqa: E402
from namespaces import IFF_NO_PI, IFF_TUN, open_esp, open_tun, open_udp  # noqa: E402

IF_ID = 7
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
        single = ["--no-super-packets"] if per_packet else []
        self.start(end, [binary, "--run-dir", run_dir, "--uid", "12345", "--gid", "12345", *single]).wait_for("ready")
        agent = self.agents[end] = Client(run_dir / "agent.sock")
        self.charons[end] = Client(run_dir / "ike.sock")
        local = OUTER[end]
        for kind, port in ((IKE, 500), (NATT, 4500), (ESP, None)):
            with open_udp(machine.name, local, port) if port else open_esp(machine.name, local) as sock:
                agent.add_socket(kind, local, sock.fileno())
        # As the agent makes it, or a plain device that takes and gives one packet a call.
        tun = open_tun(machine.name, "tun7", **({"flags": IFF_TUN | IFF_NO_PI} if per_packet else {}))
        agent.add_tunnel(IF_ID, tun, local, MTU)
        os.close(tun)
        machine.run(f"ip addr add {INNER[end]}/24 dev tun7")
        machine.run(f"ip link set tun7 mtu {MTU} up")
        machine.run(f"ip route add {INNER[OTHER[end]]}/32 dev tun7 src {INNER[end]}")

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

    def check(self):
        """Load may overflow queues, but no packet may fail its integrity or its window."""
        for end, agent in self.agents.items():
            counters = agent.counters(IF_ID)
            wrong = {cause: counters[cause] for cause in ("auth", "replay", "malformed", "sequence") if counters[cause]}
            if wrong:
                raise RuntimeError(f"{self.who} {end}: packets refused {wrong}")

    def close(self):
        for client in (*self.agents.values(), *self.charons.values()):
            client.close()
        super().close()
