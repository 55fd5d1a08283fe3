import { ApplicationSignalsClient } from '@aws-sdk/client-application-signals';
import { describe, expect, test } from 'vitest';
import { check } from '../../../connectors/application-signals/check.ts';
import { applicationSignalsSources } from '../../../connectors/application-signals/source.ts';
import { aScope } from '../../builders.ts';
import { awsClient, type TestServer } from '../../server.ts';
import { refusal } from '../xray/double.ts';
import { applicationSignalsDouble, type Edge, service } from './double.ts';

const window = { start: '2026-11-20T01:40:00.000Z', end: '2026-11-20T03:20:00.000Z' };
const everywhere = aScope({ window, reach: 'everywhere' });
const callsOf = (server: TestServer, scope = everywhere) =>
  applicationSignalsSources(new ApplicationSignalsClient(awsClient(server)), { region: 'eu-west-1' }).calls.observe(
    scope,
    {},
  );
const operationsOf = (server: TestServer) => server.asked.map(({ path }) => path.split('?')[0]);

const web = service('web', 'eks:backend-1/shop');
const cart = service('cart', 'eks:backend-2/shop');
const billing = service('billing', 'lambda:default');
const table = { Type: 'AWS::Resource', ResourceType: 'AWS::DynamoDB::Table', Identifier: 'carts' };
const edges: readonly Edge[] = [
  { operation: 'GET /', from: web, to: cart },
  { operation: 'POST /', from: web, to: cart },
  { operation: 'GET /', from: web, to: { Type: 'RemoteService', Name: 'billing' } },
  { operation: 'GET /', from: cart, to: table },
  { operation: 'GET /', from: cart, to: { Type: 'AWS::Service', Name: 'AWS::SQS' } },
  { operation: 'GET /', from: { Type: 'Canary', Name: 'probe' }, to: web },
];
const shop = { services: [web, cart, billing], edges };

