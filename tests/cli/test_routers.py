# SPDX-License-Identifier: Apache-2.0
"""`vpngw up` and Debian's BIRD: one for each configuration, inside its VPC's namespace, and none left over."""
import os
import pathlib
import re
import signal
import stat
import subprocess

import pytest
from conftest import is_alive, until

BIRD_ID = 61104
CONF = """router id 192.0.2.1;
log stderr all;
protocol device {}
"""


def write(machine, vpc, text=CONF):
    """As the agent does: a reader never sees half of it."""
    path = machine.run / "bird" / f"{vpc}.new"
    path.write_text(text, encoding="ascii")
    path.chmod(0o640)
    path.rename(path.with_suffix(".conf"))


def remove(machine, vpc):
    (machine.run / "bird" / f"{vpc}.conf").unlink()


def birds(machine):
    """{vpc: pid} of those that run."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        for word in words:
            if word.startswith(f"{machine.run}/bird/") and word.endswith(".ctl"):
                found[pathlib.Path(word).stem] = int(path.parent.name)
    return {vpc: pid for vpc, pid in found.items() if is_alive(pid)}


def show(machine, vpc, command="show status"):
    """What the BIRD of the VPC answers, "" when there is none."""
    done = subprocess.run(["birdc", "-s", machine.run / "bird" / f"{vpc}.ctl", command], capture_output=True,
                          text=True, timeout=10, check=False)
    return done.stdout if not done.returncode else ""


def answers(machine, vpc):
    return "Daemon is up and running" in show(machine, vpc)


def wait_up(machine, *vpcs):
    until(lambda: set(birds(machine)) == set(vpcs) and all(answers(machine, vpc) for vpc in vpcs), f"BIRDs of {vpcs}")
    return birds(machine)


def status(pid, field):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return re.search(rf"^{field}:\t(.*)$", text, re.MULTILINE)[1].split()


@pytest.fixture
def up(machine):
    try:
        machine.start()
        yield machine
        if machine.up.poll() is None:
            assert machine.stop() == 0
        assert not birds(machine)
    finally:
        for pid in birds(machine).values():
            os.kill(pid, signal.SIGKILL)


def test_one_for_each_configuration(up):
    up.add_namespace("vpc-a")
    up.add_namespace("vpc-b")
    write(up, "vpc-a")
    write(up, "vpc-b")
    pids = wait_up(up, "vpc-a", "vpc-b")
    for vpc, pid in pids.items():
        inside = os.stat(f"/proc/{pid}/ns/net")
        assert inside.st_ino == os.stat(f"/run/netns/vpngw-{vpc}").st_ino
    remove(up, "vpc-a")
    assert wait_up(up, "vpc-b") == {"vpc-b": pids["vpc-b"]}
    until(lambda: not (up.run / "bird" / "vpc-a.ctl").exists(), "its socket goes too")


def test_rights(up):
    folder = os.stat(up.run / "bird")
    assert (folder.st_uid, folder.st_gid, stat.S_IMODE(folder.st_mode)) == (0, BIRD_ID, 0o2750)
    up.add_namespace("vpc-a")
    write(up, "vpc-a")
    pid = wait_up(up, "vpc-a")["vpc-a"]
    assert status(pid, "Uid") == 4 * [str(BIRD_ID)]
    assert status(pid, "Gid") == 4 * [str(BIRD_ID)]
    assert status(pid, "Groups") == []
    assert status(pid, "NoNewPrivs") == ["1"]
    # NET_BIND_SERVICE, NET_BROADCAST, NET_ADMIN and NET_RAW; further ones nowhere but in the bounding set
    assert int(status(pid, "CapEff")[0], 16) == 0x3C00
    assert int(status(pid, "CapPrm")[0], 16) == 0x3C00
    assert int(status(pid, "CapBnd")[0], 16) == 0x3CC9
    control = os.stat(up.run / "bird" / "vpc-a.ctl")
    assert (control.st_uid, control.st_gid, stat.S_IMODE(control.st_mode)) == (BIRD_ID, BIRD_ID, 0o660)


def test_restart(up):
    up.add_namespace("vpc-a")
    write(up, "vpc-a")
    before = wait_up(up, "vpc-a")
    for _ in range(2):  # the second one after a pause
        os.kill(before["vpc-a"], signal.SIGKILL)
        until(lambda: birds(up) and birds(up) != before and answers(up, "vpc-a"), "it is started again")
        before = birds(up)
    assert len(up.started()) == 4 + 3


def test_a_configuration_that_is_wrong(up):
    up.add_namespace("vpc-a")
    up.add_namespace("vpc-b")
    write(up, "vpc-a", "nonsense;\n")
    write(up, "vpc-b")
    log = lambda: up.log.read_text(encoding="utf-8")
    until(lambda: len(re.findall(r"bird exited with status 1 vpc=vpc-a restart_ms=[1-9]", log())) >= 2, "it is tried")
    pids = birds(up)
    write(up, "vpc-a")
    assert wait_up(up, "vpc-a", "vpc-b")["vpc-b"] == pids["vpc-b"]


def test_namespace_that_comes_and_goes(up):
    write(up, "vpc-a")
    up.add_namespace("vpc-b")
    write(up, "vpc-b")
    wait_up(up, "vpc-b")  # the scan has seen both
    up.add_namespace("vpc-a")
    before = wait_up(up, "vpc-a", "vpc-b")
    up.remove_namespace("vpc-a")
    assert wait_up(up, "vpc-b") == {"vpc-b": before["vpc-b"]}
    up.add_namespace("vpc-a")
    wait_up(up, "vpc-a", "vpc-b")


def test_namespace_that_is_another_one(up):
    up.add_namespace("vpc-a")
    write(up, "vpc-a")
    before = wait_up(up, "vpc-a")
    # between two scans: the name never seems to be gone
    up.remove_namespace("vpc-a")
    up.add_namespace("vpc-a")
    until(lambda: birds(up) and birds(up) != before, "a new one")
    pid = wait_up(up, "vpc-a")["vpc-a"]
    assert os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat("/run/netns/vpngw-vpc-a").st_ino


def test_other_files(up):
    for vpc in ("vpc-a", "b", "c"):
        up.add_namespace(vpc)
    folder = up.run / "bird"
    for name in (".conf", "b.conf.tmp", "b", "vpc-a..conf", "vpc a.conf", "x" * 65 + ".conf", "../b.conf"):
        (folder / name).write_text(CONF, encoding="ascii")
    (folder / "c").mkdir()
    (folder / "c" / "c.conf").write_text(CONF, encoding="ascii")
    write(up, "vpc-a")
    wait_up(up, "vpc-a")


def test_all_end_with_the_supervisor(up):
    up.add_namespace("vpc-a")
    write(up, "vpc-a")
    wait_up(up, "vpc-a")
    assert up.stop() == 0
    assert not birds(up)
    assert not list((up.run / "bird").glob("*.ctl"))
    up.start()  # the configuration is still there
    wait_up(up, "vpc-a")
    assert up.vpngw("down", "--config", up.config).returncode == 0
    assert up.up.wait(10) == 0
    assert not birds(up)
    assert not list((up.run / "bird").glob("*.ctl"))


def test_after_a_killed_supervisor(up):
    for vpc in ("vpc-a", "vpc-b"):
        up.add_namespace(vpc)
        write(up, vpc)
    before = wait_up(up, "vpc-a", "vpc-b")
    recorded = lambda: (up.run / "processes").read_text(encoding="ascii").split()
    until(lambda: {str(pid) for pid in before.values()} <= set(recorded()), "they are recorded")
    up.up.kill()
    up.up.wait()
    assert birds(up) == before  # becoming another user takes the parent's death signal from them
    remove(up, "vpc-b")
    up.start()
    assert not any(map(is_alive, before.values()))
    wait_up(up, "vpc-a")


def test_without_bird(machine):
    machine.write_config(bird=machine.bin / "bird")
    machine.start()
    line = f"BGP is not possible: {machine.bin}/bird cannot be run (No such file or directory): Debian's package is bird2"
    assert line in machine.log.read_text(encoding="utf-8")
    machine.add_namespace("vpc-a")
    write(machine, "vpc-a")
    until(lambda: f"BGP waits for {machine.bin}/bird" in machine.log.read_text(encoding="utf-8"), "it says so")
    (machine.bin / "bird").symlink_to("/usr/sbin/bird")  # installed later
    wait_up(machine, "vpc-a")
    assert machine.stop() == 0
    assert not birds(machine)
