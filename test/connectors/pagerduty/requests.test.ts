import { describe, expect, test } from 'vitest';
import { alertmanager } from '../../../connectors/alertmanager/index.ts';
import { pageRequests } from '../../../connectors/page-requests.ts';
import { pagerDutyRequests } from '../../../connectors/pagerduty/requests.ts';
import type { PageRequest } from '../../../core/model/page-request.ts';
import { type Answer, type Asked, serve } from '../../server.ts';

const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) });
const on = { sourceId: 'QOOMDEP01', by: 'ada', comment: 'checkout: errors' };
const mia = { id: 'PMIA123', name: 'Mia Chen' };

async function against(answer: (asked: Asked) => Answer) {
  const server = await serve(answer);
  const requests = pagerDutyRequests({
    token: async () => 'secret-token',
    fromEmail: 'watchkeeper@example.com',
    baseUrl: server.url,
    timeoutMs: 300,
    retryMs: 1,
  });
  return { server, requests, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Bodies of answers as https://developer.pagerduty.com/api-reference shows them. */
const acknowledged = json(
  { incident: { id: 'QOOMDEP01', status: 'acknowledged', assignments: [{ assignee: { id: 'PMIA123' } }] } },
  201,
);

describe('a request with a page', () => {
  test.each<[PageRequest, string, string, unknown]>([
    [
      { kind: 'acknowledge' },
      'PUT',
      '/incidents/QOOMDEP01',
      { incident: { type: 'incident_reference', status: 'acknowledged' } },
    ],
    [{ kind: 'snooze', seconds: 7200 }, 'POST', '/incidents/QOOMDEP01/snooze', { duration: 7200 }],
    [
      { kind: 'reassign', to: mia },
      'PUT',
      '/incidents/QOOMDEP01',
      {
        incident: {
          type: 'incident_reference',
          assignments: [{ assignee: { id: 'PMIA123', type: 'user_reference' } }],
        },
      },
    ],
  ])('%j is sent once, and done only if the answer shows it', async (request, method, path, body) => {
    await using world = await against(() => acknowledged);
    expect(await world.requests.carryOut(request, on)).toMatchObject({ kind: 'done' });
    expect(world.server.asked.map((one) => [one.method, one.path])).toEqual([[method, path]]);
    expect(JSON.parse(world.server.asked[0]?.body ?? '')).toEqual(body);
    expect(world.server.asked[0]?.headers.from).toBe('watchkeeper@example.com');
  });

  test('a responder is requested by the user of the sender address', async () => {
    await using world = await against(({ path }) =>
      path.startsWith('/users')
        ? json({ users: [{ id: 'PBOT123', name: 'Watchkeeper' }] })
        : json({ responder_request: {} }),
    );
    expect(await world.requests.carryOut({ kind: 'responder', to: mia }, on)).toMatchObject({ kind: 'done' });
    expect(JSON.parse(world.server.asked[1]?.body ?? '')).toMatchObject({
      requester_id: 'PBOT123',
      responder_request_targets: [{ responder_request_target: { id: 'PMIA123', type: 'user_reference' } }],
    });
  });

  test('without one user of that address nothing is sent', async () => {
    await using world = await against(() => json({ users: [] }));
    expect(await world.requests.carryOut({ kind: 'responder', to: mia }, on)).toMatchObject({ kind: 'failed' });
    expect(world.server.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('a workflow is found among the enabled ones by its words, and started for the incident', async () => {
    await using world = await against(({ method }) =>
      method === 'GET'
        ? json({
            incident_workflows: [
              { id: 'PWORK1', name: 'Major Incident', is_enabled: true },
              { id: 'PWORK2', name: 'Major Incident (old)', is_enabled: false },
              { id: 'PWORK3', name: 'Security' },
            ],
          })
        : json({ incident_workflow_instance: { id: 'i' } }),
    );
    expect(await world.requests.find('workflow', 'major')).toEqual({
      kind: 'data',
      found: [{ id: 'PWORK1', name: 'Major Incident' }],
    });
    const request = { kind: 'workflow', to: { id: 'PWORK1', name: 'Major Incident' } } as const;
    expect(await world.requests.carryOut(request, on)).toMatchObject({ kind: 'done' });
    expect(world.server.asked[1]?.path).toBe('/incident_workflows/PWORK1/instances');
  });

  test.each<[string, () => Answer, string]>([
    ['a refusal', () => json({ error: {} }, 403), 'failed'],
    ['an answer without the result', () => json({ incident: { status: 'triggered' } }), 'unknown'],
    ['an answer of another shape', () => ({ body: '<html>' }), 'unknown'],
    ['a redirect', () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }), 'unknown'],
  ])('%s is not called done, and not repeated', async (_name, answer, kind) => {
    await using world = await against(answer);
    expect(await world.requests.carryOut({ kind: 'snooze', seconds: 60 }, on)).toMatchObject({ kind });
    expect(world.server.asked).toHaveLength(1);
  });

  test('people are found by words or by id; strange names and ids are cleaned or refused', async () => {
    await using world = await against(({ path }) =>
      path.startsWith('/users/P')
        ? json({ user: { id: 'PMIA123', name: 'Mia\u0007 Chen' } })
        : json({ users: [{ id: '../x', name: 'Eve' }] }),
    );
    expect(await world.requests.find('person', 'PMIA123')).toMatchObject({
      found: [{ id: 'PMIA123', name: expect.not.stringContaining('\u0007') }],
    });
    expect(await world.requests.find('person', 'eve')).toMatchObject({ kind: 'gap' });
  });

  test('without a token and a sender nothing is possible', async () => {
    const none = pageRequests({ pagerduty: {} });
    expect([...none.can]).toEqual([]);
    expect(await none.carryOut({ kind: 'acknowledge' }, on)).toMatchObject({ kind: 'failed' });
  });
});

describe('a silence', () => {
  const request = { kind: 'silence', seconds: 600, matchers: [{ name: 'alertname', value: 'High"Errors\\' }] } as const;
  test('has the matchers, the person and an end; values are quoted', async () => {
    await using server = await serve(({ method }) =>
      method === 'GET' ? json([{ labels: { alertname: 'x' } }]) : json({ silenceID: 'abc-1' }),
    );
    const part = alertmanager({ url: `${server.url}/`, token: async () => 'tok', now: () => 0 });
    expect(await part.covered(request.matchers)).toEqual({ kind: 'data', alerts: 1 });
    expect(new URL(server.asked[0]?.path ?? '', server.url).searchParams.getAll('filter')).toEqual([
      'alertname="High\\"Errors\\\\"',
    ]);
    expect(await part.carryOut(request, on)).toMatchObject({ kind: 'done', detail: expect.stringContaining('abc-1') });
    expect(JSON.parse(server.asked[1]?.body ?? '')).toEqual({
      matchers: [{ name: 'alertname', value: 'High"Errors\\', isRegex: false, isEqual: true }],
      startsAt: '1970-01-01T00:00:00.000Z',
      endsAt: '1970-01-01T00:10:00.000Z',
      createdBy: 'ada',
      comment: 'checkout: errors',
    });
    expect(server.asked[1]?.headers.authorization).toBe('Bearer tok');
  });
  test.each<[string, Answer, string]>([
    ['a refusal', json('bad', 400), 'failed'],
    ['a failure of the server', json('', 503), 'unknown'],
    ['no id', json({}), 'unknown'],
  ])('%s', async (_name, answer, kind) => {
    await using server = await serve(() => answer);
    expect(await alertmanager({ url: server.url }).carryOut(request, on)).toMatchObject({ kind });
    expect(server.asked).toHaveLength(1);
  });
});
