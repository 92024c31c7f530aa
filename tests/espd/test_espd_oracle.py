# SPDX-License-Identifier: Apache-2.0
"""scapy's ESP as the other end of every suite, both directions, encapsulated and native.

What espd writes scapy must open, byte for byte; what scapy writes must come out of the tunnel
device.
"""
import os

import pytest
from espd_client import SUITES


@pytest.mark.parametrize("esn", [False, True], ids=["", "esn"])
@pytest.mark.parametrize("encapsulated", [True, False], ids=["natt", "native"])
@pytest.mark.parametrize("suite", SUITES)
def test_scapy_agrees(shared_oracle, suite, encapsulated, esn):
    oracle = shared_oracle
    sealer, opener = oracle.add(suite, encapsulated, esn)
    for number, size in enumerate((0, 1, 13, 100, 1200), 1):
        payload = os.urandom(size)
        oracle.send(sealer.seal(oracle.inner_packet(payload), number), encapsulated)
        assert oracle.inner.recvfrom(65536) == (payload, (oracle.a.peer_inner, 4001))
        oracle.inner.sendto(payload, (oracle.a.peer_inner, 4001))
        sequence, next_header, inner = opener.open(oracle.receive(encapsulated))
        assert (sequence, next_header) == (number, 4)
        assert inner[28:] == payload and inner[0] == 0x45 and len(inner) == 28 + size
    oracle.a.charon.flush_sas()
