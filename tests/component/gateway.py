# SPDX-License-Identifier: Apache-2.0
"""A vpngw-api of its own for a test: configuration, start, stop, restart, and clean-up."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

BUILD = pathlib.Path(os.environ.get("VPNGW_BUILD", pathlib.Path(__file__).resolve().parents[2] / "build"))
API = BUILD / "src" / "api" / "vpngw-api"
START_S = 20
REGION, ZONE = "cn-test", "cn-test-a"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(directory):
    key, certificate = directory / "tls.key", directory / "tls.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=test",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return key, certificate


class Gateway:
    """Use as a context manager. Options replace keys of the section [api]; extra: further sections."""

    def __init__(self, extra="", **api_options):
        # The API's user must get through: pytest's own directories are closed to it.
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="vpngw-component-"))
        self.root.chmod(0o711)
        self.port = free_port()
        self.options = {"listen_address": "127.0.0.1", "listen_port": self.port} | api_options
        self.config, self.log = self.root / "vpngw.conf", self.root / "log"
        self.state, self.run, self.key_file = self.root / "state", self.root / "run", self.root / "key"
        self.process = None
        self.write_config(extra)

    def write_config(self, extra=""):
        options = "\n".join(f"{name} = {value}" for name, value in self.options.items())
        pool = "\n".join(f"address = 203.0.113.{i}" for i in range(10, 30))
        self.config.write_text(
            f"[api]\n{options}\n[paths]\nstate_dir = {self.state}\nrun_dir = {self.run}\n"
            f"key_file = {self.key_file}\n[pool]\n{pool}\n[region \"{REGION}\"]\nlocal_name = Test\n"
            f"zones = {ZONE}, cn-test-b\n[resource]\ngroups = rg-default, rg-other\n{extra}", encoding="utf-8")

    @property
    def socket_path(self):
        return self.run / "api.sock"

    def command(self):
        return [API, "--config", self.config]

    def start(self, **popen):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, **popen)
        deadline = time.monotonic() + START_S
        while not self._can_connect():
            assert self.process.poll() is None, self.log_text()
            assert time.monotonic() < deadline, self.log_text()
            time.sleep(0.01)
        return self

    def _can_connect(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, number=signal.SIGTERM):
        """The exit status."""
        self.process.send_signal(number)
        status = self.process.wait(START_S)
        self.process = None
        return status

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.root)

    def log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def keep_log(self, connection, entries):
        """As the agent keeps them. entries: (time in ms, level, type, text, data)."""
        key = f"desired/vpn-connection/{connection}"
        with contextlib.closing(sqlite3.connect(self.state / "store.db", timeout=5)) as db, db:
            db.execute("INSERT INTO log (key) VALUES (?) ON CONFLICT DO NOTHING", [key])
            db.executemany("INSERT INTO log_entry (log, is_event, time_ms, level, source, type, text, data, size)"
                           " VALUES ((SELECT id FROM log WHERE key = ?), ?, ?, ?, 'vpngw', ?, ?, ?, 300)",
                           [(key, bool(kind), at, level, kind, text, data) for at, level, kind, text, data in entries])

    def access_key(self):
        lines = (self.state / "first-access-key").read_text(encoding="utf-8").splitlines()
        pairs = dict(line.split("=", 1) for line in lines)
        return pairs["AccessKeyId"], pairs["AccessKeySecret"]

    def audit(self):
        return [json.loads(line) for line in (self.state / "audit.log").read_text(encoding="utf-8").splitlines()]
