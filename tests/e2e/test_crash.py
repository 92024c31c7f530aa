# SPDX-License-Identifier: Apache-2.0
"""SIGKILL of each daemon, and of all: what keeps flowing, how soon the rest is back, and no key used twice."""
import collections
import os
import signal
import time

import pytest

from lab.traffic import Pings, first_answer_after
from lab.until import until


@pytest.fixture(name="s")
def _up(site):
    s = site()
    s.configure_peer(dpd_delay="2s")
    s.create()
    s.wait_up()
    s.check_pings()
    return s


def spis(s):
    return {child["spi-in"] for child in s.dc.children()}


def reused(capture, source):
    """(SPI, sequence number) pairs that left the gateway twice: an old key with a restarted counter."""
    seen = collections.Counter((p.spi, p.sequence) for p in capture.packets()
                               if p.kind in ("esp", "esp-udp") and p.source == source)
    return [pair for pair, count in seen.items() if count > 1]


@pytest.mark.parametrize("program", ["vpngw-api", "vpngw-agent"])
def test_control_plane_loses_nothing(s, lab, program):
    before, pings = spis(s), Pings(lab.host, s.dc.host_address)
    pings.wait()
    old = lab.gateway.kill(program)
    until(lambda: [pid for pid in lab.gateway.pids(program) if pid != old], f"{program} is back", 10)
    until(lambda: lab.gateway.connection(s.id)["Status"] == "ipsec_sa_established", "the API answers", 10)
    pings.wait(50)
    pings.stop()
    assert not pings.lost, f"{len(pings.lost)} of {pings.sent} lost"
    assert spis(s) == before


def test_charon_loses_nothing_while_its_sas_live(s, lab):
    before, pings = spis(s), Pings(lab.host, s.dc.host_address)
    pings.wait()
    lab.gateway.kill("charon-systemd")
    until(lambda: spis(s) - before, "new SAs", 30)
    s.wait_up()
    # The peer was not told that the old ones are gone, it has to miss their IKE_SA.
    until(lambda: not spis(s) & before, "the peer gave up the old SAs", 40)
    pings.wait(50)
    pings.stop()
    assert not pings.lost, f"{len(pings.lost)} of {pings.sent} lost, longest gap {pings.gap_s:.2f} s"
    assert not reused(lab.capture, s.vpc.internet_ip)


def test_espd_is_back_within_5_seconds(s, lab):
    lab.gateway.kill("vpngw-espd")
    killed = time.monotonic()
    took = first_answer_after(lab.host, s.dc.host_address, killed, 15)
    assert took <= 5, f"{took:.2f} s"
    s.wait_up()
    assert not reused(lab.capture, s.vpc.internet_ip)


def test_everything_killed_starts_again_as_it_was(s, lab):
    before, old = lab.gateway.connection(s.id), spis(s)
    mine = [pid for pid in lab.gateway.machine.processes()]
    lab.gateway.up.kill()
    for pid in mine:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    until(lambda: not lab.gateway.machine.processes(), "all are gone", 10)
    lab.gateway.start()
    after = lab.gateway.wait_status(s.id, seconds=30)
    assert spis(s) - old, "new SAs"
    assert after == before | {"RequestId": after["RequestId"]}
    s.check_pings()
    assert not reused(lab.capture, s.vpc.internet_ip)
