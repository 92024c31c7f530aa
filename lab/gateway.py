# SPDX-License-Identifier: Apache-2.0
"""The gateway machine: its configuration, `vpngw up` in it, `vpngw call`, and what is seen inside.

Knows the programs only by their command lines and the API; what the daemons do is not repeated here.
"""
import json
import os
import pathlib
import re
import signal
import socket

from lab.api import Api
from lab.machine import sh
from lab.until import until
from lab.world import POOL

PROGRAMS = ("vpngw", "vpngw-api", "vpngw-agent", "vpngw-espd")
SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|runtime error: |SUMMARY: \w+Sanitizer")


def built(build, name):
    """The program's path in a meson build directory, wherever its room is."""
    for path in pathlib.Path(build).glob(f"src/**/{name}"):
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise AssertionError(f"{name} is not built in {build}")


class Gateway:
    """One gateway machine in a World."""

    def __init__(self, world, build, port=8443, **settings):
        self.world, self.machine, self.build, self.port = world, world.gateway, pathlib.Path(build), port
        self.folder = self.machine.folder
        self.config = self.folder / "vpngw.conf"
        self.run_dir, self.state_dir = self.folder / "run", self.folder / "state"
        self.settings = settings
        self.up = None
        self.api = None
        self.key_id = self.secret = None
        self.write_config()

    def write_config(self):
        plugin = built(self.build, "libstrongswan-vpngw.so")
        self.config.write_text(self.render(plugin), encoding="utf-8")

    def render(self, plugin):
        lines = [
            "[api]", f"listen_port = {self.port}",
            "[paths]", f"state_dir = {self.state_dir}", f"run_dir = {self.run_dir}",
            f"key_file = {self.folder / 'vpngw.key'}", f"plugin_dir = {plugin.parent}",
            *[f"console_dir = {self.settings[key]}" for key in ("console_dir",) if key in self.settings],
            "[pool]", *[f"address = {entry}" for entry in self.settings.get("pool", POOL)],
            "[log]", f"level = {self.settings.get('level', 'info')}",
        ]
        return "\n".join(lines) + "\n"

    def vpngw(self, *arguments, check=True):
        return self.machine.run([built(self.build, "vpngw"), *arguments], check)

    def start(self, seconds=20):
        """Starts `vpngw up` and waits until the API answers and the agent has read the store."""
        number = len([d for d in self.machine.daemons if d.name.endswith("vpngw")]) + 1
        self.up = self.machine.start("vpngw" if number == 1 else f"vpngw-{number}",
                                     [built(self.build, "vpngw"), "up", "--config", self.config])
        self.up.name = "gateway/vpngw"
        until(self._answers, "the API answers", seconds)
        if not self.api:
            self._read_key()
        return self

    def _answers(self):
        if not self.up.alive():
            raise RuntimeError(f"vpngw up ended with {self.up.process.returncode}:\n{self.up.text()[-4000:]}")
        self.connect().close()
        return True

    def connect(self):
        sock = self.machine.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(30)
        try:
            sock.connect(("127.0.0.1", self.port))
        except OSError:
            sock.close()
            raise
        return sock

    def _read_key(self):
        """The key that the first start made for the operator."""
        text = (self.state_dir / "first-access-key").read_text(encoding="ascii")
        key = dict(line.split("=", 1) for line in text.splitlines())
        self.key_id, self.secret = key["AccessKeyId"], key["AccessKeySecret"]
        self.api = Api(self.connect, f"127.0.0.1:{self.port}", self.key_id, self.secret)

    def call(self, action, **parameters):
        """`vpngw call` as root on the machine."""
        out = self.vpngw("call", "--config", self.config, action,
                         *[f"{name}={value}" for name, value in parameters.items()])
        return json.loads(out)

    def stop(self, seconds=20):
        """SIGTERM to `vpngw up`; True when it ended by itself in time."""
        ended = self.up.stop(seconds) if self.up else True
        return ended

    # What is inside, for tests that kill one of the daemons.

    def pids(self, program):
        """Processes whose program is this one, among those in the gateway machine's namespace."""
        found = []
        for pid in self.machine.processes():
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if pathlib.PurePath(os.fsdecode(words[0])).name == program:
                found.append(pid)
        return found

    def kill(self, program):
        """SIGKILL to a daemon; its pid."""
        pids = self.pids(program)
        assert len(pids) == 1, f"{program}: {len(pids)} processes"
        os.kill(pids[0], signal.SIGKILL)
        return pids[0]

    def vpc_namespaces(self):
        """Names of the namespaces under /run/netns that are none of the lab's own machines."""
        own = {machine.name for machine in self.world.machines()}
        names = {line.split()[0] for line in sh("ip netns list").splitlines() if line.strip()}
        return sorted(names - own)

    def in_vpc(self, command, namespace=None, check=True):
        namespace = namespace or self.vpc_namespaces()[0]
        return sh(["nsenter", f"--net=/run/netns/{namespace}", "--", *command.split()], check)

    # API helpers that wait.

    def connection(self, connection_id):
        return self.api.DescribeVpnConnection(VpnConnectionId=connection_id)

    def wait_status(self, connection_id, status="ipsec_sa_established", seconds=15):
        def there():
            seen = self.connection(connection_id)
            assert seen["Status"] == status, f"Status {seen['Status']}, State {seen['State']}"
            return seen
        return until(there, f"{connection_id} has Status {status}", seconds)

    def wait_state(self, connection_id, state="active", seconds=15):
        def there():
            seen = self.connection(connection_id)
            assert seen["State"] == state, f"Status {seen['Status']}, State {seen['State']}"
            return seen
        return until(there, f"{connection_id} has State {state}", seconds)

    def sanitizer_reports(self):
        """Every line of the daemons' logs that a sanitizer wrote."""
        return [f"{path}: {line}" for path in sorted(self.folder.rglob("*.log"))
                for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if SANITIZER.search(line)]

    def dump(self, folder):
        """Logs, routes and rules of everything, for a test that failed."""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.world.folder.rglob("*.log"):
            name = "-".join(path.relative_to(self.world.folder).parts)
            (folder / name).write_bytes(path.read_bytes())
        commands = ("ip -d address", "ip rule", "ip route show table all", "ss -anup")
        names = [line.split()[0] for line in sh("ip netns list").splitlines() if line.strip()]
        for name in names:
            text = "".join(f"# {command}\n{sh(['nsenter', f'--net=/run/netns/{name}', '--', *command.split()], False)}"
                           for command in commands)
            (folder / f"net-{name}.txt").write_text(text, encoding="utf-8")
