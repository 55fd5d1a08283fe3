import { describe, expect, test } from 'vitest';
import { pagedMetricOf, statisticIn } from '../../../core/context/paged-metric.ts';
import type { FiringAlert } from '../../../core/model/telemetry.ts';

const of = (title: string, details: Record<string, string> = {}, firing: readonly FiringAlert[] = []) =>
  pagedMetricOf({ title, details }, ['orders'], firing);

describe('the metric of a page', () => {
  test('is the one that CloudWatch gives, with statistic and threshold', () => {
    const details = {
      'Trigger.MetricName': 'Latency',
      'Trigger.ExtendedStatistic': 'p99',
      'Trigger.Threshold': '2.5',
    };
    expect(of('ALARM: orders', details)).toMatchObject({
      symptom: 'latency',
      name: 'Latency',
      statistic: 'tail',
      threshold: 2.5,
    });
  });
  test('is read from the title if no field gives it', () => {
    expect(of('orders: average latency above its objective')).toMatchObject({ symptom: 'latency', statistic: 'mean' });
    expect(of('orders: success ratio below its objective')).toMatchObject({ symptom: 'errors', statistic: undefined });
  });
  test('can be two: it fails or it is slow', () => {
    expect(of('orders: some journeys fail or are slow')).toMatchObject({ symptom: 'latency', also: 'errors' });
  });
  test('is that of the firing alert if the page says nothing', () => {
    const alert: FiringAlert = {
      name: 'Objective',
      at: '2026-11-20T02:40:00Z',
      summary: '',
      status: 'firing',
      metric: 'availability',
      statistic: 'Average',
      threshold: 0.99,
    };
    expect(of('orders', {}, [alert])).toMatchObject({ symptom: 'unavailable', statistic: 'mean', threshold: 0.99 });
  });
  test('is unknown without words for it', () => {
    expect(of('orders needs attention')).toMatchObject({ symptom: 'unknown', name: undefined, threshold: undefined });
  });
});

test.each([
  ['latency_average', 'mean'],
  ['avg_duration_ms', 'mean'],
  ['latency_p50', 'median'],
  ['latency_p99', 'tail'],
  ['Maximum', 'tail'],
  ['p99latency', 'tail'],
  ['requests_per_second', undefined],
])('the statistic of %s is %s', (text, statistic) => {
  expect(statisticIn(text)).toBe(statistic);
});
