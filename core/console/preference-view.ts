// A taught preference for the console, with the past incidents that it matches.
import { isOfThisRecipe } from '../fingerprint/fingerprint.ts';
import { historyOf, type PastMatch } from '../learning/matching.ts';
import type { Preference } from '../model/action.ts';
import type { Incident } from '../model/incident.ts';
import { preferenceScope } from '../record/preference-scope.ts';

export type PreferenceView = Preference & {
  readonly scope: string;
  /** An older recipe made its fingerprint: it matches nothing. */
  readonly teachAgain: boolean;
  readonly history: readonly PastMatch[];
};

export const preferenceView = (preference: Preference, past: readonly Incident[]): PreferenceView => ({
  ...preference,
  scope: preferenceScope(preference),
  teachAgain: !isOfThisRecipe(preference),
  history: historyOf(preference, past),
});
