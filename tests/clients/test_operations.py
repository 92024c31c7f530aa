# SPDX-License-Identifier: Apache-2.0
"""One test an operation with the official packages, unmodified: the current SDK through its own typed models,
with both signatures, and the classic client. The operations are those of the conformance suite's reference."""
import functools
import json
import pathlib

import pytest

from test_clients import CLIENTS, start

CONFORMANCE = pathlib.Path(__file__).resolve().parents[1] / "conformance"
OPERATIONS = list(json.loads((CONFORMANCE / "api.json").read_text(encoding="utf-8"))["operations"])
NOT_YET = json.loads((CONFORMANCE / "deviations.json").read_text(encoding="utf-8"))["not yet"]
SCRIPTS = {"acs3.js": "operations_typed.js", "rpc.js": "operations_rpc.js"}


@pytest.fixture(scope="module")
def told(gateway, packages):
    """What the client said of each operation: "" or what went wrong; each client runs once."""
    @functools.cache
    def run(name):
        script, extra = CLIENTS[name]
        done = start(gateway, packages, SCRIPTS[script], extra)
        assert done.returncode == 0, done.stdout + done.stderr + gateway.log_text()
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert len({line["name"] for line in lines}) == len(lines)
        return {line["name"]: line["failure"] or "" for line in lines}
    return run


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", CLIENTS)
def test_operation(told, name, operation):
    failure = told(name)[operation]
    if operation in NOT_YET:
        assert "InvalidAction.NotFound" in failure
    else:
        assert not failure


@pytest.mark.parametrize("name", CLIENTS)
def test_no_other_operations(told, name):
    assert set(told(name)) == set(OPERATIONS)
