# SPDX-License-Identifier: Apache-2.0
"""The counts ./check prints come from the runners' logs; a wrong one would hide a failure."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

from testing import results, runner  # noqa: E402


def meson(tmp_path, **test):
    log = tmp_path / "testlog.json"
    log.write_text(json.dumps({"name": "t", "result": "OK", "stdout": ""} | test) + "\n", encoding="utf-8")
    return results.from_meson(log)


def counted(count):
    return count.passed, count.failed, count.skipped


def test_tap_is_counted_case_by_case(tmp_path):
    tap = "1..4\nok 1 - a\nnot ok 2 - b\n# b failed\nok 3 - c # SKIP no tun\nok 4\n"
    count = meson(tmp_path, stdout=tap, result="FAIL")
    assert counted(count) == (2, 1, 1)
    assert "b" in count.reports[0]


def test_a_program_that_dies_after_its_last_case_failed(tmp_path):
    assert counted(meson(tmp_path, stdout="1..1\nok 1 - a\n", result="FAIL")) == (1, 1, 0)


def test_a_sanitizer_report_fails_a_test_that_passed(tmp_path):
    report = "==7==ERROR: LeakSanitizer: detected memory leaks\n"
    assert counted(meson(tmp_path, stdout="1..1\nok 1 - a\n", stderr=report)) == (1, 1, 0)


def test_plain_programs(tmp_path):
    assert counted(meson(tmp_path)) == (1, 0, 0)
    assert counted(meson(tmp_path, result="TIMEOUT")) == (0, 1, 0)
    assert counted(meson(tmp_path, result="SKIP")) == (0, 0, 1)


def test_junit(tmp_path):
    log = tmp_path / "x.xml"
    log.write_text('<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure>why</failure></testcase>'
                   '<testcase name="c"><error>boom</error></testcase><testcase name="d"><skipped message="m"/>'
                   "</testcase></testsuite></testsuites>", encoding="utf-8")
    count = results.from_junit(log)
    assert counted(count) == (1, 2, 1)
    assert "why" in count.reports[0] and "boom" in count.reports[1]


def test_a_runner_that_ran_nothing_or_crashed_failed(tmp_path):
    for status, count in ((0, results.Count()), (3, results.Count(passed=2))):
        assert runner._settled(count, status, tmp_path / "none").failed == 1


def test_a_command_past_its_deadline_is_ended(tmp_path):
    assert runner.run(["sh", "-c", "sleep 60 & wait"], tmp_path / "log", 1) == 124
