# SPDX-License-Identifier: Apache-2.0
"""Editing one connection does not lose one packet of another.

     vpc-host --- gateway --- internet -+- dcA   its proposals are changed
                                        +- dcB   carries a ping every 10 ms
"""
from lab.traffic import Pings


def test_changing_a_proposal_leaves_the_neighbour_alone(lab, site):
    a, b = site(), site()
    for s in (a, b):
        s.configure_peer()
        s.create()
        s.wait_up()
        s.check_pings()
    spis = {child["spi-in"] for child in b.dc.children()}
    pings = Pings(lab.host, b.dc.host_address)
    pings.wait()
    for encryption, authentication, group in (("aes256", "sha256", "group14"), ("3des", "md5", "group5")):
        a.modify(ike={"IkeEncAlg": encryption, "IkeAuthAlg": authentication, "IkePfs": group},
                 ipsec={"IpsecEncAlg": encryption, "IpsecAuthAlg": authentication, "IpsecPfs": group})
        a.configure_peer()
        lab.gateway.wait_state(a.id)
        a.wait_up(40)
        a.check_pings()
        child = a.dc.children()[0]
        assert child["encr-alg"] == ("3DES_CBC" if encryption == "3des" else "AES_CBC")
    a.delete()
    a.id = None
    pings.wait(20)
    pings.stop()
    assert not pings.lost, f"{len(pings.lost)} of {pings.sent} lost, longest gap {pings.gap_s:.2f} s"
    assert {child["spi-in"] for child in b.dc.children()} == spis
