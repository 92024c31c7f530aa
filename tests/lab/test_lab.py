# SPDX-License-Identifier: Apache-2.0
"""The lab itself, without our gateway: two data centres with Debian's strongSwan, tied to each other.

     dc1-host --- dc1 --- internet --- dc2 [- dc2-nat] --- dc2-host

What the end-to-end tests rely on to see a fault must see one here.
"""
import os
import pathlib
import socket
import subprocess
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "e2e")]

from lab import cage  # noqa: E402
from lab.datacentre import proposal  # noqa: E402
from lab.forward import Door  # noqa: E402
from lab.machine import sh  # noqa: E402
from lab.traffic import Pings, transfer  # noqa: E402
from lab.until import TooLate, until  # noqa: E402
from lab.world import World  # noqa: E402
from test_nat import nat_marks  # noqa: E402

MODES = [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")]


@pytest.fixture(scope="session", autouse=True)
def _private():
    cage.private_network()
    sh("ip link set lo up")


@pytest.fixture(name="world")
def _world(tmp_path):
    with World(tmp_path / "lab") as world:
        yield world


def sites(world, nat=False):
    return world.datacentre().start(), world.datacentre(nat=nat).start()


def tie(one, two, version="ikev2", mode="main"):
    suite = proposal("aes256", "sha256", "group14")
    for here, there in ((one, two), (two, one)):
        here.load(there.internet_ip, "a psk", suite, suite, version, mode)
    two.initiate()
    until(one.children, "the responder has the SA too", 5)


@pytest.mark.parametrize("nat", [False, True])
@pytest.mark.parametrize("version, mode", MODES)
def test_two_data_centres_reach_each_other_only_through_esp(world, version, mode, nat):
    one, two = sites(world, nat)
    capture = world.capture("dc1")
    capture.forbid(b"in-the-clear")
    tie(one, two, version, mode)
    one.host.run(f"ping -n -q -c 3 -i 0.05 -p {b'in-the-clear'.hex()} {two.host_address}")
    assert transfer(two.host, one.host, one.host_address, 1 << 20) > 0
    assert capture.esp() > 100 and not capture.kinds["plain"]
    assert capture.forbidden == {b"in-the-clear": 0}
    assert len(one.children()) == 1 and one.sas()[0]["version"] == ("2" if version == "ikev2" else "1")
    assert nat_marks(capture.packets(), two.internet_ip), "a peer with NAT traversal on shows it"


def test_the_capture_sees_what_is_in_the_clear(world):
    one, two = world.datacentre(), world.datacentre()
    capture = world.capture("dc1")
    capture.forbid(b"in-the-clear")
    one.router.run(f"ping -n -q -c 1 -W 2 -p {b'in-the-clear'.hex()} {two.internet_ip}")
    until(lambda: capture.kinds["plain"] == 2 and capture.forbidden[b"in-the-clear"] == 2, "request and answer", 2)


def test_the_nat_box_hides_the_data_centre(world):
    one, two = sites(world, nat=True)
    capture = world.capture("dc2")
    tie(one, two)
    assert {p.source for p in capture.packets()} & {two.address} == set()
    assert two.internet_ip in {p.source for p in capture.packets()}


def test_pings_count_what_is_lost(world):
    one, two = sites(world)
    tie(one, two)
    pings = Pings(one.host, two.host_address)
    pings.wait(10)
    world.internet.run(f"ip route add blackhole {two.internet_ip}")
    sent = len(pings.replies())
    until(lambda: pings.daemon.alive() and "no route" not in pings.daemon.text(), "still pinging", 1)
    with pytest.raises(TooLate):
        pings.wait(1, seconds=0.5)
    world.internet.run(f"ip route del blackhole {two.internet_ip}")
    pings.wait(10)
    pings.stop()
    assert 20 <= len(pings.lost) <= pings.sent - sent
    assert pings.gap_s >= 0.4


def test_pings_lose_nothing_where_nothing_is_lost(world):
    one, two = sites(world)
    tie(one, two)
    pings = Pings(one.host, two.host_address)
    pings.wait(100)
    pings.stop()
    assert pings.lost == [] and pings.sent >= 100 and pings.gap_s < 0.5


def test_a_wrong_psk_does_not_come_up(world):
    one, two = sites(world)
    one.load(two.internet_ip, "one")
    two.load(one.internet_ip, "another")
    with pytest.raises(AssertionError):
        two.initiate(3)
    assert not one.children() and not two.children()


def test_the_door_leads_inside(world):
    inside = world.vpc_host.socket(socket.AF_INET, socket.SOCK_STREAM)
    inside.bind(("127.0.0.1", 8000))
    inside.listen()
    outside = socket.create_server(("127.0.0.1", 0))
    door = Door(outside, world.vpc_host, 8000)
    threading.Thread(target=lambda: inside.accept()[0].sendall(b"hello"), daemon=True).start()
    with socket.create_connection(outside.getsockname(), 5) as client:
        assert client.recv(5) == b"hello"
    door.close()
    inside.close()


def test_closing_leaves_no_process_and_no_namespace(tmp_path):
    with World(tmp_path / "lab") as world:
        one, two = sites(world)
        tie(one, two)
        # one that hides from its parent
        one.router.run("sh -c 'setsid sleep 1000 >/dev/null 2>&1 &'")
        until(lambda: len(one.router.processes()) == 2, "charon and the runaway", 2)
        pids = one.router.processes()
    assert not sh("ip netns list")
    until(lambda: not [pid for pid in pids if os.path.exists(f"/proc/{pid}/exe")], "they are gone", 2)


def test_the_cage_ends_with_its_first_process(tmp_path):
    mark = tmp_path / "pid"
    script = f"setsid sh -c 'sleep 987.654' & echo started > {mark}; sleep 987.655"
    with subprocess.Popen([sys.executable, "-B", "-m", "lab.cage", "sh", "-c", script], cwd=ROOT) as outer:
        until(mark.exists, "the script runs", 5)
        outer.kill()
    until(lambda: "sleep 987.65" not in sh("ps -e -o args="), "everything in it is gone", 5)
