import { describe, expect, test } from 'vitest';
import { statedPeriod } from '../../../core/language/stated-period.ts';

const now = new Date('2026-11-17T16:00:00Z');
const read = (text: string) => {
  const { period, against, rest, sinceDeploy } = statedPeriod(text, now);
  const hours = (ms: number) => new Date(ms).toISOString().slice(5, 16);
  return {
    period: period && [hours(period.startMs), hours(period.endMs)],
    back: against && against.backMs / 3_600_000,
    rest,
    sinceDeploy,
  };
};

describe('the period that a question states', () => {
  test.each([
    ['show me p99 of checkout for the last 2 hours', ['11-17T14:00', '11-17T16:00']],
    ['p99 checkout last 2h', ['11-17T14:00', '11-17T16:00']],
    ['logs of payment with timeout since 14:00', ['11-17T14:00', '11-17T16:00']],
    ['what was deployed since yesterday', ['11-16T00:00', '11-17T16:00']],
    ['p95 of web between 9 and 10', ['11-17T09:00', '11-17T10:00']],
    ['rps of storefront at 14:00 yesterday', ['11-16T13:30', '11-16T14:30']],
    ['what happened last night', ['11-16T20:00', '11-17T08:00']],
    ['what happened last week', ['11-09T00:00', '11-16T00:00']],
    ['which pods restarted today', ['11-17T00:00', '11-17T16:00']],
  ])('%s', (text, period) => expect(read(text).period).toEqual(period));

  test.each([
    'compare eu and us',
    'memory of checkout per pod',
    'last but not least',
    'pods of app-2h',
    'since then it is down',
  ])('none: %s', (text) => expect(read(text).period).toBeUndefined());

  test('a comparison is no period', () => {
    expect(read('error ratio of checkout against yesterday')).toMatchObject({ period: undefined, back: 24 });
    expect(read('is this the same as last week')).toMatchObject({ period: undefined, back: 168 });
    expect(read('errors of checkout yesterday')).toMatchObject({ back: undefined });
  });

  test('since the deploy is said as such', () => {
    expect(read('p99 of checkout since the last deploy')).toMatchObject({ sinceDeploy: true, rest: 'p99 of checkout' });
  });

  test('hostile numbers and lengths end in no period or a finite one', () => {
    for (const text of [
      'last 0 hours',
      'last 9999 weeks',
      `since ${'9'.repeat(5000)}`,
      'between 99 and 98',
      'since 25:61',
    ]) {
      const { period } = statedPeriod(text, now);
      if (period) expect(period.startMs).toBeLessThan(period.endMs);
    }
  });
});
