# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from gateway import Gateway  # noqa: E402
from wire import Client  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--model-steps", type=int, default=200, help="calls that test_model.py compares")


@pytest.fixture(scope="module")
def gateway():
    """One server for the tests of a file that leave it as it was; its log must stay without findings."""
    with Gateway() as started:
        yield started
        assert started.stop() == 0, started.log_text()
        assert "Sanitizer" not in started.log_text()
        assert "runtime error" not in started.log_text()


@pytest.fixture
def fresh():
    """A server that the test may change, restart and kill."""
    with Gateway() as started:
        yield started


@pytest.fixture(params=["acs3", "v1"])
def client(gateway, request):
    opened = Client(gateway, request.param)
    yield opened
    opened.close()
