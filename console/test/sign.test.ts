// SPDX-License-Identifier: Apache-2.0
/** The signature against the known answers of the server's own test (tests/unit/api/test_signature.c). */
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import test from "node:test";
import { authorization, formEncode, percentEncode, sha256Hex } from "../src/api/sign";

if (!globalThis.crypto) Object.defineProperty(globalThis, "crypto", { value: webcrypto }); // Node 18

test("percent encoding is RFC 3986", () => {
  assert.equal(percentEncode("a b*~'(é)!"), "a%20b%2A~%27%28%C3%A9%29%21");
  assert.equal(formEncode({ b: "2", B: "1", a: "&=" }), "B=1&a=%26%3D&b=2");
});

test("the documentation's known answer", async () => {
  const bodySha256 = await sha256Hex("");
  assert.equal(bodySha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const header = await authorization({ id: "YourAccessKeyId", secret: "YourAccessKeySecret" }, {
    method: "POST",
    query: { ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", RegionId: "cn-shanghai" },
    headers: {
      host: "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-content-sha256": bodySha256,
      "x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d", "x-acs-version": "2014-05-26",
    },
    bodySha256,
  });
  assert.equal(header, "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
    + "x-acs-date;x-acs-signature-nonce;x-acs-version,"
    + "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
});

test("a query and a body of odd characters", async () => {
  const bodySha256 = await sha256Hex("TunnelOptionsSpecification.1.Role=master");
  const header = await authorization({ id: "testid", secret: "testsecret" }, {
    method: "POST",
    query: {
      RegionId: "cn-hangzhou", Name: "a b*~'(é)!", VpnGatewayId: "vpn-1", LocalSubnet: "10.0.0.0/24,10.0.1.0/24", "Tags.1.Key": "k", "Tags.1.Value": "",
    },
    headers: {
      "content-type": "application/x-www-form-urlencoded", host: "127.0.0.1:8443", "x-acs-action": "CreateVpnConnection",
      "x-acs-content-sha256": bodySha256, "x-acs-date": "2025-01-02T03:04:05Z", "x-acs-signature-nonce": "n1", "x-acs-version": "2016-04-28",
    },
    bodySha256,
  });
  assert.ok(header.endsWith("Signature=17f5f8fff46d390ac9969a85c542a934f9df6522e361ec05f48970c4e0139b7d"), header);
});
