// The manifest of New Relic: its settings, signals and secret.
import * as z from 'zod';
import { secretName } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const selects = /^SELECT ([^;]+?) FROM [\w.]+ WHERE (.+)$/is;
const selecting = /(?:(?<![!<>])=|(?<!\bNOT\s+)\b(?:LIKE|IN\s*\())\s*'\$service'/i;

/** Why a query cannot be a template; undefined if it can. */
export function problemIn(nrql: string): string | undefined {
  const [, columns, conditions] = selects.exec(nrql.trim()) ?? [];
  if (columns === undefined || conditions === undefined) return "write SELECT … FROM … WHERE … with '$service'";
  const clause = /\b(?:SINCE|UNTIL|TIMESERIES|LIMIT|FACET|COMPARE|WITH|ORDER\s+BY|SLIDE|AS)\b|;|--|\/\*|\/\//i.exec(
    nrql.replaceAll(/'[^']*'/g, "''"),
  );
  if (clause) return `${clause[0]} has no place here: Watchkeeper adds the window, the steps and the groups`;
  if (columns.replaceAll(/\((?:[^()]|\([^()]*\))*\)/g, '').includes(',')) return 'it selects more than one value';
  if (!selecting.test(conditions)) return "it does not select '$service', so it would read everything";
  const other = /\$\w*/.exec(
    nrql.replaceAll(/(?<=(?:=|\bLIKE|\bIN\s*\()\s*)'\$(?:service|cluster|namespace)'/gi, "''"),
  );
  return other === null
    ? undefined
    : `${other[0].slice(0, 40)} stands alone; write = '$service' (or $cluster, $namespace)`;
}

const Query = z
  .string()
  .min(1)
  .max(4000)
  .superRefine((nrql, context) => {
    const problem = problemIn(nrql);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
/** Queries of the user's own, by signal. */
const Queries = z.record(
  z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'a name of a signal: letters, digits and _'),
  z.union([Query, z.strictObject({ query: Query, unit: z.string().min(1).max(20).optional() })]),
);

const configSchema = z.strictObject({
  region: z.enum(['us', 'eu']).default('us'),
  /** NerdGraph answers for at most 30 accounts at once. */
  accounts: z.array(z.int().positive()).min(1).max(30),
  /** The cluster of data that names none. */
  cluster: z.string().min(1).optional(),
  /** Megabytes that the answers to one question may have together. */
  maxMegabytes: z.int().min(1).max(200).default(50),
  /** The secret that holds the user key; absent, one of the source's own. */
  secret: secretName.optional(),
  /** They win over the events of the catalogue. */
  queries: Queries.optional(),
  /** Another address of NerdGraph, for example of a proxy. */
  url: z.url().optional(),
});
export type NewRelicSettings = z.infer<typeof configSchema>;

export const newRelic: Manifest<NewRelicSettings> = {
  id: 'newrelic',
  title: 'New Relic',
  signals: ['logs', 'metrics', 'queries', 'alerts', 'changes', 'traces'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'newrelic-token',
      description: 'User key for NerdGraph of New Relic',
      purpose: 'observe',
      isNeeded: () => true,
      named: ({ secret }) => secret,
    },
  ],
  rights: () => [],
};
