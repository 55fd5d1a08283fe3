// The scope contract for sources outside of the shared suite (recordings), and for clusters, of which each has a server of its own.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromKubeconfig, kubernetesLogs, kubernetesSource } from '../../../connectors/kubernetes/index.ts';
import { prometheusAlerts, prometheusMetrics } from '../../../connectors/prometheus/index.ts';
import { readScenario, recordedTelemetry } from '../../../connectors/recorded/index.ts';
import { aScope } from '../../builders.ts';
import { logsScopeContract, metricsScopeContract } from '../../contract/source.ts';
import { serve, type TestServer } from '../../server.ts';

const window = { start: '2026-11-20T02:00:00Z', end: '2026-11-20T03:00:00Z' };
const at = '2026-11-20T02:30:00.000Z';
const places = [
  { cluster: 'near', namespace: 'shop', service: 'web' },
  { cluster: 'near', namespace: 'bank', service: 'ledger' },
  { cluster: 'far', namespace: 'shop', service: 'web' },
  { cluster: 'far', namespace: 'bank', service: 'ledger' },
] as const;
const asked = { window, clusters: ['near', 'far'], namespaces: ['shop', 'bank'], neighbour: 'ledger' } as const;

describe('recordings', () => {
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-scope-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  beforeAll(() => {
    for (const file of ['scenario.json', 'alert.json'])
      cpSync(join('scenarios/cronjob-nightly-invoices', file), join(dir, file));
    mkdirSync(join(dir, 'kubernetes'));
    for (const cluster of asked.clusters)
      writeFileSync(join(dir, 'kubernetes', `${cluster}.json`), '{"kind":"List","items":[]}');
    writeFileSync(
      join(dir, 'logs.ndjson'),
      lines(places.map((labels) => ({ timestamp: at, source: 'kubernetes', labels, message: 'ready' }))),
    );
    writeFileSync(
      join(dir, 'signals.ndjson'),
      lines(
        places.map(({ service: name, ...place }) => ({
          source: 'prometheus',
          entity: { kind: 'Service', name, ...place },
          signal: 'error_ratio',
          unit: '1',
          points: [[Date.parse(at) / 1000, 0]],
        })),
      ),
    );
  });
  const telemetry = async () =>
    recordedTelemetry({
      scenarios: [await readScenario(dir)],
      incidents: { get: async () => undefined },
      applied: { add: async () => 'added', of: async () => [] },
      knowledge: () => {
        throw new Error('No knowledge is asked for.');
      },
    });
  describe('logs', () => logsScopeContract({ ...asked, source: async () => (await telemetry()).logs }));
  describe('metrics', () => metricsScopeContract({ ...asked, source: async () => (await telemetry()).metrics }));
});

