# SPDX-License-Identifier: Apache-2.0
"""The plug-in and the real espd against Debian's strongSwan: packets cross, also after a crash."""
import contextlib
import time

import pytest
from lab.until import until
from plane import Plane, unanswered

MODES = [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")]
every_mode = pytest.mark.parametrize("version,mode", MODES)


@pytest.fixture(name="pair")
def _pair(world):
    world.b.address("lo", "172.31.2.1/32")
    plane = Plane(world.ours, "172.31.1.1", "172.31.2.1")
    with contextlib.closing(plane):
        world.plane = plane
        world.ours.start(espd=False)
        world.theirs.start()
        yield world
        world.ours.charon.stop()


@every_mode
@pytest.mark.parametrize("initiator", ["ours", "theirs"])
def test_packets_cross(pair, version, mode, initiator):
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    getattr(pair, initiator).initiate()
    until(pair.ours.children, "up")
    until(pair.theirs.children, "up")
    assert not pair.plane.lost_pings(20)
    child = pair.ours.children()[0]
    assert (child["packets-in"], child["packets-out"]) == ("20", "20")


@every_mode
def test_espd_crashes(pair, version, mode):
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    pair.ours.initiate()
    until(pair.theirs.children, "up")
    pair.plane.ping()
    pair.plane.kill()
    killed = time.monotonic()
    pair.plane.start()
    until(lambda: pair.plane.ping(1), "traffic again", 5)
    print(f"traffic {(time.monotonic() - killed) * 1000:.0f} ms after the kill, start of espd included")
    assert not pair.plane.lost_pings(20)


@every_mode
def test_espd_is_back_before_it_has_its_sockets(pair, version, mode):
    """charon asks for new SAs when its request can leave: one that is lost is repeated only seconds later."""
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    pair.ours.initiate()
    until(pair.theirs.children, "up")
    pair.plane.kill()
    pair.plane.start(give=False)
    until(lambda: pair.ours.log().count("connected to espd") == 2, "charon is connected")
    watched_until = time.monotonic() + 0.3
    while time.monotonic() < watched_until:
        assert pair.plane.agent.global_counters()["drop_ike_out"] == 0
    pair.plane.give()
    given = time.monotonic()
    until(lambda: pair.plane.ping(1), "traffic again", 5)
    print(f"traffic {(time.monotonic() - given) * 1000:.0f} ms after espd had its sockets")
    assert "retransmit" not in pair.ours.log()


@every_mode
def test_rekeying(pair, version, mode):
    """Ten CHILD_SA rekeyings of ours under a 20 ms ping. In IKEv1 the initiator may use the new SA while the
    responder still handles the message that lets it install the same one: at most one packet each time."""
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    pair.ours.initiate()
    until(pair.theirs.children, "up")
    ping = pair.a.start("ping", "ping -n -c 300 -i 0.02 -w 30 172.31.2.1")
    for _ in range(10):
        before = {child["spi-in"] for child in pair.ours.children()}
        with pair.ours.vici() as vici:
            vici.call("rekey", {"child": "c"})
        until(lambda: {child["spi-in"] for child in pair.ours.children()} - before, "a new CHILD_SA")
    ping.process.wait(40)
    lost = unanswered(ping.text(), 300)
    assert len(lost) <= (0 if version == "ikev2" else 10), f"{lost} lost"


@every_mode
def test_native_esp_without_nat_traversal(world, version, mode):
    with contextlib.ExitStack() as stack:
        other = world.second()
        planes = [stack.enter_context(contextlib.closing(Plane(world.ours, "172.31.1.1", "172.31.2.1"))),
                  stack.enter_context(contextlib.closing(Plane(other, "172.31.2.1", "172.31.1.1")))]
        for side in (world.ours, other):
            side.start(espd=False)
            stack.callback(side.charon.stop)
        world.ours.agent.peer("10.0.0.2", 0)
        world.ours.agent.done()
        world.ours.load(version=version, mode=mode, esp="aes128-sha1-modp1024-esn" if version == "ikev2" else "aes128-sha1")
        other.load(version=version, mode=mode, encap="yes", esp="aes128-sha1-modp1024-esn" if version == "ikev2" else "aes128-sha1")
        world.ours.initiate()
        until(other.children, "up")
        with world.capture() as capture:
            assert not planes[0].lost_pings(20)
            until(lambda: capture.kinds["esp"] >= 40, "ESP as protocol 50 both ways")
        assert not capture.kinds["esp-udp"] and not capture.kinds["plain"]
