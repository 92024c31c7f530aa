# SPDX-License-Identifier: Apache-2.0
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "component"))

from gateway import Gateway  # noqa: E402


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """A directory with the job and the official packages of the lock file, unmodified."""
    directory = tmp_path_factory.mktemp("clients")
    for source in (*HERE.glob("*.js"), *HERE.glob("package*.json")):
        shutil.copy(source, directory)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
                          cwd=directory, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


@pytest.fixture(scope="module")
def gateway():
    with Gateway() as started:
        yield started
        assert started.stop() == 0, started.log_text()
        assert "Sanitizer" not in started.log_text()
