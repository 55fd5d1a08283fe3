// APIs of API Gateway and waits of databases: each rule with a case where it holds, one where it does not, and one that looks alike.
import { describe, expect, test } from 'vitest';
import { callsOfResources } from '../../../../core/analysis/aws/index.ts';
import { findingsIn, flat, resource, step, told } from './resources.ts';

const api = (metrics: Record<string, [number, number][]>, over = {}) =>
  resource('apigateway', 'quotes', {
    uses: ['lambda:quote-fn'],
    stages: [{ name: 'live', rateLimit: 20, burstLimit: 40 }],
    integrations: [{ target: 'lambda:quote-fn', timeoutSeconds: 29 }],
    metrics: {
      Count: flat(600),
      '4XXError': flat(2),
      '5XXError': flat(0),
      'IntegrationLatency.max': flat(2300),
      ...metrics,
    },
    ...over,
  });
const fn = (metrics: Record<string, [number, number][]> = {}) =>
  resource('lambda', 'quote-fn', {
    timeoutSeconds: 60,
    metrics: { Invocations: flat(600), Duration: flat(900), ...metrics },
  });
const late = { '5XXError': step(0, 260), 'IntegrationLatency.max': step(2300, 29_001) };

describe('the time limit of an integration', () => {
  test('a slower function behind it is the cause', () => {
    const slow = fn({ Duration: step(900, 24_000) });
    expect(told(api(late), slow)).toEqual([
      'error_ratio symptom Gateway quotes',
      '- symptom Gateway quotes',
      'slow-itself cause Function quote-fn',
    ]);
    expect(callsOfResources([api(late), slow])).toContainEqual({ from: 'quotes', to: 'quote-fn' });
  });
  test('without a function that was read, nobody is blamed', () => {
    expect(told(api(late))).toEqual(['error_ratio symptom Gateway quotes', '- symptom Gateway quotes']);
    expect(told(api(late), fn())).toEqual(['error_ratio symptom Gateway quotes', '- symptom Gateway quotes']);
  });
  test('errors of fast calls, and calls that always took so long, are no time limit', () => {
    expect(told(api({ '5XXError': step(0, 260) }), fn({ Duration: step(900, 24_000) }))).toEqual([
      'error_ratio symptom Gateway quotes',
    ]);
    expect(told(api({ '5XXError': step(0, 260), 'IntegrationLatency.max': flat(29_001) }))).toEqual([
      'error_ratio symptom Gateway quotes',
    ]);
  });
});

describe('the limit of a stage', () => {
  const refused = { '4XXError': step(2, 360) };
  test('below what the stage took before, it is the cause', () => {
    expect(told(api(refused, { stages: [{ name: 'live', rateLimit: 4 }] }))).toEqual([
      'api-rate-limit cause Gateway quotes',
    ]);
  });
  test('with more requests it is a consequence of traffic', () => {
    expect(told(api({ Count: step(600, 2400), '4XXError': step(2, 1200) }))).toEqual([
      'api-rate-limit symptom Gateway quotes',
      'traffic-surge cause Gateway quotes',
    ]);
  });
  test('refusals away from the limit, without one, or of one of several stages, are only refusals', () => {
    const only = ['refused_ratio symptom Gateway quotes'];
    expect(told(api(refused))).toEqual(only);
    expect(told(api(refused, { stages: [{ name: 'live' }] }))).toEqual(only);
    expect(told(api(refused, { stages: [{ name: 'live', rateLimit: 4 }, { name: 'test' }] }))).toEqual(only);
    expect(told(api({}, { stages: [{ name: 'live', rateLimit: 4 }] }))).toEqual([]);
  });
});

describe('waits of a database by time', () => {
  const waiting = (lock: [number, number][], cpu: [number, number][]) =>
    resource('rds', 'rates-db', {
      waits: [
        { event: 'Lock:transactionid', sessions: 0, before: 0, points: lock },
        { event: 'CPU', sessions: 0, before: 0, points: cpu },
      ],
    });
  test('sessions that wait for locks since a minute are told with it', () => {
    const [finding] = findingsIn(waiting(step(0, 20), flat(1)));
    expect(finding).toMatchObject({
      cause: 'database-lock',
      onset: '2026-11-23T09:20:00.000Z',
      claim: expect.stringContaining('20.0 sessions wait for locks on average (Lock:transactionid), 0.0 before'),
    });
  });
  test('waits for the processor, and locks that were there before, are none', () => {
    expect(told(waiting(flat(0.02), step(1, 20)))).toEqual([]);
    expect(told(waiting(flat(20), flat(1)))).toEqual([]);
  });
});
