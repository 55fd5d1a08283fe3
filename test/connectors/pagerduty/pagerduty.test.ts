import { describe, expect, test } from 'vitest';
import { pagerDuty } from '../../../connectors/pagerduty/index.ts';
import { type Answer, type Asked, serve } from '../../server.ts';

const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) });
const config = { token: async () => 'secret-token', fromEmail: 'watchkeeper@example.com', retryMs: 1, timeoutMs: 300 };

async function against(answer: (asked: Asked) => Answer | Promise<Answer>) {
  const server = await serve(answer);
  return {
    server,
    pager: pagerDuty({ ...config, baseUrl: server.url }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe('alerts of an incident', () => {
  test('are asked for as PagerDuty wants it, and come flattened', async () => {
    await using world = await against(() =>
      json({
        alerts: [
          {
            id: 'A1',
            summary: 'CPU\u0007 high',
            severity: 'critical',
            body: { details: { labels: { cluster: 'b-2' } } },
          },
          { id: 'A2', summary: null, body: null },
        ],
        more: false,
      }),
    );
    expect(await world.pager.alerts('PD/1')).toEqual({
      kind: 'data',
      alerts: [
        { summary: 'CPU  high', severity: 'critical', details: { 'labels.cluster': 'b-2' } },
        { summary: '', details: {} },
      ],
    });
    expect(world.server.asked).toMatchObject([
      {
        method: 'GET',
        path: '/incidents/PD%2F1/alerts?limit=25',
        headers: { authorization: 'Token token=secret-token', accept: 'application/vnd.pagerduty+json;version=2' },
      },
    ]);
  });

  test.each([
    ['a token that is not accepted', { status: 401 }, 'PagerDuty does not accept the token.', 1],
    ['an unknown incident', { status: 404 }, 'PagerDuty does not know this incident.', 1],
    ['a limit that is reached', { status: 429 }, 'PagerDuty asks to be asked less often.', 2],
    ['a failure of theirs', { status: 502 }, 'PagerDuty answered with status 502.', 2],
    [
      'an answer that is no JSON',
      { body: '<html>' },
      'PagerDuty answered with something that is no list of alerts.',
      1,
    ],
    ['another shape', json({ alerts: 'none' }), 'PagerDuty answered with something that is no list of alerts.', 1],
    [
      'more than anybody reads',
      { body: ' '.repeat(3_000_000) },
      'PagerDuty answered with something that is no list of alerts.',
      1,
    ],
  ])('%s is a gap, in our words', async (_, answer, reason, asked) => {
    await using world = await against(() => answer);
    expect(await world.pager.alerts('PD-1')).toEqual({ kind: 'gap', gap: { source: 'pagerduty', reason } });
    expect(world.server.asked).toHaveLength(asked);
  });

  test('that come at the second try are alerts', async () => {
    let tries = 0;
    await using world = await against(() => (++tries === 1 ? { status: 503 } : json({ alerts: [] })));
    expect(await world.pager.alerts('PD-1')).toEqual({ kind: 'data', alerts: [] });
  });

  test('that do not come in time are a gap', async () => {
    await using world = await against(() => new Promise<Answer>((resolve) => setTimeout(resolve, 5000, {}).unref()));
    const asked = await world.pager.alerts('PD-1');
    expect(asked).toEqual({ kind: 'gap', gap: { source: 'pagerduty', reason: 'PagerDuty did not answer.' } });
  });

  test('from nobody are a gap', async () => {
    const pager = pagerDuty({ ...config, baseUrl: 'http://127.0.0.1:9' });
    expect(await pager.alerts('PD-1')).toMatchObject({ kind: 'gap' });
  });

  test('without a token are a gap, and nothing is asked', async () => {
    expect(await pagerDuty({}).alerts('PD-1')).toMatchObject({
      gap: { reason: 'No PagerDuty token is configured, so the alerts of the page were not read.' },
    });
  });
});

describe('a note', () => {
  const keeping = () => {
    const notes: { content: string }[] = [];
    return (asked: Asked) => {
      if (asked.method === 'POST') notes.push(JSON.parse(asked.body).note);
      return json({ notes });
    };
  };

  test('is written as the configured user, within 2,000 characters', async () => {
    await using world = await against(keeping());
    expect(await world.pager.note('PD-1', 'found it. '.repeat(500))).toEqual({ kind: 'written' });
    const post = world.server.asked.find(({ method }) => method === 'POST');
    expect(post).toMatchObject({ path: '/incidents/PD-1/notes', headers: { from: 'watchkeeper@example.com' } });
    expect(JSON.parse(post?.body ?? '').note.content.length).toBeLessThanOrEqual(2000);
  });

  test('is written once by a step that runs twice', async () => {
    await using world = await against(keeping());
    await world.pager.note('PD-1', 'found it');
    expect(await world.pager.note('PD-1', 'found it')).toEqual({ kind: 'written' });
    await world.pager.note('PD-1', 'and fixed it');
    expect(world.server.asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test('whose answer was lost is not written again', async () => {
    let lost = false;
    const keep = keeping();
    await using world = await against((asked) => {
      const answer = keep(asked);
      if (asked.method !== 'POST' || lost) return answer;
      lost = true;
      return { status: 504 };
    });
    expect(await world.pager.note('PD-1', 'found it')).toEqual({ kind: 'written' });
    expect(world.server.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('is written also when the notes before it cannot be read', async () => {
    await using world = await against(({ method }) => (method === 'GET' ? { status: 403 } : json({ note: {} }, 201)));
    expect(await world.pager.note('PD-1', 'found it')).toEqual({ kind: 'written' });
  });

  test('that cannot be written is a gap', async () => {
    await using world = await against(() => ({ status: 403 }));
    expect(await world.pager.note('PD-1', 'x')).toMatchObject({
      gap: { reason: 'The PagerDuty token may not do this.' },
    });
    expect(await pagerDuty({ token: async () => 't' }).note('PD-1', 'x')).toMatchObject({ kind: 'gap' });
  });
});

describe('marking the page', () => {
  const page = (status: string) => json({ incident: { id: 'PD1', type: 'incident', status } });

  test('is one PUT, as the user that notes are from', async () => {
    await using world = await against(({ method }) => page(method === 'GET' ? 'triggered' : 'acknowledged'));
    expect(await world.pager.mark('PD1', 'acknowledged')).toEqual({ kind: 'written' });
    const [, put] = world.server.asked;
    expect(put).toMatchObject({ method: 'PUT', path: '/incidents/PD1', headers: { from: 'watchkeeper@example.com' } });
    expect(JSON.parse(put?.body ?? '')).toEqual({ incident: { type: 'incident_reference', status: 'acknowledged' } });
  });
  test.each([
    ['acknowledged', 'acknowledged'],
    ['acknowledged', 'resolved'],
    ['resolved', 'resolved'],
  ] as const)('as %s changes nothing where it is %s already', async (wanted, status) => {
    await using world = await against(() => page(status));
    expect(await world.pager.mark('PD1', wanted)).toEqual({ kind: 'written' });
    expect(world.server.asked.map(({ method }) => method)).toEqual(['GET']);
  });
  test.each<[string, Answer]>([
    ['PagerDuty does not know this incident.', { status: 404 }],
    ['PagerDuty answered with status 400.', json({ error: { message: 'Incident Already Resolved', code: 1001 } }, 400)],
    ['The PagerDuty token may not do this.', { status: 403 }],
  ])('that is refused is a gap: %s', async (reason, answer) => {
    await using world = await against(({ method }) => (method === 'GET' ? page('triggered') : answer));
    expect(await world.pager.mark('PD1', 'resolved')).toEqual({ kind: 'gap', gap: { source: 'pagerduty', reason } });
  });
  test('without a sender is a gap', async () => {
    expect(await pagerDuty({ token: async () => 'x' }).mark('PD1', 'resolved')).toMatchObject({ kind: 'gap' });
  });
});

describe('a status update', () => {
  const ok = (body: unknown = {}) => json(body, 201);
  const playing =
    (log: readonly unknown[]) =>
    ({ method }: Asked) =>
      method === 'GET' ? json({ log_entries: log, more: false }) : ok({ status_update: { id: 'PSU1' } });

  test('is posted as PagerDuty wants it, for those who follow the incident', async () => {
    await using world = await against(playing([{ type: 'trigger_log_entry', summary: 'Triggered' }]));
    expect(await world.pager.statusUpdate('PD/1', 'Being\u0007 worked on.')).toEqual({ kind: 'written' });
    expect(world.server.asked).toMatchObject([
      { method: 'GET', path: '/incidents/PD%2F1/log_entries?limit=100' },
      {
        method: 'POST',
        path: '/incidents/PD%2F1/status_updates',
        headers: { from: 'watchkeeper@example.com' },
        body: JSON.stringify({ message: 'Being  worked on.' }),
      },
    ]);
  });

  test('that was posted before is not posted again', async () => {
    const said = { type: 'status_update_log_entry', message: 'Recovered.' };
    await using world = await against(playing([said]));
    expect(await world.pager.statusUpdate('PD1', 'Recovered.')).toEqual({ kind: 'written' });
    expect(world.server.asked.map(({ method }) => method)).toEqual(['GET']);
  });

  test('is posted where the log cannot be read, and is short', async () => {
    await using world = await against(({ method }) => (method === 'GET' ? { status: 403 } : ok()));
    expect(await world.pager.statusUpdate('PD1', 'x '.repeat(2000))).toEqual({ kind: 'written' });
    expect(JSON.parse(world.server.asked[1]?.body ?? '').message.length).toBeLessThanOrEqual(600);
  });

  test('of an account that does not include them is a gap that says so', async () => {
    await using world = await against(({ method }) => (method === 'GET' ? json({ log_entries: [] }) : { status: 402 }));
    expect(await world.pager.statusUpdate('PD1', 'x')).toEqual({
      kind: 'gap',
      gap: { source: 'pagerduty', reason: 'The PagerDuty account does not include this.' },
    });
  });
});

describe('a limit that is reached', () => {
  const limited = (seconds: string) => ({ status: 429, headers: { 'ratelimit-reset': seconds } });
  test('is waited for as long as PagerDuty says, where that is not long', async () => {
    let tries = 0;
    await using world = await against(() => (++tries === 1 ? limited('1') : json({ alerts: [] })));
    const begun = performance.now();
    expect(await world.pager.alerts('PD1')).toEqual({ kind: 'data', alerts: [] });
    expect(performance.now() - begun).toBeGreaterThan(950);
  });
  test('is a gap at once where it is long', async () => {
    await using world = await against(() => limited('45'));
    expect(await world.pager.alerts('PD1')).toMatchObject({ kind: 'gap' });
    expect(world.server.asked).toHaveLength(1);
  });
});
