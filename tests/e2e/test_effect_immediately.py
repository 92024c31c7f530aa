# SPDX-License-Identifier: Apache-2.0
"""EffectImmediately: yes negotiates at once; no waits for the first IPv4 packet and delivers that one."""


def ike_packets(lab, s):
    return [p for p in lab.capture.packets() if p.kind == "ike" and s.dc.internet_ip in (p.source, p.destination)]


def test_yes_negotiates_without_traffic(lab, site):
    s = site(EffectImmediately=True)
    s.configure_peer()
    s.create()
    s.wait_up()
    assert ike_packets(lab, s)


def test_no_waits_for_traffic_and_delivers_the_first_packet(lab, site):
    waiting = site(EffectImmediately=False)
    waiting.configure_peer()
    waiting.create()
    waiting.gateway.wait_state(waiting.id)
    # Another connection is made and comes up meanwhile: time in which nothing may have been sent.
    other = site(EffectImmediately=True)
    other.configure_peer()
    other.create()
    other.wait_up()
    assert not ike_packets(lab, waiting), "negotiated without traffic"
    assert waiting.gateway.connection(waiting.id)["Status"] == "ike_sa_not_established"
    lab.host.run(f"ping -n -q -c 1 -W 5 {waiting.dc.host_address}")
    waiting.wait_up()
    waiting.check_pings()


def test_no_still_answers_the_peer(site):
    s = site(EffectImmediately=False)
    s.configure_peer()
    s.create()
    s.gateway.wait_state(s.id)
    s.dc.initiate()
    s.wait_up()
    s.check_pings()
