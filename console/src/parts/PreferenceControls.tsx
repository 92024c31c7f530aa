// SPDX-License-Identifier: Apache-2.0
import { MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { LANGUAGES, type Language } from "../i18n/languages";
import { useText } from "../i18n/text";
import { usePreferences } from "../state/preferences";

export function PreferenceControls() {
  const t = useText();
  const { language, theme, setLanguage, setTheme } = usePreferences();
  const options = Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label }));
  return (
    <>
      <Select<Language>
        aria-label={t("pref.language")} value={language} options={options} onChange={setLanguage}
        popupMatchSelectWidth={false} data-testid="language"
      />
      <Button
        aria-label={theme === "dark" ? t("pref.light") : t("pref.dark")}
        title={theme === "dark" ? t("pref.light") : t("pref.dark")}
        icon={theme === "dark" ? <SunOutlined aria-hidden /> : <MoonOutlined aria-hidden />}
        onClick={() => setTheme(theme === "dark" ? "light" : "dark")}
        data-testid="theme"
      />
    </>
  );
}
