# SPDX-License-Identifier: Apache-2.0
"""Rules that a program checks: clang-format, shellcheck, codespell, the compiler, our generators."""
import concurrent.futures
import os
import re
import shutil
import subprocess
import tempfile

PACKAGES = ("libevent", "jansson", "libmnl", "openssl", "libsodium", "cmocka", "sqlite3", "libcurl")


def run(tree, *command):
    """Output of a failed command, "" when it succeeded."""
    done = subprocess.run(command, cwd=tree.root, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout or f"{command[0]}: exit {done.returncode}" if done.returncode else ""


def check_format(tree):
    sources = tree.named(".c", ".h", under="src/") + tree.named(".c", ".h", under="tests/")
    sources += tree.named(".c", ".h", under="bench/")
    if sources:
        for line in run(tree, "clang-format", "--dry-run", "-Werror", *sources).splitlines():
            if "error:" in line:
                yield f"{line} (clang-format -i mends it)"


def check_shell(tree):
    scripts = [name for name in tree.texts() if "." not in name.rsplit("/", 1)[-1] or name.endswith(".sh")
               or name == ".ci/run"]
    scripts = [name for name in scripts if re.match(r"#!\s*/(usr/)?bin/(env )?(ba|da)?sh\b", tree.text(name))]
    if scripts:
        yield from run(tree, "shellcheck", "--format=gcc", *scripts).splitlines()


def check_spelling(tree):
    """Not in tests of C code: what they misspell, they misspell on purpose; and Indonesian is no English."""
    names = [name for name in tree.texts() if not name.endswith(("LICENSE", ".json", "i18n/id.ts"))
             and not name.startswith(("tests/unit/", "tests/fuzz/"))]
    if names:
        yield from run(tree, "codespell", "--ignore-words-list", "ike,iif", *names).splitlines()


def check_headers(tree):
    """Every header compiles alone. The plug-in's need strongSwan's headers; the build compiles those."""
    headers = [name for name in tree.named(".h", under="src/")
               if not name.startswith("src/charon/") or name == "src/charon/proto.h"]
    flags = []
    for package in PACKAGES:
        done = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True, check=False)
        flags += done.stdout.split()

    def compile_alone(name):
        return run(tree, "gcc", "-std=gnu17", "-D_GNU_SOURCE", "-Isrc", *flags, "-Wall", "-Wextra", "-Werror",
                   "-Wno-unused-function", "-fsyntax-only", "-include", name, "-x", "c", "/dev/null")

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, output in zip(headers, pool.map(compile_alone, headers)):
            errors = [line for line in output.splitlines() if "error:" in line]
            if errors:
                yield f"{name}:1: does not compile alone: {errors[0]}"


# (file, program that prints it, its arguments): stale when they differ. A program that is not built yet cannot be
# asked; the build directory comes from VPNGW_BUILD.
GENERATED = (("docs/api.md", "vpngw-api", "--reference"),
             ("console/src/api/reference.json", "vpngw-api", "--reference-json"), ("docs/vpngw.8", "vpngw", "man"),
             ("dist/completion/vpngw.bash", "vpngw", "completion bash"),
             ("dist/completion/_vpngw", "vpngw", "completion zsh"))


def check_generated(tree):
    build = os.environ.get("VPNGW_BUILD", str(tree.root / "build" / "check"))
    for name, program, arguments in GENERATED:
        binary = next((path for folder in ("src/api", "src/cli", "src/agent", "")
                       if os.access(path := os.path.join(build, folder, program), os.X_OK)), None)
        if not binary or not (tree.root / name).exists():
            continue
        with tempfile.TemporaryFile() as out:
            done = subprocess.run([binary, *arguments.split()], stdout=out, stdin=subprocess.DEVNULL, check=False)
            out.seek(0)
            if done.returncode or out.read() != (tree.root / name).read_bytes():
                yield f"{name}:1: stale: {program} {arguments} > {name}"


def missing_programs():
    return [name for name in ("clang-format", "shellcheck", "codespell", "gcc", "pkg-config")
            if not shutil.which(name)]
