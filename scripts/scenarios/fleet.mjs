// Incidents of a fleet, in pairs that look alike to whoever is paged: causes in another cluster or account, namesakes in several clusters, services
// that only New Relic sees.
import { deployment, endpoints, event, list, node, page, service } from './objects.mjs';

const now = '2026-11-21T09:40:00Z';
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const t = (minutes) => iso(Date.parse(now) + minutes * 60_000);
const long = t(-60 * 24 * 75);
/** Deterministic noise between -1 and 1. */
const noise = (n) => 2 * (Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1) - 1;
const round = (value) => Math.round(value * 10_000) / 10_000;
/** A value that is another one from a minute on. */
const from = (minute, before, after) => (m) => (m < minute ? before : after);

const units = {
  requests_per_second: '1',
  error_ratio: '1',
  latency_p50: 'ms',
  latency_p95: 'ms',
  cpu_cores: 'cores',
  memory_bytes: 'bytes',
  cpu_utilization: '1',
  database_connections: '1',
};
const usual = { requests_per_second: () => 45, error_ratio: () => 0.002, latency_p50: () => 18, latency_p95: () => 60 };

/** Series of one service; `over` replaces or adds signals by name. */
const measured = (entity, over = {}, source = 'prometheus', base = usual) =>
  Object.entries({ ...base, ...over }).map(([signal, value]) => ({
    source,
    entity,
    signal,
    unit: units[signal] ?? '1',
    points: Array.from({ length: 77 }, (_, n) => {
      const minute = -150 + 2 * n;
      const wobble = 1 + 0.03 * noise(minute + entity.name.length * 3 + signal.length);
      return [Date.parse(now) / 1000 + minute * 60, round(value(minute) * wobble)];
    }),
  }));

const line = (labels, source) => (minute, level, message) => ({
  timestamp: t(minute),
  source,
  labels: { ...labels, level },
  message,
});
/** Lines of every few minutes, from one minute to another. */
const every = (step, [start, end], make) =>
  Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, n) => make(round(start + n * step), n));
const inOrder = (lines) => lines.flat(Infinity).toSorted((a, b) => a.timestamp.localeCompare(b.timestamp));

/** Objects of one service that is well, unless `over` tells `deployment` otherwise. */
function running({ name, namespace }, over = {}) {
  const made = deployment({
    name,
    namespace,
    replicas: 2,
    port: 8080,
    createdAt: long,
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    revisions: [{ revision: 4, image: `registry.example.com/${namespace}/${name}:3.1.0`, at: long }],
    ...over,
  });
  return [
    ...made.objects,
    service({ name, namespace, port: 8080, createdAt: long }),
    endpoints({ name, namespace, port: 8080, pods: made.pods, createdAt: long }),
  ];
}
/** On one line an object: half the size, and still readable in a diff. */
const compact = (items) => {
  const { items: all, ...head } = list([node('node-1', long), node('node-2', long), ...items]);
  return `${JSON.stringify(head).slice(0, -1)},"items":[\n${all.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`;
};
const podsOf = (objects) => objects.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.name);
const warnings = (objects, namespace, reason, message, [first, last]) =>
  podsOf(objects).map((name) =>
    event({ reason, message, kind: 'Pod', name, namespace, at: t(last), firstAt: t(first), count: 9 }),
  );
const crashing = (last, start) => ({
  ready: 0,
  pods: () => ({
    ready: false,
    restarts: 7,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container' } },
    last: { startedAt: t(-3), finishedAt: t(-2), ...last },
  }),
  ...start,
});
const connectionsRefused = 'FATAL: sorry, too many clients already (SQLSTATE 53300) host=fares-postgres port=5432';

