# SPDX-License-Identifier: Apache-2.0
"""The agent with the real API, store and data plane on one machine of the lab; no IKE daemon.

    host --- lan0 [gateway machine: vpngw-api, vpngw-agent, vpngw-espd] wan0 --- internet
"""
import json
import os
import pathlib
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lab import cage  # noqa: E402
from lab.gateway import SANITIZER, built  # noqa: E402
from lab.machine import Machine, link, sh  # noqa: E402
from lab.until import until  # noqa: E402

BUILD = pathlib.Path(os.environ.get("VPNGW_BUILD", ROOT / "build" / "check"))
IDS = {"api": 61101, "espd": 61102, "charon": 61103}
POOL = ("198.51.100.10", "198.51.100.11")


@pytest.fixture(scope="session", autouse=True)
def _private():
    if os.geteuid() != 0:
        pytest.exit("these tests need root", 1)
    cage.private_network()


class Daemons:
    """The programs of one gateway machine, started and killed one by one."""

    pool = POOL

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.machine, self.host = Machine("gateway", folder), Machine("host", folder)
        self.running = {}
        link(self.machine, "lan0", self.host, "eth0")
        self.host.address("eth0", "10.0.0.10/24")
        self.machine.run("ip link add wan0 type veth peer name wan1")
        for address in POOL:
            self.machine.address("wan0", f"{address}/24")
        for name in ("wan0", "wan1"):
            self.machine.run(f"ip link set {name} up")
        self.config = self.folder / "vpngw.conf"
        self.run_dir, state = self.folder / "run", self.folder / "state"
        self.config.write_text(f"[paths]\nstate_dir = {state}\nrun_dir = {self.run_dir}\nkey_file = {self.folder}/key\n"
                               f"plugin_dir = /\n[pool]\n" + "".join(f"address = {a}\n" for a in POOL),
                               encoding="utf-8")
        for path, uid, mode in ((self.run_dir, 0, 0o755), (self.run_dir / "espd", IDS["espd"], 0o755),
                                (self.run_dir / "charon", IDS["charon"], 0o750), (state, 0, 0o2770)):
            path.mkdir()
            os.chown(path, uid, IDS["api"] if path == state else uid)
            path.chmod(mode)

    def start(self, *names):
        words = {"vpngw-espd": ["--run-dir", self.run_dir / "espd", "--uid", IDS["espd"], "--gid", IDS["espd"],
                                "--ike-gid", IDS["charon"], "--agent-gid", 0]}
        for name in names:
            self.running[name] = self.machine.start(name, [built(BUILD, name),
                                                           *words.get(name, ["--config", self.config])])
            if name == "vpngw-api":
                self.running[name].wait_for("serving")
            if name == "vpngw-espd":  # it proves its ciphers first, which takes seconds under sanitizers
                self.running[name].wait_for("ready")

    def call(self, action, **parameters):
        return json.loads(self.machine.run([built(BUILD, "vpngw"), "call", "--config", self.config, action,
                                            *[f"{name}={value}" for name, value in parameters.items()]]))

    def vpc(self, interface="lan0"):
        """A VPC on the LAN with its gateway and one connection; a dict of their ids."""
        ids = {"vpc": self.call("CreateVpc", CidrBlock="10.0.0.0/16")["VpcId"]}
        self.call("CreateVSwitch", VpcId=ids["vpc"], CidrBlock="10.0.0.0/24", ZoneId="cn-hangzhou-a")
        self.call("AttachVpcLan", VpcId=ids["vpc"], Interface=interface, IpAddress="10.0.0.1/24")
        ids["gateway"] = self.call("CreateVpnGateway", VpcId=ids["vpc"], Bandwidth=10)["VpnGatewayId"]
        ids["namespace"] = f"vpngw-{ids['vpc']}"
        return ids

    def connection(self, ids, peer):
        customer = self.call("CreateCustomerGateway", IpAddress=peer)["CustomerGatewayId"]
        return self.call("CreateVpnConnection", VpnGatewayId=ids["gateway"], CustomerGatewayId=customer,
                         LocalSubnet="0.0.0.0/0", RemoteSubnet="0.0.0.0/0")["VpnConnectionId"]

    def route(self, ids, connection, destination, publish=True, weight=100):
        self.call("CreateVpnRouteEntry", VpnGatewayId=ids["gateway"], NextHop=connection, RouteDest=destination,
                  PublishVpc=str(publish).lower(), Weight=weight)

    @staticmethod
    def namespaces():
        names = {line.split()[0] for line in sh("ip netns list").splitlines() if line.strip()}
        return sorted(name for name in names if name.startswith("vpngw-"))

    @staticmethod
    def inside(ids, command, check=True):
        return sh(["nsenter", f"--net=/run/netns/{ids['namespace']}", "--", *command.split()], check)

    def close(self):
        for machine in (self.host, self.machine):
            machine.close()
        for name in self.namespaces():
            sh(f"ip netns del {name}", check=False)
        logs = "".join(path.read_text(errors="replace") for path in self.folder.rglob("*.log"))
        reports = [line for line in logs.splitlines() if SANITIZER.search(line)]
        assert not reports, "\n".join(reports)


@pytest.fixture
def program():
    return built(BUILD, "vpngw-agent")


@pytest.fixture
def daemons():
    folder = tempfile.mkdtemp(prefix="agent-", dir="/run")
    os.chmod(folder, 0o755)  # the daemons' users must get through
    made = Daemons(folder)
    try:
        made.start("vpngw-api", "vpngw-espd", "vpngw-agent")
        yield made
    finally:
        made.close()


__all__ = ["until"]
