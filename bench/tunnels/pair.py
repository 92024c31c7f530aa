# SPDX-License-Identifier: Apache-2.0
"""What every pair of endpoints has: two machines, the wire between them, where their CPU time is read.

      a ── wan0 10.0.0.1 ───── veth, MTU 1500 ───── wan0 10.0.0.2 ── b
      inner 172.31.1.1                                inner 172.31.2.1

End a and what sends there share one core, end b and what receives there another one, where there are two.
"""
import os
import pathlib

from lab.machine import Machine, link
from lab.until import until

OUTER = {"a": "10.0.0.1", "b": "10.0.0.2"}
INNER = {"a": "172.31.1.1", "b": "172.31.2.1"}
OTHER = {"a": "b", "b": "a"}
MTU = 1400  # of every tunnel
CORES = sorted(os.sched_getaffinity(0))
CORE = {"a": CORES[0], "b": CORES[-1]}


class Pair:
    """Subclasses start two endpoints and make select(suite) bring the tunnel up with it."""

    suites = ("-",)

    def __init__(self, who, folder):
        self.who, self.folder = who, pathlib.Path(folder)
        self.ends = {end: Machine(f"{who}-{end}", folder) for end in "ab"}
        self.endpoints = {}  # end: Daemon
        link(self.ends["a"], "wan0", self.ends["b"], "wan0")
        for end, machine in self.ends.items():
            machine.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
            machine.address("wan0", f"{OUTER[end]}/24")
        self.set_segmentation(True)

    def set_segmentation(self, on):
        """The wire as a NIC with UDP segmentation offload, or without."""
        state = "on" if on else "off"
        for machine in self.ends.values():
            machine.run(f"ethtool -K wan0 tx-udp-segmentation {state} rx-udp-gro-forwarding {state}")

    def start(self, end, command, env=None):
        self.endpoints[end] = self.on_core(end, "endpoint", command, env)
        return self.endpoints[end]

    def on_core(self, end, name, command, env=None):
        return self.ends[end].start(name, ["taskset", "-c", str(CORE[end]), *command], env)

    def serve(self):
        """What receives the load at b."""
        self.on_core("b", "iperf3", ["iperf3", "-s", "--forceflush"]).wait_for("Server listening")

    def select(self, suite):
        raise NotImplementedError

    def wait_up(self):
        until(lambda: "1 received" in self.ends["a"].run(f"ping -n -q -c 1 -W 1 {INNER['b']}", check=False),
              f"{self.who} carries a ping", 15)

    def check(self):
        """Raises when the tunnel did something wrong under load."""

    def cpu_ms(self):
        """CPU time of each endpoint's process until now, user and system, all its threads."""
        return {end: _cpu_ns(daemon.pid) / 1e6 for end, daemon in self.endpoints.items()}

    def close(self):
        for machine in self.ends.values():
            machine.close()


def _cpu_ns(pid):
    """utime + stime in nanoseconds: the scheduler's own sum, finer than the ticks of /proc/PID/stat."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return total
