# SPDX-License-Identifier: Apache-2.0
"""200 clients at two vpngw-api on one store: reads, writes and nonsense, writers on the same objects.

No answer is a 5xx, no update is lost, what one process acknowledged the other knows, exactly one of two
that exclude each other is done, and the memory stays flat. VPNGW_SOAK_S sets the seconds (300); a run that is
too short to be warm judges no memory.
"""
import contextlib
import itertools
import os
import pathlib
import random
import threading
import time

import pytest

from gateway import Gateway
from wire import Client

SECONDS = float(os.environ.get("VPNGW_SOAK_S", "300"))
CLIENTS = 200
WARM_UP = 0.3  # of the time: until then memory may grow
WARM_S = 60
GROWTH = 1.10
# Freed memory is reused and given back, as without it: what the sanitizer itself collects is not judged.
SANITIZER = ("quarantine_size_mb=1:thread_local_quarantine_size_kb=64:malloc_context_size=1:"
             "allocator_release_to_os_interval_ms=1000")


class Second(Gateway):
    """Another vpngw-api on the store of the first."""

    def __init__(self, first):
        super().__init__()
        self.state, self.key_file = first.state, first.key_file
        self.write_config()


class Load:
    """What all clients share, and what they found wrong."""

    def __init__(self, gateways):
        self.gateways = gateways
        self.end = time.monotonic() + SECONDS
        self.wrong, self.counts, self.lock = [], {}, threading.Lock()
        self.numbers = itertools.count(1)
        self.site = Site(Client(gateways[0]))

    def running(self):
        return time.monotonic() < self.end and not self.wrong

    def count(self, answer):
        with self.lock:
            self.counts[answer.status] = self.counts.get(answer.status, 0) + 1

    def call(self, client, action, parameters, status=200, codes=None):
        """The answer, which must have this status (and one of the codes)."""
        while True:
            answer = client.raw(action, parameters)
            self.count(answer)
            if not answer.code.startswith("Throttling"):
                break
            time.sleep(0.05)
        assert answer.status == status, f"{action} {parameters}: {answer.status} {answer.text[:300]}"
        assert codes is None or answer.code in codes, f"{action}: {answer.text[:300]}"
        return answer.json


class Site:
    """A gateway, and the objects that everybody reads and pairs of writers write."""

    def __init__(self, client):
        vpc = client.call("CreateVpc", {"CidrBlock": "10.0.0.0/8"})["VpcId"]
        self.gateway = client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10})["VpnGatewayId"]
        self.connections = [self.connection(client, n) for n in range(50)]
        client.close()

    def connection(self, client, number):
        peer = client.call("CreateCustomerGateway", {"IpAddress": f"203.0.113.{number + 1}"})["CustomerGatewayId"]
        return client.call("CreateVpnConnection", self.parameters(peer))["VpnConnectionId"]

    def parameters(self, peer):
        return {"VpnGatewayId": self.gateway, "CustomerGatewayId": peer, "LocalSubnet": "0.0.0.0/0",
                "RemoteSubnet": "0.0.0.0/0", "IkeConfig": {"Psk": "0123456789"}}


def write_name(load, clients, connection, number):
    """One of two writers of an object: the name is its own, and stays as written whatever the other does."""
    name = f"name-{number}"
    load.call(clients[0], "ModifyVpnConnectionAttribute", {"VpnConnectionId": connection, "Name": name})
    seen = load.call(clients[1], "DescribeVpnConnection", {"VpnConnectionId": connection})
    assert seen["Name"] == name, "an update was lost"


def write_lifetime(load, clients, connection, number):
    lifetime = 600 + number % 80000
    load.call(clients[1], "ModifyVpnConnectionAttribute",
              {"VpnConnectionId": connection, "IkeConfig": {"IkeLifetime": lifetime}})
    seen = load.call(clients[0], "DescribeVpnConnection", {"VpnConnectionId": connection})
    assert seen["IkeConfig"]["IkeLifetime"] == lifetime, "an update was lost"


