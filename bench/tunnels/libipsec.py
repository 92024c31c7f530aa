# SPDX-License-Identifier: Apache-2.0
"""strongSwan on both ends with its ESP in user space, kernel-libipsec; keys by IKEv2."""
from lab.datacentre import CONF, PLUGINS
from lab.until import until
from lab.vici import Refused, Vici

from bench.tunnels.pair import INNER, OTHER, OUTER, Pair

PROPOSALS = {"aes128-sha1": "aes128-sha1", "aes128-sha256": "aes128-sha256", "aes256-sha512": "aes256-sha512",
             "3des-md5": "3des-md5", "aes128-gcm": "aes128gcm16"}


class LibipsecPair(Pair):
    suites = tuple(PROPOSALS)

    def __init__(self, who, folder):
        super().__init__(who, folder)
        for end, machine in self.ends.items():
            conf = machine.folder / "strongswan.conf"
            conf.write_text(CONF.format(socket=self._socket(end), log=machine.folder / "charon.log", plugins=PLUGINS,
                                        retransmit_timeout=1.0, retransmit_tries=4), encoding="utf-8")
            machine.address("lo", f"{INNER[end]}/32")
            self.start(end, ["/usr/sbin/charon-systemd"], {"STRONGSWAN_CONF": str(conf)})
        for end in self.ends:
            until(lambda end=end: self._vici(end).close() is None, f"charon {end} answers", 10)

    def _socket(self, end):
        return self.ends[end].folder / "charon.vici"

    def _vici(self, end):
        return Vici(self._socket(end))

    def _load(self, end, proposal):
        other = OTHER[end]
        child = {"local_ts": [f"{INNER[end]}/32"], "remote_ts": [f"{INNER[other]}/32"], "mode": "tunnel",
                 "esp_proposals": [proposal], "start_action": "none"}
        connection = {"version": "2", "local_addrs": [OUTER[end]], "remote_addrs": [OUTER[other]], "mobike": "no",
                      "proposals": ["aes128-sha256-modp2048"], "local": {"auth": "psk", "id": OUTER[end]},
                      "remote": {"auth": "psk", "id": OUTER[other]}, "children": {"net": child}}
        with self._vici(end) as vici:
            vici.call("load-shared", {"id": "bench", "type": "IKE", "data": b"bench", "owners": list(OUTER.values())})
            vici.call("load-conn", {"bench": connection})

    def select(self, suite):
        with self._vici("a") as vici:
            try:
                vici.call("terminate", {"ike": "bench", "timeout": "5000"})
            except Refused:
                pass  # the first one
        for end in self.ends:
            self._load(end, PROPOSALS[suite])
        with self._vici("a") as vici:
            vici.call("initiate", {"child": "net", "ike": "bench", "timeout": "10000"})
        self.wait_up()
