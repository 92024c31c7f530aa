// SPDX-License-Identifier: Apache-2.0
/** Search in what is listed: every word of the query is in some text of the row; key:value asks for a tag. */
import type { Tag } from "../api/client";

export function matches(query: string, texts: (string | undefined)[], tags: Tag[] = []): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const pairs = tags.map((tag) => `${tag.Key}:${tag.Value ?? ""}`.toLowerCase());
  const all = [...texts.map((text) => (text ?? "").toLowerCase()), ...pairs];
  return words.every((word) => all.some((text) => text.includes(word)));
}
