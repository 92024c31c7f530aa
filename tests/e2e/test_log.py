# SPDX-License-Identifier: Apache-2.0
"""The connection log through the API says why a tunnel is not up, and what happened, in words a user can act on.

     gateway --- internet --- dcN          the far side is Debian's strongSwan
"""
import re
import time

import pytest

from lab.api import VPNGW, ApiError
from lab.until import until
from lab.vici import Refused

LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (vco-\w+) \[(INFO|WARN|ERROR)\]: (.+)")


def log(s, **period):
    """All lines, read page by page."""
    lines, page = [], 0
    while True:
        page += 1
        answer = s.api.DescribeVpnConnectionLogs(VpnConnectionId=s.id, PageSize=50, PageNumber=page,
                                                 **(period or {"MinutePeriod": 10}))
        assert answer["IsCompleted"] is True and answer["Count"] == len(answer["Data"]["Logs"])
        lines += answer["Data"]["Logs"]
        if answer["Count"] < 50:
            return lines


def wait_line(s, level, *words, seconds=20):
    def found():
        return [line for line in log(s) if f"[{level}]" in line and all(word in line for word in words)]
    return until(found, f"a line [{level}] with {words}", seconds, every=0.2)[0]


def events(s):
    answer = s.api.call("DescribeVpnConnectionEvents", VPNGW, VpnConnectionId=s.id, PageSize=50)
    assert answer["TotalCount"] == len(answer["Events"]["Event"])
    return answer["Events"]["Event"]


def of(s, kind):
    return [event for event in events(s) if event["Type"] == kind]


def fails_to_initiate(dc):
    with pytest.raises(Refused):
        dc.initiate(5)


@pytest.fixture(name="safe")
def _safe(site):
    """What the test leaves behind holds no secret, and every line is a line."""
    made = []

    def make(**options):
        made.append(site(**options))
        return made[-1]

    yield make
    for s in made:
        text = "\n".join(log(s))
        assert "Lab~PSK" not in text and "not-the-one" not in text
        for line in log(s):
            assert LINE.fullmatch(line) and LINE.fullmatch(line)[2] == s.id, line


@pytest.mark.parametrize("version, mode", [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")])
def test_a_wrong_psk(safe, version, mode):
    s = safe(ike={"IkeVersion": version, "IkeMode": mode})
    right = s.ike["Psk"]
    s.ike["Psk"] = "not-the-one"
    s.configure_peer()
    s.ike["Psk"] = right
    s.create()
    wait_line(s, "ERROR", "authentication failed", s.dc.internet_ip, "Set the same Psk on both sides", seconds=60)
    event = of(s, "NegotiationFailed")[-1]
    assert event["Reason"] == "PskMismatch" and event["Level"] == "ERROR" and event["Source"] == "vpngw"
    assert event["Certainty"] in ("certain", "only the peer knows")
    s.configure_peer()
    s.wait_up(40)
    until(lambda: of(s, "IpsecUp"), "it is up in the log", 5)


def test_a_proposal_mismatch_as_initiator(safe):
    s = safe()
    s.ike["IkeEncAlg"] = "aes256"
    s.configure_peer()
    s.ike["IkeEncAlg"] = "aes"
    s.create()
    line = wait_line(s, "ERROR", "phase 1 failed", "refuses our IKE proposal", "NO_PROPOSAL_CHOSEN", "IkeEncAlg")
    assert "AES_CBC_128/HMAC_SHA1_96" in line, "our own value"
    wait_line(s, "WARN", "[IKE] received NO_PROPOSAL_CHOSEN notify error")


def test_a_proposal_mismatch_as_responder_shows_both_values(safe):
    s = safe(EffectImmediately=False)
    s.create()
    s.gateway.wait_state(s.id)
    s.ike["IkeEncAlg"] = "aes256"
    s.configure_peer()
    fails_to_initiate(s.dc)
    line = wait_line(s, "ERROR", "phase 1 failed", "offers no IKE proposal that fits ours")
    assert "AES_CBC_128" in line.split("the peer's:")[0] and "AES_CBC_256" in line.split("the peer's:")[1]
    assert of(s, "NegotiationFailed")[0]["Certainty"] == "certain"


def test_a_phase_2_mismatch(safe):
    s = safe()
    s.ipsec["IpsecEncAlg"] = "aes256"
    s.configure_peer()
    s.ipsec["IpsecEncAlg"] = "aes"
    s.create()
    wait_line(s, "ERROR", "phase 2 failed", "refuses our IPsec proposal", "IpsecEncAlg")


def test_nobody_there(safe):
    s = safe()
    s.dc.charon.kill()
    s.create()
    wait_line(s, "INFO", f"negotiation with {s.dc.internet_ip} starts: attempt 1")
    wait_line(s, "ERROR", "does not answer", "UDP ports 500 and 4500", seconds=200)
    assert of(s, "NegotiationFailed")[0]["Certainty"] == "likely"


def test_a_peer_that_goes_away(safe):
    s = safe()
    s.configure_peer()
    s.create()
    s.wait_up()
    until(lambda: of(s, "IpsecUp"), "it is up in the log", 5)
    assert [len(of(s, kind)) for kind in ("IkeUp", "IpsecUp", "SettingsApplied")] == [1, 1, 1]
    wait_line(s, "INFO", "[IKE] IKE_SA", "established between")
    gone = time.time()
    s.dc.charon.kill()
    wait_line(s, "ERROR", "stopped answering (DPD)", s.dc.internet_ip, seconds=50)
    down = until(lambda: of(s, "IpsecDown"), "it is down in the log", 5)
    assert len(down) == 1 and down[0]["Reason"] == "PeerGone" and down[0]["UpMs"] > 0
    assert len(of(s, "PeerGone")) == 1
    # a period ends where it is told to
    early = log(s, From=int(gone) - 60, To=int(gone) - 1)
    assert not any("DPD" in line for line in early)
    stamps = [LINE.fullmatch(line)[1] for line in log(s)]
    assert stamps == sorted(stamps)


def test_a_flood_of_strangers_fills_no_log(lab, safe):
    s = safe()
    s.configure_peer()
    s.create()
    s.wait_up()
    until(lambda: of(s, "IpsecUp"), "it is up in the log", 5)
    before = log(s)
    stranger = lab.world.datacentre().start()
    try:
        stranger.load(s.vpc.internet_ip, "any-key-at-all")
        for _ in range(5):
            fails_to_initiate(stranger)
    finally:
        stranger.close()
    time.sleep(1.5)  # longer than a line needs to the store: what is measured is that none comes
    assert log(s) == before


def test_the_log_goes_with_the_connection(lab, site):
    s = site()
    s.configure_peer()
    s.create()
    s.wait_up()
    until(lambda: log(s), "lines", 5)
    gone = s.id
    s.delete()
    s.id = None
    with pytest.raises(ApiError) as caught:
        lab.api.DescribeVpnConnectionLogs(VpnConnectionId=gone, MinutePeriod=10)
    assert caught.value.code == "InvalidVpnConnectionInstanceId.NotFound"
