// The manifest of Grafana: its settings, signals and secret. Other sources reach their servers through it (`via`, connectors/via.ts).
import * as z from 'zod';
import { Auth, accountsOfAuth, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** Grafana's own address. */
  url: z.url({ protocol: /^https?$/ }),
  auth: Auth.default('none'),
  /** Tags of annotations that are changes. */
  changeTags: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(20)
    .default(['deploy', 'deployment', 'release', 'rollout']),
  /** The cluster of alerts that name none. */
  cluster: z.string().min(1).optional(),
});
export type GrafanaSettings = z.infer<typeof configSchema>;

export const grafana: Manifest<GrafanaSettings> = {
  id: 'grafana',
  title: 'Grafana',
  signals: ['alerts', 'changes'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'grafana-token',
      description: "Token of Grafana's service account with the role Viewer",
      purpose: 'observe',
      isNeeded: ({ auth }) => needsSecret(auth),
      named: ({ auth }) => secretOfAuth(auth),
      implies: { auth: 'bearer' },
    },
  ],
  accounts: ({ auth }) => accountsOfAuth(auth),
  rights: () => [],
};