function tell(write, id, told) {
  const { title, tags, alert, place = {}, truth, actions, files, changes = [], calls = [] } = told;
  write(id, {
    'scenario.json': {
      id,
      title,
      source: 'watchkeeper',
      now,
      environment: 'production',
      ...place,
      tags: ['fleet', ...tags],
    },
    'alert.json': page({ id: id.toUpperCase().replaceAll('-', '').slice(0, 14), at: now, ...alert }),
    'changes.json': changes.toSorted((a, b) => a.at.localeCompare(b.at)),
    'dependencies.json': calls.map(([a, b]) => ({ from: a, to: b })),
    ...files,
    'expected.json': {
      vocabulary: 'watchkeeper',
      rootCause: truth,
      ...(actions === undefined ? {} : { actions }),
    },
  });
}
const acts = (right = [], harmful = []) => ({
  right: right.map((action) => ({ action })),
  harmful: harmful.map((action) => ({ action })),
});
const deployed = (name, minute, version, more = {}) => ({
  id: `deploy-${name}-${version}`,
  kind: 'deploy',
  at: t(minute),
  service: name,
  author: 'ci',
  title: `Deploy ${name} ${version}`,
  version,
  ...more,
});

/** `booking-web` runs in one cluster; `fares`, `seats` and their database run in another. */
const booking = { name: 'booking-web', namespace: 'front', cluster: 'edge-4' };
const fares = { name: 'fares', namespace: 'trip', cluster: 'core-7' };
const seats = { name: 'seats', namespace: 'trip', cluster: 'core-7' };
const store = { name: 'fares-postgres', namespace: 'trip', cluster: 'core-7' };
const entityOf = ({ name, namespace, cluster }) => ({ kind: 'Service', name, namespace, cluster });
const labelsOf = ({ name, namespace, cluster }) => ({ cluster, namespace, service: name });
const bookingCalls = [
  ['booking-web', 'fares'],
  ['booking-web', 'seats'],
  ['fares', 'fares-postgres'],
  ['seats', 'fares-postgres'],
];
const bookingPage = {
  title: 'booking-web: error ratio above 5 % for 5 minutes',
  service: 'Booking',
  details: { alertname: 'HighErrorRatio', cluster: 'edge-4', namespace: 'front', service: 'booking-web' },
};
const said = (of) => line(labelsOf(of), 'kubernetes');
const served = (of) =>
  every(6, [-148, 4], (m, n) => said(of)(m, 'info', `served ${180 + ((n * 37) % 40)} requests in 6 m`));

function crossCluster(write) {
  const place = { cluster: 'edge-4', namespace: 'front' };
  const killed = running(fares, {
    ...crashing({ exitCode: 137, reason: 'OOMKilled' }),
    revisions: [
      { revision: 4, image: 'registry.example.com/trip/fares:3.1.0', at: long, replicas: 0 },
      { revision: 5, image: 'registry.example.com/trip/fares:3.2.0', at: t(-17) },
    ],
  });
  tell(write, 'cross-cluster-callee', {
    title: 'A service in another cluster is killed for its memory, and its caller is paged',
    tags: ['cross-cluster'],
    alert: bookingPage,
    place,
    truth: { entity: { kind: 'Deployment', name: 'fares', namespace: 'trip' }, cause: 'oom-killed' },
    actions: acts(['rollback-rollout', 'raise-memory-limit'], []),
    calls: bookingCalls,
    changes: [deployed('fares', -17, '3.2.0'), deployed('booking-web', -140, '7.7.1')],
    files: {
      'kubernetes/edge-4.json': compact(running(booking)),
      'kubernetes/core-7.json': compact([
        ...killed,
        ...running(seats),
        ...running(store),
        ...warnings(killed, 'trip', 'BackOff', 'Back-off restarting failed container fares in pod', [-14, -1]),
      ]),
      'signals.ndjson': [
        ...measured(entityOf(booking), { error_ratio: from(-14, 0.002, 0.34) }),
        ...measured(entityOf(fares), {
          error_ratio: from(-15, 0.002, 0.62),
          memory_bytes: (m) => 2 ** 20 * (m < -17 ? 260 : 260 + ((m + 17) % 4) * 70),
        }),
        ...measured(entityOf(seats)),
        ...measured(entityOf(store), { database_connections: () => 41 }, 'prometheus', {}),
      ],
      'logs.ndjson': inOrder([
        [booking, fares, seats].map(served),
        every(0.5, [-14, 4], (m, n) =>
          said(booking)(
            m,
            'error',
            `GET /search/${4000 + n}: fares.trip.core-7.internal:8080 answered 503 after 3 attempts`,
          ),
        ),
      ]),
    },
  });

  tell(write, 'cross-cluster-callee-twin', {
    title: 'A database in another cluster has no connections left, and the services between it and the page fail',
    tags: ['cross-cluster'],
    alert: bookingPage,
    place,
    truth: {
      entity: { kind: 'Service', name: 'fares-postgres', namespace: 'trip' },
      cause: 'database-connections-exhausted',
    },
    calls: bookingCalls,
    changes: [deployed('fares', -125, '3.2.0'), deployed('booking-web', -140, '7.7.1')],
    files: {
      'kubernetes/edge-4.json': compact(running(booking)),
      'kubernetes/core-7.json': compact([...running(fares), ...running(seats), ...running(store)]),
      'signals.ndjson': [
        ...measured(entityOf(booking), { error_ratio: from(-14, 0.002, 0.34) }),
        ...measured(entityOf(fares), { error_ratio: from(-15, 0.002, 0.6) }),
        ...measured(entityOf(seats), { error_ratio: from(-15, 0.002, 0.55) }),
        ...measured(
          entityOf(store),
          { database_connections: (m) => (m < -24 ? 41 : Math.min(100, 41 + (m + 24) * 7)) },
          'prometheus',
          {},
        ),
      ],
      'logs.ndjson': inOrder([
        [booking, fares, seats].map(served),
        every(0.5, [-14, 4], (m, n) =>
          said(booking)(
            m,
            'error',
            `GET /search/${4000 + n}: fares.trip.core-7.internal:8080 answered 503 after 3 attempts`,
          ),
        ),
        [fares, seats].map((of) =>
          every(0.5, [-15, 4], (m) => said(of)(m, 'error', `query failed: ${connectionsRefused}`)),
        ),
      ]),
    },
  });
}

