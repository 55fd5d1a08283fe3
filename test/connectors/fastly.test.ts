import { describe, expect, test } from 'vitest';
import { fastlyEdge, fastlyExecutor } from '../../connectors/fastly/index.ts';
import { Unavailable } from '../../core/errors.ts';
import { aScope } from '../builders.ts';
import { type Answer, serve } from '../server.ts';

// Answers as Fastly's documentation shows them: https://www.fastly.com/documentation/guides/full-site-delivery/caching/checking-cache/ and
// https://www.fastly.com/documentation/reference/api/purging/.

const services = { 'www.example.com': 'SU1Z0isxPaozGVKXdv0eY' };
const url = 'https://www.example.com/artists/4711';
const scope = aScope();

/** The edge on loopback: what is asked of the public host goes there. */
async function edgeAnswering(answer: Answer) {
  const server = await serve(() => answer);
  const request: typeof fetch = (asked, init) => fetch(`${server.url}${new URL(String(asked)).pathname}`, init);
  return { server, edge: fastlyEdge({ services, request }) };
}

describe('the edge', () => {
  test.each<[string, Readonly<Record<string, string>>, object]>([
    [
      'a hit',
      { 'x-cache': 'HIT', age: '726', 'surrogate-key': 'site artists artist-4711' },
      { cache: 'hit', ageSeconds: 726 },
    ],
    ['a hit behind a shield that missed', { 'x-cache': 'MISS, HIT', age: '3' }, { cache: 'hit', ageSeconds: 3 }],
    ['a miss at the edge of what the shield has', { 'x-cache': 'HIT, MISS' }, { cache: 'miss', ageSeconds: 0 }],
    ['what is never kept', { 'x-cache': 'PASS' }, { cache: 'pass' }],
    ['no word of it', {}, { cache: 'unknown', ageSeconds: 0, surrogateKeys: [] }],
    ['an age that is none', { 'x-cache': 'HIT', age: 'yesterday' }, { cache: 'hit', ageSeconds: 0 }],
  ])('tells %s', async (_, headers, expected) => {
    const { server, edge } = await edgeAnswering({ status: 503, headers, body: 'x'.repeat(100_000) });
    await using __ = server;
    const observed = await edge.observe(scope, { urls: [url] });
    expect(observed).toMatchObject({
      kind: 'data',
      data: [{ url, service: services['www.example.com'], status: 503, ...expected }],
    });
    expect(server.asked[0]?.headers['fastly-debug']).toBe('1');
  });
  test('is not asked for hosts that nobody configured, nor by another way in', async () => {
    const { server, edge } = await edgeAnswering({});
    await using _ = server;
    const others = [
      'https://169.254.169.254/latest/meta-data',
      'http://www.example.com/',
      'https://www.example.com:8443/',
      'https://user@www.example.com/',
      'https://www.example.com.evil.test/',
      'https://constructor/',
    ];
    expect(await edge.observe(scope, { urls: others })).toMatchObject({ kind: 'data', data: [] });
    expect(server.asked).toEqual([]);
  });
  test('does not follow where an answer points', async () => {
    const { server, edge } = await edgeAnswering({ status: 302, headers: { location: 'http://169.254.169.254/' } });
    await using _ = server;
    expect(await edge.observe(scope, { urls: [url] })).toMatchObject({ data: [{ status: 302 }] });
    expect(server.asked).toHaveLength(1);
  });
  test('that does not answer is a gap', async () => {
    const edge = fastlyEdge({ services, request: () => Promise.reject(new Error('down')) });
    expect(await edge.observe(scope, { urls: [url] })).toEqual({
      kind: 'gap',
      gap: { source: 'cdn', reason: 'www.example.com did not answer.' },
    });
  });
});

describe('a purge', () => {
  const action = (over: object = {}) => ({
    incidentId: 'inc-1',
    id: 'purge-cdn-key',
    target: {
      kind: 'SurrogateKey',
      name: 'artist-4711',
      namespace: 'www.example.com',
      cluster: 'fastly:SU1Z0isxPaozGVKXdv0eY',
      ...over,
    },
    parameters: {},
    idempotencyKey: 'key',
  });
  const answering = async (answer: Answer, token: string | undefined = 'a-token') => {
    const server = await serve(() => answer);
    return {
      server,
      executor: fastlyExecutor({
        services,
        token: token === undefined ? undefined : async () => token,
        apiUrl: server.url,
      }),
    };
  };

  test('is soft, of this key alone, with the token', async () => {
    const { server, executor } = await answering({ body: '{"status":"ok","id":"108-1391560174-974124"}' });
    await using _ = server;
    expect((await executor.dryRun(action())).kind).toBe('ok');
    expect(server.asked).toEqual([]);
    expect((await executor.execute(action())).kind).toBe('done');
    expect(server.asked).toMatchObject([
      {
        method: 'POST',
        path: '/service/SU1Z0isxPaozGVKXdv0eY/purge/artist-4711',
        headers: { 'fastly-key': 'a-token', 'fastly-soft-purge': '1' },
      },
    ]);
  });
  test.each([
    ['another service', { cluster: 'fastly:another' }],
    ['a host that nobody configured', { namespace: 'other.example.com' }],
    ['another kind', { kind: 'Deployment' }],
    ['a key that is none', { name: 'a b' }],
    ['a key that is a path', { name: '..' }],
  ])('of %s is refused, and nothing is asked', async (_, over) => {
    const { server, executor } = await answering({});
    await using __ = server;
    expect((await executor.dryRun(action(over))).kind).toBe('refused');
    expect((await executor.execute(action(over))).kind).toBe('refused');
    expect(server.asked).toEqual([]);
  });
  test('of a key with a slash stays below the service', async () => {
    const { server, executor } = await answering({});
    await using _ = server;
    await executor.execute(action({ name: '../../purge_all' }));
    expect(server.asked[0]?.path).toBe('/service/SU1Z0isxPaozGVKXdv0eY/purge/..%2F..%2Fpurge_all');
  });
  test('without a token is refused', async () => {
    expect(await fastlyExecutor({ services }).execute(action())).toEqual({
      kind: 'refused',
      why: 'No Fastly token is configured.',
    });
  });
  test.each([401, 403, 404, 400])('that Fastly answers with %s is refused', async (status) => {
    const { server, executor } = await answering({ status, body: '{"msg":"<!channel> a-token"}' });
    await using _ = server;
    expect(JSON.stringify(await executor.execute(action()))).toMatch(/^\{"kind":"refused","why":"(?!.*channel)/);
  });
  test.each([429, 500, 503])('that Fastly answers with %s can be tried again', async (status) => {
    const { server, executor } = await answering({ status });
    await using _ = server;
    await expect(executor.execute(action())).rejects.toThrow(Unavailable);
  });
});
