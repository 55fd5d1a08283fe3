// The manifest of Fastly: its settings, signals and secrets.
import * as z from 'zod';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** Service id by host; the connector requests no other host. */
  services: z.record(z.hostname(), z.string().min(1)).default({}),
  /** Whether statistics and activated versions are read, which takes a token that may read. */
  stats: z.boolean().default(false),
  url: z.url({ protocol: /^https?$/ }).default('https://api.fastly.com'),
  realtimeUrl: z.url({ protocol: /^https?$/ }).default('https://rt.fastly.com'),
});
export type FastlySettings = z.infer<typeof configSchema>;

export const fastly: Manifest<FastlySettings> = {
  id: 'fastly',
  title: 'Fastly',
  signals: ['edge', 'cdn', 'changes'],
  gives: ({ stats }) => (stats ? ['edge', 'cdn', 'changes'] : ['edge']),
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
    {
      field: 'readToken',
      name: 'fastly-reader',
      description: 'Fastly API token with the scope global:read, for statistics and activated versions',
      purpose: 'observe',
      isNeeded: ({ stats }) => stats,
      implies: { stats: true },
    },
  ],
  rights: () => [],
};
