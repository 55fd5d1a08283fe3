// Connects the MCP server to the Watchkeeper that runs here: it reads the console's API and starts investigations, and never decides. The running
// process has the records; this one only calls it, so that both can run at the same time.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import type { Request } from '../../core/intake/request-investigation.ts';
import { Diagnosis } from '../../core/model/diagnosis.ts';
import { Incident } from '../../core/model/incident.ts';
import { Evidence } from '../../core/model/report.ts';
import { TimelineEntry } from '../../core/model/timeline.ts';
import { asOwner } from '../records.ts';

const Listed = z.object({ incidents: z.array(Incident.extend({ headline: z.string().optional() })) });
export type ListedIncident = z.infer<typeof Listed>['incidents'][number];
const Read = z.object({
  incident: Incident,
  timeline: z.array(TimelineEntry),
  diagnosis: Diagnosis.optional(),
  approvals: z.array(z.looseObject({ state: z.string() })),
});
export type ReadIncident = z.infer<typeof Read>;
const ReadEvidence = z.object({ evidence: Evidence, full: z.unknown() });
const Started = z.object({ sourceId: z.string() });

export interface Desk {
  /** Starts an investigation in the name of the person to whom the data folder's token belongs. */
  start(request: Omit<Request, 'by'>): Promise<{ readonly sourceId: string }>;
  /** Newest first, at most 200. */
  incidents(): Promise<readonly ListedIncident[]>;
  incident(id: string): Promise<ReadIncident>;
  evidence(incidentId: string, id: string): Promise<z.infer<typeof ReadEvidence>>;
}

const patienceMs = 10_000;

/** Throws `Unavailable` if no Watchkeeper runs and `InvalidInput` for an unknown item, each with one sentence. */
export function desk({ url, data }: { readonly url: string | undefined; readonly data: string }): Desk {
  async function ask<Schema extends z.ZodType>(schema: Schema, path: string, body?: unknown): Promise<z.infer<Schema>> {
    const base = url ?? (await runningAt(data));
    const token = process.env.WATCHKEEPER_TOKEN;
    const proof = token === undefined ? await asOwner(data) : { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(path, base), {
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'error',
      ...(body === undefined
        ? { headers: proof }
        : { method: 'POST', headers: { 'content-type': 'application/json', ...proof }, body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new Unavailable(`Nobody answers at ${base}. Start Watchkeeper (npm start), then ask again.`, { cause });
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) {
      const problem = z.object({ error: z.string() }).safeParse(answer).data?.error ?? `HTTP ${response.status}`;
      throw response.status < 500 ? new InvalidInput(problem) : new Unavailable(problem);
    }
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new Unavailable(`${base} answers as another version of Watchkeeper would: start both from one checkout.`);
  }
  const part = encodeURIComponent;
  return {
    start: (request) => ask(Started, '/api/investigations', request),
    incidents: async () => (await ask(Listed, '/api/incidents')).incidents,
    incident: (id) => ask(Read, `/api/incidents/${part(id)}`),
    evidence: (incidentId, id) => ask(ReadEvidence, `/api/incidents/${part(incidentId)}/evidence/${part(id)}`),
  };
}

async function runningAt(data: string): Promise<string> {
  try {
    return z.object({ url: z.url() }).parse(JSON.parse(await readFile(join(data, 'runtime.json'), 'utf8'))).url;
  } catch (cause) {
    throw new Unavailable(`No Watchkeeper runs on ${data}. Start it (npm start), then ask again.`, { cause });
  }
}
