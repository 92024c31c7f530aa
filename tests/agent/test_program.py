# SPDX-License-Identifier: Apache-2.0
"""The program itself: its command line, what it gives up, and that coming and going changes nothing."""
import os
import pathlib
import subprocess

import pytest
from lab.until import until
from test_network import has, held, made
from test_routing import Charon


def run(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=20, check=False)


def test_check_of_the_configuration(program, tmp_path):
    """-n says nothing and touches nothing when it is right, and names the line when it is not."""
    good, bad = tmp_path / "good.conf", tmp_path / "bad.conf"
    good.write_text(f"[paths]\nstate_dir = {tmp_path}/state\n[pool]\naddress = 192.0.2.1\n")
    bad.write_text("[paths]\nno_such_key = 1\n")
    done = run(program, "--config", good, "-n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "state").exists()
    done = run(program, "--config", bad, "-n")
    assert done.returncode == 1
    assert f"{bad}:2" in done.stderr and "no_such_key" in done.stderr
    assert run(program, "--config", tmp_path / "none.conf", "-n").returncode == 1


@pytest.mark.parametrize("words", (["--no-such-option"], ["--config"], ["left over"]))
def test_wrong_command_lines(program, words):
    done = run(program, *words)
    assert done.returncode == 2
    assert "usage: vpngw-agent" in done.stderr


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def test_privileges(daemons):
    """Root with four capabilities and the groups of its neighbours; nothing to gain, nothing to dump."""
    pid = daemons.running["vpngw-agent"].pid
    daemons.running["vpngw-agent"].wait_for("agent started")
    status = status_of(pid)
    net_bind_service, net_admin, net_raw, sys_admin = 10, 12, 13, 21
    kept = sum(1 << number for number in (net_bind_service, net_admin, net_raw, sys_admin))
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == kept
    assert int(status["CapBnd"], 16) == int(status["CapInh"], 16) == int(status["CapAmb"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Uid"].split() == ["0"] * 4
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    assert [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")] == [["0", "0"]]


def test_key_file_others_may_read(daemons):
    """A key file with open permissions is refused before anything is done."""
    agent = daemons.running["vpngw-agent"]
    agent.kill()
    os.chmod(daemons.folder / "key", 0o644)
    daemons.start("vpngw-agent")
    assert daemons.running["vpngw-agent"].process.wait(10) == 1
    assert f"{daemons.folder}/key" in daemons.running["vpngw-agent"].text()


def everything_of(daemons, ids):
    return [daemons.inside(ids, command) for command in
            ("ip -d -o link", "ip -4 -o address", "ip rule", "ip route show table all")]


def test_nothing_is_touched_by_a_restart(daemons):
    """Not one notice of the kernel between the kill and the new agent's having seen everything."""
    ids = made(daemons)
    one, two = daemons.connection(ids, "203.0.113.2"), daemons.connection(ids, "203.0.113.6")
    daemons.route(ids, one, "192.168.10.0/24")
    daemons.route(ids, two, "192.168.10.0/24", weight=0)
    charon = Charon(daemons)
    for number in (1, 2):
        charon.up(number)
    has(daemons, ids, "ip route show table 10000", "dev vco1 proto 86 scope link metric 1 ",
        "dev vco2 proto 86 scope link metric 101")
    until(lambda: held(daemons) == 5, "espd holds everything", 10)
    before = everything_of(daemons, ids)
    with open(daemons.folder / "monitor", "wb") as out, subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{ids['namespace']}", "--", "ip", "monitor", "link", "address", "route", "rule"],
            stdout=out) as monitor:
        for end in ("kill", "stop"):
            getattr(daemons.running["vpngw-agent"], end)()
            assert everything_of(daemons, ids) == before
            daemons.start("vpngw-agent")
            text = daemons.running["vpngw-agent"].text
            until(lambda end=end: text().count("connected to vpngw-espd") == (2 if end == "kill" else 3), "it is back", 10)
            # A gateway made afterwards is done after the first look at everything.
            other = daemons.call("CreateVpc", CidrBlock="10.0.0.0/16")["VpcId"]
            until(lambda other=other: f"vpngw-{other}" in daemons.namespaces(), "the new agent works", 10)
            assert everything_of(daemons, ids) == before
        monitor.kill()
    assert (daemons.folder / "monitor").read_text(encoding="utf-8") == ""
    assert held(daemons) == 5
