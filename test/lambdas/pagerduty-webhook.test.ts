import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import type { BusEvent } from '../../core/model/events.ts';
import { receive } from '../../lambdas/pagerduty-webhook/handler.ts';
import { testClock } from '../contract/records.ts';
import { storesForTests } from '../stores.ts';

const open = storesForTests();
const clock = testClock();
const secret = 'current-secret';

type Ports = Parameters<typeof receive>[1];
let ports: Ports;
let published: BusEvent[];
beforeEach(async () => {
  published = [];
  ports = {
    seen: (await open(clock)).seen,
    bus: { publish: async (event) => void published.push(event) },
    secrets: { pagerDutyWebhook: async () => [secret, 'next-secret'], slackSigning: async () => [] },
  };
});

const sign = (body: string, key = secret) => `v1=${createHmac('sha256', key).update(body).digest('hex')}`;
const post = (body: string, headers: Record<string, string> = { 'X-PagerDuty-Signature': sign(body) }) =>
  receive({ rawPath: '/webhooks/pagerduty', headers, body, isBase64Encoded: false }, ports);

const anEvent = (over: Record<string, unknown> = {}, data: Record<string, unknown> = {}) =>
  JSON.stringify({
    event: {
      id: '01EVT',
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: '2026-11-20T02:47:00.000Z',
      agent: { summary: 'Ana' },
      data: {
        id: 'PD-1',
        title: 'checkout is slow',
        html_url: 'https://example.pagerduty.com/incidents/PD-1',
        urgency: 'high',
        priority: { summary: 'P1' },
        service: { summary: 'Shop' },
        body: { details: { firing: { labels: { cluster: 'backend-2' } }, num_firing: 1 } },
        ...data,
      },
      ...over,
    },
  });

// The example that PagerDuty publishes with its Go client (Apache-2.0): secret, body and signature are theirs.
const published1 = {
  secret: 'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
  signature: 'v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd',
  body: '{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident","occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}',
};

describe('the signature', () => {
  test("of PagerDuty's published example is right", async () => {
    ports = { ...ports, secrets: { ...ports.secrets, pagerDutyWebhook: async () => [published1.secret] } };
    const answer = await post(published1.body, { 'x-pagerduty-signature': published1.signature });
    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining('incident.priority_updated') });
  });

  test('may be any of several, by any of several secrets', async () => {
    const body = anEvent();
    const signatures = `${sign(body, 'retired')},${sign(body, 'next-secret')}`;
    expect((await post(body, { 'X-PagerDuty-Signature': signatures })).statusCode).toBe(202);
  });

  test('is over the bytes that were sent, also when they arrive in base64', async () => {
    const body = anEvent({}, { title: 'Größe überschritten: 数据库 ✗' });
    const answer = await receive(
      {
        rawPath: '/',
        headers: { 'x-pagerduty-signature': sign(body) },
        body: Buffer.from(body).toString('base64'),
        isBase64Encoded: true,
      },
      ports,
    );
    expect(answer.statusCode).toBe(202);
    expect(published[0]?.detail).toMatchObject({ trigger: { title: 'Größe überschritten: 数据库 ✗' } });
  });

  test.each([
    ['of another secret', (body: string) => sign(body, 'wrong')],
    ['of another body', (body: string) => sign(`${body} `)],
  ])('%s is refused for good, before the body is looked at', async (_, signature) => {
    const answer = await post('not json', { 'X-PagerDuty-Signature': signature('not json') });
    expect(answer.statusCode).toBe(403);
    expect(published).toEqual([]);
  });

  test.each([
    ['missing', undefined],
    ['of another version', 'v2=00'],
    ['too short', 'v1=abcd'],
    ['no hex', `v1=${'z'.repeat(64)}`],
  ])('that is %s is malformed', async (_, signature) => {
    const answer = await post(anEvent(), signature === undefined ? {} : { 'X-PagerDuty-Signature': signature });
    expect(answer.statusCode).toBe(400);
  });
});

describe('the body', () => {
  test.each([
    ['no JSON', 'not json'],
    ['no event', '{}'],
    ['a number for an id', anEvent({ id: 7 })],
    ['a time that is none', anEvent({ occurred_at: 'yesterday' })],
    ['a title that is none', anEvent({}, { title: ['x'] })],
    ['no incident id', anEvent({}, { id: '' })],
    ['an incident that is none', anEvent({ data: 'x' })],
    ['empty', ''],
  ])('that is wrong (%s) is refused for good', async (_, body) => {
    expect((await post(body)).statusCode).toBe(400);
    expect(published).toEqual([]);
  });

  test('above 256 KB is refused', async () => {
    const body = anEvent({}, { padding: 'x'.repeat(256 * 1024) });
    expect((await post(body)).statusCode).toBe(400);
  });

  test('with fields that nobody knows is taken', async () => {
    expect((await post(anEvent({ novelty: { deep: [1] } }, { also: null }))).statusCode).toBe(202);
  });

  test('with details of any shape is taken', async () => {
    for (const [index, details] of [null, 'text', [[1]], 7, { a: null }].entries()) {
      expect((await post(anEvent({ id: `e-${index}` }, { body: { details } }))).statusCode).toBe(202);
    }
    expect((await post(anEvent({ id: 'e-none' }, { body: null, service: null, priority: null }))).statusCode).toBe(202);
  });
});

