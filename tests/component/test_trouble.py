# SPDX-License-Identifier: Apache-2.0
"""A store that is locked, a disk that is full: ServiceUnavailable, nothing lost, and it recovers by itself."""
import contextlib
import os
import subprocess
import time

import pytest

from gateway import API, Gateway
from wire import Client

# Holds the store's write lock from its first line of output until its input ends.
LOCKER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
store.execute("ROLLBACK")
"""


@contextlib.contextmanager
def lock(gateway):
    with subprocess.Popen(["/usr/bin/python3", "-c", LOCKER, gateway.state / "store.db"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as locker:
        assert locker.stdout.readline() == "locked\n"
        yield
        locker.stdin.close()
        assert locker.wait(10) == 0


def create_vpc(client, name):
    return client.raw("CreateVpc", {"CidrBlock": "10.0.0.0/8", "VpcName": name})


def names(client):
    """Of all VPCs, over all pages."""
    found, number = [], 1
    while True:
        page = client.call("DescribeVpcs", {"PageSize": 50, "PageNumber": number})
        found += [vpc["VpcName"] for vpc in page["Vpcs"]["Vpc"]]
        if len(page["Vpcs"]["Vpc"]) < 50:
            assert page["TotalCount"] == len(found)
            return found
        number += 1


def assert_unavailable(answer):
    assert (answer.status, answer.code) == (503, "ServiceUnavailable")
    assert answer.json["Message"] and answer.json["RequestId"]


def test_locked_store(fresh):
    client = Client(fresh)
    assert create_vpc(client, "before").status == 200
    with lock(fresh):
        assert_unavailable(create_vpc(client, "meanwhile"))
        assert_unavailable(client.raw("CreateVpc", {"CidrBlock": "10.0.0.0/8", "ClientToken": "once"}))
        # reading needs no lock
        assert names(client) == ["before"]
    assert names(client) == ["before"]
    assert create_vpc(client, "after").status == 200
    # the refused call left no token behind
    assert client.raw("CreateVpc", {"CidrBlock": "10.0.0.0/8", "ClientToken": "once"}).status == 200
    assert names(client)[:2] == ["before", "after"]
    client.close()


class SmallDisk(Gateway):
    """Its state lies on a small tmpfs in a mount namespace of its own, which a keeper holds open."""

    SIZE_KIB = 3072

    def start(self, **popen):
        if not self.keeper:
            self.state.mkdir()
            script = (f"mount -t tmpfs -o size={self.SIZE_KIB}k,mode=2770,uid=61101,gid=61101 state {self.state}"
                      " && echo mounted && exec cat")
            self.keeper = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert self.keeper.stdout.readline() == "mounted\n"
        return super().start(**popen)

    keeper = None

    def command(self):
        return [*self.inside(), API, "--config", self.config]

    def inside(self):
        # with its root: ours may not be that of the mount namespace we were started in
        return ["nsenter", "--target", str(self.keeper.pid), "--mount", "--root", "--"]

    def call_inside(self, *command):
        return subprocess.run([*self.inside(), *command], capture_output=True, text=True, check=False)

    def access_key(self):
        lines = self.call_inside("cat", self.state / "first-access-key").stdout.splitlines()
        pairs = dict(line.split("=", 1) for line in lines)
        return pairs["AccessKeyId"], pairs["AccessKeySecret"]

    def fill(self):
        done = self.call_inside("dd", "if=/dev/zero", f"of={self.state}/filler", "bs=1k")
        assert "No space left" in done.stderr

    def make_room(self):
        assert self.call_inside("rm", self.state / "filler").returncode == 0

    def __exit__(self, *error):
        super().__exit__(*error)
        if self.keeper:
            self.keeper.stdin.close()
            self.keeper.wait(10)


def write_until_refused(client, prefix, most=3000):
    """The names that were acknowledged before the first that was not."""
    for number in range(most):
        answer = create_vpc(client, f"{prefix}-{number}")
        if answer.status != 200:
            assert_unavailable(answer)
            return [f"{prefix}-{n}" for n in range(number)]
    raise AssertionError(f"{most} were written to a full disk")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_full_disk():
    with SmallDisk() as gateway:
        client = Client(gateway)
        stored = [f"before-{n}" for n in range(5)]
        for name in stored:
            assert create_vpc(client, name).status == 200
        for round_ in range(3):
            gateway.fill()
            # what the journal still has room for is written; what is refused is not there
            stored += write_until_refused(client, f"full-{round_}")
            for n in range(5):
                assert_unavailable(create_vpc(client, f"refused-{n}"))
            assert names(client) == stored
            gateway.make_room()
            assert create_vpc(client, f"after-{round_}").status == 200
            stored.append(f"after-{round_}")
            assert names(client) == stored
        client.close()
        # what was acknowledged is also there for the next process, also on a disk that fills up again
        gateway.fill()
        gateway.process.kill()
        gateway.process.wait()
        gateway.make_room()
        gateway.start()
        client = Client(gateway)
        deadline = time.monotonic() + 20
        while client.raw("DescribeRegions").status == 400:  # stamped before the start
            assert time.monotonic() < deadline
        assert names(client) == stored
        client.close()
        assert gateway.stop() == 0
        assert "Sanitizer" not in gateway.log_text()
