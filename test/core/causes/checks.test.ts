// The checks that refute a cause, each where it holds and where it does not.
import { describe, expect, test } from 'vitest';
import { type CauseCode, causeCodes, causes } from '../../../core/causes/causes.ts';
import type { ObservedFinding, Suspicion, WellObservation } from '../../../core/causes/checks.ts';
import type { ObservationKind } from '../../../core/causes/observation-kind.ts';
import { at } from '../../builders.ts';

const finding = (over: Partial<ObservedFinding>): ObservedFinding => ({
  role: 'symptom',
  entity: { kind: 'Deployment' },
  confidence: 0.8,
  ...over,
});
const requests = (before: number, during: number) => ({ name: 'requests_per_second', before, during });
const tried = new Set<CauseCode>();
const refutes = (cause: CauseCode, given: Partial<Omit<Suspicion, 'cause'>>): boolean => {
  tried.add(cause);
  return causes[cause].rulesOut.some(
    ({ check }) =>
      check !== 'by-hand' &&
      check({ cause, onset: undefined, here: [], elsewhere: [], observations: [], ofCluster: [], ...given }),
  );
};

describe.each(['code-change', 'config-change', 'flag-change', 'infrastructure-change'] as const)('%s', (cause) => {
  const trouble = (onset: string) => ({ onset: at('02:30:00'), here: [finding({ onset })] });
  test('is ruled out where the trouble began before it went live', () => {
    expect(refutes(cause, trouble(at('02:20:00')))).toBe(true);
  });
  test('stands where the trouble came after it, or within what clocks and smoothing blur', () => {
    expect(refutes(cause, trouble(at('02:31:00')))).toBe(false);
    expect(refutes(cause, trouble(at('02:26:00')))).toBe(false);
  });
  test('stands where an onset is unknown, and for trouble elsewhere', () => {
    expect(refutes(cause, { here: [finding({ onset: at('02:20:00') })] })).toBe(false);
    expect(refutes(cause, { onset: at('02:30:00'), here: [finding({})] })).toBe(false);
    expect(refutes(cause, { onset: at('02:30:00'), elsewhere: [finding({ onset: at('02:20:00') })] })).toBe(false);
  });
  test('stands where something that is no trouble is older', () => {
    const here = [
      finding({ role: 'context', onset: at('01:00:00') }),
      finding({ role: 'change', onset: at('01:00:00') }),
    ];
    expect(refutes(cause, { onset: at('02:30:00'), here })).toBe(false);
  });
});

describe('traffic-drop', () => {
  const fall = finding({ cause: 'traffic-drop', onset: at('02:30:00'), signal: requests(100, 10) });
  const given = (onset: string) => ({ onset: at('02:30:00'), here: [fall, finding({ onset })] });
  test('is ruled out where the service was in trouble first', () => {
    expect(refutes('traffic-drop', given(at('02:20:00')))).toBe(true);
  });
  test('stands where it was in trouble afterwards, and where another signal of traffic fell first', () => {
    expect(refutes('traffic-drop', given(at('02:35:00')))).toBe(false);
    const here = [fall, finding({ onset: at('02:20:00'), signal: requests(50, 5) })];
    expect(refutes('traffic-drop', { onset: at('02:30:00'), here })).toBe(false);
  });
});

describe.each(['traffic-surge', 'retry-storm'] as const)('%s', (code) => {
  test('is ruled out where traffic was measured and did not rise', () => {
    expect(refutes(code, { here: [finding({ signal: requests(100, 90) })] })).toBe(true);
  });
  test('stands where it rose, and where nobody measured it', () => {
    expect(refutes(code, { here: [finding({ signal: requests(100, 300) })] })).toBe(false);
    expect(refutes(code, { here: [finding({})] })).toBe(false);
  });
  test('stands where only failed or slow requests became fewer', () => {
    const signal = { name: 'request_errors', before: 9, during: 1 };
    expect(refutes(code, { here: [finding({ signal })] })).toBe(false);
  });
});

