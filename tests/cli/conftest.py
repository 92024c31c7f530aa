# SPDX-License-Identifier: Apache-2.0
"""A machine for the supervisor's tests: own namespaces, the real vpngw, stand-ins for the daemons."""
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("VPNGW_BUILD", HERE.parents[1] / "build"))
VPNGW = BUILD / "src" / "cli" / "vpngw"
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_REC, MS_PRIVATE, MS_SHARED = 0x4000, 0x40000, 0x100000
DEADLINE_S = 20


def until(condition, what, seconds=DEADLINE_S):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return result


def pytest_configure():
    """Ports and mounts of the tests are nobody else's."""
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(CLONE_NEWNS | CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    # cut off from the machine, then shared within, as systemd has it: mounts of charon must not come out
    for propagation in (MS_PRIVATE, MS_SHARED):
        assert libc.mount(None, b"/", None, MS_REC | propagation, None) == 0
    assert libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None) == 0  # names of namespaces are nobody else's either
    os.mkdir("/run/netns")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", "192.0.2.1/32", "dev", "lo"], check=True)


class Machine:
    def __init__(self):
        # charon's user must get through
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="vpngw-cli-"))
        self.root.chmod(0o755)
        self.bin, self.run, self.state = self.root / "bin", self.root / "run", self.root / "state"
        self.config, self.events_file, self.log = self.root / "vpngw.conf", self.root / "events", self.root / "log"
        self.bin.mkdir()
        shutil.copy(VPNGW, self.bin / "vpngw")
        for name in ("vpngw-espd", "vpngw-agent", "vpngw-api", "charon-systemd"):
            shutil.copy(HERE / "stand_in.py", self.bin / name)
            (self.bin / name).chmod(0o755)
        (self.bin / "libstrongswan-vpngw.so").write_bytes(b"a plug-in")
        self.events_file.touch()
        self.events_file.chmod(0o666)
        self.write_config()
        self.up = None
        self.namespaces = []

    def write_config(self, **paths):
        lines = [f"{key} = {value}" for key, value in ({
            "state_dir": self.state, "run_dir": self.run, "key_file": self.root / "etc" / "key",
            "plugin_dir": self.bin, "charon": self.bin / "charon-systemd"} | paths).items()]
        self.config.write_text("\n".join(["[paths]", *lines, "[pool]", "address = 192.0.2.1", "[log]",
                                          "level = debug", ""]), encoding="utf-8")

    def mark(self, name, text=""):
        (self.root / name).write_text(text, encoding="ascii")
        (self.root / name).chmod(0o666)

    def vpngw(self, *arguments, **options):
        return subprocess.run([self.bin / "vpngw", *arguments], capture_output=True, text=True, timeout=60,
                              check=False, **options)

    def start(self):
        """`vpngw up`; returns when all have been started and are ready."""
        seen = len(self.events())
        with self.log.open("ab") as log:
            self.up = subprocess.Popen([self.bin / "vpngw", "up", "--config", self.config], stderr=log)
        until(lambda: self.up.poll() is not None or len([e for e in self.events()[seen:] if e[0] == "ready"]) == 4,
              "everything is started")
        assert self.up.poll() is None, self.log.read_text(encoding="utf-8")
        until((self.run / "up.sock").exists, "the control socket")
        until(lambda: self.log.read_text(encoding="utf-8").count("up run_dir="), "everything is up")
        return self

    def add_namespace(self, vpc):
        subprocess.run(["ip", "netns", "add", f"vpngw-{vpc}"], check=True)
        self.namespaces.append(vpc)

    def remove_namespace(self, vpc):
        subprocess.run(["ip", "netns", "delete", f"vpngw-{vpc}"], check=True)
        self.namespaces.remove(vpc)

    def stop(self):
        self.up.send_signal(signal.SIGTERM)
        return self.up.wait(60)

    def events(self):
        """[(event, name, pid)]"""
        lines = self.events_file.read_text(encoding="ascii").splitlines()
        return [(event, name, int(pid)) for event, name, pid in (line.split() for line in lines)]

    def order(self, event):
        return [name for what, name, _ in self.events() if what == event]

    def started(self, log=None):
        """The programs in the order in which the supervisor started them."""
        return re.findall(r"started program=(\S+)", (log or self.log).read_text(encoding="utf-8"))

    def pids(self):
        """The newest process of each stand-in."""
        return {name: pid for event, name, pid in self.events() if event == "start"}

    def close(self):
        """Also after a test that failed half-way; one in the background is asked to stop."""
        if self.up and self.up.poll() is None:
            self.up.kill()
            self.up.wait()
        elif (self.run / "up.sock").exists():
            self.vpngw("down", "--config", self.config)
        for vpc in list(self.namespaces):
            self.remove_namespace(vpc)
        for _, _, pid in self.events():
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(is_alive(pid) for _, _, pid in self.events()), "all stand-ins have ended")
        shutil.rmtree(self.root)


def is_alive(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def machine():
    if os.geteuid():
        pytest.skip("needs root")
    made = Machine()
    yield made
    made.close()
