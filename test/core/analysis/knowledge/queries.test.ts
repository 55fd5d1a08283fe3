import { expect, test } from 'vitest';
import { questionsOf } from '../../../../core/analysis/knowledge/queries.ts';
import { aBrief, aContext, aTrigger, cronJob } from '../../../builders.ts';

test('the alert’s name is asked first, then title, description and workload, each once', () => {
  const brief = aBrief({
    trigger: aTrigger({
      title: 'Job failed',
      details: {
        'labels.alertname': 'KubeJobFailed',
        'annotations.summary': 'Job failed',
        'annotations.description': 'It failed.',
      },
    }),
    context: aContext({ workload: cronJob }),
  });
  expect(questionsOf(brief).map(({ text }) => text)).toEqual([
    'KubeJobFailed',
    'Job failed',
    'It failed.',
    'CronJob nightly-invoices',
  ]);
});
