# SPDX-License-Identifier: Apache-2.0
"""Building, and running one suite as a child in its own process group with a deadline."""
import os
import pathlib
import signal
import subprocess
import sys

from testing.results import Count, from_junit, from_meson, tail

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILDS = ROOT / "build"
CHECK_BUILD = BUILDS / "check"
CHECK_OPTIONS = ("-Db_sanitize=address,undefined",)


def environment():
    """What every test process gets: sanitizers abort, so that no finding can pass."""
    return os.environ | {
        "VPNGW_BUILD": str(CHECK_BUILD),
        "VPNGW_ESPD": str(CHECK_BUILD / "src" / "espd" / "vpngw-espd"),
        "ASAN_OPTIONS": "abort_on_error=1:halt_on_error=1:detect_stack_use_after_return=1",
        "UBSAN_OPTIONS": "abort_on_error=1:halt_on_error=1:print_stacktrace=1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }


def run(command, log, timeout_s, env=None):
    """The exit status (124 when the deadline passed) of a command whose output goes to the file log."""
    with open(log, "ab") as out:
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                 env=env or environment(), start_new_session=True)
        try:
            return child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            out.write(f"\nstopped: not done after {timeout_s} s\n".encode())
            return 124
        finally:
            _end(child)


def _end(child):
    """Ends what is left of a child's process group: first politely, so that it can clean up."""
    for number, grace_s in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        try:
            os.killpg(child.pid, number)
            child.wait(grace_s)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    child.poll()


def build(directory, options, compiler, timeout_s=900):
    """None, or the log of a build that failed."""
    BUILDS.mkdir(exist_ok=True)
    log = BUILDS / f"{directory.name}.log"
    log.unlink(missing_ok=True)
    env = environment() | {"CC": compiler}
    setup = ["meson", "setup", str(directory), *options]
    if (directory / "build.ninja").exists():
        setup = ["true"]
    for command in (setup, ["ninja", "-C", str(directory)]):
        if run(command, log, timeout_s, env):
            return log.read_text(encoding="utf-8", errors="replace")
    return None


def run_meson(directory, suite, timeout_s):
    results = directory / "meson-logs" / "testlog.json"
    results.unlink(missing_ok=True)
    log = BUILDS / f"suite-{suite}.log"
    log.unlink(missing_ok=True)
    status = run(["meson", "test", "-C", str(directory), "--no-rebuild", "--suite", suite], log, timeout_s)
    count = from_meson(results) if results.exists() else Count()
    return _settled(count, status, log)


def run_pytest(suite):
    results, log = BUILDS / f"suite-{suite.name}.xml", BUILDS / f"suite-{suite.name}.log"
    for file in (results, log):
        file.unlink(missing_ok=True)
    command = [sys.executable, "-B", *(["-m", "lab.cage", sys.executable] if suite.caged else []), "-m", "pytest", "-q", "--tb=short",
               "-p", "no:cacheprovider", f"--junitxml={results}", "-o", "junit_logging=out-err", *suite.target]
    if suite.workers > 1:
        command += ["-n", str(suite.workers), "--dist", suite.dist]
    else:
        command += ["-p", "no:xdist"]
    status = run(command, log, suite.timeout_s)
    count = from_junit(results) if results.exists() else Count()
    return _settled(count, status, log)


def _settled(count, status, log):
    """A runner that failed, stopped or ran nothing must not look like success."""
    output = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if count.failed == 0 and (status != 0 or count.passed + count.skipped == 0):
        count.fail(f"exit {status}, {count.line()}\n{tail(output)}")
    return count


def run_suite(suite):
    if suite.kind == "pytest":
        return run_pytest(suite)
    if suite.kind == "meson":
        return run_meson(CHECK_BUILD, suite.name, suite.timeout_s)
    directory = BUILDS / suite.name
    compiler = "clang" if suite.name == "clang" else "gcc"
    count = Count()
    if failure := build(directory, suite.target, compiler, suite.timeout_s):
        count.fail(f"build of {suite.name}\n{tail(failure)}")
        return count
    count.passed = 1
    count.add(run_meson(directory, "unit", suite.timeout_s))
    return count
