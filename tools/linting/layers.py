# SPDX-License-Identifier: Apache-2.0
"""The law of ARCHITECTURE.md: which room may include which, and no cycle between files or rooms.

To add a room, add its line to ROOMS; to let a driver see one more header, add it to HEADERS.
"""
import re

from linting.files import line_of, without_noise

CORE = {"base", "resource", "store"}
DRIVERS = ("ike", "esp", "net", "bgp", "health", "xfrm")
ROOMS = {
    "base": set(),
    "resource": {"base"},
    "store": {"base", "resource"},
    "api": CORE,
    "reconcile": CORE,
    **{f"drivers/{driver}": CORE | {"reconcile"} for driver in DRIVERS},
    "agent": CORE | {"reconcile"} | {f"drivers/{driver}" for driver in DRIVERS},
    "espd": {"base"},
    "charon": set(),
    "cli": {"base", "resource"},
}
# Single headers that a room may include beyond its rooms: the control protocols.
HEADERS = {
    "drivers/esp": {"espd/proto.h"},
    "drivers/ike": {"charon/proto.h"},
    "charon": {"espd/proto.h"},
    "cli": {"store/backup.h"},
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def room_of(name):
    """"src/drivers/esp/want.c" or "drivers/esp/want.h" is in "drivers/esp"."""
    parts = name.removeprefix("src/").split("/")
    return "/".join(parts[:2]) if parts[0] == "drivers" else parts[0]


def includes(tree):
    """{file: [(line, included path)]} of src/."""
    found = {}
    for name in tree.named(".c", ".h", under="src/"):
        text = without_noise(tree.text(name))
        found[name] = [(line_of(text, m.start()), m[1]) for m in INCLUDE.finditer(text)]
    return found


def check(tree):
    graph = includes(tree)
    yield from _check_rooms(tree, graph)
    yield from _check_cycles({name: {f"src/{path}" for _, path in found if f"src/{path}" in graph}
                              for name, found in graph.items()}, "files")
    rooms = {}
    for name, found in graph.items():
        others = {room_of(path) for _, path in found if f"src/{path}" in graph
                  and path not in HEADERS.get(room_of(name), ())}
        rooms.setdefault(room_of(name), set()).update(others - {room_of(name)})
    yield from _check_cycles(rooms, "rooms")


def _check_rooms(tree, graph):
    for name, found in graph.items():
        room = room_of(name)
        if room not in ROOMS:
            yield f"{name}:1: room {room} is not in the law (tools/linting/layers.py)"
            continue
        for line, path in found:
            if f"src/{path}" not in graph:
                if _is_generated_or_private(tree, name, path):
                    continue
                yield f"{name}:{line}: \"{path}\" is not a file under src/; includes are rooted there"
            elif room_of(path) not in ROOMS[room] | {room} and path not in HEADERS.get(room, ()):
                yield f"{name}:{line}: room {room} must not include {path}"


def _is_generated_or_private(tree, name, path):
    """Version headers are generated; .def tables and embedded texts lie beside the sources."""
    return (tree.root / "src" / path).exists() or path in ("version.h", "base/version.h")


def _check_cycles(graph, what):
    done, path = set(), []

    def visit(node):
        if node in path:
            loop = path[path.index(node):] + [node]
            yield f"{loop[0]}:1: cycle between {what}: {' -> '.join(loop)}"
            return
        if node in done:
            return
        path.append(node)
        for other in sorted(graph.get(node, ())):
            yield from visit(other)
        path.pop()
        done.add(node)

    for node in sorted(graph):
        yield from visit(node)
