# SPDX-License-Identifier: Apache-2.0
"""200 BGP sessions of one VPC over 200 tunnels: all up soon after a restart of BIRD, an edit of one leaves the others alone.

    [VPC namespace] vco1 .. vco200    vpngw-espd --- ESP in UDP --- a second vpngw-espd    t1 .. t200 [internet]
     BIRD, configured by the agent                                                          BIRD, 200 sessions

There is no IKE: the test puts the same keys into both data planes, as charon's plug-in does. Everything else is what
runs in production: the API, the agent, its TUN devices, BIRD started as `vpngw up` starts it. What counts as up is read
from the far BIRD and from the kernel's routes, not from the agent.
"""
import datetime
import os
import pathlib
import re
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import espd_client  # noqa: E402
from conftest import BUILD, IDS  # noqa: E402
from lab.gateway import built  # noqa: E402
from lab.machine import Daemon, Machine, sh  # noqa: E402
from lab.until import until  # noqa: E402
from namespaces import open_tun, open_udp  # noqa: E402
from test_network import made  # noqa: E402

SESSIONS = 200
NETWORKS = 10  # that each peer announces
ASN, PEER = 4200000001, "203.0.113.1"
SUITE = espd_client.SUITES["aes128-sha1"]
BIRD_ID = 61104


def block(number):
    """The gateway's and the peer's address in the tunnel."""
    return f"169.254.{100 + number // 64}.{number % 64 * 4 + 1}", f"169.254.{100 + number // 64}.{number % 64 * 4 + 2}"


class FarSide:
    """All peers in one namespace: one data plane with a device for each, one BIRD."""

    def __init__(self, daemons):
        self.daemons, self.local = daemons, daemons.pool[0]
        self.machine = Machine("internet", daemons.folder)
        daemons.machine.run(f"ip link set wan1 netns {self.machine.path}")
        for command in ("ip address add 198.51.100.1/24 dev wan1", f"ip address add {PEER}/32 dev wan1", "ip link set wan1 up"):
            self.machine.run(command)
        daemons.machine.run("ip route add 203.0.113.0/24 via 198.51.100.1")
        folder = self.machine.folder / "espd"
        folder.mkdir()
        self.espd = espd_client.Espd(str(built(BUILD, "vpngw-espd")), str(folder))
        self.agent, self.charon = self.espd.agent(), self.espd.charon()
        self.near = espd_client.Client(daemons.run_dir / "espd" / "ike.sock")
        with open_udp("internet", PEER, 4500) as sock:
            self.agent.add_socket(espd_client.NATT, PEER, sock.fileno())
        self.control_path = self.machine.folder / "bird.ctl"

    def tunnel(self, number):
        tun = open_tun("internet", f"t{number}")
        self.agent.add_tunnel(number, tun, PEER)
        os.close(tun)
        for command in (f"ip address add {block(number)[1]}/30 dev t{number}", f"ip link set t{number} mtu 1400 up"):
            self.machine.run(command)
        for direction, spi, source, destination in ((espd_client.OUT, 2 * number + 0x1001, self.local, PEER),
                                                    (espd_client.IN, 2 * number + 0x1000, PEER, self.local)):
            keys = os.urandom(SUITE[1]), os.urandom(SUITE[3])
            other = espd_client.IN if direction == espd_client.OUT else espd_client.OUT
            self.near.add_sa(direction, spi, number, source, destination, SUITE, keys)
            self.charon.add_sa(other, spi, number, source, destination, SUITE, keys)

    def start(self):
        lines = ["log stderr { warning, error, fatal, bug };", "router id 203.0.113.1;", "timeformat protocol iso long ms;",
                 "protocol device {}"]
        for number in range(1, SESSIONS + 1):
            near, far = block(number)
            networks = " ".join(f"route 172.{16 + number // 256}.{number % 256}.{16 * i}/28 blackhole;" for i in range(NETWORKS))
            lines.append(f"ipv4 table t{number}; protocol static s{number} {{ ipv4 {{ table t{number}; }}; {networks} }}\n"
                         f"protocol bgp b{number} {{ local {far} as {ASN}; neighbor {near} external; strict bind;"
                         f" connect delay time 1; connect retry time 1; error wait time 1, 2;"
                         f" ipv4 {{ table t{number}; import all; export where source = RTS_STATIC; }}; }}")
        conf = self.machine.folder / "bird.conf"
        conf.write_text("\n".join(lines), encoding="utf-8")
        self.machine.start("bird", ["/usr/sbin/bird", "-f", "-c", conf, "-s", self.control_path])
        until(lambda: "Daemon is up" in self.control("show status"), "the far BIRD is up", 10)

    def control(self, command):
        return sh(["/usr/sbin/birdc", "-s", str(self.control_path), *command.split()], False)

    def up(self):
        """{number: since when, s} of the sessions that are established. BIRD counts back from the present, so that
        the same moment differs by a millisecond now and then: is_another() tells them apart."""
        found = re.findall(r"^b(\d+) +BGP +\S+ +up +(\S+ \S+) +Established", self.control("show protocols"), re.MULTILINE)
        return {int(number): datetime.datetime.fromisoformat(since).timestamp() for number, since in found}

    def close(self):
        self.espd.stop()
        self.machine.close()


def is_another(since, before):
    return since is not None and abs(since - before) > 0.1


