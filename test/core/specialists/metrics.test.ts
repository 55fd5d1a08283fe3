import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { type Brief, Report } from '../../../core/model/report.ts';
import type { Scope } from '../../../core/model/scope.ts';
import type {
  Dependency,
  FiringAlert,
  KubernetesSnapshot,
  Series,
  VendorStatus,
} from '../../../core/model/telemetry.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { estimateTokens, reportText } from '../../../core/reasoning/report-text.ts';
import { investigateMetrics } from '../../../core/specialists/metrics/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aTrigger, at } from '../../builders.ts';
import { partly } from '../../partly.ts';

// The baseline is 01:30 to 02:30, the page at 02:47; a point a minute.

const baseline = Date.parse(at('01:30:00')) / 1000;
const minute = (clock: string) => (Date.parse(at(`${clock}:00`)) / 1000 - baseline) / 60;
const aSeries = (
  name: string,
  signal: string,
  value: (minute: number) => number,
  over: Partial<Series> = {},
): Series => ({
  source: 'prometheus',
  entity: { kind: 'Deployment', name, namespace: 'billing', cluster: 'backend-1' },
  signal,
  unit: '',
  points: Array.from({ length: 77 }, (_, n) => [baseline + n * 60, value(n)]),
  ...over,
});
const step = (
  name: string,
  signal: string,
  before: number,
  after: number,
  clock = '02:35',
  over: Partial<Series> = {},
) => aSeries(name, signal, (n) => (n < minute(clock) ? before : after), over);

interface Given {
  readonly series?: readonly Series[];
  /** Of days before. */
  readonly history?: readonly Series[];
  readonly alerts?: readonly FiringAlert[];
  readonly feeds?: readonly VendorStatus[];
  readonly dependencies?: readonly Dependency[];
  readonly snapshots?: readonly KubernetesSnapshot[];
}
const observed = <T>(source: string, value: T | undefined) =>
  value === undefined
    ? { kind: 'gap' as const, gap: { source, reason: `No ${source} here.` } }
    : { kind: 'data' as const, data: value, query: `all ${source}`, bytes: 77 };
function world(given: Given) {
  const evidence = diskEvidence(memoryDisk());
  const ports = partly<Ports>({
    evidence,
    clock: { now: () => new Date(at('02:50:00')) },
    telemetry: {
      metrics: {
        observe: async ({ window: { end } }: Scope) =>
          observed('metrics', end < at('00:00:00') ? (given.history ?? []) : given.series),
      },
      alerts: { observe: async () => observed('alerts', given.alerts) },
      status: { observe: async () => observed('status', given.feeds) },
      calls: { observe: async () => observed('topology', given.dependencies) },
      kubernetes: { observe: async () => observed('kubernetes', given.snapshots) },
    },
  });
  return { ports, evidence };
}
async function investigated(given: Given, over: Partial<Brief> = {}) {
  const of = world(given);
  const report = await investigateMetrics(aBrief({ specialist: 'metrics', ...over }), of.ports);
  expect(Report.parse(report)).toEqual(report);
  expect(estimateTokens(reportText(report))).toBeLessThanOrEqual(1000);
  return { ...of, report };
}
const said = async (given: Given, over: Partial<Brief> = {}) =>
  (await investigated(given, over)).report.findings.map(
    ({ entity, cause, role }) => `${entity.kind} ${entity.name}: ${cause ?? role}`,
  );

