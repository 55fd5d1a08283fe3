// VictoriaLogs, built from its module: what it selects, counts and groups for a question.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEntries } from '../../connectors/configured.ts';
import { victoriaLogs } from '../../connectors/victorialogs/logs.ts';
import { victoriaLogs as manifest } from '../../connectors/victorialogs/manifest.ts';
import { LogRecord } from '../../core/model/telemetry.ts';
import { checkSource } from '../../local/sources.ts';
import { aScope } from '../builders.ts';
import { logsScopeContract } from '../contract/source.ts';
import { goProgram } from '../go.ts';
import { freePort, until } from './prometheus/server.ts';

const opened = new AsyncDisposableStack();
let url = '';
const end = Math.floor(Date.now() / 1000) * 1000;
const start = end - 3_600_000;
const window = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };

const line = (at: number, message: string, place: object) =>
  JSON.stringify({ _time: new Date(at).toISOString(), _msg: message, ...place });
const near = { cluster: 'near', namespace: 'shop', service: 'web', pod: 'web-5d4f8c7b9-abcde', level: 'info' };

beforeAll(async () => {
  const program = await goProgram('github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs', 'v1.52.1');
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-victorialogs-'));
  opened.defer(() => rmSync(dir, { recursive: true, force: true }));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const server = spawn(program, [`-storageDataPath=${dir}`, `-httpListenAddr=127.0.0.1:${port}`], { stdio: 'ignore' });
  opened.defer(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  });
  await until('VictoriaLogs is ready', async () => (await fetch(`${url}/health`)).ok);
  const others = [
    { ...near, service: 'ledger', namespace: 'bank', pod: 'ledger-1' },
    { ...near, cluster: 'far' },
    { ...near, cluster: 'far', service: 'ledger', namespace: 'bank', pod: 'ledger-1' },
  ];
  const lines = [
    ...Array.from({ length: 30_000 }, (_, n) => line(start + n * 100, `GET /item/${n} in ${n % 300} ms`, near)),
    ...Array.from({ length: 3000 }, (_, n) =>
      line(start + 2_400_000 + n * 300, `charge ${n} failed: connection to db:5432 refused`, {
        ...near,
        level: 'error',
      }),
    ),
    line(start + 1_800_000, 'configuration reloaded, pool size 20 to 2', near),
    ...others.flatMap((place) => [line(start + 60_000, 'ready', place), line(start + 120_000, '"} or * | "', place)]),
  ];
  const sent = await fetch(`${url}/insert/jsonline?_stream_fields=cluster,namespace,service,pod`, {
    method: 'POST',
    body: lines.join('\n'),
  });
  if (!sent.ok) throw new Error(`VictoriaLogs did not take the lines: ${sent.status}.`);
  await until('the lines are there', async () => {
    const body = new URLSearchParams({ query: '* | stats count() n', start: window.start, end: window.end });
    const answer = await fetch(`${url}/select/logsql/query`, { method: 'POST', body });
    return (await answer.text()).includes(`"${lines.length}"`);
  });
});
afterAll(() => opened.disposeAsync());

const settings = () => manifest.configSchema.parse({ url });
async function ask(scope: Parameters<typeof aScope>[0], over: object = {}) {
  const observed = await victoriaLogs({ ...settings(), ...over }).observe(aScope({ window, ...scope }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const records: LogRecord[] = [];
  for await (const record of observed.data) records.push(LogRecord.parse(record));
  return { records, missing: observed.missing ?? [], bytes: observed.bytes, link: observed.link };
}

describe('the scope', () =>
  logsScopeContract({
    window,
    clusters: ['near', 'far'],
    namespaces: ['shop', 'bank'],
    neighbour: 'ledger',
    source: () => victoriaLogs(settings()),
  }));

const shop = { reach: 'neighbourhood', cluster: 'near', namespace: 'shop', service: 'web' } as const;

test('too many lines: the form that occurs once is there, trouble is sampled, and the rest is counted', async () => {
  const { records, missing } = await ask(shop, { maxLines: 3000 });
  expect(records.some(({ message }) => message === 'configuration reloaded, pool size 20 to 2')).toBe(true);
  const trouble = records.filter(({ message }) => message.includes('refused'));
  expect(trouble.length).toBeGreaterThan(500);
  expect(trouble.length).toBeLessThan(2000);
  expect(trouble[0]?.timestamp).toBe(new Date(start + 2_400_000).toISOString());
  expect(missing.join()).toMatch(
    /^3\d,\d{3} of 33,001 lines of the paged service; read: one in \d at random of 3,000 lines that look like trouble, the first line of each of 3 forms/,
  );
});

test('what fits is read whole', async () => {
  const { records, missing } = await ask({ ...shop, cluster: 'far' });
  expect(records.map(({ message }) => message)).toEqual(['ready', '"} or * | "']);
  expect(missing).toEqual([]);
});

test('a service of another name, hostile names, and one that no line has', async () => {
  const match = { player: { pod: 'web-5d4f8c7b9-abcde', cluster: 'far' } };
  const renamed = await ask({ ...shop, cluster: 'far', service: 'player', match });
  expect(new Set(renamed.records.map(({ labels }) => labels.service))).toEqual(new Set(['player']));
  const hostile = await ask({
    ...shop,
    cluster: 'far',
    namespace: 'bank',
    service: '") or * | limit 1 #',
    neighbours: ['a"b\\'],
  });
  expect(hostile.records.every(({ labels }) => labels.namespace === 'bank' && labels.cluster === 'far')).toBe(true);
  expect(hostile.missing.join()).toContain('no line has it as service');
});

test('the check says which fields there are, for which clusters', async () => {
  const check = async (fields: object) => {
    const [source] = readEntries({ logs: { kind: 'victorialogs', url, fields } }, { place: 'stage' });
    if (source === undefined) throw new Error('There is no source.');
    return checkSource(source, { clock: { now: () => new Date() }, secret: () => undefined });
  };
  expect(await check({})).toMatchObject({
    kind: 'answers',
    clusters: expect.arrayContaining(['near', 'far']),
    missing: [],
  });
  expect(await check({ service: 'app' })).toMatchObject({
    missing: [{ what: 'the service of its lines: they have no field app', fix: expect.stringContaining('service') }],
  });
});
