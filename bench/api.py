# SPDX-License-Identifier: Apache-2.0
"""Signed requests with 10,000 connections stored, beside a bare evhttp server that reads or writes SQLite rows.

Requests are signed beforehand and sent by bench-http-load over one keep-alive connection, product and bare
server in turns: a description beside one row read, a page of 50 beside 50 rows of its size read (said on standard
error with its ratio), a creation beside one row written. Growth is vpngw-api's processor time a request with 10,000 connections over that with 100,
the worst of the three kinds of requests. The store lies on the disk, and the agent runs with all connections
(EffectImmediately=false, so that no peer is needed).
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from lab.api import VPC, canonical_query, sign, text_of
from lab.gateway import Gateway, built
from lab.job import Vpc
from lab.until import TooLate, until
from lab.world import World

STORED, FEW = 10000, 100
PORT, BARE_PORT = 8443, 8444
GROUP = 4711  # of devices that go at once
ROW_SIZE = 1300  # as much as the document of a connection
PAGE = 50
IKE = json.dumps({"Psk": "Lab~PSK!@#1", "IkeVersion": "ikev2"})


class Load:
    """Sends prepared requests and reads what bench-http-load says of them."""

    def __init__(self, gateway, build):
        self.gateway, self.build = gateway, build
        self.program = built_bench(build, "bench-http-load")

    def prepare(self, action, **parameters):
        """One signed request, as bytes."""
        api = self.gateway.api
        texts = {"RegionId": api.region} | {name: text_of(value) for name, value in parameters.items()}
        query = canonical_query(texts)
        headers = api.headers(action, VPC)
        headers["authorization"] = sign("POST", query, headers, b"", api.secret, api.key_id)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /?{query} HTTP/1.1\r\n{lines}Content-Length: 0\r\n\r\n".encode()

    def run(self, requests, connections=1, port=PORT):
        """(milliseconds of each, bodies, seconds of all)"""
        sent = b"".join(b"%d\n%b" % (len(request), request) for request in requests)
        done = subprocess.run(self.gateway.machine.command([self.program, port, connections]), input=sent,
                              stdout=subprocess.PIPE, check=True)
        at, took, bodies = 0, [], []
        for _ in requests:
            end = done.stdout.index(b"\n", at)
            micros, status, size = done.stdout[at:end].split()
            at = end + 1 + int(size)
            body = done.stdout[end + 1:at]
            if status != b"200":
                raise AssertionError(f"{status.decode()}: {body[:500]!r}")
            took.append(int(micros) / 1000)
            bodies.append(body)
        return took, bodies, int(done.stdout[at:].split()[1]) / 1e6


def built_bench(build, name):
    path = pathlib.Path(build) / "bench" / name
    if not path.is_file():
        raise AssertionError(f"{name} is not built in {build}")
    return path


def bare_request(target):
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


class Stored:
    """What the requests are about: a gateway, customer gateways without and connections with one."""

    def __init__(self, load, build):
        self.load, self.api, self.gateway = load, load.gateway.api, load.gateway
        self.program = built_bench(build, "bench-fill")
        self.peers, self.connections, self.made = [], [], 1
        vpc = Vpc(self.gateway)
        vpc.create_vpc()
        vpc.create_vswitch()
        self.vpn_gateway_id = self.api.CreateVpnGateway(
            VpcId=vpc.vpc_id, Bandwidth=10, VSwitchId=vpc.vswitch_id)["VpnGatewayId"]
        self.peers.append(self.api.CreateCustomerGateway(IpAddress="8.0.0.1")["CustomerGatewayId"])
        self.create(1)

    def fill(self, peers, connections):
        """Straight into the store, as many as would take minutes through the API."""
        out = self.gateway.machine.run([self.program, self.gateway.state_dir, self.gateway.folder / "vpngw.key",
                                        self.made + 1, peers, connections])
        self.made += peers
        pairs = [line.split() for line in out.splitlines()]
        self.peers += [peer for peer, connection in pairs if connection == "-"]
        self.connections += [connection for _, connection in pairs if connection != "-"]

    def add_peers(self, count):
        self.fill(count, 0)

    def creates(self, count):
        """count prepared CreateVpnConnection, each to a peer of its own."""
        peers, self.peers = self.peers[:count], self.peers[count:]
        assert len(peers) == count
        return [self.load.prepare("CreateVpnConnection", VpnGatewayId=self.vpn_gateway_id, CustomerGatewayId=peer,
                                  LocalSubnet="0.0.0.0/0", RemoteSubnet="0.0.0.0/0", EffectImmediately=False,
                                  IkeConfig=IKE) for peer in peers]

    def create(self, count, connections=1):
        took, bodies, _ = self.load.run(self.creates(count), connections)
        self.connections += [json.loads(body)["VpnConnectionId"] for body in bodies]
        return took

    def describes(self, count):
        every = max(len(self.connections) // count, 1)
        ids = (self.connections[::every] * count)[:count]
        return [self.load.prepare("DescribeVpnConnection", VpnConnectionId=one) for one in ids]

    def lists(self, count):
        pages = max(len(self.connections) // PAGE, 1)
        return [self.load.prepare("DescribeVpnConnections", PageSize=PAGE, PageNumber=n * 7 % pages + 1)
                for n in range(count)]


def processor_ns(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])


def cost(stored, pid, rounds, count):
    """Processor microseconds a request of the three kinds: the least of some rounds."""
    costs = {}
    for kind, prepare in (("describe", stored.describes), ("list", stored.lists), ("create", stored.creates)):
        costs[kind] = 1e9
        for _ in range(rounds):
            if kind == "create":
                stored.add_peers(count)
            requests = prepare(count)
            before = processor_ns(pid)
            _, bodies, _ = stored.load.run(requests)
            costs[kind] = min(costs[kind], (processor_ns(pid) - before) / 1000 / count)
            if kind == "create":
                stored.connections += [json.loads(body)["VpnConnectionId"] for body in bodies]
    return costs


@contextlib.contextmanager
def api_alone(gateway):
    """vpngw-api without the others; its pid."""
    daemon = gateway.machine.start("vpngw-api", [built(gateway.build, "vpngw-api"), "--config", gateway.config])
    gateway.up = daemon
    until(gateway._answers, "the API answers", 20)
    if not gateway.api:
        gateway._read_key()
    yield gateway.pids("vpngw-api")[0]
    daemon.stop()
    gateway.up = None


def fill(gateway, load, quick):
    """Stores the connections and says what a request costs with few and with all of them."""
    rounds, count = (2, 100) if quick else (5, 200)
    with api_alone(gateway) as pid:
        stored = Stored(load, load.build)
        stored.fill(FEW - 1, FEW - 1)
        few = cost(stored, pid, rounds, count)
        missing = STORED - len(stored.connections)
        stored.fill(missing, missing)
        many = cost(stored, pid, rounds, count)
    say(f"processor time a request, us: {FEW} stored {rounded(few)}, {STORED} stored {rounded(many)}")
    return stored, max(many[kind] / few[kind] for kind in few)


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def rounded(values):
    return {name: round(value, 1) for name, value in values.items()}


def settle(gateway, stored, seconds):
    """Waits until the agent has applied everything; says how far it is when it takes longer."""
    started = time.monotonic()

    def last_is_active():
        return gateway.api.DescribeVpnConnection(VpnConnectionId=stored.connections[-1])["State"] == "active"

    try:
        until(last_is_active, "the agent has applied the last connection", seconds, every=0.5)
        say(f"the agent has applied all connections after {time.monotonic() - started:.0f} s")
    except TooLate:
        say(f"after {seconds} s the agent is still applying: measured beside its work")


@contextlib.contextmanager
def bare(gateway, build):
    database = gateway.folder / "bare.db"
    daemon = gateway.machine.start(
        "bare-http", [built_bench(build, "bench-bare-http"), BARE_PORT, database, STORED, ROW_SIZE])
    daemon.wait_for("ready", 30)
    yield
    daemon.stop()


def interleave(stored, rounds, count):
    load = stored.load
    samples = {"describe": [], "list": [], "create": [], "bare_read": [], "bare_list": [], "bare_write": []}
    for turn in range(rounds):
        stored.add_peers(count // 4)
        requests = {"describe": stored.describes(count), "list": stored.lists(count // 4),
                    "create": stored.creates(count // 4)}
        reads = [bare_request(f"/r?{(turn * count + n) * 7919 % STORED}") for n in range(count)]
        bare_lists = [bare_request(f"/l?{(turn * count + n) * 7919 % (STORED - PAGE)}") for n in range(count // 4)]
        writes = [bare_request(f"/w?{STORED + turn * count + n}") for n in range(count // 4)]
        samples["bare_read"] += load.run(reads, port=BARE_PORT)[0]
        samples["describe"] += load.run(requests["describe"])[0]
        samples["bare_list"] += load.run(bare_lists, port=BARE_PORT)[0]
        samples["list"] += load.run(requests["list"])[0]
        samples["bare_write"] += load.run(writes, port=BARE_PORT)[0]
        samples["create"] += load.run(requests["create"])[0]
    return samples


def p99(values):
    return sorted(values)[int(len(values) * 0.99)]


def remove_devices(gateway):
    """Takes the tunnels' devices away in one go: ended one by one with vpngw-espd they would take minutes."""
    for program in ("vpngw", "vpngw-agent"):
        for pid in gateway.pids(program):
            os.kill(pid, signal.SIGSTOP)
    for namespace in gateway.vpc_namespaces():
        lines = gateway.in_vpc("cat /proc/net/dev", namespace).splitlines()
        names = [name for name in (line.split(":")[0].strip() for line in lines) if name.startswith("vco")]
        batch = "".join(f"link set {name} group {GROUP}\n" for name in names) + f"link del group {GROUP}\n"
        subprocess.run(["nsenter", f"--net=/run/netns/{namespace}", "ip", "-batch", "-"], input=batch.encode(),
                       stdout=subprocess.DEVNULL, check=True)


