// SPDX-License-Identifier: Apache-2.0
/** From the outside in: preferences, texts, theme, sign-in, pages. */
import { App as AntApp, ConfigProvider } from "antd";
import { useCallback, useEffect, useState } from "react";
import { call } from "./api/client";
import { Refusal } from "./api/errors";
import type { AccessKey } from "./api/sign";
import type { Region, ResourceGroup } from "./api/types";
import { TextProvider } from "./i18n/text";
import { pageNonce } from "./nonce";
import { SignIn } from "./pages/SignIn";
import { Shell } from "./pages/Shell";
import { PreferencesProvider, usePreferences } from "./state/preferences";
import { keepKey, keptKey, SessionProvider, type Realm } from "./state/session";
import { makeTheme } from "./theme";

/** Proves the key and learns what every page needs. */
async function openRealm(key: AccessKey): Promise<Realm> {
  const caller = { key };
  const [regions, groups] = await Promise.all([
    call<{ Regions: { Region: Region[] } }>(caller, "DescribeRegions"),
    call<{ ResourceGroups: { ResourceGroup: ResourceGroup[] } }>(caller, "ListResourceGroups").catch((error) => {
      if (error instanceof Refusal && error.code === "Forbidden") return null; // the key may do without
      throw error;
    }),
  ]);
  return { regions: regions.Regions.Region, groups: groups?.ResourceGroups.ResourceGroup ?? [] };
}

function Signed() {
  const [key, setKey] = useState<AccessKey | null>(keptKey);
  const [realm, setRealm] = useState<Realm | null>(null);
  const [failure, setFailure] = useState<unknown>();

  const signOut = useCallback(() => {
    keepKey(null);
    setKey(null);
    setRealm(null);
  }, []);

  const signIn = useCallback(async (next: AccessKey) => {
    const opened = await openRealm(next);
    keepKey(next);
    setFailure(undefined);
    setKey(next);
    setRealm(opened);
  }, []);

  useEffect(() => {
    if (key && !realm) signIn(key).catch((error) => { setFailure(error); setKey(null); });
  }, [key, realm, signIn]);

  if (!key) return <SignIn signIn={signIn} failure={failure} />;
  if (!realm) return null;
  return <SessionProvider accessKey={key} realm={realm} signOut={signOut}><Shell /></SessionProvider>;
}

function Themed() {
  const { language, theme } = usePreferences();
  const isDark = theme === "dark";
  useEffect(() => {
    document.documentElement.style.colorScheme = theme;
    document.documentElement.dataset.theme = theme;
    document.body.style.background = isDark ? "#141414" : "#f5f5f5";
    document.body.style.margin = "0";
  }, [theme, isDark]);
  return (
    <TextProvider language={language}>
      {(locale) => (
        <ConfigProvider
          locale={locale}
          csp={{ nonce: pageNonce }}
          theme={makeTheme(isDark)}
        >
          <AntApp><Signed /></AntApp>
        </ConfigProvider>
      )}
    </TextProvider>
  );
}

export function App() {
  return <PreferencesProvider><Themed /></PreferencesProvider>;
}