describe('node-network-delay', () => {
  const other = (over: Partial<ObservedFinding>) => ({
    elsewhere: [finding({ role: 'cause', entity: { kind: 'Node' }, cause: 'node-network-delay', ...over })],
  });
  test('is ruled out where another node is as slow', () => {
    expect(refutes('node-network-delay', other({}))).toBe(true);
  });
  test('stands where another node has something else, or where nobody is sure of it', () => {
    expect(refutes('node-network-delay', other({ cause: 'node-pressure' }))).toBe(false);
    expect(refutes('node-network-delay', other({ confidence: 0.3 }))).toBe(false);
    expect(refutes('node-network-delay', other({ entity: { kind: 'Service' } }))).toBe(false);
  });
});

describe('what a source sees to be well', () => {
  const onset = at('02:30:00');
  const seen = (kind: ObservationKind, time?: string): WellObservation => ({ kind, ...(time && { at: at(time) }) });

  test.each([
    ['image-not-found', 'image-pulled'],
    ['cpu-throttled', 'no-cpu-limit'],
    ['command-invalid', 'all-pods-available'],
    ['port-conflict', 'all-pods-available'],
    ['replicas-zero', 'all-pods-available'],
    ['rollout-stuck', 'all-pods-available'],
    ['image-not-found', 'image-runs-elsewhere'],
    ['service-selector', 'endpoints-ready'],
    ['concurrency-exhausted', 'none-throttled'],
    ['throughput-exceeded', 'none-throttled'],
    ['database-failover', 'no-failover'],
    ...(
      [
        'scheduling-node-selector',
        'scheduling-node-affinity',
        'scheduling-pod-anti-affinity',
        'scheduling-taint',
        'scheduling-node-cordoned',
        'scheduling-insufficient-cpu',
        'scheduling-insufficient-memory',
        'scheduling-insufficient-resource',
        'scheduling-node-full',
        'scheduling-topology-spread',
        'volume-storage-class',
        'volume-access-mode',
        'volume-capacity',
        'volume-selector',
        'volume-claimed-by-another',
        'volume-attached-elsewhere',
        'volume-zone-mismatch',
        'preempted',
        'pod-address-exhausted',
        'service-account-missing',
        'admission-refused',
        'admission-webhook-unavailable',
        'lifecycle-hook-failed',
        'image-architecture',
        'pods-unavailable',
      ] as const
    ).map((cause) => [cause, 'all-pods-available'] as const),
  ] as const)('rules out %s: %s', (cause, kind) => {
    expect(refutes(cause, { observations: [seen(kind)] })).toBe(true);
    expect(refutes(cause, { observations: [seen('kubelet-reported')], ofCluster: [seen(kind)] })).toBe(false);
  });

  test.each([
    ['image-registry-unreachable', 'registry-answers'],
    ['node-kubelet', 'kubelet-reported'],
    ['node-not-ready', 'kubelet-reported'],
    ['node-reclaimed', 'kubelet-reported'],
    ['targets-unhealthy', 'targets-healthy'],
    ['task-cannot-start', 'all-pods-available'],
  ] as const)('rules out %s: %s, after it began', (cause, kind) => {
    expect(refutes(cause, { onset, observations: [seen(kind, '02:35:00')] })).toBe(true);
    expect(refutes(cause, { onset, observations: [seen(kind, '02:29:00')] })).toBe(false);
    expect(refutes(cause, { onset, observations: [seen(kind, '02:30:30')] })).toBe(false);
    expect(refutes(cause, { onset, observations: [seen(kind)] })).toBe(false);
    expect(refutes(cause, { observations: [seen(kind, '02:35:00')] })).toBe(false);
  });

  test('rules out scheduler-down: a pod of the cluster was scheduled after it began', () => {
    const ofCluster = [seen('pod-scheduled', '02:35:00')];
    expect(refutes('scheduler-down', { onset, ofCluster })).toBe(true);
    expect(refutes('scheduler-down', { onset: at('02:40:00'), ofCluster })).toBe(false);
  });
});

test('every check of the catalogue is tried here', () => {
  const checked = causeCodes.filter((code) => causes[code].rulesOut.some(({ check }) => check !== 'by-hand'));
  expect(checked.toSorted()).toEqual([...tried].sort());
});