/** `geo` runs in two clusters under one name and calls `tiles`, its neighbour in each. */
function namesakes(write) {
  const at = (cluster, name) => ({ name, namespace: 'geo', cluster });
  const clusters = ['core-7', 'core-8'];
  const paged = (cluster) => ({
    title: `KubeDeploymentReplicasMismatch geo/geo in ${cluster}`,
    service: 'Geo',
    details: { alertname: 'KubeDeploymentReplicasMismatch', cluster, namespace: 'geo', deployment: 'geo' },
  });
  const refused = 'password authentication failed for user "geo" (SQLSTATE 28P01) host=geo-postgres port=5432';
  const crash = crashing({ exitCode: 1, reason: 'Error' });
  const quiet = (cluster) => ['geo', 'tiles'].map((name) => served(at(cluster, name)));
  const signals = (changes = {}) =>
    clusters.flatMap((cluster) =>
      ['geo', 'tiles'].flatMap((name) => measured(entityOf(at(cluster, name)), changes[`${cluster}/${name}`])),
    );
  const calls = [
    ['geo', 'tiles'],
    ['geo', 'geo-postgres'],
  ];
  const broken = running(at('core-8', 'geo'), crash);
  tell(write, 'cluster-of-the-page', {
    title: 'A service cannot log in to its database in one cluster; in the other it is well',
    tags: ['cross-cluster', 'namesakes'],
    alert: paged('core-8'),
    place: { cluster: 'core-8', namespace: 'geo' },
    truth: { entity: { kind: 'Service', name: 'geo', namespace: 'geo' }, cause: 'database-credentials' },
    actions: acts([], []),
    calls,
    changes: [deployed('geo', -130, '2.0.4', { entity: { kind: 'Deployment', ...at('core-7', 'geo') } })],
    files: {
      'kubernetes/core-7.json': compact([...running(at('core-7', 'geo')), ...running(at('core-7', 'tiles'))]),
      'kubernetes/core-8.json': compact([
        ...broken,
        ...running(at('core-8', 'tiles')),
        ...warnings(broken, 'geo', 'BackOff', 'Back-off restarting failed container geo in pod', [-16, -1]),
      ]),
      'signals.ndjson': signals({ 'core-8/geo': { error_ratio: from(-16, 0.002, 0.9) } }),
      'logs.ndjson': inOrder([
        clusters.map(quiet),
        every(1, [-16, 4], (m) => said(at('core-8', 'geo'))(m, 'fatal', `cannot start: ${refused}`)),
      ]),
    },
  });

  const starved = running(at('core-7', 'geo'), {
    ready: 1,
    revisions: [
      { revision: 4, image: 'registry.example.com/geo/geo:2.0.3', at: long, replicas: 1 },
      { revision: 5, image: 'registry.example.com/geo/geo:2.0.5-rc', at: t(-15), replicas: 1 },
    ],
    pods: ({ revision }) =>
      revision === 5
        ? {
            ready: false,
            state: {
              waiting: {
                reason: 'ImagePullBackOff',
                message: 'Back-off pulling image "registry.example.com/geo/geo:2.0.5-rc": not found',
              },
            },
            phase: 'Pending',
          }
        : {},
  });
  const other = running(at('core-8', 'geo'), crash);
  tell(write, 'cluster-of-the-page-twin', {
    title: 'A release cannot pull its image in one cluster; in the other its namesake crashes for another reason',
    tags: ['cross-cluster', 'namesakes'],
    alert: paged('core-7'),
    place: { cluster: 'core-7', namespace: 'geo' },
    truth: { entity: { kind: 'Deployment', name: 'geo', namespace: 'geo' }, cause: 'image-not-found' },
    actions: acts(['rollback-rollout'], []),
    calls,
    changes: [deployed('geo', -15, '2.0.5-rc', { entity: { kind: 'Deployment', ...at('core-7', 'geo') } })],
    files: {
      'kubernetes/core-7.json': compact([
        ...starved,
        ...running(at('core-7', 'tiles')),
        ...warnings(
          starved,
          'geo',
          'Failed',
          'Failed to pull image "registry.example.com/geo/geo:2.0.5-rc": rpc error: code = NotFound desc = failed to resolve reference: not found',
          [-15, -1],
        ).slice(0, 1),
      ]),
      'kubernetes/core-8.json': compact([
        ...other,
        ...running(at('core-8', 'tiles')),
        ...warnings(other, 'geo', 'BackOff', 'Back-off restarting failed container geo in pod', [-16, -1]),
      ]),
      'signals.ndjson': signals({ 'core-8/geo': { error_ratio: from(-16, 0.002, 0.9) } }),
      'logs.ndjson': inOrder([
        clusters.map(quiet),
        every(1, [-16, 4], (m) => said(at('core-8', 'geo'))(m, 'fatal', `cannot start: ${refused}`)),
      ]),
    },
  });
}

