# SPDX-License-Identifier: Apache-2.0
"""The connection log over the wire, with an agent's entries in the real store: both formats, pages, periods,
and what is refused."""
import time
import xml.etree.ElementTree as ElementTree

import pytest

from test_actions import Site, has, refused
from wire import VPNGW, Client

@pytest.fixture(name="site", scope="module")
def _site(gateway):
    client = Client(gateway, "acs3")
    yield Site(client)
    client.close()


@pytest.fixture(name="connection")
def _connection(site):
    made = site.connect()
    yield made
    site.client.call("DeleteVpnConnection", {"VpnConnectionId": made})


def read(client, connection, **more):
    return client.call("DescribeVpnConnectionLogs", {"VpnConnectionId": connection} | more)


def test_lines(gateway, site, connection):
    assert read(site.client, connection, MinutePeriod=10) | {"RequestId": ""} == {
        "RequestId": "", "Count": 0, "IsCompleted": True, "PageNumber": 1, "PageSize": 10, "Data": {"Logs": []}}
    gateway.keep_log(connection, [(1_700_000_000_000 + second * 1000, "INFO", "", f"line {second}", "") for second in range(120)])
    answer = read(site.client, connection, From=1_700_000_000, MinutePeriod=2, PageSize=50, PageNumber=3)
    has(answer, {"Count": 20, "IsCompleted": True, "PageNumber": 3, "PageSize": 50})
    assert answer["Data"]["Logs"][0] == f"2023-11-14 22:15:00 {connection} [INFO]: line 100"
    assert answer["Data"]["Logs"][-1].endswith("line 119")
    lines = read(site.client, connection, To=1_700_000_059, From=1_700_000_050)["Data"]["Logs"]
    assert [line.rsplit(" ", 1)[1] for line in lines] == [str(second) for second in range(50, 60)]


def test_what_happened_just_now(gateway, site, connection):
    now = int(time.time() * 1000)
    gateway.keep_log(connection, [(now - 61_000, "INFO", "", "before", ""), (now - 1000, "WARN", "", "now", "")])
    assert [line[-3:] for line in read(site.client, connection, MinutePeriod=1)["Data"]["Logs"]] == ["now"]
    assert read(site.client, connection, MinutePeriod=2)["Count"] == 2


def test_xml(gateway, site, connection):
    gateway.keep_log(connection, [(1000, "ERROR", "", "a < b & c", "")])
    answer = site.client.raw("DescribeVpnConnectionLogs", {
        "VpnConnectionId": connection, "From": 0, "To": 9, "Format": "XML"})
    tree = ElementTree.fromstring(answer.text)
    assert [line.text for line in tree.iter("Logs")][-1].endswith("[ERROR]: a < b & c")
    assert tree.findtext("IsCompleted") == "true"


def test_events(gateway, site, connection):
    gateway.keep_log(connection, [(1000, "INFO", "", "a line", ""), (2000, "INFO", "IpsecUp", "up", ""),
                               (3000, "WARN", "IpsecDown", "down", '{"Reason":"PeerGone","UpMs":1000,"PacketsLost":3}')])
    answer = site.client.call("DescribeVpnConnectionEvents", {"VpnConnectionId": connection}, version=VPNGW)
    assert answer["TotalCount"] == 2
    assert answer["Events"]["Event"] == [
        {"Time": 3000, "Type": "IpsecDown", "Level": "WARN", "Source": "vpngw", "Message": "down", "Reason": "PeerGone",
         "UpMs": 1000, "PacketsLost": 3},
        {"Time": 2000, "Type": "IpsecUp", "Level": "INFO", "Source": "vpngw", "Message": "up", "Reason": ""}]
    page = site.client.call("DescribeVpnConnectionEvents", {"VpnConnectionId": connection, "PageSize": 1, "PageNumber": 2},
                            version=VPNGW)
    assert [event["Type"] for event in page["Events"]["Event"]] == ["IpsecUp"]


@pytest.mark.parametrize("period, code, words", [
    ({}, "MissingMinutePeriod", ()),
    ({"From": 1}, "InvalidFrom", ("needs To or MinutePeriod",)),
    ({"To": 1}, "InvalidTo", ("needs From or MinutePeriod",)),
    ({"From": 2, "To": 1}, "InvalidFrom", ("must not be later than To",)),
    ({"From": 1_700_000_000_000, "MinutePeriod": 1}, "InvalidFrom", ("253402300799",)),
    ({"MinutePeriod": 11}, "InvalidMinutePeriod", ("from 1 to 10", "use 10")),
    ({"From": 0, "To": 60, "MinutePeriod": 2}, "InvalidMinutePeriod", ("contradicts",)),
    ({"MinutePeriod": 1, "PageSize": 51}, "InvalidPageSize", ()),
    ({"MinutePeriod": 1, "TunnelId": "tun-1"}, "UnsupportedFeature", ("TunnelId", "one tunnel")),
])
def test_refusals(site, connection, period, code, words):
    refused(site.client, "DescribeVpnConnectionLogs", {"VpnConnectionId": connection} | period, code, words)
