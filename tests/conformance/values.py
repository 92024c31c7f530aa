# SPDX-License-Identifier: Apache-2.0
"""Good and bad values of each parameter, out of its type, its legal values and the text of its range. A range
text that is not in the table below stops the suite, so that no rule of the reference goes unread."""
import itertools
import json

from reference import is_dual, load, parameter_name

NUMBERS = itertools.count(1)
URLS = ("http://a", "https://a")


def _integers(low, high):
    bad = [low - 1] + ([high + 1] if high else [])
    good = [low] + ([high] if high else [])
    return good, bad


def _texts(low, high, bad=()):
    return ["a" * low, "a" * high], ["a" * (high + 1), *(["a" * (low - 1)] if low > 1 else []), *bad]


def _asn():
    return ["1", "4294967295", "1.1"], ["0", "4294967296", "45104", "65536.1", "1.65536", "1.2.3"]


# What stands in "range" to (good, bad).
RANGES = {
    "1-64 ASCII chars": lambda: ([f"t{next(NUMBERS)}", f"{next(NUMBERS):064}"], ["a" * 65, "é"]),
    "2-100 chars; first char a letter; then letters, digits, _ - .; not starting with http:// or https://":
        lambda: (["ab", "a" * 100, "A_-.9"], ["a", "a" * 101, "1ab", "a b", "_ab", "a/b", *URLS]),
    "1-100 chars; not starting with http:// or https://": lambda: _texts(1, 100, URLS),
    "1-100 chars": lambda: _texts(1, 100),
    "1-64 printable ASCII, no space, no ?": lambda: _texts(1, 64, ["a b", "a?b", "é", "a\tb"]),
    "<=100 chars, no space": lambda: (["a", "a" * 100], ["a" * 101, "a b"]),
    "1-100 printable ASCII, no space (published character lists differ in quote and backslash; accept all of "
    "0x21-0x7E)": lambda: (["a", "a" * 100, "".join(chr(c) for c in range(0x21, 0x7f) if chr(c) != '"'), '"'],
                           ["a" * 101, "a b", "é", "a\tb", "a\x7f"]),
    ">=1": lambda: _integers(1, None),
    "1-50": lambda: _integers(1, 50),
    "1-20": lambda: _integers(1, 20),
    "1-10": lambda: _integers(1, 10),
    "1-100": lambda: _integers(1, 100),
    "0-86400": lambda: _integers(0, 86400),
    "1-4294967295, not 45104; dotted form a.b = a*65536+b accepted": _asn,
    "1-4294967295; dotted 16.16 form accepted":
        lambda: (["1", "4294967295", "1.1"], ["0", "4294967296", "65536.1", "1.65536"]),
    "/30 inside 169.254.0.0/16, not 169.254.{0..6}.0/30 nor 169.254.169.252/30; unique per gateway":
        lambda: (["169.254.7.0/30", "169.254.255.252/30", "169.254.169.248/30"],
                 ["169.254.7.0/29", "169.254.7.0/31", "169.254.7.1/30", "169.253.7.0/30", "169.255.7.0/30",
                  "169.254.169.252/30", *(f"169.254.{n}.0/30" for n in range(7))]),
}

# Items of a list: (fewest, most).
COUNTS = {"<=20": (0, 20), "<=50": (0, 50), "<=20 pairs": (0, 20), "1-50 items": (1, 50)}
PAIRS = {
    "1-20 pairs; key 1-128 (not empty), value 0-128": (20, 128, 128, ()),
    "<=20 pairs; key 1-64, value 0-128": (20, 64, 128, ()),
    "<=20 pairs; key 1-64, value 0-128, neither starting with aliyun or acs: nor containing http(s)://":
        (20, 64, 128, ("aliyun-a", "acs:a", "ahttp://b", "ahttps://b")),
}

# Texts with a form, which the reference describes in words.
FORMS = {
    "IpAddress": (["198.51.100.77"], ["x", "198.51.100", "198.51.100.256", "198.51.100.7/32", "2001:db8::1",
                                      "100.64.0.1", "127.0.0.1", "169.254.1.1", "224.0.0.1", "255.1.1.1"]),
    "LocalSubnet": (["0.0.0.0/0"], ["x", "10.0.0.0", "10.0.0.0/33", "10.0.0.1/24", "10.0.0.0/24, 10.1.0.0/24"]),
    "RemoteSubnet": (["0.0.0.0/0"], ["x", "10.0.0.0", "10.0.0.0/33", "10.0.0.1/24", "10.0.0.0/24,10.0.0.0/24"]),
    "RouteDest": ([], ["x", "10.9.0.0", "10.9.0.0/33", "10.9.0.1/16", "0.0.0.0/0", "100.64.0.0/10",
                       "100.64.1.0/24", "100.0.0.0/8"]),
    "RouteSource": ([], ["x", "10.9.0.0", "10.9.0.0/33", "10.9.0.1/16"]),
    "CidrBlock": ([], ["x", "10.0.0.0", "10.0.0.0/33", "10.0.0.1/16"]),
}