def run(world, build, quick):
    gateway = Gateway(world, build, PORT)
    load = Load(gateway, build)
    on_disk = gateway.state_dir
    # the requests whose processor time is measured need not wait for the disk: the cage's /run is memory
    gateway.state_dir = pathlib.Path("/run/bench-state")
    gateway.write_config()
    stored, growth = fill(gateway, load, quick)
    subprocess.run(["cp", "-a", gateway.state_dir, on_disk], check=True)
    gateway.state_dir = on_disk
    gateway.write_config()
    gateway.start(60)
    settle(gateway, stored, 5 if quick else 600)
    with bare(gateway, build):
        samples = interleave(stored, 8 if quick else 40, 60 if quick else 100)
    say(f"median, ms: {({name: sorted(values)[len(values) // 2] for name, values in samples.items()})}")
    for name, peer in (("describe", "bare_read"), ("list", "bare_list"), ("create", "bare_write")):
        say(f"p99 of {name} is {p99(samples[name]) / p99(samples[peer]):.1f} times that of {peer}, "
            f"{p99(samples[peer]):.3f} ms")
    requests = stored.describes(1000 if quick else 5000)
    _, _, seconds = load.run(requests, 16)
    remove_devices(gateway)
    result = {f"{name}_p99_ms": round(p99(values), 3) for name, values in samples.items() if name != "bare_list"}
    return result | {"growth_100_to_10000": round(growth, 2), "requests_per_s": round(len(requests) / seconds)}


def measure(build, quick):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vpngw-bench-", dir="/var/tmp"))  # a disk, unlike the cage's /run
    folder.chmod(0o755)
    try:
        return run(World(folder / "lab"), build, quick)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