class Site:
    """The VPC with its connections, and its BIRD."""

    def __init__(self, daemons):
        self.daemons, self.ids, self.far = daemons, made(daemons), FarSide(daemons)
        self.customer = daemons.call("CreateCustomerGateway", IpAddress=PEER, Asn=str(ASN))["CustomerGatewayId"]
        self.connections = {number: self.connection(number) for number in range(1, SESSIONS + 1)}
        self.bird = None

    def connection(self, number):
        text = (f'{{"EnableBgp":"true","TunnelCidr":"{self.cidr(number)}","LocalBgpIp":"{block(number)[0]}"}}')
        return self.daemons.call("CreateVpnConnection", VpnGatewayId=self.ids["gateway"], CustomerGatewayId=self.customer,
                                 LocalSubnet="0.0.0.0/0", RemoteSubnet="0.0.0.0/0", BgpConfig=text,
                                 IkeConfig=f'{{"RemoteId":"site-{number}"}}')["VpnConnectionId"]

    @staticmethod
    def cidr(number):
        return f"{block(number)[0].rpartition('.')[0]}.{number % 64 * 4}/30"

    def start_bird(self):
        """As `vpngw up` does it."""
        folder = self.daemons.run_dir / "bird"
        name = self.ids["vpc"]
        number = len(self.daemons.machine.daemons)
        self.bird = Daemon("gateway/bird", ["nsenter", f"--net=/run/netns/{self.ids['namespace']}", "--", "/usr/sbin/bird", "-f",
                                            "-u", str(BIRD_ID), "-g", str(BIRD_ID), "-c", folder / f"{name}.conf",
                                            "-s", folder / f"{name}.ctl"], self.daemons.folder / f"bird-{number}.log")

    def routes(self):
        return self.daemons.inside(self.ids, "ip route show table all proto bird").count("via 169.254.")

    def wait_all(self, seconds):
        def there():
            assert len(self.far.up()) == SESSIONS, f"{len(self.far.up())} sessions"
            assert self.routes() == SESSIONS * NETWORKS, f"{self.routes()} routes"
            return True
        until(there, "all sessions are up and all routes there", seconds, every=0.05)

    def agent_cpu_s(self):
        text = pathlib.Path(f"/proc/{self.daemons.running['vpngw-agent'].pid}/stat").read_text(encoding="ascii")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def told(self, numbers):
        """What both sides' BIRDs logged of these sessions, for a failure's sake."""
        logs = [*self.daemons.folder.glob("bird-*.log"), *self.far.machine.folder.glob("*bird*.log")]
        lines = [line for log in logs for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
        return "\n".join(line for line in lines if any(re.search(rf"\b(vco|b){number}\b", line) for number in numbers))

    def close(self):
        if self.bird:
            self.bird.stop()
        self.far.close()


@pytest.fixture(name="many")
def _many(daemons):
    bird = daemons.run_dir / "bird"
    bird.mkdir()
    os.chown(bird, 0, BIRD_ID)
    bird.chmod(0o2750)
    assert IDS["espd"] != BIRD_ID
    site = Site(daemons)
    try:
        yield site
    finally:
        site.close()


def test_restart_and_edit(many):
    for number in range(1, SESSIONS + 1):
        until(lambda n=number: f"vco{n}:" in many.daemons.inside(many.ids, f"ip link show vco{n}", False), f"vco{number}", 30)
        many.far.tunnel(number)
    until(lambda: len(list((many.daemons.run_dir / "bird" / many.ids["vpc"]).glob("session-*.conf"))) == SESSIONS,
          "all files are there", 30)
    many.far.start()
    many.start_bird()
    many.wait_all(60)
    print(f"{SESSIONS} sessions up")

    # BIRD dies and comes back.
    before = many.far.up()
    many.bird.kill()
    start = time.monotonic()
    many.start_bird()
    until(lambda: all(is_another(many.far.up().get(n), since) for n, since in before.items()), "all are new", 30, every=0.05)
    up_s = time.monotonic() - start  # the bar is 5 s
    many.wait_all(30)
    print(f"after the restart of BIRD: all {SESSIONS} sessions are up after {up_s:.2f} s, and {SESSIONS * NETWORKS} routes, "
          f"each told to {SESSIONS - 1} others, are there after {time.monotonic() - start:.2f} s")

    # What polling costs while nothing happens.
    cpu, since = many.agent_cpu_s(), time.monotonic()
    until(lambda: time.monotonic() - since > 10, "10 s have passed", 11, every=0.5)
    print(f"agent: {100 * (many.agent_cpu_s() - cpu) / (time.monotonic() - since):.1f} % of a core while nothing happens")

    # An edit of one.
    before = many.far.up()
    start = time.monotonic()
    many.daemons.call("ModifyVpnConnectionAttribute", VpnConnectionId=many.connections[77], BgpConfig='{"LocalAsn":"64999"}')
    until(lambda: is_another(many.far.up().get(77), before[77]), "the edited session is up again", 20, every=0.05)
    print(f"the edited session is up again after {time.monotonic() - start:.2f} s")
    many.wait_all(10)
    after = many.far.up()
    changed = [n for n in before if is_another(after.get(n), before[n])]
    assert changed == [77], f"another session flapped: {changed}\n{many.told(set(changed) - {77})}"
