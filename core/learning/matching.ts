// Why a preference matches an error, or does not: part by part, in words. Equal parts make equal fingerprints, and nothing else does.
import { maskVariables } from '../analysis/text/mask.ts';
import type { Preference } from '../model/action.ts';
import type { Incident, IncidentError } from '../model/incident.ts';

export type Match =
  | { readonly kind: 'matches' }
  | {
      readonly kind: 'differs';
      readonly in: readonly { readonly part: string; readonly taught: string; readonly seen: string }[];
    };

type Parts = Pick<Preference, 'fingerprint' | 'describes' | 'actionId'>;

export function matchOf(preference: Parts, error: IncidentError): Match {
  const { describes: taught } = preference;
  const { describes: seen } = error;
  const parts = [
    { part: 'cause', taught: taught.cause, seen: seen.cause },
    { part: 'workload', taught: taught.workload, seen: seen.workload },
    { part: 'environment', taught: taught.environment, seen: seen.environment },
    { part: 'error text', taught: maskVariables(taught.errorTemplate), seen: maskVariables(seen.errorTemplate) },
    { part: 'action', taught: preference.actionId, seen: error.actionId ?? 'none' },
  ];
  const differing = parts.filter((one) => one.taught !== one.seen);
  if (differing.length === 0 && preference.fingerprint === error.fingerprint) return { kind: 'matches' };
  return { kind: 'differs', in: differing };
}

/** "the environment is staging, taught was production". */
export const matchWords = (match: Match): string =>
  match.kind === 'matches'
    ? 'Cause, workload, environment, error text and action are the same; pod names, times, ids and counts may differ.'
    : match.in.map(({ part, taught, seen }) => `the ${part} is ${seen}, taught was ${taught}`).join('; ');

export interface PastMatch {
  readonly incidentId: string;
  readonly title: string;
  readonly at: string;
  readonly matches: boolean;
  readonly why: string;
}

/** The incidents that a preference matches, and those that nearly did (one part is another), newest first. The one it was taught in is left out. */
export function historyOf(preference: Preference, incidents: readonly Incident[], limit = 20): PastMatch[] {
  return incidents
    .filter(({ id, error }) => error !== undefined && id !== preference.incidentId)
    .map((incident) => ({ incident, match: matchOf(preference, incident.error as IncidentError) }))
    .filter(({ match }) => match.kind === 'matches' || match.in.length === 1)
    .slice(0, limit)
    .map(({ incident, match }) => ({
      incidentId: incident.id,
      title: incident.title,
      at: incident.openedAt,
      matches: match.kind === 'matches',
      why: matchWords(match),
    }));
}
