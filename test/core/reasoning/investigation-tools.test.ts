import { describe, expect, test } from 'vitest';
import type { Brief, Evidence } from '../../../core/model/report.ts';
import type { Change, KubernetesObject, LogRecord, Series, Span } from '../../../core/model/telemetry.ts';
import type { EvidenceStore } from '../../../core/ports/records.ts';
import type { Observed, Telemetry } from '../../../core/ports/telemetry.ts';
import { allTools } from '../../../core/reasoning/tools/index.ts';
import { aBrief } from '../../builders.ts';
import { partly } from '../../partly.ts';

const brief: Brief = aBrief({ specialist: 'kubernetes' });
const { baseline, incident } = brief.context.window;

function store(): EvidenceStore & { readonly kept: Map<string, Evidence> } {
  const kept = new Map<string, Evidence>();
  return {
    kept,
    async put({ full: _, window: __, ...rest }) {
      const evidence = { ...rest, id: `ev-${kept.size + 1}`, hash: 'h' } as Evidence;
      kept.set(evidence.id, evidence);
      return evidence;
    },
    get: async (_, id) => kept.get(id),
    full: async () => undefined,
  };
}

const data = <T>(value: T): Observed<T> => ({ kind: 'data', data: value, query: 'q', bytes: 1 });
const gap = { kind: 'gap', gap: { source: 's', reason: 'no access' } } as const;
const meta = (name: string, more: object = {}) => ({ name, namespace: 'harbour', ...more });
const template = (image: string, env: readonly object[] = []) => ({
  metadata: { labels: { app: 'crane' } },
  spec: { serviceAccountName: 'crane-sa', containers: [{ name: 'crane', image, env }] },
});
const set = (name: string, revision: number, image: string): KubernetesObject => ({
  kind: 'ReplicaSet',
  metadata: {
    ...meta(name),
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    ownerReferences: [{ kind: 'Deployment', name: 'crane' }],
    creationTimestamp: '2026-05-01T10:00:00Z',
  },
  spec: { replicas: 1, template: template(image) },
});
const objects: KubernetesObject[] = [
  {
    kind: 'Deployment',
    metadata: meta('crane'),
    spec: {
      replicas: 2,
      template: template('crane:2', [
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'dock-token', key: 't' } } },
        { name: 'TIDE', value: 'http://tide-api.harbour.svc:8080/now' },
      ]),
    },
    status: { readyReplicas: 0, availableReplicas: 0 },
  },
  set('crane-1', 1, 'crane:1'),
  set('crane-2', 2, 'crane:2'),
  {
    kind: 'Deployment',
    metadata: meta('tide-api'),
    spec: { replicas: 1, template: template('tide:1') },
    status: { readyReplicas: 1 },
  },
  { kind: 'Service', metadata: meta('tide-api'), spec: { selector: { app: 'tide' }, ports: [] } },
  {
    kind: 'Pod',
    metadata: meta('tide-api-x', { labels: { app: 'tide' } }),
    spec: { containers: [] },
    status: { phase: 'Running' },
  },
  { kind: 'Secret', metadata: meta('dock-token') },
  { kind: 'Role', metadata: meta('reader'), rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] },
  {
    kind: 'RoleBinding',
    metadata: meta('readers'),
    roleRef: { kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'crane-sa', namespace: 'harbour' }],
  },
  {
    kind: 'Event',
    metadata: meta('e1'),
    involvedObject: { kind: 'Deployment', name: 'crane', namespace: 'harbour' },
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'quota exceeded',
    count: 4,
    lastTimestamp: incident.start,
  },
];
async function* lines(): AsyncIterable<LogRecord> {
  const record = (message: string, pod: string, timestamp = incident.start): LogRecord => ({
    timestamp,
    source: 'kubernetes',
    labels: { service: 'crane', pod },
    message,
  });
  yield record('started winch', 'crane-a');
  yield record('noise of another pod', 'crane-b');
  yield record('{"message":"lift failed","http":{"status":503},"__proto__":"x"}', 'crane-a');
  yield record('winch stopped', 'crane-a');
  yield record('{"message":"lift failed","http":{"status":500}}', 'crane-b', baseline.start);
  yield record('{"message":"lift failed","http":{"status":503}}', 'crane-b');
}
const series = (name: string, of: (minute: number) => number): Series => ({
  source: 'prometheus',
  entity: { kind: 'Service', name },
  signal: 'latency',
  unit: 'ms',
  points: Array.from({ length: 30 }, (_, minute) => [Date.parse(baseline.start) / 1000 + minute * 60, of(minute)]),
});
const span = (over: Partial<Span>): Span => ({
  trace: 't',
  span: 's',
  service: 'crane',
  operation: 'GET /lift',
  kind: 'server',
  start: Date.parse(incident.start) + 1000,
  durationMs: 10,
  error: false,
  attributes: {},
  ...over,
});
const change: Change = {
  id: 'c-9',
  kind: 'deploy',
  at: baseline.start,
  title: 'Lift faster',
  service: 'crane',
  diff: '+++ b/winch.go\n-speed := 1\n+speed := 9\n+++ b/other.go\n+x',
};
const telemetry = partly<Telemetry>({
  kubernetes: { observe: async () => data([{ cluster: 'north', takenAt: incident.start, items: objects }]) },
  logs: { observe: async () => data(lines()) },
  calls: {
    observe: async () =>
      data([
        { from: 'gate', to: 'crane' },
        { from: 'crane', to: 'tide-api' },
        { from: 'tide-api', to: 'almanac' },
      ]),
  },
  metrics: {
    observe: async () =>
      data([series('crane', (m) => m), series('tide-api', (m) => 2 * m + 1), series('gate', (m) => (m % 2) * 100)]),
  },
  changes: { observe: async () => data([change, { ...change, id: 'c-1', diff: '+y' }]) },
  traces: {
    observe: async () =>
      data([
        {
          spans: Array.from({ length: 20 }, (_, n) =>
            span({
              span: `s${n}`,
              error: n < 5,
              status: n < 5 ? '503' : '200',
              attributes: { berth: n < 5 ? 'west' : 'east' },
            }),
          ),
          edges: [],
        },
      ]),
  },
});

