# SPDX-License-Identifier: Apache-2.0
"""Rekeying at lifetimes of 10-20 s under a ping every 10 ms for three minutes.

IKEv1 loses packets between two charons too, so it is measured beside a bare pair in the same run.
"""
import time

import pytest

from lab.traffic import Pings
from lab.until import until
from lab.wire import opens_ike_sa

SECONDS = 180
SETTLE_S, COLLISIONS, ROUNDS = 5, 3, 20
LIFETIMES = {"ike": {"IkeLifetime": 20}, "ipsec": {"IpsecLifetime": 12}}


class Watch:
    """Looks at a site twice a second: is it said to be up all the time, what was replaced, was anything double for long?"""

    def __init__(self, site):
        self.site, self.alone_at = site, time.monotonic()
        self.longest_double_s = 0
        self.child_spis, self.ike_spis, self.statuses = set(), set(), set()

    def look(self):
        established = [sa for sa in self.site.dc.sas() if sa["state"] == "ESTABLISHED"]
        children = [child for sa in established for child in sa.get("child-sas", {}).values()
                    if child["state"] == "INSTALLED"]
        self.ike_spis |= {sa["initiator-spi"] for sa in established}
        self.child_spis |= {child["spi-in"] for child in children}
        self.statuses.add(self.site.gateway.connection(self.site.id)["Status"])
        now = time.monotonic()
        if len(established) <= 1 and len(children) <= 1:
            self.alone_at = now
        self.longest_double_s = max(self.longest_double_s, now - self.alone_at)

    def check(self, rekeyings, reauthentications):
        assert self.statuses == {"ipsec_sa_established"}
        assert len(self.child_spis) > rekeyings, f"{len(self.child_spis)} CHILD_SAs"
        assert len(self.ike_spis) > reauthentications, f"{len(self.ike_spis)} IKE_SAs"
        assert self.longest_double_s < 10, f"duplicates for {self.longest_double_s:.1f} s"


def run(pings, watch):
    """Pings for the given time; a rekey test is about time passing."""
    end = time.time() + SECONDS
    until(lambda: watch.look() or time.time() >= end, "the time is over", SECONDS + 30, every=0.5)
    pings.stop()
    print(f"{len(pings.lost)} of {pings.sent} lost, longest gap {pings.gap_s:.2f} s, {len(watch.child_spis)} CHILD_SAs, "
          f"{len(watch.ike_spis)} IKE_SAs, longest time with more than one {watch.longest_double_s:.1f} s")
    return len(pings.lost)


def test_ikev2_loses_nothing(lab, site):
    s = site(**LIFETIMES)
    s.configure_peer(rekey_time="15s", over_time="5s", rand_time="2s",
                     child_rekey_time="9s", child_life_time="12s", child_rand_time="1s")
    s.create()
    s.wait_up()
    pings, watch = Pings(lab.host, s.dc.host_address), Watch(s)
    lost = run(pings, watch)
    assert lost == 0, f"{lost} of {pings.sent} lost, longest gap {pings.gap_s:.2f} s"
    watch.check(SECONDS // 15, SECONDS // 25)
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
    bare, pings, watch = Pings(ours.host, theirs.host_address), Pings(lab.host, s.dc.host_address), Watch(s)
    lost = run(pings, watch)
    bare_lost = len(bare.stop().lost)
    print(f"bare charons: {bare_lost} of {bare.sent} lost, longest gap {bare.gap_s:.2f} s")
    ours.close()
    theirs.close()
    assert lost <= bare_lost, f"{lost} of {pings.sent} lost, bare charons {bare_lost} of {bare.sent}"
    watch.check(SECONDS // 15, SECONDS // 25)


def collide(lab, s):
    """The data centre deletes and begins anew in one breath, the gateway comes back at once; did both begin?"""
    began = time.time()
    with s.dc.vici() as vici:
        vici.call("terminate", {"ike": "vpc", "force": "yes", "timeout": "-1"})
        vici.call("initiate", {"child": "vpc", "ike": "vpc", "timeout": "-1"})
    until(lambda: time.time() >= began + SETTLE_S, "it has had its time", SETTLE_S + 5)
    openers = {p.source for p in lab.capture.packets() if p.at > began and opens_ike_sa(p)}
    return {s.vpc.internet_ip, s.dc.internet_ip} <= openers


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_a_collision_settles(lab, site, version):
    """Both sides start at once, until it really happened several times: one IKE_SA and one CHILD_SA remain within 5 s.

    Every round must settle, also one in which the gateway saw the data centre begin and did not begin itself.
    """
    s = site(ike={"IkeVersion": version})
    s.configure_peer()
    s.create()
    s.wait_up()
    collisions = rounds = 0
    while collisions < COLLISIONS and rounds < ROUNDS:
        rounds += 1
        collisions += collide(lab, s)
        assert (len(s.dc.sas()), len(s.dc.children())) == (1, 1)
        assert s.gateway.connection(s.id)["Status"] == "ipsec_sa_established"
        s.check_pings()
    print(f"{collisions} collisions in {rounds} rounds")
    assert collisions == COLLISIONS
