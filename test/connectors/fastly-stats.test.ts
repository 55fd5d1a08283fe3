import { describe, expect, test } from 'vitest';
import { readBlocks, readEntries } from '../../connectors/configured.ts';
import { check } from '../../connectors/fastly/check.ts';
import { fastlyTraffic } from '../../connectors/fastly/traffic.ts';
import { fastlyVersions } from '../../connectors/fastly/versions.ts';
import type { Scope } from '../../core/model/scope.ts';
import { aScope } from '../builders.ts';
import type { Answer } from '../server.ts';
import { type FastlyWorld, fastlyDouble, fastlyKey } from './fastly-double.ts';

const id = 'SU1Z0isxPaozGVKXdv0eY';
const other = 'SU2other';
const now = new Date('2026-11-20T03:00:00.000Z');
const second = (time: string) => Date.parse(`2026-11-20T${time}Z`) / 1000;
const minute = (time: string, fields: object = {}) =>
  [second(time), { requests: 1000, hits: 800, miss: 100, pass: 100, miss_time: 20, status_5xx: 1, ...fields }] as const;

const aWebScope = (over: Partial<Scope> = {}): Scope =>
  aScope({
    service: 'web',
    match: { web: { service: id } },
    window: { start: '2026-11-20T02:50:00.000Z', end: '2026-11-20T03:00:00.000Z' },
    ...over,
  });

async function with_<T>(
  world: FastlyWorld,
  use: (reading: Parameters<typeof fastlyTraffic>[0], asked: () => readonly string[]) => Promise<T>,
  over: object = {},
): Promise<T> {
  await using server = await fastlyDouble(world);
  const reading = {
    services: { 'shop.example.com': other },
    token: async () => fastlyKey,
    clock: { now: () => now },
    url: server.url,
    realtimeUrl: server.url,
    timeoutMs: 2000,
    ...over,
  };
  return await use(reading, () => server.asked.map(({ path }) => path));
}

const quiet: FastlyWorld = {
  minutes: { [id]: ['02:50:00', '02:51:00', '02:52:00'].map((time) => minute(time)), [other]: [minute('02:50:00')] },
};

