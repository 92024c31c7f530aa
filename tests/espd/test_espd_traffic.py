# SPDX-License-Identifier: Apache-2.0
"""Two espd back to back: every suite, encapsulated and native, ping and TCP both ways."""
import subprocess

import pytest
from espd_client import SUITES


def transfer(world, source, size=2_000_000):
    """Bytes over TCP through the tunnel, checked at the far end."""
    sender = getattr(world, source)
    receiver = world.b if source == "a" else world.a
    server = ("import socket,sys,hashlib;s=socket.create_server((sys.argv[1],5001));print('up',flush=True);"
              "c,_=s.accept();h=hashlib.sha256();n=0\n"
              "while (d:=c.recv(65536)): h.update(d);n+=len(d)\n"
              "print(n,h.hexdigest())")
    client = ("import socket,sys,hashlib,os;c=socket.create_connection((sys.argv[1],5001),10);"
              "d=os.urandom(int(sys.argv[2]));c.sendall(d);c.close();print(len(d),hashlib.sha256(d).hexdigest())")
    listening = subprocess.Popen(["ip", "netns", "exec", receiver.name, "/usr/bin/python3", "-c", server, receiver.inner],
                                 stdout=subprocess.PIPE, text=True)
    try:
        assert listening.stdout.readline() == "up\n"
        sent = sender.run(["/usr/bin/python3", "-c", client, receiver.inner, str(size)])
        assert listening.communicate(timeout=60)[0] == sent
    finally:
        listening.kill()
        listening.wait()


@pytest.mark.parametrize("encapsulated", [True, False], ids=["natt", "native"])
@pytest.mark.parametrize("suite", SUITES)
def test_suite(world, suite, encapsulated):
    world.connect(suite, encapsulated=encapsulated, esn=encapsulated)
    world.ping(source="a")
    world.ping(source="b", size=1300)
    transfer(world, "a")
    transfer(world, "b")
    for side in (world.a, world.b):
        counters = side.counters()
        assert counters["inbound_sas"] == counters["outbound_sas"] == 1
        assert counters["in_packets"] > 100 and counters["out_packets"] > 100
        assert not any(counters[name] for name in
                       ("no_sa", "selector_in", "selector_out", "replay", "auth", "malformed", "too_big", "ipv6", "sequence", "io"))
