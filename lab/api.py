# SPDX-License-Identifier: Apache-2.0
"""A client of the API as the official SDKs sign it (ACS3-HMAC-SHA256), for the lab and its tests.

Written from the documentation, independently of the product's verifier. The official packages are
exercised by tests/clients; this one needs nothing installed and can misbehave on purpose.
"""
import datetime
import hashlib
import hmac
import http.client
import json
import secrets
import ssl
import urllib.parse

VPC, VPNGW = "2016-04-28", "2026-11-01"


class ApiError(AssertionError):
    """The endpoint refused: status, code and message as it sent them."""

    def __init__(self, action, status, answer):
        self.status, self.answer = status, answer
        self.code, self.message = answer.get("Code"), answer.get("Message")
        super().__init__(f"{action}: {status} {self.code}: {self.message}")


def encode(text):
    return urllib.parse.quote(str(text), safe="-_.~")


def canonical_query(parameters):
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(parameters.items()))


def text_of(value):
    """Booleans as true and false, dicts as the JSON text of IkeConfig and its like."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value)


def sign(method, query, headers, body, secret, key_id):
    """The Authorization header for headers with lower-case names."""
    names = sorted(name for name in headers if name.startswith("x-acs-") or name in ("host", "content-type"))
    canonical = "\n".join([method, "/", query, "".join(f"{name}:{headers[name].strip()}\n" for name in names),
                           ";".join(names), hashlib.sha256(body).hexdigest()])
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={';'.join(names)},Signature={signature}"


class Api:
    """connect() gives a connected stream socket; host is what the Host header says."""

    def __init__(self, connect, host, key_id, secret, region="cn-hangzhou", tls=False):
        self.connect, self.host, self.tls = connect, host, tls
        self.key_id, self.secret, self.region = key_id, secret, region
        self._kept = None

    def request(self, method, query, headers, body=b"", keep=False):
        """(status, body) of one HTTP request."""
        connection = self._kept or http.client.HTTPConnection(self.host, timeout=30)
        self._kept = None
        if connection.sock is None:
            connection.sock = self.connect()
            if self.tls:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                connection.sock = context.wrap_socket(connection.sock)
        try:
            connection.request(method, "/" + (f"?{query}" if query else ""), body, headers)
            answer = connection.getresponse()
            result = answer.status, answer.read()
        except BaseException:
            connection.close()
            raise
        if keep:
            self._kept = connection
        else:
            connection.close()
        return result

    def headers(self, action, version, body=b"", at=None, nonce=None):
        at = at or datetime.datetime.now(datetime.timezone.utc)
        return {"host": self.host, "x-acs-action": action, "x-acs-version": version,
                "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "accept": "application/json",
                "x-acs-signature-nonce": nonce or secrets.token_hex(32),
                "x-acs-content-sha256": hashlib.sha256(body).hexdigest()}

    def call(self, action, version=VPC, keep=False, **parameters):
        """The answer as a dict; ApiError when it is a refusal. A trailing _ of a name is dropped."""
        texts = {"RegionId": self.region} if version == VPC else {}
        texts |= {name.rstrip("_"): text_of(value) for name, value in parameters.items() if value is not None}
        query = canonical_query(texts)
        headers = self.headers(action, version)
        headers["authorization"] = sign("POST", query, headers, b"", self.secret, self.key_id)
        status, body = self.request("POST", query, headers, keep=keep)
        answer = json.loads(body)
        if status != 200:
            raise ApiError(action, status, answer)
        return answer

    def __getattr__(self, action):
        """api.CreateVpc(CidrBlock=...)"""
        if not action[0].isupper():
            raise AttributeError(action)
        return lambda **parameters: self.call(action, **parameters)
