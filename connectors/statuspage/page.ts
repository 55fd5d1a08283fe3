// Reads a vendor's status page in the form of Atlassian Statuspage (https://metastatuspage.com/api, "Summary" and "Incidents"): its unresolved
// incidents, its planned work and its components from summary.json, and incidents that were resolved since from incidents.json.
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { httpSession } from '../http-session.ts';

const text = (max: number) => z.string().transform((value) => value.slice(0, max));
const instant = z
  .string()
  .refine((value) => !Number.isNaN(Date.parse(value)), 'a time')
  .transform((value) => new Date(value).toISOString());
const Component = z.object({
  id: z.string().max(100),
  name: text(200),
  status: text(50),
  updated_at: instant.nullish().catch(undefined),
  group: z.boolean().nullish(),
  group_id: z.string().nullish(),
});
const Update = z.object({
  body: text(2000).nullish(),
  affected_components: z
    .array(z.object({ name: text(300) }))
    .nullish()
    .catch(undefined),
});
const Incident = z.object({
  id: z.string().max(100),
  name: text(300),
  status: text(50),
  impact: text(50).nullish(),
  created_at: instant,
  started_at: instant.nullish().catch(undefined),
  resolved_at: instant.nullish().catch(undefined),
  scheduled_for: instant.nullish().catch(undefined),
  scheduled_until: instant.nullish().catch(undefined),
  shortlink: z.string().max(600).nullish().catch(undefined),
  components: z.array(Component).max(500).nullish().catch(undefined),
  /** Newest first. */
  incident_updates: z.array(Update).max(500).default([]),
});
export type PageIncident = z.infer<typeof Incident>;
export type PageComponent = z.infer<typeof Component>;
const Page = z.object({ name: text(200), url: text(500).nullish() });
const Summary = z.object({
  page: Page,
  components: z.array(Component).max(5000).default([]),
  incidents: z.array(Incident).max(500).default([]),
  scheduled_maintenances: z.array(Incident).max(500).default([]),
});
const Incidents = z.object({ incidents: z.array(Incident).max(500) });

export interface StatusPage {
  readonly name: string;
  readonly components: readonly PageComponent[];
  readonly incidents: readonly PageIncident[];
  readonly maintenances: readonly PageIncident[];
  readonly missing: readonly string[];
  readonly bytes: number;
}
export type ReadPage =
  | { readonly kind: 'page'; readonly page: StatusPage }
  | { readonly kind: 'failed'; readonly reason: string };

const maxBytes = 8 * 1_048_576;
/** Specialists of one incident, and pages of a storm, share an answer. */
const keptMs = 30_000;

export function pageReader(url: string, timeoutMs = 6000): () => Promise<ReadPage> {
  const kept = new LRUCache<string, Promise<ReadPage>>({ max: 1, ttl: keptMs });
  return () => {
    const known = kept.get(url);
    if (known) return known;
    const reading = read(url, timeoutMs).then((answer) => {
      if (answer.kind === 'failed') kept.delete(url);
      return answer;
    });
    kept.set(url, reading);
    return reading;
  };
}

async function read(url: string, timeoutMs: number): Promise<ReadPage> {
  const session = httpSession({
    title: 'The status page',
    url,
    headers: { 'user-agent': 'watchkeeper' },
    deadlineMs: timeoutMs,
    timeoutMs,
    maxBytes,
  });
  const [summary, past] = await Promise.all([
    session.get('api/v2/summary.json', {}, Summary),
    session.get('api/v2/incidents.json', {}, Incidents),
  ]);
  if (summary.kind === 'failed') return { kind: 'failed', reason: summary.reason };
  const { page, components, incidents, scheduled_maintenances: maintenances } = summary.data;
  const resolved = past.kind === 'ok' ? past.data.incidents : [];
  const all = new Map([...resolved, ...incidents].map((one) => [one.id, one]));
  return {
    kind: 'page',
    page: {
      name: page.name,
      components,
      incidents: [...all.values()],
      maintenances,
      missing: past.kind === 'ok' ? [] : [`incidents that were resolved since. ${past.reason}`],
      bytes: session.bytes,
    },
  };
}
