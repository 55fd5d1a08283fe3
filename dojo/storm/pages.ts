// Generates the pages of a storm, and the recording for them. One cause: a service fails, and a thousand services that call it page, each with
// different details. Unrelated: as many independent services, each failing by itself.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

export const StormCase = z.enum(['one-cause', 'unrelated']);
export type StormCase = z.infer<typeof StormCase>;

const recording = new URL('../../scenarios/oom-after-deploy', import.meta.url).pathname;
/** Names in the recording that must differ between two copies of it. */
const names = /\b(checkout|storefront|cart|payment|node-[123])\b/g;
const alertNames = [
  'HighErrorRatio',
  'ErrorBudgetBurn',
  'Http5xxRatio',
  'RequestsFailing',
  'ServiceErrors',
  'SloErrorRate',
  'IngressErrors',
  'GrpcErrorRatio',
  'AvailabilityLow',
  'UpstreamErrors',
];

/** The name of the service of page `n`. */
const serviceOf = (storm: StormCase, n: number): string =>
  storm === 'unrelated' ? `checkout-s${n}` : n === 0 ? 'checkout' : `shop-part-${n}`;
const sourceOf = (n: number): string => `QSTORM${n}`;

/** Writes the world for a storm of this many pages; returns the folders of its recordings. */
export function writeWorld(storm: StormCase, pages: number, folder: string): readonly string[] {
  if (storm === 'one-cause') {
    const dir = join(folder, 'one');
    cpSync(recording, dir, { recursive: true });
    const file = join(dir, 'dependencies.json');
    const calls = JSON.parse(readFileSync(file, 'utf8')) as object[];
    for (let n = 1; n < pages; n += 1) calls.push({ from: serviceOf(storm, n), to: 'checkout' });
    writeFileSync(file, JSON.stringify(calls));
    return [dir];
  }
  return Array.from({ length: pages }, (_, n) => {
    const dir = join(folder, `of-${n}`);
    mkdirSync(dir, { recursive: true });
    cpSync(recording, dir, { recursive: true });
    rmSync(join(dir, 'after'), { recursive: true });
    rename(dir, n);
    return dir;
  });
}

function rename(path: string, n: number): void {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path)) rename(join(path, name), n);
    return;
  }
  const text = readFileSync(path, 'utf8').replaceAll(names, `$1-s${n}`).replaceAll('QOOMDEP01', sourceOf(n));
  writeFileSync(path, text);
}

/** The body of a page, as PagerDuty would send it now. */
export function pageBody(storm: StormCase, n: number, now: Date): string {
  const service = serviceOf(storm, n);
  const at = now.toISOString();
  const ratio = (0.2 + (n % 70) / 100).toFixed(2);
  return JSON.stringify({
    event: {
      id: `01STORM${n}`,
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: at,
      agent: null,
      client: { name: 'Alertmanager' },
      data: {
        id: sourceOf(n),
        type: 'incident',
        html_url: `https://example.pagerduty.com/incidents/${sourceOf(n)}`,
        number: n,
        status: 'triggered',
        created_at: at,
        title: `${service}: error ratio above 20 % for 5 minutes`,
        service: { id: 'PSVC100', summary: storm === 'unrelated' ? `Team ${n}` : 'Shop', type: 'service_reference' },
        urgency: n % 3 === 0 ? 'low' : 'high',
        body: {
          type: 'incident_body',
          details: {
            alertname: alertNames[storm === 'unrelated' ? n % alertNames.length : 0],
            service,
            cluster: 'backend-2',
            namespace: 'shop',
            severity: 'critical',
            value: ratio,
            instance: `10.4.${Math.floor(n / 250)}.${n % 250}:8080`,
            summary: `More than 20 % of the requests to ${service} fail; ${ratio} now.`,
          },
        },
      },
    },
  });
}