const evidence = store();
const ask = async (name: string, input: object, from: Telemetry = telemetry): Promise<string> => {
  const tool = allTools(brief, { telemetry: from, evidence }).find((one) => one.name === name);
  return (await tool?.run(input)) ?? 'no such tool';
};

describe('Kubernetes', () => {
  test('lists what is not well, with its state', async () => {
    const text = await ask('list_objects', { kind: 'deployment', notWell: true });
    expect(text).toContain('1 fit');
    expect(text).toContain('Deployment harbour/crane in north: 0 of 2 ready');
  });
  test('counts the kinds if no kind is named', async () => {
    expect(await ask('list_objects', { namespace: 'harbour' })).toMatch(/Deployment 2/);
  });
  test('compares revisions', async () => {
    const text = await ask('diff_revisions', { kind: 'Deployment', name: 'crane' });
    expect(text).toContain('revision 1');
    expect(text).toMatch(/image: crane:1 → crane:2/);
    expect(await ask('diff_revisions', { kind: 'Deployment', name: 'crane', back: 3 })).toContain('2 revisions');
  });
  test('finds who refers to a Secret, and who selects or names a Service', async () => {
    expect(await ask('find_users', { kind: 'Secret', name: 'dock-token' })).toMatch(
      /1 refer to it:\nDeployment harbour\/crane/,
    );
    const users = await ask('find_users', { kind: 'Service', name: 'tide-api' });
    expect(users).toContain('Pod harbour/tide-api-x in north: its labels match the selector');
    expect(users).toContain('Deployment harbour/crane');
    // `tide` is part of another name only.
    expect(await ask('find_users', { kind: 'Service', name: 'tide' })).toContain('Nothing refers to');
  });
  test('answers whether an account may do something', async () => {
    const asked = { namespace: 'harbour', workload: 'crane', verb: 'get' };
    expect(await ask('can_i', { ...asked, resource: 'configmaps' })).toContain('yes, by RoleBinding readers');
    expect(await ask('can_i', { ...asked, resource: 'secrets' })).toContain('get secrets: no.');
  });
  test('lists Events about an object', async () => {
    expect(await ask('list_events', { about: 'crane' })).toContain('FailedCreate Deployment crane 4 ×: quota exceeded');
  });
});

