# SPDX-License-Identifier: Apache-2.0
"""The reference data (api.json) as operations, and an answer held against the fields of one. Knows no server."""
import functools
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
TYPES = {str: "string", int: "integer", bool: "boolean", dict: "object", list: "array", float: "number",
         type(None): "null"}


@functools.cache
def load():
    return json.loads((HERE / "api.json").read_text(encoding="utf-8"))


def operations():
    return load()["operations"]


def parameters(operation):
    return operations()[operation]["request"]


def parameter_name(row):
    """Without the ".N" of a list."""
    return row["name"].removesuffix(".N")


def is_required(row):
    return row["required"] or row.get("required_note") == "single-tunnel: yes"


def is_dual(row):
    return row.get("tunnel_mode") == "dual"


def _see(fields, value, path, seen):
    """Notes the types of each field's occurrences in seen, and fields the reference does not know as extra."""
    rows = {row["name"]: row for row in fields}
    for name, inner in value.items():
        here = f"{path}{name}"
        if name not in rows:
            seen.setdefault("extra", {})[here] = {TYPES[type(inner)]}
            continue
        _see_value(rows[name], inner, here, seen)


def _see_value(row, value, here, seen):
    seen.setdefault("known", {}).setdefault(here, set()).add(TYPES[type(value)])
    if isinstance(value, dict) and row.get("fields"):
        _see(row["fields"], value, f"{here}.", seen)
    for item in value if isinstance(value, list) else ():
        seen["known"].setdefault(f"{here}[]", set()).add(TYPES[type(item)])
        if isinstance(item, dict):
            _see(row["fields"], item, f"{here}[].", seen)


def _expected(fields, path=""):
    for row in fields:
        here = f"{path}{row['name']}"
        yield here, row["type"]
        if row["type"] == "array":
            yield f"{here}[]", row["items"]
            if row["items"] == "object":
                yield from _expected(row["fields"], f"{here}[].")
        elif row.get("fields"):
            yield from _expected(row["fields"], f"{here}.")


def _parent(path):
    if path.endswith("[]"):
        return path[:-2]
    return path.rpartition(".")[0]


def compare(operation, answers):
    """(check, what was seen or "" when it is as it should be) of each field of the answers, which are one
    operation's: a field must be in at least one of them, and have its type in all."""
    fields = operations()[operation]["response"]
    seen = {}
    for answer in answers:
        _see(fields, answer, "", seen)
    known = seen.get("known", {})
    for path, wanted in _expected(fields):
        parent = _parent(path)
        if parent and parent not in known:
            continue  # said once, of the parent
        found = known.get(path, set())
        yield f"{operation}/answer/{path}", "" if found == {wanted} else "/".join(sorted(found)) or "absent"
    for path, found in seen.get("extra", {}).items():
        yield f"{operation}/extra/{path}", "/".join(sorted(found))


def nulls(value, path=""):
    """Where an answer holds a null."""
    if value is None:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from nulls(inner, f"{path}.{name}")
