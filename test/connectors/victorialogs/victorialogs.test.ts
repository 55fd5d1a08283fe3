import { describe, expect, test } from 'vitest';
import { authorizer } from '../../../connectors/authorize.ts';
import { victoriaLogs } from '../../../connectors/victorialogs/logs.ts';
import { victoriaLogs as manifest } from '../../../connectors/victorialogs/manifest.ts';
import { aScope } from '../../builders.ts';
import { type Answer, serve } from '../../server.ts';

// What a server may do to us; that the real one is understood is in test/real.

const window = { start: '2026-11-20T02:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const scope = aScope({ reach: 'cluster', service: 'web', window });
async function ask(answer: (query: string, path: string) => Answer | Promise<Answer>, over: object = {}) {
  await using server = await serve(({ body, path }) => answer(new URLSearchParams(body).get('query') ?? '', path));
  const settings = manifest.configSchema.parse({ url: server.url });
  const observed = await victoriaLogs({ ...settings, ...over }).observe(scope, {});
  if (observed.kind === 'gap') return { gap: observed.gap.reason, messages: [], missing: [], asked: server.asked };
  const messages: string[] = [];
  for await (const { message } of observed.data) messages.push(message);
  return { gap: undefined, messages, missing: observed.missing ?? [], asked: server.asked };
}
const counted = (n0: unknown) => JSON.stringify({ n0, n1: '0' });

describe('a server that is no help becomes a gap in our words', () => {
  test.each([
    [{ status: 401, body: 'secret' }, /refused the login \(status 401\)/],
    [{ status: 400, body: 'cannot parse <script>' }, /answered with status 400/],
    [{ status: 302, headers: { location: 'https://login.example.com' } }, /status 302/],
    [{ body: '<html>' }, /a form that is not its API/],
    [{ body: '{"n0":5}' }, /a form that is not its API/],
    [{ body: counted('many') }, /a form that is not its API/],
  ])('%j', async (answer, reason) => expect((await ask(() => answer)).gap).toMatch(reason));
  test('an answer without end, and none', async () => {
    const large = await ask((query) => ({ body: query.includes('stats') ? counted('10') : 'x'.repeat(20_000) }), {
      maxBytes: 10_000,
    });
    expect(large.gap).toContain('more than 10000 bytes');
    const late = await ask(() => new Promise((resolve) => setTimeout(() => resolve({}), 2000)), { deadlineMs: 200 });
    expect(late.gap).toContain('did not answer within');
  });
});

test('lines outside of the window, without a time, or of another scope are not kept', async () => {
  const row = (time: string, message: string) => JSON.stringify({ _time: time, _msg: message, service: 'web' });
  const body = [row('2026-11-20T02:30:00Z', 'in'), row('2026-11-20T04:30:00Z', 'after'), row('soon', 'never')].join(
    '\n',
  );
  const { messages } = await ask((query) => ({ body: query.includes('stats') ? counted('3') : body }));
  expect(messages).toEqual(['in']);
});

test('a sample that fails leaves the forms, and both are said', async () => {
  const first = JSON.stringify({ _time: '2026-11-20T02:30:00Z', watchkeeper_line: 'GET /1 failed', service: 'web' });
  const { messages, missing } = await ask((query) => {
    if (query.includes('| limit')) return { status: 503 };
    if (query.includes('collapse_nums')) return { body: JSON.stringify({ _msg: 'GET /<N> failed', n: '9', first }) };
    return { body: counted('1000000') };
  });
  expect(messages).toEqual(['GET /1 failed']);
  expect(missing[0]).toBe(
    '999,999 of 1,000,000 lines of the paged service; read: the first lines of 1 forms of trouble, and no more of them (VictoriaLogs answered with status 503.), the first line of each of 1 forms',
  );
});

test('the login and the tenant are sent', async () => {
  const authorize = authorizer({ kind: 'bearer' }, { secret: async () => 'tok', aws: undefined });
  const { asked } = await ask(() => ({ body: counted('0') }), { authorize, tenant: '12:7' });
  expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer tok', accountid: '12', projectid: '7' });
});
