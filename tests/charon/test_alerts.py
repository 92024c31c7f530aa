# SPDX-License-Identifier: Apache-2.0
"""Why it did not come up: told to the agent with both sides' values, in every mode and either role."""
import time

import pytest
from agent import Agent
from lab.until import until
from side import PSK

MODES = [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")]
ROLES = ["ours", "theirs"]
every_mode = pytest.mark.parametrize("version,mode", MODES)
every_role = pytest.mark.parametrize("initiator", ROLES)


@pytest.fixture(name="pair")
def _pair(world):
    world.ours.start()
    world.theirs.start()
    yield world
    for alert in world.ours.agent.read():
        print(alert)
        assert PSK[:8] not in alert.local.encode() + alert.remote.encode() and b"wrong" not in alert.remote.encode()


def fail(pair, initiator, ours, theirs):
    pair.ours.load(**ours)
    pair.theirs.load(**theirs)
    getattr(pair, initiator).fails_to_initiate()
    return pair.ours.agent


def only(agent, reason):
    """The alert of this reason; everything else that was told agrees with it."""
    alert = agent.wait(reason)
    assert {other.reason for other in agent.read(0.1)} == {reason}, agent.alerts
    assert (alert.local_address, alert.remote_address) == ("10.0.0.1", "10.0.0.2")
    return alert


@every_mode
@every_role
def test_wrong_key(pair, version, mode, initiator):
    basis = {"version": version, "mode": mode}
    alert = only(fail(pair, initiator, basis, basis | {"psk": b"wrong"}), "psk")
    assert "10.0.0.1...10.0.0.2" in alert.local


@every_mode
@every_role
def test_ike_proposals(pair, version, mode, initiator):
    basis = {"version": version, "mode": mode}
    agent = fail(pair, initiator, basis | {"ike": "aes128-sha1-modp1024"}, basis | {"ike": "aes256-sha256-modp1024"})
    alert = only(agent, "ike proposal")
    assert "AES_CBC_128/HMAC_SHA1_96" in alert.local
    if initiator == "theirs":
        assert "AES_CBC_256/HMAC_SHA2_256_128" in alert.remote
    else:
        assert alert.remote == "NO_PROPOSAL_CHOSEN"


@every_mode
@every_role
def test_child_proposals(pair, version, mode, initiator):
    basis = {"version": version, "mode": mode}
    alert = only(fail(pair, initiator, basis | {"esp": "aes128-sha1"}, basis | {"esp": "aes256-sha256"}), "child proposal")
    assert alert.connection == "c"
    assert "ESP:AES_CBC_128/HMAC_SHA1_96" in alert.local
    if initiator == "theirs":
        assert "AES_CBC_256/HMAC_SHA2_256_128" in alert.remote
    else:
        assert alert.remote == "NO_PROPOSAL_CHOSEN"


@every_mode
@every_role
def test_selectors(pair, version, mode, initiator):
    basis = {"version": version, "mode": mode}
    ours = basis | {"local_ts": "10.1.0.0/16", "remote_ts": "10.2.0.0/16"}
    theirs = basis | {"local_ts": "10.77.0.0/16", "remote_ts": "10.88.0.0/16"}
    alert = only(fail(pair, initiator, ours, theirs), "selector")
    assert "10.1.0.0/16" in alert.local and "10.2.0.0/16" in alert.local
    if initiator == "theirs":
        assert "10.77.0.0/16" in alert.remote and "10.88.0.0/16" in alert.remote
    else:
        assert alert.remote in ("TS_UNACCEPTABLE", "INVALID_ID_INFORMATION")


@every_mode
@every_role
def test_identity_of_the_peer(pair, version, mode, initiator):
    """They call themselves other than we expect; the key fits."""
    basis = {"version": version, "mode": mode}
    pair.ours.load(**basis, remote_id="expected.example")
    pair.theirs.load(**basis, local_id="real.example")
    for side in (pair.ours, pair.theirs):
        with side.vici() as vici:
            vici.call("load-shared", {"id": "all", "type": "IKE", "data": PSK, "owners": []})
    getattr(pair, initiator).fails_to_initiate()
    reason = "identity"
    if version == "ikev2" and initiator == "ours":
        reason = "psk"  # we ask for expected.example, they have none and say AUTHENTICATION_FAILED, no more
    alert = only(pair.ours.agent, reason)
    if reason == "identity":
        assert "expected.example" in alert.local and "real.example" in alert.remote


def test_nobody_configured(pair):
    pair.theirs.load()
    pair.theirs.fails_to_initiate()
    alert = only(pair.ours.agent, "no connection")
    assert (alert.connection, alert.remote) == ("", "IKEv2")


@every_mode
def test_silent_peer(world, version, mode):
    world.ours.start()
    world.ours.load(version=version, mode=mode)
    world.ours.fails_to_initiate(6000)
    assert only(world.ours.agent, "peer silent").connection == "c"


@every_mode
def test_dead_peer(pair, version, mode):
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode, dpd_delay="1", dpd_timeout="3")
    pair.ours.initiate()
    pair.theirs.charon.kill()
    assert pair.ours.agent.wait("dpd timeout", 15).connection == "c"


def test_alerts_wait_for_an_agent(world):
    world.ours.start(agent=False)
    world.theirs.start()
    world.theirs.load()
    world.theirs.fails_to_initiate()
    world.ours.load()
    world.theirs.load(psk=b"wrong")
    world.theirs.fails_to_initiate()
    world.ours.agent = Agent(world.ours.folder / "agent")
    world.ours.agent.wait("psk")
    assert [alert.reason for alert in world.ours.agent.alerts] == ["no connection", "psk"]


def test_repetitions_are_told_once(pair):
    pair.theirs.load()
    for _ in range(5):
        pair.theirs.fails_to_initiate()
    pair.ours.agent.wait("no connection")
    assert len(pair.ours.agent.read(0.2)) == 1
    time.sleep(2.1)  # what is measured is time itself
    pair.theirs.fails_to_initiate()
    until(lambda: len(pair.ours.agent.read()) == 2, "and again later")


def test_a_new_agent_replaces_the_old(pair):
    old, pair.ours.agent = pair.ours.agent, Agent(pair.ours.folder / "agent")
    until(lambda: old.socket.recv(1) == b"", "the old connection is closed")
    pair.theirs.load()
    pair.theirs.fails_to_initiate()
    pair.ours.agent.wait("no connection")


def test_a_message_that_is_none_closes(pair):
    pair.ours.agent.socket.send(b"\x63\0\0\0nonsense")
    until(lambda: pair.ours.agent.socket.recv(1) == b"", "closed")
    pair.ours.agent = Agent(pair.ours.folder / "agent")
