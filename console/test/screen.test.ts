// SPDX-License-Identifier: Apache-2.0
/** Small pure parts of the screens, and that every language has the same places to fill. */
import assert from "node:assert/strict";
import test from "node:test";
import en from "../src/i18n/en";
import id from "../src/i18n/id";
import { firstLanguage } from "../src/i18n/languages";
import zh from "../src/i18n/zh";
import { CONNECTION_FIELDS, GROUPS } from "../src/forms/fields";
import { matches } from "../src/parts/search";
import { formatAgo, formatAmount } from "../src/parts/time";
import { rates } from "../src/parts/rates";
import { href, parseRoute } from "../src/state/route";

test("texts of every language fill the same values", () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  for (const [key, text] of Object.entries(en))
    for (const texts of [zh, id]) assert.deepEqual(places(texts[key as keyof typeof en]), places(text), key);
});

test("every field of the form has a name", () => {
  for (const { path } of CONNECTION_FIELDS) assert.ok(`field.${path}` in en, path);
  for (const group of GROUPS) assert.ok(`group.${group}` in en, group);
});

test("the language is what was kept, else what the browser asks for, else English", () => {
  assert.equal(firstLanguage("id", ["zh-CN"]), "id");
  assert.equal(firstLanguage(null, ["fr-FR", "zh-TW", "en"]), "zh");
  assert.equal(firstLanguage("toString", ["fr"]), "en");
});

test("search takes words and tags", () => {
  const tags = [{ Key: "Site", Value: "north" }];
  assert.ok(matches("office 10.0", ["Office", "10.0.0.0/24"], tags));
  assert.ok(matches("site:nor", ["x"], tags));
  assert.ok(!matches("office south", ["Office"], tags));
  assert.ok(matches("", []));
});

test("amounts and ages", () => {
  assert.equal(formatAmount(0, "B"), "0 B");
  assert.equal(formatAmount(12_340_000, "bit/s"), "12.3 Mbit/s");
  assert.equal(formatAgo(1_000, "en", 181_000), "3 minutes ago");
});

test("rates lie between readings; counters that begin anew give no negative rate", () => {
  const samples = [{ at: 0, inBytes: 0, outBytes: 500 }, { at: 10_000, inBytes: 1000, outBytes: 500 }, { at: 20_000, inBytes: 100, outBytes: 600 }];
  assert.deepEqual(rates(samples).map((rate) => [rate.inBits, rate.outBits]), [[800, 0], [80, 80]]);
});

test("routes of the page keep odd names", () => {
  const at = href(["connections", "a/b?c"], { tab: "log", none: undefined });
  assert.equal(at, "#/connections/a%2Fb%3Fc?tab=log");
  const route = parseRoute(at);
  assert.deepEqual(route.path, ["connections", "a/b?c"]);
  assert.equal(route.query.get("tab"), "log");
});
