# SPDX-License-Identifier: Apache-2.0
"""BGP at a data centre: Debian's BIRD or FRR on its router, as software this project did not write.

Both are started by ourselves on files of their own, no system service is touched.
"""
import os
import pathlib
import re
import shutil

from lab.machine import sh
from lab.until import until

TUNNEL = "ipsec0"  # kernel-libipsec's device


class Speaker:
    """One BGP router: on the machine, through the device, between two addresses."""

    def __init__(self, machine, asn, local, remote, remote_asn=45104, key=None, device=TUNNEL, networks=()):
        self.machine, self.asn, self.local, self.remote, self.remote_asn = machine, asn, local, remote, remote_asn
        self.key, self.device, self.networks = key, device, list(networks)
        self.folder = machine.folder / f"bgp-{device}"
        self.folder.mkdir(exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.daemons = []

    def address(self):
        self.machine.run(f"ip address replace {self.local}/30 dev {self.device}")

    def stop(self, how="stop"):
        for daemon in reversed(self.daemons):
            getattr(daemon, how)()
        self.daemons = []

    def learned(self):
        """Networks that came from the other side and are in the kernel's table."""
        out = self.machine.run("ip -4 route show proto bird", False) + self.machine.run("ip -4 route show proto bgp", False)
        return {line.split()[0] for line in out.splitlines() if f"via {self.remote} " in line}

    def wait_learned(self, *networks, seconds=20):
        until(lambda: self.learned() == set(networks), f"the peer has {sorted(networks)}", seconds)


class Bird(Speaker):
    """BIRD 2; "birdc configure" applies other networks or settings."""

    def render(self):
        key = f'password "{self.key}";' if self.key else ""
        routes = "".join(f"route {network} blackhole;\n" for network in self.networks)
        return f"""log stderr all;
router id {self.local};
protocol device {{}}
protocol kernel {{ ipv4 {{ import none; export where source = RTS_BGP; }}; }}
protocol static sites {{ ipv4; {routes} }}
protocol bgp vpngw {{
  local {self.local} as {self.asn}; neighbor {self.remote} as {self.remote_asn}; {key}
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 {{ import all; export where source = RTS_STATIC; }};
}}
"""

    def _write(self):
        (self.folder / "bird.conf").write_text(self.render(), encoding="utf-8")

    def start(self):
        self.address()
        self._write()
        self.daemons = [self.machine.start(f"bird-{self.device}", [
            "/usr/sbin/bird", "-f", "-c", self.folder / "bird.conf", "-s", self.folder / "bird.ctl"])]
        until(lambda: "BIRD" in self.control("show status"), "the peer's bird answers", 10)
        return self

    def control(self, command):
        return sh(["/usr/sbin/birdc", "-s", str(self.folder / "bird.ctl"), *command.split()], check=False)

    def announce(self, *networks):
        """These networks, and no others."""
        self.networks = list(networks)
        self._write()
        out = self.control("configure")
        assert "Reconfig" in out, out

    def set(self, **settings):
        for name, value in settings.items():
            setattr(self, name, value)
        self.announce(*self.networks)

    def since(self):
        return re.search(r"vpngw +BGP +\S+ +\S+ +(\S+)", self.control("show protocols"))[1]


class Frr(Speaker):
    """FRR's bgpd and zebra."""

    def render(self):
        key = f" neighbor {self.remote} password {self.key}\n" if self.key else ""
        networks = "".join(f"  network {network}\n" for network in self.networks)
        return f"""log file {self.folder / "bgpd.out"}
router bgp {self.asn}
 bgp router-id {self.local}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {self.remote} remote-as {self.remote_asn}
{key} neighbor {self.remote} timers connect 1
 neighbor {self.remote} advertisement-interval 0
 address-family ipv4 unicast
{networks} exit-address-family
"""

    def start(self):
        self.address()
        pathlib.Path("/run/frr").mkdir(exist_ok=True)
        for folder in (self.folder, "/run/frr"):
            shutil.chown(folder, "frr", "frr")
        (self.folder / "bgpd.conf").write_text(self.render(), encoding="utf-8")
        (self.folder / "zebra.conf").write_text("", encoding="utf-8")
        zserv = self.folder / "zserv"
        for name in ("zebra", "bgpd"):
            more = ["-S", "-p", "179"] if name == "bgpd" else []
            self.daemons.append(self.machine.start(f"{name}-{self.device}", [
                f"/usr/lib/frr/{name}", "-u", "frr", "-g", "frr", "-f", self.folder / f"{name}.conf",
                "-i", self.folder / f"{name}.pid", "-z", zserv, "-A", "127.0.0.1", "-P", "0",
                "--vty_socket", self.folder, *more]))
            until((self.folder / f"{name}.vty").exists, f"{name} is there", 10)
        return self

    def control(self, *commands):
        return sh(["/usr/bin/vtysh", "--vty_socket", str(self.folder), *[w for c in commands for w in ("-c", c)]], check=False)

    def announce(self, *networks):
        change = [f"no network {n}" for n in self.networks if n not in networks]
        change += [f"network {n}" for n in networks if n not in self.networks]
        self.networks = list(networks)
        self.control("configure terminal", f"router bgp {self.asn}", "address-family ipv4 unicast", *change)
