// SPDX-License-Identifier: Apache-2.0
// Unit tests of what needs no screen: bundles test/*.test.ts for Node and runs them with its own test runner.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "node_modules", ".unit");
const tests = readdirSync(join(root, "test")).filter((name) => name.endsWith(".ts"));

rmSync(out, { recursive: true, force: true });
await build({
  root,
  configFile: false,
  logLevel: "warn",
  build: {
    ssr: true,
    outDir: out,
    target: "node18",
    rollupOptions: { input: tests.map((name) => join(root, "test", name)), output: { entryFileNames: "[name].mjs" } },
  },
});
const files = readdirSync(out).filter((name) => name.endsWith(".test.mjs")).map((name) => join(out, name));
process.exit(spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1);
