# SPDX-License-Identifier: Apache-2.0
"""Two machines on one cable:

      a 10.0.0.1  ───── eth0 ─────  b 10.0.0.2

a runs charon with our plug-in and a recorder in espd's place (or espd itself); b what the test says.
"""
import itertools
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support"), str(pathlib.Path(__file__).resolve().parent)]

from lab import cage  # noqa: E402
from lab.machine import Machine, link, sh  # noqa: E402
from lab.wire import Capture  # noqa: E402
from side import Ours, Theirs, overlay_plugins  # noqa: E402

numbers = itertools.count()


@pytest.fixture(scope="session", autouse=True)
def _private():
    cage.private_network()
    sh("ip link set lo up")
    overlay_plugins()


class World:
    def __init__(self):
        folder = pathlib.Path(f"/run/test-{next(numbers)}")
        folder.mkdir()
        self.a, self.b = Machine("a", folder), Machine("b", folder)
        link(self.a, "eth0", self.b, "eth0")
        self.a.address("eth0", "10.0.0.1/24")
        self.b.address("eth0", "10.0.0.2/24")
        self.ours = Ours(self.a, "10.0.0.1", "10.0.0.2")
        self.theirs = Theirs(self.b, "10.0.0.2", "10.0.0.1")
        self.other = None

    def second(self):
        """A charon with our plug-in on b as well: unlike kernel-libipsec it does not force UDP encapsulation."""
        self.other = Ours(self.b, "10.0.0.2", "10.0.0.1")
        return self.other

    def capture(self):
        return Capture(self.a, "eth0")

    def close(self):
        for side in (self.ours, self.other):
            if side:
                side.close()
        self.a.close()
        self.b.close()


@pytest.fixture
def world(request):
    made = World()
    yield made
    made.close()
    for side in (made.ours, made.theirs):
        text = (side.charon.text() if side.charon else "")
        if getattr(request.node, "failed", False):
            print(f"--- {side.machine.name}\n{side.log()[-6000:]}\n{text[-3000:]}")
        assert "SUMMARY: " not in text and "runtime error: " not in text, text


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        item.failed = True
