# SPDX-License-Identifier: Apache-2.0
"""Both ends of the plug-in's tests: charon with our plug-in, as uid 12345 without capabilities, and
Debian's charon with its own ESP in user space. Both are driven over VICI.
"""
import os
import pathlib
import shutil
import subprocess

from lab.datacentre import DataCentre  # noqa: F401  (PLUGINS below is its list)
from lab.datacentre import PLUGINS as THEIR_PLUGINS
from lab.until import until
from lab.vici import Refused, Vici

from agent import Agent
from recorder import Recorder

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("VPNGW_BUILD", ROOT / "build"))
PLUGIN = BUILD / "src" / "charon" / "libstrongswan-vpngw.so"
PLUGINS = pathlib.Path("/usr/lib/ipsec/plugins")
OUR_PLUGINS = "random nonce aes sha1 sha2 md5 hmac kdf gmp openssl gcrypt curve25519 vpngw kernel-netlink counters vici"
UID = 12345
PSK = b"a key with all sorts: ~`!@#$%^&*()_-+={}[]\\|;:',.<>/?"
CONF = """charon-systemd {{
  load = {plugins}
  install_routes = no
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  retransmit_timeout = 1.0
  retransmit_tries = {tries}
  retransmit_base = 1.0
  {more}
  plugins {{
    vici {{
      socket = unix://{folder}/vici
    }}
    vpngw {{
      espd = {espd}
      agent = {folder}/agent
    }}
  }}
  filelog {{
    log {{
      path = {folder}/charon.log
      time_format = %H:%M:%S
      time_add_ms = yes
      default = 1
      knl = 2
      flush_line = yes
    }}
  }}
}}
"""


def overlay_plugins():
    """The plug-in beside Debian's, for every charon of this mount namespace; nothing outside it changes."""
    copy = pathlib.Path("/run/plugins")
    shutil.copytree(PLUGINS, copy)
    shutil.copy(PLUGIN, copy)
    subprocess.run(["mount", "--bind", str(copy), str(PLUGINS)], check=True)


def sanitizer():
    """The environment a charon needs that loads a plug-in built with the address sanitizer."""
    linked = subprocess.run(["ldd", str(PLUGIN)], check=True, capture_output=True, text=True).stdout
    libraries = [name for name in ("libasan.so.8", "libubsan.so.1") if name in linked]
    if not libraries:
        return {}
    # charon leaks a little at exit, which is not ours
    return {"LD_PRELOAD": ":".join(libraries), "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:check_printf=0",
            "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1"}


class Side:
    def __init__(self, machine, address, peer):
        self.machine, self.address, self.peer = machine, address, peer
        self.folder = machine.folder
        self.charon = None
        self.espd_path = self.folder / "espd"

    def configure(self, plugins, tries=3, more=""):
        self.conf = self.folder / "strongswan.conf"
        self.conf.write_text(CONF.format(plugins=plugins, folder=self.folder, espd=self.espd_path, tries=tries, more=more), encoding="utf-8")

    def answers(self):
        assert self.charon.alive(), self.charon.text() + self.log()
        return self.vici().close() is None

    def log(self):
        path = self.folder / "charon.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def vici(self, timeout_s=30):
        return Vici(self.folder / "vici", timeout_s)

    def load(self, version="ikev2", ike="aes128-sha1-modp1024", esp="aes128-sha1-modp1024", psk=PSK, mode="main",
             local_ts="0.0.0.0/0", remote_ts="0.0.0.0/0", local_id=None, remote_id=None, child=None, **other):
        local_id, remote_id = local_id or self.address, remote_id or self.peer
        with self.vici() as vici:
            vici.call("load-shared", {"id": "c", "type": "IKE", "data": psk, "owners": [local_id, remote_id]})
            vici.call("load-conn", {"c": {
                "version": "2" if version == "ikev2" else "1", "aggressive": "yes" if mode == "aggressive" else "no",
                "local_addrs": [self.address], "remote_addrs": [self.peer], "proposals": [ike], "mobike": "no",
                "local": {"auth": "psk", "id": local_id}, "remote": {"auth": "psk", "id": remote_id},
                **other, "children": {"c": {
                    "local_ts": [local_ts], "remote_ts": [remote_ts], "esp_proposals": [esp], "start_action": "none",
                    "rekey_time": "3000", "life_time": "3600", "rand_time": "100", **(child or {})}}}})

    def initiate(self, timeout_ms=10000):
        with self.vici(timeout_ms / 1000 + 20) as vici:
            vici.call("initiate", {"child": "c", "ike": "c", "timeout": str(timeout_ms)})

    def fails_to_initiate(self, timeout_ms=2500):
        try:
            self.initiate(timeout_ms)
        except Refused:
            return
        raise AssertionError("the connection came up")

    def terminate(self):
        with self.vici() as vici:
            vici.call("terminate", {"ike": "c", "timeout": "3000"})

    def sas(self):
        with self.vici() as vici:
            return [sa for message in vici.list("list-sas", "list-sa") for sa in message.values()]

    def children(self):
        return [child for sa in self.sas() for child in sa.get("child-sas", {}).values()
                if child["state"] == "INSTALLED"]


class Theirs(Side):
    """Debian's, as root: kernel-libipsec needs a TUN device."""

    def start(self, **options):
        self.configure(THEIR_PLUGINS, **options)
        self.charon = self.machine.start("charon-out", "/usr/sbin/charon-systemd", {"STRONGSWAN_CONF": str(self.conf)})
        until(self.answers, "their charon answers")
        return self


class Ours(Side):
    def __init__(self, machine, address, peer):
        super().__init__(machine, address, peer)
        os.chown(self.folder, UID, UID)
        self.espd = Recorder(machine, address, self.folder / "espd")
        self.agent = None

    def start(self, espd=True, agent=True, **options):
        if espd:
            self.espd.start()
        self.configure(OUR_PLUGINS, **options)
        self.charon = self.machine.start("charon-out", [
            "setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
            "--no-new-privs", "env", *[f"{name}={value}" for name, value in sanitizer().items()],
            f"STRONGSWAN_CONF={self.conf}", "/usr/sbin/charon-systemd"])
        until(self.answers, "our charon answers")
        if espd:
            until(lambda: self.espd.client, "the plug-in connects")
        if agent:
            self.agent = Agent(self.folder / "agent")
        return self

    def load(self, *arguments, child=None, **options):
        super().load(*arguments, child={"if_id_in": "7", "if_id_out": "7", **(child or {})}, **options)

    def close(self):
        if self.agent:
            self.agent.close()
        self.espd.stop()
