// Each rule about queues with a case where it holds, one where it does not, and one that looks alike.
import { describe, expect, test } from 'vitest';
import { callsOfResources } from '../../../../core/analysis/aws/index.ts';
import { findingsIn, flat, resource, step, told } from './resources.ts';

const healthy = {
  ApproximateAgeOfOldestMessage: flat(2),
  ApproximateNumberOfMessagesVisible: flat(3),
  NumberOfMessagesSent: flat(240),
  NumberOfMessagesReceived: flat(240),
  NumberOfMessagesDeleted: flat(240),
};
const queue = (metrics: Record<string, [number, number][]> = {}, over = {}) =>
  resource('sqs', 'orders', { visible: 3, metrics: { ...healthy, ...metrics }, ...over });
const older = step(2, (minute) => 60 * (minute - 9));
const reader = resource('lambda', 'printer', { eventSources: [{ type: 'sqs', name: 'orders', state: 'Enabled' }] });

describe('a backlog', () => {
  test('less is finished: a symptom, which leads to the function that reads the queue', () => {
    const slow = queue({
      ApproximateAgeOfOldestMessage: older,
      ApproximateNumberOfMessagesVisible: step(3, (minute) => 100 * (minute - 9)),
      NumberOfMessagesReceived: step(240, 100),
      NumberOfMessagesDeleted: step(240, 100),
    });
    expect(told(slow, reader)).toEqual(['consumer-behind symptom Queue orders']);
    expect(findingsIn(slow, reader)[0]).toMatchObject({
      claim: expect.stringContaining('240 arrive a minute (240 before) and 100 are finished (240 before)'),
      dependency: { kind: 'Function', name: 'printer' },
    });
  });
  test('nobody reads it', () => {
    const alone = queue({
      ApproximateAgeOfOldestMessage: older,
      ApproximateNumberOfMessagesVisible: step(3, (minute) => 240 * (minute - 9)),
      NumberOfMessagesReceived: step(240, 0),
      NumberOfMessagesDeleted: step(240, 0),
    });
    expect(findingsIn(alone)[0]?.claim).toContain('nobody reads them');
  });
  test('what arrives is not known, which is not the same as nothing', () => {
    const unmeasured = resource('sqs', 'orders', { metrics: { ApproximateAgeOfOldestMessage: older } });
    const [finding] = findingsIn(unmeasured);
    expect(finding?.cause).toBe('consumer-behind');
    expect(finding?.claim).toContain('how many arrive and are finished is not known');
    expect(finding?.claim).not.toContain('nobody reads them');
  });
  test('more arrives while as much is finished as before: the traffic is the cause', () => {
    const busy = queue({
      ApproximateAgeOfOldestMessage: older,
      ApproximateNumberOfMessagesVisible: step(3, (minute) => 700 * (minute - 9)),
      NumberOfMessagesSent: step(240, 1000),
      NumberOfMessagesReceived: step(240, 300),
      NumberOfMessagesDeleted: step(240, 300),
    });
    expect(told(busy)).toEqual(['consumer-behind symptom Queue orders', 'traffic-surge cause Queue orders']);
  });
  test('one message fails again and again while the others are finished: its consumer is stuck on it', () => {
    const poisoned = queue({ ApproximateAgeOfOldestMessage: older, NumberOfMessagesReceived: step(240, 242) });
    expect(told(poisoned, reader)).toEqual(['consumer-stuck cause Function printer']);
    expect(told(poisoned)).toEqual(['consumer-stuck cause Queue orders']);
  });
  test('a steady age is nothing, be it high, and a short wait is nothing', () => {
    expect(told(queue({ ApproximateAgeOfOldestMessage: flat(4000) }))).toEqual([]);
    expect(told(queue({ ApproximateAgeOfOldestMessage: step(2, 40) }))).toEqual([]);
    expect(told(resource('sqs', 'orders'))).toEqual([]);
  });
});

describe('dead letters', () => {
  const dead = (depth: [number, number][]) =>
    resource('sqs', 'orders-failed', {
      deadLettersOf: ['orders'],
      metrics: { ApproximateNumberOfMessagesVisible: depth },
    });
  test('that become more are a symptom, with how many others were finished', () => {
    const growing = dead(step(3, (minute) => 3 + (minute - 9)));
    expect(told(growing, queue(), reader)).toEqual(['dead-letters-growing symptom Queue orders-failed']);
    expect(findingsIn(growing, queue(), reader)[0]).toMatchObject({
      claim: expect.stringMatching(/got \d+ dead letters since 09:20 UTC; \d{4} others of orders were finished/),
      dependency: { kind: 'Function', name: 'printer' },
    });
  });
  test('that lie there since long are nothing', () => {
    expect(told(dead(flat(40)))).toEqual([]);
  });
});

test('who depends on whom follows from mappings, redrive policies, and the catalogue', () => {
  const resources = [
    resource('lambda', 'printer', {
      service: 'labels',
      eventSources: [{ type: 'sqs', name: 'orders', state: 'Enabled' }],
    }),
    resource('sqs', 'orders', { service: 'labels' }),
    resource('sqs', 'orders-failed', { deadLettersOf: ['orders'] }),
    resource('dynamodb', 'label-table', { service: 'labels' }),
  ];
  expect(callsOfResources(resources).map(({ from, to }) => `${from} > ${to}`)).toEqual([
    'orders > printer',
    'orders-failed > orders',
    'labels > printer',
    'labels > label-table',
    'printer > label-table',
    'orders > labels',
  ]);
});
