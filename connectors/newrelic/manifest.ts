// The manifest of New Relic: its settings, signals and secret.
import * as z from 'zod';
import { secretName } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

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
  /** Another address of NerdGraph, for example of a proxy. */
  url: z.url().optional(),
});
export type NewRelicSettings = z.infer<typeof configSchema>;

export const newRelic: Manifest<NewRelicSettings> = {
  id: 'newrelic',
  title: 'New Relic',
  signals: ['logs', 'metrics', 'alerts', 'changes', 'traces'],
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