# What a good value needs beside it.
BESIDE = {
    ("BgpConfig", "EnableBgp", "true"):
        {"LocalAsn": "65020", "TunnelCidr": "169.254.11.0/30", "LocalBgpIp": "169.254.11.1"},
    ("HealthCheckConfig", "enable", "true"): {"dip": "192.168.1.1", "sip": "10.1.0.1", "interval": "3", "retry": "3"},
    **{("BgpConfig", "TunnelCidr", cidr): {"LocalBgpIp": address} for cidr, address in (
        ("169.254.7.0/30", "169.254.7.1"), ("169.254.255.252/30", "169.254.255.253"),
        ("169.254.169.248/30", "169.254.169.249"), ("169.254.6.0/30", "169.254.6.1"))},
    "Period": {"InstanceChargeType": "PREPAY"},
}

NO_INTEGERS = ("abc", "1.5", "0x10", "1e1", "+ 1", "99999999999999999999999")


def _list(name, value, count):
    if isinstance(value, dict):
        return {f"{name}.{i}.{key}": text.format(i) for i in range(1, count + 1) for key, text in value.items()}
    return {f"{name}.{i}": value for i in range(1, count + 1)}


def _array(row, base):
    """Lists: one too many, a gap, and tags that break a rule. base: the request they are put into."""
    name = parameter_name(row)
    item = {"Key": "k{}", "Value": "v"} if row["items"] == "object" else base.get(f"{name}.1", "x")
    if row.get("range") in PAIRS:
        most, key, value, words = PAIRS[row["range"]]
        yield True, f"key of {key}", {f"{name}.1.Key": "k" * key, f"{name}.1.Value": "v" * value}
        yield False, f"key of {key + 1}", {f"{name}.1.Key": "k" * (key + 1), f"{name}.1.Value": ""}
        yield False, f"value of {value + 1}", {f"{name}.1.Key": "k", f"{name}.1.Value": "v" * (value + 1)}
        yield False, "no key", {f"{name}.1.Key": "", f"{name}.1.Value": "v"}
        for word in words:
            yield False, f"key {word}", {f"{name}.1.Key": word, f"{name}.1.Value": "v"}
            yield False, f"value {word}", {f"{name}.1.Key": "k", f"{name}.1.Value": word}
    elif "range" in row:
        most = COUNTS[row["range"]][1]
    else:
        most = None
    if most:
        yield False, f"{most + 1} items", _list(name, item, most + 1)
        if row["items"] == "object":
            yield True, f"{most} items", _list(name, item, most)
    yield False, "a gap", _list(name, item, 3).items() and {
        key: text for key, text in _list(name, item, 3).items() if not key.startswith(f"{name}.2")}


def _enum(values):
    texts = [str(value) for value in values]
    numeric = all(text.isdigit() for text in texts)
    for text in texts:
        yield True, text
    wrong = {str(int(text) + d) for text in texts for d in (-1, 1)} if numeric else {texts[0] + "x", "nonsense"}
    for text in sorted(wrong - set(texts)):
        yield False, text


def _scalar(row):
    """(good?, text) of one value."""
    if "enum" in row:
        yield from _enum(row["enum"])
    elif row["type"].startswith("boolean"):
        yield from ((True, "true"), (True, "false"))
    elif row.get("range") in RANGES:
        good, bad = RANGES[row["range"]]()
        yield from ((True, str(value)) for value in good)
        yield from ((False, str(value)) for value in bad)
    elif "range" in row and row["range"] != "usable address inside TunnelCidr":
        raise KeyError(f"{row['name']}: the range \"{row['range']}\" is not read")
    if row["type"].startswith("integer"):
        is_dotted = "dotted" in row.get("range", "")
        yield from ((False, text) for text in NO_INTEGERS if not (is_dotted and text == "1.5"))
    if row["type"].startswith("boolean"):
        yield from ((False, text) for text in ("yes", "2", "truex"))


def _label(text):
    text = text.replace("\t", "TAB").replace("\x7f", "DEL")
    return text if len(text) <= 40 else f"{text[:4]}...({len(text)})"


def _json(name):
    """One JSON parameter: broken texts, then each of its keys."""
    for text in ("x", "[]", "1", '"x"', "{", '{"a":1} '[:-2]):
        yield False, text, {name: text}
    yield True, "{}", {name: "{}"}
    yield True, "an unknown key", {name: '{"Unheard":"of"}'}
    for key in load()["json_parameters"][name]:
        for is_good, text in _scalar(key | {"name": f"{name}.{key['key']}"}):
            beside = BESIDE.get((name, key["key"], text), {})
            yield is_good, f"{key['key']}={_label(text)}", {name: json.dumps({key["key"]: text} | beside)}
            if text.isdigit() and key["type"].startswith("integer") and len(text) < 15:
                yield is_good, f"{key['key']}={text} native", {name: json.dumps({key["key"]: int(text)})}


def trials(row, base):
    """(good?, label, parameters that replace those of base) of each value worth sending."""
    name = parameter_name(row)
    if is_dual(row):
        return
    if row["type"] == "array":
        yield from _array(row, base)
    elif name in load()["json_parameters"]:
        yield from _json(name)
    else:
        if name in FORMS:
            good, bad = FORMS[name]
            yield from ((True, text, {name: text}) for text in good)
            yield from ((False, text, {name: text}) for text in bad)
        for is_good, text in _scalar(row):
            yield is_good, _label(text), {name: text} | BESIDE.get(name, {})
