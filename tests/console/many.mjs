// SPDX-License-Identifier: Apache-2.0
/** A list of 500: whole, searchable, drawn as far as it is seen. Times are told, not judged. */
import assert from "node:assert/strict";
import { over, scene, signIn, until } from "./browser.mjs";

await scene("five hundred connections", async ({ page }) => {
  await signIn(page);
  await page.getByText("500 of 500").waitFor();
  const rows = page.locator(".ant-table-row");
  assert.ok(await rows.count() < 60, `${await rows.count()} rows are drawn`);
  await page.reload();
  const started = Date.now();
  await page.getByText("500 of 500").waitFor();
  console.log(`# the list of 500 was there ${Date.now() - started} ms after the reload`);
  await page.locator(".ant-table-tbody-virtual-holder").hover();
  await until(async () => {
    await page.mouse.wheel(0, 3000);
    return page.getByText("site-499").isVisible();
  }, "the last row comes into sight");
  await page.getByRole("textbox", { name: "Search" }).fill("site-123");
  await page.getByText("1 of 500").waitFor();
});

over();
