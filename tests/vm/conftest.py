# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the VM suite.

      namespace a                   r                          virtual machine
      espd A ── 10.0.1.1/24 ─── 10.0.1.254 10.0.2.254 ─ tap ─ 10.0.2.1/24 eth0, Debian's kernel
      tun 172.31.1.1                                           172.31.2.1 on lo
"""
import os
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "espd"), str(TESTS / "vm")]

import namespaces
import vm as machines
from espd_world import World, clean_up
from namespaces import run

# Everything that comes over TCP goes back.
ECHO = """
import socket
server = socket.create_server(("172.31.2.1", 7))
print("up", flush=True)
while True:
    client, _ = server.accept()
    while data := client.recv(65536):
        client.sendall(data)
    client.close()
"""
CACHE = os.environ.get("VPNGW_VM_CACHE", "/var/cache/vpngw-vm")


@pytest.fixture(scope="session")
def kernel():
    return machines.prepare(CACHE)


@pytest.fixture(scope="module")
def gateway(kernel, tmp_path_factory):
    """(espd's side, the machine)"""
    namespaces.isolate()
    folder = tmp_path_factory.mktemp("vm")
    try:
        world = World(folder, sides="a", networks="a")
        run("ip tuntap add vm0 mode tap", "r")
        run("ip addr add 10.0.2.254/24 dev vm0", "r")
        run("ip link set vm0 up", "r")
        with machines.Vm(kernel, str(folder), "r", "vm0") as machine:
            machine.run("ip addr add 10.0.2.1/24 dev eth0; ip addr add 172.31.2.1/32 dev lo;"
                        "ip route add default via 10.0.2.254 src 172.31.2.1; ip route add 10.0.1.0/24 via 10.0.2.254")
            machine.run("modprobe -a esp4 xfrm_user des_generic aesni_intel chacha20poly1305 authencesn")
            with open(f"{machine.share}/echo.py", "w") as file:
                file.write(ECHO)
            machine.run("/usr/bin/python3 /vmshare/echo.py < /dev/null > /run/echo.log 2>&1 &"
                        "while ! grep -q up /run/echo.log; do sleep 0.1; done")
            yield world.a, machine
        world.close()
    finally:
        clean_up()
