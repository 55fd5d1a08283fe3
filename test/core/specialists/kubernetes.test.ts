import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { type Brief, Report } from '../../../core/model/report.ts';
import type { Scope } from '../../../core/model/scope.ts';
import { KubernetesObject, type KubernetesSnapshot } from '../../../core/model/telemetry.ts';
import type { Ports } from '../../../core/ports/index.ts';
import type { Observed } from '../../../core/ports/telemetry.ts';
import { estimateTokens, reportText } from '../../../core/reasoning/report-text.ts';
import { investigateKubernetes } from '../../../core/specialists/kubernetes/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aTrigger, at, cronJob as paged } from '../../builders.ts';
import { partly } from '../../partly.ts';
import { app, cronJob, down, ended, job, now, sick, waiting } from '../analysis/kubernetes/objects.ts';

type Snapshots = Observed<readonly KubernetesSnapshot[]>;
const snapshot = (cluster: string, ...items: readonly object[]): KubernetesSnapshot => ({
  cluster,
  takenAt: now,
  items: items.map((item) => KubernetesObject.parse(JSON.parse(JSON.stringify(item)))),
});
const seen = (...snapshots: readonly KubernetesSnapshot[]): Snapshots => ({
  kind: 'data',
  data: snapshots,
  query: 'get all',
  bytes: 1234,
});

