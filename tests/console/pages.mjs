// SPDX-License-Identifier: Apache-2.0
/** What the console does with a gateway that has no agent: keys, refusals, hostile names, an API that goes away. */
import assert from "node:assert/strict";
import { choose, ENDPOINT, go, KEY, over, scene, signIn, until, wish } from "./browser.mjs";

const { VPNGW_CONNECTION: CONNECTION, VPNGW_EVIL: EVIL } = process.env;
const RELOAD = { timeout: 15_000 };

await scene("a wrong key is refused, and nothing is kept", async ({ page, complaints }) => {
  await signIn(page, { id: KEY.id, secret: "not-this-one" });
  await page.getByText("This AccessKey is not accepted").waitFor();
  await signIn(page, { id: "LTAIunknown", secret: KEY.secret });
  await page.getByText("This AccessKey is not accepted").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length + document.cookie.length), 0);
  // The browser itself reports the status of the refusals; nothing else may be reported.
  const others = complaints.splice(0).filter((text) => !text.includes("Failed to load resource: the server responded with a status of 40"));
  assert.deepEqual(others, []);
});

await scene("the key lives as long as the tab, and in no URL", async ({ page, context }) => {
  const urls = [];
  page.on("request", (request) => urls.push(request.url()));
  await signIn(page);
  await page.getByRole("heading", { name: "IPsec connections" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "IPsec connections" }).waitFor();
  assert.ok(urls.every((url) => !url.includes(KEY.secret) && !url.includes(KEY.id) && url.startsWith(ENDPOINT)), urls.join("\n"));
  const other = await context.newPage();
  await go(other, "");
  await other.getByLabel("AccessKey ID").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("AccessKey ID").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

await scene("what is wrong is said before it is sent", async ({ page }) => {
  let sent = 0;
  await signIn(page);
  await go(page, "connections/new");
  await page.getByLabel("Pre-shared key").fill('has"quote');
  await page.getByText("Digits, letters and ~`!@#$%^&*()").waitFor();
  await page.getByLabel("Protected data flows").check();
  await page.getByLabel("Local network").fill("10.0.0.1/24");
  await page.getByText("did you mean 10.0.0.0/24?").waitFor();
  await choose(page, page, "Negotiation mode", "aggressive");
  await page.getByText("lets the pre-shared key be guessed offline").waitFor();
  page.on("request", (request) => { if (request.headers()["x-acs-action"] === "CreateVpnConnection") sent++; });
  await page.getByRole("button", { name: "Create IPsec connection" }).click();
  await page.getByText("A value is needed here.").first().waitFor();
  assert.equal(sent, 0);
});

await scene("a refusal of the API lands at its field", async ({ page, complaints }) => {
  await signIn(page);
  await go(page, `connections/${CONNECTION}/edit`);
  await page.getByLabel("Enable health check").click();
  await page.getByLabel("Destination IP address").fill("192.168.0.1");
  await page.getByLabel("Source IP address").fill("172.31.0.1");
  await page.getByRole("button", { name: "Save" }).click();
  const row = page.locator(".ant-form-item", { has: page.getByLabel("Source IP address") });
  await row.getByText("must lie in the VPC").waitFor();
  assert.equal(complaints.splice(0).filter((text) => !text.includes("status of 400")).length, 0);
});

await scene("HTML in names, tags and log lines stays text", async ({ page }) => {
  await signIn(page);
  await page.getByText(EVIL).first().waitFor();
  for (const path of ["gateways", "customer-gateways", `connections/${CONNECTION}`, `connections/${CONNECTION}?tab=log`,
    `connections/${CONNECTION}?tab=events`, `connections/${CONNECTION}?tab=config`]) {
    await go(page, path);
    await page.getByText("<img", { exact: false }).first().waitFor();
  }
  assert.equal(await page.evaluate(() => globalThis.stolen), undefined);
  assert.equal(await page.locator("img").count(), 0);
});

await scene("the policy of the page blocks inline script and style", async ({ page, complaints }) => {
  await signIn(page);
  await page.getByRole("heading", { name: "IPsec connections" }).waitFor();
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.stolen = 1";
    document.body.append(script);
    const box = document.createElement("div");
    box.innerHTML = '<img src="data:," onerror="globalThis.stolen = 2"><style>body { outline: 7px solid red }</style><b style="color: red">x</b>';
    document.body.append(box);
  });
  await until(() => complaints.filter((text) => text.includes("Content Security Policy")).length >= 3, "the browser reports what it blocked");
  assert.equal(await page.evaluate(() => globalThis.stolen), undefined);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).outlineWidth), "7px");
  assert.deepEqual(complaints.splice(0).filter((text) => !text.includes("Content Security Policy")), []);
});

await scene("an API that goes away and comes back", async ({ page, complaints }) => {
  await signIn(page);
  await page.getByText(CONNECTION).waitFor();
  await wish("api down");
  await page.getByTestId("away").waitFor(RELOAD);
  await page.getByText(CONNECTION).waitFor(); // what was known stays
  await wish("api up");
  await page.getByTestId("away").waitFor({ state: "detached", timeout: 30_000 });
  await page.getByText(CONNECTION).waitFor();
  assert.deepEqual(complaints.splice(0).filter((text) => !text.includes("net::ERR_")), []);
});

await scene("tags, search and empty lists", async ({ page }) => {
  await signIn(page);
  await go(page, "vpcs");
  await page.getByRole("link", { name: "shop" }).click();
  await page.getByRole("button", { name: "Tags of shop" }).click();
  const box = page.getByRole("dialog");
  await box.getByRole("button", { name: "Add a tag" }).click();
  await box.getByLabel("Key").last().fill("site");
  await box.getByLabel("Value (may be empty)").last().fill("north");
  await box.getByRole("button", { name: "Save" }).click();
  await page.getByText("site: north").waitFor();
  await go(page, "vpcs");
  await page.getByRole("textbox", { name: "Search" }).fill("site:north");
  await page.getByText("1 of 2").waitFor();
  await choose(page, page, "Resource group", "rg-other");
  await page.getByText("No VPC yet.").waitFor();
});

over();