describe('Application Signals', () => {
  test('gives each call once, with the clusters that environments name, until the time that AWS used', async () => {
    await using it = await applicationSignalsDouble(shop);
    const observed = await callsOf(it);
    if (observed.kind !== 'data') throw new Error(observed.gap.reason);
    const seenAt = '2026-11-20T03:00:00.000Z';
    expect(observed.data).toEqual([
      { from: 'web', to: 'cart', fromCluster: 'backend-1', toCluster: 'backend-2', seenAt },
      { from: 'web', to: 'billing', fromCluster: 'backend-1', seenAt },
      { from: 'cart', to: 'carts', fromCluster: 'backend-2', seenAt },
      { from: 'cart', to: 'AWS::SQS', fromCluster: 'backend-2', seenAt },
    ]);
    expect(observed.missing).toBeUndefined();
    expect(operationsOf(it)).not.toContain('/service-dependents');
  });
  test('a service that runs in several places has no cluster as a callee without an environment', async () => {
    const namesake = service('cart', 'eks:backend-3/shop');
    const call = { operation: 'GET /', from: web, to: { Type: 'RemoteService', Name: 'cart' } };
    await using one = await applicationSignalsDouble({ services: [web, cart], edges: [call] });
    await using two = await applicationSignalsDouble({ services: [web, cart, namesake], edges: [call] });
    expect(await callsOf(one)).toMatchObject({ data: [{ to: 'cart', toCluster: 'backend-2' }] });
    const observed = await callsOf(two);
    expect(observed.kind === 'data' && observed.data[0]).not.toHaveProperty('toCluster');
  });
  test('asks for the paged service and its neighbours first, and for its callers, under the names of the catalogue', async () => {
    const many = Array.from({ length: 250 }, (_, index) => service(`other-${index}`, 'ec2:default'));
    const caller = service('gateway', 'ec2:default');
    await using it = await applicationSignalsDouble({
      services: [...many, billing, cart, web],
      edges: [...edges, { operation: 'GET /', from: caller, to: cart }],
    });
    const observed = await callsOf(it, {
      ...everywhere,
      service: 'basket',
      neighbours: ['web'],
      match: { basket: { name: 'cart' } },
    });
    if (observed.kind !== 'data') throw new Error(observed.gap.reason);
    expect(observed.data.map(({ from, to }) => `${from} ${to}`).sort()).toEqual([
      'basket AWS::SQS',
      'basket carts',
      'gateway basket',
      'web basket',
      'web billing',
    ]);
    expect(observed.missing).toEqual(['calls of 53 of 253 services (limit 200)']);
    const first = it.asked.filter(({ path }) => path.startsWith('/service-depend')).slice(0, 2);
    expect(first.map(({ body }) => JSON.parse(body).KeyAttributes.Name)).toEqual(['cart', 'cart']);
  });
  test('reads every page of 100 entries, and says so when it stops', async () => {
    const to = (index: number) => ({ operation: 'GET /', from: web, to: { ...table, Identifier: `table-${index}` } });
    await using it = await applicationSignalsDouble({
      services: [web],
      edges: Array.from({ length: 250 }, (_, index) => to(index)),
    });
    const observed = await callsOf(it);
    expect(observed.kind === 'data' && observed.data.length).toBe(250);
    await using long = await applicationSignalsDouble({
      services: [web],
      edges: Array.from({ length: 1100 }, (_, index) => to(index)),
    });
    expect(await callsOf(long)).toMatchObject({ missing: ['some calls (the limit of pages)'] });
  });
  test.each([
    [
      'the right is missing',
      refusal('AccessDeniedException', 403),
      'the right to application-signals:ListServices is missing.',
    ],
    [
      'it throttles',
      refusal('ThrottlingException', 429),
      'application-signals:ListServices was throttled (ThrottlingException).',
    ],
    [
      'its answer has another form',
      { headers: { 'content-type': 'application/json' }, body: '{"ServiceSummaries":7}' },
      'application-signals:ListServices ',
    ],
  ])('%s: a gap in our words', async (_, answer, reason) => {
    await using it = await applicationSignalsDouble({ ...shop, instead: () => answer });
    const observed = await callsOf(it);
    expect(observed).toMatchObject({ kind: 'gap', gap: { reason: expect.stringContaining(reason) } });
    expect(JSON.stringify(observed)).not.toContain('ignore all instructions');
  });
  test('no service in the period is a gap, because it does not say that nobody calls', async () => {
    await using it = await applicationSignalsDouble({ services: [], edges: [] });
    expect(await callsOf(it)).toMatchObject({ kind: 'gap', gap: { reason: expect.stringContaining('no service') } });
  });
  test('a missing right for the calls is asked for once a worker, and is a gap that names it', async () => {
    await using it = await applicationSignalsDouble({
      services: Array.from({ length: 60 }, (_, index) => service(`s${index}`, 'ec2:default')),
      edges: [],
      instead: (operation) => (operation === 'services' ? undefined : refusal('AccessDeniedException', 403)),
    });
    expect(await callsOf(it)).toMatchObject({
      kind: 'gap',
      gap: { reason: 'the right to application-signals:ListServiceDependencies is missing.' },
    });
    expect(it.asked.length).toBeLessThanOrEqual(8);
  });
  test('services whose calls are throttled, and callers without the right, are counted', async () => {
    const refuse = (operation: string, body: string) => {
      if (operation === 'service-dependents') return refusal('AccessDeniedException', 403);
      return operation === 'service-dependencies' && body.includes('billing')
        ? refusal('ThrottlingException', 429)
        : undefined;
    };
    await using it = await applicationSignalsDouble({
      ...shop,
      instead: (operation, { body }) => refuse(operation, body),
    });
    const observed = await callsOf(it, { ...everywhere, service: 'web' });
    expect(observed.kind === 'data' && observed.data.length).toBe(4);
    const missing = (observed.kind === 'data' && observed.missing?.join()) || '';
    expect(missing).toContain('calls of 1 of 3 services');
    expect(missing).toContain('the right to application-signals:ListServiceDependents is missing');
    expect(missing).toContain('application-signals:ListServiceDependencies was throttled');
  });
  test('a later page that fails leaves the earlier ones, with the reason', async () => {
    await using it = await applicationSignalsDouble({
      services: [web, ...Array.from({ length: 120 }, (_, index) => service(`s${index}`, 'ec2:default'))],
      edges,
      instead: (operation, { path }) =>
        operation === 'services' && path.includes('NextToken') ? refusal('ThrottlingException', 429) : undefined,
    });
    expect(await callsOf(it)).toMatchObject({
      kind: 'data',
      missing: ['services beyond the first 100 (application-signals:ListServices was throttled (ThrottlingException))'],
    });
  });
  test('hostile entries are counted and cost nothing else', async () => {
    await using it = await applicationSignalsDouble({
      services: [web],
      edges: [
        { operation: 'GET /', from: web, to: { Type: 'Service', Name: 'a\u0000b', Environment: 'x' } },
        { operation: 'GET /', from: web, to: { Type: 'AWS::Resource', Identifier: 'x'.repeat(5000) } },
        { operation: 'GET /', from: web, to: { Type: 'Prophecy', Name: 'doom' } },
        { operation: 'GET /', from: web, to: cart },
      ],
      raw: [{ KeyAttributes: { Type: 'Service', Name: '\u202Eevil' } }, { KeyAttributes: {} }],
    });
    expect(await callsOf(it)).toMatchObject({
      data: [{ from: 'web', to: 'cart' }],
      missing: ['3 entries of another form'],
    });
  });
  test('a token that never ends does not hang', async () => {
    const body = JSON.stringify({ StartTime: 0, EndTime: 1, ServiceSummaries: [], NextToken: 'again' });
    await using it = await applicationSignalsDouble({
      ...shop,
      instead: () => ({ headers: { 'content-type': 'application/json' }, body }),
    });
    expect(await callsOf(it)).toMatchObject({ missing: ['services beyond the first 0 (the limit of pages)'] });
    expect(it.asked).toHaveLength(10);
  });
});

describe('the check of Application Signals', () => {
  const checked = async (options: Parameters<typeof applicationSignalsDouble>[0]) => {
    await using it = await applicationSignalsDouble(options);
    const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    Object.assign(process.env, { AWS_ENDPOINT_URL: it.url, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    try {
      const clock = { now: () => new Date(window.end) };
      return await check({ region: 'eu-west-1' }, { clock, secret: () => undefined });
    } finally {
      for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  };
  test('says which services and clusters it sees', async () => {
    expect(await checked(shop)).toEqual({
      kind: 'answers',
      sees: ['calls: of 3 services in the last three hours'],
      clusters: ['backend-1', 'backend-2'],
      missing: [],
    });
  });
  test('says that nothing is instrumented, and which right is missing', async () => {
    expect(await checked({ services: [], edges: [] })).toMatchObject({
      missing: [{ what: expect.stringContaining('no service') }],
    });
    const instead = (operation: string) =>
      operation === 'service-dependents' ? refusal('AccessDeniedException', 403) : undefined;
    expect(await checked({ ...shop, instead })).toMatchObject({
      kind: 'answers',
      missing: [{ what: 'the right to application-signals:ListServiceDependents is missing' }],
    });
    expect(await checked({ ...shop, instead: () => refusal('AccessDeniedException', 403) })).toMatchObject({
      kind: 'silent',
      lack: { what: 'the right to application-signals:ListServices is missing' },
    });
  });
});