describe('an event', () => {
  test('that pages goes on the bus as a trigger', async () => {
    expect((await post(anEvent())).statusCode).toBe(202);
    expect(published).toEqual([
      {
        detailType: 'incident.triggered',
        detail: {
          trigger: {
            kind: 'page',
            eventId: '01EVT',
            sourceId: 'PD-1',
            occurredAt: '2026-11-20T02:47:00.000Z',
            title: 'checkout is slow',
            severity: 'critical',
            sourceService: 'Shop',
            link: 'https://example.pagerduty.com/incidents/PD-1',
            details: { 'firing.labels.cluster': 'backend-2', num_firing: '1' },
          },
        },
      },
    ]);
  });

  test.each([
    ['incident.acknowledged', 'acknowledged'],
    ['incident.unacknowledged', 'triggered'],
    ['incident.resolved', 'resolved'],
  ])('%s updates the page', async (event_type, status) => {
    await post(anEvent({ event_type }));
    expect(published).toEqual([
      {
        detailType: 'incident.updated',
        detail: { eventId: '01EVT', sourceId: 'PD-1', status, at: '2026-11-20T02:47:00.000Z', by: 'Ana' },
      },
    ]);
  });

  test('that reopens starts work', async () => {
    await post(anEvent({ event_type: 'incident.reopened' }));
    expect(published[0]?.detailType).toBe('incident.reopened');
  });

  test('that tests the subscription is answered', async () => {
    const ping = anEvent({
      event_type: 'pagey.ping',
      resource_type: 'pagey',
      data: { message: 'Hello', type: 'ping' },
    });
    expect(await post(ping)).toMatchObject({ statusCode: 200, body: '{"status":"pong"}' });
    expect(published).toEqual([]);
  });

  test.each(['incident.annotated', 'incident.delegated', 'service.updated', 'something.new'])(
    '%s is ignored, with the reason',
    async (event_type) => {
      const answer = await post(anEvent({ event_type }));
      expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining(event_type) });
      expect(published).toEqual([]);
    },
  );

  test('keeps no secret that somebody put into an alert', async () => {
    await post(
      anEvent(
        {},
        { title: 'login failed: password=hunter2secret', body: { details: { token: 'xoxb-1234567890-abc' } } },
      ),
    );
    expect(JSON.stringify(published)).not.toMatch(/hunter2|xoxb-1234567890/);
  });
});

describe('at least once', () => {
  test('a redelivered event goes on the bus once, for three days', async () => {
    await post(anEvent());
    clock.set('2026-11-23T02:46:00.000Z');
    expect(await post(anEvent())).toMatchObject({ statusCode: 200, body: '{"status":"duplicate"}' });
    expect(published).toHaveLength(1);
  });

  test('is answered 2xx only once it is on the bus; else it is asked for again, and then taken', async () => {
    const { bus } = ports;
    ports = {
      ...ports,
      bus: {
        publish: async () => {
          throw new Unavailable('The bus is down.');
        },
      },
    };
    expect((await post(anEvent({ id: '02EVT' }))).statusCode).toBe(503);
    ports = { ...ports, bus };
    expect((await post(anEvent({ id: '02EVT' }))).statusCode).toBe(202);
    expect(published).toHaveLength(1);
  });

  test('a crash between the bus and the record of it costs a second delivery, never the event', async () => {
    const { seen } = ports;
    ports = {
      ...ports,
      seen: {
        ...seen,
        claim: async () => {
          throw new Unavailable('The table is down.');
        },
      },
    };
    expect((await post(anEvent({ id: '03EVT' }))).statusCode).toBe(503);
    ports = { ...ports, seen };
    expect((await post(anEvent({ id: '03EVT' }))).statusCode).toBe(202);
    expect(published).toHaveLength(2);
  });

  test.each([
    ['cannot be read', async () => Promise.reject(new Unavailable('The secret could not be read.'))],
    ['are not configured', async () => []],
  ])('when the secrets %s it is asked for again, not refused', async (_, pagerDutyWebhook) => {
    ports = { ...ports, secrets: { ...ports.secrets, pagerDutyWebhook } };
    expect((await post(anEvent())).statusCode).toBe(503);
  });
});