describe('statistics', () => {
  test('are read by minute for the service that the catalogue names, within the window', async () => {
    const { observed, asked } = await with_(quiet, async (reading, paths) => ({
      observed: await fastlyTraffic(reading).observe(aWebScope(), { hosts: [] }),
      asked: paths(),
    }));
    expect(observed).toMatchObject({
      kind: 'data',
      data: [
        {
          service: 'web',
          id,
          minutes: [
            { at: '2026-11-20T02:50:00.000Z', requests: 1000, misses: 100, serverErrors: 1, originSeconds: 20 },
            { at: '2026-11-20T02:51:00.000Z' },
            { at: '2026-11-20T02:52:00.000Z' },
          ],
        },
      ],
      missing: [expect.stringContaining('the last 7 minutes have no statistics yet')],
    });
    expect(asked).toEqual([
      expect.stringMatching(
        new RegExp(`^/stats/service/${id}\\?from=${second('02:50:00')}&to=${second('03:00:00')}&by=minute$`),
      ),
      `/v1/channel/${id}/ts/h/limit/60`,
    ]);
  });
  test('of hosts in the page are those of the settings, under the host name', async () => {
    const observed = await with_(quiet, (reading) =>
      fastlyTraffic(reading).observe(aWebScope({ match: {} }), {
        hosts: ['shop.example.com', 'constructor', 'evil.test'],
      }),
    );
    expect(observed).toMatchObject({ data: [{ service: 'shop.example.com', id: other }] });
  });
  test('take the newest seconds and the locations from the real-time API', async () => {
    const seconds = Array.from(
      { length: 40 },
      (_, n) =>
        [
          second('02:59:00') + n,
          {
            FRA: { requests: 10, status_5xx: 5, errors: 4, hits: 5 },
            AMS: { requests: 30, hits: 20, miss: 10, miss_time: 1 },
          },
        ] as const,
    );
    const observed = await with_({ ...quiet, seconds }, (reading) =>
      fastlyTraffic(reading).observe(aWebScope(), { hosts: [] }),
    );
    expect(observed).toMatchObject({
      data: [
        {
          pops: [
            { pop: 'AMS', requests: 1200, serverErrors: 0 },
            { pop: 'FRA', requests: 400, serverErrors: 200, edgeErrors: 160 },
          ],
          popsAt: { start: '2026-11-20T02:59:00.000Z', end: '2026-11-20T02:59:40.000Z' },
        },
      ],
    });
    const [traffic] = observed.kind === 'data' ? observed.data : [];
    expect(traffic?.minutes.at(-1)).toEqual({
      at: '2026-11-20T02:59:00.000Z',
      requests: 1600,
      hits: 1000,
      misses: 400,
      passes: 0,
      serverErrors: 200,
      edgeErrors: 160,
      originFetches: 0,
      originSeconds: 40,
    });
  });
  test('of an older window take no real-time data, and of one beyond 35 days nothing', async () => {
    const old = { start: '2026-11-19T02:50:00.000Z', end: '2026-11-19T03:00:00.000Z' };
    const world = { minutes: { [id]: [[Date.parse(old.start) / 1000, { requests: 5 }] as const] } };
    await with_(world, async (reading, asked) => {
      expect(await fastlyTraffic(reading).observe(aWebScope({ window: old }), { hosts: [] })).toMatchObject({
        kind: 'data',
        data: [{ pops: [] }],
      });
      expect(asked()).toHaveLength(1);
      const ancient = { start: '2026-01-01T00:00:00.000Z', end: '2026-01-01T01:00:00.000Z' };
      expect(await fastlyTraffic(reading).observe(aWebScope({ window: ancient }), { hosts: [] })).toMatchObject({
        kind: 'gap',
        gap: { reason: expect.stringContaining('35 days') },
      });
      expect(asked()).toHaveLength(1);
    });
  });
  test('without a service that anybody named are none, and nobody is asked', async () => {
    await with_(quiet, async (reading, asked) => {
      expect(await fastlyTraffic(reading).observe(aWebScope({ match: undefined }), { hosts: [] })).toMatchObject({
        data: [],
        missing: [],
      });
      const hostile = { web: { service: '../../tokens' }, cart: { name: 'x' } };
      expect(await fastlyTraffic(reading).observe(aWebScope({ match: hostile }), { hosts: [] })).toMatchObject({
        data: [],
        missing: [expect.stringContaining('web'), expect.stringContaining('cart')],
      });
      expect(asked()).toEqual([]);
    });
  });
  test('of more than five services are cut with a number', async () => {
    const match = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`s${n}`, { service: `SU${n}` }]));
    const observed = await with_({ minutes: { SU0: [minute('02:50:00')] } }, (reading) =>
      fastlyTraffic(reading).observe(aWebScope({ service: 's0', match }), { hosts: [] }),
    );
    expect(observed).toMatchObject({
      data: [{ service: 's0' }],
      missing: expect.arrayContaining(['3 of 8 services of Fastly: a question reads 5.']),
    });
  });
  test.each<[string, Answer, RegExp]>([
    ['a wrong token', { status: 401, body: '<!channel> a-reading-token' }, /refused the login \(status 401\)/],
    ['a missing right', { status: 403 }, /refused the login \(status 403\)/],
    ['another form', { body: '{"status":"success","data":{"<script>":[]}}' }, /a form that is not its API/],
    ['no JSON', { body: '<html>' }, /a form that is not its API/],
    ['a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }, /status 302/],
    ['throttling', { status: 429, headers: { 'retry-after': '3600' } }, /throttled/],
    ['too much', { body: `{"x":"${'x'.repeat(17 * 1_048_576)}"}` }, /more than 16777216 bytes/],
  ])('that get %s are a gap in our words', async (_, answer, words) => {
    const observed = await with_({ instead: (path) => (path.startsWith('/stats') ? answer : undefined) }, (reading) =>
      fastlyTraffic(reading).observe(aWebScope(), { hosts: [] }),
    );
    expect(observed).toMatchObject({ kind: 'gap', gap: { reason: expect.stringMatching(words) } });
    expect(JSON.stringify(observed)).not.toMatch(/channel|script|a-reading/);
  });
  test('with hostile numbers count those as nothing', async () => {
    const fields = {
      requests: -5,
      hits: Number.NaN,
      miss: Number.POSITIVE_INFINITY,
      status_5xx: 'many' as unknown as number,
    };
    const observed = await with_({ minutes: { [id]: [minute('02:50:00', fields)] } }, (reading) =>
      fastlyTraffic(reading).observe(aWebScope(), { hosts: [] }),
    );
    expect(observed).toMatchObject({ data: [{ minutes: [{ requests: 0, hits: 0, misses: 0, serverErrors: 0 }] }] });
  });
  test('keep the minutes if the real-time API fails, and say so', async () => {
    const observed = await with_(
      { ...quiet, instead: (path) => (path.startsWith('/v1') ? { status: 503 } : undefined) },
      (reading) => fastlyTraffic(reading).observe(aWebScope(), { hosts: [] }),
    );
    expect(observed).toMatchObject({
      data: [{ pops: [] }],
      missing: expect.arrayContaining([expect.stringContaining('the newest minute by location')]),
    });
  });
  test('that do not come in time are a gap', async () => {
    const observed = await with_(
      { instead: () => undefined },
      (reading) => fastlyTraffic(reading).observe(aWebScope(), { hosts: [] }),
      { timeoutMs: 0 },
    );
    expect(observed).toMatchObject({ kind: 'gap', gap: { reason: expect.stringContaining('did not answer within') } });
  });
});

