# SPDX-License-Identifier: Apache-2.0
"""Network namespaces for tests: private to this process, gone when it ends.

Call isolate() once, before anything else: from then on this process has its own network and mount
namespace and its own folder of named namespaces, so that names never collide with another run.
"""
import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
TUNSETIFF, IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 1, 0x1000, 0x4000
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
TUNSETOFFLOAD, OFFLOADS = 0x400454D0, 0x6F  # checksums, TCP and UDP segmentation

libc = ctypes.CDLL(None, use_errno=True)
_isolated = False


def _check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def isolate():
    """Own network and mount namespaces, an empty folder of named namespaces, loopback up."""
    global _isolated
    if _isolated:
        return
    _check(libc.unshare(CLONE_NEWNS | CLONE_NEWNET))
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _check(libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None))
    os.makedirs("/run/netns")
    run("ip link set lo up")
    _isolated = True


def run(command, ns=None, check=True, timeout=60):
    """One command without a shell; its output."""
    words = command.split() if isinstance(command, str) else list(command)
    if ns:
        words = ["ip", "netns", "exec", ns] + words
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


@contextlib.contextmanager
def inside(ns):
    """The calling thread is in the named namespace."""
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(f"/run/netns/{ns}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(libc.setns(there, CLONE_NEWNET))
        yield
    finally:
        _check(libc.setns(here, CLONE_NEWNET))
        os.close(here)
        os.close(there)


def open_tun(ns, name, flags=IFF_TUN | IFF_NO_PI | IFF_VNET_HDR, offloads=OFFLOADS):
    """The descriptor of a new TUN device in the namespace, as vpngw-agent makes it unless said otherwise."""
    with inside(ns):
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
        if flags & IFF_VNET_HDR:
            fcntl.ioctl(fd, TUNSETOFFLOAD, offloads)
            run(f"ip link set {name} gso_max_size 60000", ns)
    return fd


def _open(ns, kind, protocol, address):
    """A bound socket with buffers as large as vpngw-agent's."""
    with inside(ns):
        sock = socket.socket(socket.AF_INET, kind, protocol)
        for option in (SO_SNDBUFFORCE, SO_RCVBUFFORCE):
            sock.setsockopt(socket.SOL_SOCKET, option, 4 * 1024 * 1024)
        sock.bind(address)
    return sock


def open_udp(ns, address, port):
    return _open(ns, socket.SOCK_DGRAM, 0, (address, port))


def open_esp(ns, address):
    return _open(ns, socket.SOCK_RAW, 50, (address, 0))
