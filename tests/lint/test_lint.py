# SPDX-License-Identifier: Apache-2.0
"""Lint must fail on what it exists for: each case is a tree of a few lines that breaks one rule."""
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
GPL = "/* SPDX-License-Identifier: GPL-2.0-or-later */\n"
HEADER = SPDX + "#pragma once\n"

BAD = {
    # name: (rule, files, what the finding says)
    "base knows a resource": ("layers", {
        "src/base/a.c": SPDX + '#include "resource/r.h"\n', "src/resource/r.h": HEADER},
        "src/base/a.c:2: room base must not include resource/r.h"),
    "api meets reconcile": ("layers", {
        "src/api/a.c": SPDX + '#include "reconcile/r.h"\n', "src/reconcile/r.h": HEADER},
        "room api must not include"),
    "reconcile meets api": ("layers", {
        "src/reconcile/a.c": SPDX + '#include "api/r.h"\n', "src/api/r.h": HEADER}, "room reconcile must not"),
    "a driver includes another": ("layers", {
        "src/drivers/ike/a.c": SPDX + '#include "drivers/net/n.h"\n', "src/drivers/net/n.h": HEADER},
        "room drivers/ike must not include drivers/net/n.h"),
    "a driver sees the whole of espd": ("layers", {
        "src/drivers/esp/a.c": SPDX + '#include "espd/worker.h"\n', "src/espd/worker.h": HEADER},
        "must not include espd/worker.h"),
    "espd uses the store": ("layers", {
        "src/espd/a.c": SPDX + '#include "store/s.h"\n', "src/store/s.h": HEADER}, "room espd must not"),
    "the command line uses the store": ("layers", {
        "src/cli/a.c": SPDX + '#include "store/s.h"\n', "src/store/s.h": HEADER}, "room cli must not"),
    "the plug-in uses base": ("layers", {
        "src/charon/a.c": GPL + '#include "base/b.h"\n', "src/base/b.h": HEADER}, "room charon must not"),
    "a room nobody declared": ("layers", {"src/misc/a.c": SPDX}, "room misc is not in the law"),
    "an include that is not rooted": ("layers", {
        "src/base/a.c": SPDX + '#include "b.h"\n', "src/base/b.h": HEADER}, "rooted"),
    "cycle between files": ("layers", {
        "src/base/a.h": HEADER + '#include "base/b.h"\n', "src/base/b.h": HEADER + '#include "base/a.h"\n'},
        "cycle between files"),
    "cycle between rooms": ("layers", {
        "src/base/a.h": HEADER + '#include "resource/r.h"\n', "src/resource/r.h": HEADER,
        "src/resource/s.h": HEADER + '#include "base/b.h"\n', "src/base/b.h": HEADER}, "cycle between rooms"),
    "strcpy": ("banned", {"src/api/a.c": SPDX + "void f(void) { strcpy(a, b); }\n"}, "strcpy() is banned"),
    "time": ("banned", {"src/espd/a.c": SPDX + "long f(void) { return time (0); }\n"}, "time() is banned"),
    "no licence": ("licence", {"src/base/a.c": "int x;\n"}, "SPDX-License-Identifier: Apache-2.0"),
    "wrong licence in the plug-in": ("licence", {"src/charon/a.c": SPDX}, "GPL-2.0-or-later"),
    "a path of one machine": ("machine", {"tests/a.py": "# x\nP = '/" + "home/me/x'\n"}, "names a path of one machine"),
    "a registry": ("machine", {"tools/a": "curl https" + "://registry.somewhere.dev/x\n"}, "names the host"),
    "layout": ("format", {"src/base/a.c": SPDX + "int  f( void ){return 0;}\n"}, "clang-format"),
    "a header that needs another first": ("headers", {
        "src/base/a.h": HEADER + "uint32_t f(void);\n"}, "src/base/a.h:1: does not compile alone"),
    "shell": ("shell", {"tools/a": "#!/bin/sh\n# SPDX\nrm -rf $1/*\n"}, "SC2086"),
    "spelling": ("spelling", {"README.md": "It will rec" + "ieve packets.\n"}, "receive"),
}

GOOD = {
    "src/base/a.h": HEADER + "/* strcpy() is not called here, nor system(). */\nint a(void);\n",
    "src/base/a.c": SPDX + '#include "base/a.h"\n\nint a(void)\n{\n\treturn 0;\n}\n',
    "src/drivers/esp/a.c": SPDX + '#include "base/a.h"\n#include "espd/proto.h"\n',
    "src/drivers/ike/a.c": SPDX + '#include "base/a.h"\n#include "charon/proto.h"\n',
    "src/espd/proto.h": "/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */\n#pragma once\n",
    "src/charon/proto.h": "/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */\n#pragma once\n",
    "src/charon/a.c": GPL + '#include "charon/proto.h"\n#include "espd/proto.h"\n',
    "src/api/a.c": SPDX + "void f(struct x *x)\n{\n\tx->time(x, \"strcpy(a, b)\");\n\tmy_rand(1);\n}\n",
}


def lint(root, files, *options):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / ".clang-format").write_text((ROOT / ".clang-format").read_text(encoding="utf-8"), encoding="utf-8")
    return subprocess.run([ROOT / "tools/lint", root, *options], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("case", BAD)
def test_bad_tree_fails(case, tmp_path):
    rule, files, finding = BAD[case]
    done = lint(tmp_path, files, "--only", rule)
    assert done.returncode == 1, done.stdout + done.stderr
    assert finding in done.stdout


def test_good_tree_passes(tmp_path):
    done = lint(tmp_path, GOOD)
    assert done.returncode == 0, done.stdout + done.stderr
