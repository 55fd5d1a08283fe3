import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ownPage, sendPing, signedHeaders, sourceIdOf, vary } from '../../local/paging.ts';
import { serve } from '../server.ts';

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

  it('of one’s own is one that PagerDuty could have sent', () => {
    const own = { title: 'checkout fails', service: 'checkout', cluster: 'c1', namespace: undefined };
    const page = JSON.parse(ownPage(own, new Date('2026-01-01T00:00:00Z'), () => 'ID'));
    expect(page.event).toMatchObject({ event_type: 'incident.triggered', occurred_at: '2026-01-01T00:00:00.000Z' });
    expect(page.event.data).toMatchObject({
      title: 'checkout fails',
      body: { details: { service: 'checkout', cluster: 'c1' } },
    });
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

describe('the test event of a subscription', () => {
  const now = new Date('2026-02-03T04:05:06Z');
  it('is what PagerDuty sends, signed', async () => {
    await using server = await serve(() => ({ body: '{}' }));
    expect(await sendPing(`${server.url}/pagerduty`, 'secret', now)).toMatch(/^ \(HTTP 200 after \d+ ms\)$/);
    const [asked] = server.asked;
    expect(asked?.headers).toMatchObject(signedHeaders(asked?.body ?? '', 'secret'));
    expect(JSON.parse(asked?.body ?? '{}')).toMatchObject({
      event: { event_type: 'pagey.ping', resource_type: 'pagey', data: { type: 'ping' } },
    });
  });
  it.each([
    [403, 'HTTP 403: the secret is another one'],
    [404, 'HTTP 404: nothing is at this address'],
    [503, 'HTTP 503: it has no webhook secret yet'],
    [418, 'HTTP 418: it did not accept the event'],
  ])('that is answered with %d says what is wrong', async (status, says) => {
    await using server = await serve(() => ({ status }));
    await expect(sendPing(server.url, 'secret', now)).rejects.toThrow(says);
  });
  it('that nobody answers says so', async () => {
    await expect(sendPing('http://127.0.0.1:1/', 'secret', now)).rejects.toThrow('did not answer');
  });
});