/** `ticket-api` and what it calls send everything to New Relic: no cluster is known, and a release is a deployment marker. */
function newRelicOnly(write) {
  const sees = (name, over) => measured({ kind: 'Service', name }, over, 'newrelic');
  const says = (name) => line({ service: name }, 'newrelic');
  const alert = {
    title: 'ticket-api: Error percentage deviated from the baseline for at least 5 minutes',
    service: 'NR',
    details: {
      conditionName: 'Error percentage',
      policyName: 'Tickets',
      targetName: 'ticket-api',
      accountId: '7654321',
      eventType: 'INCIDENT_OPEN',
    },
  };
  const calls = [
    ['ticket-api', 'ticket-redis'],
    ['ticket-api', 'venue-api'],
  ];
  const quiet = ['ticket-api', 'venue-api'].map((name) =>
    every(5, [-148, 4], (m, n) => says(name)(m, 'info', `GET /tickets 200 in ${30 + ((n * 7) % 20)} ms`)),
  );
  const marker = (minute, version, description) =>
    deployed('ticket-api', minute, version, {
      title: `Deployment of ticket-api ${version}: ${description}`,
      author: 'rosa',
    });
  tell(write, 'newrelic-only', {
    title: 'A release of a service that only New Relic sees breaks a part of its requests',
    tags: ['new-relic'],
    alert,
    truth: {
      entity: { kind: 'Service', name: 'ticket-api' },
      cause: 'code-change',
      change: 'deploy-ticket-api-11.4.0',
    },
    calls,
    changes: [
      marker(-9, '11.4.0', 'seat maps from the venue'),
      deployed('venue-api', -133, '5.0.2', { title: 'Deployment of venue-api 5.0.2' }),
    ],
    files: {
      'signals.ndjson': [
        ...sees('ticket-api', { error_ratio: from(-8, 0.003, 0.27) }),
        ...sees('venue-api'),
        ...sees('ticket-redis', { memory_bytes: () => 2 ** 30 * 2.1 }),
      ],
      'logs.ndjson': inOrder([
        quiet,
        every(0.25, [-8, 4], (m, n) =>
          says('ticket-api')(
            m,
            'error',
            `POST /tickets/${9000 + n}/seat 500: java.lang.NullPointerException: Cannot invoke "SeatMap.rows()" because "seatMap" is null at com.example.tickets.SeatMapReader.read(SeatMapReader.java:58)`,
          ),
        ),
      ]),
    },
  });
  tell(write, 'newrelic-only-twin', {
    title: 'The cache of a service that only New Relic sees has no memory left, after a release',
    tags: ['new-relic'],
    alert,
    truth: { entity: { kind: 'Service', name: 'ticket-redis' }, cause: 'store-memory-full' },
    calls,
    changes: [
      marker(-40, '11.4.0', 'seat maps from the venue'),
      deployed('venue-api', -133, '5.0.2', { title: 'Deployment of venue-api 5.0.2' }),
    ],
    files: {
      'signals.ndjson': [
        ...sees('ticket-api', { error_ratio: from(-8, 0.003, 0.27) }),
        ...sees('venue-api'),
        ...sees('ticket-redis', { memory_bytes: (m) => 2 ** 30 * Math.min(4, 2.1 + Math.max(0, (m + 120) * 0.017)) }),
      ],
      'logs.ndjson': inOrder([
        quiet,
        every(0.25, [-8, 4], (m, n) =>
          says('ticket-api')(
            m,
            'error',
            `POST /tickets/${9000 + n}/seat 500: redis.clients.jedis.exceptions.JedisDataException: OOM command not allowed when used memory > 'maxmemory'. host=ticket-redis:6379`,
          ),
        ),
      ]),
    },
  });
}

