import { describe, expect, test } from 'vitest';
import { withStoppedConsumers } from '../../../core/diagnosis/stopped-consumers.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'depot', cluster: 'c1' };
const pile = (over: Partial<Finding> = {}): Finding =>
  aFinding({
    id: 'metrics-1',
    specialist: 'metrics',
    claim: 'messages of parcels rose',
    entity: { kind: 'Queue', name: 'parcels', namespace: 'brokers', cluster: 'c1' },
    role: 'symptom',
    cause: undefined,
    onset: '2026-05-04T10:20:00Z',
    signal: { name: 'messages_ready', unit: 'messages', before: 10, during: 4000 },
    ...over,
  });
const stop = (name: string, time = '10:00:00', over: Partial<Finding> = {}): Finding =>
  aFinding({
    id: `kubernetes-${name}`,
    claim: `Deployment ${name} is scaled to zero replicas.`,
    entity: { kind: 'Deployment', name, ...place },
    role: 'cause',
    cause: 'replicas-zero',
    severity: 'minor',
    confidence: 0.4,
    onset: `2026-05-04T${time}Z`,
    ...over,
  });
const leadsTo = (...findings: readonly Finding[]) => withStoppedConsumers(findings)[0]?.dependency?.name;

describe('messages that pile up', () => {
  test('lead to the one workload that was scaled to zero before', () => {
    const [symptom, cause] = withStoppedConsumers([pile(), stop('sorter')]);
    expect(symptom?.dependency?.name).toBe('sorter');
    expect(cause).toMatchObject({ severity: 'critical', confidence: 0.85 });
    expect(cause?.claim).toContain('the messages of parcels pile up');
  });
  test('lead to the one with the name of the queue, if several were stopped', () => {
    expect(leadsTo(pile(), stop('parcel-worker'), stop('mailer'))).toBe('parcel-worker');
    expect(leadsTo(pile(), stop('sorter'), stop('mailer'))).toBeUndefined();
  });
  test.each([
    ['stopped afterwards', pile(), stop('sorter', '10:40:00')],
    ['stopped the day before', pile({ onset: '2026-05-05T10:20:00Z' }), stop('sorter')],
    ['stopped at an unknown time', pile(), stop('sorter', '10:00:00', { onset: undefined })],
    [
      'of another cluster',
      pile(),
      stop('sorter', '10:00:00', { entity: { kind: 'Deployment', name: 'sorter', cluster: 'c2' } }),
    ],
  ])('do not lead to a workload %s', (_, symptom, cause) => {
    expect(withStoppedConsumers([symptom, cause])).toEqual([symptom, cause]);
  });
  test('are no slow answers and no queue that empties', () => {
    const slow = pile({
      entity: { kind: 'Deployment', name: 'web', ...place },
      signal: { name: 'latency_p99', unit: 's', before: 0.1, during: 4 },
    });
    const empty = pile({ signal: { name: 'messages_ready', unit: 'messages', before: 4000, during: 10 } });
    expect(leadsTo(slow, stop('sorter'))).toBeUndefined();
    expect(leadsTo(empty, stop('sorter'))).toBeUndefined();
  });
});
