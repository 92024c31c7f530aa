# SPDX-License-Identifier: Apache-2.0
"""A door: connections to a listening socket of one namespace, carried to a port inside another."""
import socket
import threading

from lab.cage import setns


class Door:
    """listener was made outside the lab; every connection to it goes to 127.0.0.1:port of machine."""

    def __init__(self, listener, machine, port):
        self.listener, self.machine, self.port = listener, machine, port
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with open(self.machine.path, "rb") as there:
            setns(there.fileno())
        while True:
            try:
                outside, _ = self.listener.accept()
            except OSError:
                return
            try:
                inside = socket.create_connection(("127.0.0.1", self.port), 10)
            except OSError:
                outside.close()
                continue
            inside.settimeout(None)
            for one, other in ((outside, inside), (inside, outside)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one, other):
        try:
            while data := one.recv(1 << 16):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (one, other):
                end.close()

    def close(self):
        self.listener.close()