describe('Kubernetes', () => {
  const servers: TestServer[] = [];
  const paths: string[] = [];
  afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));
  const pods = places.filter(({ cluster }) => cluster === 'near');
  const listed = (path: string) => {
    const { pathname, searchParams } = new URL(path, 'http://api');
    const namespace = /namespaces\/([^/]+)\/pods$/.exec(pathname)?.[1];
    const [, label, values = ''] = /^(\S+) in \((.*)\)$/.exec(searchParams.get('labelSelector') ?? '') ?? [];
    return pods
      .filter((pod) => namespace === undefined || pod.namespace === namespace)
      .filter(({ service }) => label === undefined || (label === 'app' && values.split(',').includes(service)))
      .map(({ namespace: inside, service }) => ({
        metadata: { name: `${service}-1`, namespace: inside, labels: { app: service } },
        status: { containerStatuses: [{ name: 'main', ready: true, restartCount: 0 }] },
      }));
  };
  const clusters = Promise.resolve().then(async () => {
    const all = asked.clusters.map(async (name) => {
      const server = await serve(({ path }) => {
        paths.push(`${name} ${path}`);
        return path.includes('/log?') ? { body: `${at} ready\n` } : { body: JSON.stringify({ items: listed(path) }) };
      });
      servers.push(server);
      return fromKubeconfig({
        text: JSON.stringify({
          clusters: [{ name, cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
          users: [{ name: 'reader', user: { token: 't' } }],
          contexts: [{ name, context: { cluster: name, user: 'reader' } }],
          'current-context': name,
        }),
      });
    });
    return (await Promise.all(all)).flat();
  });
  describe('logs', () =>
    logsScopeContract({ ...asked, source: async () => kubernetesLogs({ clusters: await clusters }) }));
  test('no pod of another namespace is listed, but for the neighbours, whom the API server selects', async () => {
    paths.length = 0;
    const scope = aScope({ cluster: 'near', namespace: 'shop', reach: 'neighbourhood', neighbours: ['ledger', 'a)b'] });
    await kubernetesLogs({ clusters: await clusters }).observe(scope, {});
    const lists = paths
      .filter((path) => !path.includes('/log?'))
      .map((path) => decodeURIComponent(path.replaceAll('+', ' ')));
    expect(lists).toEqual(
      expect.arrayContaining([
        'near /api/v1/namespaces/shop/pods?limit=500',
        'near /api/v1/pods?limit=500&labelSelector=app in (ledger)',
        'far /api/v1/pods?limit=500&labelSelector=app in (ledger)',
      ]),
    );
    expect(lists).not.toContain('near /api/v1/pods?limit=500');
    expect(lists).not.toContain('far /api/v1/pods?limit=500');
  });
  test('only the cluster that is asked about is read, and all where it is not known', async () => {
    const source = kubernetesSource({ clusters: await clusters, clock: { now: () => new Date(at) } });
    const read = async (cluster: string) => {
      const observed = await source.observe(aScope({ cluster, reach: 'cluster' }), {});
      return observed.kind === 'data' ? observed.data.map((one) => one.cluster) : observed.gap.reason;
    };
    expect(await read('near')).toEqual(['near']);
    expect(await read('an-alias')).toEqual(['near', 'far']);
  });
});

describe('Prometheus', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(({ path }) => {
      const success = (data: unknown) => ({ body: JSON.stringify({ status: 'success', data }) });
      if (path.includes('/label/__name__/')) return success(['istio_requests_total']);
      if (path.includes('/alerts'))
        return success({
          alerts: places.map(({ cluster, namespace, service }) => ({
            labels: { alertname: 'Slow', cluster, namespace, service },
            state: 'firing',
            activeAt: at,
          })),
        });
      // A server keeps of the labels those that the query groups by.
      const grouped = /by \(([^)]*)\)/.exec(new URL(path, 'http://api').searchParams.get('query') ?? '')?.[1] ?? '';
      const result = places.map(({ cluster, namespace, service }) => ({
        metric: Object.fromEntries(
          Object.entries({
            cluster,
            destination_service_name: service,
            destination_service_namespace: namespace,
          }).filter(([label]) => grouped.split(', ').includes(label)),
        ),
        values: [[Date.parse(at) / 1000, '1']],
      }));
      return success({ resultType: 'matrix', result });
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  test('alerts of another cluster are not returned', async () => {
    const scope = aScope({ cluster: 'near', reach: 'cluster', window });
    const observed = await prometheusAlerts({ url: server.url }).observe(scope, {});
    expect(observed).toMatchObject({
      data: [{ entity: { cluster: 'near', name: 'web' } }, { entity: { cluster: 'near', name: 'ledger' } }],
    });
  });
  test('a server of one cluster says which in its configuration', async () => {
    const one = prometheusMetrics({ url: server.url, cluster: 'only', clusterLabel: 'k8s' });
    const observed = await one.observe(aScope({ window }), {});
    expect(observed.kind === 'data' && new Set(observed.data.map(({ entity }) => entity.cluster))).toEqual(
      new Set(['only']),
    );
  });
});
