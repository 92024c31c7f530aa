# SPDX-License-Identifier: Apache-2.0
"""Each switch between active and standby is recorded once, with its cause, in the log of either connection."""
import contextlib
import os
import signal

import pytest

from lab.api import ApiError
from lab.pair import CAUSES, HOST, Pair
from lab.traffic import Pings
from lab.until import until

INTERVAL = 1
REASONS = {"peer-killed": "HealthCheckFailed", "packets-dropped": "HealthCheckFailed", "host-dead": "HealthCheckFailed",
           "peer-deletes": "PeerDeleted", "peer-restarts": "PeerDeleted"}


@pytest.fixture(name="pair")
def _pair(lab, site):
    made = [site().create(), site().create()]
    for s in made:
        s.configure_peer()
    for s in made:
        s.wait_up()
    pair = Pair(*made, lab.host).create()
    yield pair
    for s in made:
        with contextlib.suppress(ApiError):  # gone already
            pair.delete_route(s)


@pytest.fixture(name="stack")
def _stack():
    with contextlib.ExitStack() as stack:
        yield stack


def wait_switches(pair, count):
    """That many are recorded, and no more of them."""
    until(lambda: len(pair.switches()) >= count, f"{count} switches are recorded", 10)
    events = pair.switches()
    assert len(events) == count, events
    other = Pair(pair.standby, pair.active, pair.host).switches()
    assert [event["Message"] for event in other] == [event["Message"] for event in events]
    return events


def check_away(pair, event, reason):
    assert (event["From"], event["To"], event["Routes"]) == (pair.active.id, pair.standby.id, 1), event
    assert event["Reason"] == reason and event["Destinations"] == "172.31.0.0/24", event


@pytest.mark.parametrize("name", CAUSES)
def test_cause(pair, name, stack):
    pair.check_health(INTERVAL)
    first = pair.device()
    cause = CAUSES[name](pair)
    pings = Pings(pair.host, HOST)
    stack.callback(pings.daemon.kill)
    pings.wait(20)
    cause.cut()
    until(lambda: pair.device() != first, "the standby carries", 10)
    pings.wait()
    cause.mend()
    until(lambda: pair.device() == first, "the active one carries again", 60)
    pings.wait(20)
    pings.stop()
    away, back = wait_switches(pair, 2)
    print(f"{len(pings.lost)} of {pings.sent} lost, {pings.gap_s:.2f} s; recorded {away['PacketsLost']}, "
          f"{away['DetectionMs']} ms: {away['Message']}")
    check_away(pair, away, REASONS[name])
    # what went into the tunnel and was not answered: the lost pings, a few on their way, and the probes
    assert len(pings.lost) - 5 <= away["PacketsLost"] <= len(pings.lost) + 20
    assert (back["From"], back["To"], back["Reason"]) == (pair.standby.id, pair.active.id, "Recovered")
    assert (back["DetectionMs"], back["PacketsLost"]) == (0, 0)
    assert pings.lost == list(range(pings.lost[0], pings.lost[-1] + 1)) if pings.lost else True


def test_by_hand(pair):
    """What an operator does is a cause too; none of it is a loss of the peer's."""
    first = pair.device()
    pair.active.modify(ike={"IkeLifetime": 43200})
    away, back = wait_switches(pair, 2)
    check_away(pair, away, "SettingsChanged")
    assert back["Reason"] == "Recovered"
    pair.delete_route(pair.active)
    until(lambda: pair.device() != first, "the standby carries", 5)
    check_away(pair, wait_switches(pair, 3)[2], "RoutesChanged")
    # a route that was not there before comes from nowhere
    pair.delete_route(pair.standby)
    until(lambda: pair.device() is None, "no route", 5)
    pair.create_routes()
    until(lambda: pair.device() == first, "the routes are back", 5)
    wait_switches(pair, 3)


def test_dpd(lab, pair):
    """Without health checks it is DPD that notices."""
    first = pair.device()
    CAUSES["packets-dropped"](pair).cut()
    until(lambda: pair.device() != first, "the standby carries", 60)
    (away,) = wait_switches(pair, 1)
    check_away(pair, away, "PeerGone")
    CAUSES["packets-dropped"](pair).mend()


def test_while_the_agent_is_away(lab, pair):
    """The new agent sees what has changed; what was told before it does not tell again."""
    first = pair.device()
    (agent,) = lab.gateway.pids("vpngw-agent")
    os.kill(agent, signal.SIGSTOP)
    assert pair.active.dc.charon.stop()
    os.kill(agent, signal.SIGKILL)
    until(lambda: pair.device() != first, "the standby carries", 20)
    (away,) = wait_switches(pair, 1)
    check_away(pair, away, "AgentAway")
    agent = lab.gateway.kill("vpngw-agent")
    until(lambda: lab.gateway.pids("vpngw-agent") not in ([], [agent]), "a new agent", 10)
    CAUSES["peer-restarts"](pair).mend()
    until(lambda: pair.device() == first, "the active one carries again", 60)
    wait_switches(pair, 2)
