# SPDX-License-Identifier: Apache-2.0
"""Runs the checks of an operation. A check has a name, "Operation/aspect/subject", and what was seen: "" when it is
as the reference says, else a short text ("accepted", the code of a refusal, "absent", a JSON type)."""
import functools
import re
import uuid
import xml.etree.ElementTree

from reference import compare, is_dual, is_required, nulls, operations, parameter_name, parameters
from values import trials
from wire import VPC, Client
from world import World

REQUEST_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
# (scheme, method, Format) in which one answer is asked for.
FORMS = (("v1", "POST", "JSON"), ("v1", "GET", "JSON"), ("v1", "POST", "XML"), ("v1", "GET", "XML"),
         ("acs3", "POST", None), ("acs3", "GET", None))
# Calls that name an entry by what it holds: another value is another entry.
NAMES_A_ROUTE = re.compile(r"(Modify|Delete|Publish)Vpn(Pbr)?RouteEntry.*/refuses/Route(Dest|Source)=.*/")
NAMES_AN_ENTRY = re.compile(r"(Modify|Delete)Vpn(Pbr)?RouteEntry.*/takes/(Weight|Priority)=")


class Checks:
    def __init__(self, gateway):
        self.world = World(gateway)
        self.clients = {scheme: Client(gateway, scheme) for scheme in ("v1", "acs3")}
        self.results = functools.cache(self._results)

    def close(self):
        self.world.close()
        for client in self.clients.values():
            client.close()

    def serves(self, operation):
        return self.world.serves(operation)

    def _results(self, operation):
        """check -> what was seen."""
        before = self.world.request(operation)
        unchanged = self.world.snapshot()
        seen = dict(self._requests(operation, before))
        seen[f"{operation}/state/refusals and dry runs"] = "" if self.world.snapshot() == unchanged else "changed"
        return seen | dict(self._answers(operation))

    # --- requests

    def _send(self, operation, request):
        if self.world.is_write(operation):
            request = request | {"DryRun": request.get("DryRun", "true")}
        answer = self.clients["v1"].raw(operation, request)
        assert answer.status < 500, f"{operation} {request}: {answer.status} {answer.text}"
        body = answer.json
        if answer.status == 200 or body["Code"] == "DryRunOperation":
            return "accepted", ""
        assert answer.status in (400, 403, 404), answer.text
        assert all(isinstance(body[name], str) and body[name] for name in ("RequestId", "HostId", "Code", "Message"))
        return body["Code"], body["Message"]

    def _refused(self, operation, request, name, codes):
        """"" when it is refused with one of the codes (whole or up to a dot) and the name in the message."""
        code, message = self._send(operation, request)
        if not any(code == one or code.startswith(f"{one}.") for one in codes):
            return code
        return "" if name in message else f"{code} without the name"

    def _requests(self, operation, base):
        code, message = self._send(operation, base)
        yield f"{operation}/request/works", "" if code == "accepted" else f"{code} {message}"
        code, _ = self._send(operation, base | {"OwnerId": "1", "SourceIp": "192.0.2.1", "Unheard": "of"})
        yield f"{operation}/request/parameters nobody knows", "" if code == "accepted" else code
        for row in parameters(operation):
            name = parameter_name(row)
            if is_required(row):
                yield from self._missing(operation, base, name)
            if is_dual(row):
                yield from self._dual(operation, base, row)
            if name.endswith("Id") and row["required"] and name not in ("RegionId", "ZoneId"):
                yield from self._unknown(operation, base, f"{name}.1" if row["type"] == "array" else name)
            for is_good, label, changed in trials(row, base):
                yield from self._trial(operation, base, name, is_good, label, changed)

    def _missing(self, operation, base, name):
        others = {key: value for key, value in base.items() if key != name and not key.startswith(f"{name}.")}
        yield f"{operation}/missing/{name}", self._refused(operation, others, name, [f"Missing{name}"])
        if name in base:
            yield (f"{operation}/empty/{name}",
                   self._refused(operation, others | {name: ""}, name, [f"Missing{name}"]))

    def _dual(self, operation, base, row):
        """A parameter of the dual-tunnel mode is not ignored when it asks for something."""
        name = parameter_name(row)
        value = {"boolean": {name: "true"}, "string": {name: "x"}, "array": {f"{name}.1.Role": "master"}}[row["type"]]
        yield (f"{operation}/dual/{name}",
               self._refused(operation, base | value, name, [f"Invalid{name}", "UnsupportedFeature"]))

    def _unknown(self, operation, base, name):
        code, _ = self._send(operation, base | {name: "vpn-none"})
        yield f"{operation}/unknown/{name.removesuffix('.1')}", "" if code.endswith(".NotFound") else code

    def _trial(self, operation, base, name, is_good, label, changed):
        others = {key: value for key, value in base.items() if not key.startswith(f"{name}.")}
        check = f"{operation}/{'takes' if is_good else 'refuses'}/{name}={label}"
        if is_good:
            if name == "DryRun" and label == "false":
                return  # every real call is one
            is_other = NAMES_AN_ENTRY.match(check) and changed[name] != base.get(name)
            wanted = "InvalidRouteEntry.NotFound" if is_other else "accepted"
            code, _ = self._send(operation, others | changed | self.world.beside(operation, name, changed.get(name)))
            yield check, "" if code == wanted else code
        else:
            codes = _codes(name, label) + ["InvalidRouteEntry.NotFound"] * bool(NAMES_A_ROUTE.match(check))
            yield check, self._refused(operation, others | changed, name, codes)

    # --- answers

    def _answers(self, operation):
        request = self.world.request(operation, fresh=True)
        if self.world.is_write(operation):
            request |= {"ClientToken": uuid.uuid4().hex}  # the same answer again in each form
        first = None
        for scheme, method, form in FORMS:
            override = {"Format": form} if form else {}
            answer = self.clients[scheme].raw(operation, request, method=method, version=VPC, **override)
            label = f"{operation}/form/{scheme} {method} {form or ''}".rstrip()
            if answer.status != 200:
                yield label, f"{answer.status} {answer.text}"
                continue
            if form == "XML":
                yield label, _xml_differs(operation, answer, first)
                continue
            body = answer.json
            yield f"{label}, RequestId", "" if REQUEST_ID.fullmatch(body.get("RequestId", "")) else "no UUID"
            first = first or body
            yield label, "" if body | {"RequestId": ""} == first | {"RequestId": ""} else "differs"
        if first:
            yield from self._content(operation, first)

    def _content(self, operation, answer):
        yield f"{operation}/nulls", " ".join(nulls(answer))
        bad = [name for name in ("Code", "code", "Message", "Success", "success") if name in answer]
        yield f"{operation}/keys of an error", " ".join(bad)
        yield from compare(operation, [answer])
        empty = self._empty_list(operation)
        if empty is not None:
            yield f"{operation}/empty list/{empty[0]}", empty[1]

    def _empty_list(self, operation):
        """(path, what was seen) of the list when nothing matches."""
        filters = {"DescribeVpcs": "VpcId", "DescribeVSwitches": "VSwitchId", "DescribeVpnGateways": "VpnGatewayId",
                   "DescribeCustomerGateways": "CustomerGatewayId", "DescribeVpnConnections": "VpnConnectionId",
                   "DescribeRouteTableList": "VpcId", "DescribeVpnRouteEntries": "PageNumber",
                   "DescribeVpnPbrRouteEntries": "PageNumber", "ListTagResources": "ResourceId.1"}
        if operation not in filters:
            return None
        name = filters[operation]
        nothing = "1000000" if name == "PageNumber" else "vpn-none"
        answer = self.clients["v1"].raw(operation, self.world.request(operation) | {name: nothing}).json
        for row in operations()[operation]["response"]:
            for inner in row.get("fields") or ():
                if inner["type"] == "array" and row["name"] != "VpnRouteCounts":
                    found = answer.get(row["name"], {}).get(inner["name"])
                    return f"{row['name']}.{inner['name']}", "" if found == [] else repr(found)
        raise AssertionError(f"{operation} has no list")


