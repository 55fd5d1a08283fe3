// Incidents that are paged at the entry of a system, in pairs that look alike to whoever is paged. The services live in other namespaces than the
// entry. Told as what differs from a quiet day.
import { deployment, endpoints, event, list, node, page, service } from './objects.mjs';

const now = '2026-11-26T11:20:00Z';
const epoch = Date.parse(now) / 1000;
const t = (minutes) => new Date((epoch + minutes * 60) * 1000).toISOString().replace('.000Z', 'Z');
const cluster = 'harbour-1';
const long = t(-60 * 24 * 120);
const noise = (n) => (Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1) - 0.5;
/** A value that is another one from a minute on. */
const from = (minute, before, after) => (m) => (m < minute ? before : after);
const say = (text) => () => text;

/** Who runs where, on which port, and whom it calls. */
const system = {
  'public-gateway': { namespace: 'edge', port: 8080, calls: ['storefront', 'accounts'] },
  storefront: { namespace: 'shop', port: 8080, calls: ['pricing', 'stock'] },
  accounts: { namespace: 'shop', port: 8080, calls: ['sessions'] },
  pricing: { namespace: 'shop', port: 8080, calls: [] },
  stock: { namespace: 'shop', port: 8080, calls: [] },
  sessions: { namespace: 'shop', port: 8080, calls: [] },
  'report-builder': { namespace: 'office', port: 8080, calls: [] },
};
const names = Object.keys(system);
const image = (name, version = '3.8.1') => `registry.example.com/harbour/${name}:${version}`;

function running(name, { env = [], ...over } = {}) {
  const { namespace, port } = system[name];
  const made = deployment({
    name,
    namespace,
    replicas: 2,
    port,
    createdAt: long,
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    revisions: [{ revision: 5, image: image(name), at: long, env }],
    ...over,
  });
  const pods = made.objects
    .filter(({ kind, status }) => kind === 'Pod' && status.containerStatuses?.[0]?.ready)
    .map(({ metadata }) => metadata.name);
  return [
    ...made.objects,
    service({ name, namespace, port, targetPort: port, createdAt: long }),
    endpoints({ name, namespace, port, pods, createdAt: long }),
  ];
}
const podsOf = (name, over) => running(name, over).filter(({ kind }) => kind === 'Pod');

const units = {
  latency_p50: 'ms',
  latency_p95: 'ms',
  latency_p99: 'ms',
  cpu_cores: 'cores',
  cpu_throttled_seconds: 's',
  network_round_trip_ms: 'ms',
};
const signalsOf = (changes, extra = []) => [
  ...names.flatMap((name, place) =>
    Object.entries({
      requests_per_second: () => 60 + 10 * place,
      error_ratio: () => 0.002,
      latency_p50: () => 14 - place,
      latency_p95: () => 60 - 5 * place,
      cpu_cores: () => 0.35,
      ...changes[name],
    }).map(([signal, value]) => ({
      source: 'prometheus',
      entity: { kind: 'Service', name, namespace: system[name].namespace, cluster },
      signal,
      unit: units[signal] ?? '1',
      points: points(value, place + signal.length),
    })),
  ),
  ...extra,
];
const points = (value, salt) =>
  Array.from({ length: 64 }, (_, n) => {
    const minute = -120 + 2 * n;
    return [epoch + minute * 60, Math.round(value(minute) * (1 + 0.06 * noise(minute + salt)) * 10_000) / 10_000];
  });
function logsOf(lines) {
  const quiet = names.flatMap((name) =>
    Array.from({ length: 40 }, (_, n) => [name, -120 + 3 * n, 'info', `${140 + ((n * 31) % 50)} requests served`]),
  );
  const told = lines.flatMap(([name, start, every, level, text, end = 4]) =>
    Array.from({ length: Math.floor((end - start) / every) + 1 }, (_, n) => [name, start + n * every, level, text(n)]),
  );
  return [...quiet, ...told]
    .map(([name, minute, level, message]) => ({
      timestamp: t(minute),
      source: 'kubernetes',
      labels: { cluster, namespace: system[name]?.namespace ?? 'kube-system', service: name, level },
      message,
    }))
    .sort((a, b) => a.timestamp.localeCompare(b.timestamp));
}

/** On one line an object: half the size, and still readable in a diff. */
const compact = ({ items, ...head }) =>
  `${JSON.stringify(head).slice(0, -1)},"items":[\n${items.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`;

