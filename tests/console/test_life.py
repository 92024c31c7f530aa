# SPDX-License-Identifier: Apache-2.0
"""The console clicks through the mission against the lab's gateway and a data centre with Debian's strongSwan.

     vpc-host --- gateway (vpngw up; the browser runs here) --- internet --- dc1 --- dc1-host
"""
import json
import os
import shutil
import tempfile

import pytest

from conftest import DIST, FAILURES, ROOT, play
from lab import cage
from lab.gateway import Gateway
from lab.job import Connection, Vpc
from lab.machine import sh
from lab.traffic import Pings
from lab.until import until
from lab.world import World

BUILD = os.environ.get("VPNGW_BUILD", ROOT / "build" / "check")
IKE = {"IkeVersion": "ikev1", "IkeMode": "aggressive", "IkeEncAlg": "aes256", "IkeAuthAlg": "sha256", "IkePfs": "group14",
       "LocalId": "hq.example.com", "RemoteId": "branch.example.com"}
IPSEC = {"IpsecEncAlg": "aes192", "IpsecAuthAlg": "sha512", "IpsecPfs": "group5"}
LOCAL, REMOTE = "10.0.0.0/24", "192.168.10.0/24"
PSK, NEW_PSK = "Cons0le~`!@#$%^&*()_-+={}[]\\|;:',.<>/?", "another-Key-2"


@pytest.fixture(name="world", scope="module")
def _world(built):
    if os.geteuid() != 0:
        pytest.exit("the lab needs root", 1)
    assert (DIST / "index.html").exists(), built.stdout + built.stderr
    cage.private_network()
    sh("ip link set lo up")
    folder = tempfile.mkdtemp(prefix="lab-", dir="/run")
    os.chmod(folder, 0o755)  # the daemons' users must get through
    try:
        with World(folder) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(name="hq")
def _hq(world):
    """The gateway with nothing in it yet."""
    gateway = Gateway(world, BUILD, console_dir=DIST).start()
    try:
        yield gateway
    finally:
        gateway.dump(FAILURES / "life")
        gateway.stop()
    assert not gateway.sanitizer_reports()


def peer(gateway, dc, psk):
    """Configures the data centre by what the API knows of the gateway now."""
    vpc = Vpc(gateway)
    vpc.internet_ip = gateway.api.DescribeVpnGateways()["VpnGateways"]["VpnGateway"][0]["InternetIp"]
    site = Connection(vpc, dc, ike=IKE | {"Psk": psk}, ipsec=IPSEC)
    site.configure_peer(child_local_ts=[REMOTE], child_remote_ts=[LOCAL])


def test_the_whole_life_of_a_connection(world, hq):
    dc = world.datacentre("dc1").start()
    traffic = []

    def begin_traffic():
        peer(hq, dc, PSK)
        traffic.append(Pings(world.vpc_host, dc.host_address, 0.05))

    def change_key():
        peer(hq, dc, NEW_PSK)

    settings = {"local": LOCAL, "remote": REMOTE, "psk": PSK, "newPsk": NEW_PSK, "ike": IKE, "ipsec": IPSEC, "dip": dc.host_address,
                "sip": "10.0.0.10"}
    play("life.mjs", f"http://127.0.0.1:{hq.port}", (hq.key_id, hq.secret), timeout=300,
         prefix=["nsenter", f"--net={world.gateway.path}", "--"], VPNGW_PEER=dc.internet_ip, VPNGW_SETTINGS=json.dumps(settings),
         wishes={"traffic": begin_traffic, "new key": change_key, "tunnel closed": lambda: until(lambda: not dc.sas(), "no SA is left", 15)})
