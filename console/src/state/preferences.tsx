// SPDX-License-Identifier: Apache-2.0
/** Language and theme: kept in this browser, first taken from what the browser asks for. */
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import { firstLanguage, type Language } from "../i18n/languages";

export type Theme = "light" | "dark";

interface Preferences {
  language: Language;
  theme: Theme;
  setLanguage(language: Language): void;
  setTheme(theme: Theme): void;
}

const Context = createContext<Preferences | null>(null);

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`vpngw.${name}`);
  } catch {
    return null; // storage is turned off
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`vpngw.${name}`, value);
  } catch {
    // it lasts until the page is left
  }
}

function firstTheme(): Theme {
  const theme = kept("theme");
  if (theme === "light" || theme === "dark") return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => firstLanguage(kept("language"), navigator.languages));
  const [theme, setTheme] = useState<Theme>(firstTheme);
  const value = useMemo<Preferences>(() => ({
    language,
    theme,
    setLanguage: (next) => { keep("language", next); setLanguage(next); },
    setTheme: (next) => { keep("theme", next); setTheme(next); },
  }), [language, theme]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function usePreferences(): Preferences {
  const value = useContext(Context);
  if (!value) throw new Error("no PreferencesProvider");
  return value;
}
