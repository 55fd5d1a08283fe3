// A fact that a person taught about a service: a service it calls, its owner, where it runs, or a note. A fact helps to understand an incident; it
// never permits anything. Its content is its identity: taught twice, by whomever, it is one fact.
import * as z from 'zod';
import { sha256 } from '../hash.ts';
import { Instant } from './entity.ts';

/** A service, cluster or namespace, in lower case. */
export const FactName = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/);
export const longestNote = 300;

const FactStatement = z.discriminatedUnion('kind', [
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
export type FactStatement = z.infer<typeof FactStatement>;

export const ServiceFact = z.object({
  id: z.string().regex(/^wkf-[0-9a-f]{20}$/),
  says: FactStatement,
  /** Slack user id, or the name at the console. */
  taughtBy: z.string().min(1).max(100),
  taughtAt: Instant,
  /** The incident in whose thread the fact was taught; absent outside incidents. */
  incidentId: z.string().max(64).optional(),
});
export type ServiceFact = z.infer<typeof ServiceFact>;

export function factId(says: FactStatement): string {
  return `wkf-${sha256(factSentence(says).toLowerCase()).slice(0, 20)}`;
}

/** Every service that the fact is about; the fact is stored under each of them. */
export const servicesOf = (says: FactStatement): readonly string[] =>
  says.kind === 'talks-to' && says.to !== says.service ? [says.service, says.to] : [says.service];

/** The fact as a sentence without a full stop, in the form that core/language/parse-fact.ts reads back. */
export function factSentence(says: FactStatement): string {
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

/** "taught by ada on 2026-11-24". Every surface that shows the fact shows its origin. */
export const factOrigin = ({ taughtBy, taughtAt }: Pick<ServiceFact, 'taughtBy' | 'taughtAt'>): string =>
  `taught by ${taughtBy} on ${taughtAt.slice(0, 10)}`;
