#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for a daemon in the tests of the supervisor: only its life is real.

Named like the daemon, it makes the socket that the daemon would make, writes to ../events what happens to
it, and ends on SIGTERM. Files beside events change that: fail-NAME, stubborn-NAME, agent-exit.
"""
import os
import pathlib
import re
import signal
import socket
import sys
import time

NAME = pathlib.Path(sys.argv[0]).name
ROOT = pathlib.Path(sys.argv[0]).resolve().parent.parent


def note(event):
    fd = os.open(ROOT / "events", os.O_WRONLY | os.O_APPEND)
    os.write(fd, f"{event} {NAME} {os.getpid()}\n".encode())
    os.close(fd)


def listen(path, kind):
    if os.path.exists(path):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.bind(str(path))
    sock.listen(8)
    return sock


def option(name):
    return sys.argv[sys.argv.index(name) + 1]


def sockets():
    if NAME == "vpngw-espd":
        return [listen(f"{option('--run-dir')}/{name}.sock", socket.SOCK_SEQPACKET) for name in ("ike", "agent")]
    if NAME in ("vpngw-api", "vpngw-agent"):
        run_dir = re.search(r"run_dir = (.*)", pathlib.Path(option("--config")).read_text(encoding="utf-8"))[1]
        if NAME == "vpngw-api":
            return [listen(run_dir + "/api.sock", socket.SOCK_STREAM)]
        return [listen(run_dir + "/agent/ready.sock", socket.SOCK_SEQPACKET)] if "--first" in sys.argv else []
    if NAME == "charon-systemd":
        text = pathlib.Path(os.environ["STRONGSWAN_CONF"]).read_text(encoding="utf-8")
        return [listen(re.search(r'unix://([^"]*)', text)[1], socket.SOCK_STREAM)]
    return []


def on_term(*_):
    note("term")
    if not (ROOT / f"stubborn-{NAME}").exists():
        sys.exit(0)


def on_remove(*_):
    note("remove")
    code = ROOT / "agent-exit"
    sys.exit(int(code.read_text(encoding="ascii")) if code.exists() else 0)


def facts():
    """What charon's surroundings look like from inside."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    plugins = sorted(p.name for p in pathlib.Path("/usr/lib/ipsec/plugins").iterdir())
    (ROOT / "facts").write_text(f"{status}Plugins: {' '.join(plugins)}\nVariables: {' '.join(sorted(os.environ))}\n",
                                encoding="ascii")


signal.signal(signal.SIGTERM, on_term)
signal.signal(signal.SIGUSR2, on_remove)
note("start")
if (ROOT / f"fail-{NAME}").exists():
    sys.exit(3)
if NAME == "charon-systemd" and (ROOT / "facts").exists():
    facts()
HELD = sockets()
note("ready")
while True:
    time.sleep(3600)
