// The check of each kind: what it sees, for which clusters, what is missing and how to get it; and a source that is no help.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { noAws } from '../../../connectors/auth.ts';
import { readEntries } from '../../../connectors/configured.ts';
import type { RuntimeMeans } from '../../../connectors/source-kind.ts';
import { sourceKinds } from '../../../connectors/sources.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import { checkSource, inWords, uncovered } from '../../../local/sources.ts';
import { serve, type TestServer } from '../../server.ts';
import { aSpan } from '../../traces.ts';
import { cloudWatchDouble } from '../cloudwatch/double.ts';
import { jaeger } from '../jaeger/double.ts';
import { loki } from '../loki/double.ts';
import { newRelicDouble } from '../newrelic/double.ts';
import { tempo } from '../tempo/double.ts';

afterEach(() => vi.unstubAllEnvs());
const now = new Date('2026-11-20T02:47:00.000Z');
const means: RuntimeMeans = { clock: { now: () => now }, secret: () => async () => 'NRAK-1' };
const sourcesOf = (entry: object, place: 'stage' | 'local' = 'stage') => readEntries({ it: entry }, { place });
const check = async (entry: object, place: 'stage' | 'local' = 'stage') => {
  const [source] = sourcesOf(entry, place);
  if (source === undefined) throw new Error('There is no source.');
  return checkSource(source, means);
};

test('every kind has a check', () => {
  const without = sourceKinds.filter(({ id }) => {
    const minimal: Readonly<Record<string, object>> = {
      prometheus: { url: 'http://x' },
      loki: { url: 'http://x' },
      victorialogs: { url: 'http://x' },
      newrelic: { accounts: [1] },
      kubernetes: { clusters: [{ name: 'a', access: 'eks', region: 'us-east-1' }] },
      'step-functions': { stateMachines: ['a'] },
      fastly: { services: {} },
      cloudwatch: {},
      cloudtrail: {},
      codepipeline: {},
      codedeploy: {},
      ecr: {},
      launchdarkly: {},
      github: {},
      grafana: { url: 'http://x' },
      s3: { bucket: 'documents', prefixes: ['runbooks/'] },
      confluence: { url: 'http://x', spaces: ['OPS'] },
      statuspage: { url: 'http://x' },
      tempo: { url: 'http://x' },
      xray: {},
      'application-signals': {},
      jaeger: { url: 'http://x' },
    };
    return sourcesOf({ kind: id, ...minimal[id] })[0]?.check === undefined;
  });
  expect(without.map(({ id }) => id)).toEqual([]);
});

describe('Prometheus', () => {
  const server = (metrics: readonly string[], clusters: readonly string[]) =>
    serve(({ path }) => ({
      body: JSON.stringify({ status: 'success', data: path.includes('__name__') ? metrics : clusters }),
    }));
  test('says which signals it has, for which clusters, and what exports the others', async () => {
    await using it = await server(['istio_requests_total', 'up'], ['near', 'far']);
    const answer = await check({ kind: 'prometheus', url: it.url });
    expect(answer).toMatchObject({ kind: 'answers', clusters: ['near', 'far'] });
    if (answer.kind !== 'answers') return;
    expect(answer.sees[0]).toMatch(/^metrics: 2 signals, among 2 metrics/);
    expect(answer.missing).toContainEqual(
      expect.objectContaining({ what: 'memory_bytes', fix: expect.stringContaining('cAdvisor') }),
    );
  });
  test('says that its series name no cluster', async () => {
    await using it = await server(['up'], []);
    expect(await check({ kind: 'prometheus', url: it.url })).toMatchObject({
      missing: expect.arrayContaining([expect.objectContaining({ what: expect.stringContaining('no label cluster') })]),
    });
    expect(await check({ kind: 'prometheus', url: it.url, cluster: 'near' })).toMatchObject({ clusters: ['near'] });
  });
  test.each([
    [401, /check auth/],
    [404, /check url/],
    [302, /check url/],
    [500, /reaches it/],
  ])('that answers with status %i says what to look at', async (status, fix) => {
    await using it = await serve(() => ({
      status,
      headers: { location: 'https://login.example.com' },
      body: '<script>',
    }));
    const answer = await check({ kind: 'prometheus', url: it.url });
    expect(answer).toMatchObject({ kind: 'silent', lack: { fix: expect.stringMatching(fix) } });
    expect(JSON.stringify(answer)).not.toContain('script');
  });
});

