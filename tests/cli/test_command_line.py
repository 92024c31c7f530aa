# SPDX-License-Identifier: Apache-2.0
"""The verbs as a user meets them: what is printed where, the exit status, and the files in dist/."""
import pathlib
import re

DIST = pathlib.Path(__file__).resolve().parents[2] / "dist"


def answer(done):
    return done.returncode, done.stdout, done.stderr


def test_help_and_version(machine):
    code, out, err = answer(machine.vpngw("help"))
    assert (code, err) == (0, "")
    assert all(f"\n  {verb} " in out for verb in ("up", "down", "call", "check-config", "version", "help"))
    assert answer(machine.vpngw()) == (2, "", out)
    code, out, err = answer(machine.vpngw("version"))
    assert (code, err) == (0, "") and re.fullmatch(r"vpngw \d+\.\d+\.\d+\S*\n", out)


def test_wrong_command_lines(machine):
    assert answer(machine.vpngw("upp")) == (2, "", 'vpngw: there is no verb "upp"; see vpngw help\n')
    for wrong in (("up", "now"), ("up", "--fast"), ("down", "x"), ("check-config", "a", "b"), ("version", "x")):
        code, out, err = answer(machine.vpngw(*wrong))
        assert (code, out) == (2, "")
        assert err.splitlines()[-1].startswith(f"usage: vpngw {wrong[0]} ")
    code, _, err = answer(machine.vpngw("call"))
    assert code == 2 and err.count("usage:") == 1


def test_check_config(machine):
    assert answer(machine.vpngw("check-config", machine.config)) == (0, f"{machine.config}: ok\n", "")
    machine.config.write_text("[api]\nlisten_prot = 1\n", encoding="ascii")
    code, out, err = answer(machine.vpngw("check-config", machine.config))
    assert (code, out) == (1, "")
    assert err.startswith(f"vpngw check-config: {machine.config}:2: ") and err.count("\n") == 1


def test_example_configuration(machine):
    example = machine.vpngw("check-config", "--example").stdout
    written = (DIST / "vpngw.conf").read_text(encoding="utf-8")
    assert written == "# SPDX-License-Identifier: Apache-2.0\n" + example, \
        "dist/vpngw.conf is stale: its SPDX line, then the output of vpngw check-config --example"
    assert machine.vpngw("check-config", DIST / "vpngw.conf").returncode == 0
