import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { alertmanager } from '../../connectors/alertmanager/index.ts';

// Debian's Alertmanager on loopback: a silence that we make silences the alert with these labels, and no other.

let url = '';
let stop = async () => {};

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-alertmanager-'));
  await writeFile(join(folder, 'config.yml'), 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n');
  url = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  stop = async () => {
    const ended = server.exitCode ?? new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 150; tries += 1) {
    if ((await fetch(`${url}/-/ready`).catch(() => undefined))?.ok) return;
    await sleep(200);
  }
  throw new Error('Alertmanager did not become ready.');
});
afterAll(() => stop());

test('a silence covers the alert with the labels, odd letters included, for as long as was asked', async () => {
  const odd = 'High"Error\\Ratio';
  const posted = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([
      { labels: { alertname: odd, service: 'checkout' } },
      { labels: { alertname: odd, service: 'payment' } },
    ]),
  });
  expect(posted.ok).toBe(true);
  const part = alertmanager({ url });
  const matchers = [
    { name: 'alertname', value: odd },
    { name: 'service', value: 'checkout' },
  ];
  expect(await part.covered(matchers)).toEqual({ kind: 'data', alerts: 1 });
  const done = await part.carryOut(
    { kind: 'silence', seconds: 7200, matchers },
    { sourceId: 'Q1', by: 'ada', comment: 'checkout: errors' },
  );
  expect(done).toMatchObject({ kind: 'done' });
  expect(await part.covered(matchers)).toEqual({ kind: 'data', alerts: 0 });
  expect(await part.covered([{ name: 'service', value: 'payment' }])).toEqual({ kind: 'data', alerts: 1 });
  const Silences = z.array(z.looseObject({ createdBy: z.string(), startsAt: z.string(), endsAt: z.string() }));
  const [silence] = Silences.parse(await (await fetch(`${url}/api/v2/silences`)).json());
  expect(silence?.createdBy).toBe('ada');
  expect(Date.parse(silence?.endsAt ?? '') - Date.parse(silence?.startsAt ?? '')).toBeCloseTo(7_200_000, -4);
});
