import { describe, expect, test } from 'vitest';
import { LogReader } from '../../../../core/analysis/logs/reading.ts';
import { sourceOf } from '../../../../core/analysis/logs/sources.ts';
import type { EntityRef } from '../../../../core/model/entity.ts';
import type { LogRecord } from '../../../../core/model/telemetry.ts';

const time = (clock: string): number => Date.parse(`2026-11-20T${clock}Z`);
/** A quarter of an hour lies between them. */
const periods = {
  baselineStart: time('01:00:00'),
  baselineEnd: time('02:00:00'),
  incidentStart: time('02:15:00'),
  incidentEnd: time('02:30:00'),
};
const record = (clock: string, message: string, labels: LogRecord['labels'] = { service: 'cart' }): LogRecord => ({
  timestamp: `2026-11-20T${clock}Z`,
  source: 'kubernetes',
  labels,
  message,
});
function reading(records: readonly LogRecord[], workload?: EntityRef) {
  const reader = new LogReader(periods, workload);
  for (const one of records) reader.push(one);
  return reader.finish();
}

describe('a reading', () => {
  test('counts before and during, and what lies between for neither', () => {
    const clocks = ['01:00:00', '01:59:59', '02:00:00', '02:10:00', '02:14:59', '02:15:00', '02:30:00', '02:30:01'];
    const { templates, lines, characters } = reading(clocks.map((clock) => record(clock, 'it broke')));
    expect(templates.map(({ count, baselineCount }) => [count, baselineCount])).toEqual([[2, 2]]);
    expect([lines, characters]).toEqual([8, 64]);
  });
  test('knows how much it can compare with: from the first line on', () => {
    const { coverage } = reading([record('01:50:00', 'a'), record('02:15:00', 'b'), record('02:25:00', 'c')]);
    expect(coverage).toMatchObject({ baselineMs: 600_000, incidentMs: 600_000 });
    expect([...coverage.groupTimes.values()]).toEqual([{ firstMs: time('02:15:00'), lastMs: time('02:25:00') }]);
  });
  test('has no baseline when the lines begin with the incident, and a minute at least of it', () => {
    expect(reading([record('02:20:00', 'a')]).coverage).toMatchObject({ baselineMs: 0, incidentMs: 60_000 });
    expect(reading([]).coverage).toMatchObject({ baselineMs: 0, incidentMs: 60_000 });
  });
  test('takes the time that a line states before the time it was collected', () => {
    const [template] = reading([record('02:20:00', '2026-11-20T01:30:00Z ERROR it broke')]).templates;
    expect([template?.count, template?.baselineCount]).toEqual([0, 1]);
  });
  test('names who wrote a template', () => {
    const { templates, sourceOf: source } = reading([record('02:20:00', 'a', { service: 'cart', namespace: 'shop' })]);
    expect(source(templates[0]?.group ?? '')).toMatchObject({
      name: 'cart',
      entity: { kind: 'Service', namespace: 'shop' },
    });
    expect(source('nobody')).toBeUndefined();
  });
  test('takes the pods of one workload for one, and those of two for two', () => {
    const pod = (name: string) => ({ pod: name, namespace: 'shop' });
    const { templates } = reading([
      record('02:20:00', 'it broke', pod('cart-6d4b75cb6d-hwmqk')),
      record('02:20:01', 'it broke', pod('cart-6d4b75cb6d-x2x9z')),
      record('02:20:02', 'it broke', pod('ledger-6d4b75cb6d-hwmqk')),
    ]);
    expect(templates.map(({ count }) => count)).toEqual([2, 1]);
  });
  test('follows the units of nodes beside the lines', () => {
    const stopped: LogRecord = {
      ...record('02:20:00', 'systemd[1]: Stopped kubelet.', { node: 'worker-1', unit: 'kubelet' }),
      source: 'journald',
    };
    expect(reading([stopped]).stoppedUnits).toMatchObject([{ unit: 'kubelet', node: 'worker-1' }]);
  });
});

describe('a line is spoken by', () => {
  const workload = { kind: 'CronJob', name: 'nightly-invoices', namespace: 'billing', cluster: 'b1' };
  const where = { namespace: 'billing', cluster: 'b1' };
  test.each<[string, LogRecord['labels'], EntityRef, string]>([
    [
      'a unit: its node',
      { node: 'n1', unit: 'kubelet', ...where },
      { kind: 'Node', name: 'n1', cluster: 'b1' },
      'kubelet on n1',
    ],
    ['a service', { service: 'cart', pod: 'x', ...where }, { kind: 'Service', name: 'cart', ...where }, 'cart'],
    [
      'a pod: its owner',
      { pod: 'cart-6d4b75cb6d-hwmqk', ...where },
      { kind: 'Deployment', name: 'cart', ...where },
      'cart',
    ],
    [
      'the paged workload, by the name of its service',
      { service: 'nightly-invoices', ...where },
      workload,
      'nightly-invoices',
    ],
    [
      'the paged workload, by its pod',
      { pod: 'nightly-invoices-29381640-x7k2p', ...where },
      workload,
      'nightly-invoices',
    ],
    ['a node', { node: 'n1', cluster: 'b1' }, { kind: 'Node', name: 'n1', cluster: 'b1' }, 'n1'],
    ['a namespace', where, { kind: 'Namespace', name: 'billing', cluster: 'b1' }, 'billing'],
    ['nobody', {}, { kind: 'Service', name: 'unknown' }, 'unknown'],
  ])('%s', (_, labels, entity, name) => {
    expect(sourceOf(labels, workload)).toMatchObject({ entity, name });
  });
  test('another one in another cluster', () => {
    const keys = ['b1', 'b2'].map((cluster) => sourceOf({ service: 'cart', cluster }, undefined).key);
    expect(new Set(keys).size).toBe(2);
  });
});
