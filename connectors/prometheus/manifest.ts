// The manifest of Prometheus: its settings, signals and secret.
import * as z from 'zod';
import { Auth, accountsOfAuth, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest, SourceRight } from '../source-kind.ts';

// Queries of the user's own: variables stand in matchers only, in double quotes, where each value is escaped (templates.ts).
const variable = /\$(?:service|cluster|namespace)\b/;
/** Whole string literals, with what stands before them. */
export const literals = /([a-zA-Z_][a-zA-Z0-9_]*\s*(=~|!~|!=|=)\s*)?("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/g;

/** Why a query cannot be a template; undefined if it can. */
export function problemIn(promql: string): string | undefined {
  let found = 0;
  for (const [, , operator, literal = ''] of promql.matchAll(literals)) {
    if (!variable.test(literal)) continue;
    if (!literal.startsWith('"')) return 'write a value with a variable in double quotes: service="$service"';
    if (operator === undefined) return 'a variable stands in a matcher alone: service="$service"';
    if (operator.startsWith('!')) return 'a matcher that excludes has no variable';
    if (/\$(?:service|cluster)\b/.test(literal)) found += 1;
  }
  const outside = promql.replaceAll(literals, '""');
  if (/["'`]/.test(outside.replaceAll('""', ''))) return 'it has a quote without an end';
  if (outside.includes('#')) return 'it has a comment';
  const other = /\$(?!window\b)\w*/.exec(outside);
  if (other) return `${other[0].slice(0, 40)} stands outside of a matcher; only $window can`;
  return found === 0 ? 'it selects neither $service nor $cluster, so it would read everything' : undefined;
}

const Query = z
  .string()
  .min(1)
  .max(4000)
  .superRefine((promql, context) => {
    const problem = problemIn(promql);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** By signal: a short name or the name of a signal. */
export const Queries = z.record(
  z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'a name of a signal: letters, digits and _'),
  z.union([Query, z.strictObject({ query: Query, unit: z.string().min(1).max(20).optional() })]),
);
export type Queries = z.infer<typeof Queries>;

const configSchema = z.strictObject({
  url: z.url(),
  auth: Auth.default('none'),
  /** The cluster of the server's series, if they have no cluster label. */
  cluster: z.string().min(1).optional(),
  /** The label that holds a series' cluster. */
  clusterLabel: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a label of Prometheus')
    .default('cluster'),
  /** Queries of the user's own, by signal; they win over what is discovered. */
  queries: Queries.optional(),
});
export type PrometheusSettings = z.infer<typeof configSchema>;

export const prometheus: Manifest<PrometheusSettings> = {
  id: 'prometheus',
  title: 'Prometheus',
  signals: ['metrics', 'queries', 'alerts', 'calls'],
  configSchema,
  blocks: { stage: { field: 'prometheus' }, local: { field: 'prometheus' } },
  secrets: [
    {
      field: 'bearerToken',
      name: 'prometheus-token',
      description: 'Bearer token for Prometheus',
      purpose: 'observe',
      isNeeded: ({ auth }) => needsSecret(auth),
      named: ({ auth }) => secretOfAuth(auth),
      implies: { auth: 'bearer' },
    },
  ],
  accounts: ({ auth }) => accountsOfAuth(auth),
  rights: ({ auth, url }) => managedPrometheus(auth, url),
};

/** The rights to query Amazon Managed Prometheus; any other address needs no right of AWS that we know. */
function managedPrometheus(auth: Auth, url: string): SourceRight[] {
  if (typeof auth === 'string' || auth.kind !== 'sigv4' || auth.service !== 'aps') return [];
  const [, region, workspace] =
    /^https:\/\/aps-workspaces\.([a-z0-9-]+)\.amazonaws\.com\/workspaces\/([\w-]+)/.exec(url) ?? [];
  if (region === undefined || workspace === undefined) return [];
  return [
    {
      purpose: 'observe',
      account: auth.account,
      actions: ['aps:QueryMetrics', 'aps:GetLabels', 'aps:GetSeries', 'aps:GetMetricMetadata', 'aps:ListAlerts'],
      resources: [{ service: 'aps', region, resource: 'workspace', name: workspace, separator: '/' }],
    },
  ];
}
