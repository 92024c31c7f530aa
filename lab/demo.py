# SPDX-License-Identifier: Apache-2.0
"""./demo: the main job from an API call to encrypted packets, step by step, with the time of each."""
import argparse
import contextlib
import errno
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from lab import cage
from lab.forward import Door
from lab.gateway import Gateway, built
from lab.job import Connection, Vpc
from lab.traffic import transfer
from lab.until import until
from lab.world import World

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("VPNGW_DEMO_BUILD", ROOT / "build" / "demo"))
CONSOLE = ROOT / "console" / "dist"  # tools/console builds it
MARKER = b"plain-vpngw-demo"  # in every ping; must never be seen on the Internet
SIZE = 64 << 20


class Failed(Exception):
    """A step did not do what it is for."""


class Steps:
    """Prints each step with its time, and turns what goes wrong in it into one line."""

    def __init__(self):
        self.started = time.monotonic()

    @contextlib.contextmanager
    def step(self, name):
        started, shown = time.monotonic(), []
        try:
            yield shown.append
        except (KeyboardInterrupt, SystemExit):
            raise
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise Failed(f"{name}: {reason[:600]}") from error
        print(f"{time.monotonic() - started:8.3f} s  {name:34} {' '.join(str(item) for item in shown)}", flush=True)


def build():
    with tempfile.TemporaryFile() as log:
        commands = [["meson", "compile", "-C", BUILD]]
        if not (BUILD / "build.ninja").exists():
            commands.insert(0, ["meson", "setup", BUILD, "--buildtype=debugoptimized", "-Dwerror=false"])
        for command in commands:
            if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode:
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace")[-4000:])
                raise RuntimeError("the build failed, see above")


def claim(port):
    """The endpoint's listening socket on this machine's loopback, and the mark that a demo runs."""
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        mark.bind("\0vpngw-demo")
    except OSError as error:
        raise RuntimeError("another demo is running on this machine") from error
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
    except OSError as error:
        what = "is in use" if error.errno == errno.EADDRINUSE else os.strerror(error.errno)
        raise RuntimeError(f"port {port} of 127.0.0.1 {what}: ./demo --port N takes another") from error
    return mark, listener