describe('the metrics specialist', () => {
  test('says what moved, from where to where, since when, with the series as evidence', async () => {
    const { report, evidence } = await investigated({ series: [step('billing', 'error_ratio', 0.01, 0.42)] });
    expect(report.findings).toMatchObject([
      {
        claim: 'error ratio of billing rose from 1 % to 42 % at 02:35 UTC.',
        role: 'symptom',
        onset: at('02:35:00'),
        signal: { name: 'error_ratio', before: 0.01, during: 0.42 },
      },
    ]);
    expect(await evidence.full('inc-1', report.findings[0]?.evidenceIds[0] ?? '')).toMatchObject({
      kind: 'series',
      onset: at('02:35:00'),
      baseline: { median: 0.01 },
      series: { signal: 'error_ratio' },
    });
  });

  test('says a fall with its share, and values in the units people use', async () => {
    const series = [
      step('billing', 'requests_per_second', 200, 50, '02:35', { unit: 'req/s' }),
      step('billing', 'memory_bytes', 100 * 2 ** 20, 300 * 2 ** 20, '02:35', { unit: 'bytes' }),
    ];
    const { report } = await investigated({ series });
    const claims = report.findings.map(({ claim }) => claim).sort();
    expect(claims).toEqual([
      'memory use of billing rose 200 % from 100 MiB to 300 MiB at 02:35 UTC.',
      'throughput of billing fell 75 % from 200 req/s to 50 req/s at 02:35 UTC.',
    ]);
  });

  test('puts what moved first into the summary, and what monitoring says', async () => {
    const alert: FiringAlert = { name: 'HighErrors', at: at('02:40:00'), summary: 'too many errors', status: 'firing' };
    const { report } = await investigated({
      series: [
        step('billing', 'error_ratio', 0.01, 0.42, '02:40'),
        step('ledger', 'memory_bytes', 1e6, 1.6e6, '02:33', { unit: 'bytes' }),
      ],
      alerts: [alert, { ...alert, name: 'Old', status: 'resolved' }],
    });
    expect(report.summary).toMatch(
      /^error ratio of billing .* First of all: memory use of ledger .* Monitoring fires: HighErrors: too many errors\.$/,
    );
  });

  test('says that nothing moved, of how many', async () => {
    const { report } = await investigated({
      series: [step('billing', 'error_ratio', 0.01, 0.01), step('billing', 'error_ratio', 0.4, 0.01)],
    });
    expect(report).toMatchObject({ summary: 'None of 2 series moved more than its noise.', findings: [], gaps: [] });
  });

  test('turns metrics that cannot be asked into a gap, and reads the rest all the same', async () => {
    const feed: VendorStatus = { provider: 'aws', at: at('02:30:00'), state: 'outage', text: 'Amazon S3 is down' };
    const none = await investigated({});
    expect(none.report).toMatchObject({
      summary: 'Metrics could not be asked: No metrics here.',
      findings: [],
      gaps: [{ source: 'metrics' }],
    });
    expect(await said({ feeds: [feed, { ...feed, provider: 'fastly', state: 'operational' }] })).toEqual([
      'Vendor aws: vendor-outage',
    ]);
  });

  test('keeps to its length and to evidence for each claim when two thousand series move', async () => {
    const series = Array.from({ length: 2000 }, (_, n) =>
      step(`${'long-name-'.repeat(22)}${n}`, 'error_ratio', 0.01, 0.4),
    );
    const { report } = await investigated({ series });
    expect(report.findings.length).toBeGreaterThan(2);
    expect(report.findings.length).toBeLessThan(8);
    expect(report.findings.every(({ evidenceIds }) => evidenceIds.length > 0)).toBe(true);
  });

  test('keeps a long series short in the record', async () => {
    const points = Array.from({ length: 20_000 }, (_, n): [number, number] => [baseline + n / 5, n < 18_600 ? 1 : 9]);
    const { report, evidence } = await investigated({
      series: [step('billing', 'error_ratio', 1, 9, '02:35', { points })],
    });
    const full = (await evidence.full('inc-1', report.findings[0]?.evidenceIds[0] ?? '')) as { series: Series };
    expect(full.series.points.length).toBeLessThanOrEqual(500);
    expect(full.series.points.length).toBeGreaterThan(300);
  });
});