describe('activated versions', () => {
  const world: FastlyWorld = {
    activations: [
      { service: id, version: 39, at: '2026-11-20T02:51:00Z' },
      { service: id, version: 42, at: '2026-11-20T02:55:00Z' },
      { service: id, version: 1, at: '2026-11-01T00:00:00Z' },
    ],
    versions: [
      { number: 42, active: true, updated_at: '2026-11-20T02:55:01Z', comment: 'a new\n origin <!channel>' },
      { number: 39, active: false, updated_at: '2026-11-20T02:00:00Z', comment: '' },
    ],
    diff: '-  address: a\n+  address: b\n',
  };
  test('are changes with who, what, when and the difference to the one before', async () => {
    const { observed, asked } = await with_(world, async (reading, paths) => ({
      observed: await fastlyVersions(reading).observe(aWebScope(), {}),
      asked: paths(),
    }));
    expect(observed).toMatchObject({ kind: 'data', missing: [] });
    expect(observed.kind === 'data' && observed.data).toEqual([
      expect.objectContaining({ version: '39', at: '2026-11-20T02:51:00.000Z' }),
      {
        id: `fastly-${id}@42`,
        kind: 'config',
        at: '2026-11-20T02:55:00.000Z',
        service: 'web',
        title: 'Version 42 of the CDN service activated: a new origin <!channel>',
        version: '42',
        author: 'Mara Lindt',
        diff: world.diff,
        entity: { kind: 'Cdn', name: 'web', cluster: `fastly:${id}` },
        link: `https://manage.fastly.com/configure/services/${id}/versions/42`,
      },
    ]);
    expect(asked).toContain(`/service/${id}/diff/from/39/to/42?format=text`);
    const events = asked.find((path) => path.startsWith('/events'));
    expect(new URL(events ?? '', 'http://x').searchParams.get('filter[service_id]')).toBe(id);
  });
  test('of other services are not believed, whatever the server answers', async () => {
    const stranger = {
      data: [
        {
          id: 'e',
          attributes: { created_at: '2026-11-20T02:55:00Z', description: 'Version 7 was activated', service_id: other },
        },
      ],
    };
    const observed = await with_(
      { ...world, instead: (path) => (path.startsWith('/events') ? { body: JSON.stringify(stranger) } : undefined) },
      (reading) => fastlyVersions(reading).observe(aWebScope(), {}),
    );
    expect(observed).toMatchObject({ kind: 'data', data: [] });
  });
  test('without the right to the event log are the active one alone, and that is a gap', async () => {
    const observed = await with_({ ...world, withoutEvents: true }, (reading) =>
      fastlyVersions(reading).observe(aWebScope(), {}),
    );
    expect(observed).toMatchObject({
      data: [{ version: '42', at: '2026-11-20T02:55:01.000Z', title: expect.stringContaining('last updated') }],
      missing: [expect.stringContaining('status 403')],
    });
  });
  test('are asked for no service that nobody named', async () => {
    await with_(world, async (reading, asked) => {
      expect(await fastlyVersions(reading).observe(aWebScope({ match: {} }), {})).toMatchObject({ data: [] });
      expect(asked()).toEqual([]);
    });
  });
  test('that nobody answers for are a gap', async () => {
    const observed = await with_({ instead: () => ({ status: 500, body: 'secret' }) }, (reading) =>
      fastlyVersions(reading).observe(aWebScope(), {}),
    );
    expect(observed).toMatchObject({ kind: 'gap' });
    expect(JSON.stringify(observed)).not.toContain('secret');
  });
});

describe('settings', () => {
  const block = { fastly: { services: { 'www.example.com': id } } };
  test('of before give the edge alone, with the token that purges', () => {
    const [source] = readBlocks(block, { place: 'stage' });
    expect(source?.signals).toEqual(['edge']);
    expect(source?.secrets.map(({ name, purpose }) => [name, purpose])).toEqual([['fastly-token', 'act']]);
  });
  test('with stats need a token that reads, apart from the one that purges', () => {
    const [source] = readEntries({ edge: { kind: 'fastly', stats: true } }, { place: 'stage' });
    expect(source?.signals).toEqual(['edge', 'cdn', 'changes']);
    expect(source?.secrets.map(({ name, purpose }) => [name, purpose])).toEqual([
      ['edge-token', 'act'],
      ['edge-reader', 'observe'],
    ]);
  });
  test('in a local file take the token as the wish for statistics', () => {
    const [source] = readBlocks({ fastly: { readToken: 'x' } }, { place: 'local' });
    expect(source?.signals).toContain('cdn');
  });
});

test('the check says what the token may read, and what to do if it may not', async () => {
  const means = { clock: { now: () => now }, secret: () => async () => fastlyKey };
  const settings = { services: {}, stats: true };
  await with_({}, async ({ url, realtimeUrl }) => {
    expect(await check({ ...settings, url, realtimeUrl }, means)).toMatchObject({
      kind: 'answers',
      sees: [expect.stringContaining('statistics'), 'activated versions'],
    });
    const wrong = { ...means, secret: () => async () => 'another' };
    expect(await check({ ...settings, url, realtimeUrl }, wrong)).toMatchObject({
      kind: 'silent',
      lack: { fix: expect.stringContaining('global:read') },
    });
  });
  await with_({ withoutEvents: true }, async ({ url, realtimeUrl }) => {
    expect(await check({ ...settings, url, realtimeUrl }, means)).toMatchObject({
      missing: [{ fix: expect.stringContaining('engineer or superuser') }],
    });
  });
});
