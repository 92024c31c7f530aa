# SPDX-License-Identifier: Apache-2.0
"""Fixtures of espd's component tests; what they make is in espd_world.py and espd_oracle.py."""
import contextlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import namespaces
from espd_oracle import Oracle
from espd_world import World, clean_up


@pytest.fixture(scope="session", autouse=True)
def isolated():
    namespaces.isolate()


@contextlib.contextmanager
def made(kind, tmp_path):
    try:
        thing = kind(tmp_path)
        yield thing
        thing.close()
    finally:
        clean_up()


@pytest.fixture
def world(tmp_path):
    """Two espd back to back."""
    with made(World, tmp_path) as thing:
        yield thing


@pytest.fixture
def oracle(tmp_path):
    """One espd, the test is its peer."""
    with made(Oracle, tmp_path) as thing:
        yield thing


@pytest.fixture(scope="module")
def shared_oracle(tmp_path_factory):
    with made(Oracle, tmp_path_factory.mktemp("oracle")) as thing:
        yield thing
