# SPDX-License-Identifier: Apache-2.0
"""The agent's end of src/charon/proto.h: reads HELLO, alerts and log lines, sends peer settings."""
import collections
import fcntl
import select
import socket
import struct
import time

from lab.until import until

SIOCOUTQ = 0x5411
HELLO, ALERT, LINE, PEER, PEERS_DONE = 1, 2, 3, 16, 17
REASONS = ("", "ike proposal", "child proposal", "selector", "psk", "identity", "no connection", "peer silent",
           "peer refused", "dpd timeout")
Alert = collections.namedtuple("Alert", "reason unique local_address remote_address connection local remote")
Line = collections.namedtuple("Line", "time lost connection group text")


def text(octets):
    assert octets[-1] == 0
    return octets.split(b"\0", 1)[0].decode()


class Agent:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(str(path))
        self.alerts, self.lines = [], []
        kind, self.version, self.pid = struct.unpack("=III", self.socket.recv(64))
        assert kind == HELLO and self.version == 2

    def close(self):
        self.socket.close()

    def peer(self, remote, nat_traversal, local="0.0.0.0"):
        self.socket.send(struct.pack("=I4s4sI", PEER, socket.inet_aton(remote), socket.inet_aton(local), nat_traversal))

    def done(self):
        self.socket.send(struct.pack("=I", PEERS_DONE))
        until(lambda: not struct.unpack("=i", fcntl.ioctl(self.socket, SIOCOUTQ, b"\0\0\0\0"))[0], "the plug-in has read it all")

    def read(self, seconds=0.0):
        """Takes what is there into self.alerts and self.lines; waits up to `seconds` for the first alert."""
        while select.select([self.socket], [], [], seconds)[0]:
            message = self.socket.recv(4096)
            if message[:4] == struct.pack("=I", LINE):
                self.line(message)
                continue
            assert len(message) == 4 + 16 + 64 + 512 + 512, "not an alert, or closed"
            kind, reason, unique, local, remote = struct.unpack_from("=III4s4s", message)
            assert kind == ALERT
            self.alerts.append(Alert(REASONS[reason], unique, socket.inet_ntoa(local), socket.inet_ntoa(remote),
                                     text(message[20:84]), text(message[84:596]), text(message[596:])))
            seconds = 0
        return self.alerts

    def line(self, message):
        assert len(message) == 4 + 12 + 64 + 8 + 512, "not a line"
        time_s, time_ms, lost = struct.unpack_from("=III", message, 4)
        assert time_ms < 1000
        self.lines.append(Line(time_s + time_ms / 1000, lost, text(message[16:80]), text(message[80:88]), text(message[88:])))

    def wait_line(self, words, seconds=10.0):
        def found():
            self.read()
            return [line for line in self.lines if words in line.text]
        return until(found, f"a line with {words!r}", seconds)[0]

    def wait(self, reason, seconds=10.0):
        deadline = time.monotonic() + seconds
        while True:
            for alert in self.alerts:
                if alert.reason == reason:
                    return alert
            left = deadline - time.monotonic()
            assert left > 0, f"no alert {reason!r}, only {self.alerts}"
            self.read(left)
