# SPDX-License-Identifier: Apache-2.0
"""Rules that need only the text: banned calls, licence lines, and what names this machine."""
import re

from linting.files import line_of, without_noise

BANNED = ("strcpy", "strcat", "sprintf", "vsprintf", "strtok", "atoi", "strtol", "strtoul", "sscanf",
          "gets", "system", "popen", "alloca", "rand", "srand", "time", "localtime", "gmtime")
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
LICENCES = {
    "src/charon/proto.h": "Apache-2.0 OR GPL-2.0-or-later",
    "src/espd/proto.h": "Apache-2.0 OR GPL-2.0-or-later",
    "src/charon/": "GPL-2.0-or-later",
    "": "Apache-2.0",
}
NO_LICENCE_LINE = (".md", ".json", ".gitignore", ".clang-format", "LICENSE", ".scn", "package-lock.json")
# Hosts a committed file may name: examples, and where standards and licences live. A package
# registry or a mirror is the machine's own configuration and never ours.
HOSTS = re.compile(
    r"^(localhost|127\.[\d.]+|\[::1\]|.*\.?example(\.(com|org|net))?|.*\.test|.*\.invalid|[\d.]+"
    r"|(www\.)?(rfc-editor|ietf|gnu|apache|spdx|opensource|fsf|sqlite|keepachangelog|semver|w3|strongswan"
    r"|json-schema)\.(org|com)|[a-z0-9.-]*aliyuncs\.com|.*[{%<$].*)$")
URL = re.compile(r"https?://([^\s/'\"`)>:,]+)")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e])/[\w.]")


def check_banned(tree):
    for name in tree.named(".c", ".h", under="src/"):
        if name.startswith("src/base/"):
            continue
        text = without_noise(tree.text(name))
        for found in CALL.finditer(text):
            yield f"{name}:{line_of(text, found.start())}: {found[1]}() is banned outside src/base"


def check_licence(tree):
    for name in tree.texts():
        if name.endswith(NO_LICENCE_LINE) or name.startswith("docs/") and name.endswith(".md"):
            continue
        if name == "src/charon/meson.build":
            continue  # a recipe, not part of the plug-in: either licence
        want = next(licence for prefix, licence in LICENCES.items() if name.startswith(prefix))
        head = tree.text(name).split("\n")[:2]
        line = head[1] if len(head) > 1 and head[0].startswith(("#!", "#compdef")) else head[0]
        if not re.search(rf"SPDX-License-Identifier: {re.escape(want)}(\s*(\*/|-->))?\s*$", line):
            yield f"{name}:1: the first line must say SPDX-License-Identifier: {want}"


def check_machine(tree):
    for name in tree.texts():
        if name.endswith(("LICENSE", "package-lock.json")):
            continue
        text = tree.text(name)
        for found in MACHINE_PATH.finditer(text):
            yield f"{name}:{line_of(text, found.start())}: names a path of one machine: {found[0]}"
        for found in URL.finditer(text):
            if "." in found[1] and not HOSTS.match(found[1]):
                yield f"{name}:{line_of(text, found.start())}: names the host {found[1]}"