test('Loki says which labels its streams lack', async () => {
  const at = BigInt(now.getTime() - 60_000) * 1_000_000n;
  await using it = await loki({
    streams: [{ labels: { app: 'web', cluster: 'near', namespace: 'shop', pod: 'web-1' }, lines: [[at, 'x']] }],
  });
  expect(await check({ kind: 'loki', url: it.url })).toMatchObject({
    kind: 'answers',
    clusters: ['near'],
    missing: [
      {
        what: 'the service of its streams: they have no label service_name',
        fix: expect.stringContaining('app, cluster, namespace, pod'),
      },
    ],
  });
  await using refusing = await loki({ streams: [], authorization: 'Bearer another' });
  expect(await check({ kind: 'loki', url: refusing.url, auth: { kind: 'bearer' } })).toMatchObject({
    kind: 'silent',
    lack: { fix: 'check auth and tenant' },
  });
});

test('New Relic says which events the accounts have', async () => {
  const timestamp = now.getTime() - 60_000;
  await using it = await newRelicDouble({
    data: {
      Log: [{ timestamp, message: 'x' }],
      K8sContainerSample: [{ timestamp, clusterName: 'near', deploymentName: 'web' }],
    },
  });
  expect(await check({ kind: 'newrelic', accounts: [1], url: it.url })).toMatchObject({
    kind: 'answers',
    clusters: ['near'],
    missing: [
      { what: 'signals of services by APM: no Transaction in the last hour' },
      { what: 'traces: no Span in the last hour' },
    ],
  });
  await using refusing = await newRelicDouble({ data: {}, key: 'NRAK-2' });
  expect(await check({ kind: 'newrelic', accounts: [1], url: refusing.url })).toMatchObject({ kind: 'silent' });
});

