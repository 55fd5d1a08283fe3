// Writes the scenarios of this project: `node scripts/scenarios/generate.mjs`. The stories are told here once, so that objects, logs,
// metrics and changes of one incident agree with each other. Deterministic: running it again changes nothing.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeEdge } from './edge.mjs';
import { writeEntry } from './entry.mjs';
import { writeFleet } from './fleet.mjs';
import { writeManaged } from './managed.mjs';
import { cronJob, deployment, endpoints, event, job, list, node, page, pod, service, suffix } from './objects.mjs';
import { writePairs } from './pairs.mjs';

const root = new URL('../../scenarios/', import.meta.url).pathname;
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const minutes = 60_000;
const at = (base) => (offsetMinutes) => iso(Date.parse(base) + offsetMinutes * minutes);

/** Deterministic noise between -1 and 1. */
const noise = (n) => Math.sin(n * 12.9898) * 43758.5453 - Math.floor(Math.sin(n * 12.9898) * 43758.5453) - 0.5;

function write(id, files) {
  rmSync(join(root, id), { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, id, name);
    mkdirSync(dirname(file), { recursive: true });
    const text =
      typeof content === 'string'
        ? content
        : name.endsWith('.ndjson')
          ? `${content.map((line) => JSON.stringify(line)).join('\n')}\n`
          : `${JSON.stringify(content, null, 1)}\n`;
    writeFileSync(file, text);
  }
}

/**
 * What the accounts of config/catalog.yaml spent a day, for 430 days, so that every month that people name is in it with the one before: a little more
 * each week, less on weekends, and one that has just doubled.
 */
function costs() {
  const accounts = [
    { id: '111122223333', name: 'backend-prod' },
    { id: '444455556666', name: 'frontend-prod' },
    { id: '777788889999', name: 'backend-staging' },
  ];
  const daily = [
    ['111122223333', 'Amazon Elastic Compute Cloud - Compute', 612],
    ['111122223333', 'Amazon Elastic Container Service for Kubernetes', 96],
    ['111122223333', 'Amazon Relational Database Service', 188],
    ['111122223333', 'AmazonCloudWatch', 41],
    ['444455556666', 'Amazon Simple Storage Service', 402],
    ['444455556666', 'Amazon CloudFront', 355],
    ['777788889999', 'Amazon Elastic Compute Cloud - Compute', 58],
  ];
  const spent = daily.map(([account, service, base], place) => ({
    account,
    service,
    usd: Array.from({ length: 430 }, (_, day) => {
      const jump = service === 'AmazonCloudWatch' && day > 412 ? 2.1 : 1;
      const week = 1 + 0.0005 * day - (day % 7 > 4 ? 0.12 : 0);
      return Math.round(100 * base * jump * week * (1 + 0.03 * noise(day + 31 * place))) / 100;
    }),
  }));
  return `{"accounts":${JSON.stringify(accounts)},"spent":[\n${spent.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`;
}

/** A series a minute from `from` to `to` (minutes relative to the page); `value` of the minute. */
const series = (base, entity, signal, unit, from, to, value) => ({
  source: 'prometheus',
  entity,
  signal,
  unit,
  points: Array.from({ length: to - from + 1 }, (_, n) => {
    const minute = from + n;
    const v = value(minute) * (1 + 0.04 * noise(minute + signal.length * 7 + entity.name.length));
    return [Date.parse(base) / 1000 + minute * 60, Math.round(v * 1000) / 1000];
  }),
});
const svc = (name, namespace, cluster) => ({ kind: 'Service', name, namespace, cluster });
const log = (timestamp, labels, message, source = 'kubernetes') => ({ timestamp, source, labels, message });
const sorted = (records) => records.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
const expected = (entity, cause, extra = {}) => ({ vocabulary: 'watchkeeper', rootCause: { entity, cause }, ...extra });
const meta = (id, title, now, cluster, namespace, tags) => ({
  id,
  title,
  source: 'watchkeeper',
  now,
  cluster,
  environment: 'production',
  namespace,
  tags,
});

const nodes = (created) => ['node-1', 'node-2', 'node-3'].map((name) => node(name, created));

