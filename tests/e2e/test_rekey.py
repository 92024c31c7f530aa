# SPDX-License-Identifier: Apache-2.0
"""Rekeying at lifetimes of 10-20 s under a ping every 10 ms for three minutes.

IKEv1 loses packets between two charons too, so it is measured beside a bare pair in the same run.
"""
import time

import pytest

from lab.traffic import Pings
from lab.until import until

SECONDS = 180
LIFETIMES = {"ike": {"IkeLifetime": 20}, "ipsec": {"IpsecLifetime": 12}}


def run(pings, seconds=SECONDS):
    """Pings for the given time; a rekey test is about time passing."""
    end = time.time() + seconds
    until(lambda: time.time() >= end, "the time is over", seconds + 5, every=0.5)
    pings.stop()
    return len(pings.lost)


def test_ikev2_loses_nothing(lab, site):
    s = site(**LIFETIMES)
    s.configure_peer(rekey_time="15s", over_time="5s", rand_time="2s",
                     child_rekey_time="9s", child_life_time="12s", child_rand_time="1s")
    s.create()
    s.wait_up()
    before = {child["spi-in"] for child in s.dc.children()}
    pings = Pings(lab.host, s.dc.host_address)
    lost = run(pings)
    after = s.dc.children()
    assert lost == 0, f"{lost} of {pings.sent} lost, longest gap {pings.gap_s:.2f} s"
    assert {child["spi-in"] for child in after}.isdisjoint(before), "nothing was rekeyed"
    until(lambda: len(s.dc.children()) == 1 and len(s.dc.sas()) == 1, "one IKE_SA, one CHILD_SA", 5)


def bare_pair(world):
    """Two data centres tied to each other: charon beside charon, with the lifetimes of the other pair."""
    ours, theirs = world.datacentre().start(), world.datacentre().start()
    common = {"version": "ikev1", "ike": "aes128-sha1-modp1024", "esp": "aes128-sha1-modp1024"}
    ours.load(theirs.internet_ip, "bare", reauth_time="18s", over_time="2s", rand_time="2s", rekey_time="0s",
              child_rekey_time="10s", child_life_time="12s", child_rand_time="1s", **common)
    theirs.load(ours.internet_ip, "bare", reauth_time="3600s", rekey_time="0s", child_rekey_time="3600s", **common)
    ours.initiate()
    return ours, theirs


def test_ikev1_loses_no_more_than_bare_charons(lab, site):
    s = site(ike={"IkeVersion": "ikev1", "IkeLifetime": 20}, ipsec={"IpsecLifetime": 12})
    s.configure_peer(reauth_time="3600s", rekey_time="0s", child_rekey_time="3600s")
    s.create()
    s.wait_up()
    ours, theirs = bare_pair(lab.world)
    bare, pings = Pings(ours.host, theirs.host_address), Pings(lab.host, s.dc.host_address)
    lost = run(pings)
    bare_lost = run(bare, 0)
    ours.close()
    theirs.close()
    assert lost <= bare_lost, f"{lost} of {pings.sent} lost, bare charons {bare_lost} of {bare.sent}"


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_a_collision_settles(lab, site, version):
    """Both sides start at once, several times: one IKE_SA and one CHILD_SA remain within 5 s."""
    s = site(ike={"IkeVersion": version})
    s.configure_peer()
    s.create()
    s.wait_up()
    for _ in range(3):
        s.dc.terminate(force=True)  # the gateway comes back at once, and so does the data centre
        s.dc.initiate()
        s.wait_up()
        until(lambda: len(s.dc.children()) == 1 and len(s.dc.sas()) == 1, "one IKE_SA, one CHILD_SA", 15)
        s.check_pings()