describe('metrics name a cause where', () => {
  const surge = [
    step('billing', 'requests_per_second', 100, 400, '02:33'),
    step('billing', 'error_ratio', 0.01, 0.3, '02:36'),
  ];
  const cpu = step('billing', 'cpu_cores', 0.2, 1.9, '02:34');
  test('traffic rose before anything else went wrong', async () => {
    expect(await said({ series: surge })).toContain('Deployment billing: traffic-surge');
  });
  test('CPU rose and traffic did not', async () => {
    expect(await said({ series: [cpu] })).toEqual(['Deployment billing: cpu-overload']);
  });
  test.each<[string, readonly Series[]]>([
    [
      'traffic rose after the errors (they are retried)',
      [step('billing', 'requests_per_second', 100, 400, '02:38'), step('billing', 'error_ratio', 0.01, 0.3, '02:34')],
    ],
    ['traffic rose and nothing went wrong', [step('billing', 'requests_per_second', 100, 400, '02:33')]],
    [
      'traffic rose a little',
      [step('billing', 'requests_per_second', 100, 150, '02:33'), step('billing', 'error_ratio', 0.01, 0.3, '02:36')],
    ],
    [
      'traffic rose from next to nothing',
      [step('billing', 'requests_per_second', 0, 0.067, '02:33'), step('billing', 'error_ratio', 0.01, 0.3, '02:36')],
    ],
    [
      'traffic rose at another service',
      [step('mail', 'requests_per_second', 100, 400, '02:33'), step('billing', 'error_ratio', 0.01, 0.3, '02:36')],
    ],
    [
      'traffic fell',
      [step('billing', 'requests_per_second', 400, 10, '02:33'), step('billing', 'error_ratio', 0.01, 0.3, '02:36')],
    ],
  ])('but not where %s', async (_, series) => {
    expect(await said({ series })).not.toContain('Deployment billing: traffic-surge');
  });
  test('but not where CPU rose with traffic', async () => {
    expect(await said({ series: [...surge, cpu] })).not.toContain('Deployment billing: cpu-overload');
  });
  test('services of one node cannot be reached from it, and can from others', async () => {
    const probe = (name: string, fromNode: string, last: number) =>
      step(name, 'probe_success', 1, last, '02:35', {
        entity: { kind: 'Service', name: `${name}:80`, cluster: 'backend-1', fromNode },
      });
    const series = ['a', 'b', 'c'].flatMap((name) => [probe(name, 'worker-01', 0), probe(name, 'worker-02', 1)]);
    const all = await said({ series });
    expect(all).toContain('Node worker-01: node-kube-proxy');
    const everywhere = await said({
      series: ['a', 'b', 'c'].flatMap((name) => [probe(name, 'worker-01', 0), probe(name, 'worker-02', 0)]),
    });
    expect(everywhere.join()).not.toContain('kube-proxy');
  });
});

