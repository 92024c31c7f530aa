# SPDX-License-Identifier: Apache-2.0
"""Two backends talk to each other: OpenSSL on one side, ipsec-mb on the other, every suite of it, both ways at once."""
import concurrent.futures
import ctypes.util

import pytest
from espd_client import SUITES
from espd_world import World, clean_up
from test_espd_traffic import transfer

BYTES = 4_000_000
DES = ("des", "3des")  # OpenSSL's always


@pytest.fixture(scope="module", name="mixed")
def _mixed(tmp_path_factory):
    if not ctypes.util.find_library("IPSec_MB"):
        pytest.skip("ipsec-mb is not installed, or not made for this processor")
    try:
        world = World(tmp_path_factory.mktemp("mixed"), crypto={"a": "openssl", "b": "ipsec-mb"})
        yield world
        world.close()
    finally:
        clean_up()


def test_each_side_has_its_backend(mixed):
    assert mixed.a.agent.crypto == ("off", 0, 0)
    library, suites, failed = mixed.b.agent.crypto
    assert library and suites == len([suite for suite in SUITES if suite.split("-")[0] not in DES]) and failed == 0


@pytest.mark.parametrize("esn", [False, True], ids=["", "esn"])
@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite.split("-")[0] not in DES])
def test_every_byte_arrives(mixed, suite, esn):
    for side in mixed.sides:
        side.charon.flush_sas()
    before = [side.counters() for side in mixed.sides]
    mixed.connect(suite, esn=esn)
    with concurrent.futures.ThreadPoolExecutor() as both:
        for done in [both.submit(transfer, mixed, source, BYTES) for source in "ab"]:
            done.result()
    for side, was in zip(mixed.sides, before):
        now = side.counters()
        for cause in ("auth", "replay", "malformed", "sequence"):
            assert now[cause] == was[cause], (side.name, cause)
