# SPDX-License-Identifier: Apache-2.0
"""What of the console needs no browser; and how much of it a first visit loads (scripts/compress.mjs refuses too much)."""
from conftest import DIST


def test_builds_and_passes_its_unit_tests(built):
    assert built.returncode == 0, built.stdout + built.stderr
    assert "# fail 0" in built.stdout


def test_nothing_is_loaded_from_elsewhere():
    page = (DIST / "index.html").read_text(encoding="utf-8")
    assert "://" not in page
    assert "<script>" not in page and "<style" not in page and "style=" not in page
