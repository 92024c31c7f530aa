# SPDX-License-Identifier: Apache-2.0
"""An API client that knows both signature schemes, written apart from the server's code, and that can
also send what no client should."""
import base64
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import time
import urllib.parse
import uuid

VPC, VPNGW = "2016-04-28", "2026-11-01"
FORM = "application/x-www-form-urlencoded"


def encode(text):
    return urllib.parse.quote(str(text), safe="-_.~")


def canonical(parameters):
    return "&".join(f"{encode(name)}={encode(parameters[name])}" for name in sorted(parameters))


def stamp(offset_s=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset_s))


def sign_v1(secret, method, parameters):
    text = f"{method}&%2F&{encode(canonical(parameters))}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def sign_acs3(secret, method, query, headers, body):
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    request = f"{method}\n/\n{canonical(query)}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    return names, hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.text = response.status, response.headers, response.read().decode()

    @property
    def json(self):
        assert self.headers["Content-Type"] == "application/json;charset=utf-8"
        return json.loads(self.text)

    @property
    def code(self):
        return self.json.get("Code", "OK")


class ApiError(Exception):
    def __init__(self, answer):
        super().__init__(f"{answer.status} {answer.code}: {answer.json.get('Message')}")
        self.answer, self.status, self.code = answer, answer.status, answer.code
        self.message = answer.json["Message"]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """One keep-alive connection. scheme: "v1", "acs3", or "none" on the unix socket."""

    def __init__(self, gateway, scheme="acs3", key=None, tls=None):
        self.scheme, self.host = scheme, f"127.0.0.1:{gateway.port}"
        self.key_id, self.secret = key or (("", "") if scheme == "none" else gateway.access_key())
        if scheme == "none":
            self.connection, self.host = UnixConnection(gateway.socket_path), "localhost"
        elif tls:
            self.connection = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=20, context=tls)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)

    def close(self):
        self.connection.close()

    def send(self, method, target, body=b"", headers=None):
        headers = dict(headers or {})
        if "host" not in map(str.lower, headers):
            headers["Host"] = self.host
        self.connection.request(method, target, body=body or None, headers=headers)
        return Answer(self.connection.getresponse())

    def parameters(self, action, parameters, version, **override):
        common = {"Action": action, "Version": version, "Format": "JSON", "Timestamp": stamp(),
                  "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "AccessKeyId": self.key_id,
                  "SignatureNonce": str(uuid.uuid4())}
        return {name: value for name, value in (common | parameters | override).items() if value is not None}

    def raw(self, action, parameters=None, method="POST", version=VPC, **override):
        """The Answer, whatever it is. override: v1 parameters or ACS3 headers to replace or (None) leave out."""
        parameters = {name: _text(value) for name, value in (parameters or {}).items()}
        if self.scheme == "none":
            form = canonical({"Action": action, "Version": version} | parameters)
            return self.send("POST", "/", form.encode(), {"Content-Type": FORM})
        if self.scheme == "v1":
            every = self.parameters(action, parameters, version, **override)
            every["Signature"] = sign_v1(self.secret, method, every)
            if method == "GET":
                return self.send("GET", f"/?{canonical(every)}")
            return self.send("POST", "/", canonical(every).encode(), {"Content-Type": FORM})
        headers = self.headers(action, version, override)
        names, signature = sign_acs3(self.secret, method, parameters, headers, b"")
        headers["authorization"] = (f"ACS3-HMAC-SHA256 Credential={self.key_id},SignedHeaders={names},"
                                    f"Signature={signature}")
        return self.send(method, f"/?{canonical(parameters)}", b"", headers)

    def headers(self, action, version, override):
        headers = {"host": self.host, "x-acs-action": action, "x-acs-version": version, "x-acs-date": stamp(),
                   "x-acs-signature-nonce": uuid.uuid4().hex,
                   "x-acs-content-sha256": hashlib.sha256(b"").hexdigest()}
        changed = headers | {name.replace("_", "-"): value for name, value in override.items()}
        return {name: value for name, value in changed.items() if value is not None}

    def call(self, action, parameters=None, **options):
        """The answer object of an action that must succeed; ApiError otherwise."""
        answer = self.raw(action, parameters, **options)
        if answer.status != 200:
            raise ApiError(answer)
        assert "Code" not in answer.json and "Message" not in answer.json
        return answer.json


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value)


def exchange(port, sent, answers=1, timeout_s=20, tls=None):
    """Sends bytes as they are; the (status, headers, body) of each answer, until the server closes or
    there are `answers` of them, and whether it closed."""
    with socket.create_connection(("127.0.0.1", port), timeout_s) as plain:
        stream = tls.wrap_socket(plain, server_hostname="127.0.0.1") if tls else plain
        try:
            stream.sendall(sent)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass  # refused before all was sent; the answer is still there
        seen = []
        reader = stream.makefile("rb")
        while len(seen) < answers:
            line = reader.readline()
            if not line:
                return seen, True
            headers = http.client.parse_headers(reader)
            # Without a length (HTTP/1.0) the body ends with the connection.
            body = reader.read(int(headers["Content-Length"] or -1))
            seen.append((int(line.split()[1]), headers, body))
        return seen, seen[-1][1].get("Connection") == "close"
