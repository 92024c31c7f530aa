# SPDX-License-Identifier: Apache-2.0
"""A machine with nothing but a fresh Debian 12: a clone of the tree, then ./demo --once and ./check in it.

debootstrap makes the minimal system from this machine's own package sources; nothing of this
machine's installed packages is visible inside. Only what is committed is tested.
"""
import os
import pathlib
import re
import shutil
import socket
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = ROOT / "build" / "fresh"
ENTER = r"""
set -eu
root=$1; shift
mount --make-rprivate /
mount --bind "$root" "$root"  # "/" must be a mount inside, as on a machine
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/run/lock"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LANG=C.UTF-8 "$@"
"""


def run(*command, log=None, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    assert done.returncode == 0, f"{command[0]}: exit {done.returncode}\n{done.stdout[-6000:]}"
    return done.stdout


def mirrors():
    """[(site, release, components)] of this machine's Debian 12 sources, the main release first."""
    found = {}
    listing = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    for uri, release, component in sorted({tuple(line.split()) for line in listing.splitlines()}):
        if re.fullmatch(r"bookworm(-updates|-security)?", release) and component == "main":
            found.setdefault(release, uri.rstrip("/"))
    assert "bookworm" in found, "this machine has no package source of Debian 12"
    return found


@pytest.fixture(scope="module", name="machine")
def _machine():
    root = SCRATCH / "root"
    shutil.rmtree(root, ignore_errors=True)
    (SCRATCH / "cache").mkdir(parents=True, exist_ok=True)
    sources = mirrors()
    run("debootstrap", "--variant=minbase", f"--cache-dir={SCRATCH / 'cache'}",
        *(["--include=ca-certificates"] if sources["bookworm"].startswith("https") else []),
        "bookworm", root, sources["bookworm"])
    (root / "etc/apt/sources.list").write_text(
        "".join(f"deb {uri} {release} main\n" for release, uri in sources.items()), encoding="utf-8")
    settings = run("apt-config", "dump", "--no-empty", "Acquire::http", "Acquire::https")
    (root / "etc/apt/apt.conf.d/80machine").write_text(
        "".join(line + "\n" for line in settings.splitlines() if line.endswith(";")), encoding="utf-8")
    for name in ("resolv.conf", "hosts"):
        if os.path.exists(f"/etc/{name}"):
            shutil.copyfile(f"/etc/{name}", root / "etc" / name, follow_symlinks=True)
    run("git", "-c", "safe.directory=*", "clone", "-q", "--no-hardlinks", ROOT, root / "src/vpngw")
    yield root
    shutil.rmtree(root, ignore_errors=True)


def inside(root, command, timeout):
    """Standard output of a command of the clone, run in the fresh system; (exit status, lines)."""
    done = subprocess.run(["unshare", "-m", "-p", "--fork", "--kill-child", "sh", "-c", ENTER, "sh", root,
                           "sh", "-c", f"cd /src/vpngw && exec {command}"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False)
    return done


def test_demo_once(machine):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = inside(machine, f"./demo --once --port {port}", 900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert done.stdout.splitlines()[-1].startswith("demo: ok "), done.stdout
    assert not (machine / "usr/sbin/policy-rc.d").exists(), "the policy against service starts was left behind"


def test_check(machine):
    done = inside(machine, "./check", 1200)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    assert re.fullmatch(r"[1-9]\d* passed, 0 failed, \d+ skipped", done.stdout.splitlines()[-1])