/** A healthy service with its pods, Service and Endpoints. */
function healthy({
  name,
  namespace,
  replicas = 3,
  port = 8080,
  image,
  since,
  resources = { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
}) {
  const made = deployment({
    name,
    namespace,
    replicas,
    port,
    resources,
    createdAt: since,
    revisions: [{ revision: 14, image, at: since }],
  });
  return [
    ...made.objects,
    service({ name, namespace, port, createdAt: since }),
    endpoints({ name, namespace, port, pods: made.pods, createdAt: since }),
  ];
}

// ---- CronJob: a transient upstream error, and another error of the same job -------------------------------------------------

function invoices({ id, title, now, pageId, logsOf, knowledge, signals, changes, after, summary, withCosts }) {
  const t = at(now);
  const ns = 'billing';
  const env = [
    { name: 'LEDGER_URL', value: 'http://ledger-api:8443' },
    { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'invoices-db', key: 'url' } } },
  ];
  const image = 'registry.example.com/billing/invoice-batch:2026.11.3';
  const jobName = (night) => `nightly-invoices-${29_381_640 + night * 1440}`;
  const nights = [-2, -1].map((night) => {
    const start = t(-25 + night * 1440);
    return job({
      name: jobName(night),
      namespace: ns,
      cronJob: 'nightly-invoices',
      app: 'nightly-invoices',
      image,
      env,
      startedAt: start,
      finishedAt: t(-11 + night * 1440),
    });
  });
  const failedAt = t(-2);
  const podNames = [0, 1, 2].map((n) => `${jobName(0)}-${suffix(`${id}${n}`, 5)}`);
  const pods = podNames.map((name, n) =>
    pod({
      name,
      namespace: ns,
      app: 'nightly-invoices',
      ownerKind: 'Job',
      ownerName: jobName(0),
      image,
      env,
      startedAt: t(-25 + n * 8),
      node: 'node-2',
      phase: 'Failed',
      ready: false,
      state: { terminated: { exitCode: 1, reason: 'Error', startedAt: t(-25 + n * 8), finishedAt: t(-19 + n * 8) } },
    }),
  );
  const cron = cronJob({
    name: 'nightly-invoices',
    namespace: ns,
    app: 'nightly-invoices',
    image,
    env,
    schedule: '35 1 * * *',
    createdAt: t(-60 * 24 * 200),
    lastScheduleTime: t(-25),
    lastSuccessfulTime: t(-11 - 1440),
  });
  const failed = job({
    name: jobName(0),
    namespace: ns,
    cronJob: 'nightly-invoices',
    app: 'nightly-invoices',
    image,
    env,
    startedAt: t(-25),
    finishedAt: failedAt,
    failed: 3,
  });
  const steady = [
    ...nodes(t(-60 * 24 * 90)),
    ...healthy({
      name: 'ledger-api',
      namespace: ns,
      port: 8443,
      image: 'registry.example.com/billing/ledger-api:5.8.1',
      since: t(-60 * 24 * 6),
    }),
    ...healthy({
      name: 'invoice-api',
      namespace: ns,
      image: 'registry.example.com/billing/invoice-api:3.2.0',
      since: t(-60 * 24 * 12),
    }),
  ];
  const events = [
    event({
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created job ${jobName(0)}`,
      kind: 'CronJob',
      name: 'nightly-invoices',
      namespace: ns,
      at: t(-25),
      component: 'cronjob-controller',
    }),
    ...podNames.map((name, n) =>
      event({
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created pod: ${name}`,
        kind: 'Job',
        name: jobName(0),
        namespace: ns,
        at: t(-25 + n * 8),
        component: 'job-controller',
      }),
    ),
    event({
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
      kind: 'Job',
      name: jobName(0),
      namespace: ns,
      at: failedAt,
      component: 'job-controller',
    }),
  ];
  const labels = (n) => ({
    cluster: 'backend-1',
    namespace: ns,
    service: 'nightly-invoices',
    pod: podNames[n],
    container: 'nightly-invoices',
  });
  const records = [];
  for (let n = 0; n < 3; n += 1) {
    const start = -25 + n * 8;
    records.push(log(t(start), labels(n), `INFO starting nightly invoice run, batch size 500, attempt ${n + 1}`));
    for (let line = 0; line < 40; line += 1)
      records.push(
        log(
          t(start + line * 0.12),
          labels(n),
          `INFO wrote invoices ${line * 500 + 1} to ${(line + 1) * 500} in ${210 + Math.round(40 * noise(line + n))} ms`,
        ),
      );
    records.push(...logsOf(t, labels(n), start + 5.5));
  }
  for (let minute = -150; minute <= 5; minute += 1) {
    records.push(
      log(
        t(minute + 0.1),
        { cluster: 'backend-1', namespace: ns, service: 'invoice-api', level: 'info' },
        `GET /invoices/${10_000 + minute} 200 in ${18 + Math.round(6 * noise(minute))} ms`,
      ),
    );
    records.push(
      log(
        t(minute + 0.3),
        { cluster: 'backend-1', namespace: ns, service: 'ledger-api', level: 'info' },
        `POST /ledger/v2/entries 201 in ${34 + Math.round(10 * noise(minute + 3))} ms`,
      ),
    );
  }
  const files = {
    'scenario.json': meta(id, title, now, 'backend-1', ns, ['cronjob', 'job']),
    ...(withCosts ? { 'costs.json': costs() } : {}),
    'alert.json': page({
      id: pageId,
      at: now,
      title: `[FIRING:1] KubeJobFailed: Job ${ns}/${jobName(0)} failed to complete`,
      service: 'Billing',
      details: {
        firing: {
          labels: {
            alertname: 'KubeJobFailed',
            job_name: jobName(0),
            namespace: ns,
            severity: 'critical',
          },
          annotations: { summary, runbook_url: 'https://runbooks.example.com/KubeJobFailed' },
        },
        num_firing: 1,
      },
    }),
    'kubernetes/backend-1.json': list([...steady, cron, ...nights, failed, ...pods, ...events]),
    'logs.ndjson': sorted(records),
    'signals.ndjson': signals(now),
    'changes.json': changes(t),
    'dependencies.json': [
      { from: 'nightly-invoices', to: 'ledger-api' },
      { from: 'invoice-api', to: 'ledger-api' },
      { from: 'backoffice-web', to: 'invoice-api' },
    ],
    ...Object.fromEntries(Object.entries(knowledge).map(([name, text]) => [`knowledge/${name}`, text])),
    'expected.json': expected({ kind: 'CronJob', name: 'nightly-invoices', namespace: ns }, 'job-failed', {
      ...(after ? { remediation: 'rerun-cronjob' } : {}),
      decoys: ['deploy-invoice-api-88'],
    }),
  };
  if (after) {
    const rerun = `nightly-invoices-rerun-${suffix(id, 5)}`;
    const rerunPod = pod({
      name: `${rerun}-${suffix(`${id}rerun`, 5)}`,
      namespace: ns,
      app: 'nightly-invoices',
      ownerKind: 'Job',
      ownerName: rerun,
      image,
      env,
      startedAt: t(1),
      node: 'node-1',
      phase: 'Succeeded',
      ready: false,
      state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: t(1), finishedAt: t(4) } },
    });
    files['after/rerun-cronjob/kubernetes/backend-1.json'] = list([
      ...steady,
      { ...cron, status: { lastScheduleTime: t(-25), lastSuccessfulTime: t(4) } },
      ...nights,
      failed,
      ...pods,
      ...events,
      job({
        name: rerun,
        namespace: ns,
        cronJob: 'nightly-invoices',
        app: 'nightly-invoices',
        image,
        env,
        startedAt: t(1),
        finishedAt: t(4),
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      }),
      rerunPod,
      event({
        type: 'Normal',
        reason: 'Completed',
        message: 'Job completed',
        kind: 'Job',
        name: rerun,
        namespace: ns,
        at: t(4),
        component: 'job-controller',
      }),
    ]);
    files['after/rerun-cronjob/logs.ndjson'] = sorted([
      ...records,
      log(
        t(1),
        { ...labels(0), pod: rerunPod.metadata.name },
        'INFO starting nightly invoice run, batch size 500, attempt 1',
      ),
      log(
        t(4),
        { ...labels(0), pod: rerunPod.metadata.name },
        'INFO nightly invoice run complete, 48211 invoices written',
      ),
    ]);
  }
  write(id, files);
}

