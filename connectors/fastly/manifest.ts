// The manifest of Fastly: its settings, signal and secret.
import * as z from 'zod';
import type { Manifest } from '../source-kind.ts';

/** Service id by host; the connector requests no other host. */
const configSchema = z.strictObject({ services: z.record(z.hostname(), z.string().min(1)) });
export type FastlySettings = z.infer<typeof configSchema>;

export const fastly: Manifest<FastlySettings> = {
  id: 'fastly',
  title: 'Fastly',
  signals: ['edge'],
  configSchema,
  blocks: { stage: { field: 'fastly' }, local: { field: 'fastly' } },
  secrets: [
    {
      field: 'token',
      name: 'fastly-token',
      description: 'Fastly API token that may purge by surrogate key',
      purpose: 'act',
      isNeeded: () => true,
    },
  ],
  rights: () => [],
};
