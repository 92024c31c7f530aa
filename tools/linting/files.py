# SPDX-License-Identifier: Apache-2.0
"""Which files lint looks at, and how C text is read without its comments and strings.

Knows nothing of any rule. A finding is "file:line: what is wrong"; rules yield them.
"""
import pathlib
import re
import subprocess

C_NOISE = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
TEXT_ENDINGS = {".c", ".h", ".def", ".py", ".sh", ".md", ".txt", ".build", ".scn", ".conf", ".ini",
                ".ts", ".tsx", ".js", ".mjs", ".json", ".service", ".html", ".css", ".yml", ""}


class Tree:
    """A source tree: the files git would commit, or every file where there is no repository."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.files = sorted(self._list())

    def _list(self):
        if (self.root / ".git").exists():
            out = subprocess.run(["git", "-C", self.root, "ls-files", "-z", "--cached", "--others",
                                  "--exclude-standard"], check=True, capture_output=True).stdout
            names = [name for name in out.decode().split("\0") if name]
        else:
            names = [str(path.relative_to(self.root)) for path in self.root.rglob("*")]
        return [name for name in names if (self.root / name).is_file()]

    def named(self, *endings, under=""):
        return [name for name in self.files if name.endswith(endings) and name.startswith(under)]

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def texts(self):
        """Files people write, not fuzz corpora or captures."""
        for name in self.files:
            if pathlib.PurePath(name).suffix in TEXT_ENDINGS and "/corpus/" not in name:
                yield name


def without_noise(text):
    """C source with comments and literals blanked, lines kept; includes keep their file names."""

    def blank(match):
        line_start = text.rfind("\n", 0, match.start()) + 1
        if match[0].startswith('"') and re.match(r"\s*#\s*include\b", text[line_start:match.start()]):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return C_NOISE.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
