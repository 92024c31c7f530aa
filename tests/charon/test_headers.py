# SPDX-License-Identifier: Apache-2.0
"""tools/strongswan-headers with a stub of apt: which sources it takes, which revision, what it refuses."""
import pathlib
import subprocess
import tarfile

import pytest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "strongswan-headers"
STUB = """#!/bin/sh
for word; do case $word in Dir::Etc::SourceParts=*) cp "${word#*=}"/debian.sources "$STUB/sources" ;; esac; done
case "$(basename "$0") $*" in
apt-cache*) for version in $VERSIONS; do printf 'Package: strongswan\\nVersion: %s\\n\\n' "$version"; done ;;
*strongswan=*)
	for word; do asked=$word; done
	echo "$asked" >>"$STUB/asked"
	case " $SERVED " in *" ${asked#*=} "*) cp "$STUB"/strongswan_5.9.8.orig.tar.bz2 . ;; *) exit 100 ;; esac ;;
esac
"""
ONE_LINE = """# deb http://commented.invalid/debian bookworm main
deb http://one.invalid/debian bookworm main contrib
deb [arch=amd64 signed-by=/keys/debian.gpg] http://two.invalid/security bookworm-security main
deb-src http://three.invalid/debian bookworm main
deb [signed-by=/keys/other.gpg] http://vendor.invalid/apt bookworm stable
deb http://vendor.invalid/apt vendor-bookworm main
"""
DEB822 = """Types: deb deb-src
# a comment
URIs: http://four.invalid/debian
Suites: bookworm bookworm-updates
 bookworm-backports
Components: main non-free
Signed-By: /keys/debian.gpg

Types: deb
Enabled: no
URIs: http://off.invalid/debian
Suites: bookworm
Components: main
"""


@pytest.fixture(name="stub")
def _stub(tmp_path):
    for name in ("apt-get", "apt-cache"):
        (tmp_path / name).write_text(STUB, encoding="ascii")
        (tmp_path / name).chmod(0o755)
    tree = tmp_path / "strongswan-5.9.8"
    for name in ("src/libcharon/daemon.h", "src/libcharon/daemon.c", "src/libstrongswan/library.h", "src/starter/starter.h"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(name, encoding="ascii")
    with tarfile.open(tmp_path / "strongswan_5.9.8.orig.tar.bz2", "w:bz2") as tar:
        tar.add(tree, tree.name)
    (tmp_path / "etc" / "sources.list.d").mkdir(parents=True)
    (tmp_path / "etc" / "sources.list").write_text("deb http://one.invalid/debian bookworm main\n", encoding="ascii")
    return tmp_path


def run(stub, versions, served):
    return subprocess.run([TOOL], check=False, capture_output=True, text=True, env={
        "PATH": f"{stub}:/usr/bin:/bin", "STUB": str(stub), "VERSIONS": versions, "SERVED": served,
        "VPNGW_APT": str(stub / "etc"), "VPNGW_CACHE": str(stub / "cache")})


def test_newest_revision_that_is_served(stub):
    done = run(stub, "5.9.8-5+deb12u1 5.9.8-5+deb12u10 5.9.8-5+deb12u9", "5.9.8-5+deb12u9 5.9.8-5+deb12u1")
    assert done.returncode == 0, done.stderr
    folder = pathlib.Path(done.stdout.strip())
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "src/libcharon/daemon.h", "src/libstrongswan/library.h"]
    assert (stub / "asked").read_text(encoding="ascii").split() == ["strongswan=5.9.8-5+deb12u10", "strongswan=5.9.8-5+deb12u9"]
    (stub / "asked").unlink()
    assert run(stub, "", "").stdout == done.stdout, "the second time everything is there"
    assert not (stub / "asked").exists()


@pytest.mark.parametrize("versions", ["5.9.13-2", "5.9.80-1 6.0.1-1"])
def test_no_other_upstream(stub, versions):
    done = run(stub, versions, versions)
    assert done.returncode == 1 and done.stdout == ""
    assert "no other version is accepted" in done.stderr and versions.split()[0] in done.stderr
    assert not (stub / "asked").exists()


def test_both_forms_of_sources(stub):
    (stub / "etc" / "sources.list").write_text(ONE_LINE, encoding="ascii")
    (stub / "etc" / "sources.list.d" / "debian.sources").write_text(DEB822, encoding="ascii")
    run(stub, "5.9.8-1", "5.9.8-1")
    text = (stub / "sources").read_text(encoding="ascii")
    found = [dict(line.split(": ", 1) for line in part.splitlines()) for part in text.strip().split("\n\n")]
    plain = {"Types": "deb-src", "Components": "main"}
    key = {"Signed-By": "/keys/debian.gpg"}
    assert found == [
        plain | {"URIs": "http://one.invalid/debian", "Suites": "bookworm"},
        plain | key | {"URIs": "http://two.invalid/security", "Suites": "bookworm-security"},
        plain | key | {"URIs": "http://four.invalid/debian", "Suites": "bookworm bookworm-updates"},
    ]


def test_no_source_of_debian(stub):
    (stub / "etc" / "sources.list").write_text("deb http://vendor.invalid/apt stable-vendor main\n", encoding="ascii")
    done = run(stub, "5.9.8-1", "5.9.8-1")
    assert done.returncode == 1 and "no source of Debian's own suites" in done.stderr
