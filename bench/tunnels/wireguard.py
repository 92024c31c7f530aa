# SPDX-License-Identifier: Apache-2.0
"""wireguard-go on both ends."""
from lab.machine import sh
from lab.until import until

from bench.tunnels.pair import INNER, MTU, OTHER, OUTER, Pair

PORT = 51820


class WireguardPair(Pair):
    def __init__(self, who, folder):
        super().__init__(who, folder)
        public = {end: self._make_key(end) for end in self.ends}
        for end, machine in self.ends.items():
            other, device = OTHER[end], self._device(end)
            self.start(end, ["wireguard-go", "-f", device], {"LOG_LEVEL": "error"})
            until(lambda end=end: self._is_there(end), f"{device} is there", 10)
            machine.run(f"wg set {device} listen-port {PORT} private-key {self._key(end)} peer {public[other]} "
                        f"endpoint {OUTER[other]}:{PORT} allowed-ips {INNER[other]}/32")
            machine.address(device, f"{INNER[end]}/24")
            machine.run(f"ip link set {device} mtu {MTU} up")
            machine.run(f"ip route add {INNER[other]}/32 dev {device} src {INNER[end]}")

    @staticmethod
    def _device(end):
        """Its control socket is named after it, in a folder both ends share."""
        return f"wg-{end}"

    def _is_there(self, end):
        return self.ends[end].run(f"wg show {self._device(end)}", check=False).startswith("interface")

    def _key(self, end):
        return self.ends[end].folder / "private"

    def _make_key(self, end):
        """The public one."""
        self._key(end).write_text(sh("wg genkey"), encoding="ascii")
        return sh(["sh", "-c", f"wg pubkey <{self._key(end)}"]).strip()

    def select(self, suite):
        self.wait_up()