def _codes(name, label):
    """Codes that tell a bad value of the parameter, or of the key in its JSON text."""
    key = label.partition("=")[0]
    inner = f"Invalid{key[0].upper()}{key[1:]}" if "=" in label else ""
    return [f"Invalid{name}", f"IllegalParam.{name}", f"Invalid{name}Key", f"Invalid{name}Value",
            *([inner] * bool(inner)), *([f"Missing{name}"] * (label == "no key"))]


def _shape(name, value):
    """A JSON value as XML elements: (name, text or sorted children)."""
    if isinstance(value, list):
        return [element for item in value for element in _shape(name, item)]
    if isinstance(value, dict):
        return [(name, sorted((e for key, inner in value.items() for e in _shape(key, inner)), key=repr))]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def _element(node, like):
    """The same of an XML element; like: the shape it should have, to tell an empty object from an empty text."""
    if len(node) or isinstance(like, list):
        inner = dict(like) if isinstance(like, list) else {}
        return (node.tag, sorted((_element(child, inner.get(child.tag)) for child in node), key=repr))
    return (node.tag, node.text or "")


def _xml_differs(operation, answer, first):
    if answer.headers["Content-Type"] != "text/xml;charset=utf-8":
        return answer.headers["Content-Type"]
    root = xml.etree.ElementTree.fromstring(answer.text)
    if root.tag != f"{operation}Response":
        return root.tag
    wanted = _shape(root.tag, first | {"RequestId": root.findtext("RequestId")})[0]
    found = _element(root, wanted[1])
    return "" if found == wanted else f"differs: {found} instead of {wanted}"
