// Incidents in pairs: two that look alike to whoever is paged, and have different causes. All in one small shop, told as what differs
// from a quiet night.
import { cronJob, deployment, endpoints, event, job, list, node, page, service } from './objects.mjs';

const now = '2026-11-22T14:30:00Z';
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const t = (minutes) => iso(Date.parse(now) + minutes * 60_000);
const cluster = 'store-1';
const namespace = 'store';
const long = t(-60 * 24 * 90);

/** Who runs, on which port, with what in the environment, and whom it calls. */
const shop = {
  web: { port: 8080, calls: ['orders', 'catalog'], env: { ORDERS_ADDR: 'orders:8080', CATALOG_ADDR: 'catalog:8080' } },
  orders: {
    port: 8080,
    calls: ['payments', 'orders-mysql'],
    env: { PAYMENTS_ADDR: 'payments:8443', ORDERS_MYSQL_HOST: 'orders-mysql', ORDERS_MYSQL_PORT: '3306' },
  },
  payments: { port: 8443, calls: [], env: {} },
  catalog: { port: 8080, calls: ['search'], env: { SEARCH_ADDR: 'search:9200' } },
  search: { port: 9200, calls: [], env: {} },
  'orders-mysql': { port: 3306, calls: [], env: {}, replicas: 1 },
};
const names = Object.keys(shop);
/** A value that is undefined comes from a Secret: it is not in the objects. */
const envOf = (values) =>
  Object.entries(values).map(([name, value]) =>
    value === undefined ? { name, valueFrom: { secretKeyRef: { name: 'database', key: name } } } : { name, value },
  );
const image = (name, version = '4.2.0') => `registry.example.com/store/${name}:${version}`;

/** Objects of one service; `over` changes what `deployment` is told, and where the Service leads. */
function running(name, { env = {}, selector, servicePort, noPods, refused, ...over } = {}) {
  const { port, replicas = 2, env: base } = shop[name];
  const made = deployment({
    name,
    namespace,
    replicas,
    port,
    createdAt: long,
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    revisions: [{ revision: 7, image: image(name), at: long, env: envOf({ ...base, ...env }) }],
    ...over,
  });
  const front = service({ name, namespace, port: servicePort ?? port, targetPort: port, createdAt: long });
  if (selector) front.spec.selector = selector;
  // A controller that may not create pods says so in its status for as long as it may not.
  if (refused)
    for (const { status } of made.objects.filter(({ kind }) => kind === 'Deployment' || kind === 'ReplicaSet'))
      status.conditions = [
        ...(status.conditions ?? []),
        {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: refused,
          lastTransitionTime: t(-15),
        },
      ];
  const objects = noPods ? made.objects.filter((one) => one.kind !== 'Pod') : made.objects;
  const placed = made.objects.filter(({ kind, spec }) => kind === 'Pod' && spec.nodeName);
  const pods = selector || noPods ? [] : placed.map(({ metadata }) => metadata.name);
  return [...objects, front, endpoints({ name, namespace, port, pods, createdAt: long })];
}

/** On one line an object: half the size, and still readable in a diff. */
const compact = ({ items, ...head }) =>
  `${JSON.stringify(head).slice(0, -1)},"items":[\n${items.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`;
const noise = (n) => Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1;
const signalsOf = (changes) =>
  names.flatMap((name, place) =>
    Object.entries({
      requests_per_second: [() => 40 + 10 * place, '1'],
      error_ratio: [() => 0.002, '1'],
      latency_p50: [() => 12, 'ms'],
      latency_p95: [() => 45, 'ms'],
      cpu_cores: [() => 0.3, 'cores'],
      ...Object.fromEntries(
        Object.entries(changes[name] ?? {}).map(([signal, value]) => [signal, [value, units[signal] ?? '1']]),
      ),
    }).map(([signal, [value, unit]]) => ({
      source: 'prometheus',
      entity: { kind: 'Service', name, namespace, cluster },
      signal,
      unit,
      points: Array.from({ length: 64 }, (_, n) => {
        const minute = -120 + 2 * n;
        const wobble = 1 + 0.06 * (noise(minute + place + signal.length) - 0.5);
        return [Date.parse(now) / 1000 + minute * 60, Math.round(value(minute) * wobble * 10_000) / 10_000];
      }),
    })),
  );
const units = {
  latency_p50: 'ms',
  latency_p95: 'ms',
  cpu_cores: 'cores',
  cpu_throttled_seconds: 's',
  memory_bytes: 'bytes',
};
/** A value that is another one from a minute on. */
const from = (minute, before, after) => (m) => (m < minute ? before : after);

function logsOf(lines) {
  const quiet = names.flatMap((name) =>
    Array.from({ length: 42 }, (_, n) => [
      name,
      -120 + 3 * n,
      'info',
      `served ${100 + ((n * 37) % 60)} requests in 3 m`,
    ]),
  );
  const told = lines.flatMap(([name, start, every, level, text, end = 5]) =>
    Array.from({ length: Math.floor((end - start) / every) + 1 }, (_, n) => [name, start + n * every, level, text(n)]),
  );
  return [...quiet, ...told]
    .map(([name, minute, level, message]) => ({
      timestamp: t(minute),
      source: 'kubernetes',
      labels: name.startsWith('node-')
        ? { cluster, node: name, unit: 'kernel', level }
        : { cluster, namespace, service: name, level },
      message,
    }))
    .sort((a, b) => a.timestamp.localeCompare(b.timestamp));
}
const say = (text) => () => text;

/**
 * One incident. `objects`: by service, what `running` is told instead. `extra`: more objects. `errors`: services whose error ratio rises,
 * with the minute and the level.
 */
