// The manifest of Prometheus: its settings, signals and secret.
import * as z from 'zod';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  url: z.url(),
  auth: z.enum(['none', 'bearer']).default('none'),
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
      isNeeded: ({ auth }) => auth === 'bearer',
      implies: { auth: 'bearer' },
    },
  ],
  rights: () => [],
};
