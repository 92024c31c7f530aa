# SPDX-License-Identifier: Apache-2.0
"""IKE datagrams between the Internet and charon."""
import errno
import os
import socket
import struct

import pytest
from espd_client import ESP, IKE, IKE_RECEIVED, NATT, EspdError
from namespaces import open_udp, run

INIT = os.urandom(8) + bytes(8) + b"\x21\x20\x22\x08" + bytes(4)


def ike(size=200, head=INIT):
    return head + struct.pack("!I", size) + os.urandom(size - 28)


def received(oracle):
    body = oracle.a.charon.wait_event(IKE_RECEIVED)
    local, remote = socket.inet_ntoa(body[:4]), socket.inet_ntoa(body[4:8])
    return local, remote, *struct.unpack("=HH", body[8:12]), body[12:]


def test_both_ways_on_both_ports(oracle):
    a, b = oracle.a.outer, oracle.a.peer_outer
    with open_udp("b", b, 500) as plain:
        message = ike()
        plain.sendto(message, (a, 500))
        assert received(oracle) == (a, b, 500, 500, message)
        oracle.a.charon.send_ike(a, b, message)
        assert plain.recvfrom(65536) == (message, (a, 500))
    marked = bytes(4) + ike()
    oracle.send(marked)
    assert received(oracle) == (a, b, 4500, 4500, marked)
    oracle.a.charon.send_ike(a, b, marked, 4500, 4500)
    assert oracle.udp.recvfrom(65536) == (marked, (a, 4500))
    oracle.a.charon.send_ike(a, b, b"\xff", 4500, 4500)
    assert oracle.udp.recv(65536) == b"\xff"
    whole = oracle.a.agent.global_counters()
    assert (whole["ike_in"], whole["ike_out"], whole["drop_ike_out"]) == (2, 3, 0)


def test_large_datagrams_are_fragmented_by_the_kernel(oracle):
    a, b = oracle.a.outer, oracle.a.peer_outer
    message = bytes(4) + ike(9000)
    oracle.a.charon.send_ike(a, b, message, 4500, 4500)
    assert oracle.udp.recv(65536) == message
    oracle.send(message)
    assert received(oracle)[4] == message
    # And DF is back on for ESP.
    _, opener = oracle.add("aes128-sha1")
    oracle.inner.sendto(b"x" * 1200, (oracle.a.peer_inner, 4001))
    run("ip link set wan mtu 1000", "a")
    oracle.inner.setsockopt(socket.SOL_IP, 10, 3)
    oracle.inner.sendto(b"x" * 1200, (oracle.a.peer_inner, 4001))
    oracle.a.wait_counters(lambda c: c["too_big"] == 1)


def test_without_charon_they_are_dropped(oracle):
    oracle.a.charon.close()
    oracle.a.wait_global(lambda c: oracle.send(bytes(4) + ike()) or c["ike_queue"] > 0)


def test_a_wrong_socket_is_refused(oracle):
    """Kind, address and port must be what the descriptor really is."""
    run("ip addr add 10.0.1.9/24 dev wan", "a")
    for kind, claimed, bound, port in ((IKE, "10.0.1.9", "10.0.1.9", 501), (NATT, "10.0.1.9", "10.0.1.9", 500),
                                       (IKE, "10.0.1.8", "10.0.1.9", 500), (ESP, "10.0.1.9", "10.0.1.9", 500)):
        with open_udp("a", bound, port) as sock, pytest.raises(EspdError) as error:
            oracle.a.agent.add_socket(kind, claimed, sock.fileno())
        assert error.value.errno == errno.EINVAL
    with open_udp("a", "10.0.1.9", 500) as sock:
        oracle.a.agent.add_socket(IKE, "10.0.1.9", sock.fileno())


def test_a_flood_leaves_room_for_others(oracle):
    """A flood of first datagrams from one address is cut to its share; ESP does not suffer."""
    sealer, _ = oracle.add("aes128-sha1")
    with open_udp("b", "10.0.2.1", 1500) as loud:
        for _ in range(12000):
            loud.sendto(ike(28), (oracle.a.outer, 500))
    whole = oracle.a.wait_global(lambda c: c["ike_in"] + c["ike_limit"] + c["ike_queue"] > 3000)
    assert whole["ike_limit"] > 0
    assert whole["ike_in"] + whole["ike_queue"] < 3500
    oracle.send(sealer.seal(oracle.inner_packet(b"fine"), 1))
    assert oracle.inner.recv(100) == b"fine"
