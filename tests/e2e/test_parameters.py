# SPDX-License-Identifier: Apache-2.0
"""Parameters the combinations do not cover, each against strongSwan with pings both ways."""
import pytest

PSK_CHARACTERS = "~`!@#$%^&*()_-+={}[]\\|;:',.<>/?"


def up(s, **peer):
    s.configure_peer(**peer)
    s.create()
    s.wait_up()
    s.check_pings()
    return s.gateway.connection(s.id)


@pytest.mark.parametrize("psk", [PSK_CHARACTERS, PSK_CHARACTERS[::-1], "x" * 100, "a"])
@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_psk_characters(site, psk, version):
    assert up(site(ike={"Psk": psk, "IkeVersion": version}))["IkeConfig"]["Psk"] == psk


def test_generated_psk(site):
    s = site()
    del s.ike["Psk"]
    s.create()
    s.ike["Psk"] = s.gateway.connection(s.id)["IkeConfig"]["Psk"]
    assert len(s.ike["Psk"]) == 16
    s.configure_peer()
    s.wait_up(40)
    s.check_pings()


@pytest.mark.parametrize("version, mode", [("ikev2", "main"), ("ikev1", "aggressive")])
@pytest.mark.parametrize("local, remote", [("vpc.example.com", "dc.example.com"), ("10.9.9.9", "10.8.8.8")])
def test_identities(site, version, mode, local, remote):
    seen = up(site(ike={"IkeVersion": version, "IkeMode": mode, "LocalId": local, "RemoteId": remote}))
    assert (seen["IkeConfig"]["LocalId"], seen["IkeConfig"]["RemoteId"]) == (local, remote)


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_pfs_disabled(site, version):
    s = site(ike={"IkeVersion": version}, ipsec={"IpsecPfs": "disabled"})
    assert up(s)["IpsecConfig"]["IpsecPfs"] == "disabled"
    with s.dc.vici() as vici:
        vici.call("rekey", {"child": "vpc"})
    s.check_pings()


@pytest.mark.parametrize("version, ike, prf, esp", [
    ("ikev2", "aes128gcm", "sha256", "aes128gcm"), ("ikev2", "aes256gcm", "sha1", "aes256gcm"),
    ("ikev2", "chacha20", "sha512", "chacha20"), ("ikev2", "aes256gcm", "sha384", "3des"), ("ikev2", "aes", "md5", "chacha20"),
    ("ikev1", "aes", "sha1", "aes128gcm"), ("ikev1", "3des", "md5", "aes256gcm")])
def test_aead(site, version, ike, prf, esp):
    """The extension's ciphers, in IKE, in ESP and beside the others; also after a rekeying."""
    s = site(ike={"IkeVersion": version, "IkeEncAlg": ike, "IkeAuthAlg": prf}, ipsec={"IpsecEncAlg": esp})
    seen = up(s)
    assert (seen["IkeConfig"]["IkeEncAlg"], seen["IkeConfig"]["IkeAuthAlg"], seen["IpsecConfig"]["IpsecEncAlg"]) == (ike, prf, esp)
    assert ("IpsecAuthAlg" in seen["IpsecConfig"]) == (esp == "3des")
    with s.dc.vici() as vici:
        vici.call("rekey", {"child": "vpc"})
    s.check_pings()


def test_from_cbc_to_aead_and_back(site):
    s = site()
    up(s)
    for ipsec in ({"IpsecEncAlg": "aes128gcm"}, {"IpsecEncAlg": "aes256", "IpsecAuthAlg": "sha256"}):
        s.modify(ipsec=ipsec)
        s.configure_peer()
        s.wait_up(40)
        s.check_pings()


@pytest.mark.parametrize("ike_s, ipsec_s", [(0, 0), (86400, 86400), (1200, 600)])
def test_lifetimes(site, ike_s, ipsec_s):
    s = site(ike={"IkeLifetime": ike_s}, ipsec={"IpsecLifetime": ipsec_s})
    seen = up(s)
    assert seen["IkeConfig"]["IkeLifetime"] == (ike_s or 86400)
    assert seen["IpsecConfig"]["IpsecLifetime"] == (ipsec_s or 86400)


def test_several_connections_of_one_gateway_at_once(site):
    sites = [site(name=f"site-{n}", ike={"Psk": f"psk-{n}"}) for n in range(4)]
    for s in sites:
        s.configure_peer()
        s.create()
    for s in sites:
        s.wait_up()
    for s in sites:
        s.check_pings()
