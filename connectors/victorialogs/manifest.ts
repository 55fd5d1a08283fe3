// The manifest of VictoriaLogs: its settings, signal and secret.
import * as z from 'zod';
import { Auth, accountsOfAuth, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const field = z.string().regex(/^[\w./-]{1,100}$/, 'a field of VictoriaLogs');
const configSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  auth: Auth.default('none'),
  /** ACCOUNT:PROJECT of a server with tenants. */
  tenant: z
    .string()
    .regex(/^\d{1,10}:\d{1,10}$/, 'a tenant: ACCOUNT:PROJECT')
    .optional(),
  /** The fields that hold the parts of a line's place, and its level. */
  fields: z
    .strictObject({
      service: field.default('service'),
      namespace: field.default('namespace'),
      cluster: field.default('cluster'),
      pod: field.default('pod'),
      level: field.default('level'),
    })
    .prefault({}),
  /** The cluster of lines without such a field. */
  cluster: z.string().min(1).optional(),
  /** Lines that one question reads. */
  maxLines: z.int().min(100).max(50_000).default(10_000),
});
export type VictoriaLogsSettings = z.infer<typeof configSchema>;

export const victoriaLogs: Manifest<VictoriaLogsSettings> = {
  id: 'victorialogs',
  title: 'VictoriaLogs',
  signals: ['logs'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'victorialogs-token',
      description: 'Token for VictoriaLogs',
      purpose: 'observe',
      isNeeded: ({ auth }) => needsSecret(auth),
      named: ({ auth }) => secretOfAuth(auth),
      implies: { auth: 'bearer' },
    },
  ],
  accounts: ({ auth }) => accountsOfAuth(auth),
  rights: () => [],
};
