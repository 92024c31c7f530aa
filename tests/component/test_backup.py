# SPDX-License-Identifier: Apache-2.0
"""`vpngw backup` of a running server and `vpngw restore` on an empty machine: same answers."""
import os
import sqlite3
import stat
import subprocess
import threading

import pytest

from gateway import BUILD, Gateway
from wire import VPNGW as OURS, Client

VPNGW = BUILD / "src" / "cli" / "vpngw"
QUESTIONS = (("DescribeVpcs", {}), ("DescribeVpnGateways", {}), ("DescribeCustomerGateways", {}),
             ("DescribeVpnConnections", {}))
HEADER = len("vpngw-backup 1\n") + 65


def vpngw(*arguments):
    return subprocess.run([VPNGW, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def fill(client):
    vpc = client.call("CreateVpc", {"CidrBlock": "10.0.0.0/8", "VpcName": "one"})["VpcId"]
    ours = client.call("CreateVpnGateway", {"VpcId": vpc, "Bandwidth": 10})["VpnGatewayId"]
    theirs = client.call("CreateCustomerGateway", {"IpAddress": "198.51.100.1"})["CustomerGatewayId"]
    client.call("CreateVpnConnection", {"VpnGatewayId": ours, "CustomerGatewayId": theirs, "LocalSubnet": "0.0.0.0/0",
                                        "RemoteSubnet": "0.0.0.0/0", "IkeConfig": {"Psk": "kept-as-it-was"}})


def answers(client):
    seen = {action: client.call(action, parameters) for action, parameters in QUESTIONS}
    seen["ListAccessKeys"] = client.call("ListAccessKeys", version=OURS)
    for answer in seen.values():
        del answer["RequestId"]
    return seen


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    """The file, the key that signed, and the answers when it was made."""
    file = tmp_path_factory.mktemp("backup") / "file"
    with Gateway() as gateway:
        client = Client(gateway)
        fill(client)
        done = vpngw("backup", "--config", gateway.config, file)
        assert done.returncode == 0, done.stderr
        return file, gateway.access_key(), answers(client)


@pytest.fixture
def empty():
    gateway = Gateway()
    yield gateway
    gateway.__exit__(None, None, None)


def test_same_answers(backup, empty):
    file, key, seen = backup
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["file"]
    assert b"kept-as-it-was" not in file.read_bytes()
    done = vpngw("restore", "--config", empty.config, file)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(empty.key_file.stat().st_mode) == 0o600
    empty.start()
    client = Client(empty, key=key)
    assert answers(client) == seen
    psk = seen["DescribeVpnConnections"]["VpnConnections"]["VpnConnection"][0]["IkeConfig"]["Psk"]
    assert psk == "kept-as-it-was"
    assert client.call("CreateVpc", {"VpcName": "two"})
    # a second time there is something that would be lost
    again = vpngw("restore", "--config", empty.config, file)
    assert again.returncode == 1 and "File exists" in again.stderr
    assert Client(empty, key=key).call("DescribeVpcs")["TotalCount"] == 2


def test_consistent_while_written(tmp_path, empty):
    """Every VPC has its number and its guard: a copy that tore a commit apart would not open or not count on."""
    with Gateway() as gateway:
        stop, made = threading.Event(), []

        def write():
            client = Client(gateway)
            while not stop.is_set():
                made.append(client.call("CreateVpc")["VpcId"])

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for i in range(5):
                before = len(made)
                assert vpngw("backup", "--config", gateway.config, tmp_path / f"{i}").returncode == 0
        finally:
            stop.set()
            writer.join()
        key = gateway.access_key()
    assert vpngw("restore", "--config", empty.config, tmp_path / "4").returncode == 0
    empty.start()
    client = Client(empty, key=key)
    count = client.call("DescribeVpcs")["TotalCount"]
    assert before <= count <= len(made)
    assert client.call("CreateVpc")["VpcId"]
    assert client.call("DescribeVpcs")["TotalCount"] == count + 1


def altered(backup, tmp_path, sql):
    """The backup with its database changed."""
    whole, database = backup[0].read_bytes(), tmp_path / "database"
    database.write_bytes(whole[HEADER:])
    opened = sqlite3.connect(database)
    opened.executescript(sql)
    opened.close()
    result = tmp_path / "altered"
    result.write_bytes(whole[:HEADER] + database.read_bytes())
    return result


def refused(empty, file, why):
    done = vpngw("restore", "--config", empty.config, file)
    assert done.returncode == 1 and why in done.stderr, done.stderr
    left = [path.name for path in empty.state.iterdir()] if empty.state.exists() else []
    assert not left and not empty.key_file.exists()


def test_a_newer_schema_is_refused(backup, empty, tmp_path):
    refused(empty, altered(backup, tmp_path, "UPDATE schema SET version = version + 1"), "newer vpngw")


def test_damage_is_refused(backup, empty, tmp_path):
    whole, broken = backup[0].read_bytes(), tmp_path / "broken"
    for content in (b"", b"something else" * 100, whole[:HEADER], whole[:len(whole) // 2], whole[:15] + b"x" * 65 + whole[HEADER:],
                    whole[:HEADER] + b"no database" * 1000):
        broken.write_bytes(content)
        refused(empty, broken, "damaged")


def test_an_interrupted_one_is_begun_again(backup, empty, tmp_path):
    """Neither the copy it was looking at nor what SQLite had beside it is mixed in or stays."""
    (tmp_path / "broken").write_bytes(b"")
    refused(empty, tmp_path / "broken", "damaged")  # has made the folder
    for name in ("store.db.restored", "store.db.restored-wal", "store.db.restored-shm", "store.db.restored-journal"):
        (empty.state / name).write_bytes(b"left behind")
    done = vpngw("restore", "--config", empty.config, backup[0])
    assert done.returncode == 0, done.stderr
    assert [path.name for path in empty.state.iterdir()] == ["store.db"]
    empty.start()
    assert answers(Client(empty, key=backup[1])) == backup[2]


@pytest.mark.parametrize("name", ("store.db-wal", "store.db-shm", "store.db-journal"))
def test_what_another_store_left_is_not_mixed_in(backup, empty, name):
    """A write-ahead log without its database would be played into the restored one."""
    empty.state.mkdir(exist_ok=True)
    (empty.state / name).write_bytes(b"left behind")
    done = vpngw("restore", "--config", empty.config, backup[0])
    assert done.returncode == 1 and name in done.stderr and "File exists" in done.stderr
    assert [path.name for path in empty.state.iterdir()] == [name]
    assert not empty.key_file.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_key_that_is_there_is_kept(backup, empty):
    empty.key_file.write_text("00" * 32)
    empty.key_file.chmod(0o600)
    done = vpngw("restore", "--config", empty.config, backup[0])
    assert done.returncode == 1 and "File exists" in done.stderr
    assert empty.key_file.read_text() == "00" * 32
    assert not list(empty.state.glob("store.db*"))


def test_nothing_is_overwritten(backup):
    with Gateway() as gateway:
        done = vpngw("backup", "--config", gateway.config, backup[0])
        assert done.returncode == 1 and "File exists" in done.stderr
    assert vpngw("backup").returncode == 2
    assert vpngw("restore", "a", "b").returncode == 2
