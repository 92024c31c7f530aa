# SPDX-License-Identifier: Apache-2.0
"""docs/api.md is what the server's tables say and what it answers: `vpngw-api --reference > docs/api.md` after a
change."""
import pathlib
import re
import subprocess

from gateway import API

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_page_is_fresh():
    printed = subprocess.run([API, "--reference"], capture_output=True, text=True, check=True).stdout
    assert printed == PAGE.read_text(encoding="utf-8"), "run vpngw-api --reference > docs/api.md"


# Codes of rules that are not there yet.
WITHOUT_EXAMPLE = set()


def test_every_refusal_has_an_example():
    sections = PAGE.read_text(encoding="utf-8").split("\n## Errors\n")[1].split("\n### ")[1:]
    assert len(sections) > 40
    bare = set()
    for section in sections:
        code, example = section.split("\n", 1)[0], re.search(r"```text\n(.*)\n\n(\d+) (\S+)\n(.+)\n```", section)
        if not example:
            bare.add(code)
            continue
        assert f"Status {example[2]}:" in section
        stem = {"MissingParameter": "Missing", "InvalidParameter": "Invalid"}.get(code, code)
        assert example[3].startswith(stem), section
    assert bare <= WITHOUT_EXAMPLE
