// SPDX-License-Identifier: Apache-2.0
/** Every page as a picture, on desktop and phone, light and dark; the form in all languages. Checks what can be checked. */
import assert from "node:assert/strict";
import { accessibility, DESKTOP, go, over, PHONE, scene, signIn } from "./browser.mjs";

const { VPNGW_CONNECTION: CONNECTION, VPNGW_GATEWAY: GATEWAY, VPNGW_VPC: VPC, VPNGW_PICTURES: PICTURES } = process.env;
const PAGES = {
  connections: "connections", "connection-new": "connections/new", "connection-edit": `connections/${CONNECTION}/edit`,
  connection: `connections/${CONNECTION}`, "connection-log": `connections/${CONNECTION}?tab=log`,
  "connection-events": `connections/${CONNECTION}?tab=events`, "connection-routes": `connections/${CONNECTION}?tab=routes`,
  "connection-config": `connections/${CONNECTION}?tab=config`, gateways: "gateways", gateway: `gateways/${GATEWAY}`,
  "gateway-destination": `gateways/${GATEWAY}?tab=destination`, "gateway-policy": `gateways/${GATEWAY}?tab=policy`,
  "gateway-bgp": `gateways/${GATEWAY}?tab=bgp`, "customer-gateways": "customer-gateways", vpcs: "vpcs", vpc: `vpcs/${VPC}`,
};

/** Loaded, and nothing moves any more. */
async function settle(page) {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator(".ant-skeleton, .ant-spin-spinning").first().waitFor({ state: "detached" });
  await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one.playState === "running"
    && one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => {}))));
}

async function look(page, name) {
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(width <= room, `${name}: ${width} px wide on a page of ${room}`);
  const findings = await accessibility(page);
  assert.deepEqual(findings, [], name);
}

async function dialogs(page, name) {
  for (const [path, button] of [["gateways", "Create VPN gateway"], ["customer-gateways", "Create customer gateway"], ["vpcs", "Create VPC"],
    [`vpcs/${VPC}`, "Attach a link"], [`vpcs/${VPC}`, "Create vSwitch"], [`gateways/${GATEWAY}?tab=policy`, "Add a route"],
    [`connections/${CONNECTION}`, "Delete"]]) {
    await go(page, path);
    await settle(page);
    await page.getByRole("button", { name: button }).first().click();
    await page.getByRole("dialog").waitFor();
    await settle(page);
    await look(page, `${name}-dialog-${button.toLowerCase().replace(/\W+/g, "-")}`);
    await page.keyboard.press("Escape");
  }
}

async function pages(page, name) {
  await go(page, "");
  await settle(page);
  await look(page, `${name}-sign-in`);
  await signIn(page);
  await page.getByRole("heading", { name: "IPsec connections" }).waitFor();
  for (const [title, path] of Object.entries(PAGES)) {
    await go(page, path);
    await settle(page);
    await look(page, `${name}-${title}`);
  }
}

const sizes = [["phone", PHONE], ["desktop", DESKTOP]];

for (const [size, viewport] of sizes)
  for (const colorScheme of ["light", "dark"])
    await scene(`looks ${size} ${colorScheme}`, async ({ page, complaints }) => {
      await pages(page, `${size}-${colorScheme}`);
      await dialogs(page, `${size}-${colorScheme}`);
      assert.deepEqual(complaints, []);
    }, { viewport, colorScheme });

for (const [language, locale, title] of [["zh", "zh-CN", "创建 IPsec 连接"], ["id", "id-ID", "Buat koneksi IPsec"]])
  for (const [size, viewport] of [["desktop", DESKTOP], ["phone", PHONE]])
    await scene(`form ${language} ${size}`, async ({ page, context }) => {
      const english = await context.newPage();
      await english.close();
      await go(page, "");
      await page.locator("#id").fill(process.env.VPNGW_ACCESS_KEY_ID);
      await page.locator("#secret").fill(process.env.VPNGW_ACCESS_KEY_SECRET);
      await page.locator("button[type=submit]").click();
      await page.locator("nav, header").first().waitFor();
      await go(page, "connections/new");
      await page.getByRole("heading", { name: title, level: 1 }).waitFor();
      await settle(page);
      await look(page, `${size}-light-connection-new-${language}`);
    }, { viewport, locale });

over();
