# SPDX-License-Identifier: Apache-2.0
"""./demo: the main job, its refusals in one line, and that it leaves nothing behind."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from lab.api import Api
from lab.machine import sh
from lab.until import until

ROOT = pathlib.Path(__file__).resolve().parents[2]
OK = re.compile(r"demo: ok established in [\d.]+ s, ping [\d.]+ ms, 64 MiB at \d+ Mbit/s, \d+ ESP packets, "
                r"0 in the clear, [\d.]+ s in all")


SCRATCH = tempfile.mkdtemp(prefix="demo-")  # what the demo makes of temporary files goes here
ENVIRONMENT = os.environ | {"TMPDIR": SCRATCH}


def traces():
    """What a demo could leave: namespaces, processes, links, files outside the build folder."""
    processes = sh("ps -e -o comm=").split()
    files = sh(f"find {SCRATCH} /run /var/lib/vpngw /etc/vpngw /usr/sbin/policy-rc.d -xdev -maxdepth 2", check=False)
    return {"namespaces": sh("ip netns list"), "links": sh("ip -o link"), "files": sorted(files.splitlines()),
            "daemons": sorted(name for name in processes if "vpngw" in name or "charon" in name)}


@pytest.fixture(name="port")
def _port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def demo(*arguments, before=(), timeout=300):
    return subprocess.run([*before, ROOT / "demo", *map(str, arguments)], stdin=subprocess.DEVNULL, text=True, env=ENVIRONMENT,
                          capture_output=True, timeout=timeout, check=False)


def refusal(done, reason):
    """One line, exit 1, nothing else on standard output."""
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 1 and re.fullmatch(rf"demo: failed: start: .*{reason}.*", lines[0]), done.stdout


def test_once_does_the_job_and_leaves_nothing(port):
    demo("--help")  # the packages are there
    before = traces()
    done = demo("--once", "--port", port)
    assert done.returncode == 0, done.stdout + done.stderr
    assert OK.fullmatch(done.stdout.splitlines()[-1]), done.stdout
    assert traces() == before


def test_stays_up_until_interrupted_and_is_reachable_from_outside(port):
    before = traces()
    with subprocess.Popen([ROOT / "demo", "--port", str(port)], stdin=subprocess.DEVNULL, text=True, env=ENVIRONMENT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as running:
        try:
            text = ""
            while "the peer" not in text:
                line = running.stdout.readline()
                assert line, text
                text += line
            key_id = re.search(r"AccessKey +(\S+)", text)[1]
            secret = re.search(r"secret +(\S+)", text)[1]
            api = Api(lambda: socket.create_connection(("127.0.0.1", port), 5), f"127.0.0.1:{port}", key_id, secret)
            connections = api.DescribeVpnConnections()["VpnConnections"]["VpnConnection"]
            assert [c["Status"] for c in connections] == ["ipsec_sa_established"]
            for command in re.findall(r"(nsenter .* ping \S+)", text):
                # -w, not -W: ping waits only twice the last round trip for the last answer
                assert " 2 received" in sh(f"{command} -c 2 -w 5")
            refusal(demo("--once", "--port", port), "another demo is running")
        finally:
            os.killpg(running.pid, signal.SIGINT)
            rest = running.communicate(timeout=60)[0]
    assert running.returncode == 0, rest
    assert traces() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_ended_in_the_middle_leaves_nothing(number, port):
    before = traces()
    with subprocess.Popen([ROOT / "demo", "--once", "--port", str(port)], stdin=subprocess.DEVNULL, text=True, env=ENVIRONMENT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        text = ""
        while "CreateVpnGateway" not in text:
            line = running.stdout.readline()
            assert line, text
            text += line
        os.kill(running.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.communicate(timeout=30)
    assert running.returncode != 0
    until(lambda: traces() == before, "nothing is left", 20)


def test_without_root(port):
    refusal(demo("--once", "--port", port, before=("setpriv", "--reuid", "61199", "--clear-groups")), "root")


def test_without_tun(port):
    refusal(demo("--once", "--port", port, before=(
        "unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev/net && exec "$@"', "sh")), "/dev/net/tun")


def test_with_the_port_in_use(port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        started = time.monotonic()
        refusal(demo("--once", "--port", port), f"port {port} of 127.0.0.1 is in use")
        assert time.monotonic() - started < 20, "it must not build before it looks"
