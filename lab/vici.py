# SPDX-License-Identifier: Apache-2.0
"""VICI, strongSwan's control protocol: codec and a client of one connection.

Messages are dicts: str -> str or bytes (value), list (list), dict (section). Values come back as
str where they are UTF-8. Only for the lab's peers; the product has its own codec in C.
"""
import socket
import struct

SECTION_START, SECTION_END, KEY_VALUE, LIST_START, LIST_ITEM, LIST_END = range(1, 7)
CMD_REQUEST, CMD_RESPONSE, CMD_UNKNOWN, EVENT_REGISTER, EVENT_UNREGISTER, EVENT_CONFIRM, EVENT_UNKNOWN, EVENT = range(8)


class Refused(AssertionError):
    """charon answered that the command failed."""


def _bytes(value):
    return value if isinstance(value, bytes) else str(value).encode()


def encode(message):
    out = bytearray()
    for key, value in message.items():
        name = bytes([len(key)]) + key.encode()
        if isinstance(value, dict):
            out += bytes([SECTION_START]) + name + encode(value) + bytes([SECTION_END])
        elif isinstance(value, (list, tuple)):
            out += bytes([LIST_START]) + name
            for item in value:
                item = _bytes(item)
                out += struct.pack(">BH", LIST_ITEM, len(item)) + item
            out += bytes([LIST_END])
        else:
            value = _bytes(value)
            out += bytes([KEY_VALUE]) + name + struct.pack(">H", len(value)) + value
    return bytes(out)


def decode(data):
    root = {}
    stack, key, at = [root], None, 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind in (SECTION_START, KEY_VALUE, LIST_START):
            size = data[at]
            key, at = data[at + 1:at + 1 + size].decode(), at + 1 + size
        if kind in (KEY_VALUE, LIST_ITEM):
            size = struct.unpack_from(">H", data, at)[0]
            raw, at = data[at + 2:at + 2 + size], at + 2 + size
            try:
                value = raw.decode()
            except UnicodeDecodeError:
                value = raw
        if kind == SECTION_START:
            stack[-1][key] = {}
            stack.append(stack[-1][key])
        elif kind == SECTION_END:
            stack.pop()
        elif kind == KEY_VALUE:
            stack[-1][key] = value
        elif kind == LIST_START:
            stack[-1][key] = []
        elif kind == LIST_ITEM:
            stack[-1][key].append(value)
    return root


class Vici:
    """One connection to a charon; one command at a time."""

    def __init__(self, path, timeout_s=30):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout_s)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _send(self, kind, name, body=b""):
        packet = bytes([kind, len(name)]) + name.encode() + body
        self.socket.sendall(struct.pack(">I", len(packet)) + packet)

    def _receive_exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError("charon closed the VICI socket")
            data += more
        return data

    def receive(self):
        """(kind, event name, message) of the next packet."""
        packet = self._receive_exactly(struct.unpack(">I", self._receive_exactly(4))[0])
        if packet[0] == EVENT:
            size = packet[1]
            return EVENT, packet[2:2 + size].decode(), decode(packet[2 + size:])
        return packet[0], "", decode(packet[1:])

    def listen(self, *events):
        for event in events:
            self._send(EVENT_REGISTER, event)
            if self.receive()[0] != EVENT_CONFIRM:
                raise Refused(f"charon does not know the event {event}")

    def call(self, command, message=None, events=None):
        """The answer; streamed `events` are appended to the list that is given."""
        self._send(CMD_REQUEST, command, encode(message or {}))
        while True:
            kind, name, answer = self.receive()
            if kind == EVENT:
                if events is not None:
                    events.append((name, answer))
                continue
            if kind == CMD_UNKNOWN:
                raise Refused(f"charon does not know {command}")
            if answer.get("success", "yes") != "yes":
                raise Refused(f"{command}: {answer.get('errmsg')}")
            return answer

    def list(self, command, event, message=None):
        """Answers of a streaming command (list-sas, list-conns)."""
        events = []
        self._send(EVENT_REGISTER, event)
        self.receive()
        try:
            self.call(command, message, events)
        finally:
            self._send(EVENT_UNREGISTER, event)
            self.receive()
        return [answer for _, answer in events]
