# SPDX-License-Identifier: Apache-2.0
"""Dead peer detection: on, a dead peer is found and negotiation runs again within 30-40 s; off, never."""
import time

import pytest

from lab.until import until
from lab.wire import opens_ike_sa


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_a_dead_peer_is_found_and_renegotiated(lab, site, version):
    s = site(ike={"IkeVersion": version})
    s.configure_peer()
    s.create()
    s.wait_up()
    s.dc.charon.kill()
    killed = time.time()
    opened = until(lambda: [p for p in lab.capture.packets() if p.at > killed and opens_ike_sa(p)
                            and p.destination == s.dc.internet_ip], "a new negotiation", 45)
    took = opened[0].at - killed
    assert took <= 40, f"{took:.1f} s"
    until(lambda: lab.gateway.connection(s.id)["Status"] != "ipsec_sa_established", "Status says so", 2)
    s.dc.start()
    s.configure_peer()
    s.wait_up(45)
    s.check_pings()


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_off_sends_no_probe(lab, site, version):
    probed, silent = site(ike={"IkeVersion": version}), site(ike={"IkeVersion": version}, EnableDpd=False)
    for s in (probed, silent):
        s.configure_peer()
        s.create()
        s.wait_up()
        s.dc.charon.kill()
    killed = time.time()
    until(lambda: lab.gateway.connection(probed.id)["Status"] != "ipsec_sa_established", "the other one is found", 45)
    sent = [p for p in lab.capture.packets() if p.at > killed and p.kind == "ike" and p.destination == silent.dc.internet_ip]
    assert not sent, f"{len(sent)} IKE messages without DPD"
    assert lab.gateway.connection(silent.id)["Status"] == "ipsec_sa_established"
