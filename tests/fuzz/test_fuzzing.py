# SPDX-License-Identifier: Apache-2.0
"""Every fuzz target built with clang and libFuzzer, searching for FUZZ_SECONDS from its kept corpus on. A crash, a
sanitizer report, a leak, a hang or an assertion of the target fails; the input that did it stays in build/failures."""
import fcntl
import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "fuzzing"
FAILURES = ROOT / "build" / "failures"
TARGETS = sorted(file.stem.removeprefix("fuzz_") for file in HERE.glob("fuzz_*.c") if file.stem != "fuzz_replay")
SECONDS = int(os.environ.get("FUZZ_SECONDS", "600"))
INPUT_S = 20  # for one input, sanitizers on and other work beside it
MEMORY_MIB = 2048


def run(*command):
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"CC": "clang"}, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.fixture(scope="session")
def programs():
    """Built once, whoever comes first."""
    BUILD.parent.mkdir(exist_ok=True)
    with open(BUILD.parent / "fuzzing.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (BUILD / "build.ninja").exists():
            run("meson", "setup", str(BUILD), "-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_lundef=false")
        run("ninja", "-C", str(BUILD), *(f"tests/fuzz/fuzz-{name}" for name in TARGETS))
    return BUILD / "tests" / "fuzz"


@pytest.mark.parametrize("name", TARGETS)
def test_target(programs, tmp_path, name):
    FAILURES.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [programs / f"fuzz-{name}", f"-max_total_time={SECONDS}", f"-timeout={INPUT_S}", f"-rss_limit_mb={MEMORY_MIB}",
         f"-artifact_prefix={FAILURES}/fuzz-{name}-", "-print_final_stats=1", tmp_path, HERE / "corpus" / name],
        capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    assert done.returncode == 0, done.stderr[-8000:]
    assert runs and int(runs[1]) > 0, done.stderr[-2000:]
    print(f"{name}: {runs[1]} inputs in {SECONDS} s")
