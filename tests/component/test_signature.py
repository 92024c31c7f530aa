# SPDX-License-Identifier: Apache-2.0
"""Who may call: both schemes against the running server, each way of being refused, and restarts."""
import hashlib
import signal
import time
import uuid

import pytest

from wire import FORM, VPNGW, Client, canonical, sign_acs3, sign_v1, stamp

HARD = "a b*~'(é)!/+%&=;\"\\<中>\U0001f600"


def when(client, offset_s):
    return {"Timestamp": stamp(offset_s)} if client.scheme == "v1" else {"x_acs_date": stamp(offset_s)}


def nonce(client, text):
    return {"SignatureNonce": text} if client.scheme == "v1" else {"x_acs_signature_nonce": text}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_accepted(client, method):
    answer = client.call("DescribeRegions", {"AcceptLanguage": HARD, "Empty": ""}, method=method)
    assert answer["Regions"]["Region"][0]["RegionId"] == "cn-test"


def test_parameters_in_query_and_form(gateway):
    client = Client(gateway, "v1")
    every = client.parameters("DescribeRegions", {"AcceptLanguage": HARD}, "2016-04-28")
    every["Signature"] = sign_v1(client.secret, "POST", every)
    names = sorted(every)
    query = canonical({name: every[name] for name in names[::2]})
    form = canonical({name: every[name] for name in names[1::2]})
    assert client.send("POST", f"/?{query}", form.encode(), {"Content-Type": FORM}).status == 200


def test_acs3_with_a_form_body(gateway):
    client = Client(gateway, "acs3")
    body = canonical({"AcceptLanguage": HARD}).encode()
    headers = client.headers("DescribeRegions", "2016-04-28", {
        "x_acs_content_sha256": hashlib.sha256(body).hexdigest(), "content-type": FORM, "x-acs-extra": " spaced  "})
    names, signature = sign_acs3(client.secret, "POST", {"RegionId": "cn-test"}, headers, body)
    headers["authorization"] = (f"ACS3-HMAC-SHA256 Credential={client.key_id},SignedHeaders={names},"
                                f"Signature={signature}")
    assert client.send("POST", "/?RegionId=cn-test", body, headers).status == 200
    # the same with another body
    headers["x-acs-signature-nonce"] = uuid.uuid4().hex
    assert client.send("POST", "/?RegionId=cn-test", body + b"1", headers).code == "IncompleteSignature"


def test_wrong_secret(gateway, client):
    client.secret = "x" * 30
    answer = client.raw("DescribeRegions")
    assert (answer.status, answer.code) == (400, "SignatureDoesNotMatch")
    assert answer.json["Message"].startswith(
        "Specified signature is not matched with our calculation. server string to sign is:")


def test_unknown_key(client):
    client.key_id = "LTAInobody"
    answer = client.raw("DescribeRegions")
    assert (answer.status, answer.code) == (404, "InvalidAccessKeyId.NotFound")


@pytest.mark.parametrize("key_id", ["", "../x", "a/b", "x" * 300])
def test_odd_key_ids(client, key_id):
    client.key_id = key_id
    assert client.raw("DescribeRegions").code in ("InvalidAccessKeyId.NotFound", "IncompleteSignature")


def test_replayed(client):
    used = nonce(client, f"replay-{uuid.uuid4()}")
    assert client.raw("DescribeRegions", **used).status == 200
    for _ in range(3):
        answer = client.raw("DescribeRegions", **used)
        assert (answer.status, answer.code) == (400, "SignatureNonceUsed")


@pytest.mark.parametrize("offset_s, is_good", [(-870, True), (870, True), (-930, False), (930, False)])
def test_clock(client, offset_s, is_good):
    answer = client.raw("DescribeRegions", **when(client, offset_s))
    assert answer.code == ("OK" if is_good else "InvalidTimeStamp.Expired")


def test_timestamp_format(client):
    odd = {"Timestamp": "now"} if client.scheme == "v1" else {"x_acs_date": "now"}
    assert client.raw("DescribeRegions", **odd).code == "InvalidTimeStamp.Format"


@pytest.mark.parametrize("name", ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce",
                                  "x-acs-content-sha256"])
def test_each_header_must_be_signed(gateway, name):
    client = Client(gateway, "acs3")
    headers = client.headers("DescribeRegions", "2016-04-28", {})
    signed = {key: value for key, value in headers.items() if key != name}
    names, signature = sign_acs3(client.secret, "GET", {}, signed, b"")
    headers["authorization"] = (f"ACS3-HMAC-SHA256 Credential={client.key_id},SignedHeaders={names},"
                                f"Signature={signature}")
    assert client.send("GET", "/", b"", headers).code == "IncompleteSignature"


@pytest.mark.parametrize("name, value, code", [
    ("SignatureMethod", "HMAC-SHA256", "InvalidSignatureMethod"), ("SignatureVersion", "2.0", "InvalidSignatureMethod"),
    ("SignatureType", "BEARERTOKEN", "InvalidSignatureMethod"), ("SignatureNonce", None, "IncompleteSignature"),
    ("Timestamp", None, "IncompleteSignature"), ("AccessKeyId", None, "IncompleteSignature"),
    ("Format", "YAML", "InvalidParameter.Format"), ("SecurityToken", "sts", "InvalidSecurityToken"),
    ("Version", "2014-05-26", "InvalidVersion"), ("Action", "Nothing", "InvalidAction.NotFound")])
def test_version_1_parameters(gateway, name, value, code):
    assert Client(gateway, "v1").raw("DescribeRegions", **{name: value}).code == code


def test_xml(gateway):
    client = Client(gateway, "v1")
    answer = client.raw("DescribeRegions", Format="XML")
    assert answer.headers["Content-Type"] == "text/xml;charset=utf-8"
    assert "<DescribeRegionsResponse>" in answer.text and "<RegionId>cn-test</RegionId>" in answer.text
    answer = client.raw("Nothing", Format="xml")
    assert answer.status == 404
    assert "<Error>" in answer.text and "<Code>InvalidAction.NotFound</Code>" in answer.text


def test_unknown_version_and_action(client):
    assert client.raw("DescribeRegions", version="2019-09-10").code == "InvalidVersion"
    assert client.raw("DescribeRegions", version=VPNGW).code == "InvalidAction.NotFound"


def test_a_request_of_before_a_restart_is_refused(fresh):
    client = Client(fresh, "v1")
    every = client.parameters("DescribeRegions", {}, "2016-04-28")
    every["Signature"] = sign_v1(client.secret, "GET", every)
    recorded = f"/?{canonical(every)}"
    assert client.send("GET", recorded).status == 200
    for number in (signal.SIGKILL, signal.SIGTERM):
        fresh.stop(number)
        fresh.start()
        client.close()
        answer = client.send("GET", recorded)
        assert (answer.status, answer.code) == (400, "InvalidTimeStamp.Expired")
        # and a new one is accepted at once
        started = time.monotonic()
        assert client.raw("DescribeRegions").status == 200
        assert time.monotonic() - started < 2


def test_key_survives_a_restart(fresh):
    key = fresh.access_key()
    assert fresh.stop() == 0
    (fresh.state / "first-access-key").unlink()
    fresh.start()
    assert not (fresh.state / "first-access-key").exists()
    for scheme in ("acs3", "v1"):
        assert Client(fresh, scheme, key=key).raw("DescribeRegions").status == 200
