# SPDX-License-Identifier: Apache-2.0
"""Traffic between two machines: pings that account for every packet, and a checked TCP transfer."""
import hashlib
import os
import re
import signal
import socket
import threading
import time

REPLY = re.compile(r"\[(\d+\.\d+)\].*icmp_seq=(\d+) ttl")
SENT = re.compile(r"(\d+) packets transmitted, (\d+) received")


class Pings:
    """`ping` at an interval until stopped; then sent, lost, and the longest time without an answer."""

    def __init__(self, machine, target, interval_s=0.01, source=None):
        self.interval_s = interval_s
        command = ["ping", "-n", "-D", "-i", interval_s, "-W", "1", *(["-I", source] if source else []), target]
        machine.pings = getattr(machine, "pings", 0) + 1
        self.daemon = machine.start(f"ping-{machine.pings}", command)
        self.started = time.time()

    def replies(self):
        """(time, sequence) of each answer so far."""
        return [(float(at), int(sequence)) for at, sequence in REPLY.findall(self.daemon.text())]

    def wait(self, count=5, seconds=5):
        """Waits for further answers: traffic flows now."""
        from lab.until import until
        before = len(self.replies())
        until(lambda: len(self.replies()) >= before + count, f"{count} more answers to ping", seconds)

    def stop(self):
        self.daemon.process.send_signal(signal.SIGINT)
        self.daemon.process.wait(10)
        replies = self.replies()
        answered = {sequence for _, sequence in replies}
        self.sent = int(SENT.search(self.daemon.text())[1])
        # the one on its way when ping was stopped is not lost
        last = self.sent if self.sent in answered else self.sent - 1
        self.lost = [sequence for sequence in range(1, last + 1) if sequence not in answered]
        times = [at for at, _ in replies]
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        self.gap_s = max(gaps, default=float("inf"))
        return self


def first_answer_after(machine, target, since, seconds):
    """Seconds from `since` (time.monotonic) until target answers a ping sent from machine."""
    from lab.until import until
    until(lambda: machine.run(f"ping -n -q -c 1 -W 0.2 {target}"), f"{target} answers again", seconds)
    return time.monotonic() - since


def transfer(sender, receiver, address, size, port=7000, seconds=120):
    """Moves size random bytes over TCP from one machine to the other at address; Mbit/s, contents compared."""
    listener = receiver.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(1)
    listener.settimeout(seconds)
    got = {}

    def receive():
        try:
            peer, _ = listener.accept()
            peer.settimeout(seconds)
            digest, total = hashlib.sha256(), 0
            with peer:
                while chunk := peer.recv(1 << 18):
                    digest.update(chunk)
                    total += len(chunk)
            got.update(digest=digest.digest(), total=total, at=time.monotonic())
        except OSError as error:
            got["error"] = error

    thread = threading.Thread(target=receive, daemon=True)
    thread.start()
    digest = hashlib.sha256()
    out = sender.socket(socket.AF_INET, socket.SOCK_STREAM)
    out.settimeout(seconds)
    with out:
        out.connect((address, port))
        started = time.monotonic()
        left = size
        while left:
            chunk = os.urandom(min(left, 1 << 18))
            digest.update(chunk)
            out.sendall(chunk)
            left -= len(chunk)
    thread.join(seconds)
    listener.close()
    assert got.get("total") == size, f"{got.get('total', 0)} of {size} bytes arrived ({got.get('error')})"
    assert got["digest"] == digest.digest(), "the bytes that arrived are not those that were sent"
    return size * 8 / (got["at"] - started) / 1e6