function world(answer: Snapshots | Error) {
  const evidence = diskEvidence(memoryDisk());
  const asked: Scope[] = [];
  const ports = partly<Ports>({
    evidence,
    clock: { now: () => new Date(at('02:50:00')) },
    telemetry: {
      kubernetes: {
        observe: async (scope: Scope) => {
          asked.push(scope);
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
    },
  });
  return { ports, evidence, asked };
}
async function investigated(answer: Snapshots, over: Partial<Brief> = {}) {
  const of = world(answer);
  const report = await investigateKubernetes(
    aBrief({ specialist: 'kubernetes', context: aContext({ namespace: known('shop') }), ...over }),
    of.ports,
  );
  expect(Report.parse(report)).toEqual(report);
  expect(estimateTokens(reportText(report))).toBeLessThanOrEqual(1000);
  return { ...of, report };
}
const known = (value: string) => ({ value, source: 'catalogue', confidence: 0.9, alternatives: [] });
const oom = (name: string) =>
  sick(name, {
    restartCount: 3,
    state: waiting('CrashLoopBackOff'),
    lastState: ended({ reason: 'OOMKilled', exitCode: 137 }),
  });

describe('the Kubernetes specialist', () => {
  test('says what is broken, with the lines that say it as evidence', async () => {
    const { report, evidence } = await investigated(seen(snapshot('backend-1', ...oom('cart'))));
    expect(report).toMatchObject({
      summary: expect.stringContaining('1 pod of Deployment cart OOM-killed'),
      findings: [{ id: 'kubernetes-1-1', cause: 'oom-killed', entity: { kind: 'Deployment', name: 'cart' } }],
      gaps: [],
      usage: { bytesRead: 1234 },
    });
    expect(await evidence.full('inc-1', report.findings[0]?.evidenceIds[0] ?? '')).toMatchObject({
      kind: 'kubernetes',
      cluster: 'backend-1',
      takenAt: now,
      lines: [expect.stringContaining('last ended OOMKilled with exit code 137')],
    });
  });

  test('looks at all clusters, since a cause may be elsewhere, and counts what is near for more', async () => {
    const { report, asked } = await investigated(
      seen(snapshot('backend-1', ...oom('cart')), snapshot('edge-2', ...oom('cart'))),
    );
    expect(asked).toMatchObject([{ incidentId: 'inc-1', reach: 'everywhere' }]);
    expect(report.findings.map(({ entity }) => entity.cluster)).toEqual(['backend-1', 'edge-2']);
    expect(report.findings[0]?.confidence).toBeGreaterThan(report.findings[1]?.confidence ?? 1);
  });

  test('counts for most what was paged or is called by it', async () => {
    const confidence = async (context: object) => {
      const { report } = await investigated(seen(snapshot('backend-1', ...oom('cart'))), {
        context: aContext({ namespace: known('shop'), ...context }),
      });
      return report.findings[0]?.confidence ?? 0;
    };
    const near = await confidence({});
    expect(await confidence({ callees: ['cart'] })).toBeGreaterThan(near);
    expect(await confidence({ namespace: known('mail') })).toBeLessThan(near);
  });

  test('says that nothing is broken, and where it looked', async () => {
    const { report } = await investigated(seen(snapshot('backend-1', ...app('cart')), snapshot('edge-2')));
    expect(report).toMatchObject({
      summary: 'Nothing is broken that Kubernetes would show (backend-1, edge-2).',
      findings: [],
      gaps: [],
    });
  });

  test('turns a source that cannot answer into a gap, and what was not read into one each', async () => {
    const none = await investigated({
      kind: 'gap',
      gap: { source: 'kubernetes', reason: 'No cluster is configured.' },
    });
    expect(none.report).toMatchObject({
      summary: 'Kubernetes could not be asked: No cluster is configured.',
      findings: [],
      gaps: [{ source: 'kubernetes', reason: 'No cluster is configured.' }],
    });
    const some = await investigated({
      ...seen(snapshot('backend-1', ...oom('cart'))),
      missing: ['events of backend-1', 'x'.repeat(999)],
    } as Snapshots);
    expect(some.report.gaps.map(({ reason }) => reason.slice(0, 30))).toEqual([
      'Not read: events of backend-1',
      `Not read: ${'x'.repeat(20)}`,
    ]);
    expect(some.report.findings).toHaveLength(1);
  });

  test('lets a failure that a retry could mend be retried', async () => {
    const { ports } = world(new Error('socket hang up'));
    await expect(investigateKubernetes(aBrief(), ports)).rejects.toThrow('socket hang up');
  });

  test('keeps to its length, the gravest first, each with evidence, when everything is broken', async () => {
    const many = Array.from({ length: 40 }, (_, n) => oom(`${'long-name-'.repeat(22)}${n}`)).flat();
    const { report, evidence } = await investigated(seen(snapshot('backend-1', ...many, ...oom('billing'))));
    expect(report.findings.length).toBeGreaterThan(3);
    expect(report.findings.length).toBeLessThan(12);
    expect(report.findings[0]?.entity.name).toBe('billing');
    expect(report.summary).toMatch(/39 more observations/);
    for (const { evidenceIds } of report.findings) {
      expect(evidenceIds.length).toBeGreaterThan(0);
      expect(await evidence.full('inc-1', evidenceIds[0] ?? '')).toBeDefined();
    }
  });

  test('tells no secret that an object tells', async () => {
    const leak = sick('cart', {
      state: waiting(
        'CreateContainerConfigError',
        'secret "x" not found; password=hunter2hunter2 AKIAIOSFODNN7EXAMPLE',
      ),
    });
    const { report, evidence } = await investigated(seen(snapshot('backend-1', ...leak)));
    const full = await evidence.full('inc-1', report.findings[0]?.evidenceIds[0] ?? '');
    expect(JSON.stringify([report, full])).not.toMatch(/hunter2|AKIAIOSFODNN7EXAMPLE/);
  });
});

describe('a suspended CronJob', () => {
  const suspended = cronJob('nightly-invoices', { suspend: true });
  const said = async (over: Partial<Brief>) => {
    const { report } = await investigated(seen(snapshot('backend-1', suspended)), over);
    return report.findings.map(({ role, cause }) => [role, cause]);
  };
  const elsewhere = aTrigger({ title: 'cart is slow' });
  test('explains a page about itself', async () => {
    expect(await said({ trigger: elsewhere, context: aContext({ workload: paged }) })).toEqual([
      ['cause', 'cronjob-suspended'],
    ]);
    expect(await said({ trigger: aTrigger({ title: 'nightly-invoices has not run' }) })).toEqual([
      ['cause', 'cronjob-suspended'],
    ]);
  });
  test('was suspended on purpose, and explains no other page', async () => {
    expect(await said({ trigger: elsewhere })).toEqual([['context', undefined]]);
  });
});

describe('a node at its pod limit', () => {
  const full = {
    kind: 'Node',
    metadata: { name: 'worker-1' },
    status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { pods: '1' } },
  };
  const batch = {
    kind: 'Pod',
    metadata: { name: 'batch-1', namespace: 'dock' },
    spec: { nodeName: 'worker-1', containers: [] },
    status: { phase: 'Running' },
  };
  const rolesFor = async (title: string) => {
    const { report } = await investigated(seen(snapshot('backend-1', full, batch)), { trigger: aTrigger({ title }) });
    return report.findings.map(({ role, cause }) => [role, cause]);
  };
  test('explains a page about itself', async () => {
    expect(await rolesFor('KubeletTooManyPods on worker-1')).toEqual([['cause', 'scheduling-node-full']]);
  });
  test.each(['cart is slow', 'KubeletTooManyPods on worker-10'])('does not explain %s', async (title) => {
    expect(await rolesFor(title)).toEqual([['context', undefined]]);
  });
});

describe('after an action, and in a second round', () => {
  const focus = [{ kind: 'Deployment', name: 'cart', namespace: 'shop' }];
  test('only what is in focus is answered, also that it is well', async () => {
    const items = [...app('cart'), ...oom('ledger')];
    const { report } = await investigated(seen(snapshot('backend-1', ...items)), { phase: 'verify', focus });
    expect(report).toMatchObject({
      summary: 'Deployment cart has 1 of 1 replicas available.',
      findings: [{ id: 'kubernetes-v-1', role: 'context', entity: { name: 'cart' } }],
    });
  });
  test('what is still broken is said again, and not that it is well', async () => {
    const { report } = await investigated(seen(snapshot('backend-1', ...oom('cart'))), { round: 2, focus });
    expect(report.findings.map(({ role, cause }) => [role, cause])).toEqual([['cause', 'oom-killed']]);
  });
  test('a namesake in another namespace is not in focus', async () => {
    const { report } = await investigated(seen(snapshot('backend-1', ...down('cart'), ...oom('cart'))), {
      phase: 'verify',
      focus: [{ ...focus[0]!, namespace: 'mail' }],
    });
    expect(report.findings).toEqual([]);
  });
  test('a CronJob whose rerun succeeded is well', async () => {
    const runs = [
      cronJob('invoices'),
      job('invoices-1', 'invoices', { type: 'Failed', reason: 'BackoffLimitExceeded' }),
      job('invoices-again', 'invoices', { type: 'Complete' }, { succeeded: 1, completionTime: now }),
    ];
    const { report } = await investigated(seen(snapshot('backend-1', ...runs)), {
      phase: 'verify',
      focus: [{ kind: 'CronJob', name: 'invoices', namespace: 'shop' }],
    });
    expect(report.findings).toMatchObject([{ role: 'context', claim: expect.stringContaining('succeeded') }]);
  });
});
