import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageFacts } from '../../../core/context/page-facts.ts';
import { resolveContext } from '../../../core/context/resolve.ts';
import { symptomOf } from '../../../core/context/symptoms.ts';
import type { Trigger } from '../../../core/model/incident.ts';
import { PageFacts } from '../../../core/model/storm.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import { relate, relationKeys } from '../../../core/storms/relate.ts';
import { urgencyOf } from '../../../core/storms/urgency.ts';
import { storms } from '../../../dojo/grouping/load.ts';
import { play } from '../../../dojo/grouping/play.ts';
import { aTrigger, at } from '../../builders.ts';

const catalog = Catalog.parse({ environments: {} });
const factsOf = (over: Partial<Trigger>, calls: { from: string; to: string }[] = []): PageFacts => {
  const trigger = aTrigger({ title: 'page', ...over });
  const context = resolveContext(trigger, catalog, calls);
  return pageFacts({ incident: { id: 'inc-1', openedAt: at('02:47:10') }, trigger, context, calls, catalog });
};

describe('the kind of trouble', () => {
  test.each([
    ['KubePodCrashLooping', 'crash'],
    ['KubeNodeNotReady', 'node-down'],
    ['InstanceDown', 'node-down'],
    ['KubeDeploymentReplicasMismatch', 'unavailable'],
    ['TargetDown', 'unavailable'],
    ['HTTPCode_ELB_5XX_Count', 'errors'],
    ['CDN5xxRate', 'errors'],
    ['SLOErrorBudgetBurn', 'errors'],
    ['p99 above 2 s', 'latency'],
    ['KubePersistentVolumeFillingUp', 'storage'],
    ['KubeJobFailed', 'job-failed'],
    ['ExecutionsFailed', 'job-failed'],
    ['CertificateExpiresSoon', 'certificate'],
    ['x509: certificate has expired', 'certificate'],
    ['KafkaConsumerGroupLag', 'backlog'],
    ['ApproximateAgeOfOldestMessage', 'backlog'],
    ['EstimatedCharges', 'cost'],
    ['CPUThrottlingHigh', 'saturation'],
    ['RequestRateDropped', 'traffic-drop'],
    ['Traffic surge', 'traffic-surge'],
    ['SomethingOdd', 'unknown'],
  ] as const)('%s is %s', (text, kind) => expect(symptomOf([text], [])).toBe(kind));

  test('is not told by the names of things', () => {
    const named = { alertname: 'SomethingOdd', service: 'certificate-api', namespace: 'billing', cluster: 'node-down' };
    expect(factsOf({ title: 'SomethingOdd certificate-api', details: named }).symptom).toBe('unknown');
  });

  test('is told of every alert of a page', () => {
    const details = {
      'alerts.0.alertname': 'HighErrorRate',
      'alerts.1.alertname': 'KubePodCrashLooping',
      service: 'web',
    };
    expect(factsOf({ details })).toMatchObject({
      alert: 'HighErrorRate',
      symptom: 'errors',
      furtherSymptoms: ['crash'],
    });
  });
});

describe('the facts of a page', () => {
  test('begin when the alert began by its own word, in whatever time zone it is written', () => {
    for (const startsAt of ['2026-11-20T02:40:00Z', '2026-11-20T08:10:00+05:30', '2026-11-19T18:40:00.000-0800'])
      expect(factsOf({ details: { startsAt } }).firedAt).toBe(at('02:40:00'));
    for (const startsAt of ['2026-11-20T09:00:00Z', '2026-11-01T00:00:00Z', '0001-01-01T00:00:00Z', 'soon'])
      expect(factsOf({ details: { startsAt } }).firedAt).toBe(at('02:47:00'));
  });

  test('read the labels that Alertmanager writes as text, and tags', () => {
    const firing = 'Labels:\n - alertname = KubePodNotReady\n - namespace = shop\n - zone = eu-west-1a\n - node = n-7';
    expect(factsOf({ details: { firing } })).toMatchObject({
      alert: 'KubePodNotReady',
      zone: 'eu-west-1a',
      node: 'n-7',
    });
    expect(factsOf({ details: { tags: 'env:prod, service:web' } })).toMatchObject({
      service: 'web',
      environment: 'production',
    });
  });

  test('have the neighbours up to three calls away, the nearest ones only', () => {
    const chain = ['a', 'b', 'c', 'd', 'e'].flatMap((from, n, all) =>
      all[n + 1] ? [{ from, to: all[n + 1] ?? '' }] : [],
    );
    expect(factsOf({ details: { service: 'a' } }, chain).callees).toEqual({ b: 1, c: 2, d: 3 });
    const wide = Array.from({ length: 500 }, (_, n) => ({ from: 'a', to: `x${n}` }));
    expect(Object.keys(factsOf({ details: { service: 'a' } }, wide).callees)).toHaveLength(40);
  });

  test('are made of hostile text without harm', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ maxLength: 400 })), fc.string(), (details, title) => {
        expect(PageFacts.safeParse(factsOf({ title, details })).success).toBe(true);
      }),
    );
  });
});

describe('relations', () => {
  const pages = storms().flatMap((storm) => play(storm).map(({ facts }) => facts));
  const page = fc.constantFrom(...pages);

  test('are the same from both sides, and share a key', () => {
    fc.assert(
      fc.property(page, page, (a, b) => {
        const relation = relate(a, b);
        expect(relate(b, a)?.kind).toBe(relation?.kind);
        if (relation) expect(relationKeys(a).some((key) => relationKeys(b).includes(key))).toBe(true);
      }),
    );
  });

  test('are none across environments, for what left a group, or about cost', () => {
    const one = pages.find(({ symptom, service }) => symptom === 'errors' && service !== undefined);
    if (one === undefined) throw new Error('no page');
    const other = { ...one, incidentId: 'other' };
    expect(relate(one, other)).toBeDefined();
    expect(relate(one, { ...other, environment: 'elsewhere' })).toBeUndefined();
    expect(relate(one, { ...other, apart: 'a-person-said-so' as const })).toBeUndefined();
    expect(relate(one, { ...other, symptom: 'cost' as const })).toBeUndefined();
  });
});

describe('urgency', () => {
  const facts = { openedAt: at('02:00:00'), environment: 'production', symptom: 'errors' as const };
  const urgency = (over: Partial<typeof facts>, severity: Trigger['severity'] = 'high') =>
    urgencyOf({ ...facts, ...over }, { severity, kind: 'page' });

  test('puts what is severe and in production first', () => {
    expect(urgency({}, 'critical')).toBeGreaterThan(urgency({}));
    expect(urgency({})).toBeGreaterThan(urgency({ environment: 'staging' }));
    expect(urgency({})).toBeGreaterThan(urgency({}, 'low'));
  });

  test('lets nothing starve: what waited long enough goes before whatever comes', () => {
    expect(urgency({ environment: 'dev' }, 'low')).toBeGreaterThan(urgency({ openedAt: at('02:30:00') }, 'critical'));
  });
});
