# SPDX-License-Identifier: Apache-2.0
"""Each rule of lint on this tree, as a test of its own."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from linting import RULES, programs  # noqa: E402
from linting.files import Tree  # noqa: E402

TREE = Tree(pathlib.Path(__file__).resolve().parents[2])


def test_programs_are_installed():
    assert not programs.missing_programs()


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule):
    findings = list(RULES[rule](TREE))
    assert not findings, "\n" + "\n".join(findings)
