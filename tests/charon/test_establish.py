# SPDX-License-Identifier: Apache-2.0
"""Debian's strongSwan and ours come up in every mode; espd is told the SAs as negotiated."""
import contextlib

import pytest
from lab.until import until
from lab.vici import Refused
from recorder import IN, OUT, dotted

MODES = [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")]
ALL = ("0.0.0.0", "255.255.255.255", 0, 65535, 0)


@pytest.fixture(name="pair")
def _pair(world):
    world.ours.start()
    world.theirs.start()
    return world


def both_sas(side):
    until(lambda: len(side.espd.now(IN)) == 1 and len(side.espd.now(OUT)) == 1 and side.children(), "two SAs are installed")
    return side.espd.now(IN)[0], side.espd.now(OUT)[0]


@pytest.mark.parametrize("version,mode", MODES)
@pytest.mark.parametrize("initiator", ["ours", "theirs"])
def test_comes_up_and_goes(pair, version, mode, initiator):
    for side in (pair.ours, pair.theirs):
        side.load(version=version, mode=mode)
    getattr(pair, initiator).initiate()
    inbound, outbound = both_sas(pair.ours)
    for installed in (inbound, outbound):
        assert installed.sa.if_id == 7
        assert (installed.sa.cipher, installed.sa.cipher_key_size) == (12, 16)
        assert (installed.sa.integrity, installed.sa.integrity_key_size) == (2, 20)
        assert installed.sa.encapsulated == 1  # kernel-libipsec pretends a NAT
        assert (installed.sa.source_port, installed.sa.destination_port) == (4500, 4500)
        assert installed.peer == "10.0.0.2"
        assert installed.sources == installed.destinations == [ALL]
        assert installed.sa.replay_window == 32 and installed.sa.esn == 0
        assert installed.sa.hard_lifetime_s == 3600
        assert any(installed.sa.cipher_key) and any(installed.sa.integrity_key)
    # the last message of quick mode follows our own installation
    assert inbound.sa.hold_ms == 0
    assert outbound.sa.hold_ms == (5000 if version == "ikev1" and initiator == "ours" else 0)
    # charon draws from rekey_time - (rand_time + 1), exclusive, and cuts to whole seconds
    assert 2899 <= inbound.sa.soft_lifetime_s <= 3000
    assert (inbound.source, inbound.destination) == ("10.0.0.2", "10.0.0.1")
    assert (outbound.source, outbound.destination) == ("10.0.0.1", "10.0.0.2")
    theirs = until(pair.theirs.children, "they have it installed")[0]
    assert (theirs["spi-in"], theirs["spi-out"]) == (outbound.spi.hex(), inbound.spi.hex())
    pair.ours.terminate()
    until(lambda: not pair.ours.espd.now(), "the SAs are removed")


@pytest.mark.parametrize("esp,cipher,size,integrity,integrity_size", [
    ("des-md5", 2, 8, 1, 16), ("3des-sha1", 3, 24, 2, 20), ("aes192-sha256", 12, 24, 12, 32),
    ("aes256-sha384", 12, 32, 13, 48), ("aes256-sha512", 12, 32, 14, 64), ("aes128gcm16", 20, 20, 0, 0),
    ("aes256gcm16", 20, 36, 0, 0), ("chacha20poly1305", 28, 36, 0, 0)])
def test_keys(pair, esp, cipher, size, integrity, integrity_size):
    for side in (pair.ours, pair.theirs):
        side.load(esp=esp)
    pair.ours.initiate()
    for installed in both_sas(pair.ours):
        assert (installed.sa.cipher, installed.sa.cipher_key_size) == (cipher, size)
        assert (installed.sa.integrity, installed.sa.integrity_key_size) == (integrity, integrity_size)


def test_selectors(pair):
    pair.b.address("eth0", "10.2.3.1/24")  # kernel-libipsec wants one in its selector
    pair.ours.load(local_ts="10.1.0.0/16", remote_ts="10.2.3.0/24[tcp/443]")
    pair.theirs.load(local_ts="10.2.3.0/24[tcp/443]", remote_ts="10.1.0.0/16")
    pair.ours.initiate()
    inbound, outbound = both_sas(pair.ours)
    assert outbound.sources == inbound.destinations == [("10.1.0.0", "10.1.255.255", 0, 65535, 0)]
    assert outbound.destinations == inbound.sources == [("10.2.3.0", "10.2.3.255", 443, 443, 6)]


def test_counters_reach_vici(pair):
    for side in (pair.ours, pair.theirs):
        side.load()
    pair.ours.initiate()
    inbound, outbound = both_sas(pair.ours)
    pair.ours.espd.traffic = {inbound.key: (11, 1100, 3), outbound.key: (22, 2200, 0)}
    child = pair.ours.children()[0]
    assert (child["packets-in"], child["bytes-in"]) == ("11", "1100")
    assert (child["packets-out"], child["bytes-out"]) == ("22", "2200")
    assert child["use-in"] in ("3", "4")


def test_lifetimes_rekey_and_delete(pair):
    for side in (pair.ours, pair.theirs):
        side.load()
    pair.ours.initiate()
    first, _ = both_sas(pair.ours)
    pair.ours.espd.expire(first, hard=0)
    second = until(lambda: [sa for sa in pair.ours.espd.now(IN) if sa.spi != first.spi], "a new inbound SA")[0]
    until(lambda: len(pair.ours.espd.now()) == 2, "the old ones are removed", 10)
    pair.ours.espd.expire(second, hard=1)
    third = until(lambda: [sa for sa in pair.ours.espd.now(IN) if sa.spi not in (first.spi, second.spi)], "another")[0]
    until(lambda: pair.ours.espd.now(IN) == [third], "only that one is left")


def test_nat_mapping(pair):
    for side in (pair.ours, pair.theirs):
        side.load()
    pair.theirs.initiate()
    inbound, outbound = both_sas(pair.ours)
    keys = {inbound.direction: inbound.key, outbound.direction: outbound.key}
    pair.b.address("eth0", "10.0.0.3/24")
    pair.ours.espd.remap(inbound, "10.0.0.3", 34567)
    until(lambda: len(pair.ours.espd.updated) == 2, "both SAs are updated")
    updates = {update.key.direction: update for update in pair.ours.espd.updated}
    assert {direction: bytes(update.key) for direction, update in updates.items()} == keys
    assert dotted(updates[IN].source) == dotted(updates[OUT].destination) == "10.0.0.3"
    assert (updates[IN].source_port, updates[IN].destination_port) == (34567, 4500)
    assert (updates[OUT].source_port, updates[OUT].destination_port) == (4500, 34567)
    assert updates[IN].encapsulated == updates[OUT].encapsulated == 1
    with pair.ours.vici() as vici, contextlib.suppress(Refused):  # nobody is at the new port
        vici.call("terminate", {"ike": "c", "force": "yes", "timeout": "500"})
    until(lambda: not pair.ours.espd.now(), "the SAs are removed")


def test_without_a_tunnel_number_nothing_is_installed(pair):
    pair.theirs.load()
    pair.ours.load(child={"if_id_in": "0", "if_id_out": "0"})
    pair.ours.fails_to_initiate()
    assert not pair.ours.espd.added


def test_charon_has_no_privilege(pair):
    status = (pair.ours.charon.pid, open(f"/proc/{pair.ours.charon.pid}/status", encoding="ascii").read())[1]
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split() == ["12345"] * 4
    assert {fields[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert fields["NoNewPrivs"] == "1"