describe('metrics tell', () => {
  const growing = (name: string, over: Partial<Series> = {}) =>
    aSeries(name, 'memory_bytes', (n) => (200 + 5 * n) * 2 ** 20, { unit: 'bytes', ...over });
  const errors = (clock = '02:36') => step('billing', 'error_ratio', 0.01, 0.3, clock);
  const fine = aSeries('billing', 'error_ratio', () => 0.01);

  test('a leak from memory that only grows, with what it grew by', async () => {
    const { report } = await investigated({ series: [growing('billing')] });
    expect(report.findings.filter(({ cause }) => cause === 'memory-leak')).toMatchObject([
      {
        claim: 'memory use of billing grew steadily from 200 MiB to 580 MiB in 76 minutes, and has not come to rest.',
        severity: 'major',
      },
    ]);
  });
  test.each<[string, readonly Series[]]>([
    ['a step', [step('billing', 'memory_bytes', 2e8, 6e8)]],
    [
      'growth with traffic that grows',
      [growing('billing'), aSeries('billing', 'requests_per_second', (n) => 50 + n * 5)],
    ],
    ['a limit that is raised', [growing('billing', { signal: 'memory_limit_bytes' })]],
  ])('no leak from %s', async (_, series) => {
    expect((await said({ series })).join()).not.toContain('memory-leak');
  });

  const throttled = step('billing', 'cpu_throttled_seconds', 0, 0.6, '02:34', { unit: 's' });
  test('a limit that throttles from throttling with slow answers, and use that stays', async () => {
    expect(await said({ series: [throttled, errors()] })).toContain('Deployment billing: cpu-throttled');
  });
  test.each<[string, readonly Series[]]>([
    ['that nobody feels', [throttled]],
    ['of more use', [throttled, errors(), step('billing', 'cpu_cores', 0.2, 1.9, '02:34')]],
    ['of more traffic', [throttled, errors(), step('billing', 'requests_per_second', 100, 190, '02:33')]],
  ])('no such limit from throttling %s', async (_, series) => {
    expect((await said({ series })).join()).not.toContain('cpu-throttled');
  });

  const cut = step('billing', 'requests_per_second', 400, 10, '02:35');
  test('traffic that stops arriving from a service that is well', async () => {
    expect(await said({ series: [cut, fine] })).toContain('Deployment billing: traffic-drop');
  });
  test.each<[string, readonly Series[]]>([
    ['that fails itself', [cut, errors('02:35')]],
    ['that was restarted', [cut, fine, step('billing', 'replicas_available', 3, 0)]],
    ['of whose health nothing is known', [cut]],
    ['that has a third less', [step('billing', 'requests_per_second', 400, 265), fine]],
  ])('no stop from a service %s', async (_, series) => {
    expect((await said({ series })).join()).not.toContain('traffic-drop');
  });

  const rows = step('billing', 'orders_table_rows', 1e6, 9e6, '02:33');
  const slowAnswers = step('billing', 'latency_p95', 100, 2000, '02:36', { unit: 'ms' });
  test('data that outgrew from a size that grew first', async () => {
    expect(await said({ series: [rows, slowAnswers] })).toContain('Deployment billing: data-growth');
  });
  test.each<[string, readonly Series[]]>([
    ['and nothing suffers', [rows]],
    ['after it was slow', [step('billing', 'orders_table_rows', 1e6, 9e6, '02:40'), slowAnswers]],
    ['with the traffic', [rows, slowAnswers, step('billing', 'requests_per_second', 100, 190, '02:34')]],
  ])('no growth of data from a size that grew %s', async (_, series) => {
    expect((await said({ series })).join()).not.toContain('data-growth');
  });
  test('no growth of data from a queue that nobody empties', async () => {
    const queue = step('billing', 'orders_queue_depth', 10, 9000, '02:33');
    expect((await said({ series: [queue, slowAnswers] })).join()).not.toContain('data-growth');
  });

  const malformed = step('billing', 'malformed_records_per_second', 0, 40, '02:34');
  test('input that nobody can read from records refused before anything else', async () => {
    expect(await said({ series: [malformed, errors()] })).toContain('Deployment billing: data-invalid');
  });
  test('no such input where other errors were first, or records were always refused', async () => {
    const always = aSeries('billing', 'malformed_records_per_second', () => 40);
    expect((await said({ series: [malformed, errors('02:31')] })).join()).not.toContain('data-invalid');
    expect((await said({ series: [always, errors()] })).join()).not.toContain('data-invalid');
  });
});

describe('a rhythm', () => {
  const shape = (n: number) => (n < minute('02:35') ? 100 : 400);
  const busy = aSeries('billing', 'requests_per_second', shape);
  const daysBefore = (days: number, value: (n: number) => number) =>
    aSeries('billing', 'requests_per_second', (n) => value(n), {
      points: busy.points.map(([time], n): [number, number] => [time - days * 86_400, value(n)]),
    });
  const late = step('billing', 'error_ratio', 0.01, 0.3, '02:37');
  test('of every day is no surge, and is said', async () => {
    const history = { history: [daysBefore(1, shape)] };
    expect(await said({ series: [busy, late] })).toContain('Deployment billing: traffic-surge');
    const { report } = await investigated({ series: [busy, late], ...history });
    expect(report.findings.map(({ cause }) => cause)).not.toContain('traffic-surge');
    expect(report.findings.find(({ role }) => role === 'context')?.claim).toMatch(
      /^throughput of billing rose 300 % from 100 to 400, as it did at the same time a day before\.$/,
    );
  });
  test('that is new today is a surge', async () => {
    const history = [daysBefore(1, () => 100), daysBefore(7, () => 105)];
    expect(await said({ series: [busy, late], history })).toContain('Deployment billing: traffic-surge');
  });
});

