// SPDX-License-Identifier: Apache-2.0
/** The whole life of a connection, clicked: from an empty gateway to a tunnel with a real peer, and back to nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { choose, go, over, scene, signIn, until, wish } from "./browser.mjs";

const PEER = process.env.VPNGW_PEER;
const settings = JSON.parse(process.env.VPNGW_SETTINGS);
const SLOW = { timeout: 60_000 };

async function press(scope, name) {
  await scope.getByRole("button", { name, exact: true }).first().click();
}

async function makeVpc(page) {
  await go(page, "vpcs");
  await page.getByText("No VPC yet.").waitFor();
  await press(page, "Create VPC");
  await page.getByLabel("Name").fill("office");
  await press(page.getByRole("dialog"), "Save");
  await page.getByRole("heading", { name: "office" }).waitFor();
  await press(page, "Create vSwitch");
  await page.getByRole("dialog").getByLabel("CIDR block").fill("10.0.0.0/24");
  await press(page.getByRole("dialog"), "Save");
  await page.getByRole("cell", { name: "10.0.0.0/24" }).waitFor();
  await press(page, "Attach a link");
  await page.getByLabel("Interface").fill("lan0");
  await page.getByLabel("Address of the gateway on it").fill("10.0.0.1/24");
  await press(page.getByRole("dialog"), "Save");
  await page.getByText("lan0").waitFor();
}

async function makeEnds(page) {
  await go(page, "gateways");
  await press(page, "Create VPN gateway");
  await page.getByRole("dialog").getByLabel("Name").fill("hq");
  await press(page.getByRole("dialog"), "Save");
  await page.getByRole("cell", { name: "Active" }).waitFor();
  await go(page, "customer-gateways");
  await press(page, "Create customer gateway");
  const box = page.getByRole("dialog");
  await box.getByLabel("Name").fill("branch");
  await box.getByLabel("IP address").fill(PEER);
  await box.getByLabel("AS number").fill("1.10");
  await box.getByLabel("BGP authentication key").fill("a-key");
  await box.getByLabel("Description").fill("the branch office");
  await press(box, "Save");
  await page.getByRole("cell", { name: "65546 (1.10)" }).waitFor();
}

/** Every setting of the form that can differ from its default against this peer does. */
async function fillForm(page) {
  const group = (name) => page.locator(`[data-group=${name}]`);
  const ike = group("ike");
  const ipsec = group("ipsec");
  await page.getByLabel("Name").fill("hq-branch");
  await choose(group("basic"), page, "Customer gateway", "branch");
  await page.getByLabel("Protected data flows").check();
  await page.getByLabel("Local network").fill(settings.local);
  await page.getByLabel("Remote network").fill(settings.remote);
  await page.getByLabel("Add policy routes automatically").click();
  await page.getByRole("radio", { name: "No" }).check();
  await page.getByLabel("Pre-shared key").fill(settings.psk);
  await choose(ike, page, "Version", settings.ike.IkeVersion);
  await choose(ike, page, "Negotiation mode", settings.ike.IkeMode);
  await choose(ike, page, "Encryption algorithm", settings.ike.IkeEncAlg);
  await choose(ike, page, "Authentication algorithm", settings.ike.IkeAuthAlg);
  await choose(ike, page, "DH group", settings.ike.IkePfs);
  await ike.getByLabel("SA lifetime, seconds").fill("28800");
  await ike.getByLabel("LocalId").fill(settings.ike.LocalId);
  await ike.getByLabel("RemoteId").fill(settings.ike.RemoteId);
  await choose(ipsec, page, "Encryption algorithm", settings.ipsec.IpsecEncAlg);
  await choose(ipsec, page, "Authentication algorithm", settings.ipsec.IpsecAuthAlg);
  await choose(ipsec, page, "DH group (PFS)", settings.ipsec.IpsecPfs);
  await ipsec.getByLabel("SA lifetime, seconds").fill("14400");
  await ipsec.getByLabel("Dead peer detection (DPD)").click();
  await page.getByLabel("Enable health check").click();
  await page.getByLabel("Destination IP address").fill(settings.dip);
  await page.getByLabel("Source IP address").fill(settings.sip);
  await page.getByLabel("Retry interval, seconds").fill("2");
  await page.getByLabel("Number of retries").fill("4");
  await choose(group("health"), page, "When it fails", "keep its routes");
  await press(page, "Add a tag");
  await page.getByLabel("Key").last().fill("site");
  await page.getByLabel("Value (may be empty)").last().fill("branch");
}

