// The manifest of a vendor's public status page in the form of Atlassian Statuspage: its settings and signal.
import * as z from 'zod';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** The page's address, as `https://status.example.com`; `/api/v2/summary.json` is read below it. */
  url: z.url({ protocol: /^https?$/ }),
});
export type StatuspageSettings = z.infer<typeof configSchema>;

export const statuspage: Manifest<StatuspageSettings> = {
  id: 'statuspage',
  title: 'Status page',
  signals: ['status'],
  configSchema,
  secrets: [],
  rights: () => [],
};
