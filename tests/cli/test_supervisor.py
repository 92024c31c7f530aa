# SPDX-License-Identifier: Apache-2.0
"""`vpngw up` and `vpngw down` with stand-ins for the daemons: order, restart, removal, refusals, no orphans."""
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess

from conftest import is_alive, until

ORDER = ["vpngw-espd", "charon-systemd", "vpngw-agent", "vpngw-api"]


def refusal(machine, *arguments, **options):
    """The one line with which `vpngw up` refuses to start."""
    done = machine.vpngw("up", "--config", machine.config, *arguments, **options)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if not line.startswith("<")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_order_of_start_and_stop(machine):
    machine.start()
    # each is started when the one before is ready
    assert machine.started() == ["vpngw-espd", "charon", "vpngw-agent", "vpngw-api"]
    first = [(event, name) for event, name, _ in machine.events()]
    assert first == [(event, name) for name in ORDER for event in ("start", "ready")]
    assert machine.stop() == 0
    assert machine.order("term") == ORDER[::-1]
    assert not machine.order("remove")
    assert not any(map(is_alive, machine.pids().values()))


def arguments(machine):
    return pathlib.Path(f"/proc/{machine.pids()['vpngw-agent']}/cmdline").read_bytes().split(b"\0")


def test_only_the_first_agent_forgets(machine):
    """What was observed before is void when all programs were down; when only the agent was, it is not."""
    machine.start()
    old = machine.pids()["vpngw-agent"]
    assert b"--first" in arguments(machine)
    os.kill(old, signal.SIGKILL)
    until(lambda: machine.pids().get("vpngw-agent", old) != old and len(machine.order("ready")) == 5, "another agent")
    assert b"--first" not in arguments(machine)


def test_folders(machine):
    machine.start()

    def facts(path):
        status = os.stat(path)
        return status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)

    assert facts(machine.run) == (0, 0, 0o755)
    assert facts(machine.run / "espd") == (61102, 61102, 0o755)
    assert facts(machine.run / "charon") == (61103, 61103, 0o750)
    assert facts(machine.run / "agent") == (0, 0, 0o700)
    assert facts(machine.run / "up.sock") == (0, 0, 0o600)
    assert facts(machine.state) == (0, 61101, 0o2770)
    assert facts(machine.root / "etc" / "key") == (0, 0, 0o600)
    key = (machine.root / "etc" / "key").read_bytes()
    machine.stop()
    machine.start()
    assert (machine.root / "etc" / "key").read_bytes() == key


