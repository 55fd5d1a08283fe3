// Two pages in a fleet of two teams: each is diagnosed from the sources that the catalogue names for its service, and from no other.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Diagnosis } from '../../core/model/diagnosis.ts';
import type { Incident } from '../../core/model/incident.ts';
import { signedHeaders } from '../../local/paging.ts';
import { asProgram, linkFor } from '../signed-in.ts';
import { type Fleet, startFleet } from './fleet/index.ts';
import { basketPage, clipsPage, storefrontPage } from './fleet/pages.ts';

const folder = join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'fleet');
let fleet: Fleet;
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  fleet = await startFleet(folder);
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

interface Shown {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
  readonly approvals: readonly { readonly id: string }[];
}

/** Sends the page as PagerDuty does, and reads the incident as the console does once its diagnosis is there. */
async function investigated([body, id]: readonly [body: string, id: string]): Promise<Shown> {
  const { runtime, webhookSecret } = fleet;
  const reply = await fetch(`${runtime.url}/pagerduty`, {
    method: 'POST',
    headers: signedHeaders(body, webhookSecret),
    body,
  });
  expect(reply.ok).toBe(true);
  const { id: incidentId } = await runtime.waitForIncident(id, 'asked', 60_000);
  const shown = await fetch(`${runtime.url}/api/incidents/${incidentId}`, { headers: asProgram(runtime) });
  return (await shown.json()) as Shown;
}

/** Which sources were asked for each signal, and which of them gave data. Calls are asked of the whole fleet, before the service is known. */
async function consulted({ incident }: Shown) {
  const timeline = await fleet.runtime.ports.incidents.timeline(incident.id);
  const asked = new Map<string, Set<string>>();
  const answered = new Set<string>();
  for (const { event } of timeline) {
    if (event.type !== 'SpecialistReported' && event.type !== 'ContextAssembled') continue;
    for (const one of event.consulted ?? []) {
      asked.set(one.signal, new Set([...(asked.get(one.signal) ?? []), ...one.asked.map(({ source }) => source)]));
      if (one.signal === 'calls') continue;
      for (const { source, answer } of one.asked) if (answer !== 'none') answered.add(source);
    }
  }
  return { asked: Object.fromEntries([...asked].map(([signal, names]) => [signal, [...names].sort()])), answered };
}

test("a page of team A names the cause in the other cluster, from team A's sources", async () => {
  const shown = await investigated(storefrontPage(fleet.now));
  expect(shown.incident.place).toMatchObject({ service: 'storefront-api', cluster: 'edge-1', account: '444455556666' });
  expect(shown.diagnosis.hypotheses[0]).toMatchObject({
    entity: { kind: 'Deployment', name: 'pricing', namespace: 'pricing', cluster: 'core-2' },
    cause: 'oom-killed',
  });
  expect(shown.diagnosis.blastRadius).toEqual(['storefront-api']);
  const { asked, answered } = await consulted(shown);
  expect(asked).toMatchObject({
    kubernetes: ['eks'],
    calls: ['prom-core', 'prom-edge'],
    metrics: ['prom-core', 'prom-edge'],
    logs: ['eks', 'nr-shop'],
    alerts: ['prom-edge'],
  });
  expect([...answered].sort()).toEqual(['eks', 'nr-shop', 'prom-core', 'prom-edge']);
  expect(fleet.newRelic.queries.some((nrql) => nrql.includes('storefront-api-prod'))).toBe(true);
});

test("a page of team B's serverless service is read from its account alone", async () => {
  const requests = [fleet.newRelic.queries.length, fleet.clusters.asked.length];
  const shown = await investigated(clipsPage(fleet.now));
  expect(shown.incident.place).toEqual({
    service: 'clip-ingest',
    owners: ['team-b'],
    environment: 'production',
    account: '111122223333',
    region: 'us-east-1',
    serverless: true,
  });
  expect(shown.diagnosis.hypotheses[0]).toMatchObject({
    entity: { kind: 'Service', name: 'clip-ingest', cluster: '111122223333:us-east-1' },
    cause: 'concurrency-exhausted',
  });
  expect(shown.diagnosis.symptoms.join(' ')).toContain('throttles of clip-ingest rose from 0 to 240');
  const { asked, answered } = await consulted(shown);
  expect(asked).toMatchObject({ metrics: ['cw-media'], logs: ['cw-media'], alerts: ['cw-media'] });
  expect([...answered].sort()).toEqual(['cw-media', 'resources']);
  // The function of the same name in the other account, which fails for want of connections, is none of this.
  expect(JSON.stringify(shown)).not.toContain('too many clients');
  expect([fleet.newRelic.queries.length, fleet.clusters.asked.length]).toEqual(requests);
});

test('a person reads both in the console', async () => {
  const { runtime } = fleet;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await page.goto(await linkFor(runtime, 'ben', true));
    for (const [words, cause, name] of [
      ['storefront-api', 'pricing', 'storefront'],
      ['clips-age', 'clip-ingest', 'clips'],
    ] as const) {
      await page.locator('#incidents a', { hasText: words }).click();
      await page.locator('.incident-head h2', { hasText: words }).waitFor();
      expect(await page.locator('.lead').innerText()).toContain(cause);
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    }
  } finally {
    await browser.close();
  }
});

test('a server that is away is named, no other stands in for it, and nothing is made up', async () => {
  await fleet.stopPrometheusOfEdge();
  const shown = await investigated(basketPage(fleet.now));
  const { asked, answered } = await consulted(shown);
  expect(asked.metrics).toEqual(['prom-edge']);
  expect(answered.has('prom-edge')).toBe(false);
  expect(answered.has('eks')).toBe(true);
  const [first, ...others] = shown.diagnosis.hypotheses;
  expect(first).toMatchObject({ entity: { name: 'basket' }, cause: 'unknown' });
  expect(others.every(({ confidence }) => confidence < 0.1)).toBe(true);
  expect(shown.diagnosis.gaps).toContainEqual(
    expect.objectContaining({ source: 'prom-edge', reason: expect.stringContaining('could not be reached') }),
  );
  expect(shown.diagnosis.text).toMatch(/is unknown.*First check the sources that did not answer/);
});
