# SPDX-License-Identifier: Apache-2.0
"""NAT traversal off for a peer: no NAT detection on the wire in either version, native ESP.

The other end is a charon with default settings that offers NAT traversal and does not force it, so our
plug-in runs there too; its side of the setting is untouched.
"""
import pytest
from agent import Agent
from lab.until import until

MODES = [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")]
RFC3947 = bytes.fromhex("4a131c8107035845 5c5728f20e95452f")
DRAFT02N = bytes.fromhex("90cb80913ebb696e 086381b5ec427b1f")
VENDOR_IDS = (RFC3947, DRAFT02N)


def payloads(message):
    """(type, body) of the cleartext payloads of an IKE message."""
    kind, at, found = message[16], 28, []
    if message[17] >> 4 == 1 and message[19] & 1:
        return []
    while kind not in (0, 46, 53):
        size = int.from_bytes(message[at + 2:at + 4], "big")
        found.append((kind, message[at + 4:at + size]))
        kind, at = message[at], at + size
    return found


def nat_payloads(capture, source):
    """What a side sent that has to do with NAT detection."""
    found = []
    for packet in capture.packets():
        if packet.kind != "ike" or packet.source != source:
            continue
        message = packet.data[8:]
        message = message[4:] if message[:4] == b"\0\0\0\0" else message
        for kind, body in payloads(message):
            notify = int.from_bytes(body[2:4], "big") if kind == 41 else 0
            if kind in (15, 20, 130) or notify in (16388, 16389) or (kind == 13 and body[:16] in VENDOR_IDS):
                found.append((kind, notify))
    return found


def connect(world, version, mode, initiator):
    """The other side pretends to be behind a NAT, which with NAT traversal makes both encapsulate."""
    world.ours.load(version=version, mode=mode)
    world.other.load(version=version, mode=mode, encap="yes")
    getattr(world, initiator).initiate()
    for side in (world.ours, world.other):
        until(lambda side=side: len(side.espd.now()) == 2, "two SAs")
    return world.ours.espd.now() + world.other.espd.now()


@pytest.mark.parametrize("version,mode", MODES)
@pytest.mark.parametrize("initiator", ["ours", "other"])
def test_off(world, version, mode, initiator):
    world.ours.start()
    world.second().start()
    world.ours.agent.peer("10.0.0.2", 0)
    world.ours.agent.peer("10.9.9.9", 1)
    world.ours.agent.done()
    with world.capture() as capture:
        installed = connect(world, version, mode, initiator)
        until(lambda: len([p for p in capture.packets() if p.kind == "ike"]) >= 4, "the exchange was seen")
    assert not nat_payloads(capture, "10.0.0.1")
    if version == "ikev1" and initiator == "ours":
        assert not nat_payloads(capture, "10.0.0.2"), "a responder answers to what we offer"
    assert not [p for p in capture.packets() if p.kind == "ike" and p.protocol == 17 and p.data[2:4] == (4500).to_bytes(2, "big")]
    for sa in installed:
        assert (sa.sa.encapsulated, sa.sa.source_port, sa.sa.destination_port) == (0, 500, 500)


@pytest.mark.parametrize("version,mode", MODES)
def test_on_is_the_default(world, version, mode):
    world.ours.start()
    world.second().start()
    with world.capture() as capture:
        installed = connect(world, version, mode, "ours")
        until(lambda: len([p for p in capture.packets() if p.kind == "ike"]) >= 4, "the exchange was seen")
    assert nat_payloads(capture, "10.0.0.1")
    for sa in installed:
        assert sa.sa.encapsulated == 1


def test_a_new_agent_takes_back_what_it_does_not_repeat(world):
    world.ours.start()
    world.second().start()
    world.ours.agent.peer("10.0.0.2", 0)
    world.ours.agent.done()
    world.ours.agent.close()
    world.ours.agent = Agent(world.ours.folder / "agent")
    assert {sa.sa.encapsulated for sa in connect(world, "ikev2", "main", "ours")} == {0}, "kept until the agent is done"
    world.ours.agent.done()
    world.ours.terminate()
    until(lambda: not world.ours.espd.now() and not world.other.espd.now(), "all is down")
    assert {sa.sa.encapsulated for sa in connect(world, "ikev2", "main", "ours")} == {1}


def test_a_setting_for_one_local_address(world):
    world.ours.start()
    world.second().start()
    world.ours.agent.peer("10.0.0.2", 0)
    world.ours.agent.peer("10.0.0.2", 1, local="10.0.0.1")
    world.ours.agent.done()
    assert {sa.sa.encapsulated for sa in connect(world, "ikev2", "main", "ours")} == {1}