async function makeConnection(page) {
  await go(page, "connections");
  await page.getByText("No IPsec connection yet.").waitFor();
  await press(page, "Create IPsec connection");
  await fillForm(page);
  await press(page, "Create IPsec connection");
  await page.getByText("Configure routes now?").waitFor();
  await press(page, "Configure routes");
}

async function makeRoute(page) {
  await press(page, "Add a route");
  const box = page.getByRole("dialog");
  await box.getByLabel("Source").fill(settings.local);
  await box.getByLabel("Destination").fill(settings.remote);
  await choose(box, page, "Publish to the VPC", "No");
  await press(box, "Save");
  const published = page.getByRole("switch", { name: `Publish the route ${settings.remote} to the VPC` });
  await published.click();
  await page.locator("[data-routes=policy] [role=switch][aria-checked=true]").nth(1).waitFor();
  const priority = page.getByLabel(`Priority of the route ${settings.remote}`);
  await priority.fill("20");
  await priority.press("Enter");
  await page.getByText("20", { exact: true }).or(priority.and(page.locator('[value="20"]'))).first().waitFor();
}

async function seeTunnel(page) {
  await go(page, "connections");
  await page.getByRole("link", { name: "hq-branch" }).click();
  await page.getByTestId("status").getByText("Phase 1 down").waitFor();
  await wish("traffic");
  await page.getByTestId("status").getByText("Established").waitFor(SLOW); // without a reload
  for (const layer of ["Applied", "Ike", "Ipsec", "Health"]) await page.locator(`[data-layer=${layer}][data-up=true]`).waitFor(SLOW);
  await page.getByText("AES_CBC_256/HMAC_SHA2_256_128", { exact: false }).first().waitFor();
  await page.locator("[data-testid=traffic] polyline").nth(1).waitFor({ ...SLOW, state: "attached" });
  await until(async () => /[1-9]\d* packets/.test(await page.getByTestId("traffic").innerText()), "packets are counted", 60);
}

async function seePapers(page) {
  await page.getByRole("tab", { name: "Log" }).click();
  await page.getByTestId("log").getByText("established", { exact: false }).first().waitFor();
  await page.getByRole("tab", { name: "Events" }).click();
  await page.locator(".ant-table-row").first().waitFor();
  await page.getByRole("tab", { name: "Download configuration" }).click();
  await page.getByTestId("config").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Save as a file").catch(() => page.getByRole("button", { name: "Save as a file" }).click())]);
  const config = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.equal(config.IkeConfig.Psk, settings.psk);
  assert.equal(config.IkeConfig.LocalId, settings.ike.RemoteId);
  assert.equal(config.LocalSubnet, settings.remote);
  assert.equal(config.HealthCheckReturnRoute, `${settings.sip}/32`);
}

async function changeKey(page) {
  await press(page, "Edit");
  await page.getByLabel("Pre-shared key").fill(settings.newPsk);
  await page.getByText("The tunnel ends at once, and the new one waits for traffic.").waitFor();
  await press(page, "Save");
  await page.getByTestId("status").getByText("Phase 1 down").waitFor(SLOW);
  await wish("new key");
  await page.getByTestId("status").getByText("Established").waitFor(SLOW);
}

async function removeAll(page, complaints) {
  await press(page, "Delete");
  await page.getByLabel("Type hq-branch to confirm").fill("hq-branch");
  await press(page.getByRole("dialog"), "Delete");
  await page.getByRole("dialog").getByText("delete it with DeleteVpnPbrRouteEntry first").waitFor(); // the route made by hand
  assert.ok(complaints.splice(0).every((text) => text.includes("status of 400")));
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Routes" }).click();
  await press(page, `Delete ${settings.remote}`);
  await page.locator(".ant-popconfirm").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: `Delete ${settings.remote}` }).waitFor({ state: "detached" });
  await press(page, "Delete");
  await page.getByLabel("Type hq-branch to confirm").fill("hq-branch");
  await press(page.getByRole("dialog"), "Delete");
  await page.getByText("No IPsec connection yet.").waitFor();
  await wish("tunnel closed");
  await go(page, "gateways");
  await page.getByRole("link", { name: "hq" }).click();
  await press(page, "Delete");
  await page.getByLabel("Type hq to confirm").fill("hq");
  await press(page.getByRole("dialog"), "Delete");
  await page.getByText("No VPN gateway yet.").waitFor();
}

await scene("the whole life of a connection", async ({ page, complaints }) => {
  await signIn(page);
  await makeVpc(page);
  await makeEnds(page);
  await makeConnection(page);
  await makeRoute(page);
  await seeTunnel(page);
  await seePapers(page);
  await changeKey(page);
  await removeAll(page, complaints);
});

over();
