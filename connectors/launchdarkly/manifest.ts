// The manifest of LaunchDarkly: its settings, signal and secret.
import * as z from 'zod';
import type { Manifest } from '../source-kind.ts';

const key = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'a key of LaunchDarkly');

const configSchema = z.strictObject({
  /** The API's address; of the EU instance https://app.eu.launchdarkly.com, of the federal one https://app.launchdarkly.us. */
  url: z.url({ protocol: /^https?$/ }).default('https://app.launchdarkly.com'),
  /** Projects whose flags count; absent, all of the account. */
  projects: z.array(key).min(1).max(10).optional(),
  /** Environments that count, by key; absent, those with the incident's environment in their key, else all. */
  environments: z.array(key).min(1).max(20).optional(),
  /** Flags of a service: by key (`checkout-*` for a beginning), by tag, or all of a project. A tag with a service's name needs no entry. */
  services: z
    .record(
      z.string().min(1).max(200),
      z
        .strictObject({
          flags: z.array(z.string().regex(/^[A-Za-z0-9._-]{1,100}\*?$/, 'a flag, or its beginning and *')).default([]),
          tags: z.array(z.string().min(1).max(100)).default([]),
          project: key.optional(),
        })
        .refine(
          ({ flags, tags, project }) => flags.length + tags.length > 0 || project !== undefined,
          'names flags, tags or a project',
        ),
    )
    .default({}),
});
export type LaunchDarklySettings = z.infer<typeof configSchema>;

export const launchDarkly: Manifest<LaunchDarklySettings> = {
  id: 'launchdarkly',
  title: 'LaunchDarkly',
  signals: ['changes'],
  configSchema,
  secrets: [
    {
      field: 'token',
      name: 'launchdarkly-token',
      description: 'Access token of LaunchDarkly with the role Reader',
      purpose: 'observe',
      isNeeded: () => true,
    },
  ],
  rights: () => [],
};
