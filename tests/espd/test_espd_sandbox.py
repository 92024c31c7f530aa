# SPDX-License-Identifier: Apache-2.0
"""What espd is when it runs: nobody, with nothing, behind a wall."""
import os
import signal
import stat
import subprocess
import tempfile
import time

import pytest
from espd_client import Espd
from espd_world import BINARY


@pytest.fixture
def espd(tmp_path):
    with Espd(BINARY, str(tmp_path)) as running:
        yield running
        running.kill()


def status(espd):
    with open(f"/proc/{espd.process.pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file)


def test_it_is_nobody(espd):
    got = status(espd)
    assert got["Uid"].split() == ["12345"] * 4 and got["Gid"].split() == ["12345"] * 4
    assert got["Groups"].split() == []
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(got[name], 16) == 0, name
    assert got["NoNewPrivs"] == "1"
    assert got["Seccomp"] == "2"
    # Not dumpable: its /proc entries belong to root, so its own user cannot read its memory.
    assert os.stat(f"/proc/{espd.process.pid}/environ").st_uid == 0


def test_sockets_belong_to_their_groups(tmp_path):
    process = subprocess.Popen([BINARY, "--run-dir", str(tmp_path), "--uid", "12345", "--gid", "12345", "--agent-gid", "777",
                                "--ike-gid", "778"], stderr=subprocess.PIPE)
    try:
        process.stderr.readline()
        for name, group in (("agent.sock", 777), ("ike.sock", 778)):
            got = os.stat(tmp_path / name)
            assert (got.st_gid, stat.S_IMODE(got.st_mode)) == (group, 0o660)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stderr.close()


def test_it_starts_as_any_user():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chown(folder, 4242, 4242)
        process = subprocess.Popen([BINARY, "--run-dir", folder], user=4242, group=4242, extra_groups=[],
                                   stderr=subprocess.PIPE, text=True)
        try:
            assert "ready uid=4242" in process.stderr.readline()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            process.stderr.close()


@pytest.mark.parametrize("arguments", [["--run-dir", "/nonexistent"], [], ["--run-dir", "/tmp", "--uid", "x"],
                                       ["--run-dir", "/tmp", "more"], ["--nonsense"]])
def test_bad_starts_say_so_in_one_line(arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=20)
    assert done.returncode in (1, 2)
    assert "vpngw-espd:" in done.stderr.splitlines()[0]


def test_a_forbidden_call_ends_it(espd):
    """The wall is real: a debugger of root makes it call socket()."""
    pytest.importorskip("ctypes")
    import shutil

    if not shutil.which("gdb"):
        pytest.skip("needs gdb")
    subprocess.run(["gdb", "-batch", "-p", str(espd.process.pid), "-ex", "call (int)socket(2,1,0)"], capture_output=True,
                   timeout=60)
    assert espd.process.wait(10) == -signal.SIGSYS


def test_it_ends_on_sigterm_and_leaves_no_log_of_keys(espd):
    espd.process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    assert espd.process.wait(10) == 0
    assert time.monotonic() - started < 2
    assert espd.log().count("\n") == 2


def ready_line(tmp_path, *options):
    """What espd says when it is ready, or (status, all it said) when it does not start."""
    process = subprocess.Popen([BINARY, "--run-dir", str(tmp_path), "--uid", "12345", "--gid", "12345", *options],
                               stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline()
        if "ready" not in line:
            rest = process.stderr.read()
            return process.wait(10), line + rest
        return line
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        process.stderr.close()


def test_it_says_which_crypto_it_runs_on(tmp_path):
    assert 'ipsec_mb="off" suites=0' in ready_line(tmp_path, "--crypto", "openssl")
    assert "openssl=3." in ready_line(tmp_path, "--crypto", "auto")


def test_its_agent_is_told_of_the_crypto(espd):
    library, suites, failed = espd.agent().crypto
    assert library and failed == 0
    assert f'ipsec_mb="{library}" suites={suites}' in espd.log()


def test_without_the_library_it_runs_on_openssl(tmp_path):
    """The library is hidden from it by a bind mount in a mount namespace of its own."""
    hide = ("for file in $(ldconfig -p | sed -n 's/.*libIPSec_MB.so.1 .*=> //p'); do mount --bind /dev/null $file || exit 9; done; "
            "exec \"$@\"")
    for wish, status in (("auto", None), ("ipsec-mb", 1)):
        process = subprocess.Popen(["unshare", "-m", "sh", "-c", hide, "sh", BINARY, "--run-dir", str(tmp_path), "--uid", "12345",
                                    "--gid", "12345", "--crypto", wish], stderr=subprocess.PIPE, text=True)
        try:
            line = process.stderr.readline()
            if status is None:
                assert "ready" in line and 'ipsec_mb="libIPSec_MB.so.1 is not installed" suites=0' in line or \
                    'this build has no support for it' in line
            else:
                assert "ipsec-mb cannot be used" in line and process.wait(10) == status
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
            process.stderr.close()


def test_an_unknown_crypto_is_refused(tmp_path):
    status_, said = ready_line(tmp_path, "--crypto", "best")
    assert status_ == 2 and "--crypto is auto, openssl or ipsec-mb" in said