class Demo:
    """What runs inside the cage."""

    def __init__(self, steps, listener, options, outside_pid):
        self.step, self.listener, self.options, self.outside_pid = steps.step, listener, options, outside_pid
        self.started = steps.started
        self.figures = {}

    def run(self):
        with World("/run/lab") as world, self.logs_on_failure(world):
            self.world = world
            self.bring_up()
            self.do_the_job()
            self.prove()
            if self.options.once:
                self.clean_up()
            else:
                self.stay()
        print(f"demo: ok established in {self.figures['established_s']:.2f} s, ping {self.figures['ping_ms']:.2f} ms, "
              f"{SIZE >> 20} MiB at {self.figures['mbps']:.0f} Mbit/s, {self.figures['esp']} ESP packets, "
              f"0 in the clear, {time.monotonic() - self.started:.1f} s in all", flush=True)
        return 0

    @contextlib.contextmanager
    def logs_on_failure(self, world):
        try:
            yield
        except Failed:
            for log in sorted(world.folder.rglob("*.log")):
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
                if lines and "ping" not in log.name:
                    print(f"--- {log.relative_to(world.folder)}", *lines[-25:], sep="\n", file=sys.stderr)
            raise

    def bring_up(self):
        with self.step("a data centre with strongSwan") as show:
            self.dc = self.world.datacentre("dc1").start()
            show(f"{self.dc.internet_ip}, {self.dc.subnet} behind it")
        with self.step("vpngw up") as show:
            self.gateway = Gateway(self.world, BUILD, **({"console_dir": CONSOLE} if CONSOLE.exists() else {})).start()
            self.door = Door(self.listener, self.world.gateway, self.gateway.port)
            show(f"API on http://127.0.0.1:{self.options.port}")
        self.capture = self.world.capture("gateway")
        self.capture.forbid(MARKER)

    def do_the_job(self):
        vpc = self.vpc = Vpc(self.gateway, name="demo")
        site = self.site = Connection(vpc, self.dc)
        for name, work in (("CreateVpc", vpc.create_vpc), ("CreateVSwitch", vpc.create_vswitch),
                           ("AttachVpcLan", vpc.attach_lan), ("CreateVpnGateway", vpc.create_gateway),
                           ("CreateCustomerGateway", site.create_customer_gateway)):
            with self.step(name) as show:
                show(work())
        with self.step("the data centre's side is set up"):
            site.configure_peer()
        created = time.monotonic()
        with self.step("CreateVpnConnection") as show:
            show(site.create_connection())
        with self.step("CreateVpnRouteEntry") as show:
            show(f"{site.create_route()} -> {site.id}")
        with self.step("Status ipsec_sa_established") as show:
            site.wait_up(20)
            self.figures["established_s"] = time.monotonic() - created
            sa = self.dc.sas()[0]
            show(f"IKEv{sa['version']}, the data centre's charon agrees")

    def ping(self, machine, target, count):
        out = machine.run(["ping", "-n", "-c", count, "-i", "0.05", "-W", "2", "-p", MARKER.hex(), target])
        return float(re.search(r"min/avg/max/mdev = [\d.]+/([\d.]+)", out)[1])

    def prove(self):
        host, site = self.world.vpc_host, self.dc.host
        with self.step("first ping, VPC to data centre"):
            until(lambda: host.run(f"ping -n -q -c 1 -W 1 {self.dc.host_address}"), "an answer", 10)
        with self.step("pings both ways") as show:
            self.figures["ping_ms"] = self.ping(host, self.dc.host_address, 20)
            back = self.ping(site, f"{self.vpc.net}.10", 20)
            show(f"{self.figures['ping_ms']:.2f} ms, {back:.2f} ms")
        with self.step(f"{SIZE >> 20} MiB over TCP, both ways") as show:
            self.figures["mbps"] = transfer(host, site, self.dc.host_address, SIZE)
            back = transfer(site, host, f"{self.vpc.net}.10", SIZE)
            show(f"{self.figures['mbps']:.0f} Mbit/s, {back:.0f} Mbit/s, contents equal")
        with self.step("on the wire") as show:
            kinds = dict(self.capture.kinds)
            self.figures["esp"] = esp = self.capture.esp()
            show(", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
            least = 80 + 2 * SIZE // 65536
            assert esp >= least, f"{esp} ESP packets seen, at least {least} expected"
            assert self.capture.forbidden[MARKER] == 0, "a ping crossed the Internet in the clear"
            assert not kinds.get("plain"), f"{kinds['plain']} packets crossed the Internet in the clear"

    def clean_up(self):
        with self.step("DeleteVpnConnection"):
            self.site.delete()
            until(lambda: not self.dc.sas(), "the data centre sees the tunnel closed", 10)
        with self.step("vpngw down"):
            self.gateway.vpngw("down", "--config", self.gateway.config)
            left = self.gateway.vpc_namespaces()
            assert not left, f"namespaces left: {' '.join(left)}"

    def stay(self):
        inside = f"nsenter -t {self.outside_pid} -m ip netns exec"
        call = (f"VPNGW_ENDPOINT=http://127.0.0.1:{self.options.port} VPNGW_ACCESS_KEY_ID={self.gateway.key_id} "
                f"VPNGW_ACCESS_KEY_SECRET={self.gateway.secret} \\\n      {os.path.relpath(built(BUILD, 'vpngw'), ROOT)} call")
        print(f"""
The lab is up until Ctrl-C. Try, in another terminal:

  endpoint    http://127.0.0.1:{self.options.port}   (region {self.gateway.api.region})
  console     {f"http://127.0.0.1:{self.options.port}/console/" if CONSOLE.exists() else "not built: tools/packages console && tools/console"}
  AccessKey   {self.gateway.key_id}
  secret      {self.gateway.secret}

  the API     {call} DescribeVpnConnections
  the VPC     {inside} {self.world.vpc_host.name} ping {self.dc.host_address}
  the site    {inside} {self.dc.host.name} ping {self.vpc.net}.10
  the wire    {inside} {self.world.internet.name} tcpdump -ni {self.dc.name}
  the peer    {inside} {self.dc.name} swanctl --list-sas --uri unix://{self.dc.socket}
""", flush=True)
        try:
            while True:
                signal.pause()
        except KeyboardInterrupt:
            print("\ndemo: stopping", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end by itself; exit 0 only if packets crossed encrypted")
    parser.add_argument("--port", type=int, default=8443, help="of this machine's loopback, for the API (8443)")
    options = parser.parse_args()
    steps = Steps()

    def inside():
        try:
            return Demo(steps, listener, options, cage.outside_pid).run()
        except Failed as failure:
            print(f"demo: failed: {failure}", flush=True)
            return 1

    try:
        try:
            mark, listener = claim(options.port)
        except RuntimeError as error:
            raise Failed(f"start: {error}") from error
        with steps.step("build") as show:
            build()
            show(os.path.relpath(BUILD, ROOT))
    except Failed as failure:
        print(f"demo: failed: {failure}", flush=True)
        return 1
    except KeyboardInterrupt:
        print("demo: failed: build: interrupted", flush=True)
        return 1
    status = cage.run(inside)
    mark.close()
    if status not in (0, 1):
        print(f"demo: failed: interrupted: exit {status}", flush=True)
    return min(status, 1) if status >= 0 else 1


if __name__ == "__main__":
    sys.exit(main())
