// SPDX-License-Identifier: Apache-2.0
/** Times and amounts in the language of the page. */
import type { Language } from "../i18n/languages";

const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN", id: "id-ID" };

export function formatTime(ms: number | string, language: Language): string {
  return new Date(ms).toLocaleString(LOCALES[language], { dateStyle: "medium", timeStyle: "medium" });
}

/** "3 minutes ago" */
export function formatAgo(ms: number, language: Language, now = Date.now()): string {
  const format = new Intl.RelativeTimeFormat(LOCALES[language], { numeric: "auto" });
  const seconds = Math.round((ms - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return format.format(Math.min(seconds, 0), "second");
  if (size < 3600) return format.format(Math.round(seconds / 60), "minute");
  if (size < 86400) return format.format(Math.round(seconds / 3600), "hour");
  return format.format(Math.round(seconds / 86400), "day");
}

/** 12300000 with "bit/s": "12.3 Mbit/s" */
export function formatAmount(amount: number, unit: string): string {
  const steps = ["", "k", "M", "G", "T"];
  let step = 0;
  let rest = amount;
  while (rest >= 1000 && step < steps.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = rest >= 100 || step === 0 ? 0 : 1;
  return `${rest.toFixed(digits)} ${steps[step]}${unit}`;
}