const invoiceRunbook = `---
title: Nightly invoices
service: nightly-invoices
tags: [runbook, billing]
---
# Nightly invoices

The CronJob \`nightly-invoices\` in namespace \`billing\` writes the day's invoices and posts the totals to ledger-api.

## KubeJobFailed

Read the last lines of the failed pod first.

- \`connection reset\` or 503 from ledger-api: the run is idempotent and goes on where it stopped. Once ledger-api answers again, rerun the job.
- Any database error: do not rerun. Ask the billing team; a migration is usually half done.

## Ownership

Billing team, channel #billing-oncall.
`;
const invoiceSignals = (spike) => (now) => [
  series(now, svc('ledger-api', 'billing', 'backend-1'), 'requests_per_second', 'requests/s', -150, 5, () => 42),
  series(now, svc('ledger-api', 'billing', 'backend-1'), 'error_ratio', '1', -150, 5, (m) =>
    spike && m >= -22 && m <= -3 ? 0.31 : 0.002,
  ),
  series(now, svc('ledger-api', 'billing', 'backend-1'), 'latency_p95', 'ms', -150, 5, (m) =>
    spike && m >= -22 && m <= -3 ? 240 : 60,
  ),
  series(now, svc('invoice-api', 'billing', 'backend-1'), 'requests_per_second', 'requests/s', -150, 5, () => 18),
  series(now, svc('invoice-api', 'billing', 'backend-1'), 'error_ratio', '1', -150, 5, () => 0.001),
  series(now, svc('invoice-api', 'billing', 'backend-1'), 'latency_p95', 'ms', -150, 5, () => 35),
];
const invoiceChanges = (t) => [
  {
    id: 'commit-4c1d9e0',
    kind: 'commit',
    at: t(-1450),
    service: 'nightly-invoices',
    author: 'ines',
    title: 'docs: describe the batch size',
    files: ['README.md'],
    commit: '4c1d9e0',
  },
  {
    id: 'deploy-invoice-api-88',
    kind: 'deploy',
    at: t(-95),
    service: 'invoice-api',
    author: 'tom',
    title: 'deploy invoice-api 3.2.0: nicer PDF footer',
    commit: '9a2be11',
    version: '3.2.0',
  },
];

