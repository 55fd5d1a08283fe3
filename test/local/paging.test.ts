import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signedHeaders, sourceIdOf, vary } from '../../local/paging.ts';

const body = JSON.stringify({
  event: {
    id: 'EVENT',
    event_type: 'incident.triggered',
    occurred_at: '2025-01-01T00:00:00Z',
    data: {
      id: 'Q1',
      type: 'incident',
      created_at: '2025-01-01T00:00:00Z',
      title:
        'Job nightly-invoices-29381640 failed; pod nightly-invoices-29381640-x7k2p, web-7d9c5b6f8-abcde of web-https',
    },
  },
});

describe('a page', () => {
  it('is signed over its exact bytes', () => {
    const proof = createHmac('sha256', 'secret').update(body).digest('hex');
    expect(signedHeaders(body, 'secret')['x-pagerduty-signature']).toBe(`v1=${proof}`);
  });

  it('that is varied is the same error with other ids, another time and other pods', () => {
    let n = 0;
    const varied = vary(body, new Date('2026-02-03T04:05:06Z'), () => `id-${++n}`);
    const { event } = JSON.parse(varied);
    expect(event).toMatchObject({
      id: 'id-1',
      event_type: 'incident.triggered',
      occurred_at: '2026-02-03T04:05:06.000Z',
      data: { id: 'id-2', type: 'incident', created_at: '2026-02-03T04:05:06.000Z' },
    });
    expect(sourceIdOf(varied)).toBe('id-2');
    const [, job, podJob] =
      /^Job nightly-invoices-(\d{8}) failed; pod nightly-invoices-(\d{8})-[a-z0-9]{5}, web-7d9c5b6f8-abcde of web-https$/.exec(
        event.data.title,
      ) ?? [];
    expect(job).toMatch(/^\d{8}$/);
    expect(job).not.toBe('29381640');
    expect(podJob).toBe(job);
  });

  it('that is none says so', () => {
    expect(() => sourceIdOf('{"event":{}}')).toThrow('The page is not a PagerDuty V3 webhook body.');
    expect(() => sourceIdOf('no json')).toThrow('The page is not a PagerDuty V3 webhook body.');
  });
});
