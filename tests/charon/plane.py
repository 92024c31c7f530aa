# SPDX-License-Identifier: Apache-2.0
"""The real vpngw-espd on a side, with this test as its agent: it holds the descriptors and gives them
to every espd it starts, so that a tunnel's device outlives espd as it does with the real agent.
"""
import os
import pathlib
import re

from espd_client import ESP, IKE, NATT, Espd
from namespaces import open_esp, open_tun, open_udp

from side import BUILD, UID

BINARY = pathlib.Path(os.environ.get("VPNGW_ESPD", BUILD / "src" / "espd" / "vpngw-espd"))
IF_ID = 7


def unanswered(text, count):
    """Sequence numbers among the first count pings that were never answered.

    ping leaves two round trips after its last request, so that late answers look lost on a busy machine;
    with -w it goes on until it has had as many answers as -c says.
    """
    answered = {int(number) for number in re.findall(r"icmp_seq=(\d+)", text)}
    return sorted(set(range(1, count + 1)) - answered)


class Plane:
    def __init__(self, side, inner, peer_inner):
        self.side, self.inner, self.peer_inner = side, inner, peer_inner
        self.folder = side.folder / "plane"
        self.folder.mkdir()
        os.chown(self.folder, UID, UID)
        side.espd_path = self.folder / "ike.sock"
        name = side.machine.name
        self.sockets = {IKE: open_udp(name, side.address, 500), NATT: open_udp(name, side.address, 4500),
                        ESP: open_esp(name, side.address)}
        self.tun = open_tun(name, "tun7")
        side.machine.address("tun7", f"{inner}/32")
        side.machine.run("ip link set tun7 mtu 1400 up")
        side.machine.run(f"ip route add {peer_inner}/32 dev tun7 src {inner}")
        self.start()

    def start(self, give=True):
        self.espd = Espd(BINARY, str(self.folder))
        os.chown(self.folder / "ike.sock", -1, UID)  # what --ike-gid is for
        self.agent = self.espd.agent()
        if give:
            self.give()

    def give(self):
        for kind, held in self.sockets.items():
            self.agent.add_socket(kind, self.side.address, held.fileno())
        self.agent.add_tunnel(IF_ID, self.tun, self.side.address, 1400)

    def kill(self):
        self.espd.process.kill()
        self.espd.process.wait()
        self.agent.close()

    def counters(self):
        return self.agent.counters(IF_ID)

    def ping(self, count=3, check=True):
        return self.side.machine.run(f"ping -n -c {count} -i 0.02 -W 2 {self.peer_inner}", check)

    def lost_pings(self, count):
        return unanswered(self.side.machine.run(f"ping -n -c {count} -i 0.02 -w 10 {self.peer_inner}", False), count)

    def close(self):
        self.agent.close()
        self.espd.stop()
        for held in self.sockets.values():
            held.close()
        os.close(self.tun)
