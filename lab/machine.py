# SPDX-License-Identifier: Apache-2.0
"""A machine of the lab: a network namespace, commands and daemons in it, and links between two.

Knows no VPN. Namespaces are named, under the cage's private /run/netns, so `ip -n NAME` works.
"""
import contextlib
import os
import pathlib
import shlex
import signal
import socket
import subprocess

from lab.cage import setns
from lab.until import until


def sh(command, check=True, **options):
    """Output of a command; AssertionError with it when it fails."""
    words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **options)
    if check and done.returncode:
        raise AssertionError(f"{shlex.join(words)}: exit {done.returncode}: {done.stdout.strip()}")
    return done.stdout


class Daemon:
    """A process we started, its log, and how it ends."""

    def __init__(self, name, command, log, env=None):
        self.name, self.log = name, pathlib.Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *[str(word) for word in command]],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env=os.environ | (env or {}))

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, text, seconds=15):
        def said():
            if text in self.text():
                return True
            if not self.alive():
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.text()[-4000:]}")
            return False
        until(said, f"{self.name} says {text!r}", seconds)

    def kill(self):
        """SIGKILL, as a crash."""
        if self.alive():
            self.process.kill()
        self.process.wait(10)

    def stop(self, seconds=10):
        """SIGTERM, then SIGKILL; True when it ended by itself."""
        if not self.alive():
            return True
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False


class Machine:
    """One network namespace."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir(parents=True)
        self.daemons = []
        self.closed = False
        sh(f"ip netns add {name}")
        self.path = f"/run/netns/{name}"
        self.run("ip link set lo up")

    def command(self, command):
        words = shlex.split(command) if isinstance(command, str) else [str(word) for word in command]
        return ["nsenter", f"--net={self.path}", "--", *words]

    def run(self, command, check=True, **options):
        return sh(self.command(command), check, **options)

    def start(self, name, command, env=None):
        daemon = Daemon(f"{self.name}/{name}", self.command(command), self.folder / f"{name}.log", env)
        self.daemons.append(daemon)
        return daemon

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in this namespace; sockets made meanwhile stay there."""
        with open("/proc/thread-self/ns/net", "rb") as before, open(self.path, "rb") as there:
            setns(there.fileno())
            try:
                yield
            finally:
                setns(before.fileno())

    def socket(self, *arguments):
        with self.entered():
            return socket.socket(*arguments)

    def address(self, interface, address):
        self.run(f"ip address add {address} dev {interface}")

    def route(self, route):
        self.run(f"ip route replace {route}")

    def forward(self):
        """A router: forwards, and takes packets whichever way they come."""
        settings = pathlib.Path("/proc/sys/net/ipv4")
        with self.entered():
            (settings / "ip_forward").write_text("1", encoding="ascii")
            for scope in ("all", "default"):
                (settings / "conf" / scope / "rp_filter").write_text("0", encoding="ascii")

    def processes(self):
        """Pids of every process in this namespace, started by us or by what we started."""
        inode = os.stat(self.path).st_ino
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if os.stat(entry / "ns" / "net").st_ino == inode:
                        found.append(int(entry.name))
        return [pid for pid in found if pid != os.getpid()]

    def close(self):
        if self.closed:
            return
        self.closed = True
        for daemon in reversed(self.daemons):
            daemon.stop()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        sh(f"ip netns del {self.name}", check=False)


def link(one, one_interface, two, two_interface, mtu=1500):
    """A cable between two machines."""
    sh(f"ip link add {one_interface} netns {one.name} mtu {mtu} type veth "
       f"peer name {two_interface} netns {two.name} mtu {mtu}")
    for machine, interface in ((one, one_interface), (two, two_interface)):
        machine.run(f"ip link set {interface} up")
