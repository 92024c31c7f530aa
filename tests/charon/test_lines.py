# SPDX-License-Identifier: Apache-2.0
"""charon's own log of a connection, told to the agent: the control flow, never a secret, nothing of strangers."""
import re
import time

import pytest
from agent import Agent
from lab.until import until
from side import PSK

MODES = [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")]
every_mode = pytest.mark.parametrize("version,mode", MODES)


@pytest.fixture(name="pair")
def _pair(world):
    world.ours.start()
    world.theirs.start()
    yield world
    for line in world.ours.agent.lines:
        octets = line.text.encode()
        # a key in hexadecimal, as charon dumps one from level 3 on, would be a long run of pairs
        assert PSK[:8] not in octets and b"wrong-secret" not in octets and not re.search(rb"(?:[0-9A-F]{2} ?){16}", octets), line


def texts(agent):
    agent.read(0.1)
    return [line.text for line in agent.lines]


@every_mode
@pytest.mark.parametrize("initiator", ["ours", "theirs"])
def test_lines_of_a_connection(pair, version, mode, initiator):
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    getattr(pair, initiator).initiate()
    line = pair.ours.agent.wait_line("IKE_SA c[1] established between 10.0.0.1[10.0.0.1]...10.0.0.2[10.0.0.2]")
    assert (line.connection, line.group, line.lost) == ("c", "IKE", 0)
    assert abs(time.time() - line.time) < 60
    pair.ours.agent.wait_line("CHILD_SA c{1} established")
    assert {line.connection for line in pair.ours.agent.lines} == {"c"}
    assert not any(line.group == "NET" for line in pair.ours.agent.lines), "every datagram has a line"


@every_mode
@pytest.mark.parametrize("initiator", ["ours", "theirs"])
def test_a_wrong_key_is_explained_and_not_shown(pair, version, mode, initiator):
    pair.ours.load(version=version, mode=mode)
    pair.theirs.load(version=version, mode=mode, psk=b"wrong-secret")
    getattr(pair, initiator).fails_to_initiate()
    pair.ours.agent.wait("psk")
    if (version, initiator) == ("ikev2", "theirs"):
        pair.ours.agent.wait_line("tried 1 shared key for '10.0.0.1' - '10.0.0.2', but MAC mismatched")
    elif version == "ikev2":
        pair.ours.agent.wait_line("received AUTHENTICATION_FAILED notify error")
    elif (version, mode, initiator) != ("ikev1", "main", "theirs"):  # there no connection is chosen before the key fits
        assert texts(pair.ours.agent)


def test_dead_peer_detection_is_no_news(pair):
    pair.ours.load(dpd_delay="1")
    pair.theirs.load()  # whose probes would make ours needless
    pair.ours.initiate()
    pair.ours.agent.wait_line("CHILD_SA c{1} established")
    before = len(texts(pair.ours.agent))
    until(lambda: pair.ours.log().count("sending DPD request") >= 2, "two probes", 10)
    assert len(texts(pair.ours.agent)) == before, pair.ours.agent.lines[before:]


def test_strangers_fill_no_log(pair):
    pair.theirs.load()
    for _ in range(3):
        pair.theirs.fails_to_initiate()
    pair.ours.agent.wait("no connection")
    assert not texts(pair.ours.agent)


def test_an_agent_that_does_not_read_loses_lines_and_nothing_else(pair):
    """The queue is full long before charon is done; charon goes on, and the count of what is missing is told."""
    for side in (pair.ours, pair.theirs):
        side.load()
    for _ in range(60):
        pair.ours.initiate()
        pair.ours.terminate()
    agent = pair.ours.agent
    until(lambda: "established" in " ".join(texts(agent)), "the first lines")
    kept = len(agent.lines)
    pair.ours.initiate()
    until(lambda: texts(agent) and any(line.lost for line in agent.lines), "the count of the missing")
    assert kept >= 512 and pair.ours.charon.alive()


def test_lines_wait_for_an_agent(world):
    world.ours.start(agent=False)
    world.theirs.start()
    for side in (world.ours, world.theirs):
        side.load()
    world.ours.initiate()
    world.ours.agent = Agent(world.ours.folder / "agent")
    assert world.ours.agent.wait_line("initiating IKE_SA c[1]").lost == 0
    world.ours.agent.wait_line("CHILD_SA c{1} established")
