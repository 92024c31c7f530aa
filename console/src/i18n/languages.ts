// SPDX-License-Identifier: Apache-2.0
/** The languages there are, and which one a browser gets first. */
export const LANGUAGES = { en: "English", zh: "简体中文", id: "Bahasa Indonesia" } as const;
export type Language = keyof typeof LANGUAGES;

export function isLanguage(text: string | null | undefined): text is Language {
  return Object.keys(LANGUAGES).some((language) => language === text);
}

export function firstLanguage(kept: string | null, asked: readonly string[]): Language {
  if (isLanguage(kept)) return kept;
  return asked.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}