invoices({
  id: 'cronjob-nightly-invoices',
  withCosts: true,
  title: 'The nightly invoice job failed: ledger-api reset its connections for a while',
  now: '2026-11-18T02:00:00Z',
  pageId: 'CRONJOB1',
  summary:
    'Job billing/nightly-invoices failed to complete. Removing failed job after investigation should clear this alert.',
  logsOf: (t, labels, minute) => [
    log(t(minute), labels, 'WARN ledger-api:8443 answered status 503, trying again in 2 s'),
    log(t(minute + 0.1), labels, 'WARN ledger-api:8443 answered status 503, trying again in 4 s'),
    log(
      t(minute + 0.3),
      labels,
      'ERROR posting totals failed: read tcp 10.42.1.17:48212->10.96.14.3:8443: connection reset by peer (ledger-api:8443)',
    ),
    log(
      t(minute + 0.31),
      labels,
      'FATAL nightly invoice run aborted after 20000 invoices: upstream ledger-api unavailable',
    ),
  ],
  knowledge: { 'nightly-invoices.md': invoiceRunbook },
  signals: invoiceSignals(true),
  changes: invoiceChanges,
  after: true,
});

invoices({
  id: 'cronjob-nightly-invoices-schema',
  title: 'The nightly invoice job failed: a column that a migration should have brought is missing',
  now: '2026-11-20T02:00:00Z',
  pageId: 'CRONJOB2',
  summary: 'Job billing/nightly-invoices failed to complete after a release of the billing schema.',
  logsOf: (t, labels, minute) => [
    log(t(minute), labels, 'ERROR pq: column "tax_region" of relation "invoices" does not exist (SQLSTATE 42703)'),
    log(t(minute + 0.01), labels, 'FATAL nightly invoice run aborted: cannot write invoice 20001'),
  ],
  knowledge: { 'nightly-invoices.md': invoiceRunbook },
  signals: invoiceSignals(false),
  changes: (t) => [
    ...invoiceChanges(t),
    {
      id: 'deploy-billing-schema-41',
      kind: 'deploy',
      at: t(-180),
      service: 'nightly-invoices',
      author: 'ines',
      title: 'deploy billing-schema 41: prepare tax_region',
      commit: 'be7710c',
      version: '41',
      files: ['migrations/0041_tax_region.sql'],
    },
  ],
  after: false,
});

// ---- 12 pods OOM-killed after a deploy --------------------------------------------------------------------------------------

