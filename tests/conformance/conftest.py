# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "component")]

from gateway import Gateway  # noqa: E402
from checks import Checks  # noqa: E402


@pytest.fixture(scope="session")
def checks():
    """The checks of all operations against one server, each operation's once; its log must stay clean."""
    with Gateway() as started:
        running = Checks(started)
        yield running
        running.close()
        assert started.stop() == 0, started.log_text()
        log = started.log_text()
        assert "Sanitizer" not in log and "runtime error" not in log and "an action failed" not in log, log