/** `portal` and `quote` run in two clusters, each with a Prometheus server of its own; only metrics are there. */
function twoServers(write) {
  const at = (cluster, name) => entityOf({ name, namespace: 'sales', cluster });
  const slow = (start, p50, p95) => ({ latency_p50: from(start, 18, p50), latency_p95: from(start, 60, p95) });
  const alert = {
    title: 'portal: p95 latency above 800 ms for 5 minutes',
    service: 'Sales',
    details: { alertname: 'HighLatency', cluster: 'west-2', namespace: 'sales', service: 'portal' },
  };
  const place = { cluster: 'west-2', namespace: 'sales' };
  const calls = [
    ['portal', 'quote'],
    ['portal', 'session-store'],
  ];
  const names = ['portal', 'quote', 'session-store'];
  const signals = (changes) =>
    ['west-1', 'west-2'].flatMap((cluster) =>
      names.flatMap((name) => measured(at(cluster, name), changes[`${cluster}/${name}`])),
    );
  tell(write, 'two-metrics-servers', {
    title: 'A callee is slow in the cluster of the page, and well under the same name in another',
    tags: ['cross-cluster', 'namesakes', 'metrics-only'],
    alert,
    place,
    truth: { entity: { kind: 'Service', name: 'quote', namespace: 'sales' }, cause: 'slow-itself' },
    actions: acts([], []),
    calls,
    files: {
      'signals.ndjson': signals({ 'west-2/portal': slow(-11, 640, 1500), 'west-2/quote': slow(-12, 630, 1450) }),
    },
  });
  tell(write, 'two-metrics-servers-twin', {
    title: 'A callee is slow in another cluster only, and another callee in the cluster of the page',
    tags: ['cross-cluster', 'namesakes', 'metrics-only'],
    alert,
    place,
    truth: { entity: { kind: 'Service', name: 'session-store', namespace: 'sales' }, cause: 'slow-itself' },
    actions: acts([], []),
    calls,
    files: {
      'signals.ndjson': signals({
        'west-2/portal': slow(-11, 640, 1500),
        'west-2/session-store': slow(-12, 630, 1450),
        'west-1/portal': slow(-14, 900, 2100),
        'west-1/quote': slow(-15, 890, 2050),
      }),
    },
  });
}

