// A fleet on loopback: two accounts of an AWS emulator, two clusters, two Prometheus servers and New Relic's double, configured as one local file and
// one catalogue. Team A's storefront runs in one cluster and calls pricing in the other; team B's clip-ingest is serverless.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { liveWorld, readConfigFile } from '../../../local/compose.ts';
import { type Runtime, startRuntime } from '../../../local/runtime/index.ts';
import { type Double, newRelicDouble } from '../../connectors/newrelic/double.ts';
import { startPrometheus } from '../../prometheus.ts';
import type { TestServer } from '../../server.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import { media, putAlarm, putFunction, putLogs, putMetrics, shop } from './accounts.ts';
import { apiServers, kubeconfigOf, node, running, warning } from './clusters.ts';
import { memory, openMetrics, requests, type Span } from './series.ts';

/** Minutes from the page at which pricing's new version went out, and at which the function had no concurrency left. */
const rollout = -18;
const exhausted = -16;
const mebibyte = 1024 * 1024;
const webhookSecret = 'the-secret-of-pagerduty';

export interface Fleet extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly now: Date;
  readonly newRelic: Double;
  readonly clusters: TestServer;
  readonly webhookSecret: string;
  /** Ends the Prometheus server of edge-1. */
  stopPrometheusOfEdge(): Promise<void>;
}

