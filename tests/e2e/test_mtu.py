# SPDX-License-Identifier: Apache-2.0
"""Packets of every size get through: pings and TCP of 1200 to 1500 bytes, for each size of overhead."""
import socket
import struct

import pytest

EVERY_SIZE = range(1200, 1501)
HEADERS = 28


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[:len(data) // 2 * 2])) + (data[-1] << 8 if len(data) % 2 else 0)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ping_every_size(machine, target):
    """Sizes whose echo did not come back."""
    missing = []
    with machine.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.setsockopt(socket.SOL_IP, 10, 0)  # IP_MTU_DISCOVER: the packet may be fragmented
        sock.settimeout(2)
        for size in EVERY_SIZE:
            body = struct.pack("!HH", 4242, size) + bytes([size % 251]) * (size - HEADERS)
            sock.sendto(struct.pack("!BBH", 8, 0, checksum(b"\x08\x00\x00\x00" + body)) + body, (target, 0))
            try:
                while (got := sock.recv(4096))[20] != 0 or got[24:] != body:
                    pass
            except TimeoutError:
                missing.append(size)
    return missing


def send_every_size(sender, receiver, address):
    """Writes of every size over one TCP connection, each read before the next."""
    with receiver.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, 7001))
        listener.listen(1)
        listener.settimeout(5)
        with sender.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.settimeout(5)
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream.connect((address, 7001))
            accepted, _ = listener.accept()
            with accepted:
                accepted.settimeout(5)
                for size in EVERY_SIZE:
                    payload = bytes([size % 251]) * size
                    stream.sendall(payload)
                    got = b""
                    while len(got) < size:
                        got += accepted.recv(size - len(got))
                    assert got == payload, size


@pytest.mark.parametrize("encryption, authentication", [
    ("aes", "md5"), ("aes192", "sha256"), ("aes256", "sha384"), ("aes256", "sha512"),
    ("des", "sha1"), ("3des", "sha256"), ("3des", "sha384"), ("des", "sha512"), ("aes128gcm", None), ("chacha20", None)])
def test_every_size_arrives(lab, site, encryption, authentication):
    s = site(ipsec={"IpsecEncAlg": encryption} | ({"IpsecAuthAlg": authentication} if authentication else {})).create()
    s.configure_peer()
    s.wait_up()
    assert not ping_every_size(lab.host, s.dc.host_address)
    assert not ping_every_size(s.dc.host, "10.0.0.10")
    send_every_size(lab.host, s.dc.host, s.dc.host_address)
    send_every_size(s.dc.host, lab.host, "10.0.0.10")