function story(write, id, told) {
  const { title, alert, paged, objects = {}, extra = [], logs = [], signals = {}, errors = {}, changes = [] } = told;
  const moved = { ...signals };
  for (const [name, [minute, level]] of Object.entries(errors))
    moved[name] = { error_ratio: from(minute, 0.002, level), ...moved[name] };
  write(id, {
    'scenario.json': {
      id,
      title,
      source: 'watchkeeper',
      now,
      cluster,
      environment: 'production',
      namespace,
      tags: ['pairs', ...(told.tags ?? [])],
    },
    'alert.json': page({
      id: id.toUpperCase().replaceAll('-', '').slice(0, 14),
      at: now,
      title: alert.title,
      service: 'Store',
      details: { alertname: alert.name, cluster, namespace, ...(paged ? { service: paged } : {}), ...alert.labels },
    }),
    [`kubernetes/${cluster}.json`]: compact(
      list([
        ...['node-1', 'node-2', 'node-3'].map((name) => (told.node ?? ((_, one) => one))(name, node(name, long))),
        ...names.flatMap((name) => running(name, objects[name])),
        ...extra,
      ]),
    ),
    'logs.ndjson': logsOf(logs),
    'signals.ndjson': signalsOf(moved),
    'changes.json': changes,
    'dependencies.json': [
      ...names.flatMap((name) => shop[name].calls.map((to) => ({ from: name, to }))),
      ...(told.calls ?? []),
    ],
    ...(told.status ? { 'status.json': told.status } : {}),
    ...(told.alerts ? { 'alerts.json': told.alerts } : {}),
    'expected.json': {
      vocabulary: 'watchkeeper',
      rootCause: told.truth,
      ...(told.actions ?? actionsFor(told.truth)),
      ...(told.decoys ? { decoys: told.decoys } : {}),
    },
  });
}

const helpful = {
  'code-change': ['rollback-rollout'],
  'application-errors': ['restart-rollout'],
  'autoscaler-without-metrics': ['scale-workload'],
  'connection-tracking-full': ['cordon-node'],
  'cpu-overload': ['scale-workload'],
  'job-deadline': ['rerun-cronjob'],
  'job-failed': ['rerun-cronjob'],
  'node-kubelet': ['cordon-node'],
  'oom-killed': ['raise-memory-limit'],
};
/** Causes that no action of the catalogue mends, with the actions that would do harm. */
const helpless = {
  'admission-refused': [],
  'admission-webhook-unavailable': ['rollback-rollout'],
  'certificate-expired': [],
  'database-credentials': [],
  'database-port': [],
  'database-read-only': ['restart-rollout'],
  'disk-full': ['restart-rollout', 'delete-stuck-pod'],
  'dns-failure': [],
  'environment-address': [],
  'flag-change': ['rollback-rollout'],
  'hpa-at-limit': ['restart-rollout'],
  'network-delay': [],
  'network-policy': [],
  'pod-address-exhausted': ['restart-rollout', 'rollback-rollout', 'delete-stuck-pod'],
  'port-conflict': [],
  'quota-pods': ['restart-rollout', 'scale-workload'],
  'route-wrong-backend': [],
  'secret-missing': ['restart-rollout'],
  'service-account-missing': ['restart-rollout'],
  'service-selector': ['restart-rollout'],
  'slow-itself': [],
  'vendor-outage': ['rollback-rollout'],
  'volume-attached-elsewhere': ['restart-rollout', 'delete-stuck-pod'],
  'volume-permission-denied': [],
  'volume-zone-mismatch': ['restart-rollout', 'rollback-rollout'],
};
const acts = (ids = []) => ids.map((action) => ({ action }));
/** Absent for a cause that an action may or may not mend. */
const actionsFor = ({ cause }) =>
  helpful[cause] || helpless[cause] ? { actions: { right: acts(helpful[cause]), harmful: acts(helpless[cause]) } } : {};

const workload = (name, kind = 'Deployment') => ({ kind, name, namespace });
const app = (name) => ({ kind: 'Service', name, namespace });
const deploy = (id, name, minutes, title, more = {}) => ({
  id,
  kind: 'deploy',
  at: t(minutes),
  service: name,
  author: 'sam',
  title,
  version: '4.2.1',
  ...more,
});
const webErrors = { title: 'web: error ratio above 5 % for 5 minutes', name: 'HighErrorRatio' };
const ordersErrors = { title: 'orders: error ratio above 5 % for 5 minutes', name: 'HighErrorRatio' };
const slow = { title: 'web: p95 latency above 1 s for 5 minutes', name: 'HighLatency' };
const notReady = {
  title: 'KubeDeploymentReplicasMismatch store/orders',
  name: 'KubeDeploymentReplicasMismatch',
  labels: { deployment: 'orders' },
};
const restarting = {
  title: 'KubePodCrashLooping store/orders',
  name: 'KubePodCrashLooping',
  labels: { deployment: 'orders' },
};
const failingPods = (state, over = {}) => ({ ready: 0, pods: () => ({ ready: false, state, ...over }) });
const crashing = (exitCode, reason = 'Error') => ({
  ready: 0,
  pods: () => ({
    ready: false,
    restarts: 6,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container' } },
    last: { exitCode, reason, startedAt: t(-4), finishedAt: t(-3) },
  }),
});
const podEvents = (name, reason, message, minutes = -12) =>
  running(name)
    .filter((one) => one.kind === 'Pod')
    .map((one) =>
      event({
        reason,
        message,
        kind: 'Pod',
        name: one.metadata.name,
        namespace,
        at: t(-1),
        firstAt: t(minutes),
        count: 9,
      }),
    );
const replicaSetEvents = (name, message) =>
  running(name)
    .filter((one) => one.kind === 'ReplicaSet')
    .map((one) =>
      event({
        reason: 'FailedCreate',
        message,
        kind: 'ReplicaSet',
        name: one.metadata.name,
        namespace,
        at: t(-1),
        firstAt: t(-15),
        count: 14,
        component: 'replicaset-controller',
      }),
    );

/** Orders without pods, because the API server refuses them with this message. */
const refusedPods = (refused, others = {}) => ({
  objects: { orders: { ready: 0, noPods: true, refused }, ...others },
  extra: replicaSetEvents('orders', `Error creating: ${refused}`),
});