def test_surroundings_of_charon(machine):
    machine.mark("facts")
    machine.start()
    facts = (machine.root / "facts").read_text(encoding="ascii")
    assert re.search(r"^Uid:\t61103\t61103\t61103\t61103$", facts, re.MULTILINE)
    assert re.search(r"^Groups:\t61103 ?$", facts, re.MULTILINE)
    assert re.search(r"^CapEff:\t0+$", facts, re.MULTILINE)
    assert re.search(r"^CapBnd:\t0+$", facts, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\t1$", facts, re.MULTILINE)
    plugins = re.search(r"^Plugins: (.*)$", facts, re.MULTILINE)[1].split()
    assert "libstrongswan-vpngw.so" in plugins and "libstrongswan-vici.so" in plugins
    assert "libstrongswan-socket-default.so" not in plugins
    assert not pathlib.Path("/usr/lib/ipsec/plugins/libstrongswan-vpngw.so").exists()


def test_restart_of_one(machine):
    machine.start()
    before = machine.pids()
    os.kill(before["vpngw-agent"], signal.SIGKILL)
    until(lambda: machine.pids()["vpngw-agent"] != before["vpngw-agent"], "the agent is started again")
    after = machine.pids()
    assert {name for name in ORDER if before[name] != after[name]} == {"vpngw-agent"}
    # a second death soon after: a pause, but it comes back
    os.kill(after["vpngw-agent"], signal.SIGKILL)
    until(lambda: machine.pids()["vpngw-agent"] != after["vpngw-agent"], "once more")
    assert machine.stop() == 0


def test_a_program_that_never_starts(machine):
    machine.mark("fail-charon-systemd")
    assert refusal(machine) == "vpngw up: charon does not start: it exited with status 3"
    assert machine.order("start") == ["vpngw-espd"] + 5 * ["charon-systemd"]
    assert machine.order("term") == ["vpngw-espd"]


def test_one_that_fails_twice_then_starts(machine):
    machine.mark("fail-vpngw-api")
    with machine.log.open("ab") as log:
        machine.up = subprocess.Popen([machine.bin / "vpngw", "up", "--config", machine.config], stderr=log)
    until(lambda: machine.order("start").count("vpngw-api") == 2, "two tries")
    (machine.root / "fail-vpngw-api").unlink()
    until(lambda: "up run_dir=" in machine.log.read_text(encoding="utf-8"), "up after all")
    assert machine.stop() == 0


def test_down(machine):
    machine.start()
    done = machine.vpngw("down", "--config", machine.config)
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.up.wait(10) == 0
    ends = [(event, name) for event, name, _ in machine.events() if event in ("term", "remove")]
    assert ends == [("term", "vpngw-api"), ("remove", "vpngw-agent"), ("term", "charon-systemd"), ("term", "vpngw-espd")]
    done = machine.vpngw("down", "--config", machine.config)
    assert (done.returncode, done.stderr) == (1, f"vpngw down: vpngw is not running in {machine.run}\n")


def test_start_right_after_down(machine):
    for _ in range(3):
        machine.start()
        assert machine.vpngw("down", "--config", machine.config).returncode == 0
        before = machine.up
        machine.start()  # the former process may still be ending
        assert before.wait(10) == 0
        assert (machine.run / "up.sock").exists()
        assert machine.stop() == 0


def test_down_that_leaves_something(machine):
    machine.mark("agent-exit", "7")
    machine.start()
    done = machine.vpngw("down", "--config", machine.config)
    assert (done.returncode, done.stderr) == (
        1, "vpngw down: vpngw-agent exited with status 7 before everything was removed\n")
    assert machine.up.wait(10) == 1


def test_stubborn_program_is_killed(machine):
    machine.mark("stubborn-vpngw-api")
    machine.start()
    assert machine.stop() == 1
    assert "vpngw-api did not stop in time" in machine.log.read_text(encoding="utf-8")
    assert not any(map(is_alive, machine.pids().values()))


def test_killed_supervisor_leaves_no_orphan(machine):
    machine.start()
    pids = machine.pids()
    machine.up.kill()
    machine.up.wait()
    until(lambda: not any(map(is_alive, pids.values())), "all have ended")
    machine.start()
    assert "ended what a killed instance has left" not in machine.log.read_text(encoding="utf-8")
    assert machine.stop() == 0


def test_next_start_ends_stubborn_orphans(machine):
    for name in ORDER:
        machine.mark(f"stubborn-{name}")
    machine.start()
    pids = machine.pids()
    machine.up.kill()
    machine.up.wait()
    until(lambda: len(machine.order("term")) == 4, "all have been told")
    assert all(map(is_alive, pids.values()))
    machine.start()
    assert not any(map(is_alive, pids.values()))
    assert "ended what a killed instance has left processes=4" in machine.log.read_text(encoding="utf-8")


def test_second_instance(machine):
    machine.start()
    assert refusal(machine) == f"vpngw up: already running in {machine.run}, pid {machine.up.pid}"
    assert machine.stop() == 0


def test_not_root(machine):
    assert refusal(machine, user=4711, group=4711, extra_groups=[]) == "vpngw up: must be run as root"
    assert not machine.run.exists()


def test_no_tun(machine):
    subprocess.run(["mount", "-t", "tmpfs", "none", "/dev/net"], check=True)
    try:
        assert refusal(machine).startswith("vpngw up: /dev/net/tun: No such file or directory: ")
    finally:
        subprocess.run(["umount", "/dev/net"], check=True)


def test_ports_in_use(machine):
    for kind, address, port, line in (
            (socket.SOCK_DGRAM, "192.0.2.1", 500, "UDP port 500 of 192.0.2.1 (IKE)"),
            (socket.SOCK_DGRAM, "0.0.0.0", 4500, "UDP port 4500 of 192.0.2.1 (IKE)"),
            (socket.SOCK_STREAM, "127.0.0.1", 8443, "TCP port 8443 of 127.0.0.1 (API)")):
        with socket.socket(socket.AF_INET, kind) as taken:
            taken.bind((address, port))
            if kind == socket.SOCK_STREAM:
                taken.listen()
            assert refusal(machine) == f"vpngw up: {line} is in use by another program"
    assert not machine.events()


def test_closed_connections_are_no_use_of_a_port(machine):
    with socket.create_server(("127.0.0.1", 8443)) as server, socket.create_connection(("127.0.0.1", 8443)) as client:
        accepted, _ = server.accept()
        accepted.close()  # the server first: its side stays in TIME_WAIT
        assert client.recv(1) == b""
    machine.start()
    assert machine.stop() == 0


def test_missing_programs(machine):
    (machine.bin / "vpngw-agent").unlink()
    assert refusal(machine).startswith("vpngw up: vpngw-agent is neither beside vpngw ")
    machine.write_config(charon=machine.bin / "nothing")
    assert refusal(machine).startswith(f"vpngw up: {machine.bin}/nothing cannot be run ")
    machine.config.write_text("[nonsense]\n", encoding="ascii")
    assert refusal(machine).startswith(f"vpngw up: {machine.config}:1: ")


def test_background(machine):
    done = machine.vpngw("up", "--background", "--config", machine.config)
    assert (done.returncode, done.stdout) == (0, f"vpngw: up, log in {machine.run}/vpngw.log\n")
    assert len(machine.started(machine.run / "vpngw.log")) == 4
    until(lambda: len(machine.order("ready")) == 4, "all have started")
    refused = machine.vpngw("up", "--background", "--config", machine.config)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"vpngw up: already running in {machine.run}, pid ")
    assert machine.vpngw("down", "--config", machine.config).returncode == 0
    assert not any(map(is_alive, machine.pids().values()))


def test_readiness_for_systemd(machine):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(machine.root / "notify"))
        systemd.settimeout(20)
        machine.mark("facts")
        os.environ["NOTIFY_SOCKET"] = str(machine.root / "notify")
        try:
            machine.start()
        finally:
            del os.environ["NOTIFY_SOCKET"]
        assert systemd.recv(64) == b"READY=1"
        # charon-systemd would speak up too
        assert "NOTIFY_SOCKET" not in (machine.root / "facts").read_text(encoding="ascii")
        assert machine.stop() == 0
        assert systemd.recv(64) == b"STOPPING=1"