{
  const now = '2026-11-17T12:57:00Z';
  const t = at(now);
  const ns = 'shop';
  const cluster = 'backend-2';
  const resources = { requests: { cpu: '500m', memory: '384Mi' }, limits: { memory: '512Mi' } };
  const killed = { exitCode: 137, reason: 'OOMKilled', startedAt: t(-6), finishedAt: t(-2) };
  const old = { revision: 41, image: 'registry.example.com/shop/checkout:7.3.2', at: t(-60 * 24 * 5) };
  const bad = {
    revision: 42,
    image: 'registry.example.com/shop/checkout:7.4.0',
    at: t(-12),
    cause: 'deploy checkout 7.4.0',
  };
  const around = [
    ...nodes(t(-60 * 24 * 60)),
    ...healthy({ name: 'cart', namespace: ns, image: 'registry.example.com/shop/cart:4.0.1', since: t(-60 * 24 * 9) }),
    ...healthy({ name: 'payment', namespace: ns, image: 'registry.example.com/shop/payment:6.1.0', since: t(-40) }),
  ];
  const broken = deployment({
    name: 'checkout',
    namespace: ns,
    replicas: 12,
    port: 8080,
    resources,
    createdAt: t(-60 * 24 * 300),
    revisions: [{ ...old, replicas: 0 }, bad],
    ready: 2,
    conditions: [
      {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
        lastTransitionTime: t(-8),
      },
      { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', lastTransitionTime: t(-9) },
    ],
    pods: (_revision, n) => ({
      ready: n < 2,
      restarts: 2 + (n % 3),
      last: killed,
      ...(n < 2
        ? {}
        : {
            state: {
              waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting failed container=checkout' },
            },
          }),
    }),
  });
  const fixed = deployment({
    name: 'checkout',
    namespace: ns,
    replicas: 12,
    port: 8080,
    resources,
    createdAt: t(-60 * 24 * 300),
    revisions: [
      { ...bad, replicas: 0 },
      { ...old, revision: 43, at: t(2) },
    ],
  });
  const checkoutService = service({ name: 'checkout', namespace: ns, port: 8080, createdAt: t(-60 * 24 * 300) });
  const events = [
    event({
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: 'Scaled up replica set checkout to 12',
      kind: 'Deployment',
      name: 'checkout',
      namespace: ns,
      at: t(-12),
      component: 'deployment-controller',
    }),
    ...broken.pods.slice(2).map((name) =>
      event({
        reason: 'BackOff',
        message: 'Back-off restarting failed container checkout in pod',
        kind: 'Pod',
        name,
        namespace: ns,
        at: t(-1),
        firstAt: t(-7),
        count: 9,
      }),
    ),
  ];
  const records = [];
  for (let minute = -150; minute <= 5; minute += 1) {
    const pod = broken.pods[(minute + 150) % 12];
    const labels = { cluster, namespace: ns, service: 'checkout', pod, level: 'info' };
    records.push(log(t(minute), labels, `POST /checkout 200 in ${80 + Math.round(20 * noise(minute))} ms`));
    if (minute >= -10) {
      records.push(
        log(
          t(minute + 0.2),
          { ...labels, level: 'warn' },
          `promotion cache holds ${110_000 + (minute + 10) * 26_000} entries, ${Math.min(890, 380 + (minute + 10) * 60)} MiB heap`,
        ),
      );
      records.push(
        log(
          t(minute + 0.5),
          { cluster, namespace: ns, service: 'storefront', level: 'error' },
          `checkout:8080 answered status 503 for order ${900_000 + minute}`,
        ),
      );
    }
  }
  const healthySignals = (m) => m >= 3;
  const signals = (recovered) => [
    series(
      now,
      svc('checkout', ns, cluster),
      'memory_bytes',
      'bytes',
      -150,
      recovered ? 12 : 5,
      (m) => (m < -12 || (recovered && healthySignals(m)) ? 310 : Math.min(890, 310 + (m + 12) * 75)) * 1024 * 1024,
    ),
    series(now, svc('checkout', ns, cluster), 'restarts_total', '1', -150, recovered ? 12 : 5, (m) =>
      m < -9 ? 0 : Math.min(31, (m + 9) * 3),
    ),
    series(now, svc('checkout', ns, cluster), 'replicas_available', 'pods', -150, recovered ? 12 : 5, (m) =>
      m < -8 || (recovered && healthySignals(m)) ? 12 : 2,
    ),
    series(now, svc('checkout', ns, cluster), 'error_ratio', '1', -150, recovered ? 12 : 5, (m) =>
      m < -8 || (recovered && healthySignals(m)) ? 0.003 : 0.62,
    ),
    series(now, svc('checkout', ns, cluster), 'requests_per_second', 'requests/s', -150, recovered ? 12 : 5, () => 640),
    series(now, svc('storefront', ns, cluster), 'error_ratio', '1', -150, recovered ? 12 : 5, (m) =>
      m < -6 || (recovered && healthySignals(m)) ? 0.002 : 0.21,
    ),
    series(now, svc('cart', ns, cluster), 'error_ratio', '1', -150, recovered ? 12 : 5, () => 0.001),
    series(now, svc('payment', ns, cluster), 'latency_p95', 'ms', -150, recovered ? 12 : 5, () => 120),
  ];
  write('oom-after-deploy', {
    'scenario.json': meta('oom-after-deploy', '12 pods of checkout are OOM-killed after a deploy', now, cluster, ns, [
      'deploy',
      'memory',
    ]),
    'alert.json': page({
      id: 'OOMDEP01',
      at: now,
      title: 'checkout: error ratio above 20 % for 5 minutes',
      service: 'Shop',
      details: {
        alertname: 'HighErrorRatio',
        service: 'checkout',
        severity: 'critical',
        value: '0.61',
        summary: 'More than 20 % of the requests to checkout fail.',
      },
    }),
    [`kubernetes/${cluster}.json`]: list([
      ...around,
      ...broken.objects,
      checkoutService,
      endpoints({
        name: 'checkout',
        namespace: ns,
        port: 8080,
        pods: broken.pods.slice(0, 2),
        createdAt: t(-60 * 24 * 300),
      }),
      ...events,
    ]),
    'logs.ndjson': sorted(records),
    'signals.ndjson': signals(false),
    'changes.json': [
      {
        id: 'deploy-payment-310',
        kind: 'deploy',
        at: t(-40),
        service: 'payment',
        author: 'mia',
        title: 'deploy payment 6.1.0: log the request id',
        commit: '77aa01c',
        version: '6.1.0',
      },
      {
        id: 'commit-e41f',
        kind: 'commit',
        at: t(-65),
        service: 'checkout',
        author: 'jon',
        title: 'keep all promotions in memory',
        commit: 'e41f',
        files: ['src/promotions/cache.ts', 'deploy/values.yaml'],
        diff: '-  maxEntries: 5000\n+  maxEntries: 0 # no limit',
      },
      {
        id: 'deploy-checkout-742',
        kind: 'deploy',
        at: t(-12),
        service: 'checkout',
        author: 'jon',
        title: 'deploy checkout 7.4.0',
        commit: 'e41f',
        version: '7.4.0',
      },
      { id: 'flag-banner', kind: 'flag', at: t(-20), service: 'storefront', author: 'mia', title: 'winter_banner on' },
    ],
    'dependencies.json': [
      { from: 'storefront', to: 'checkout' },
      { from: 'checkout', to: 'cart' },
      { from: 'checkout', to: 'payment' },
    ],
    'knowledge/checkout.md':
      '---\ntitle: Checkout\nservice: checkout\ntags: [runbook]\n---\n# Checkout\n\n## Pods are OOM-killed\n\nCompare memory before and after the last deploy. If the deploy brought it, roll back first and look for the leak afterwards. Raising the limit only helps when the need is real.\n',
    [`after/rollback-rollout/kubernetes/${cluster}.json`]: list([
      ...around,
      ...fixed.objects,
      checkoutService,
      endpoints({ name: 'checkout', namespace: ns, port: 8080, pods: fixed.pods, createdAt: t(-60 * 24 * 300) }),
    ]),
    'after/rollback-rollout/signals.ndjson': signals(true),
    'expected.json': expected({ kind: 'Deployment', name: 'checkout', namespace: ns }, 'oom-killed', {
      firstFailing: 'checkout',
      blastRadius: ['storefront'],
      remediation: 'rollback-rollout',
      decoys: ['deploy-payment-310', 'flag-banner'],
    }),
  });
}

// ---- A throughput drop that is only a symptom ---------------------------------------------------------------------------------

{
  const now = '2026-11-19T02:55:00Z';
  const t = at(now);
  const front = 'frontend-1';
  const back = 'backend-1';
  const session = svc('session-service', 'identity', back);
  const api = svc('playlist-api', 'listen', front);
  const web = svc('web-player', 'listen', front);
  const onset = -9;
  const apiOnset = -8;
  const dropped = 420;
  const signals = (recovered) => {
    const to = recovered ? 12 : 5;
    const bad = (m, from) => m >= from && !(recovered && m >= 3);
    return [
      series(now, session, 'error_ratio', '1', -150, to, (m) => (bad(m, onset) ? 0.74 : 0.002)),
      series(now, session, 'requests_per_second', 'requests/s', -150, to, () => 2300),
      series(now, session, 'latency_p95', 'ms', -150, to, (m) => (bad(m, onset) ? 900 : 25)),
      series(now, api, 'requests_per_second', 'requests/s', -150, to, (m) => (bad(m, apiOnset) ? dropped : 2100)),
      series(now, api, 'error_ratio', '1', -150, to, (m) => (bad(m, apiOnset) ? 0.03 : 0.002)),
      series(now, api, 'cpu_utilization', '1', -150, to, (m) => (bad(m, apiOnset) ? 0.12 : 0.48)),
      series(now, web, 'requests_per_second', 'requests/s', -150, to, (m) => (bad(m, apiOnset + 1) ? 600 : 2600)),
      series(now, svc('artist-api', 'listen', front), 'requests_per_second', 'requests/s', -150, to, () => 880),
    ];
  };
  const sessionDeployment = (healthyNow) =>
    deployment({
      name: 'session-service',
      namespace: 'identity',
      replicas: 6,
      port: 8080,
      createdAt: t(-60 * 24 * 400),
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } },
      revisions: [
        {
          revision: healthyNow ? 23 : 22,
          image: 'registry.example.com/identity/session-service:9.0.4',
          at: healthyNow ? t(2) : t(-60 * 24 * 11),
        },
      ],
    });
  const backObjects = (healthyNow) => {
    const made = sessionDeployment(healthyNow);
    return list([
      ...nodes(t(-60 * 24 * 60)),
      ...made.objects,
      service({ name: 'session-service', namespace: 'identity', port: 8080, createdAt: t(-60 * 24 * 400) }),
      endpoints({
        name: 'session-service',
        namespace: 'identity',
        port: 8080,
        pods: made.pods,
        createdAt: t(-60 * 24 * 400),
      }),
    ]);
  };
  const frontObjects = list([
    ...nodes(t(-60 * 24 * 60)),
    ...healthy({
      name: 'playlist-api',
      namespace: 'listen',
      replicas: 8,
      image: 'registry.example.com/listen/playlist-api:12.1.0',
      since: t(-25),
    }),
    ...healthy({
      name: 'artist-api',
      namespace: 'listen',
      image: 'registry.example.com/listen/artist-api:8.8.0',
      since: t(-60 * 24 * 3),
    }),
    ...healthy({
      name: 'web-player',
      namespace: 'listen',
      image: 'registry.example.com/listen/web-player:31.0.2',
      since: t(-60 * 24 * 2),
    }),
  ]);
  const pods = sessionDeployment(false).pods;
  const records = [];
  for (let minute = -150; minute <= 5; minute += 1) {
    const bad = minute >= onset;
    records.push(
      log(
        t(minute),
        {
          cluster: back,
          namespace: 'identity',
          service: 'session-service',
          pod: pods[(minute + 150) % 6],
          level: 'info',
        },
        `issued session in ${12 + Math.round(4 * noise(minute))} ms`,
        'newrelic',
      ),
    );
    records.push(
      log(
        t(minute + 0.2),
        { cluster: front, namespace: 'listen', service: 'playlist-api', level: 'info' },
        `GET /playlists/${5000 + minute} 200 in ${30 + Math.round(8 * noise(minute + 2))} ms`,
        'newrelic',
      ),
    );
    if (bad) {
      for (let n = 0; n < 8; n += 1)
        records.push(
          log(
            t(minute + 0.05 * n),
            { cluster: back, namespace: 'identity', service: 'session-service', pod: pods[n % 6], level: 'error' },
            `could not get a connection from the pool: 200 of 200 in use, waited ${3000 + n} ms`,
            'newrelic',
          ),
        );
      for (let n = 0; n < 3; n += 1)
        records.push(
          log(
            t(minute + 0.1 * n + 0.4),
            { cluster: front, namespace: 'listen', service: 'playlist-api', level: 'warn' },
            `session-service.identity:8080 answered status 500, request ${70_000 + minute * 10 + n} dropped`,
            'newrelic',
          ),
        );
    }
  }
  write('throughput-drop-session-service', {
    'scenario.json': meta(
      'throughput-drop-session-service',
      'Throughput of playlist-api drops, because the session service in another cluster fails',
      now,
      front,
      'listen',
      ['cross-cluster', 'symptom'],
    ),
    'alert.json': page({
      id: 'THRUDRP1',
      at: now,
      title: 'playlist-api throughput dropped by 80 %',
      service: 'Listen',
      details: {
        condition: 'Throughput below 50 % of the same time last week',
        entity: 'playlist-api',
        signal: 'requests_per_second',
        current: '420',
        'last week': '2100',
      },
    }),
    [`kubernetes/${front}.json`]: frontObjects,
    [`kubernetes/${back}.json`]: backObjects(false),
    'logs.ndjson': sorted(records),
    'signals.ndjson': signals(false),
    'changes.json': [
      {
        id: 'deploy-playlist-api-1210',
        kind: 'deploy',
        at: t(-25),
        service: 'playlist-api',
        author: 'lea',
        title: 'deploy playlist-api 12.1.0: sort playlists by name',
        commit: 'c0ffee1',
        version: '12.1.0',
      },
      {
        id: 'commit-c0ffee1',
        kind: 'commit',
        at: t(-70),
        service: 'playlist-api',
        author: 'lea',
        title: 'sort playlists by name',
        commit: 'c0ffee1',
        files: ['src/playlists/sort.ts'],
        diff: '+  playlists.sort(byName)',
      },
    ],
    'dependencies.json': [
      { from: 'web-player', to: 'playlist-api' },
      { from: 'web-player', to: 'artist-api' },
      { from: 'playlist-api', to: 'session-service' },
    ],
    'alerts.json': [
      {
        name: 'ThroughputDrop',
        at: t(0),
        severity: 'critical',
        entity: { kind: 'Service', name: 'playlist-api', namespace: 'listen', cluster: front },
        summary: 'playlist-api throughput dropped by 80 %',
        status: 'firing',
      },
      {
        name: 'HighErrorRatio',
        at: t(-4),
        severity: 'warning',
        entity: { kind: 'Service', name: 'session-service', namespace: 'identity', cluster: back },
        summary: 'session-service error ratio above 50 %',
        status: 'firing',
      },
    ],
    'knowledge/session-service.md':
      "---\ntitle: Session service\nservice: session-service\ntags: [runbook, identity]\n---\n# Session service\n\nCalled by everything that needs a listener's session, from all clusters.\n\n## Connection pool exhausted\n\nConnections leak when the session store fails over. A rolling restart frees them; then tell the identity team.\n",
    [`after/restart-rollout/kubernetes/${back}.json`]: backObjects(true),
    'after/restart-rollout/signals.ndjson': signals(true),
    'after/restart-rollout/logs.ndjson': sorted(records.filter((one) => one.labels.level === 'info')),
    'expected.json': expected(
      { kind: 'Service', name: 'session-service', namespace: 'identity' },
      'database-connections-exhausted',
      {
        firstFailing: 'session-service',
        blastRadius: ['playlist-api', 'web-player'],
        remediation: 'restart-rollout',
        decoys: ['deploy-playlist-api-1210'],
      },
    ),
  });
}

