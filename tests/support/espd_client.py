# SPDX-License-Identifier: Apache-2.0
"""A client of vpngw-espd's control protocol (src/espd/proto.h), both roles, and a way to run espd.

    espd = Espd(binary, tmp_path)                  # starts it, waits for its sockets
    agent, charon = espd.agent(), espd.charon()
    agent.add_socket(NATT, "10.0.0.1", fd); agent.add_tunnel(7, fd, "10.0.0.1")
    charon.add_sa(IN, spi, if_id=7, source=..., destination=..., suite=SUITES["aes128-sha1"], keys=...)

Requests raise EspdError with the errno of a refusal. Events are collected; wait_event() waits.
"""
import array
import contextlib
import ctypes
import errno
import os
import select
import signal
import socket
import struct
import subprocess
import time

VERSION = 3
HELLO, ACK = 1, 2
SOCKET_ADD, SOCKET_REMOVE, TUNNEL_ADD, TUNNEL_SET, TUNNEL_REMOVE, DUMP, COUNTERS = range(16, 23)
SOCKET_HELD, TUNNEL_HELD, SA_HELD, TUNNEL_COUNTERS, TUNNEL_WAKE, TUNNEL_SAS, GLOBAL_COUNTERS, CRYPTO = range(32, 40)
SPI_GET, SA_ADD, SA_UPDATE, SA_QUERY, SA_REMOVE, SA_FLUSH, IKE_SEND, ORPHANS = range(64, 72)
SA_COUNTERS, IKE_RECEIVED, SA_EXPIRED, SA_MAPPING = range(80, 84)
IKE, NATT, ESP = 1, 2, 3
IN, OUT = 1, 2
DES, TRIPLE_DES, AES_CBC, AES_GCM, CHACHA = 2, 3, 12, 20, 28
INTEGRITY = {"md5": (1, 16), "sha1": (2, 20), "sha256": (12, 32), "sha384": (13, 48), "sha512": (14, 64)}
CIPHERS = {"des": (DES, 8), "3des": (TRIPLE_DES, 24), "aes128": (AES_CBC, 16), "aes192": (AES_CBC, 24), "aes256": (AES_CBC, 32)}
AEADS = {"aes128gcm": (AES_GCM, 20), "aes192gcm": (AES_GCM, 28), "aes256gcm": (AES_GCM, 36), "chacha20": (CHACHA, 36)}

# name: (cipher, key size, integrity, key size)
SUITES = {f"{c}-{i}": CIPHERS[c] + INTEGRITY[i] for c in CIPHERS for i in INTEGRITY}
SUITES |= {name: aead + (0, 0) for name, aead in AEADS.items()}
ANY = ("0.0.0.0", "255.255.255.255", 0, 65535, 0)

HEADER = struct.Struct("=HHI")
TUNNEL_COUNTERS_NAMES = (
    "if_id inbound_sas outbound_sas reserved in_packets in_bytes out_packets out_bytes last_in_ms last_out_ms "
    "out_unanswered no_sa selector_in selector_out replay auth malformed too_big ipv6 sequence io"
).split()
GLOBAL_COUNTERS_NAMES = "ike_in ike_out keepalives ike_limit ike_queue garbage unknown_spi drop_ike_out".split()


class EspdError(OSError):
    """A request was refused; errno says why."""


def address(text):
    return socket.inet_aton(text)


def key_of(direction, spi, peer):
    return struct.pack("=I", direction) + struct.pack("!I", spi) + address(peer)


def selector(first, last, first_port=0, last_port=65535, protocol=0):
    return address(first) + address(last) + struct.pack("=HHB3x", first_port, last_port, protocol)