/** A function in one account uses a database of another account, which shares its metrics. */
function crossAccount(write) {
  const sees = (name, over) => measured({ kind: 'Service', name }, over, 'cloudwatch', {});
  const says = (name) => line({ service: name, account: '222233334444' }, 'cloudwatch');
  const alert = {
    title: 'ALARM: "orders-fn-errors" in US East (N. Virginia)',
    service: 'AWS',
    details: {
      AlarmName: 'orders-fn-errors',
      AWSAccountId: '222233334444',
      NewStateValue: 'ALARM',
      NewStateReason: 'Threshold Crossed: 5 datapoints were greater than the threshold (20.0).',
      Region: 'US East (N. Virginia)',
      Trigger: {
        MetricName: 'Errors',
        Namespace: 'AWS/Lambda',
        Dimensions: [{ name: 'FunctionName', value: 'orders-fn' }],
        Statistic: 'SUM',
        Threshold: 20,
      },
    },
  };
  const calls = [['orders-fn', 'orders-ledger']];
  const quiet = every(4, [-148, 4], (m, n) =>
    says('orders-fn')(
      m,
      'info',
      `REPORT RequestId: 00${n}a Duration: ${110 + ((n * 13) % 40)}.20 ms Memory Size: 512 MB Max Memory Used: 171 MB`,
    ),
  );
  const lambda = (errors) =>
    sees('orders-fn', {
      requests_per_second: () => 14,
      errors,
      latency_average: () => 130,
    });
  const releases = [
    deployed('orders-fn', -96, '61'),
    {
      id: 'iam-ledger-access',
      kind: 'infrastructure',
      at: t(-16),
      service: 'orders-ledger',
      author: 'dana',
      title: 'PutRolePolicy ledger-access in account 555566667777',
    },
  ];
  tell(write, 'cross-account', {
    title: 'A database in another account has no connections left for a function',
    tags: ['cross-account', 'serverless'],
    alert,
    truth: { entity: { kind: 'Service', name: 'orders-ledger' }, cause: 'database-connections-exhausted' },
    calls,
    changes: [releases[0]],
    files: {
      'signals.ndjson': [
        ...lambda(from(-12, 0, 130)),
        ...sees('orders-ledger', {
          database_connections: (m) => (m < -30 ? 60 : Math.min(150, 60 + (m + 30) * 5)),
          cpu_utilization: () => 0.31,
        }),
      ],
      'logs.ndjson': inOrder([
        quiet,
        every(0.5, [-12, 4], (m) =>
          says('orders-fn')(
            m,
            'error',
            '[ERROR] OperationalError: connection to server at "orders-ledger.c9x8y7w6v5.us-east-1.rds.amazonaws.com" (10.80.3.17), port 5432 failed: FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute',
          ),
        ),
      ]),
    },
  });
  tell(write, 'cross-account-twin', {
    title: 'A function may no longer enter the account of its database',
    tags: ['cross-account', 'serverless'],
    alert,
    truth: { entity: { kind: 'Service', name: 'orders-fn' }, cause: 'access-denied' },
    calls,
    changes: releases,
    files: {
      'signals.ndjson': [
        ...lambda(from(-12, 0, 130)),
        ...sees('orders-ledger', { database_connections: from(-12, 60, 22), cpu_utilization: from(-12, 0.31, 0.12) }),
      ],
      'logs.ndjson': inOrder([
        quiet,
        every(0.5, [-12, 4], (m) =>
          says('orders-fn')(
            m,
            'error',
            '[ERROR] ClientError: An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::222233334444:assumed-role/orders-fn/orders-fn is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::555566667777:role/ledger-access',
          ),
        ),
      ]),
    },
  });
}

export function writeFleet(write) {
  crossCluster(write);
  namesakes(write);
  newRelicOnly(write);
  twoServers(write);
  crossAccount(write);
}
