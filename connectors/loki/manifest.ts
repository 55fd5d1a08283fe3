// The manifest of Loki: its settings, signal and secret.
import * as z from 'zod';
import { Auth, accountsOfAuth, loginOf, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a label of Loki');
const settings = z.strictObject({
  /** Loki itself, or Grafana's proxy of it: https://GRAFANA/api/datasources/proxy/uid/UID */
  url: z.url({ protocol: /^https?$/ }),
  auth: Auth.default('none'),
  /** The older spelling of `auth: { kind: basic, user }`, beside `auth: token`. */
  user: z.string().min(1).optional(),
  /** The value of X-Scope-OrgID. */
  tenant: z
    .string()
    .regex(/^[\w!.*'()|-]{1,600}$/, 'a tenant of Loki')
    .optional(),
  /** The labels that hold the parts of a stream's place. */
  labels: z
    .strictObject({
      service: label.default('service_name'),
      namespace: label.default('namespace'),
      cluster: label.default('cluster'),
      pod: label.default('pod'),
    })
    .prefault({}),
  /** The cluster of all streams, if they have no cluster label. */
  cluster: z.string().min(1).optional(),
  /** Lines in one answer; Loki's own limit (max_entries_limit_per_query) is 5,000 by default. */
  pageSize: z.int().min(100).max(5000).default(5000),
  /** Gigabytes that one question may make Loki read. */
  maxGbScanned: z.number().positive().max(1000).default(10),
});
const configSchema = settings.refine(({ auth, user }) => user === undefined || loginOf(auth).kind === 'bearer', {
  path: ['user'],
  message: 'is of use only with a token',
});
export type LokiSettings = z.infer<typeof configSchema>;

export const loki: Manifest<LokiSettings> = {
  id: 'loki',
  title: 'Loki',
  signals: ['logs'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'loki-token',
      description: 'Token for Loki, or of a Grafana service account that may query its data source',
      purpose: 'observe',
      isNeeded: ({ auth }) => needsSecret(auth),
      named: ({ auth }) => secretOfAuth(auth),
      implies: { auth: 'token' },
    },
  ],
  accounts: ({ auth }) => accountsOfAuth(auth),
  rights: () => [],
};
