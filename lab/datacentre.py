# SPDX-License-Identifier: Apache-2.0
"""A data centre: a router that runs Debian's own strongSwan with its ESP in user space, and a host.

The router's charon is software this project did not write, driven over VICI. kernel-libipsec serves
one 0.0.0.0/0 tunnel a process, so a data centre has one tunnel; take several data centres for more.
"""
from lab.machine import Machine, link
from lab.until import until
from lab.vici import Refused, Vici

ENCRYPTION = {"aes": "aes128", "aes192": "aes192", "aes256": "aes256", "des": "des", "3des": "3des",
              "aes128gcm": "aes128gcm16", "aes256gcm": "aes256gcm16", "chacha20": "chacha20poly1305"}
AEADS = ("aes128gcm", "aes256gcm", "chacha20")
GROUP = {"group1": "modp768", "group2": "modp1024", "group5": "modp1536", "group14": "modp2048",
         "group15": "modp3072", "group16": "modp4096", "group19": "ecp256", "group20": "ecp384",
         "group21": "ecp521", "group31": "curve25519", "disabled": ""}
PLUGINS = ("random nonce aes sha1 sha2 md5 hmac kdf gmp openssl gcrypt curve25519 kernel-libipsec kernel-netlink "
           "socket-default counters vici updown")
CONF = """charon-systemd {{
  load = {plugins}
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  accept_unencrypted_mainmode_messages = yes
  retransmit_timeout = {retransmit_timeout}
  retransmit_tries = {retransmit_tries}
  retransmit_base = 1.4
  plugins {{
    vici {{
      socket = unix://{socket}
    }}
  }}
  filelog {{
    log {{
      path = {log}
      time_format = %H:%M:%S
      default = 1
      flush_line = yes
    }}
  }}
}}
"""


def proposal(encryption, authentication, group):
    """The API's words in strongSwan's: ("aes", "sha1", "group2") is aes128-sha1-modp1024.

    Beside an AEAD cipher an authentication algorithm is IKE's PRF; ESP has none (None).
    """
    prefix = "prf" if encryption in AEADS else ""
    words = [ENCRYPTION[encryption], authentication and prefix + authentication, GROUP[group]]
    return "-".join(word for word in words if word)


class DataCentre:
    """One site: self.router with charon, self.host behind it."""

    def __init__(self, name, folder, lan="192.168.10"):
        self.name, self.lan = name, lan
        self.subnet, self.host_address, self.router_address = f"{lan}.0/24", f"{lan}.10", f"{lan}.1"
        self.router, self.host = Machine(name, folder), Machine(f"{name}-host", folder)
        self.router.forward()
        link(self.router, "lan0", self.host, "eth0")
        self.router.address("lan0", f"{self.router_address}/24")
        self.host.address("eth0", f"{self.host_address}/24")
        self.host.route(f"default via {self.router_address}")
        # charon's own route (table 220) sends everything into the tunnel, also what came out of it
        self.router.run(f"ip rule add pref 100 to {self.subnet} lookup main")
        for private in ("10.0.0.0/8", "192.168.0.0/16"):
            self.router.run(f"ip route add blackhole {private}")  # not to the Internet while the tunnel is down
        self.address = None  # of the router, as it knows itself
        self.internet_ip = None  # as others see it: another one behind NAT
        self.charon = None
        self.socket = self.router.folder / "charon.vici"
        self.log = self.router.folder / "charon.log"

    def start(self, retransmit_timeout=1.0, retransmit_tries=4, plugins=PLUGINS):
        conf = self.router.folder / "strongswan.conf"
        conf.write_text(CONF.format(socket=self.socket, log=self.log, plugins=plugins,
                                    retransmit_timeout=retransmit_timeout, retransmit_tries=retransmit_tries),
                        encoding="utf-8")
        self.charon = self.router.start("charon-out", "/usr/sbin/charon-systemd", {"STRONGSWAN_CONF": str(conf)})
        until(lambda: self.vici().close() is None, f"{self.name}'s charon answers", 10)
        return self

    def vici(self):
        return Vici(self.socket)

    def load(self, gateway_ip, psk, ike="aes128-sha1-modp1024", esp="aes128-sha1-modp1024", version="ikev2",
             mode="main", local_id=None, remote_id=None, **other):
        """Loads the one connection "vpc" towards the gateway, replacing one that was there.

        other: keys of the connection (dpd_delay, rekey_time ...); those of its child start with "child_".
        children: names of several, each with the keys that are its own.
        """
        children = other.pop("children", {"vpc": {}})
        local_id, remote_id = local_id or self.internet_ip, remote_id or gateway_ip
        child = {"local_ts": ["0.0.0.0/0"], "remote_ts": ["0.0.0.0/0"], "esp_proposals": [esp], "mode": "tunnel",
                 "start_action": "none", "close_action": "none", "dpd_action": "clear"}
        child |= {key[6:]: value for key, value in other.items() if key.startswith("child_")}
        connection = {
            "version": "2" if version == "ikev2" else "1", "aggressive": "yes" if mode == "aggressive" else "no",
            "local_addrs": [self.address], "remote_addrs": [gateway_ip], "proposals": [ike], "mobike": "no",
            "local": {"auth": "psk", "id": local_id}, "remote": {"auth": "psk", "id": remote_id},
        }
        connection |= {key: value for key, value in other.items() if not key.startswith("child_")}
        connection["children"] = {name: child | own for name, own in children.items()}
        with self.vici() as vici:
            vici.call("load-shared", {"id": "vpc", "type": "IKE", "data": psk.encode(), "owners": [local_id, remote_id]})
            vici.call("load-conn", {"vpc": connection})

    def initiate(self, seconds=10):
        with self.vici() as vici:
            vici.call("initiate", {"child": "vpc", "ike": "vpc", "timeout": str(int(seconds * 1000))})

    def terminate(self, force=False):
        with self.vici() as vici:
            try:
                vici.call("terminate", {"ike": "vpc", "timeout": "5000", **({"force": "yes"} if force else {})})
            except Refused:
                pass  # nothing was up

    def sas(self):
        with self.vici() as vici:
            return [sa for message in vici.list("list-sas", "list-sa") for sa in message.values()]

    def children(self):
        """Installed CHILD_SAs; a rekeyed one is listed as DELETED for 5 s and does not count."""
        return [child for sa in self.sas() for child in sa.get("child-sas", {}).values()
                if child["state"] == "INSTALLED"]

    def ping(self, address="10.0.0.10", count=3):
        return self.host.run(f"ping -n -q -c {count} -i 0.05 -W 2 {address}")

    def close(self):
        self.host.close()
        self.router.close()