describe('a service that waits', () => {
  const slow = (name: string) => step(name, 'latency_p50', 20, 900, '02:35', { unit: 'ms' });
  const running = (...names: string[]): KubernetesSnapshot => ({
    cluster: 'backend-1',
    takenAt: at('02:50:00'),
    items: names.map((name) => ({
      kind: 'Pod',
      metadata: { name: `${name}-1`, namespace: 'billing', ownerReferences: [{ kind: 'Deployment', name }] },
      spec: { nodeName: 'worker-02', containers: [] },
      status: { phase: 'Running' },
    })),
  });
  const calls = [{ from: 'billing', to: 'ledger' }];
  test('for nothing else that is slow is slow itself', async () => {
    const given = { series: [slow('billing'), slow('ledger')], dependencies: calls };
    expect(await said(given)).toContain('Deployment ledger: slow-itself');
    expect(await said(given)).not.toContain('Deployment billing: slow-itself');
  });
  const calm = [step('ledger', 'cpu_cores', 0.2, 0.2), step('ledger', 'requests_per_second', 50, 50)];
  const tail = (after: number) => step('ledger', 'latency_p99', 60, after, '02:35', { unit: 'ms' });
  test('with all of its calls, while its CPU and traffic are calm, waits for the network', async () => {
    const given = { series: [slow('billing'), slow('ledger'), tail(1800), ...calm], dependencies: calls };
    expect(await said(given)).toContain('Deployment ledger: network-delay');
  });
  test('at a measurement of the way to it waits for the network', async () => {
    const way = step('ledger', 'network_latency_p50', 3, 890, '02:35', { unit: 'ms' });
    const given = { series: [slow('billing'), way], dependencies: calls };
    expect(await said(given)).toContain('Deployment ledger: network-delay');
  });
  test.each<[string, readonly Series[]]>([
    ['some of its calls', [tail(40_000), ...calm]],
    ['calls of which CPU and traffic are unknown', [tail(1800)]],
  ])('with %s is not said to wait for the network', async (_, series) => {
    const given = { series: [slow('billing'), slow('ledger'), ...series], dependencies: calls };
    expect((await said(given)).join()).not.toContain('network-delay');
  });
  test('works, where its CPU rose too', async () => {
    expect(
      (
        await said({ series: [slow('billing'), step('billing', 'cpu_cores', 0.2, 1.9, '02:34')], dependencies: [] })
      ).join(),
    ).not.toContain('network-delay');
  });
  test('with all others of its node has a bad node', async () => {
    const given = { series: ['a', 'b', 'c'].map(slow), dependencies: [], snapshots: [running('a', 'b', 'c')] };
    expect(await said(given)).toContain('Node worker-02: node-network-delay');
  });
  test('is told although nobody knows who calls whom or where it runs', async () => {
    expect(await said({ series: ['a', 'b', 'c'].map(slow) })).toContain('Deployment a: slow-itself');
  });
});

describe('what is over', () => {
  const over = (name: string, signal = 'error_ratio') =>
    aSeries(name, signal, (n) => (n >= minute('02:33') && n < minute('02:39') ? 0.6 : 0.01));
  test('is context where something else lasts', async () => {
    const { report } = await investigated({ series: [over('billing'), step('ledger', 'error_ratio', 0.01, 0.5)] });
    expect(report.findings.map(({ entity, role }) => [entity.name, role])).toEqual([
      ['ledger', 'symptom'],
      ['billing', 'context'],
    ]);
    expect(report.findings[1]?.claim).toMatch(/at 02:33 UTC and was back at 02:39 UTC\.$/);
  });
  test('is what was paged where nothing lasts', async () => {
    const { report } = await investigated({ series: [over('billing')] });
    expect(report.findings.map(({ role }) => role)).toEqual(['symptom']);
  });
});

test('what moved at the paged service is told, however many others moved more', async () => {
  const others = Array.from({ length: 14 }, (_, n) => [
    step(`other-${n}`, 'requests_per_second', 20, 900),
    step(`other-${n}`, 'latency_p99', 10, 900, '02:38', { unit: 'ms' }),
  ]).flat();
  const paged = [
    step('web', 'requests_per_second', 20, 60),
    step('web', 'latency_p99', 60, 180, '02:38', { unit: 'ms' }),
  ];
  const context = aContext({
    service: { value: 'web', source: 'the title', confidence: 0.9, alternatives: [] },
    workload: undefined,
  });
  expect(await said({ series: [...others, ...paged] }, { context })).toContain('Deployment web: traffic-surge');
});

