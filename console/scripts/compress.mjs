// SPDX-License-Identifier: Apache-2.0
// Writes NAME.br and NAME.gz beside what a browser loads, so that the server compresses nothing, and says how much a
// first visit loads. Files that do not shrink get none.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const FIRST_LOAD_MAX = 600_000; // bytes
const TEXT = /\.(js|css|svg)$/;

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

function compress(path) {
  const plain = readFileSync(path);
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gzip = gzipSync(plain, { level: 9 });
  if (gzip.length >= plain.length) return plain.length;
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzip);
  return gzip.length; // the larger of the two
}

const sizes = new Map(files(dist).filter((path) => TEXT.test(path)).map((path) => [path, compress(path)]));
const page = readFileSync(join(dist, "index.html"), "utf8");
const first = [...page.matchAll(/(?:src|href)="\/console\/([^"]+)"/g)].map(([, name]) => sizes.get(join(dist, name)) ?? 0);
const total = first.reduce((sum, size) => sum + size, page.length);
console.log(`console: first load ${Math.round(total / 1000)} kB compressed (gzip)`);
if (total > FIRST_LOAD_MAX) {
  console.error(`console: first load must stay below ${FIRST_LOAD_MAX / 1000} kB`);
  process.exit(1);
}
