// Renders what a preference permits, so that a person can confirm it. No code parses the result.
import { isOfThisRecipe } from '../fingerprint/fingerprint.ts';
import type { Teaching } from '../model/timeline.ts';
import { shorten } from '../text.ts';

export function preferenceScope(preference: Teaching): string {
  const { describes, actionId, expiresAt, maxUsesPerDay } = preference;
  const { workload, environment, errorTemplate } = describes;
  const times = maxUsesPerDay === 1 ? 'once a day' : `${maxUsesPerDay} times a day`;
  if (!isOfThisRecipe(preference))
    return (
      `When ${workload} in ${environment} fails with "${shorten(errorTemplate, 160)}", ${actionId}: needs to be taught again, and a person is ` +
      'asked until then. It was taught when errors were told apart less exactly.'
    );
  return (
    `When ${workload} in ${environment} fails with exactly "${shorten(errorTemplate, 300)}" (only what is known to vary may differ: times, ids, pod names, quantities), ` +
    `${actionId} without asking: until ${expiresAt.slice(0, 10)}, at most ${times}, and no more once it did not help. Anyone can revoke it.`
  );
}
