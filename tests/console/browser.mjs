// SPDX-License-Identifier: Apache-2.0
/**
 * Debian's Chromium on the console of a running gateway (VPNGW_ENDPOINT). Every complaint of the page is kept: a test
 * ends with none, but for those it names.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const require = createRequire(fileURLToPath(new URL("../../console/package.json", import.meta.url)));
const { chromium } = require("playwright-core");

export const ENDPOINT = process.env.VPNGW_ENDPOINT;
export const KEY = { id: process.env.VPNGW_ACCESS_KEY_ID, secret: process.env.VPNGW_ACCESS_KEY_SECRET };
export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const axeSource = require.resolve("axe-core/axe.min.js");

export async function open(options = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.VPNGW_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"], // root in a namespace of its own
  });
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-US", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error}`));
  return { browser, context, page, complaints };
}

export async function go(page, path) {
  await page.goto(`${ENDPOINT}/console/${path ? `#/${path}` : ""}`);
}

export async function signIn(page, key = KEY) {
  await go(page, "");
  await page.getByLabel("AccessKey ID").fill(key.id);
  await page.getByLabel("AccessKey secret").fill(key.secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** An option of a select, by the label of the select. */
export async function choose(scope, page, label, option) {
  const name = new RegExp(`^(\\* ?)?${label.replace(/[()]/g, "\\$&")}$`); // a needed one has a star in front
  await scope.locator(".ant-select", { has: page.getByRole("combobox", { name }) }).click();
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option", { hasText: option }).first().click();
}

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Asks the test outside the browser to do something, and waits until it is done. */
export async function wish(name) {
  console.log(`? ${name}`);
  if ((await answers.next()).done) throw new Error(`nobody did ${name}`);
}

/** Polls until look() is truthy. */
export async function until(look, what, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** axe-core's serious and critical findings on the page as it is. */
export async function accessibility(page) {
  const found = await page.evaluate(async (source) => {
    if (!globalThis.axe) (0, eval)(source);
    return (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations;
  }, readFileSync(axeSource, "utf8"));
  return found.filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim()}`));
}

/** Runs one scene; its page is pictured when it fails. */
export async function scene(name, work, options) {
  const opened = await open(options);
  try {
    await work(opened);
    if (opened.complaints.length) throw new Error(`the page complained: ${opened.complaints.join("\n")}`);
    console.log(`ok ${name}`);
  } catch (error) {
    const folder = process.env.VPNGW_FAILURES;
    if (folder) await opened.page.screenshot({ path: `${folder}/${name.replace(/\W+/g, "-")}.png`, fullPage: true }).catch(() => {});
    console.error(`not ok ${name}\n${error.stack}\n${opened.complaints.join("\n")}`);
    process.exitCode = 1;
  } finally {
    await opened.browser.close();
  }
}

/** The scenes of a file are over: nothing more is asked. */
export function over() {
  process.stdin.destroy();
}
