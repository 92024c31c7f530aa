# SPDX-License-Identifier: Apache-2.0
"""OpenVPN in user space on both ends, point to point with TLS keys."""
from lab.machine import sh

from bench.tunnels.pair import INNER, MTU, OTHER, OUTER, Pair

CIPHERS = {"aes128-sha1": ("AES-128-CBC", "SHA1"), "aes128-gcm": ("AES-128-GCM", "SHA1")}


class OpenvpnPair(Pair):
    """suites of one pair: its cipher is fixed when it starts."""

    def __init__(self, who, folder, suite):
        super().__init__(f"{who}-{suite}", folder)
        self.who, self.suites = who, (suite,)
        cipher, digest = CIPHERS[suite]
        prints = {end: self._make_certificate(end) for end in self.ends}
        for end, machine in self.ends.items():
            other = OTHER[end]
            self.start(end, ["openvpn", "--dev", "tun0", "--dev-type", "tun", "--proto", "udp4", "--local", OUTER[end],
                             "--remote", OUTER[other], "--ifconfig", INNER[end], INNER[other], "--tun-mtu", str(MTU),
                             "--cipher", cipher, "--data-ciphers", cipher, "--auth", digest, "--disable-dco",
                             "--tls-server" if end == "a" else "--tls-client", *(["--dh", "none"] if end == "a" else []),
                             "--cert", machine.folder / "cert.pem", "--key", machine.folder / "key.pem",
                             "--peer-fingerprint", prints[other], "--verb", "1"])

    def _make_certificate(self, end):
        folder = self.ends[end].folder
        sh(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", f"/CN={end}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"])
        return sh(["openssl", "x509", "-in", folder / "cert.pem", "-noout", "-fingerprint", "-sha256"]).split("=")[1].strip()

    def select(self, suite):
        self.wait_up()
