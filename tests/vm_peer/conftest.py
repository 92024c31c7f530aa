# SPDX-License-Identifier: Apache-2.0
"""The lab's gateway, and a data centre that is Debian's own kernel in a virtual machine.

     vpc-host --- gateway --- internet --- tap --- virtual machine 203.0.113.250, 192.168.200.1 on lo
"""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "vm")]

import vm as machines  # noqa: E402

from lab import cage  # noqa: E402
from lab.gateway import Gateway  # noqa: E402
from lab.job import Vpc  # noqa: E402
from lab.machine import sh  # noqa: E402
from lab.world import World  # noqa: E402

BUILD = pathlib.Path(os.environ.get("VPNGW_BUILD", ROOT / "build" / "check"))
CACHE = os.environ.get("VPNGW_VM_CACHE", "/var/cache/vpngw-vm")
LIBRESWAN = ("libreswan", "libldns3", "libnss3", "libnss3-tools", "libcurl3-nss", "libunbound8", "libcap-ng0",
             "libevent-core-2.1-7", "libevent-pthreads-2.1-7")
ADDRESS, LAN = "203.0.113.250", "192.168.200.1"


class Site:
    """The gateway with its VPC, and the machine of the data centre."""

    def __init__(self, folder, kernel):
        self.world = World(folder / "world")
        self.gateway = Gateway(self.world, BUILD)
        self.gateway.start()
        self.vpc = Vpc(self.gateway).create()
        internet = self.world.internet
        internet.run("ip tuntap add vm0 mode tap")
        internet.address("vm0", "203.0.113.249/30")
        internet.run("ip link set vm0 up")
        (folder / "vm").mkdir()
        self.vm = machines.Vm(kernel, str(folder / "vm"), "internet", "vm0")
        self.run = self.vm.run
        self.run(f"ip addr add {ADDRESS}/30 dev eth0; ip addr add {LAN}/32 dev lo;"
                 "ip route add default via 203.0.113.249;"
                 "modprobe -a esp4 xfrm_user xfrm_interface des_generic aesni_intel")

    def put(self, name, text):
        """A file in the machine; its path there."""
        path = pathlib.Path(self.vm.share) / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return f"/vmshare/{name}"

    def close(self):
        self.vm.__exit__(None, None, None)
        self.gateway.stop()
        reports = self.gateway.sanitizer_reports()
        self.world.stack.close()
        assert not reports, "\n".join(reports)


@pytest.fixture(scope="session", name="kernel")
def _kernel():
    return machines.prepare(CACHE)


@pytest.fixture(scope="session", name="libreswan")
def _libreswan():
    """Where its files are, seen from the machine."""
    return machines.unpack(CACHE, *LIBRESWAN) + "/root"


@pytest.fixture(scope="module", name="site")
def _site(kernel, libreswan):  # both are fetched before the network is left
    if os.geteuid() != 0:
        pytest.exit("needs root", 1)
    cage.private_network()
    sh("ip link set lo up")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vm-peer-", dir="/run"))
    folder.chmod(0o755)
    made = None
    try:
        made = Site(folder, kernel)
        yield made
    finally:
        try:
            if made:
                made.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
