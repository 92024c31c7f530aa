// SPDX-License-Identifier: Apache-2.0
/** A state as icon and word: never by colour alone. */
import { CheckCircleFilled, ClockCircleFilled, CloseCircleFilled, MinusCircleFilled } from "@ant-design/icons";
import { useWord } from "../i18n/text";
import { usePreferences } from "../state/preferences";
import { palette } from "../theme";

export type Tone = "good" | "bad" | "waiting" | "quiet";

const ICONS = { good: CheckCircleFilled, bad: CloseCircleFilled, waiting: ClockCircleFilled, quiet: MinusCircleFilled };
const TONES: Record<string, Tone> = {
  ipsec_sa_established: "good", ike_sa_established: "waiting", ike_sa_not_established: "bad", ipsec_sa_not_established: "bad",
  active: "good", Available: "good", Pending: "waiting", updating: "waiting", provisioning: "waiting", deleting: "waiting",
  published: "good", normal: "quiet", success: "good", failed: "bad",
};

export function Toned({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  const colour = palette(usePreferences().theme === "dark")[tone];
  const Icon = ICONS[tone];
  return (
    <span style={{ color: colour, whiteSpace: "nowrap" }}>
      <Icon aria-hidden style={{ marginInlineEnd: 6 }} />{children}
    </span>
  );
}

export function toneOf(state: string): Tone {
  return TONES[state] ?? "quiet";
}

export function StateTag({ state }: { state: string }) {
  const word = useWord();
  return <span data-state={state}><Toned tone={toneOf(state)}>{word("state", state)}</Toned></span>;
}
