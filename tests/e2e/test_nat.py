# SPDX-License-Identifier: Apache-2.0
"""NAT traversal: a data centre behind a NAT box, a mapping that changes, and NAT traversal off.

     vpc-host --- gateway --- internet --- dcN-nat (masquerade) --- dcN --- dcN-host
"""
import hashlib
import socket
import struct

import pytest

from lab.api import VPNGW
from lab.until import until

NAT_D_NOTIFIES = {16388, 16389}  # RFC 7296, 3.10.1
NAT_D_PAYLOADS = {20, 130}  # RFC 3947 and its drafts
VENDOR_ID, NOTIFY = {13, 43}, 41
# MD5 of "RFC 3947" and of the drafts' names (RFC 3947, 3.1)
NAT_T_VENDORS = {"4a131c81070358455c5728f20e95452f", "90cb80913ebb696e086381b5ec427b1f",
                 "cd60464335df21f87cfdb2fc68b6a448", "4485152d18b6bbcd0be8a8469579ddcc"}


def payloads(message):
    """(type, body) of each payload of an unencrypted IKE message."""
    kind, at = message[16], 28
    while kind and at + 4 <= len(message) and kind != 46:
        size = struct.unpack_from(">H", message, at + 2)[0]
        if size < 4:
            return
        yield kind, message[at + 4:at + size]
        kind, at = message[at], at + size


def nat_marks(packets, source):
    """What in IKE messages from this address speaks of NAT traversal."""
    marks = set()
    for packet in packets:
        if packet.kind != "ike" or packet.source != source:
            continue
        message = packet.data[8:].removeprefix(b"\0\0\0\0")
        if len(message) < 28 or (message[17] == 0x10 and message[19] & 1):  # IKEv1, encrypted
            continue
        for kind, body in payloads(message):
            if kind == NOTIFY and struct.unpack_from(">H", body, 2)[0] in NAT_D_NOTIFIES:
                marks.add("NAT_DETECTION notify")
            if kind in NAT_D_PAYLOADS and message[17] == 0x10:
                marks.add("NAT-D payload")
            if kind in VENDOR_ID and body.hex() in NAT_T_VENDORS:
                marks.add("NAT-T vendor id")
    return marks


@pytest.mark.parametrize("version, mode", [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")])
def test_a_data_centre_behind_nat(site, version, mode):
    s = site(nat=True, ike={"IkeVersion": version, "IkeMode": mode}).create()
    s.configure_peer()
    s.gateway.wait_state(s.id)
    s.dc.initiate()
    s.wait_up()
    s.check_pings()


def test_a_new_mapping_is_followed(site):
    s = site(nat=True).create()
    s.configure_peer()
    s.gateway.wait_state(s.id)
    s.dc.initiate()
    s.wait_up()
    s.check_pings()
    before = {child["spi-in"] for child in s.dc.children()}
    port = _port_of(s)
    s.dc.nat.run("ip link set wan0 down")  # masquerading forgets its mappings
    s.dc.nat.run("ip link set wan0 up")
    s.dc.nat.route(f"default via {s.dc.internet_ip.rsplit('.', 1)[0]}.{int(s.dc.internet_ip.rsplit('.', 1)[1]) - 1}")
    s.dc.host.run(f"ping -n -q -c 3 -i 0.2 -W 2 {s.vpc.net}.10", check=False)
    until(lambda: _port_of(s) != port, "the NAT box took another port", 5)
    s.check_pings()
    assert {child["spi-in"] for child in s.dc.children()} == before, "the SA was replaced, not moved"


def _port_of(s):
    ports = [struct.unpack_from(">H", packet.data)[0] for packet in s.gateway.world.captures["gateway"].packets()
             if packet.kind == "esp-udp" and packet.source == s.dc.internet_ip]
    return ports[-1]


@pytest.mark.parametrize("version, mode", [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")])
def test_nat_traversal_off_says_nothing_of_nat(lab, site, version, mode):
    """kernel-libipsec at the far end refuses native ESP, so no CHILD_SA follows: the suite vm shows that."""
    marks = {}
    for on in (True, False):
        s = site(ike={"IkeVersion": version, "IkeMode": mode}, EnableNatTraversal=on).create()
        s.configure_peer()
        until(lambda: s.dc.sas() or "established between" in s.dc.log.read_text(), "the IKE_SA is up", 15)
        marks[on] = nat_marks([p for p in lab.capture.packets() if s.dc.internet_ip in (p.source, p.destination)],
                              s.vpc.internet_ip)
        s.delete()
        s.id = None
    assert marks[True], "this test must see what it looks for"
    assert not marks[False]


def tells_true_source(packet):
    """Does an IKE_SA_INIT request name the address and port it comes from (RFC 7296, 2.23)? None: it is none."""
    message = packet.data[8:]
    if packet.kind != "ike" or len(message) < 28 or message[18] != 34 or not message[19] & 8:
        return None
    true = hashlib.sha1(message[:16] + socket.inet_aton(packet.source) + packet.data[:2]).digest()
    for kind, body in payloads(message):
        if kind == NOTIFY and struct.unpack_from(">H", body, 2)[0] == 16388:
            return body[4:] == true
    return None


def test_forced_encapsulation(lab, site):
    """On: charon tells of an address that is not its own, so that the peer takes ESP inside UDP; what is up is made anew."""
    def force(on):
        answer = lab.api.call("ModifyVpnGatewayEncapsulation", VPNGW, VpnGatewayId=lab.vpc.vpn_gateway_id, UdpEncapsulation=on)
        assert answer["UdpEncapsulation"] is on

    def told():
        return [true for packet in lab.capture.packets() if packet.source == s.vpc.internet_ip
                and packet.destination == s.dc.internet_ip and (true := tells_true_source(packet)) is not None]

    s = site().create()
    s.configure_peer()
    s.wait_up()
    assert told() and all(told())
    try:
        force(True)
        until(lambda: not told()[-1], "it is negotiated with forced encapsulation", 20)
        s.wait_up()
        s.check_pings()
    finally:
        force(False)
    until(lambda: told()[-1], "it is negotiated without again", 20)
    s.wait_up()
    s.check_pings()
