# SPDX-License-Identifier: Apache-2.0
"""What the pages say exists: files, suites, commands, actions. And the README stays short."""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PLACES = r"(?:src|lab|tools|tests|bench|docs|console|build|\.ci)/"


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


def test_the_readme_is_short():
    assert len(text("README.md").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text(page)):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_named_files_exist(page):
    if page.startswith("docs/decisions/") or page == "CHANGELOG.md":
        return  # they speak of what was
    for name in re.findall(rf"`({PLACES}[\w./-]+)`", text(page)):
        if not name.startswith("build/"):
            assert (ROOT / name).exists(), f"{page}: {name}"


def test_named_suites_exist():
    listed = subprocess.run(["/usr/bin/python3", ROOT / "tools/run-tests", "--list"], capture_output=True, text=True,
                            check=True).stdout
    names = {line.split()[0] for line in listed.splitlines()} | {"e2e"}
    for page in PAGES:
        for group in re.findall(r"\./check --only ([\w,]+)", text(page)):
            assert set(group.split(",")) <= names | {"NAME"}, f"{page}: {group}"


def test_named_actions_exist():
    reference = ROOT / "docs/api.md"
    if not reference.exists():
        pytest.skip("docs/api.md is not generated yet")
    known = reference.read_text(encoding="utf-8")
    for page in PAGES:
        for action in re.findall(r"vpngw call (?:-\S+ \S+ )*([A-Z]\w+)", text(page)):
            assert action in known or action == "Action", f"{page}: {action}"


def test_every_shell_script_of_ours_can_run():
    for name in ("demo", "check", ".ci/run", "bench/run", "tools/packages", "tools/lint", "tools/run-tests"):
        assert os.access(ROOT / name, os.X_OK), name