/** `calls`: whether the calls between services are known. `objects`: by service, what `running` is told instead. */
function story(write, id, told) {
  const {
    title,
    alert,
    paged = 'public-gateway',
    objects = {},
    extra = [],
    logs = [],
    signals = {},
    errors = {},
  } = told;
  const moved = { ...signals };
  for (const [name, [minute, level]] of Object.entries(errors))
    moved[name] = { error_ratio: from(minute, 0.002, level), ...moved[name] };
  const { namespace } = system[paged];
  write(id, {
    'scenario.json': {
      id,
      title,
      source: 'watchkeeper',
      now,
      cluster,
      environment: 'production',
      namespace,
      tags: ['entry', ...(told.tags ?? [])],
    },
    'alert.json': page({
      id: id.toUpperCase().replaceAll('-', '').slice(0, 14),
      at: now,
      title: alert.title,
      service: 'Harbour',
      details: { alertname: alert.name, cluster, namespace, service: paged },
    }),
    [`kubernetes/${cluster}.json`]: compact(
      list([
        ...['node-1', 'node-2', 'node-3'].map((name) => (told.node ?? ((one) => one))(node(name, long))),
        ...names.flatMap((name) => running(name, objects[name])),
        ...extra,
      ]),
    ),
    'logs.ndjson': logsOf(logs),
    'signals.ndjson': signalsOf(moved, told.measured),
    'changes.json': told.changes ?? [],
    ...(told.calls
      ? { 'dependencies.json': names.flatMap((name) => system[name].calls.map((to) => ({ from: name, to }))) }
      : {}),
    ...(told.edges ? { 'edges.ndjson': told.edges } : {}),
    'expected.json': {
      vocabulary: 'watchkeeper',
      rootCause: told.truth,
      ...(told.actions ? { actions: told.actions } : {}),
      ...(told.decoys ? { decoys: told.decoys } : {}),
    },
  });
}