describe('a blip of what was paged', () => {
  const page = {
    trigger: aTrigger({ title: 'p99 latency of ledger' }),
    context: aContext({
      service: { value: 'ledger', source: 'the title', confidence: 0.9, alternatives: [] },
      workload: undefined,
    }),
  };
  const slowFor = (minutes: number) =>
    aSeries('ledger', 'latency_p99', (n) => (n >= minute('02:33') && n < minute('02:33') + minutes ? 900 : 60), {
      unit: 'ms',
    });
  const origin = async (minutes: number) =>
    (await investigated({ series: [slowFor(minutes)], dependencies: [] }, page)).report.findings.find(
      ({ cause }) => cause !== undefined,
    );
  test('that is long over is a guess, and says so', async () => {
    const found = await origin(2);
    expect(found).toMatchObject({ entity: { name: 'ledger' }, endedAt: expect.any(String) });
    expect(found?.claim).toMatch(/It was over at 02:3\d UTC/);
    expect(found?.confidence).toBeLessThan(0.4);
  });
  test('that lasts, or lasted for most of the time, is none', async () => {
    for (const minutes of [60, 11]) {
      const found = await origin(minutes);
      expect(found?.endedAt).toBeUndefined();
      expect(found?.confidence).toBeGreaterThan(0.4);
    }
  });
});

describe('after an action', () => {
  const focus = [{ kind: 'Deployment', name: 'billing', namespace: 'billing' }];
  const window = {
    baseline: { start: at('01:30:00'), end: at('02:30:00') },
    incident: { start: at('02:40:00'), end: at('02:47:00') },
  };
  const verify = { phase: 'verify' as const, focus, context: aContext({ window }) };
  const until = (end: number | undefined) =>
    aSeries('billing', 'error_ratio', (n) => (n >= minute('02:33') && (end === undefined || n < end) ? 0.6 : 0.01));
  test('what came back is good news', async () => {
    const { report } = await investigated({ series: [until(minute('02:42'))] }, verify);
    expect(report.findings).toMatchObject([
      { role: 'context', claim: 'error ratio of billing is back at 1 %.', id: 'metrics-v-1' },
    ]);
  });
  test('and says that it is well, with what it is now', async () => {
    const { report } = await investigated({ series: [until(minute('02:42'))] }, verify);
    expect(report.findings).toMatchObject([{ well: true, signal: { name: 'error_ratio', during: 0.01 } }]);
  });
  test.each([
    ['that stopped rising is well', (n: number) => Math.min(n, minute('02:38')), /have|has not risen since/, true],
    ['that goes on is the same problem', (n: number) => n, /rose further/, undefined],
  ] as const)('a count %s', async (_, upTo, claim, well) => {
    const restarts = aSeries('billing', 'restarts_total', (n) => Math.max(0, upTo(n) - minute('02:32')));
    const { report } = await investigated({ series: [restarts] }, verify);
    expect(report.findings[0]?.claim).toMatch(claim);
    expect(report.findings[0]?.well).toBe(well);
  });
  test('what is still away is the same problem', async () => {
    const { report } = await investigated({ series: [until(undefined)] }, verify);
    expect(report.findings).toMatchObject([{ role: 'symptom', claim: 'error ratio of billing is still at 60 %.' }]);
  });
  test('what has no value since is not judged', async () => {
    const old = until(undefined);
    const series = [{ ...old, points: old.points.filter(([time]) => time <= Date.parse(at('02:40:00')) / 1000) }];
    const { report } = await investigated({ series }, verify);
    expect(report.findings).toMatchObject([
      { role: 'change', claim: 'error ratio of billing has no value after the action yet.' },
    ]);
  });
  test('what is not in focus is not answered', async () => {
    expect(await said({ series: [step('ledger', 'error_ratio', 0.01, 0.6)] }, verify)).toEqual([]);
  });
});
