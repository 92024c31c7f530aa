# SPDX-License-Identifier: Apache-2.0
"""Counting what a test runner did from the machine-readable log it left, never from its summary."""
import dataclasses
import json
import re
import xml.etree.ElementTree as xml

TAP = re.compile(r"^(not ok|ok)\b[ \t]*\d*[ \t]*(?:-[ \t]*)?([^#\n]*)(?:#[ \t]*(skip|todo)\b.*)?$",
                 re.IGNORECASE | re.MULTILINE)
SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|runtime error: |SUMMARY: \w+Sanitizer")


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reports: list = dataclasses.field(default_factory=list)  # texts to show: what failed and its log

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.reports += other.reports

    def fail(self, report):
        self.failed += 1
        self.reports.append(report)

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def from_meson(path):
    """meson-logs/testlog.json: one JSON object a line, TAP output counted case by case."""
    count = Count()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            _add_meson_test(count, json.loads(line))
    return count


def _add_meson_test(count, test):
    output = test.get("stdout") or ""
    text = output + (test.get("stderr") or "")
    cases = TAP.findall(output)
    failed = [name for verdict, name, skip in cases if verdict.lower() == "not ok" and not skip]
    skipped = sum(bool(skip) for _, _, skip in cases)
    good = test["result"] in ("OK", "SKIP", "EXPECTEDFAIL") and not SANITIZER.search(text)
    if test["result"] == "SKIP" and not cases:
        count.skipped += 1
        return
    count.skipped += skipped
    count.passed += len(cases) - len(failed) - skipped if cases else int(good)
    if failed or not good:
        count.failed += max(len(failed), 1)
        count.reports.append(f"{test['name']}: {test['result']} {', '.join(failed)}\n{tail(text)}")


def from_junit(path):
    count = Count()
    for case in xml.parse(path).getroot().iter("testcase"):
        kinds = {child.tag: child for child in case}
        if "failure" in kinds or "error" in kinds:
            bad = kinds["failure"] if "failure" in kinds else kinds["error"]
            name = f"{case.get('classname', '')}.{case.get('name', '')}"
            count.fail(f"{name}\n{tail(bad.text or bad.get('message') or '')}")
        elif "skipped" in kinds:
            count.skipped += 1
            count.reports.append(f"skipped: {case.get('name')}: {kinds['skipped'].get('message')}")
        else:
            count.passed += 1
    return count


def tail(text, lines=120):
    rows = text.rstrip().splitlines()
    cut = [f"[{len(rows) - lines} lines before]"] if len(rows) > lines else []
    return "\n".join("    " + row for row in cut + rows[-lines:])