// ---- An image that cannot be pulled -------------------------------------------------------------------------------------------

{
  const now = '2026-11-21T09:20:00Z';
  const t = at(now);
  const ns = 'search';
  const cluster = 'backend-2';
  const resources = { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } };
  const good = { revision: 17, image: 'registry.example.com/search/search-api:2.18.0', at: t(-60 * 24 * 8) };
  const wrong = {
    revision: 18,
    image: 'registry.example.com/search/search-api:2.19.O',
    at: t(-14),
    cause: 'deploy search-api 2.19.O',
  };
  const waiting = {
    waiting: {
      reason: 'ImagePullBackOff',
      message:
        'Back-off pulling image "registry.example.com/search/search-api:2.19.O": ErrImagePull: failed to resolve reference "registry.example.com/search/search-api:2.19.O": registry.example.com/search/search-api:2.19.O: not found',
    },
  };
  const broken = deployment({
    name: 'search-api',
    namespace: ns,
    replicas: 4,
    port: 9200,
    resources,
    createdAt: t(-60 * 24 * 220),
    ready: 2,
    revisions: [
      { ...good, replicas: 2, ready: 2 },
      { ...wrong, replicas: 2, ready: 0, updated: 2 },
    ],
    conditions: [
      {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
        lastTransitionTime: t(-13),
      },
      {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: 'ReplicaSet has timed out progressing.',
        lastTransitionTime: t(-4),
      },
    ],
    pods: (revision) => (revision.revision === 18 ? { phase: 'Pending', ready: false, state: waiting } : {}),
  });
  const fixed = deployment({
    name: 'search-api',
    namespace: ns,
    replicas: 4,
    port: 9200,
    resources,
    createdAt: t(-60 * 24 * 220),
    revisions: [
      { ...wrong, replicas: 0 },
      { ...good, revision: 19, at: t(2) },
    ],
  });
  const others = [
    ...nodes(t(-60 * 24 * 60)),
    ...healthy({
      name: 'index-writer',
      namespace: ns,
      image: 'registry.example.com/search/index-writer:1.4.0',
      since: t(-60 * 24 * 30),
    }),
  ];
  const front = (pods) => [
    service({ name: 'search-api', namespace: ns, port: 9200, createdAt: t(-60 * 24 * 220) }),
    endpoints({ name: 'search-api', namespace: ns, port: 9200, pods, createdAt: t(-60 * 24 * 220) }),
  ];
  const stuck = broken.objects
    .filter((one) => one.kind === 'Pod' && one.status.phase === 'Pending')
    .map((one) => one.metadata.name);
  const running = broken.pods.filter((name) => !stuck.includes(name));
  const records = [];
  for (let minute = -150; minute <= 5; minute += 1) {
    records.push(
      log(
        t(minute),
        { cluster, namespace: ns, service: 'search-api', pod: running[0], level: 'info' },
        `query took ${14 + Math.round(4 * noise(minute))} ms, ${120 + minute} hits`,
      ),
    );
    if (minute >= -12 && minute % 2 === 0)
      records.push(
        log(
          t(minute + 0.4),
          { cluster, namespace: ns, service: 'search-api', pod: running[1], level: 'warn' },
          `thread pool queue at ${80 + minute} %, shedding load`,
        ),
      );
  }
  write('image-pull-failure', {
    'scenario.json': meta('image-pull-failure', 'A new version of search-api cannot be pulled', now, cluster, ns, [
      'deploy',
      'image',
    ]),
    'alert.json': page({
      id: 'IMGPULL1',
      at: now,
      title: '[FIRING:1] KubeDeploymentReplicasMismatch search/search-api',
      service: 'Search',
      urgency: 'low',
      details: {
        alertname: 'KubeDeploymentReplicasMismatch',
        deployment: 'search-api',
        namespace: ns,
        severity: 'warning',
        description:
          'Deployment search/search-api has not matched the expected number of replicas for longer than 10 minutes.',
      },
    }),
    [`kubernetes/${cluster}.json`]: list([
      ...others,
      ...broken.objects,
      ...front(running),
      ...stuck.flatMap((name) => [
        event({
          reason: 'Failed',
          message:
            'Failed to pull image "registry.example.com/search/search-api:2.19.O": rpc error: code = NotFound desc = failed to pull and unpack image: registry.example.com/search/search-api:2.19.O: not found',
          kind: 'Pod',
          name,
          namespace: ns,
          at: t(-1),
          firstAt: t(-14),
          count: 7,
        }),
        event({
          reason: 'Failed',
          message: 'Error: ImagePullBackOff',
          kind: 'Pod',
          name,
          namespace: ns,
          at: t(-1),
          firstAt: t(-13),
          count: 22,
        }),
      ]),
    ]),
    'logs.ndjson': sorted(records),
    'signals.ndjson': [
      series(now, svc('search-api', ns, cluster), 'replicas_available', 'pods', -150, 5, (m) => (m < -13 ? 4 : 2)),
      series(now, svc('search-api', ns, cluster), 'requests_per_second', 'requests/s', -150, 5, () => 310),
      series(now, svc('search-api', ns, cluster), 'error_ratio', '1', -150, 5, () => 0.004),
      series(now, svc('search-api', ns, cluster), 'latency_p95', 'ms', -150, 5, (m) => (m < -12 ? 45 : 68)),
    ],
    'changes.json': [
      {
        id: 'deploy-search-api-219',
        kind: 'deploy',
        at: t(-14),
        service: 'search-api',
        author: 'kim',
        title: 'deploy search-api 2.19.O',
        commit: 'aa51b02',
        version: '2.19.O',
      },
      {
        id: 'config-index-writer-9',
        kind: 'config',
        at: t(-50),
        service: 'index-writer',
        author: 'kim',
        title: 'flush interval',
        from: '30s',
        to: '45s',
      },
    ],
    'dependencies.json': [
      { from: 'storefront', to: 'search-api' },
      { from: 'search-api', to: 'index-writer' },
    ],
    [`after/rollback-rollout/kubernetes/${cluster}.json`]: list([...others, ...fixed.objects, ...front(fixed.pods)]),
    'after/rollback-rollout/signals.ndjson': [
      series(now, svc('search-api', ns, cluster), 'replicas_available', 'pods', -150, 12, (m) =>
        m < -13 || m >= 3 ? 4 : 2,
      ),
      series(now, svc('search-api', ns, cluster), 'latency_p95', 'ms', -150, 12, (m) => (m < -12 || m >= 3 ? 45 : 68)),
    ],
    'expected.json': expected({ kind: 'Deployment', name: 'search-api', namespace: ns }, 'image-not-found', {
      firstFailing: 'search-api',
      remediation: 'rollback-rollout',
      decoys: ['config-index-writer-9'],
    }),
  });
}

writePairs(write);
writeEdge(write);
writeFleet(write);
writeManaged(write);
writeEntry(write);
