// A fact that a person taught about a service: a service it calls, its owner, where it runs, or a note. A fact helps to understand an incident; it
// never permits anything. Its content is its identity: taught twice, by whomever, it is one fact.
import * as z from 'zod';
import { sha256 } from '../hash.ts';
import { Instant } from './entity.ts';
import { withRenamedFields } from './renamed-fields.ts';

/** A service, cluster or namespace, in lower case. */
export const FactName = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/);
export const longestNote = 300;

export const FactStatement = z.discriminatedUnion('kind', [
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

export const ServiceFact = z.preprocess(
  withRenamedFields({ says: 'statement' }),
  z.object({
    id: z.string().regex(/^wkf-[0-9a-f]{20}$/),
    statement: FactStatement,
    /** Slack user id, or the name at the console. */
    taughtBy: z.string().min(1).max(100),
    taughtAt: Instant,
    /** The incident in whose thread the fact was taught; absent outside incidents. */
    incidentId: z.string().max(64).optional(),
  }),
);
export type ServiceFact = z.infer<typeof ServiceFact>;

export function factId(statement: FactStatement): string {
  return `wkf-${sha256(factSentence(statement).toLowerCase()).slice(0, 20)}`;
}

/** Every service that the fact is about; the fact is stored under each of them. */
export const servicesOf = (statement: FactStatement): readonly string[] =>
  statement.kind === 'talks-to' && statement.to !== statement.service
    ? [statement.service, statement.to]
    : [statement.service];

/** The fact as a sentence without a full stop, in the form that core/language/parse-fact.ts reads back. */
export function factSentence(statement: FactStatement): string {
  switch (statement.kind) {
    case 'talks-to':
      return `${statement.service} talks to ${statement.to}${statement.cluster === undefined ? '' : ` in cluster ${statement.cluster}`}`;
    case 'owned-by':
      return `${statement.service} is owned by ${statement.owner}`;
    case 'runs-in':
      return `${statement.service} runs in ${statement.what} ${statement.place}`;
    case 'note':
      return `about ${statement.service}: ${statement.text}`;
  }
}

/** "taught by ada on 2026-11-24". Every surface that shows the fact shows its origin. */
export const factOrigin = ({ taughtBy, taughtAt }: Pick<ServiceFact, 'taughtBy' | 'taughtAt'>): string =>
  `taught by ${taughtBy} on ${taughtAt.slice(0, 10)}`;
