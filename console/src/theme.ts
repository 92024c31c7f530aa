// SPDX-License-Identifier: Apache-2.0
/** Colours with enough contrast for small text (WCAG AA), where the library's own have less. */
import { theme, type ThemeConfig } from "antd";

export interface Palette {
  good: string;
  bad: string;
  waiting: string;
  quiet: string;
  line: string;
  first: string;
  second: string;
  /** Of a link under the pointer. */
  hover: string;
}

const LIGHT: Palette = {
  good: "#1d7a34", bad: "#b3261e", waiting: "#8a5a00", quiet: "#5c5c5c", line: "#c9c9c9", first: "#1857c4", second: "#8a3ab9",
  hover: "#0f3f94",
};
const DARK: Palette = {
  good: "#6fcf8a", bad: "#ff8a80", waiting: "#f0b64d", quiet: "#b0b0b0", line: "#4a4a4a", first: "#7fb0ff", second: "#d3a2f2",
  hover: "#a9caff",
};

export function palette(isDark: boolean): Palette {
  return isDark ? DARK : LIGHT;
}

export function makeTheme(isDark: boolean): ThemeConfig {
  const { quiet, bad, first, hover } = palette(isDark);
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    hashed: false,
    token: {
      colorPrimary: "#1857c4",
      colorLink: first,
      colorLinkHover: hover,
      colorLinkActive: hover,
      colorTextSecondary: quiet,
      colorTextTertiary: quiet,
      colorTextDescription: quiet,
      colorTextPlaceholder: quiet,
      colorTextQuaternary: quiet,
      colorError: bad,
      fontFamily: 'system-ui, "Noto Sans", "Noto Sans SC", sans-serif',
      motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    },
    components: {
      Menu: { itemSelectedColor: first },
      Tabs: { itemSelectedColor: first, itemHoverColor: first, itemActiveColor: first },
    },
  };
}
