// SPDX-License-Identifier: Apache-2.0
/** The texts of the chosen language. Other languages than English are loaded when they are chosen. */
import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from "react";
import type { Locale } from "antd/es/locale";
import antdEnglish from "antd/es/locale/en_US";
import en from "./en";
import type { Language } from "./languages";

export type TextKey = keyof typeof en;
export type Texts = Record<TextKey, string>;
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

interface Loaded {
  texts: Texts;
  antd: Locale;
}

const english: Loaded = { texts: en, antd: antdEnglish };
const Context = createContext<Texts>(en);

async function load(language: Language): Promise<Loaded> {
  if (language === "zh") {
    const [texts, antd] = await Promise.all([import("./zh"), import("antd/es/locale/zh_CN")]);
    return { texts: texts.default, antd: antd.default };
  }
  if (language === "id") {
    const [texts, antd] = await Promise.all([import("./id"), import("antd/es/locale/id_ID")]);
    return { texts: texts.default, antd: antd.default };
  }
  return english;
}

export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function TextProvider(props: { language: Language; children: (antd: Locale) => ReactNode }) {
  const { language, children } = props;
  const [loaded, setLoaded] = useState<Loaded | null>(language === "en" ? english : null);
  useEffect(() => {
    let isLatest = true;
    document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
    load(language).then((next) => isLatest && setLoaded(next), () => isLatest && setLoaded(english));
    return () => { isLatest = false; };
  }, [language]);
  if (!loaded) return null;
  return <Context.Provider value={loaded.texts}>{children(loaded.antd)}</Context.Provider>;
}

export function useText(): Translate {
  const texts = useContext(Context);
  return useCallback((key, values) => fill(texts[key], values), [texts]);
}

/** The text of a key that is made at run time, or the fallback. */
export function useWord(): (prefix: string, word: string) => string {
  const texts = useContext(Context) as Record<string, string>;
  return useCallback((prefix, word) => texts[`${prefix}.${word}`] ?? word, [texts]);
}
