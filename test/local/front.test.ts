// Pages come to a thread of their own: one is accepted while the main thread computes, starts one investigation however often it comes, and the
// console is reached through the same port.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { recordedWorld } from '../../local/compose.ts';
import { atPresent, signedHeaders, sourceIdOf } from '../../local/paging.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

const scenario = resolve(import.meta.dirname, '../../scenarios/cronjob-nightly-invoices');

async function started(data: string): Promise<Runtime> {
  const runtime = await startRuntime({ makeWorld: recordedWorld([scenario]), data, port: 0 });
  onTestFinished(() => runtime.close());
  await runtime.resume();
  return runtime;
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-front-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Sends a page from another thread, and blocks this one until the answer is there. Its HTTP status; 0 where none came. */
function sendWhileBlocked(url: string, body: string, secret: string): number {
  const status = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { workerData: { url, body, headers, status } } = require('node:worker_threads');
     fetch(url, { method: 'POST', headers, body }).then(({ status: code }) => code, () => -1).then((code) => {
       Atomics.store(status, 0, code);
       Atomics.notify(status, 0);
     });`,
    { eval: true, workerData: { url: `${url}/pagerduty`, body, headers: signedHeaders(body, secret), status } },
  );
  Atomics.wait(status, 0, 0, 20_000);
  void worker.terminate();
  return status[0] ?? 0;
}

test('a page is accepted while the main thread computes, and investigated once', async () => {
  const runtime = await started(aFolder());
  const [secret = ''] = await runtime.ports.secrets.pagerDutyWebhook();
  const body = atPresent(runtime.world.pages[0]?.body ?? '', new Date());
  expect(sendWhileBlocked(runtime.url ?? '', body, secret)).toBe(202);
  expect(sendWhileBlocked(runtime.url ?? '', body, secret)).toBe(200);
  const incident = await runtime.waitForIncident(sourceIdOf(body), 'asked', 60_000);
  expect(incident.status).toBe('awaiting-approval');
  expect(await runtime.ports.incidents.list(10)).toHaveLength(1);
}, 90_000);

test('a page with a wrong signature is refused, and what is no page goes to the console', async () => {
  const runtime = await started(aFolder());
  const body = atPresent(runtime.world.pages[0]?.body ?? '', new Date());
  const headers = signedHeaders(body, 'another secret');
  expect((await fetch(`${runtime.url}/pagerduty`, { method: 'POST', headers, body })).status).toBe(403);
  expect((await fetch(`${runtime.url}/api/incidents`)).status).toBe(401);
}, 60_000);

test('a port that another has is said as before', async () => {
  const first = await started(aFolder());
  const port = Number(new URL(first.url ?? '').port);
  const second = startRuntime({ makeWorld: recordedWorld([scenario]), data: aFolder(), port });
  await expect(second).rejects.toThrow(`Port ${port} is in use.`);
}, 60_000);
