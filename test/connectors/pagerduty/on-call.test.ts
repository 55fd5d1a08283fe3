import { describe, expect, test } from 'vitest';
import { pagerDutyOnCall } from '../../../connectors/pagerduty/on-call.ts';
import { type Answer, type Asked, serve } from '../../server.ts';

const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) });
const service = { service: { id: 'PSVC123', escalation_policy: { id: 'PPOL123', summary: 'Shop' } } };

async function against(oncalls: Answer, ofService: Answer = json(service)) {
  const server = await serve(({ path }: Asked) => (path.startsWith('/oncalls') ? oncalls : ofService));
  const schedules = pagerDutyOnCall({ token: async () => 'secret-token\n', baseUrl: server.url, timeoutMs: 300 });
  return { server, schedules, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const entry = (level: number, name: string, more: object = {}) => ({
  escalation_level: level,
  escalation_policy: { id: 'PPOL123', summary: 'Shop' },
  schedule: { summary: 'Shop primary' },
  user: { summary: name },
  start: '2026-11-27T08:00:00Z',
  end: '2026-11-28T08:00:00Z',
  ...more,
});

describe('who is on call', () => {
  test('is read by the escalation policy of the service, lowest level first, each person once', async () => {
    await using world = await against(
      json({
        oncalls: [
          entry(2, 'Ben', { schedule: null, end: null }),
          entry(1, 'Ana\u0007'),
          entry(1, 'Ana\u0007', { end: '2026-11-29T08:00:00Z' }),
        ],
      }),
    );
    expect(await world.schedules.now(['PSVC123'])).toEqual({
      kind: 'data',
      people: [
        { name: 'Ana', level: 1, policy: 'Shop', schedule: 'Shop primary', until: '2026-11-29T08:00:00.000Z' },
        { name: 'Ben', level: 2, policy: 'Shop' },
      ],
    });
    expect(world.server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /services/PSVC123',
      'GET /oncalls?limit=100&escalation_policy_ids%5B%5D=PPOL123',
    ]);
    expect(world.server.asked[1]).toMatchObject({ headers: { authorization: 'Token token=secret-token' } });
  });

  test('is not known without a token', async () => {
    expect(await pagerDutyOnCall({}).now(['PSVC123'])).toMatchObject({ kind: 'gap' });
  });

  test.each([
    ['a token that is refused', json({}, 401), 'PagerDuty does not accept the token.'],
    ['a missing right', json({}, 403), 'The PagerDuty token may not read who is on call.'],
    ['no JSON', { body: '<html>' }, 'PagerDuty answered with something that is no list of people on call.'],
    [
      'another shape',
      json({ oncalls: [{ escalation_level: 'first' }] }),
      'PagerDuty answered with something that is no list of people on call.',
    ],
    ['a failure of theirs', json({}, 500), 'PagerDuty answered with status 500.'],
  ])('is a gap after %s', async (_, answer, reason) => {
    await using world = await against(answer);
    expect(await world.schedules.now(['PSVC123'])).toEqual({ kind: 'gap', gap: { source: 'pagerduty', reason } });
  });

  test('is a gap if the policy of the service has a strange id', async () => {
    await using world = await against(
      json({ oncalls: [] }),
      json({ service: { escalation_policy: { id: '../users' } } }),
    );
    expect(await world.schedules.now(['PSVC/../1'])).toMatchObject({ kind: 'gap' });
    expect(world.server.asked.map(({ path }) => path)).toEqual(['/services/PSVC%2F..%2F1']);
  });
});
