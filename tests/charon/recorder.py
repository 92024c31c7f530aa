# SPDX-License-Identifier: Apache-2.0
"""A recorder in espd's place, for looking at what the plug-in says: it answers requests, keeps the
SAs it was told and relays IKE datagrams over real UDP sockets. It moves no ESP.
"""
import collections
import contextlib
import ctypes
import errno
import os
import selectors
import socket
import struct
import threading
import time

HELLO, ACK = 1, 2
SPI_GET, SA_ADD, SA_UPDATE, SA_QUERY, SA_REMOVE, SA_FLUSH, IKE_SEND, ORPHANS = range(64, 72)
SA_COUNTERS, IKE_RECEIVED, SA_EXPIRED, SA_MAPPING = range(80, 84)
IN, OUT = 1, 2
VERSION = 3
HEADER = struct.Struct("=HHI")
MARKER = b"\0\0\0\0"
U8, U16, U32, U64 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64


class Key(ctypes.Structure):
    _fields_ = [("direction", U32), ("spi", U8 * 4), ("peer", U8 * 4)]


class Sa(ctypes.Structure):
    """struct espd_sa of src/espd/proto.h."""
    _fields_ = [("key", Key), ("if_id", U32), ("source", U8 * 4), ("destination", U8 * 4),
                ("source_port", U16), ("destination_port", U16), ("encapsulated", U8), ("esn", U8),
                ("cipher", U16), ("integrity", U16), ("cipher_key_size", U16), ("integrity_key_size", U16),
                ("source_selectors", U16), ("destination_selectors", U16), ("hold_ms", U16), ("replay_window", U32),
                ("soft_lifetime_s", U32), ("hard_lifetime_s", U32), ("soft_packets", U64), ("hard_packets", U64),
                ("soft_bytes", U64), ("hard_bytes", U64), ("cipher_key", U8 * 64), ("integrity_key", U8 * 64)]


class Update(ctypes.Structure):
    _fields_ = [("key", Key), ("source", U8 * 4), ("destination", U8 * 4), ("source_port", U16),
                ("destination_port", U16), ("encapsulated", U8), ("reserved", U8 * 3)]


def dotted(octets):
    return socket.inet_ntoa(bytes(octets))


class Installed:
    """One SA as it was told, with its selectors as (first, last, first port, last port, protocol)."""

    def __init__(self, body):
        self.sa = Sa.from_buffer_copy(body)
        rest = body[ctypes.sizeof(Sa):]
        found = [(socket.inet_ntoa(rest[i:i + 4]), socket.inet_ntoa(rest[i + 4:i + 8]),
                  *struct.unpack_from("=HHB", rest, i + 8)) for i in range(0, len(rest), 16)]
        assert len(found) == self.sa.source_selectors + self.sa.destination_selectors
        self.sources, self.destinations = found[:self.sa.source_selectors], found[self.sa.source_selectors:]
        self.direction, self.spi = self.sa.key.direction, bytes(self.sa.key.spi)
        self.peer, self.source, self.destination = dotted(self.sa.key.peer), dotted(self.sa.source), dotted(self.sa.destination)

    @property
    def key(self):
        return bytes(self.sa.key)


