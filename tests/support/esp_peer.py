# SPDX-License-Identifier: Apache-2.0
"""An ESP peer made of scapy's algorithms: the independent oracle for vpngw-espd's packets.

scapy leaves extended sequence numbers out of ESP's HMAC, so the MAC is called here directly.
"""
import os
import struct

from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import AUTH_ALGOS, CRYPT_ALGOS, ESP, SecurityAssociation, _ESPPlain
from scapy.packet import raw

CIPHER_NAMES = {"des": "DES", "3des": "3DES", "aes128": "AES-CBC", "aes192": "AES-CBC", "aes256": "AES-CBC",
                "aes128gcm": "AES-GCM", "aes192gcm": "AES-GCM", "aes256gcm": "AES-GCM", "chacha20": "CHACHA20-POLY1305"}
AUTH_NAMES = {"md5": "HMAC-MD5-96", "sha1": "HMAC-SHA1-96", "sha256": "SHA2-256-128", "sha384": "SHA2-384-192",
              "sha512": "SHA2-512-256"}


class EspPeer:
    """One direction of one SA. suite: a name like "aes128-sha1" or "aes128gcm"."""

    def __init__(self, suite, spi, keys, esn=False):
        cipher, _, auth = suite.partition("-")
        self.spi, self.esn = spi, esn
        auth_name = AUTH_NAMES[auth] if auth else "NULL"
        self.sa = SecurityAssociation(ESP, spi, crypt_algo=CIPHER_NAMES[cipher], crypt_key=keys[0],
                                      auth_algo=auth_name, auth_key=keys[1] or None)
        self.crypt, self.auth, self.auth_key = CRYPT_ALGOS[CIPHER_NAMES[cipher]], AUTH_ALGOS[auth_name], keys[1]

    def _icv(self, esp, sequence):
        if not self.auth.mac:
            return b""
        mac = self.auth.new_mac(self.auth_key)
        mac.update(raw(esp) + (struct.pack("!I", sequence >> 32) if self.esn else b""))
        return mac.finalize()[: self.auth.icv_size]

    def seal(self, inner, sequence, next_header=4, padding=None):
        """The ESP packet's bytes. padding: other bytes than the right ones, same length."""
        esp = _ESPPlain(spi=self.spi, seq=sequence & 0xFFFFFFFF, iv=os.urandom(self.crypt.iv_size), data=inner,
                        nh=next_header)
        esp = self.crypt.pad(esp)
        if padding:
            esp.padding = padding(esp.padding)
        esp = self.crypt.encrypt(self.sa, esp, self.sa.crypt_key, None, self.esn, sequence >> 32)
        return raw(esp) + self._icv(esp, sequence)

    def open(self, packet, sequence_high=0):
        """(sequence number, next header, inner bytes); raises when its integrity is wrong."""
        esp = ESP(packet)
        assert esp.spi == self.spi
        sequence = sequence_high << 32 | esp.seq
        icv_size = self.auth.icv_size
        if icv_size:
            icv = esp.data[-icv_size:]
            esp.data = esp.data[:-icv_size]
            assert icv == self._icv(esp, sequence), "integrity check value"
        plain = self.crypt.decrypt(self.sa, esp, self.sa.crypt_key, self.crypt.icv_size if not icv_size else 0, self.esn,
                                   sequence_high)
        data = plain.data if isinstance(plain.data, bytes) else raw(plain.data)
        return sequence, plain.nh, data


def udp_packet(source, destination, payload, sport=4000, dport=4001, **fields):
    return raw(IP(src=source, dst=destination, **fields) / UDP(sport=sport, dport=dport) / payload)
