# SPDX-License-Identifier: Apache-2.0
"""tools/packages with a stand-in for apt-get: what it asks for, and the policy it puts back."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = """
[there]
dpkg   # always installed
[gone]
no-such-package-x    # never installed
[tool]
no-such-package-y ?sh    # somebody else provides the command
[architecture]
no-such-package-z @nonsense    # of another machine
no-such-package-w @{architecture}    # of this one
""".replace("{architecture}", subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip())
APT = """#!/bin/sh
echo "$@" >>{log}
[ "$1" = -q ] && [ "$2" = update ] && exit 0
{policy}; [ $? -eq 101 ] && echo denied >>{log}
exit {status}
"""
OWN = "#!/bin/sh\nexit 0 # the machine's own\n"


@pytest.fixture(name="machine")
def _machine(tmp_path):
    if os.geteuid() != 0:
        pytest.fail("this test needs root, like an install")
    return tmp_path


def packages(tmp, *groups, status=0):
    (tmp / "bin").mkdir(exist_ok=True)
    (tmp / "packages.txt").write_text(LIST, encoding="utf-8")
    apt = tmp / "bin" / "apt-get"
    apt.write_text(APT.format(log=tmp / "apt", policy=tmp / "policy-rc.d", status=status), encoding="utf-8")
    apt.chmod(0o755)
    env = os.environ | {"PATH": f"{tmp / 'bin'}:{os.environ['PATH']}",
                        "VPNGW_PACKAGES": str(tmp / "packages.txt"), "VPNGW_POLICY": str(tmp / "policy-rc.d")}
    done = subprocess.run([ROOT / "tools/packages", *groups], env=env, capture_output=True, text=True, check=False)
    asked = (tmp / "apt").read_text(encoding="utf-8") if (tmp / "apt").exists() else ""
    return done, asked


def test_nothing_missing_asks_nothing(machine):
    done, asked = packages(machine, "there", "tool")
    assert (done.returncode, done.stderr, asked) == (0, "", "")


def test_installs_only_what_is_missing_with_services_denied(machine):
    done, asked = packages(machine, "there", "gone", "tool")
    assert done.returncode == 0
    assert asked.splitlines()[0] == "-q update"
    assert "--no-install-recommends no-such-package-x\ndenied" in asked
    assert not (machine / "policy-rc.d").exists()


@pytest.mark.parametrize("status", [0, 100])
def test_an_existing_policy_comes_back(machine, status):
    (machine / "policy-rc.d").write_text(OWN, encoding="utf-8")
    (machine / "policy-rc.d").chmod(0o755)
    done, asked = packages(machine, "gone", status=status)
    assert (done.returncode == 0) == (status == 0)
    assert "denied" in asked
    assert (machine / "policy-rc.d").read_text(encoding="utf-8") == OWN
    assert not list(machine.glob("*kept*"))


def test_a_policy_left_by_a_killed_run_is_not_taken_for_the_machines(machine):
    (machine / "policy-rc.d.kept-by-vpngw").write_text(OWN, encoding="utf-8")
    (machine / "policy-rc.d").write_text("#!/bin/sh\n# denied by vpngw\nexit 101\n", encoding="utf-8")
    packages(machine, "gone")
    assert (machine / "policy-rc.d").read_text(encoding="utf-8") == OWN


def test_packages_of_another_architecture_are_not_asked_for(machine):
    packages(machine, "architecture")
    asked = (machine / "apt").read_text(encoding="utf-8")
    assert "no-such-package-w" in asked and "no-such-package-z" not in asked


def test_unknown_group(machine):
    done, _ = packages(machine, "nonsense")
    assert done.returncode == 1
    assert done.stderr == "tools/packages: packages.txt has no group nonsense\n"
