// SPDX-License-Identifier: Apache-2.0
/** The rules between the blocks of a connection (src/resource/selectors.c): an overlap would leave open where a packet goes. */
import { contains, formatPrefix, overlaps, parsePrefix, type Prefix } from "./address";
import type { Wrong } from "./rules";

const NO_HOSTS = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4"].map(parsePrefix) as Prefix[];
const SHARED = parsePrefix("100.64.0.0/10") as Prefix;

export function parseBlocks(text: string): Prefix[] {
  return text.split(",").map((item) => parsePrefix(item.trim())).filter((block): block is Prefix => block !== null);
}

function refuse(key: "rule.overlap" | "rule.hostAddress", range: Prefix): Wrong {
  return { key, values: { range: formatPrefix(range) } };
}

function checkSide(blocks: Prefix[]): Wrong | null {
  for (const [index, block] of blocks.entries()) {
    const range = NO_HOSTS.find((one) => block.length >= one.length && contains(one, block.address));
    if (range) return refuse("rule.hostAddress", range);
    const other = blocks.slice(0, index).find((one) => overlaps(one, block));
    if (other) return refuse("rule.overlap", other);
  }
  return null;
}

/** Local is judged alone, remote also beside it: that is where the server refuses. */
export function checkSelectors(local: Prefix[], remote: Prefix[], isRemote: boolean): Wrong | null {
  const isEverything = [local, remote].every((side) => side.length === 1 && side[0]?.length === 0);
  if (isEverything) return null;
  const alone = checkSide(isRemote ? remote : local);
  if (alone || !isRemote) return alone;
  const real = remote.filter((block) => block.length);
  const both = local.filter((block) => block.length).find((one) => real.some((block) => overlaps(one, block)));
  if (both) return refuse("rule.overlap", both);
  return real.some((block) => overlaps(block, SHARED)) ? { key: "rule.sharedRange" } : null;
}
