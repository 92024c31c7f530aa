# SPDX-License-Identifier: Apache-2.0
"""Each operation of the reference against a running server. Where the server means to differ, deviations.json says
so with the reason; a difference that is not there, and one that is there but no longer seen, fails."""
import pathlib
import re

import pytest

from page import load, render
from reference import operations

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
LIST = load()
NOT_YET = LIST["not yet"]
SERVED = [name for name in operations() if name not in NOT_YET]


def matches(pattern, text):
    """Only "*" stands for something else."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL)


def matching(check):
    return [one for one in LIST["deviations"] if matches(one["check"], check)]


def unexplained(results):
    """check -> what was seen, or what a deviation says it would see."""
    wrong = {}
    for check, seen in results.items():
        said = matching(check)
        if said and not any(matches(one["seen"], seen) for one in said):
            wrong[check] = f"{seen or 'as the reference says'}, but deviations.json says {said[0]['seen']}"
        elif seen and not said:
            wrong[check] = seen
    return wrong


@pytest.mark.parametrize("operation", SERVED)
def test_operation(checks, operation):
    results = checks.results(operation)
    assert len(results) > 8
    wrong = unexplained(results)
    assert not wrong, "\n".join([f"{len(wrong)} of {len(results)}", *(f"{name}: {seen}" for name, seen in wrong.items())])


def test_not_yet(checks):
    assert set(NOT_YET) <= set(operations())
    served = [operation for operation in NOT_YET if checks.serves(operation)]
    assert not served, f"{served} are served now: take them off the list"


def test_every_deviation_is_seen(checks):
    seen = [check for operation in SERVED for check in checks.results(operation)]
    idle = [one["check"] for one in LIST["deviations"] if not any(matches(one["check"], check) for check in seen)]
    assert not idle, f"no check has these names: {idle}"


def test_every_deviation_has_a_reason():
    assert all(len(one["reason"]) > 20 for one in LIST["deviations"])
    assert list(LIST) == ["not yet", "deviations"]


def test_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == render(LIST), "run tests/conformance/page.py > docs/conformance.md"