test('CloudWatch says which log groups and metrics it can read', async () => {
  await using it = await cloudWatchDouble({
    groups: { '/web': [[now.getTime() - 1000, 'x']] },
    metrics: { 'App errors': [1] },
  });
  vi.stubEnv('AWS_ENDPOINT_URL', it.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const answer = await check({
    kind: 'cloudwatch',
    region: 'us-east-1',
    groups: { web: ['/web', '/gone'] },
    metrics: { web: [{ namespace: 'App', name: 'errors' }] },
  });
  expect(answer).toMatchObject({
    kind: 'answers',
    sees: ['alarms', 'metrics: 1 series of 1 services in the last hour', 'logs: 1 of 2 log groups'],
    missing: [{ what: expect.stringContaining('/gone') }],
  });
});

describe('Kubernetes', () => {
  const local = (it: TestServer) => {
    const text = JSON.stringify({
      clusters: [{ name: 'near', cluster: { server: it.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'near', context: { cluster: 'near', user: 'u' } }],
      'current-context': 'near',
    });
    return { kind: 'kubernetes', clusters: [{ name: 'near', access: 'kubeconfig' }], text };
  };
  const checkAt = async (it: TestServer) => {
    const { text, ...entry } = local(it);
    const [source] = sourcesOf(entry);
    if (source === undefined) throw new Error('There is no source.');
    return checkSource(source, { ...means, secret: () => async () => text });
  };
  test('says which kinds may not be listed, and how to get them', async () => {
    await using it = await serve(({ path }) => (path.includes('/nodes') ? { status: 403 } : { body: '{"items":[]}' }));
    expect(await checkAt(it)).toMatchObject({
      kind: 'answers',
      clusters: ['near'],
      missing: [{ what: 'near: Node (not allowed)', fix: 'add list on Node to the ClusterRole watchkeeper-reader' }],
    });
  });
  test('says that the API server does not know the login', async () => {
    await using it = await serve(() => ({ status: 401 }));
    expect(await checkAt(it)).toMatchObject({ kind: 'silent', lack: { fix: expect.stringContaining('access entry') } });
  });
});

describe('the whole', () => {
  const catalog = Catalog.parse({
    environments: { production: { level: 'crawl' } },
    defaults: { metrics: ['nope'] },
    clusters: [
      { name: 'near', environment: 'production' },
      { name: 'far', aliases: ['f'], environment: 'production', account: '444455556666' },
    ],
  });
  const sources = sourcesOf({ kind: 'prometheus', url: 'http://x' });
  const answers = (clusters: string[]) => [
    { name: 'it', kind: 'prometheus', check: { kind: 'answers' as const, sees: [], clusters, missing: [] } },
  ];
  test('names clusters that nothing sees, names that nothing has, and accounts that are not listed', () => {
    const role = 'arn:aws:iam::111122223333:role/reader';
    const whats = (aws: typeof noAws, clusters: string[]) =>
      uncovered({ catalog, aws, sources }, answers(clusters)).map(({ what }) => what);
    expect(whats(noAws, ['near', 'f'])).toEqual([
      'defaults.metrics names nope, but no source has that name: there are it',
    ]);
    expect(whats({ accounts: { '111122223333': { role } } }, ['near'])).toEqual([
      'defaults.metrics names nope, but no source has that name: there are it',
      'the cluster far: no source that answers names it',
      'the account 444455556666 of the catalogue: it is not under aws.accounts',
    ]);
  });
  test('is printed without control characters that a server sent', () => {
    const text = inWords({ file: 'x.yaml', sources: answers(['near\u001b[2J\u202e']), missing: [] });
    expect(text).toContain('clusters: near [2J');
    expect(text).not.toContain('\u202e');
  });
});

test('GitHub says which repositories cannot be read, Grafana that its token is refused', async () => {
  await using hub = await serve(({ path }) =>
    path === '/repos/org/web'
      ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ full_name: 'org/web' }) }
      : { status: 404, headers: { 'content-type': 'application/json' }, body: '{"message":"Not Found"}' },
  );
  const repositories = { web: 'org/web', gone: 'org/gone' };
  expect(await check({ kind: 'github', url: hub.url, repositories })).toMatchObject({
    kind: 'answers',
    sees: ['changes of 1 of 2 repositories'],
    missing: [{ what: expect.stringContaining('org/gone') }],
  });
  await using refusing = await serve(() => ({ status: 401, body: '<b>no</b>' }));
  expect(await check({ kind: 'grafana', url: refusing.url })).toMatchObject({
    kind: 'silent',
    lack: { fix: expect.stringContaining('service account') },
  });
});

describe('trace stores', () => {
  const spans = [aSpan({ service: 'web', cluster: 'near' })];
  test('Tempo says its services and clusters, and how to get the clusters if its spans name none', async () => {
    await using it = await tempo({ spans });
    expect(await check({ kind: 'tempo', url: it.url })).toMatchObject({
      sees: ['traces: 1 services in the last hour'],
      clusters: ['near'],
      missing: [],
    });
    expect(await check({ kind: 'tempo', url: it.url, clusterAttribute: 'cluster' })).toMatchObject({
      missing: [{ fix: expect.stringContaining('clusterAttribute') }],
    });
  });
  test('Jaeger says its services, and that it computes no calls', async () => {
    await using it = await jaeger({ spans });
    expect(await check({ kind: 'jaeger', url: it.url })).toMatchObject({
      sees: ['traces: 1 services', 'calls: 0 in the last hour'],
      missing: [{ fix: expect.stringContaining('jaeger-spark-dependencies') }],
    });
  });
  test.each(['tempo', 'jaeger'])('%s that refuses is silent, with what to check', async (kind) => {
    await using it = await serve(() => ({ status: 401 }));
    expect(await check({ kind, url: it.url })).toMatchObject({
      kind: 'silent',
      lack: { fix: 'check auth and tenant' },
    });
  });
});