const nightly = (failure) => {
  const made = job({
    name: 'stock-count-29400000',
    namespace,
    cronJob: 'stock-count',
    app: 'stock-count',
    image: image('stock-count'),
    env: [],
    startedAt: t(-75),
    finishedAt: t(-15),
    failed: 1,
  });
  made.status.conditions = [{ type: 'Failed', status: 'True', lastTransitionTime: t(-15), ...failure }];
  return [
    cronJob({
      name: 'stock-count',
      namespace,
      app: 'stock-count',
      image: image('stock-count'),
      env: [],
      schedule: '15 13 * * *',
      createdAt: long,
      lastScheduleTime: t(-75),
      lastSuccessfulTime: t(-60 * 24),
    }),
    made,
  ];
};
const jobFailed = {
  title: 'KubeJobFailed store/stock-count-29400000',
  name: 'KubeJobFailed',
  labels: { job_name: 'stock-count-29400000' },
};
const autoscaler = (limited) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'orders', namespace, creationTimestamp: long },
  spec: {
    minReplicas: 2,
    maxReplicas: limited ? 2 : 6,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders' },
  },
  status: {
    currentReplicas: 2,
    desiredReplicas: 2,
    conditions: [
      limited
        ? {
            type: 'ScalingLimited',
            status: 'True',
            reason: 'TooManyReplicas',
            message: 'the desired replica count is more than the maximum replica count',
            lastTransitionTime: t(-14),
          }
        : { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange', lastTransitionTime: long },
    ],
  },
});
/** The same autoscaler without figures to count by. */
const blindAutoscaler = () => {
  const scaler = autoscaler(false);
  scaler.status.conditions = [
    {
      type: 'ScalingActive',
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message:
        'the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container orders',
      lastTransitionTime: t(-2900),
    },
  ];
  return scaler;
};
const creating = () => failingPods({ waiting: { reason: 'ContainerCreating' } }, { phase: 'Pending' });
const databaseVolume = (zone) => [
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'orders-mysql', namespace, creationTimestamp: long },
    spec: { accessModes: ['ReadWriteOnce'], volumeName: 'pv-orders', resources: { requests: { storage: '50Gi' } } },
    status: { phase: 'Bound' },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv-orders', creationTimestamp: long },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '50Gi' },
      claimRef: { name: 'orders-mysql', namespace },
      ...(zone
        ? {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] },
                ],
              },
            },
          }
        : {}),
    },
    status: { phase: 'Bound' },
  },
];

const ingress = (backend, port) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'public', namespace, creationTimestamp: long },
  spec: {
    rules: [
      {
        host: 'store.example.com',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: backend, port: { number: port } } } }],
        },
      },
    ],
  },
});
const closedPolicy = (allows) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'payments', namespace, creationTimestamp: t(-16) },
  spec: {
    podSelector: { matchLabels: { app: 'payments' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: allows } } }] }],
  },
});

const upstream = (name, text, level = 0.3, start = -12) => ({
  logs: [[name, start, 0.5, 'error', text]],
  errors: { [name]: [start, level], ...(name === 'web' ? {} : { web: [start + 0.5, level / 2] }) },
});

