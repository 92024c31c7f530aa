# SPDX-License-Identifier: Apache-2.0
"""espd absent, refusing, dying and coming back: no SA survives it, new ones come by themselves."""
import errno
import re
import time

import pytest
import recorder
from lab.until import until
from recorder import IN, OUT

MODES = [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")]


@pytest.fixture(name="pair")
def _pair(world):
    world.ours.start()
    world.theirs.start()
    return world


@pytest.mark.parametrize("version,mode", MODES)
@pytest.mark.parametrize("initiator", ["ours", "theirs"])
def test_espd_restarts(pair, version, mode, initiator):
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    getattr(pair, initiator).initiate()
    espd = pair.ours.espd
    until(lambda: len(espd.now()) == 2 and pair.ours.children() and pair.theirs.children(), "up")
    before = {sa.spi for sa in espd.added}
    espd.stop()
    until(lambda: "the connection to espd ended" in pair.ours.log(), "the plug-in noticed")
    started = time.monotonic()
    espd.start()
    until(lambda: len(espd.now(IN)) == 1 and len(espd.now(OUT)) == 1, "new SAs")
    took = time.monotonic() - started
    print(f"new SAs {took * 1000:.0f} ms after espd came back")
    assert took < 1
    assert not before & {sa.spi for sa in espd.now()}, "an old key came back"
    ours = {sa.spi.hex() for sa in espd.now(IN)}
    until(lambda: ours <= {child["spi-out"] for child in pair.theirs.children()}, "the peer sends on the new one")
    # and after the grace nothing is left of the old ones at either end
    until(lambda: len(pair.ours.children()) == 1 and len(pair.theirs.children()) == 1, "no duplicate", 15)
    assert {child["spi-in"] for child in pair.ours.children()} == ours
    assert len(espd.now()) == 2


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_what_cannot_be_rekeyed_is_made_anew(pair, version):
    """The first try after the restart fails; 10 s later the dead CHILD_SA goes. In IKEv1 the agent initiates again."""
    for side in (pair.ours, pair.theirs):
        side.load(version=version)
    pair.ours.initiate()
    espd = pair.ours.espd
    until(lambda: len(espd.now()) == 2 and pair.ours.children() and pair.theirs.children(), "up")
    dead = pair.ours.children()[0]["spi-in"]
    espd.stop()
    espd.refuse[recorder.SA_ADD] = errno.ENOBUFS
    tried = espd.requests[recorder.SA_ADD]
    espd.start()
    until(lambda: espd.requests[recorder.SA_ADD] > tried, "a rekeying was tried")
    espd.refuse.clear()
    until(lambda: dead not in {child["spi-in"] for child in pair.ours.children()}, "the dead one is gone", 13)
    if version == "ikev2":
        until(lambda: len(espd.now()) == 2, "and there is a new one", 2)


def test_charon_starts_without_espd(world):
    world.ours.start(espd=False)
    world.theirs.start()
    for side in (world.ours, world.theirs):
        side.load()
    world.ours.fails_to_initiate(1000)
    world.ours.espd.start()
    until(lambda: world.ours.espd.client, "the plug-in connects", 2)
    world.theirs.initiate()
    until(lambda: len(world.ours.espd.now()) == 2, "up")


@pytest.mark.parametrize("version,mode", MODES)
@pytest.mark.parametrize("orphans", [0, 1])
def test_first_contact_is_claimed_only_without_live_sas(pair, version, mode, orphans):
    """INITIAL_CONTACT makes the peer destroy what espd still sends on, before the new SAs are there."""
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    pair.ours.espd.orphans[7] = orphans
    pair.ours.initiate()
    until(lambda: len(pair.ours.espd.now()) == 2 and pair.theirs.children(), "up")
    # charon never sends it in aggressive mode
    assert bool(re.search("INIT(IAL)?_CONTACT", pair.theirs.log())) == (not orphans and mode == "main")


@pytest.mark.parametrize("request_type", ["SPI_GET", "SA_ADD"])
def test_a_refusal_is_clean(pair, request_type):
    for side in (pair.ours, pair.theirs):
        side.load()
    pair.ours.espd.refuse[getattr(recorder, request_type)] = errno.ENOBUFS
    pair.ours.fails_to_initiate()
    assert not pair.ours.children() and not pair.ours.espd.now()
    pair.ours.espd.refuse.clear()
    pair.ours.initiate()
    until(lambda: len(pair.ours.espd.now()) == 2 and pair.ours.children(), "up")


def test_an_espd_of_another_version_is_not_talked_to(world, monkeypatch):
    monkeypatch.setattr(recorder, "VERSION", 99)
    world.ours.start(espd=False)
    world.ours.espd.start()
    until(lambda: world.ours.espd.requests[recorder.HELLO] >= 3, "it tries again")
    assert "Protocol error" in world.ours.log()
    assert set(world.ours.espd.requests) == {recorder.HELLO}


def test_garbage_from_espd_ends_the_connection(pair):
    hellos = pair.ours.espd.requests[recorder.HELLO]
    pair.ours.espd.event(999, b"nonsense")
    until(lambda: pair.ours.espd.requests[recorder.HELLO] == hellos + 1, "a new connection")
    for side in (pair.ours, pair.theirs):
        side.load()
    pair.ours.initiate()


def test_keepalives_pass(world):
    world.ours.espd.nat_offset = 20000
    world.ours.start(more="keep_alive = 1")
    world.theirs.start()
    for side in (world.ours, world.theirs):
        side.load()
    world.ours.initiate()
    until(lambda: any(payload == b"\xff" for *_, payload in world.ours.espd.sent), "a keepalive", 5)


def test_charon_ends_in_time(pair):
    for side in (pair.ours, pair.theirs):
        side.load()
    pair.ours.initiate()
    until(pair.theirs.children, "up")
    started = time.monotonic()
    assert pair.ours.charon.stop(5), "SIGTERM was not enough"
    assert time.monotonic() - started < 2
    until(lambda: not pair.theirs.sas(), "the peer got the DELETE")
    assert not pair.ours.espd.now(), "espd was told to remove the SAs"
    assert not (pair.ours.folder / "agent").exists()
