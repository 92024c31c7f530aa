// SPDX-License-Identifier: Apache-2.0
/** Rules and conversions of the forms. That the rules agree with the server is tests/console/test_rules.py's matter. */
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import test from "node:test";
import { Refusal } from "../src/api/errors";
import type { VpnConnection } from "../src/api/types";
import { changedFields, checkField, createParameters, fieldOfRefusal, modifyParameters, startValues, valuesOf } from "../src/forms/connection";
import { CONNECTION_FIELDS } from "../src/forms/fields";
import { dottedAsn, parseAddress, parseAsn, parsePrefix } from "../src/rules/address";
import { makePsk } from "../src/rules/psk";
import { validate } from "../src/rules/validate";
import { weakness } from "../src/rules/weak";

if (!globalThis.crypto) Object.defineProperty(globalThis, "crypto", { value: webcrypto });

const item = (path: string) => CONNECTION_FIELDS.find((one) => one.path === path)!;

test("addresses, blocks and AS numbers", () => {
  assert.equal(parseAddress("10.0.0.1"), 0x0a000001);
  for (const text of ["10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1 ", ""]) assert.equal(parseAddress(text), null, text);
  assert.deepEqual(parsePrefix("169.254.10.0/30"), { address: 0xa9fe0a00, length: 30 });
  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8"]) assert.equal(parsePrefix(text), null, text);
  assert.equal(parseAsn("123.456"), 8061384);
  assert.equal(dottedAsn(8061384), "123.456");
  assert.equal(parseAsn("1.65536"), null);
});

test("the form starts with the mission's defaults", () => {
  const parameters = createParameters({ ...startValues(), VpnGatewayId: "vpn-1", CustomerGatewayId: "cgw-1" }, []);
  assert.deepEqual(parameters, {
    VpnGatewayId: "vpn-1", CustomerGatewayId: "cgw-1", LocalSubnet: "0.0.0.0/0", RemoteSubnet: "0.0.0.0/0", EffectImmediately: "true",
    EnableDpd: "true", EnableNatTraversal: "true", BgpConfig: { EnableBgp: "false" }, HealthCheckConfig: { Enable: "false" },
    IkeConfig: { IkeVersion: "ikev2", IkeMode: "main", IkeEncAlg: "aes", IkeAuthAlg: "sha1", IkePfs: "group2", IkeLifetime: "86400" },
    IpsecConfig: { IpsecEncAlg: "aes", IpsecAuthAlg: "sha1", IpsecPfs: "group2", IpsecLifetime: "86400" },
  });
});

const answer = {
  Name: "office", LocalSubnet: "10.0.0.0/24", RemoteSubnet: "192.168.0.0/24", EffectImmediately: true, EnableDpd: true, EnableNatTraversal: true,
  IkeConfig: { Psk: "******", IkeVersion: "ikev2", IkeLifetime: 86400 }, IpsecConfig: {}, VcoHealthCheck: { Enable: "false" }, VpnBgpConfig: { EnableBgp: "false" },
} as unknown as VpnConnection;

test("an edit sends what changed, and never the mask of a secret", () => {
  const before = valuesOf(answer);
  assert.deepEqual(modifyParameters(before, { ...before }), {});
  const values = { ...before, Name: "branch", RemoteSubnet: "192.168.0.0/24, 192.168.1.0/24" };
  assert.deepEqual(modifyParameters(before, values), { Name: "branch", RemoteSubnet: "192.168.0.0/24,192.168.1.0/24" });
  assert.deepEqual(changedFields(before, values).map((one) => Boolean(one.interrupts)), [false, true]);
  assert.deepEqual(modifyParameters(before, { ...before, RoutingMode: "destination" }), { LocalSubnet: "0.0.0.0/0", RemoteSubnet: "0.0.0.0/0" });
});

test("fields beside each other", () => {
  const values = { ...startValues(), RoutingMode: "flows", LocalSubnet: "10.0.0.0/24,10.0.1.0/24", "IkeConfig.IkeVersion": "ikev1" };
  assert.equal(checkField(item("LocalSubnet"), values)?.key, "rule.ikev1Subnets");
  assert.equal(checkField(item("LocalSubnet"), { ...values, "IkeConfig.IkeVersion": "ikev2" }), null);
  const bgp = { ...values, "BgpConfig.EnableBgp": true, "BgpConfig.TunnelCidr": "169.254.10.0/30", "BgpConfig.LocalBgpIp": "169.254.10.3" };
  assert.equal(checkField(item("BgpConfig.LocalBgpIp"), bgp)?.key, "rule.bgpIp");
  assert.equal(checkField(item("BgpConfig.LocalBgpIp"), { ...bgp, "BgpConfig.LocalBgpIp": "169.254.10.2" }), null);
  assert.equal(checkField(item("BgpConfig.TunnelCidr"), { ...bgp, "BgpConfig.TunnelCidr": "" })?.key, "rule.required");
  assert.equal(checkField(item("BgpConfig.TunnelCidr"), { ...bgp, "BgpConfig.EnableBgp": false, "BgpConfig.TunnelCidr": "" }), null);
});

test("a refusal finds its field", () => {
  const refusal = new Refusal(400, "IllegalParam.LocalSubnet", 'LocalSubnet is not valid: LocalSubnet "10.0.0.1/16" must have no bits set.', "1");
  assert.equal(refusal.field, "LocalSubnet");
  assert.equal(refusal.sentence, 'LocalSubnet "10.0.0.1/16" must have no bits set.');
  const inner = new Refusal(400, "InvalidPsk", "the value is not valid: IkeConfig.Psk must consist of digits.", "1");
  assert.equal(fieldOfRefusal(inner.field), "IkeConfig.Psk");
  assert.equal(fieldOfRefusal("Dip"), "HealthCheckConfig.Dip");
  assert.equal(new Refusal(400, "MissingBandwidth", "a mandatory parameter is absent", "1").field, "Bandwidth");
});

test("generated keys are legal and new", () => {
  const keys = new Set(Array.from({ length: 200 }, makePsk));
  assert.equal(keys.size, 200);
  for (const key of keys) {
    assert.match(key, /^[A-Za-z0-9]{16}$/);
    assert.equal(validate("vpn-connection", "IkeConfig.Psk", key), null);
  }
});

test("weak choices have a hint", () => {
  for (const value of ["des", "3des", "md5", "group1", "aggressive"]) assert.ok(weakness(value));
  for (const value of ["aes", "sha256", "group14", "main", true, undefined]) assert.equal(weakness(value), undefined);
});