def live(load, clients, number):
    """A customer gateway and a connection from creation to deletion, each step through the other process."""
    address = f"198.18.{number // 250 % 250}.{number % 250 + 1}"
    peer = load.call(clients[0], "CreateCustomerGateway", {"IpAddress": address})["CustomerGatewayId"]
    load.call(clients[1], "CreateCustomerGateway", {"IpAddress": address}, 400, ("InvalidIpAddress.AlreadyExist",))
    connection = load.call(clients[1], "CreateVpnConnection", load.site.parameters(peer))["VpnConnectionId"]
    load.call(clients[0], "DeleteCustomerGateway", {"CustomerGatewayId": peer}, 400, None)
    listed = load.call(clients[0], "DescribeVpnConnections", {"CustomerGatewayId": peer})
    assert listed["TotalCount"] == 1 and listed["VpnConnections"]["VpnConnection"][0]["VpnConnectionId"] == connection
    load.call(clients[0], "DeleteVpnConnection", {"VpnConnectionId": connection})
    load.call(clients[1], "DescribeVpnConnection", {"VpnConnectionId": connection}, 404, None)
    load.call(clients[1], "DeleteCustomerGateway", {"CustomerGatewayId": peer})


def read(load, clients, chance):
    client = chance.choice(clients)
    if chance.random() < 0.7:
        connection = chance.choice(load.site.connections)
        assert load.call(client, "DescribeVpnConnection", {"VpnConnectionId": connection})["VpnConnectionId"] == connection
    else:
        page = load.call(client, "DescribeVpnConnections", {"PageSize": 20, "PageNumber": chance.randint(1, 2)})
        assert len(page["VpnConnections"]["VpnConnection"]) == 20 and page["TotalCount"] >= 50


def nonsense(load, clients, chance):
    """Refused with a 4xx, whatever it is."""
    client = chance.choice(clients)
    action, parameters, options = chance.choice((
        ("DescribeVpnConnection", {"VpnConnectionId": "vco-none"}, {}),
        ("DescribeVpnConnection", {}, {}),
        ("CreateCustomerGateway", {"IpAddress": "300.1.1.1"}, {}),
        ("CreateVpnConnection", {"VpnGatewayId": load.site.gateway, "IkeConfig": "{"}, {}),
        ("NoSuchAction", {}, {}),
        ("DescribeVpcs", {"PageSize": 1000}, {}),
        ("DescribeVpcs", {"RegionId": "cn-nowhere"}, {}),
        ("DescribeVpcs", {}, {"version": "2000-01-01"}),
        ("DescribeVpcs", {"VpcName": "x" * 5000}, {"x_acs_date": "2001-01-01T00:00:00Z"})))
    answer = client.raw(action, parameters, **options)
    load.count(answer)
    assert 400 <= answer.status < 500, f"{action} {parameters}: {answer.status} {answer.text[:300]}"


def behave(load, number):
    chance = random.Random(number)
    clients = [Client(gateway) for gateway in load.gateways]
    try:
        while load.running():
            turn = next(load.numbers)
            if number < 20:  # ten pairs of writers
                (write_name if number % 2 else write_lifetime)(load, clients, load.site.connections[number // 2], turn)
            elif number < 40:
                live(load, clients, turn)
            elif number < 60:
                nonsense(load, clients, chance)
            else:
                read(load, clients, chance)
    except Exception as error:  # of any kind: it belongs to the result
        load.wrong.append(f"client {number}: {type(error).__name__}: {error}")
    finally:
        for client in clients:
            client.close()


def memory_kib(gateway):
    status = pathlib.Path(f"/proc/{gateway.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0])


@pytest.fixture
def gateways(monkeypatch):
    monkeypatch.setenv("ASAN_OPTIONS", SANITIZER)
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(Gateway())
        yield first, stack.enter_context(Second(first))


def test_load(gateways):
    load = Load(gateways)
    threads = [threading.Thread(target=behave, args=(load, number)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(max(load.end - SECONDS * (1 - WARM_UP) - time.monotonic(), 0))
    warm = [memory_kib(gateway) for gateway in gateways]
    for thread in threads:
        thread.join()
    last = [memory_kib(gateway) for gateway in gateways]
    print(f"{load.counts} answers, KiB {warm} then {last}")
    assert not load.wrong, "\n".join(load.wrong[:10])
    assert sum(load.counts.values()) > 10 * SECONDS, load.counts
    assert not any(status >= 500 for status in load.counts), load.counts
    for before, after in zip(warm, last):
        assert SECONDS * WARM_UP < WARM_S or after < before * GROWTH, f"resident memory grew from {before} to {after} KiB"
    for gateway in gateways:
        assert gateway.stop() == 0
        assert "Sanitizer" not in gateway.log_text()