class Recorder:
    """Listens at path, with UDP 500 and 4500 of one address in one machine. stop() is its death."""

    def __init__(self, machine, address, path):
        self.machine, self.address, self.path = machine, address, path
        self.requests = collections.Counter()
        self.added = []       # every SA that was ever added
        self.updated = []
        self.sent = []        # (local port, remote address, remote port, payload)
        self.sent_at = []     # (monotonic seconds, payload)
        self.sas = {}         # those installed now, by key
        self.traffic = {}     # key: (packets, bytes, idle seconds) for SA_QUERY
        self.bunch = False    # hold the last aggressive-mode message until the next datagram comes: the worst race
        self.bunched = []
        self.refuse = {}      # request type: errno to answer
        self.orphans = {}     # if_id: SAs of a lost charon it claims to hold
        self.lost = collections.Counter()
        self.nat_offset = 0   # not 0: behind a NAT that adds this to the port
        self.lock = threading.RLock()
        self.client = self.thread = None

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self.listener.bind(str(self.path))
        os.chmod(self.path, 0o666)
        self.listener.listen()
        self.udp = {}
        for port in (500, 4500):
            self.udp[port] = self.machine.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp[port].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.udp[port].bind((self.address, port + self.nat_offset))
        self.waker, self.woken = os.pipe()[::-1]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def stop(self):
        if not self.thread:
            return
        os.write(self.waker, b"x")
        self.thread.join()
        self.thread = None
        for thing in (self.listener, self.client, *self.udp.values()):
            if thing:
                thing.close()
        self.client = None
        os.close(self.waker)
        os.close(self.woken)
        with self.lock:
            self.sas.clear()

    def _run(self):
        self.selector = selectors.DefaultSelector()
        for thing in (self.listener, self.woken, *self.udp.values()):
            self.selector.register(thing, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj == self.woken:
                    self.selector.close()
                    return
                if key.fileobj is self.listener:
                    self._accept()
                elif key.fileobj is self.client:
                    self._read()
                elif key.fileobj in self.udp.values():
                    self._relay(key.fileobj)

    def _accept(self):
        if self.client:
            self.selector.unregister(self.client)
            self.client.close()
        self.client, _ = self.listener.accept()
        self.selector.register(self.client, selectors.EVENT_READ)

    def _read(self):
        message = self.client.recv(65536)
        if not message:
            self.selector.unregister(self.client)
            self.client.close()
            self.client = None
            return
        kind, reserved, sequence = HEADER.unpack_from(message)
        assert reserved == 0 and sequence != 0
        with self.lock:
            self.requests[kind] += 1
            self._handle(kind, sequence, message[HEADER.size:])

    def _send(self, kind, sequence, body):
        with self.lock:
            self.client.send(HEADER.pack(kind, 0, sequence) + body)

    def _handle(self, kind, sequence, body):
        if kind == HELLO:
            self._send(HELLO, sequence, struct.pack("=I", VERSION))
            return
        if kind == IKE_SEND:
            self._ike_send(body)
            return
        error, value = -self.refuse.get(kind, 0), b"\0\0\0\0"
        if not error:
            if kind == SPI_GET:
                value = b"\xc0" + os.urandom(3)
            elif kind == SA_ADD:
                installed = Installed(body)
                self.added.append(installed)
                self.sas[installed.key] = installed
            elif kind == SA_UPDATE:
                update = Update.from_buffer_copy(body)
                self.updated.append(update)
                installed = self.sas.pop(bytes(update.key), None)
                error = 0 if installed else -errno.ENOENT
                if installed:
                    installed.sa.key.peer = update.source if installed.direction == IN else update.destination
                    self.sas[installed.key] = installed
            elif kind == SA_QUERY and body in self.sas:
                self._send(SA_COUNTERS, sequence, body + struct.pack("=IQQQ", 0, *self.traffic.get(body, (0, 0, 2**64 - 1))))
            elif kind in (SA_QUERY, SA_REMOVE):
                error = 0 if self.sas.pop(body, None) else -errno.ENOENT
            elif kind == SA_FLUSH:
                self.sas.clear()
            elif kind == ORPHANS:
                value = struct.pack("=I", self.orphans.get(struct.unpack("=I", body)[0], 0))
            else:
                error = -errno.EINVAL
        self._send(ACK, sequence, struct.pack("=i", error) + value)

    def _ike_send(self, body):
        local, remote, local_port, remote_port = struct.unpack_from("=4s4sHH", body)
        self.sent.append((local_port, socket.inet_ntoa(remote), remote_port, body[12:]))
        self.sent_at.append((time.monotonic(), body[12:]))
        assert socket.inet_ntoa(local) == self.address
        try:
            self.udp[local_port].sendto(body[12:], (socket.inet_ntoa(remote), remote_port))
        except OSError:
            self.lost["send"] += 1

    def _relay(self, udp):
        payload, (remote, remote_port) = udp.recvfrom(65536)
        port = udp.getsockname()[1] - self.nat_offset
        if len(payload) < 2 or (port == 4500 and payload[:4] != MARKER):
            self.lost["not ike"] += 1
            return
        self.bunched.append(struct.pack("=4s4sHH", socket.inet_aton(self.address), socket.inet_aton(remote),
                                        port, remote_port) + payload)
        message = payload.removeprefix(MARKER)
        if self.bunch and message[17:19] == b"\x10\x04" and any(message[8:16]):
            return
        while self.bunched and self.client:
            self.event(IKE_RECEIVED, self.bunched.pop(0))

    def event(self, kind, body):
        self._send(kind, 0, body)

    def expire(self, installed, hard):
        self.event(SA_EXPIRED, installed.key + struct.pack("=I", hard))

    def remap(self, installed, address, port):
        self.event(SA_MAPPING, installed.key + socket.inet_aton(address) + struct.pack("=HH", port, 0))

    def now(self, direction=None):
        with self.lock:
            return [installed for installed in self.sas.values() if direction in (None, installed.direction)]