export function writePairs(write) {
  const tell = (id, told) => story(write, id, told);

  tell('job-deadline', {
    title: 'A nightly job ran into its deadline',
    alert: jobFailed,
    tags: ['job'],
    extra: nightly({ reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }),
    truth: { entity: workload('stock-count', 'CronJob'), cause: 'job-deadline' },
  });
  tell('job-deadline-twin', {
    title: 'A nightly job gave up after its retries',
    alert: jobFailed,
    tags: ['job'],
    extra: nightly({ reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }),
    truth: { entity: workload('stock-count', 'CronJob'), cause: 'job-failed' },
  });

  const busy = {
    requests_per_second: from(-20, 50, 140),
    cpu_cores: from(-18, 0.3, 0.95),
    latency_p95: from(-13, 45, 1800),
    latency_p50: from(-13, 12, 600),
  };
  tell('hpa-at-limit', {
    title: 'Orders cannot scale any further',
    alert: { title: 'orders: p95 latency above 1 s for 5 minutes', name: 'HighLatency' },
    paged: 'orders',
    tags: ['capacity'],
    extra: [autoscaler(true)],
    signals: {
      orders: {
        cpu_cores: from(-16, 0.3, 0.5),
        latency_p95: from(-13, 45, 1800),
        requests_per_second: from(-18, 50, 70),
      },
    },
    truth: { entity: workload('orders'), cause: 'hpa-at-limit' },
  });
  tell('hpa-at-limit-twin', {
    title: 'A surge of orders that nobody announced',
    alert: { title: 'orders: p95 latency above 1 s for 5 minutes', name: 'HighLatency' },
    paged: 'orders',
    tags: ['traffic'],
    extra: [autoscaler(false)],
    signals: { orders: busy },
    truth: { entity: app('orders'), cause: 'traffic-surge' },
  });

  tell('certificate-expired', {
    title: 'The certificate of payments has expired',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['certificate'],
    ...upstream(
      'orders',
      say(
        'POST https://payments:8443/charge failed: x509: certificate has expired or is not yet valid: current time 2026-11-22T14:18:02Z is after 2026-11-22T14:17:59Z',
      ),
    ),
    changes: [deploy('deploy-orders-1', 'orders', -55, 'orders 4.2.1: wording of the receipt')],
    decoys: ['deploy-orders-1'],
    truth: { entity: app('payments'), cause: 'certificate-expired' },
  });
  tell('certificate-expired-twin', {
    title: 'Names do not resolve in the shop',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['dns'],
    logs: [
      ['orders', -12, 0.5, 'error', say('dial tcp: lookup payments on 10.96.0.10:53: server misbehaving')],
      ['web', -12, 0.5, 'error', say('dial tcp: lookup catalog on 10.96.0.10:53: no such host')],
      ['catalog', -12, 0.5, 'error', say('dial tcp: lookup search on 10.96.0.10:53: no such host')],
      ['orders', -11.7, 1, 'error', say('dial tcp: lookup orders-mysql on 10.96.0.10:53: i/o timeout')],
    ],
    errors: { orders: [-12, 0.4], web: [-12, 0.4], catalog: [-12, 0.4] },
    truth: { entity: app('orders'), cause: 'dns-failure' },
  });

  tell('database-credentials', {
    title: 'The password of the orders database is refused',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['database'],
    ...upstream(
      'orders',
      say("java.sql.SQLException: Access denied for user 'orders'@'10.42.1.17' (using password: YES)"),
      0.6,
    ),
    truth: { entity: workload('orders'), cause: 'database-credentials' },
  });
  tell('database-credentials-twin', {
    title: 'Orders asks its database on the wrong port',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['database'],
    objects: { orders: { env: { ORDERS_MYSQL_PORT: '3307' } } },
    ...upstream(
      'orders',
      say(
        'com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure: Connection refused (orders-mysql:3307)',
      ),
      0.6,
    ),
    truth: { entity: workload('orders'), cause: 'database-port' },
  });

  tell('database-connections', {
    title: 'The connections to the orders database are used up',
    alert: webErrors,
    paged: 'web',
    tags: ['database'],
    logs: [
      [
        'orders',
        -14,
        0.5,
        'error',
        say(
          'HikariPool-1 - Connection is not available, request timed out after 30000ms (total=20, active=20, idle=0, waiting=71)',
        ),
      ],
      ['web', -13.5, 1, 'error', say('orders:8080 answered 500')],
    ],
    errors: { orders: [-14, 0.5], web: [-13.5, 0.3] },
    signals: { orders: { latency_p95: from(-14, 45, 30_000) } },
    truth: { entity: app('orders'), cause: 'database-connections-exhausted' },
  });
  tell('database-connections-twin', {
    title: 'The orders database has become read-only',
    alert: webErrors,
    paged: 'web',
    tags: ['database'],
    logs: [
      [
        'orders',
        -14,
        0.5,
        'error',
        say(
          'java.sql.SQLException: The MySQL server is running with the --read-only option so it cannot execute this statement',
        ),
      ],
      ['web', -13.5, 1, 'error', say('orders:8080 answered 500')],
    ],
    errors: { orders: [-14, 0.5], web: [-13.5, 0.3] },
    truth: { entity: workload('orders-mysql'), cause: 'database-read-only' },
  });

  const shared = {
    orders: { env: { ORDERS_MYSQL_HOST: undefined, ORDERS_MYSQL_PORT: undefined } },
    catalog: { env: { CATALOG_DATABASE: 'jdbc:mysql://orders-mysql:3306/catalog' } },
  };
  const usedUp = [
    ['orders', -14, 0.5, 'error', say('java.sql.SQLNonTransientConnectionException: Too many connections')],
    ['catalog', -13.5, 0.5, 'error', say('java.sql.SQLNonTransientConnectionException: Too many connections')],
  ];
  tell('database-shared', {
    title: 'The database that orders and catalog share has no connection left',
    alert: webErrors,
    paged: 'web',
    tags: ['database'],
    objects: shared,
    logs: usedUp,
    errors: { orders: [-14, 0.5], catalog: [-13.5, 0.5], web: [-13, 0.4] },
    truth: { entity: workload('orders-mysql'), cause: 'database-connections-exhausted' },
  });
  tell('database-shared-twin', {
    title: 'The disk of the database that orders and catalog share is full',
    alert: webErrors,
    paged: 'web',
    tags: ['database'],
    objects: shared,
    logs: [
      ...usedUp,
      [
        'orders-mysql',
        -16,
        1,
        'error',
        say(
          "Disk is full writing './binlog.000042' (OS errno 28 - No space left on device). Waiting for someone to free space",
        ),
      ],
    ],
    errors: { orders: [-14, 0.5], catalog: [-13.5, 0.5], web: [-13, 0.4] },
    truth: { entity: workload('orders-mysql'), cause: 'disk-full' },
  });

  const refused = upstream(
    'orders',
    say(
      'HikariPool-1 - Exception during pool initialization. com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure. Caused by: java.net.ConnectException: Connection refused',
    ),
    0.6,
  );
  tell('database-refused', {
    title: 'Orders asks its database on a wrong port that a Secret holds',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['database'],
    objects: shared,
    ...refused,
    truth: { entity: workload('orders'), cause: 'database-port' },
  });
  tell('database-refused-twin', {
    title: 'The orders database was scaled to nothing',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['database'],
    objects: {
      orders: { env: { ORDERS_MYSQL_HOST: undefined, ORDERS_MYSQL_PORT: undefined } },
      'orders-mysql': { replicas: 0, ready: 0 },
    },
    ...refused,
    truth: { entity: workload('orders-mysql'), cause: 'replicas-zero' },
  });

  tell('secret-missing', {
    title: 'A secret that orders needs is not there',
    alert: notReady,
    tags: ['start'],
    objects: {
      orders: failingPods(
        { waiting: { reason: 'CreateContainerConfigError', message: 'secret "orders-db" not found' } },
        { phase: 'Pending' },
      ),
    },
    extra: podEvents('orders', 'Failed', 'Error: secret "orders-db" not found'),
    truth: { entity: workload('orders'), cause: 'secret-missing' },
  });
  tell('secret-missing-twin', {
    title: 'The service account of orders is not there',
    alert: notReady,
    tags: ['start'],
    ...refusedPods(
      'pods "orders-7f6f9c5d44-" is forbidden: error looking up service account store/orders-sa: serviceaccount "orders-sa" not found',
    ),
    truth: { entity: workload('orders'), cause: 'service-account-missing' },
  });

  tell('replicas-zero', {
    title: 'Orders was scaled to nothing',
    alert: { title: 'orders: no endpoints for 5 minutes', name: 'ServiceWithoutEndpoints' },
    paged: 'orders',
    tags: ['start'],
    objects: { orders: { replicas: 0, ready: 0 } },
    ...upstream('web', say('orders:8080: connect: connection refused'), 0.5),
    truth: { entity: workload('orders'), cause: 'replicas-zero' },
  });
  tell('replicas-zero-twin', {
    title: 'The quota for pods keeps orders away',
    alert: { title: 'orders: no endpoints for 5 minutes', name: 'ServiceWithoutEndpoints' },
    paged: 'orders',
    tags: ['start'],
    ...refusedPods(
      'pods "orders-7f6f9c5d44-x2x5d" is forbidden: exceeded quota: store, requested: pods=1, used: pods=9, limited: pods=9',
    ),
    ...upstream('web', say('orders:8080: connect: connection refused'), 0.5),
    truth: { entity: { kind: 'Namespace', name: namespace }, cause: 'quota-pods' },
  });

  tell('service-selector', {
    title: 'The Service of orders selects nothing',
    alert: webErrors,
    paged: 'web',
    tags: ['wiring'],
    objects: { orders: { selector: { app: 'order' } } },
    ...upstream('web', say('orders:8080: connect: connection refused'), 0.5),
    truth: { entity: app('orders'), cause: 'service-selector' },
  });
  tell('service-selector-twin', {
    title: 'Web is told a wrong port for orders',
    alert: webErrors,
    paged: 'web',
    tags: ['wiring'],
    objects: { web: { env: { ORDERS_ADDR: 'orders:8081' } } },
    ...upstream('web', say('orders:8081: connect: connection refused'), 0.5),
    truth: { entity: workload('web'), cause: 'environment-address' },
  });

  tell('route-wrong-backend', {
    title: 'The Ingress leads to a Service that is gone',
    alert: { title: 'store.example.com answers 503', name: 'ProbeFailing' },
    tags: ['wiring'],
    extra: [ingress('web-old', 8080)],
    signals: { web: { requests_per_second: from(-12, 40, 0.5) } },
    truth: { entity: { kind: 'Ingress', name: 'public', namespace }, cause: 'route-wrong-backend' },
  });
  tell('route-wrong-backend-twin', {
    title: 'The content network in front of the store is down',
    alert: { title: 'store.example.com answers 503', name: 'ProbeFailing' },
    tags: ['cdn'],
    extra: [ingress('web', 8080)],
    signals: { web: { requests_per_second: from(-12, 40, 0.5) } },
    status: [
      { provider: 'Fastly', at: t(-13), state: 'major_outage', text: 'Elevated 503 errors at the edge in all regions' },
    ],
    truth: { entity: { kind: 'Vendor', name: 'Fastly' }, cause: 'vendor-outage' },
  });

  tell('network-policy', {
    title: 'A network policy keeps orders out of payments',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['wiring'],
    extra: [closedPolicy('checkout')],
    ...upstream('orders', say('POST https://payments:8443/charge: dial tcp 10.96.12.4:8443: i/o timeout'), 0.4, -15),
    truth: { entity: workload('payments'), cause: 'network-policy' },
  });
  tell('network-policy-twin', {
    title: 'Payments crashes by itself; a policy that lets orders in is new',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['crash'],
    objects: { payments: crashing(2) },
    extra: [closedPolicy('orders')],
    logs: [
      ['payments', -14, 3, 'error', say('panic: runtime error: index out of range [3] with length 3')],
      [
        'orders',
        -13,
        0.5,
        'error',
        say('POST https://payments:8443/charge: dial tcp 10.96.12.4:8443: connect: connection refused'),
      ],
    ],
    errors: { orders: [-13, 0.4], web: [-12, 0.2] },
    truth: { entity: workload('payments'), cause: 'application-crash' },
  });

  const noColumn = (column) =>
    say(`SQL error 1054 (42S22): Unknown column 'orders.${column}' in 'field list': SELECT id, ${column} FROM orders`);
  const migration = (operation, column) => ({
    files: ['db/migrations/0041_orders.sql', 'payments/refund.go'],
    diff: `+ALTER TABLE orders ${operation} COLUMN ${column};`,
  });
  tell('column-dropped', {
    title: 'A migration of payments takes away a column that orders reads',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['change'],
    logs: [['orders', -12, 0.3, 'error', noColumn('courier_code')]],
    errors: { orders: [-12, 0.6], web: [-11, 0.3] },
    changes: [
      deploy('deploy-payments-5', 'payments', -13, 'payments 5.0.0', migration('DROP', 'courier_code')),
      deploy('deploy-catalog-2', 'catalog', -25, 'catalog 4.2.1: larger pictures'),
    ],
    decoys: ['deploy-catalog-2'],
    truth: { entity: app('payments'), cause: 'code-change', change: 'deploy-payments-5' },
    // Older code does not bring a column back.
    actions: { actions: { right: [], harmful: acts(['restart-rollout', 'scale-workload', 'rollback-rollout']) } },
  });
  tell('column-dropped-twin', {
    title: 'A release of orders reads a column that nobody made',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['change'],
    logs: [['orders', -12, 0.3, 'error', noColumn('courier_code')]],
    errors: { orders: [-12, 0.6], web: [-11, 0.3] },
    changes: [
      deploy('deploy-payments-5', 'payments', -35, 'payments 5.0.0', migration('ADD', 'refund_code')),
      deploy('deploy-orders-6', 'orders', -13, 'orders 6.1.0: show the courier', {
        files: ['orders/store.go'],
        diff: '-SELECT id FROM orders\n+SELECT id, courier_code FROM orders',
      }),
    ],
    decoys: ['deploy-payments-5'],
    truth: { entity: app('orders'), cause: 'code-change', change: 'deploy-orders-6' },
    actions: { actions: { right: acts(['rollback-rollout']), harmful: acts(['restart-rollout', 'scale-workload']) } },
  });

  /** Lines of Spring Boot's report of a failed start, each a record of its own. */
  const failedStart = (...lines) =>
    [
      '2026-11-22T14:16:00.120Z ERROR 1 --- [           main] o.s.b.d.LoggingFailureAnalysisReporter   :',
      '***************************',
      'APPLICATION FAILED TO START',
      '***************************',
      'Description:',
      ...lines,
    ].map((line, n) => ['payments', -14 + n / 6000, 60, n === 0 ? 'error' : undefined, say(line), 0]);
  const refusedByPayments = [
    'orders',
    -13,
    0.5,
    'error',
    say('POST https://payments:8443/charge: dial tcp 10.96.12.4:8443: connect: connection refused'),
  ];
  tell('start-refused', {
    title: 'Payments cannot read a setting of its own',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['crash'],
    objects: { payments: crashing(1) },
    logs: [
      ...failedStart(
        "Failed to bind properties under 'refund.window' to java.time.Duration:",
        '    Property: refund.window',
        '    Value: "3 days"',
        "    Reason: failed to convert java.lang.String to java.time.Duration (caused by java.lang.IllegalArgumentException: '3 days' is not a valid duration)",
      ),
      refusedByPayments,
    ],
    errors: { orders: [-13, 0.4], web: [-12, 0.2] },
    truth: { entity: workload('payments'), cause: 'configuration-invalid' },
    actions: { actions: { right: [], harmful: acts(['restart-rollout', 'scale-workload']) } },
  });
  tell('start-refused-twin', {
    title: 'Payments misses a bean of its own',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['crash'],
    objects: { payments: crashing(1) },
    logs: [
      ...failedStart(
        "Parameter 0 of constructor in store.payments.Refunds required a bean of type 'store.payments.Window' that could not be found.",
      ),
      refusedByPayments,
    ],
    errors: { orders: [-13, 0.4], web: [-12, 0.2] },
    truth: { entity: workload('payments'), cause: 'application-crash' },
  });

  tell('flag-flip', {
    title: 'A flag sends every order through the new pricing',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['change'],
    ...upstream('orders', say('new_pricing: cannot price order: no rule for currency'), 0.3),
    changes: [
      {
        id: 'flag-new-pricing',
        kind: 'flag',
        at: t(-13),
        service: 'orders',
        author: 'kim',
        title: 'new_pricing on for all',
        from: 'off',
        to: 'on',
      },
      deploy('deploy-catalog-2', 'catalog', -20, 'catalog 4.2.1: larger pictures'),
    ],
    decoys: ['deploy-catalog-2'],
    truth: { entity: app('orders'), cause: 'flag-change', change: 'flag-new-pricing' },
  });
  tell('flag-flip-twin', {
    title: 'A release of orders breaks pricing; a flag elsewhere was flipped, too',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['change'],
    ...upstream('orders', say('TypeError: cannot read properties of undefined (reading currency) at priceOrder'), 0.3),
    changes: [
      {
        id: 'flag-dark-mode',
        kind: 'flag',
        at: t(-14),
        service: 'web',
        author: 'kim',
        title: 'dark_mode on for all',
        from: 'off',
        to: 'on',
      },
      deploy('deploy-orders-3', 'orders', -13, 'orders 4.2.1: price orders by currency', {
        diff: '--- a/src/price.js\n+++ b/src/price.js\n+  return rules[order.currency].priceOrder(order)\n',
      }),
    ],
    decoys: ['flag-dark-mode'],
    truth: { entity: app('orders'), cause: 'code-change', change: 'deploy-orders-3' },
  });

  tell('alert-storm', {
    title: 'Everything fires, because a node is gone',
    alert: { title: '14 alerts firing in store', name: 'AlertStorm' },
    tags: ['storm'],
    node: (name, one) =>
      name === 'node-1'
        ? {
            ...one,
            status: {
              ...one.status,
              conditions: [
                {
                  type: 'Ready',
                  status: 'Unknown',
                  reason: 'NodeStatusUnknown',
                  message: 'Kubelet stopped posting node status.',
                  lastTransitionTime: t(-14),
                },
              ],
            },
          }
        : one,
    logs: [
      ['web', -13, 1, 'error', say('orders:8080: i/o timeout')],
      ['catalog', -13, 1, 'error', say('search:9200: i/o timeout')],
    ],
    errors: { web: [-13, 0.3], catalog: [-13, 0.3], orders: [-13, 0.2] },
    alerts: names.map((name) => ({
      name: 'HighErrorRatio',
      at: t(-10),
      summary: `error ratio of ${name}`,
      status: 'firing',
    })),
    truth: { entity: { kind: 'Node', name: 'node-1' }, cause: 'node-kubelet' },
  });
  tell('alert-storm-twin', {
    title: 'Everything fires, because payments hangs',
    alert: { title: '14 alerts firing in store', name: 'AlertStorm' },
    tags: ['storm'],
    objects: { payments: crashing(137, 'OOMKilled') },
    logs: [
      ['orders', -13, 0.5, 'error', say('payments:8443: connect: connection refused')],
      ['web', -12.5, 1, 'error', say('orders:8080 answered 502')],
    ],
    errors: { orders: [-13, 0.5], web: [-12.5, 0.3] },
    signals: { payments: { memory_bytes: from(-16, 2.4e8, 5.3e8) } },
    alerts: names.map((name) => ({
      name: 'HighErrorRatio',
      at: t(-10),
      summary: `error ratio of ${name}`,
      status: 'firing',
    })),
    truth: { entity: workload('payments'), cause: 'oom-killed' },
  });

  tell('port-conflict', {
    title: 'A sidecar of orders takes its port',
    alert: restarting,
    tags: ['start'],
    objects: { orders: crashing(1) },
    logs: [['orders', -12, 1, 'error', say('listen tcp :8080: bind: address already in use')]],
    truth: { entity: workload('orders'), cause: 'port-conflict' },
  });
  tell('port-conflict-twin', {
    title: 'A command that is not in the image',
    alert: restarting,
    tags: ['start'],
    objects: { orders: crashing(127) },
    logs: [
      [
        'orders',
        -12,
        1,
        'error',
        say('exec: "/app/orders-server": stat /app/orders-server: no such file or directory'),
      ],
    ],
    truth: { entity: workload('orders'), cause: 'command-invalid' },
  });

  tell('cpu-overload', {
    title: 'Search burns its CPU without more requests',
    alert: slow,
    paged: 'web',
    tags: ['capacity'],
    signals: {
      search: {
        cpu_cores: from(-14, 0.3, 1.9),
        cpu_throttled_seconds: from(-14, 0, 0.9),
        latency_p95: from(-13, 45, 2400),
        latency_p50: from(-13, 12, 900),
      },
      catalog: { latency_p95: from(-13, 45, 2500), latency_p50: from(-13, 14, 920) },
      web: { latency_p95: from(-12, 45, 2600), latency_p50: from(-12, 20, 950) },
    },
    truth: { entity: app('search'), cause: 'cpu-overload' },
  });
  tell('cpu-overload-twin', {
    title: 'The network to search is slow',
    alert: slow,
    paged: 'web',
    tags: ['network'],
    signals: {
      search: { latency_p95: from(-13, 45, 2400), latency_p50: from(-13, 12, 900) },
      catalog: { latency_p95: from(-13, 45, 2500), latency_p50: from(-13, 14, 920) },
      web: { latency_p95: from(-12, 45, 2600), latency_p50: from(-12, 20, 950) },
    },
    truth: { entity: app('search'), cause: 'network-delay' },
  });

  tell('slow-itself', {
    title: 'Some calls of search take long, and nothing that it calls does',
    alert: slow,
    paged: 'web',
    tags: ['latency'],
    signals: {
      search: { latency_p95: from(-13, 45, 2400), latency_p50: from(-13, 12, 45) },
      catalog: { latency_p95: from(-13, 45, 2450), latency_p50: from(-13, 14, 50) },
      web: { latency_p95: from(-12, 45, 2500), latency_p50: from(-12, 20, 55) },
      // Slower for longer than the page: another matter.
      payments: { latency_p95: from(-55, 45, 400), latency_p50: from(-55, 12, 110) },
      // Slower with the page, by two milliseconds.
      'orders-mysql': { latency_p50: from(-13, 12, 14.5) },
    },
    truth: { entity: app('search'), cause: 'slow-itself' },
  });
  tell('slow-itself-twin', {
    title: 'The catalogue fails one request in fifteen',
    alert: { title: 'web: error ratio above 2 % for 5 minutes', name: 'ErrorRatio' },
    paged: 'web',
    tags: ['errors'],
    signals: {
      search: { error_ratio: from(-13, 0.001, 0.001), latency_p50: from(-13, 12, 14.5) },
      catalog: { error_ratio: from(-13, 0.001, 0.066) },
      web: { error_ratio: from(-12, 0.002, 0.05) },
      orders: { error_ratio: from(-13, 0.002, 0.002) },
      payments: { error_ratio: from(-55, 0.001, 0.012) },
    },
    truth: { entity: app('catalog'), cause: 'application-errors' },
  });

  tell('disk-full', {
    title: 'The disk of the orders database is full',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['database'],
    logs: [
      [
        'orders-mysql',
        -14,
        1,
        'error',
        say("Error writing file '/var/lib/mysql/orders.ibd' (errno: 28 - No space left on device)"),
      ],
      ['orders', -13, 0.5, 'error', say('java.sql.SQLException: Got error 28 from storage engine')],
    ],
    errors: { orders: [-13, 0.6], web: [-12, 0.3] },
    truth: { entity: workload('orders-mysql'), cause: 'disk-full' },
  });
  tell('disk-full-twin', {
    title: 'The orders database may not write into its volume',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['database'],
    objects: { 'orders-mysql': crashing(1) },
    logs: [
      ['orders-mysql', -14, 1, 'error', say("mkdir: cannot create directory '/var/lib/mysql/data': Permission denied")],
      ['orders', -13, 0.5, 'error', say('Communications link failure: Connection refused (orders-mysql:3306)')],
    ],
    errors: { orders: [-13, 0.6], web: [-12, 0.3] },
    truth: { entity: app('orders-mysql'), cause: 'volume-permission-denied' },
  });

  tell('pod-address', {
    title: 'No address is left for new pods of orders',
    alert: notReady,
    tags: ['start', 'network'],
    objects: { orders: { ...creating(), ready: 0 } },
    extra: podEvents(
      'orders',
      'FailedCreatePodSandBox',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="host-local" failed (add): no IP addresses available in range set: 10.20.4.1-10.20.4.254',
    ),
    truth: { entity: workload('orders'), cause: 'pod-address-exhausted' },
  });
  tell('pod-address-twin', {
    title: 'Orders mounts a ConfigMap that is not there',
    alert: notReady,
    tags: ['start'],
    objects: { orders: { ...creating(), ready: 0 } },
    extra: podEvents(
      'orders',
      'FailedMount',
      'MountVolume.SetUp failed for volume "rules" : configmap "orders-rules" not found',
    ),
    truth: { entity: workload('orders'), cause: 'secret-missing' },
  });

  tell('volume-elsewhere', {
    title: 'The volume of the database is still attached to another node',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['storage'],
    objects: { 'orders-mysql': { ...creating(), ready: 0 } },
    extra: [
      ...databaseVolume(),
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttachment',
        metadata: { name: 'csi-5f1c', creationTimestamp: long },
        spec: { attacher: 'ebs.csi.example.com', nodeName: 'node-9', source: { persistentVolumeName: 'pv-orders' } },
        status: { attached: true },
      },
      ...podEvents(
        'orders-mysql',
        'FailedAttachVolume',
        'Multi-Attach error for volume "pv-orders" Volume is already exclusively attached to one node and can\'t be attached to another',
      ),
    ],
    logs: [['orders', -12, 0.5, 'error', say('dial tcp orders-mysql:3306: connect: connection refused')]],
    errors: { orders: [-12, 0.6], web: [-11, 0.3] },
    changes: [deploy('deploy-orders-311', 'orders', -250, 'orders 4.2.1')],
    decoys: ['deploy-orders-311'],
    truth: { entity: app('orders-mysql'), cause: 'volume-attached-elsewhere' },
  });
  const elsewhere = '0/3 nodes are available: 3 node(s) had volume node affinity conflict.';
  tell('volume-elsewhere-twin', {
    title: 'The volume of the database is in a zone without a node',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['storage'],
    node: (_, one) => ({
      ...one,
      metadata: { ...one.metadata, labels: { ...one.metadata.labels, 'topology.kubernetes.io/zone': 'north-a' } },
    }),
    objects: {
      'orders-mysql': {
        ready: 0,
        pods: () => ({ ready: false, startedAt: t(-12), unschedulable: elsewhere, claim: 'orders-mysql' }),
      },
    },
    extra: [...databaseVolume('north-c'), ...podEvents('orders-mysql', 'FailedScheduling', elsewhere)],
    logs: [['orders', -12, 0.5, 'error', say('dial tcp orders-mysql:3306: connect: connection refused')]],
    errors: { orders: [-12, 0.6], web: [-11, 0.3] },
    truth: { entity: app('orders-mysql'), cause: 'volume-zone-mismatch' },
  });

  const asked = (answer) =>
    `Internal error occurred: failed calling webhook "pods.payments.example.io": Post "https://payments.${namespace}.svc:8443/pods?timeout=10s": ${answer}`;
  tell('webhook-down', {
    title: 'An admission webhook is down, and orders gets no pods',
    alert: notReady,
    tags: ['start'],
    ...refusedPods(asked('no endpoints available for service "payments"'), { payments: crashing(1) }),
    logs: [['payments', -20, 2, 'error', say('panic: open /tls/tls.crt: no such file or directory')]],
    truth: { entity: workload('payments'), cause: 'admission-webhook-unavailable' },
  });
  tell('webhook-down-twin', {
    title: 'An admission webhook refuses the pods of orders',
    alert: notReady,
    tags: ['start'],
    ...refusedPods('admission webhook "pods.payments.example.io" denied the request: label owner is missing'),
    truth: { entity: workload('orders'), cause: 'admission-refused' },
  });

  tell('autoscaler-blind', {
    title: 'The autoscaler of orders cannot count while traffic rises',
    alert: { title: 'orders: p95 latency above 1 s for 5 minutes', name: 'HighLatency' },
    paged: 'orders',
    tags: ['capacity'],
    extra: [blindAutoscaler()],
    signals: { orders: busy },
    truth: { entity: workload('orders'), cause: 'autoscaler-without-metrics' },
  });
  tell('autoscaler-blind-twin', {
    title: 'The autoscaler of orders cannot count, and the database refuses its password',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['database'],
    extra: [blindAutoscaler()],
    logs: [['orders', -12, 0.5, 'error', say("Access denied for user 'orders'@'10.20.1.4' (using password: YES)")]],
    errors: { orders: [-12, 0.6], web: [-11, 0.3] },
    truth: { entity: workload('orders'), cause: 'database-credentials' },
  });

  tell('connection-tracking', {
    title: 'A node drops packets, because its connection tracking is full',
    alert: webErrors,
    paged: 'web',
    tags: ['node', 'network'],
    logs: [
      ['node-1', -14, 0.5, 'warning', say('nf_conntrack: nf_conntrack: table full, dropping packet')],
      ['web', -13, 0.5, 'error', say('orders:8080: context deadline exceeded')],
    ],
    signals: { web: { latency_p95: from(-13, 45, 4800) } },
    errors: { web: [-13, 0.3] },
    truth: { entity: { kind: 'Node', name: 'node-1' }, cause: 'connection-tracking-full' },
  });

  const database = 'orders-db.c1x2y3.eu-west-1.rds.amazonaws.com';
  const external = { orders: { env: { ORDERS_MYSQL_HOST: undefined, ORDERS_MYSQL_PORT: undefined } } };
  const unreachable = upstream(
    'orders',
    say(`cannot place order: orders database ${database}:3306: dial tcp 10.20.7.31:3306: i/o timeout`),
    0.6,
  );
  const ruleRevoked = (group, more) => ({
    id: `cloudtrail-${group}`,
    kind: 'infrastructure',
    at: t(-14),
    author: 'kim@example.com (NetworkAdmin)',
    title: `ec2 RevokeSecurityGroupIngress on ${group}: ipProtocol tcp, fromPort 3306, toPort 3306 (account 111122223333, eu-west-1)`,
    link: `https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/${group}`,
    ...more,
  });
  tell('security-group', {
    title: 'Somebody took the rule away that lets orders reach its database',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['change', 'aws'],
    objects: external,
    calls: [{ from: 'orders', to: 'orders-db' }],
    ...unreachable,
    changes: [
      ruleRevoked('sg-0d51c2a7', { service: 'orders-db' }),
      deploy('deploy-orders-3', 'orders', -75, 'orders 4.2.1: show the delivery date', {
        diff: '--- a/src/view.js\n+++ b/src/view.js\n-  return page(order.items)\n+  return page(order.items, order.deliveryDate)\n',
      }),
    ],
    decoys: ['deploy-orders-3'],
    truth: {
      entity: { kind: 'Service', name: 'orders-db' },
      cause: 'infrastructure-change',
      change: 'cloudtrail-sg-0d51c2a7',
    },
  });
  tell('security-group-twin', {
    title: 'A release of orders asks for its database elsewhere; a rule of another group was taken away, too',
    alert: ordersErrors,
    paged: 'orders',
    tags: ['change', 'aws'],
    objects: external,
    calls: [{ from: 'orders', to: 'orders-db' }],
    ...unreachable,
    changes: [
      ruleRevoked('sg-07be90f3', {
        entity: { kind: 'Resource', name: 'sg-07be90f3', cluster: '111122223333:eu-west-1' },
      }),
      deploy('deploy-orders-3', 'orders', -13, 'orders 4.2.1: read the address of the database from the new file', {
        diff: `--- a/config/production.yaml\n+++ b/config/production.yaml\n-  host: orders-db-2.c1x2y3.eu-west-1.rds.amazonaws.com\n+  host: ${database}\n`,
      }),
    ],
    decoys: ['cloudtrail-sg-07be90f3'],
    truth: { entity: app('orders'), cause: 'code-change', change: 'deploy-orders-3' },
  });

  const digest = (letter) => `sha256:${letter.repeat(64)}`;
  const movedTag = {
    id: 'ecr-store/orders@bbbbbbbbbbbb',
    kind: 'deploy',
    at: t(-16),
    service: 'orders',
    title: `Tag 4.2.0 of store/orders was moved: it names ${digest('b').slice(0, 19)}, and ${digest('a').slice(0, 19)} has no tag any more (eu-west-1)`,
    version: '4.2.0',
    from: digest('a'),
    to: digest('b'),
  };
  /** New pods pull the image that the tag names; a container that starts anew in its pod keeps its image. */
  const crashesWith = (letter, more = {}) => ({
    ready: 0,
    conditions: [
      { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', lastTransitionTime: t(-12) },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', lastTransitionTime: long },
    ],
    pods: () => ({
      ...crashing(1).pods(),
      imageID: `registry.example.com/store/orders@${digest(letter)}`,
      ...more,
    }),
  });
  const ruleFile = say(
    'Error: rules of pricing cannot be read: missing field currency at loadRules (/app/pricing.js:41)',
  );
  const configured = {
    id: 'configmap/store-1/store/orders-pricing',
    kind: 'config',
    at: t(-14),
    service: 'orders',
    author: 'kubectl-edit',
    title: 'ConfigMap orders-pricing was changed by kubectl-edit, which set rules.json; Deployment orders mounts it',
    entity: { kind: 'Deployment', name: 'orders', namespace, cluster },
  };
  const rules = (minute) => ({
    ...configured,
    ...(minute === undefined ? {} : { at: t(minute) }),
  });
  tell('image-tag-moved', {
    title: 'A tag was moved to another image, and new pods of orders pulled it',
    alert: restarting,
    tags: ['change', 'image'],
    objects: { orders: crashesWith('b', { startedAt: t(-13) }) },
    ...upstream('orders', ruleFile, 0.6),
    changes: [movedTag, rules(-60 * 20)],
    decoys: [configured.id],
    actions: { actions: { right: [], harmful: acts(['scale-workload']) } },
    truth: { entity: app('orders'), cause: 'code-change', change: movedTag.id },
  });
  tell('image-tag-moved-twin', {
    title: 'A tag was moved, but no pod pulled it: the rules of orders were edited',
    alert: restarting,
    tags: ['change', 'image'],
    objects: { orders: crashesWith('a') },
    ...upstream('orders', ruleFile, 0.6),
    changes: [movedTag, rules()],
    decoys: [movedTag.id],
    actions: { actions: { right: [], harmful: acts(['scale-workload']) } },
    truth: { entity: app('orders'), cause: 'config-change', change: configured.id },
  });
}
