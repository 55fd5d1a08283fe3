// The manifest of Prometheus: its settings, signals and secret.
import * as z from 'zod';
import { Auth, accountsOfAuth, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest, SourceRight } from '../source-kind.ts';

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
});
export type PrometheusSettings = z.infer<typeof configSchema>;

export const prometheus: Manifest<PrometheusSettings> = {
  id: 'prometheus',
  title: 'Prometheus',
  signals: ['metrics', 'alerts'],
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
