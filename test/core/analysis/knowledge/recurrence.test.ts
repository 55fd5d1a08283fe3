import { describe, expect, test } from 'vitest';
import { recurrenceTags } from '../../../../core/analysis/knowledge/recurrence.ts';
import { aContext, aTrigger, cronJob } from '../../../builders.ts';

const context = aContext({ workload: cronJob });
const tags = (title: string, details: Record<string, string> = {}, over = {}) =>
  recurrenceTags(aTrigger({ title, details }), { ...context, ...over });

describe('an alert that comes again', () => {
  test('is known by its name, its title, the workload and the environment', () => {
    expect(tags('Job failed', { 'firing.labels.alertname': 'KubeJobFailed' })).toEqual([
      'recurs:KubeJobFailed:CronJob/billing/nightly-invoices:production',
      'recurs:Job-failed:CronJob/billing/nightly-invoices:production',
    ]);
  });
  test('is the same whatever run, pod or cluster it speaks of this time', () => {
    const first = tags('[FIRING:1] Job billing/nightly-invoices-29381640 failed');
    const again = tags(
      '[FIRING:2] Job billing/nightly-invoices-29383080 failed',
      {},
      { workload: { ...cronJob, cluster: 'backend-2' } },
    );
    expect(again).toEqual(first);
  });
  test.each([
    ['of another workload', { workload: { ...cronJob, name: 'nightly-reports' } }],
    ['of another namespace', { workload: { ...cronJob, namespace: 'ledger' } }],
    ['in another environment', { environment: { ...context.environment, value: 'staging' } }],
  ])('is another one %s', (_, over) => {
    expect(tags('Job failed', {}, over)).not.toEqual(tags('Job failed'));
  });
  test('is not recognised where no workload is known', () => {
    expect(tags('Job failed', {}, { workload: undefined })).toEqual([]);
  });
  test('has tags of one word and bounded length, whatever the alert is called', () => {
    const name = 'a, b:c\n'.repeat(20);
    const long = tags('( x ) '.repeat(500), {
      'labels.alertname': name,
      'labels.monitor': 'ü'.repeat(190),
      check: 'c',
    });
    expect(long).toHaveLength(3);
    expect(long.every((tag) => /^recurs:[^\s,:]+:[^\s,:]+:[^\s,:]+$/.test(tag))).toBe(true);
    expect(long.map((tag) => `tag:${tag}`).join(' ').length).toBeLessThan(1000);
  });
});
