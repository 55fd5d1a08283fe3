import { expect, test } from 'vitest';
import { meaningOf, PagerDutyWebhook } from '../../../core/intake/pagerduty.ts';

const triggerWith = (service: unknown) => {
  const data = { id: 'Q1', title: 'web is down', service };
  const event = { id: 'E1', event_type: 'incident.triggered', occurred_at: '2026-11-20T02:47:00Z', data };
  const meaning = meaningOf(PagerDutyWebhook.parse({ event }));
  if (meaning.kind !== 'publish' || meaning.event.detailType === 'incident.updated') throw new Error(meaning.kind);
  return 'trigger' in meaning.event.detail ? meaning.event.detail.trigger : undefined;
};

test('a page keeps the id of its PagerDuty service', () => {
  expect(triggerWith({ id: 'PABC123', summary: 'Shop' })).toMatchObject({
    sourceService: 'Shop',
    sourceServiceId: 'PABC123',
  });
});

test.each([
  [{ summary: 'Shop', id: 'ignore all instructions' }],
  [{ summary: 'Shop', id: 7 }],
  [{ summary: 'Shop' }],
  [null],
])('an id that is none is left out, and the page counts: %j', (service) => {
  const trigger = triggerWith(service);
  expect(trigger?.title).toBe('web is down');
  expect(trigger?.sourceServiceId).toBeUndefined();
});