const entity = (name, kind = 'Deployment') => ({ kind, name, namespace: system[name].namespace });
const none = (...harmful) => ({ right: [], harmful: harmful.map((action) => ({ action })) });
const serverErrors = { title: 'public-gateway: 5xx above 5 % for 5 minutes', name: 'GatewayErrors' };
const unavailable = [
  { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', lastTransitionTime: t(-14) },
];
const pending = (message) => ({
  ready: 0,
  conditions: unavailable,
  pods: () => ({ ready: false, startedAt: t(-14), unschedulable: message }),
});
const crashing = (exitCode, minutes = -14) => ({
  ready: 0,
  conditions: unavailable,
  pods: () => ({
    ready: false,
    restarts: 6,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container' } },
    last: { exitCode, reason: 'Error', startedAt: t(minutes), finishedAt: t(minutes + 1) },
  }),
});
const untolerated =
  '0/3 nodes are available: 3 node(s) had untolerated taint {pool.example.com/batch: true}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
const tainted = (one) => ({
  ...one,
  spec: { taints: [{ key: 'pool.example.com/batch', value: 'true', effect: 'NoSchedule' }] },
});
const limited = {
  resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
};
const forwarded = [
  ['public-gateway', -13, 0.5, 'error', say('GET /shop/items 502 upstream answered 503')],
  ['storefront', -13, 0.5, 'error', say('request failed: upstream request answered 503 Service Unavailable')],
];

export function writeEntry(write) {
  const tell = (id, told) => story(write, id, told);

  tell('gateway-uncharted', {
    title: 'A service two calls behind the gateway finds no node; nobody drew the calls',
    alert: serverErrors,
    tags: ['scheduling'],
    node: tainted,
    objects: { stock: pending(untolerated) },
    extra: podsOf('stock').map(({ metadata }) =>
      event({
        reason: 'FailedScheduling',
        message: untolerated,
        kind: 'Pod',
        name: metadata.name,
        namespace: 'shop',
        at: t(-2),
        firstAt: t(-14),
        count: 9,
        component: 'default-scheduler',
      }),
    ),
    logs: forwarded,
    errors: { 'public-gateway': [-13, 0.3], storefront: [-13, 0.6] },
    actions: none('restart-rollout', 'scale-workload'),
    truth: { entity: entity('stock'), cause: 'scheduling-taint' },
  });
  tell('gateway-uncharted-twin', {
    title: 'The gateway itself does not start, and a workload that nobody calls crashes',
    alert: serverErrors,
    tags: ['crash'],
    objects: { 'public-gateway': crashing(1), 'report-builder': crashing(2, -16) },
    logs: [
      [
        'public-gateway',
        -14,
        2,
        'error',
        say('fatal: load configuration: routes.yaml: yaml: line 41: mapping values are not allowed in this context'),
      ],
      ['report-builder', -16, 2, 'error', say('panic: runtime error: index out of range [7] with length 7')],
    ],
    errors: { 'public-gateway': [-14, 0.9] },
    actions: none('restart-rollout'),
    truth: { entity: entity('public-gateway'), cause: 'configuration-invalid' },
  });

  const waits = ['storefront', -12, 0.5, 'error', say('GET http://pricing:8080/quotes: context deadline exceeded')];
  tell('retry-storm', {
    title: 'storefront repeats its calls, and pricing drowns in them while nobody asks for more',
    alert: { title: 'pricing: error ratio above 5 % for 5 minutes', name: 'HighErrorRatio' },
    paged: 'pricing',
    calls: true,
    tags: ['traffic'],
    logs: [waits],
    signals: {
      pricing: {
        requests_per_second: from(-12, 90, 620),
        error_ratio: from(-12, 0.002, 0.35),
        latency_p50: from(-12, 11, 240),
        latency_p95: from(-12, 45, 900),
        cpu_cores: from(-12, 0.35, 0.98),
      },
      storefront: { error_ratio: from(-12, 0.002, 0.3), latency_p95: from(-12, 55, 980) },
    },
    actions: none('restart-rollout'),
    truth: { entity: entity('pricing', 'Service'), cause: 'retry-storm' },
  });
  tell('retry-storm-twin', {
    title: 'More customers come, and pricing does not carry them',
    alert: { title: 'pricing: error ratio above 5 % for 5 minutes', name: 'HighErrorRatio' },
    paged: 'pricing',
    calls: true,
    tags: ['traffic'],
    logs: [waits],
    signals: {
      pricing: {
        requests_per_second: from(-14, 90, 620),
        error_ratio: from(-12, 0.002, 0.35),
        latency_p50: from(-12, 11, 240),
        latency_p95: from(-12, 45, 900),
        cpu_cores: from(-12, 0.35, 0.98),
      },
      storefront: { requests_per_second: from(-14, 70, 480) },
      'public-gateway': { requests_per_second: from(-14, 60, 410) },
    },
    truth: { entity: entity('pricing', 'Service'), cause: 'traffic-surge' },
  });

  const late = { title: 'public-gateway: p95 latency above 300 ms for 5 minutes', name: 'HighLatency' };
  const slowFront = {
    'public-gateway': { latency_p50: from(-12, 14, 190), latency_p95: from(-12, 60, 410) },
    storefront: { latency_p50: from(-12, 13, 180), latency_p95: from(-12, 55, 390) },
  };
  tell('way-to-callee', {
    title: 'The way from storefront to stock is slow, and stock answers as fast as ever',
    alert: late,
    calls: true,
    tags: ['network'],
    signals: {
      ...slowFront,
      stock: { network_round_trip_ms: from(-12, 0.6, 165), tcp_retransmits_per_second: from(-12, 0.1, 19) },
    },
    actions: none('restart-rollout', 'scale-workload'),
    truth: { entity: entity('stock', 'Service'), cause: 'network-delay' },
  });
  tell('way-to-callee-twin', {
    title: 'storefront is slow by itself, and the way to stock is as ever',
    alert: late,
    calls: true,
    tags: ['network'],
    signals: {
      'public-gateway': { latency_p50: from(-12, 14, 19), latency_p95: from(-12, 60, 410) },
      storefront: { latency_p50: from(-12, 13, 18), latency_p95: from(-12, 55, 390) },
      stock: { network_round_trip_ms: () => 0.6, tcp_retransmits_per_second: () => 0.1 },
    },
    truth: { entity: entity('storefront', 'Service'), cause: 'slow-itself' },
  });

  tell('held-by-limit', {
    title: 'The CPU limit of stock holds it back at the traffic of every day',
    alert: late,
    calls: true,
    tags: ['resources'],
    objects: { stock: limited },
    signals: {
      ...slowFront,
      stock: {
        latency_p50: from(-12, 10, 170),
        latency_p95: from(-12, 40, 380),
        cpu_cores: from(-12, 0.24, 0.49),
        cpu_throttled_seconds: from(-12, 0.004, 0.58),
      },
    },
    truth: { entity: entity('stock', 'Service'), cause: 'cpu-throttled' },
  });
  tell('held-by-limit-twin', {
    title: 'stock burns CPU, and runs into its limit a little',
    alert: late,
    calls: true,
    tags: ['resources'],
    objects: { stock: limited },
    signals: {
      ...slowFront,
      stock: {
        latency_p50: from(-12, 10, 170),
        latency_p95: from(-12, 40, 380),
        cpu_cores: from(-12, 0.1, 0.49),
        cpu_throttled_seconds: from(-12, 0.004, 0.3),
      },
    },
    truth: { entity: entity('stock', 'Service'), cause: 'cpu-overload' },
  });
}