describe('logs', () => {
  test('are counted by a nested JSON field, before and during', async () => {
    const text = await ask('search_logs', { contains: 'lift failed', groupBy: 'http.status' });
    expect(text).toContain('http.status=503: 2 × during the incident, 0 × before');
    expect(text).toContain('http.status=500: 0 × during the incident, 1 × before');
  });
  test('are shown with the lines of the same pod around the first hit', async () => {
    const text = await ask('search_logs', { contains: 'lift failed', context: 1 });
    expect(text).toContain('started winch');
    expect(text).toContain('winch stopped');
    expect(text).not.toContain('another pod');
  });
  test('are selected by field and time', async () => {
    const field = { name: 'http.status', value: '500' };
    expect(await ask('search_logs', { contains: 'lift', field })).toContain('1 lines contain');
    expect(await ask('search_logs', { contains: 'lift', field, from: incident.start })).toContain('No line contains');
  });
  test('a field with the name of a built-in is no field', async () => {
    expect(await ask('search_logs', { contains: 'lift', groupBy: 'constructor' })).toContain(
      'constructor=without it: 2',
    );
  });
});

test('metrics are ordered by their correlation with the paged series', async () => {
  const text = await ask('query_metrics', { signal: 'latency', like: { entity: 'crane', signal: 'latency' } });
  expect(text).toMatch(/tide-api[^\n]*Correlation 1\.00/);
  expect(text.indexOf('tide-api')).toBeLessThan(text.indexOf('gate'));
  expect(await ask('query_metrics', { like: { entity: 'nobody', signal: 'x' } })).toContain('There are: crane latency');
});

test('the call graph shows callers, callees and the way', async () => {
  expect(await ask('call_graph', { service: 'crane' })).toContain('crane calls: tide-api (1), almanac (2)');
  expect(await ask('call_graph', { service: 'Gate', to: 'almanac' })).toContain('gate → crane → tide-api → almanac');
  expect(await ask('call_graph', { service: 'nobody' })).toContain('Known services: gate, crane');
});

test('changes are found by their diff, with the file', async () => {
  const text = await ask('list_changes', { inDiff: 'SPEED' });
  expect(text).toContain('1 changes');
  expect(text).toContain('winch.go: +speed := 9');
});

test('failed spans are shown with what sets them apart', async () => {
  const text = await ask('find_traces', { service: 'crane', only: 'failed' });
  expect(text).toContain('5 failed spans of 20');
  expect(text).toContain('berth=west');
  expect(await ask('find_traces', { service: 'tide', only: 'slow' })).toContain('There are spans of: crane');
});

describe('every tool', () => {
  const tools = allTools(brief, { telemetry, evidence });
  test('has its own name, and says what is wrong about a question that does not fit', async () => {
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
    for (const { name } of tools.filter((one) => !['read_evidence', 'search_knowledge'].includes(one.name)))
      expect(await ask(name, { kind: 7, contains: 1, about: 9, service: {}, like: 3, hypothesis: [] })).toMatch(
        /does not fit/,
      );
  });
  test('says so if its source does not answer', async () => {
    const none = { observe: async () => gap };
    const silent = partly<Telemetry>({
      kubernetes: none,
      logs: none,
      calls: none,
      metrics: none,
      changes: none,
      traces: none,
    });
    const questions: Readonly<Record<string, object>> = {
      list_objects: {},
      list_events: {},
      find_users: { kind: 'Secret', name: 'x' },
      search_logs: { contains: 'xx' },
      call_graph: { service: 'x' },
      query_metrics: {},
      list_changes: {},
      find_traces: { service: 'x', only: 'slow' },
    };
    for (const [name, input] of Object.entries(questions))
      expect(await ask(name, input, silent)).toContain('no access');
  });
});

test('the notes are a list that a later note changes', async () => {
  const note = allTools(brief, { telemetry, evidence }).find(({ name }) => name === 'note');
  await note?.run({ hypothesis: 'the tide', state: 'open', why: 'ev-1' });
  await note?.run({ hypothesis: 'the winch', state: 'supported', why: 'ev-2' });
  expect(await note?.run({ hypothesis: 'the tide', state: 'ruled-out', why: 'flat' })).toBe(
    'ruled-out: the tide (flat)\nsupported: the winch (ev-2)',
  );
});
