# SPDX-License-Identifier: Apache-2.0
"""Looking at a link: which packets are ESP, which IKE, and whether any went in the clear."""
import collections
import socket
import struct
import threading
import time

ETH_P_ALL, PACKET_OUTGOING = 3, 4
NON_ESP_MARKER = b"\0\0\0\0"

Packet = collections.namedtuple("Packet", "at source destination protocol kind spi sequence data")


def classify(frame, at=0.0):
    """A Packet of an Ethernet frame, None when it is not IPv4. kind: esp, esp-udp, ike, keepalive, plain."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00":
        return None
    ip = frame[14:]
    header, protocol = (ip[0] & 15) * 4, ip[9]
    source, destination = socket.inet_ntoa(ip[12:16]), socket.inet_ntoa(ip[16:20])
    body = ip[header:struct.unpack_from(">H", ip, 2)[0]]
    fragment = struct.unpack_from(">H", ip, 6)[0] & 0x1fff
    kind, spi, sequence = "plain", 0, 0
    if fragment:
        kind = "fragment"
    elif protocol == 50 and len(body) >= 8:
        kind = "esp"
        spi, sequence = struct.unpack_from(">II", body)
    elif protocol == 17 and len(body) >= 8:
        ports, inner = struct.unpack_from(">HH", body), body[8:]
        if 4500 in ports or 500 in ports:
            if 500 in ports or inner[:4] == NON_ESP_MARKER:
                kind = "ike"
            elif len(inner) == 1:
                kind = "keepalive"
            elif len(inner) >= 8:
                kind = "esp-udp"
                spi, sequence = struct.unpack_from(">II", inner)
    return Packet(at, source, destination, protocol, kind, spi, sequence, bytes(body))


def opens_ike_sa(packet):
    """An IKE message that opens a new IKE_SA: the responder's SPI is still zero."""
    if packet.kind != "ike":
        return False
    message = packet.data[8:].removeprefix(NON_ESP_MARKER)
    return len(message) >= 28 and struct.unpack_from(">Q", message, 8)[0] == 0


class Capture:
    """Records a link of a machine in a thread; packets are counted once, as they arrive at the machine or leave it."""

    def __init__(self, machine, interface):
        self.machine, self.interface = machine, interface
        self.kinds = collections.Counter()
        self.frames = collections.deque(maxlen=20000)
        self.total = 0
        self.forbidden = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.socket = self.machine.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((self.interface, ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)
        self.socket.settimeout(0.1)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self.socket.close()

    def forbid(self, *texts):
        """Byte strings that must never be seen on this link, whatever the protocol."""
        self.forbidden |= {text: 0 for text in texts}

    def _run(self):
        while not self._stop.is_set():
            try:
                frame = self.socket.recv(65536)
            except TimeoutError:
                continue
            self.total += 1
            packet = classify(frame, time.monotonic())
            self.frames.append((time.time(), frame))
            if packet:
                self.kinds[packet.kind] += 1
            for text in self.forbidden:
                if text in frame:
                    self.forbidden[text] += 1

    def esp(self):
        return self.kinds["esp"] + self.kinds["esp-udp"]

    def packets(self):
        return [packet for at, frame in list(self.frames) if (packet := classify(frame, at))]

    def write_pcap(self, path):
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for at, frame in list(self.frames):
                out.write(struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame)
