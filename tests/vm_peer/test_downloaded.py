# SPDX-License-Identifier: Apache-2.0
"""strongSwan with an XFRM interface, and libreswan, configured with the downloaded file: its commands are run as
they stand there. The tunnel comes up with the first packet, of either side, and pings pass both ways."""
import pytest
from conftest import ADDRESS, LAN

from lab.job import PSK
from lab.until import until

CHARON = """charon-systemd {
  load = random nonce aes sha1 sha2 md5 hmac kdf gmp openssl kernel-netlink socket-default vici
  install_routes = no
  plugins { vici { socket = unix:///run/charon.vici } }
}
"""


class Connection:
    """A connection to the machine; the gateway waits for traffic, so the peer's file alone must do."""

    def __init__(self, site, version, group, ike=None, **parameters):
        self.site, self.api = site, site.gateway.api
        self.customer = self.api.CreateCustomerGateway(IpAddress=ADDRESS)["CustomerGatewayId"]
        self.id = self.api.CreateVpnConnection(**{
            "VpnGatewayId": site.vpc.vpn_gateway_id, "CustomerGatewayId": self.customer, "EffectImmediately": False,
            "LocalSubnet": "0.0.0.0/0", "RemoteSubnet": "0.0.0.0/0",
            "IkeConfig": {"Psk": PSK, "IkeVersion": version, "IkePfs": group, "IkeAuthAlg": "sha256",
                          "RemoteId": "branch.example"} | (ike or {}),
            "IpsecConfig": {"IpsecPfs": group, "IpsecAuthAlg": "sha1", "IpsecEncAlg": "aes256"}} | parameters)[
            "VpnConnectionId"]
        self.route = {"VpnGatewayId": site.vpc.vpn_gateway_id, "NextHop": self.id, "RouteDest": "192.168.200.0/24",
                      "Weight": 100}
        self.api.CreateVpnRouteEntry(**self.route, PublishVpc=True)
        site.gateway.wait_state(self.id)

    def download(self, config_format):
        return self.site.gateway.vpngw("connection", "config", "--config", self.site.gateway.config, self.id,
                                       "--format", config_format)

    def check(self):
        """The machine's first packet makes the tunnel."""
        until(lambda: self.site.run(f"ping -n -c 1 -W 2 -I {LAN} 10.0.0.10") or True, "the peer's ping is answered", 30)
        self.site.gateway.wait_status(self.id)
        self.site.world.vpc_host.run(f"ping -n -q -c 3 -i 0.2 -W 5 {LAN}")

    def delete(self):
        self.api.DeleteVpnRouteEntry(**self.route)
        self.api.DeleteVpnConnection(VpnConnectionId=self.id)
        until(lambda: not self.api.DescribeVpnConnections(VpnConnectionId=self.id)["TotalCount"], "it is gone", 10)
        self.api.DeleteCustomerGateway(CustomerGatewayId=self.customer)


def commands(text, *programs):
    """The commands in the file's comments, in their order."""
    return [line[4:] for line in text.splitlines() if line.startswith("#   ") and line[4:].split()[0] in programs]


@pytest.fixture(name="connect")
def _connect(site):
    made = []

    def connect(*arguments, **options):
        made.append(Connection(site, *arguments, **options))
        return made[-1]

    yield connect
    for connection in made:
        connection.delete()


@pytest.fixture(name="charon")
def _charon(site):
    """Debian's charon in the machine, with nothing loaded."""
    path = site.put("strongswan.conf", CHARON)
    site.run(f"STRONGSWAN_CONF={path} setsid /usr/sbin/charon-systemd > /run/charon.log 2>&1 < /dev/null &"
             " echo $! > /run/charon.pid; i=0; until swanctl --stats --uri unix:///run/charon.vici >/dev/null 2>&1;"
             " do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.2; done")
    yield
    site.run("kill $(cat /run/charon.pid); while kill -0 $(cat /run/charon.pid) 2>/dev/null; do sleep 0.1; done;"
             "ip xfrm state flush; ip xfrm policy flush; for i in $(ls /sys/class/net | grep ^vco);"
             " do ip link del $i; done")


@pytest.mark.parametrize("version", ["ikev2", "ikev1"])
def test_strongswan_with_an_xfrm_interface(site, charon, connect, version):
    made = connect(version, "group14")
    text = made.download("swanctl-route")
    path = site.put(f"{version}.conf", text)
    for command in commands(text, "ip"):
        site.run(command)
    assert commands(text, "swanctl") == ["swanctl --load-all"]
    site.run(f"swanctl --load-all --noprompt --file {path} --uri unix:///run/charon.vici")
    made.check()


@pytest.fixture(name="start_pluto")
def _start_pluto(site, libreswan):
    """Called when its files are there: systemd, which would start it, does not run in the machine."""
    site.run(f"cp -a {libreswan}/usr {libreswan}/etc /; ldconfig; mkdir -p /run/pluto /var/lib/ipsec/nss;"
             "ipsec initnss >/dev/null 2>&1")
    yield lambda: site.run(
        "/usr/libexec/ipsec/pluto --config /etc/ipsec.conf --logfile /run/pluto.log; i=0;"
        "until ipsec whack --status >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.2; done;"
        "ipsec addconn --autoall")
    print(site.run("tail -n 60 /run/pluto.log", check=False))
    site.run("ipsec whack --shutdown; while pgrep -x pluto >/dev/null; do sleep 0.1; done; rm -f /etc/ipsec.d/vco-*;"
             "ip xfrm state flush; ip xfrm policy flush; for i in $(ls /sys/class/net | grep ^ipsec);"
             " do ip link del $i; done")


@pytest.mark.parametrize("version, group, flows", [("ikev2", "group14", False), ("ikev2", "group5", True),
                                                   ("ikev1", "group14", True), ("ikev1", "group5", False)])
def test_libreswan(site, start_pluto, connect, version, group, flows):
    made = connect(version, group, **({"LocalSubnet": "10.0.0.0/24", "RemoteSubnet": f"{LAN}/32"} if flows else {}))
    text = made.download("libreswan")
    if version == "ikev2":
        start_pluto()
    site.run(f"cp {site.put('conn', text)} /etc/ipsec.d/{made.id}.conf;"
             f"cp {site.put('secrets', made.download('libreswan-secrets'))} /etc/ipsec.d/{made.id}.secrets")
    for command in commands(text, "ipsec", "ip", "systemctl"):
        if command.startswith("systemctl"):
            start_pluto()
        else:
            site.run(command)
    made.check()
