# SPDX-License-Identifier: Apache-2.0
"""State and Status say what charon and the data plane report, never what is hoped for.

     vpc-host --- gateway --- internet --- dcN --- dcN-host
"""
import pytest

from lab.until import until

DOWN = ("ike_sa_not_established", "ipsec_sa_not_established", "ike_sa_established")


def test_up_is_reported_when_packets_pass(site):
    s = site().create()
    assert s.gateway.wait_state(s.id)["Status"] in DOWN, "the peer does not know us yet"
    s.configure_peer()
    s.wait_up()
    s.check_pings()
    assert len(s.dc.children()) == 1


@pytest.mark.parametrize("version, mode", [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")])
def test_wrong_psk_is_never_up_and_heals(site, version, mode):
    s = site(ike={"IkeVersion": version, "IkeMode": mode})
    right = s.ike["Psk"]
    s.ike["Psk"] = "not-the-one"
    s.configure_peer()
    s.ike["Psk"] = right
    s.create()
    until(lambda: any(words in s.dc.log.read_text() for words in
                      ("MAC mismatched", "decryption failed", "HASH_I", "calculated HASH does not match",
                       "parsing failed")) or s.dc.log.read_text().count("parsed ") >= 2,
          "the peer has seen an attempt", 15)
    assert s.gateway.wait_state(s.id)["Status"] == "ike_sa_not_established"
    assert not s.dc.children()
    s.configure_peer()
    s.wait_up(40)
    s.check_pings()


def test_a_phase_2_mismatch_is_not_up(site):
    s = site()
    s.ipsec["IpsecEncAlg"] = "aes256"
    s.configure_peer()
    s.ipsec["IpsecEncAlg"] = "aes"
    s.create()
    until(lambda: "NO_PROP" in s.dc.log.read_text(), "the peer refused the CHILD_SA", 15)
    assert s.gateway.connection(s.id)["Status"] != "ipsec_sa_established"
    s.configure_peer()
    s.wait_up(40)


def test_down_when_the_peer_deletes(site):
    s = site().create()
    s.configure_peer()
    s.wait_up()
    with s.dc.vici() as vici:
        vici.call("unload-conn", {"name": "vpc"})
    s.dc.terminate()
    until(lambda: s.gateway.connection(s.id)["Status"] in DOWN, "Status is not up", 5)
    s.configure_peer()
    s.wait_up(40)


def test_peer_gone(site):
    s = site().create()
    s.configure_peer()
    s.wait_up()
    s.dc.charon.kill()
    until(lambda: s.gateway.connection(s.id)["Status"] in DOWN, "Status is not up", 45)


def test_an_agent_that_was_away_learns_what_happened(site):
    s, other = site().create(), site().create()
    for each in (s, other):
        each.configure_peer()
        each.wait_up()
    children = {child["spi-in"] for child in other.dc.children()}
    with s.dc.vici() as vici:
        vici.call("unload-conn", {"name": "vpc"})
    s.gateway.kill("vpngw-agent")
    s.dc.terminate()
    until(lambda: s.gateway.pids("vpngw-agent"), "the agent is started again", 10)
    until(lambda: s.gateway.connection(s.id)["Status"] in DOWN, "Status is not up", 10)
    assert s.gateway.wait_status(other.id)["State"] == "active"
    assert {child["spi-in"] for child in other.dc.children()} == children, "an SA was replaced for nothing"
