// The manifest of Grafana Tempo: its settings, signal and secret.
import * as z from 'zod';
import { Auth, accountsOfAuth, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** Tempo itself, or Grafana's proxy of it: https://GRAFANA/api/datasources/proxy/uid/UID */
  url: z.url({ protocol: /^https?$/ }),
  auth: Auth.default('none'),
  /** The value of X-Scope-OrgID. */
  tenant: z
    .string()
    .regex(/^[\w!.*'()|-]{1,600}$/, 'a tenant of Tempo')
    .optional(),
  /** The attribute of resources that holds the cluster. */
  clusterAttribute: z
    .string()
    .regex(/^[a-zA-Z_][\w.-]{0,99}$/, 'an attribute of resources')
    .default('k8s.cluster.name'),
  /** The cluster of spans that name none. */
  cluster: z.string().min(1).optional(),
});
export type TempoSettings = z.infer<typeof configSchema>;

export const tempo: Manifest<TempoSettings> = {
  id: 'tempo',
  title: 'Tempo',
  signals: ['traces'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'tempo-token',
      description: 'Token for Tempo, or of a Grafana service account that may query its data source',
      purpose: 'observe',
      isNeeded: ({ auth }) => needsSecret(auth),
      named: ({ auth }) => secretOfAuth(auth),
      implies: { auth: 'token' },
    },
  ],
  accounts: ({ auth }) => accountsOfAuth(auth),
  rights: () => [],
};