class Client:
    """One connection. role: "agent" or "ike"."""

    def __init__(self, path, version=VERSION):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.connect(str(path))
        self.sequence = 0
        self.events = []
        self.sock.send(HEADER.pack(HELLO, 0, 1) + struct.pack("=I", version))
        self.hello = self._receive(5)
        assert self.hello and self.hello[0] == HELLO

    def close(self):
        self.sock.close()

    def _receive(self, timeout):
        if not select.select([self.sock], [], [], timeout)[0]:
            return None
        fds = array.array("i")
        data, ancillary, _, _ = self.sock.recvmsg(65536, socket.CMSG_SPACE(4))
        if not data:
            raise ConnectionResetError("espd closed the connection")
        for level, kind, payload in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(payload)
        kind, _, sequence = HEADER.unpack_from(data)
        return kind, sequence, data[HEADER.size :], fds[0] if fds else -1

    def send(self, kind, body=b"", fd=None, sequence=0):
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))] if fd is not None else []
        self.sock.sendmsg([HEADER.pack(kind, 0, sequence), body], ancillary)

    def request(self, kind, body=b"", fd=None):
        """(value of the ACK, answer items as (type, body, descriptor))"""
        self.sequence += 1
        self.send(kind, body, fd, self.sequence)
        items = []
        deadline = time.monotonic() + 10
        while True:
            message = self._receive(max(0, deadline - time.monotonic()))
            assert message, f"no answer to request {kind}"
            got, sequence, answer, passed = message
            if sequence == 0:
                self.events.append((got, answer))
            elif got == ACK:
                assert sequence == self.sequence
                error, value = struct.unpack("=iI", answer)
                if error:
                    raise EspdError(-error, errno.errorcode.get(-error, "?"))
                return value, items
            else:
                items.append((got, answer, passed))

    def wait_event(self, kind, timeout=5):
        """The body of the first event of this type; other events stay."""
        deadline = time.monotonic() + timeout
        while True:
            for i, (got, body) in enumerate(self.events):
                if got == kind:
                    del self.events[i]
                    return body
            message = self._receive(max(0, deadline - time.monotonic()))
            assert message, f"no event {kind} within {timeout} s"
            assert message[1] == 0, "an answer nobody asked for"
            self.events.append((message[0], message[2]))

    def drain_events(self):
        while (message := self._receive(0)) is not None:
            self.events.append((message[0], message[2]))
        events, self.events = self.events, []
        return events

    # the agent's requests

    def add_socket(self, kind, local, fd):
        self.request(SOCKET_ADD, struct.pack("=I", kind) + address(local), fd)

    def remove_socket(self, kind, local):
        self.request(SOCKET_REMOVE, struct.pack("=I", kind) + address(local))

    def add_tunnel(self, if_id, fd, local, mtu=1400):
        self.request(TUNNEL_ADD, struct.pack("=II", if_id, mtu) + address(local), fd)

    def remove_tunnel(self, if_id):
        self.request(TUNNEL_REMOVE, struct.pack("=I", if_id))

    def dump(self):
        return self.request(DUMP)[1]

    def counters(self, if_id):
        ((kind, body, _),) = self.request(COUNTERS, struct.pack("=I", if_id))[1]
        assert kind == TUNNEL_COUNTERS
        return dict(zip(TUNNEL_COUNTERS_NAMES, struct.unpack("=4I17Q", body)))

    def global_counters(self):
        kind, body, _ = self.request(COUNTERS, struct.pack("=I", 0))[1][0]
        assert kind == GLOBAL_COUNTERS
        return dict(zip(GLOBAL_COUNTERS_NAMES, struct.unpack("=8Q", body)))

    # charon's requests

    def fresh_spi(self):
        return socket.ntohl(self.request(SPI_GET)[0])

    def add_sa(self, direction, spi, if_id, source, destination, suite, keys, encapsulated=True, esn=False,
               ports=(4500, 4500), window=2048, sources=(ANY,), destinations=(ANY,), lifetime=(0, 0),
               packets=(0, 0), size=(0, 0)):
        peer = destination if direction == OUT else source
        cipher, _, integrity, _ = suite
        body = key_of(direction, spi, peer)
        body += struct.pack("=I", if_id) + address(source) + address(destination) + struct.pack("=HH", *ports)
        body += struct.pack("=BBHHHHHH", encapsulated, esn, cipher, integrity, len(keys[0]), len(keys[1]),
                            len(sources), len(destinations))
        body += b"\0" * (-len(body) % 4) + struct.pack("=III", window, *lifetime)
        body += b"\0" * (-len(body) % 8) + struct.pack("=QQQQ", *packets, *size)
        body += keys[0].ljust(64, b"\0") + keys[1].ljust(64, b"\0")
        body += b"".join(selector(*s) for s in (*sources, *destinations))
        self.request(SA_ADD, body)

    def update_sa(self, direction, spi, peer, source, destination, ports=(4500, 4500), encapsulated=True):
        self.request(SA_UPDATE, key_of(direction, spi, peer) + address(source) + address(destination)
                     + struct.pack("=HHB3x", *ports, encapsulated))

    def remove_sa(self, direction, spi, peer):
        self.request(SA_REMOVE, key_of(direction, spi, peer))

    def query_sa(self, direction, spi, peer):
        """(packets, bytes, idle seconds)"""
        ((kind, body, _),) = self.request(SA_QUERY, key_of(direction, spi, peer))[1]
        assert kind == SA_COUNTERS
        return struct.unpack_from("=QQQ", body, 16)

    def flush_sas(self):
        self.request(SA_FLUSH)

    def orphans(self, if_id):
        """How many SAs of a lost charon the tunnel still sends on."""
        return self.request(ORPHANS, struct.pack("=I", if_id))[0]

    def send_ike(self, local, remote, payload, local_port=500, remote_port=500):
        self.send(IKE_SEND, address(local) + address(remote) + struct.pack("=HH", local_port, remote_port) + payload)


