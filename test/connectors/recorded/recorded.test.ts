import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readScenario, recordedExecutor, recordedTelemetry } from '../../../connectors/recorded/index.ts';
import { analyzeClusters } from '../../../core/analysis/kubernetes/index.ts';
import type { Incident } from '../../../core/model/incident.ts';
import type { AppliedActions } from '../../../core/ports/records.ts';
import { aScope } from '../../builders.ts';

const root = mkdtempSync(join(tmpdir(), 'watchkeeper-recorded-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let dir: string;
let number = 0;
beforeEach(() => {
  number += 1;
  dir = join(root, String(number));
  cpSync('scenarios/cronjob-nightly-invoices', dir, { recursive: true });
});

const scope = aScope();
const knowledge = () => ({
  search: async () => ({ kind: 'gap' as const, gap: { source: 'k', reason: 'none' } }),
  add: async () => {},
});
const applied = (): AppliedActions => {
  const all: { incidentId: string; actionId: string; targetKey: string; key: string }[] = [];
  return {
    add: async (incidentId, key, actionId, targetKey) => {
      if (all.some((one) => one.key === key)) return 'already';
      all.push({ incidentId, actionId, targetKey, key });
      return 'added';
    },
    of: async (incidentId) => all.filter((one) => one.incidentId === incidentId),
  };
};
const incidentAt = (occurredAt: string, sourceId = 'another'): Incident => ({
  id: 'inc-1',
  sourceId,
  title: 't',
  openedAt: occurredAt,
  status: 'investigating',
  pageStatus: 'triggered',
  trigger: { kind: 'page', eventId: 'e', sourceId, occurredAt, title: 't', severity: 'high', details: {} },
});
const world = async (dirs: readonly string[], incident?: Incident) => {
  const scenarios = await Promise.all(dirs.map(readScenario));
  const options = { scenarios, incidents: { get: async () => incident }, applied: applied() };
  return { telemetry: recordedTelemetry({ ...options, knowledge }), executor: recordedExecutor(options) };
};
const drain = async (dirs: readonly string[]) => {
  const { telemetry } = await world(dirs);
  await telemetry.kubernetes.observe(scope, {});
  await telemetry.metrics.observe(scope, {});
  const logs = await telemetry.logs.observe(scope, {});
  let lines = 0;
  if (logs.kind === 'data') for await (const _ of logs.data) lines += 1;
  await Promise.all([
    telemetry.changes.observe(scope, {}),
    telemetry.calls.observe(scope, {}),
    telemetry.alerts.observe(scope, {}),
    telemetry.status.observe(scope, {}),
  ]);
  return lines;
};

describe('reading is strict, and names the file', () => {
  test.each([
    ['an unknown file', 'notes.txt', 'hello', /notes\.txt is no file of the scenario format/],
    [
      'an unknown file after an action',
      'after/rerun-cronjob/alert.json',
      '{}',
      /alert\.json is no file of the scenario format/,
    ],
    ['no JSON', 'scenario.json', '{', /scenario\.json is not JSON/],
    [
      'an unknown field',
      'scenario.json',
      '{"id":"x","title":"t","source":"s","now":"2026-01-01T00:00:00Z","tags":[],"truth":1}',
      /scenario\.json does not fit/,
    ],
    [
      'a time without zone',
      'changes.json',
      '[{"id":"c","kind":"deploy","at":"2026-01-01 00:00","title":"t"}]',
      /changes\.json does not fit/,
    ],
    [
      'a malformed line',
      'logs.ndjson',
      '{"timestamp":"2026-01-01T00:00:00Z","source":"kubernetes","labels":{},"message":"a"}\n{"oops"',
      /logs\.ndjson:2 is not JSON/,
    ],
    [
      'a value of another type',
      'signals.ndjson',
      '{"source":"prometheus","entity":{"kind":"Service","name":"a"},"signal":"s","unit":"1","points":[["x",1]]}',
      /signals\.ndjson:1 does not fit/,
    ],
  ])('%s', async (_, file, content, message) => {
    mkdirSync(join(dir, file, '..'), { recursive: true });
    writeFileSync(join(dir, file), content);
    await expect(drain([dir])).rejects.toThrow(message);
  });
});

test('labels that a source adds are kept, and the log is read', async () => {
  const labels = { service: 'cart', trace_id: '4bf92f3577b34da6', attempt: 3 };
  const line = { timestamp: '2026-11-20T02:40:00Z', source: 'kubernetes', labels, message: 'added' };
  writeFileSync(join(dir, 'logs.ndjson'), JSON.stringify(line));
  await expect(drain([dir])).resolves.not.toThrow();
});

test('a source without a file is a gap that says so', async () => {
  rmSync(join(dir, 'signals.ndjson'));
  const { telemetry } = await world([dir]);
  expect(await telemetry.metrics.observe(scope, {})).toEqual({
    kind: 'gap',
    gap: { source: 'metrics', reason: 'This recording has no metrics.', notConfigured: true },
  });
});

test('the truth is never read', async () => {
  writeFileSync(join(dir, 'expected.json'), 'not even JSON');
  await expect(drain([dir])).resolves.toBeGreaterThan(300);
});

test('a page another night meets the same world, another night', async () => {
  const recorded = await (await world([dir])).telemetry.changes.observe(scope, {});
  const moved = await (await world([dir], incidentAt('2026-12-24T02:00:00.000Z'))).telemetry.changes.observe(scope, {});
  if (recorded.kind === 'gap' || moved.kind === 'gap') throw new Error('no changes');
  const shift = Date.parse('2026-12-24T02:00:00Z') - Date.parse('2026-11-18T02:00:00Z');
  expect(moved.data.map((one) => Date.parse(one.at))).toEqual(recorded.data.map((one) => Date.parse(one.at) + shift));
});

describe('acting', () => {
  const action = (name: string, id = 'rerun-cronjob') => ({
    incidentId: 'inc-1',
    id,
    target: { kind: 'CronJob', name, namespace: 'billing', cluster: 'backend-1' },
    parameters: {},
    idempotencyKey: `inc-1:${id}:${name}`,
  });
  const jobState = async (telemetry: Awaited<ReturnType<typeof world>>['telemetry']) => {
    const observed = await telemetry.kubernetes.observe(scope, {});
    if (observed.kind === 'gap') throw new Error('no objects');
    return analyzeClusters(observed.data).find((finding) => finding.entity.name === 'nightly-invoices')?.role;
  };

  test('the right action on the right target changes the world, once', async () => {
    const { telemetry, executor } = await world([dir]);
    expect(await jobState(telemetry)).toBe('cause');
    expect(await executor.execute(action('nightly-invoices'))).toMatchObject({ kind: 'done' });
    expect(await executor.execute(action('nightly-invoices'))).toMatchObject({ kind: 'already-done' });
    expect(await jobState(telemetry)).toBe('context');
  });
  test('a dry run changes nothing', async () => {
    const { telemetry, executor } = await world([dir]);
    expect(await executor.dryRun(action('nightly-invoices'))).toMatchObject({ kind: 'ok' });
    expect(await jobState(telemetry)).toBe('cause');
  });
  test('a target that is not there is refused', async () => {
    const { executor } = await world([dir]);
    expect(await executor.execute(action('nightly-payments'))).toEqual({
      kind: 'refused',
      why: 'There is no CronJob billing/nightly-payments in backend-1.',
    });
  });
  test('another target that exists is acted on, and the world stays as it was', async () => {
    const { telemetry, executor } = await world([dir]);
    const other = {
      ...action('invoice-api'),
      target: { kind: 'Deployment', name: 'invoice-api', namespace: 'billing', cluster: 'backend-1' },
    };
    expect(await executor.execute(other)).toMatchObject({ kind: 'done' });
    expect(await jobState(telemetry)).toBe('cause');
  });
});

test('a page plays the recording whose alert it resembles most', async () => {
  const dirs = ['scenarios/oom-after-deploy', 'scenarios/image-pull-failure'];
  const incident = incidentAt('2026-11-21T09:20:00.000Z');
  const like = {
    ...incident,
    trigger: {
      ...incident.trigger,
      title: '[FIRING:3] KubeDeploymentReplicasMismatch search/search-api',
      details: { deployment: 'search-api', namespace: 'search' },
    },
  };
  const observed = await (await world(dirs, like)).telemetry.calls.observe(scope, {});
  expect(observed.kind === 'data' && observed.query).toBe('image-pull-failure/dependencies.json');
});

const shared = '../shared/data';
describe('a question in words plays', () => {
  const asked = (title: string): Incident => {
    const incident = incidentAt('2026-11-20T03:00:00Z', 'asked-1');
    return { ...incident, trigger: { ...incident.trigger, kind: 'mention', title } };
  };
  const all = ['alert-storm', 'cronjob-nightly-invoices', 'oom-after-deploy', 'throughput-drop-session-service'].map(
    (name) => `scenarios/${name}`,
  );
  const clustersOf = async (dirs: readonly string[], title: string) => {
    const found = await (await world(dirs, asked(title))).telemetry.kubernetes.observe(scope, {});
    return found.kind === 'data' ? JSON.stringify(found.data) : found.kind;
  };
  test.each([
    ["what's the issue with nightly-invoices?", 'nightly-invoices'],
    ["what's wrong with checkout", 'checkout'],
  ])('the recording that %s names', async (title, name) => {
    expect(await clustersOf(all, title)).toContain(`"name":"${name}`);
  });
  test('the only recording there is, whatever was said', async () => {
    expect(await clustersOf(['scenarios/oom-after-deploy'], "what's the issue with this service?")).toContain(
      'checkout',
    );
  });
  test('none of several where it names nothing that they speak of: another incident would be answered for', async () => {
    await expect(clustersOf(all, "what's the critical issue in production?")).rejects.toThrow(
      'No recording matches the question.',
    );
  });
});

test.runIf(existsSync(shared))('recordings that others made are read whole', async () => {
  for (const set of ['kubernetes-faults', 'change-rca']) {
    for (const name of readdirSync(join(shared, set)).slice(0, 12)) await drain([join(shared, set, name)]);
  }
});
