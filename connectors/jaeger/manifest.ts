// The manifest of Jaeger: its settings, signals and secret.
import * as z from 'zod';
import { Auth, accountsOfAuth, needsSecret, secretOfAuth } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** The address of the query service before /api: https://jaeger.example.com, with its base path if it has one. */
  url: z.url({ protocol: /^https?$/ }),
  auth: Auth.default('none'),
  /** The value of x-tenant. */
  tenant: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'a tenant of Jaeger')
    .optional(),
  /** The cluster of spans that name none. */
  cluster: z.string().min(1).optional(),
});
export type JaegerSettings = z.infer<typeof configSchema>;

export const jaeger: Manifest<JaegerSettings> = {
  id: 'jaeger',
  title: 'Jaeger',
  signals: ['traces', 'calls'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'jaeger-token',
      description: 'Token for the query service of Jaeger, or for what stands before it',
      purpose: 'observe',
      isNeeded: ({ auth }) => needsSecret(auth),
      named: ({ auth }) => secretOfAuth(auth),
      implies: { auth: 'token' },
    },
  ],
  accounts: ({ auth }) => accountsOfAuth(auth),
  rights: () => [],
};
