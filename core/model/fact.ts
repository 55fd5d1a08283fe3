// What a person taught about a service: whom it calls, whose it is, where it runs, or a note. It helps to understand an incident; it never
// permits anything. What it says is its identity: taught twice, by whomever, it is one fact.
import * as z from 'zod';
import { sha256 } from '../hash.ts';
import { Instant } from './entity.ts';

/** A service, cluster or namespace, in lower case. */
export const FactName = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/);
export const longestNote = 300;

const Says = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('talks-to'), service: FactName, to: FactName, cluster: FactName.optional() }),
  z.strictObject({ kind: z.literal('owned-by'), service: FactName, owner: z.string().min(2).max(80) }),
  z.strictObject({
    kind: z.literal('runs-in'),
    service: FactName,
    what: z.enum(['cluster', 'namespace', 'environment']),
    place: FactName,
  }),
  z.strictObject({ kind: z.literal('note'), service: FactName, text: z.string().min(3).max(longestNote) }),
]);
export type FactSays = z.infer<typeof Says>;

export const ServiceFact = z.object({
  id: z.string().regex(/^wkf-[0-9a-f]{20}$/),
  says: Says,
  /** Slack user id, or the name at the console. */
  taughtBy: z.string().min(1).max(100),
  taughtAt: Instant,
  /** Where it was said; absent outside of incidents. */
  incidentId: z.string().max(64).optional(),
});
export type ServiceFact = z.infer<typeof ServiceFact>;

export function factId(says: FactSays): string {
  return `wkf-${sha256(factSentence(says).toLowerCase()).slice(0, 20)}`;
}

/** Every service that it is about: under each of them it is found. */
export const servicesOf = (says: FactSays): readonly string[] =>
  says.kind === 'talks-to' && says.to !== says.service ? [says.service, says.to] : [says.service];

/** As people say it, and as it is read back (core/language/parse-fact.ts). Without a full stop. */
export function factSentence(says: FactSays): string {
  switch (says.kind) {
    case 'talks-to':
      return `${says.service} talks to ${says.to}${says.cluster === undefined ? '' : ` in cluster ${says.cluster}`}`;
    case 'owned-by':
      return `${says.service} is owned by ${says.owner}`;
    case 'runs-in':
      return `${says.service} runs in ${says.what} ${says.place}`;
    case 'note':
      return `about ${says.service}: ${says.text}`;
  }
}

/** "taught by ada on 2026-11-24": where it comes from goes wherever it goes. */
export const factOrigin = ({ taughtBy, taughtAt }: Pick<ServiceFact, 'taughtBy' | 'taughtAt'>): string =>
  `taught by ${taughtBy} on ${taughtAt.slice(0, 10)}`;
