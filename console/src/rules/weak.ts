// SPDX-License-Identifier: Apache-2.0
/** Choices that work but protect little, and what is better. */
import type { TextKey } from "../i18n/text";

const WEAK: Record<string, TextKey> = {
  des: "weak.des",
  "3des": "weak.3des",
  md5: "weak.md5",
  group1: "weak.group1",
  aggressive: "weak.aggressive",
};

export function weakness(value: unknown): TextKey | undefined {
  return typeof value === "string" ? WEAK[value] : undefined;
}