/** `folder`: of the test, empty. */
export async function startFleet(folder: string): Promise<Fleet> {
  const opened = new AsyncDisposableStack();
  try {
    const now = new Date();
    await mkdir(folder, { recursive: true });
    const [emulator, edge, core, newRelic, clusters] = await Promise.all([
      startEmulator(join(folder, 'emulator.log')),
      prometheusOfEdge(now),
      prometheusOfCore(now),
      newRelicOf(now),
      apiServers(clustersAt(now)),
    ]);
    for (const one of [emulator, edge, core, newRelic, clusters]) opened.use(one);
    const before = { ...process.env };
    Object.assign(process.env, emulator.environment);
    opened.defer(() => void Object.assign(process.env, before));
    await fillAccounts(emulator, now);
    const catalog = join(folder, 'catalog.yaml');
    const kubeconfig = join(folder, 'kubeconfig.json');
    const config = join(folder, 'config.yaml');
    await writeFile(catalog, stringify(theCatalog));
    await writeFile(kubeconfig, kubeconfigOf(clusters, ['edge-1', 'core-2']));
    await writeFile(config, stringify(configOf({ edge: edge.url, core: core.url, newRelic: newRelic.url })));
    const runtime = await startRuntime({
      makeWorld: liveWorld(await readConfigFile(config, {})),
      data: join(folder, 'data'),
      port: 0,
      owner: { name: 'ana' },
    });
    opened.defer(() => runtime.close());
    const all = opened.move();
    return {
      runtime,
      now,
      newRelic,
      clusters,
      webhookSecret,
      stopPrometheusOfEdge: async () => edge[Symbol.asyncDispose](),
      [Symbol.asyncDispose]: () => all.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

interface Urls {
  readonly edge: string;
  readonly core: string;
  readonly newRelic: string;
}

const configOf = (urls: Urls) => ({
  catalog: './catalog.yaml',
  pagerduty: { webhookSecrets: [webhookSecret] },
  secrets: { 'aws-external-id': 'an external id of 16', newrelic: 'NRAK-1' },
  aws: awsOfFleet,
  sources: {
    eks: { kind: 'kubernetes', kubeconfig: './kubeconfig.json', contexts: ['edge-1', 'core-2'] },
    ...sourcesOf(urls),
  },
});

/** The two accounts, as a stage file and a local file name them. */
export const awsOfFleet = {
  accounts: Object.fromEntries(
    [media, shop].map((account) => [
      account,
      { role: `arn:aws:iam::${account}:role/watchkeeper-reader`, externalIdSecret: 'aws-external-id' },
    ]),
  ),
};

/** The sources besides the clusters, as a stage file and a local file name them. */
export const sourcesOf = (urls: Urls) => ({
  'prom-edge': { kind: 'prometheus', url: urls.edge, cluster: 'edge-1' },
  'prom-core': { kind: 'prometheus', url: urls.core, clusterLabel: 'k8s_cluster' },
  'nr-shop': { kind: 'newrelic', accounts: [1234567], secret: 'newrelic', url: urls.newRelic },
  resources: { kind: 'aws-resources', accounts: [media, shop], region: 'us-east-1' },
  'cw-shop': {
    kind: 'cloudwatch',
    region: 'us-east-1',
    account: shop,
    groups: { 'clip-ingest': ['/aws/lambda/clip-ingest'] },
    metrics: { 'clip-ingest': [lambdaMetric('Errors', 'Sum')] },
  },
  'cw-media': {
    kind: 'cloudwatch',
    region: 'us-east-1',
    account: media,
    groups: { 'clip-ingest': ['/aws/lambda/clip-ingest'] },
    metrics: {
      'clip-ingest': [
        lambdaMetric('Invocations', 'Sum'),
        lambdaMetric('Errors', 'Sum'),
        lambdaMetric('Throttles', 'Sum'),
        lambdaMetric('Duration', 'p95'),
        lambdaMetric('ConcurrentExecutions', 'Maximum'),
        queueMetric('ApproximateAgeOfOldestMessage'),
        queueMetric('ApproximateNumberOfMessagesVisible'),
      ],
    },
  },
});
const functionName = { FunctionName: 'clip-ingest' };
const queueName = { QueueName: 'clips' };
const lambdaMetric = (name: string, stat: string) => ({
  namespace: 'AWS/Lambda',
  name,
  dimensions: functionName,
  stat,
});
const queueMetric = (name: string) => ({ namespace: 'AWS/SQS', name, dimensions: queueName, stat: 'Maximum' });

export const theCatalog = {
  environments: { production: { level: 'walk', aliases: ['prod'] } },
  clusters: [
    {
      name: 'edge-1',
      environment: 'production',
      account: shop,
      region: 'us-east-1',
      sources: { metrics: ['prom-edge'] },
    },
    {
      name: 'core-2',
      environment: 'production',
      account: shop,
      region: 'us-east-1',
      sources: { metrics: ['prom-core'] },
    },
  ],
  defaults: { kubernetes: ['eks'], changes: ['eks'], logs: ['eks'] },
  services: [
    {
      name: 'storefront-api',
      placements: [{ cluster: 'edge-1', namespace: 'shop', environment: 'production' }],
      owners: ['team-a'],
      sources: { logs: ['nr-shop'], alerts: ['prom-edge'] },
      match: { 'nr-shop': { 'entity.name': 'storefront-api-prod' } },
      pagerduty: ['PSHOP01'],
    },
    {
      name: 'pricing',
      placements: [{ cluster: 'core-2', namespace: 'pricing', environment: 'production' }],
      owners: ['team-a'],
    },
    {
      name: 'clip-ingest',
      account: media,
      region: 'us-east-1',
      resources: [{ lambda: 'clip-ingest' }, { sqs: 'clips' }],
      owners: ['team-b'],
      sources: {
        logs: ['cw-media'],
        metrics: ['cw-media'],
        alerts: ['cw-media'],
        kubernetes: [],
        changes: [],
        traces: [],
      },
      pagerduty: ['PCLIP01'],
    },
  ],
  approvers: ['ana'],
};

const iso = (now: Date, minute: number) =>
  new Date(now.getTime() + minute * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
const spanOf = (now: Date): Span => {
  const page = Math.floor(now.getTime() / 30_000) * 30;
  return { start: page - 4 * 3600, end: page + 600 };
};
/** A value that is another one from a minute on. */
const from = (now: Date, minute: number, before: number, after: number) => (at: number) =>
  at < now.getTime() / 1000 + minute * 60 ? before : after;

export function prometheusOfEdge(now: Date) {
  const storefront = {
    reporter: 'destination',
    destination_service_name: 'storefront-api',
    destination_service_namespace: 'shop',
    source_workload: 'gateway',
    source_workload_namespace: 'shop',
  };
  const toPricing = {
    reporter: 'source',
    source_workload: 'storefront-api',
    source_workload_namespace: 'shop',
    source_cluster: 'edge-1',
    destination_service_name: 'pricing',
    destination_service_namespace: 'pricing',
    destination_cluster: 'core-2',
  };
  const basket = {
    reporter: 'destination',
    destination_service_name: 'basket',
    destination_service_namespace: 'shop',
    source_workload: 'gateway',
    source_workload_namespace: 'shop',
  };
  const span = spanOf(now);
  return startPrometheus(
    openMetrics(
      requests(span, [
        {
          labels: storefront,
          perSecond: 80,
          errorRatio: from(now, rollout + 2, 0.002, 0.31),
          milliseconds: from(now, rollout + 2, 90, 4200),
        },
        {
          labels: toPricing,
          perSecond: 75,
          errorRatio: from(now, rollout + 1, 0.002, 0.33),
          milliseconds: from(now, rollout + 1, 40, 4000),
        },
        { labels: basket, perSecond: 30, errorRatio: () => 0.001, milliseconds: () => 35 },
      ]),
      memory(span, [
        {
          labels: { container: 'storefront-api', pod: 'storefront-api-b7f9c6d5b8-x2kqp', namespace: 'shop' },
          bytes: () => 140 * mebibyte,
        },
      ]),
    ),
    [
      {
        name: 'storefront',
        rules: [
          {
            alert: 'StorefrontErrors',
            expr: 'sum by (service, namespace) (label_replace(label_replace(rate(istio_requests_total{reporter="destination",destination_service_name="storefront-api",response_code="503"}[5m]), "service", "$1", "destination_service_name", "(.*)"), "namespace", "$1", "destination_service_namespace", "(.*)")) > 1',
            labels: { severity: 'critical' },
            annotations: { summary: 'storefront-api: more than 1 error a second' },
          },
        ],
      },
    ],
  );
}

export function prometheusOfCore(now: Date) {
  const pricing = {
    k8s_cluster: 'core-2',
    reporter: 'destination',
    destination_service_name: 'pricing',
    destination_service_namespace: 'pricing',
    source_workload: 'storefront-api',
    source_workload_namespace: 'shop',
  };
  const span = spanOf(now);
  const start = now.getTime() / 1000 + rollout * 60;
  // Each run of the container fills its limit within three minutes, and begins anew.
  const filling = (at: number) => (at < start ? 150 * mebibyte : (150 + ((at - start) % 180) * 0.58) * mebibyte);
  return startPrometheus(
    openMetrics(
      requests(span, [
        {
          labels: pricing,
          perSecond: 75,
          errorRatio: from(now, rollout, 0.002, 0.35),
          milliseconds: from(now, rollout, 35, 3900),
        },
      ]),
      memory(span, [
        {
          labels: {
            k8s_cluster: 'core-2',
            container: 'pricing',
            pod: 'pricing-c7f9c6d5b8-x2kqp',
            namespace: 'pricing',
          },
          bytes: filling,
        },
      ]),
    ),
  );
}

export function newRelicOf(now: Date) {
  const line = (minute: number, message: string, level: string, name = 'storefront-api-prod') => ({
    timestamp: now.getTime() + minute * 60_000,
    message,
    level,
    'entity.name': name,
    hostname: 'edge-1-node-1',
  });
  const minutes = Array.from({ length: 150 }, (_, n) => n - 150);
  return newRelicDouble({
    data: {
      Log: [
        ...minutes.map((minute) => line(minute, 'GET /products 200 in 42 ms', 'INFO')),
        ...minutes.map((minute) => line(minute, 'GET /basket 200 in 12 ms', 'INFO', 'basket-prod')),
        ...minutes
          .filter((minute) => minute > rollout + 1)
          .flatMap((minute) =>
            [0, 0.3, 0.6].map((part) =>
              line(
                minute + part,
                'GET /products 503: call to pricing failed: POST http://pricing.pricing.core-2.internal:8080/quotes: context deadline exceeded after 4000 ms',
                'ERROR',
              ),
            ),
          ),
      ],
    },
  });
}

export function clustersAt(now: Date) {
  const long = iso(now, -60 * 24 * 40);
  return {
    'edge-1': {
      items: [
        node('node-1', long),
        ...running({
          name: 'storefront-api',
          namespace: 'shop',
          image: 'registry.example.com/storefront-api:5.1.0',
          since: long,
          memoryLimit: '512Mi',
        }),
        ...running({
          name: 'basket',
          namespace: 'shop',
          image: 'registry.example.com/basket:3.0.2',
          since: long,
          memoryLimit: '256Mi',
        }),
      ],
      logs: {},
    },
    'core-2': {
      items: [
        node('node-1', long),
        ...running({
          name: 'pricing',
          namespace: 'pricing',
          image: 'registry.example.com/pricing:2.8.0',
          before: { image: 'registry.example.com/pricing:2.7.4', at: long },
          since: iso(now, rollout),
          memoryLimit: '256Mi',
          killed: { at: iso(now, -3), times: 5 },
        }),
        warning(
          'pricing',
          'pricing-c7f9c6d5b8-w9tzn',
          'BackOff',
          'Back-off restarting failed container pricing in pod',
          [iso(now, rollout + 2), iso(now, -2)],
        ),
      ],
      logs: {},
    },
  };
}

export async function fillAccounts(emulator: Emulator, now: Date): Promise<void> {
  await putFunction(emulator, media, { name: 'clip-ingest', queue: 'clips', atMost: 10 });
  await putFunction(emulator, shop, { name: 'clip-ingest', queue: 'clips' });
  const before = (quiet: number, bad: number) => (minute: number) => (minute < exhausted ? quiet : bad);
  const lambda = (name: string, value: (minute: number) => number) => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: functionName,
    value,
  });
  await putMetrics(emulator, media, now, [
    lambda('Invocations', before(300, 310)),
    lambda('Errors', () => 0),
    lambda('Throttles', before(0, 240)),
    lambda('Duration', before(900, 950)),
    lambda('ConcurrentExecutions', before(5, 10)),
    {
      namespace: 'AWS/SQS',
      name: 'ApproximateAgeOfOldestMessage',
      dimensions: queueName,
      value: (minute) => (minute < exhausted ? 4 : 60 * (minute - exhausted)),
    },
    ...['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfMessagesDeleted'].map((name) => ({
      namespace: 'AWS/SQS',
      name,
      dimensions: queueName,
      value: name === 'NumberOfMessagesSent' ? () => 700 : before(700, 300),
    })),
    {
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      dimensions: queueName,
      value: (minute) => (minute < exhausted ? 20 : 20 + 400 * (minute - exhausted)),
    },
  ]);
  await putMetrics(emulator, shop, now, [lambda('Errors', before(0, 90))]);
  const minutes = Array.from({ length: 120 }, (_, n) => n - 120);
  await putLogs(emulator, media, now, '/aws/lambda/clip-ingest', [
    ...minutes.map((minute) => ({
      minute,
      message:
        'REPORT RequestId: 6f1c Duration: 910.11 ms Billed Duration: 911 ms Memory Size: 512 MB Max Memory Used: 188 MB',
    })),
  ]);
  await putLogs(emulator, shop, now, '/aws/lambda/clip-ingest', [
    ...minutes.map((minute) => ({
      minute,
      message: '[ERROR] OperationalError: FATAL: sorry, too many clients already',
    })),
  ]);
  await putAlarm(emulator, media, {
    alarm: 'clips-age',
    namespace: 'AWS/SQS',
    metric: 'ApproximateAgeOfOldestMessage',
    dimensions: queueName,
    reason: 'Threshold Crossed: 5 datapoints were greater than the threshold (300.0).',
  });
}