class Espd:
    """A running vpngw-espd; a context manager. Its standard error is in .log()."""

    running = []

    def __init__(self, binary, run_dir, uid=12345, gid=12345, arguments=()):
        self.run_dir = run_dir
        self.log_path = os.path.join(run_dir, "espd.log")
        environment = dict(os.environ)
        # A sandboxed, undumpable process cannot be scanned for leaks; unit tests do that.
        environment["ASAN_OPTIONS"] = "detect_leaks=0:symbolize=0:handle_segv=0:" + environment.get("ASAN_OPTIONS", "")
        environment["UBSAN_OPTIONS"] = "halt_on_error=1:symbolize=0"
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen(
                [str(binary), "--run-dir", str(run_dir), "--uid", str(uid), "--gid", str(gid), *arguments],
                stderr=log, env=environment, preexec_fn=_die_with_parent)
        Espd.running.append(self)
        deadline = time.monotonic() + 20
        while "ready" not in self.log():
            assert self.process.poll() is None, f"espd ended: {self.log()}"
            assert time.monotonic() < deadline, "espd is not ready"
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def log(self):
        with open(self.log_path) as log:
            return log.read()

    def agent(self):
        """crypto: (library, suites through it, suites it got wrong), as every agent is told."""
        client = Client(os.path.join(self.run_dir, "agent.sock"))
        library, suites, failed = struct.unpack("=64sII", client.wait_event(CRYPTO))
        client.crypto = library.rstrip(b"\0").decode(), suites, failed
        return client

    def charon(self):
        return Client(os.path.join(self.run_dir, "ike.sock"))

    def kill(self):
        """Ends it at once and waits."""
        self.process.kill()
        self.process.wait()
        if self in Espd.running:
            Espd.running.remove(self)

    def stop(self):
        """Ends it; it must end by itself, with 0 and without a sanitizer's word."""
        if self not in Espd.running:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(20)
        finally:
            self.kill()
        assert status == 0, f"espd ended with {status}: {self.log()}"
        assert "runtime error" not in self.log() and "Sanitizer" not in self.log(), self.log()


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
