# SPDX-License-Identifier: Apache-2.0
"""A data centre that is configured with the downloaded file and nothing else: swanctl loads it, the tunnel comes
up, packets pass. The XFRM-interface variant and libreswan need a kernel with ESP: tests/vm.

     vpc-host --- gateway --- internet --- dcN --- dcN-host
"""
import pytest

HOSTILE_PSK = r"0x#{};\'~`!@$%^&*()_-+=[]|:,.<>/?\\"


def download(site, config_format, *arguments):
    """What `vpngw connection config ID > file` puts into the file."""
    return site.gateway.vpngw("connection", "config", "--config", site.gateway.config, site.id, "--format",
                              config_format, *arguments)


def load(site, name="vpc.conf"):
    """As the file's first lines say, on the data centre's router."""
    path = site.dc.router.folder / name
    path.write_text(download(site, "swanctl-policy"), encoding="utf-8")
    path.chmod(0o600)
    swanctl(site, "--load-all", "--noprompt", "--file", path)


def swanctl(site, *arguments):
    return site.dc.router.run(["swanctl", *arguments, "--uri", f"unix://{site.dc.socket}"])


@pytest.mark.parametrize("version, mode", [("ikev2", "main"), ("ikev1", "main"), ("ikev1", "aggressive")])
def test_comes_up_as_downloaded(site, version, mode):
    s = site(ike={"IkeVersion": version, "IkeMode": mode})
    s.create()
    load(s)
    s.wait_up()
    s.check_pings()


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_protected_flows_with_everything_else_than_the_defaults(site, version):
    s = site(ike={"IkeVersion": version, "Psk": HOSTILE_PSK, "IkeEncAlg": "3des", "IkeAuthAlg": "sha512",
                  "IkePfs": "group14", "IkeLifetime": 3600, "LocalId": "us@hq.example", "RemoteId": "branch.example"},
             ipsec={"IpsecEncAlg": "aes256", "IpsecAuthAlg": "sha256", "IpsecPfs": "disabled",
                    "IpsecLifetime": 1800}, EnableDpd=False)
    s.parameters |= {"LocalSubnet": "10.0.0.0/24", "RemoteSubnet": s.dc.subnet}
    s.create()
    load(s)
    s.wait_up()
    s.check_pings()


def test_behind_nat(site):
    s = site(nat=True)
    s.create()
    load(s)
    swanctl(s, "--initiate", "--child", s.id)  # kernel-libipsec raises no acquire; the kernel's ESP does
    s.wait_up()
    s.check_pings()


def test_a_group_is_one_file(lab, site):
    """Two connections share an IKE_SA: the file of one has both."""
    first = site(ike={"LocalId": "hq", "RemoteId": "branch"})
    dc = first.dc
    first.parameters |= {"LocalSubnet": "10.0.0.0/28", "RemoteSubnet": f"{dc.lan}.0/28"}
    dc.router.address("lan0", f"{dc.lan}.17/24")  # kernel-libipsec routes only what has an own address in it
    first.create()
    second = lab.api.CreateVpnConnection(
        VpnGatewayId=lab.vpc.vpn_gateway_id, CustomerGatewayId=first.customer_gateway_id, Name="second",
        IkeConfig=first.ike, IpsecConfig=first.ipsec, EffectImmediately=True, LocalSubnet="10.0.0.0/28",
        RemoteSubnet=f"{dc.lan}.16/28")["VpnConnectionId"]
    try:
        load(first)
        first.wait_up()
        first.gateway.wait_status(second)
        assert len(dc.children()) == 2 and len(dc.sas()) == 1
    finally:
        lab.api.DeleteVpnConnection(VpnConnectionId=second)
