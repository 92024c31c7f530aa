# SPDX-License-Identifier: Apache-2.0
"""docs/api.md is what the server's tables say: `vpngw-api --reference > docs/api.md` after a change."""
import pathlib
import subprocess

from gateway import API

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_page_is_fresh():
    printed = subprocess.run([API, "--reference"], capture_output=True, text=True, check=True).stdout
    assert printed == PAGE.read_text(encoding="utf-8"), "run vpngw-api --reference > docs/api.md"
