// Explains part by part, in words, why a preference matches an error or does not. Equal fingerprints require that all parts are equal.

import { isOfThisRecipe } from '../fingerprint/fingerprint.ts';
import type { Preference } from '../model/action.ts';
import type { Incident, IncidentError } from '../model/incident.ts';

export type Match =
  | { readonly kind: 'matches' }
  /** An older recipe made one of the fingerprints, so nobody knows whether the errors are the same. */
  | { readonly kind: 'older' }
  | {
      readonly kind: 'differs';
      readonly in: readonly { readonly part: string; readonly taught: string; readonly seen: string }[];
    };

type Parts = Pick<Preference, 'fingerprint' | 'describes' | 'actionId'>;

export function matchOf(preference: Parts, error: IncidentError): Match {
  if (!isOfThisRecipe(preference) || !isOfThisRecipe(error)) return { kind: 'older' };
  const { describes: taught } = preference;
  const { describes: seen } = error;
  const parts = [
    { part: 'cause', taught: taught.cause, seen: seen.cause },
    { part: 'workload', taught: taught.workload, seen: seen.workload },
    { part: 'environment', taught: taught.environment, seen: seen.environment },
    ...(taught.errorDigest === seen.errorDigest
      ? []
      : [{ part: 'error text', taught: taught.errorTemplate, seen: seen.errorTemplate }]),
    { part: 'action', taught: preference.actionId, seen: error.actionId ?? 'none' },
  ];
  // Long texts may differ beyond the part that is shown.
  const differing = parts.filter(({ part, taught: one, seen: other }) => part === 'error text' || one !== other);
  if (differing.length === 0 && preference.fingerprint === error.fingerprint) return { kind: 'matches' };
  return { kind: 'differs', in: differing };
}

/** "the environment is staging, taught was production". */
export function matchWords(match: Match): string {
  switch (match.kind) {
    case 'matches':
      return 'Cause, workload, environment, error text and action are the same; only what is known to vary may differ.';
    case 'older':
      return 'An older version identified one of them; it is unknown whether they are the same.';
    case 'differs':
      return match.in
        .map(({ part, taught, seen }) =>
          taught === seen
            ? `the ${part} differs beyond what is shown of it`
            : `the ${part} is ${seen}, taught was ${taught}`,
        )
        .join('; ');
  }
}

export interface PastMatch {
  readonly incidentId: string;
  readonly title: string;
  readonly at: string;
  readonly matches: boolean;
  readonly why: string;
}

/**
 * The incidents that a preference matches, and those that differ in one part only, newest first. The incident in which it was taught is left out.
 */
export function historyOf(preference: Preference, incidents: readonly Incident[], limit = 20): PastMatch[] {
  return incidents
    .filter(({ id, error }) => error !== undefined && id !== preference.incidentId)
    .map((incident) => ({ incident, match: matchOf(preference, incident.error as IncidentError) }))
    .filter(({ match }) => match.kind === 'matches' || (match.kind === 'differs' && match.in.length === 1))
    .slice(0, limit)
    .map(({ incident, match }) => ({
      incidentId: incident.id,
      title: incident.title,
      at: incident.openedAt,
      matches: match.kind === 'matches',
      why: matchWords(match),
    }));
}
