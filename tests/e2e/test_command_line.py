# SPDX-License-Identifier: Apache-2.0
"""The command line with a gateway that works: it waits for a tunnel and says why there is none, shows the layers,
and switches a connection off, on, and anew.

     vpc-host --- gateway --- internet --- dcN --- dcN-host
"""
import json

import pytest

from lab.job import PSK
from lab.until import until
from lab.vici import Refused


@pytest.fixture(name="office")
def _office(lab, site):
    """A data centre and its connection, made from the shell; vpngw(...) runs a command, stderr in its output."""
    s = site()
    s.customer_gateway_id = s.create_customer_gateway()
    key = lab.gateway.folder / "psk"
    key.write_text(f"{PSK}\n", encoding="ascii")

    def vpngw(noun, *arguments, check=True):
        return lab.gateway.vpngw(noun, "--config", lab.gateway.config, *arguments, check=check)

    def create(*more):
        out = vpngw("connection", "create", "--gateway", lab.vpc.vpn_gateway_id, "--customer-gateway",
                    s.customer_gateway_id, "--name", s.name, "--psk-file", key, "--wait", *more, check=False)
        s.id = next(line.split()[-1] for line in out.splitlines() if line.startswith("VpnConnectionId:"))
        vpngw("route", "create", s.name, s.dc.subnet, "--publish-vpc")
        return out

    s.shell, s.make = vpngw, create
    return s


def children(s):
    """SPIs of the tunnel at the data centre."""
    return {child["spi-in"] for child in s.dc.children()}


def test_waits_until_it_is_up(office):
    office.configure_peer()
    out = office.make("--timeout", "30")
    assert out.splitlines()[-1] == f"{office.id}: active, ipsec_sa_established"
    office.check_pings()
    row = next(line for line in office.shell("status").splitlines() if office.id in line).split()
    assert row[1:5] == [office.name, "active", "up", "up"]


def test_says_why_it_is_not(office):
    office.configure_peer()
    office.ike["Psk"] = "another"
    office.configure_peer()
    out = office.make("--timeout", "8")
    assert "not done within 8 s" in out and "PskMismatch" in out
    assert "PskMismatch" in office.shell("status")
    assert "pre-shared" in office.shell("connection", "logs", office.name)


def test_down_up_and_reset(office):
    office.configure_peer()
    office.make()
    office.wait_up()
    first = children(office)
    office.shell("connection", "reset", office.name, "--yes", "--wait")
    until(lambda: children(office) and not children(office) & first, "another tunnel", 15)
    office.check_pings()

    office.shell("connection", "down", office.name, "--yes", "--wait")
    until(lambda: not office.dc.sas(), "the peer was told", 10)
    assert office.gateway.wait_status(office.id, "ike_sa_not_established")["State"] == "active"
    assert "disabled" in office.shell("status")
    with pytest.raises(Refused):
        office.dc.initiate(5)
    whole = json.loads(office.shell("connection", "detail", office.name, "--output", "json"))
    assert whole["Enabled"] is False
    assert {c["Type"]: c["Reason"] for c in whole["Conditions"]["Condition"]}["Ipsec"] == "Disabled"

    office.shell("connection", "up", office.name, "--wait")
    office.wait_up()
    office.check_pings()
