# SPDX-License-Identifier: Apache-2.0
"""Every combination of the mission's algorithms, created through the API, against Debian's strongSwan.

3 modes x 5 encryptions x 5 authentications x 4 groups = 300, the same triple in both phases, with a
ping each way. Each worker has a lab of its own with one data centre.
"""
import itertools

import pytest

from lab.job import Connection

MODES = (("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive"))
ENCRYPTIONS = ("aes", "aes192", "aes256", "des", "3des")
AUTHENTICATIONS = ("md5", "sha1", "sha256", "sha384", "sha512")
GROUPS = ("group1", "group2", "group5", "group14")
COMBINATIONS = list(itertools.product(MODES, ENCRYPTIONS, AUTHENTICATIONS, GROUPS))
assert len(COMBINATIONS) == 300


@pytest.fixture(scope="module", name="dc")
def _dc(lab):
    return lab.world.datacentre().start()


@pytest.mark.parametrize("mode, encryption, authentication, group", COMBINATIONS, ids=lambda value: str(value[0])
                         + "-" + value[1] if isinstance(value, tuple) else value)
def test_combination(lab, dc, mode, encryption, authentication, group):
    version, exchange = mode
    s = Connection(lab.vpc, dc,
                   ike={"IkeVersion": version, "IkeMode": exchange, "IkeEncAlg": encryption,
                        "IkeAuthAlg": authentication, "IkePfs": group},
                   ipsec={"IpsecEncAlg": encryption, "IpsecAuthAlg": authentication, "IpsecPfs": group})
    s.configure_peer()
    s.create()
    try:
        s.wait_up()
        s.check_pings(count=1)
        sa = dc.sas()[0]
        assert sa["version"] == ("2" if version == "ikev2" else "1")
    finally:
        s.delete()
