// Adds services that have nothing to do with the incident: forty healthy ones that log a lot, some of them errors that they have always logged and
// some the errors of a normal start; and a fault that is days old.
import type { LogRecord, Series } from '../../core/model/telemetry.ts';
import { warning, workload } from './cluster-objects.ts';
import { textAt } from './json.ts';
import type { Random } from './random.ts';
import type { Recording } from './recording.ts';
import {
  applied,
  doesNotApply,
  instant,
  minute,
  nameOf,
  nowOf,
  objectsOf,
  pagedNamespace,
  type Transformation,
  withObjects,
} from './transformation.ts';

const topics =
  'account audit badge banner basket beacon booking branch budget bundle calendar campaign channel claim comment contract courier coupon credit device digest draft export feed fleet gift guide import journal label lead lookup loyalty mail media menu notice offer parcel partner photo plan policy poll pricing profile promo quote rating receipt refund region report reward roster route sample season seller shelf slot sticker survey tariff ticket tour trend usage voucher wallet wish'.split(
    ' ',
  );
const roles = 'api worker service gateway sync batch consumer'.split(' ');

/** What healthy services log. */
const chatter = [
  'handled {n} requests in the last minute',
  'cache refreshed, {n} entries',
  'GET /api/v1/items/{n} 200 {d}ms',
  'consumer group is stable, lag 0',
  'scheduled task finished in {d} ms',
  'published {n} messages',
  'health check ok',
];
/** Errors that a service logs every few minutes all its life, and works. */
const chronic = [
  'ERROR Failed to export spans. The request could not be executed. Full error message: Failed to connect to localhost/127.0.0.1:4317',
  'ERROR could not send metrics: dial udp 127.0.0.1:8125: connect: connection refused',
  'WARN  No URLs will be polled as dynamic configuration sources.',
  'ERROR Failed to fetch feature toggles: 403 Forbidden',
  'ERROR org.springframework.security.access.AccessDeniedException: Access is denied: GET /actuator/health',
  'error: invalid token in request from crawler, 401 Unauthorized',
  'ERROR java.net.UnknownHostException: license-check.internal',
  'error: client closed connection before the answer was sent (499)',
  'ERROR Could not parse date "0000-00-00" of record {n}',
  'WARN  slow query: 1{d} ms',
];
/** Errors of a start, over after seconds. */
const starting = [
  'ERROR Connection to node -1 could not be established. Broker may not be available.',
  'ERROR Could not locate PropertySource: I/O error on GET request for "http://config-server:8888/application/default": Connection refused',
  'ERROR dial tcp 10.96.40.7:5432: connect: connection refused, retrying in 1s',
  'WARN  Readiness probe failed before the application had started',
  'ERROR com.netflix.discovery.shared.transport.TransportException: Cannot execute request on any known server',
];

const fill = (text: string, random: Random): string =>
  text.replaceAll('{n}', () => String(random.int(1, 9000))).replaceAll('{d}', () => String(random.int(2, 400)));
const levelOf = (message: string): string =>
  /^error/i.test(message) ? 'error' : /^warn/i.test(message) ? 'warn' : 'info';

/** From the first record or point to the recording's end. */
function spanOf({ logs, signals, ...recording }: Recording): { readonly from: number; readonly to: number } {
  const to = nowOf({ logs, signals, ...recording });
  const starts = [
    ...(logs?.[0] ? [Date.parse(logs[0].timestamp)] : []),
    ...(signals ?? []).flatMap(({ points: [one] }) => (one ? [one[0] * 1000] : [])),
  ];
  return { from: Math.max(Math.min(...starts, to - 30 * minute), to - 4 * 60 * minute), to };
}

const nodesOf = (recording: Recording): readonly string[] =>
  objectsOf(recording).flatMap((object) => (textAt(object, 'kind') === 'Node' ? [nameOf(object)] : []));

const byTime = (a: LogRecord, b: LogRecord): number => a.timestamp.localeCompare(b.timestamp);

function steady(
  name: string,
  place: Pick<Series['entity'], 'namespace' | 'cluster'>,
  recording: Recording,
  random: Random,
): Series[] {
  const [model] = recording.signals ?? [];
  if (!model) return [];
  const times = model.points.map(([at]) => at);
  const one = (signal: string, unit: string, usual: number): Series => ({
    source: model.source,
    entity: { kind: 'Service', name, ...place },
    signal,
    unit,
    points: times.map((at) => [at, Number((usual * (0.92 + 0.16 * random.next())).toPrecision(5))]),
  });
  return [
    one('requests_per_second', '1', random.int(2, 200)),
    one('error_ratio', '1', random.pick([0.0005, 0.002, 0.015])),
    one('latency_p95', 'ms', random.int(8, 300)),
  ];
}

const howMany = 40;

export const crowded: Transformation = {
  name: 'crowded',
  about: `${howMany} healthy, chatty services are added, some with chronic errors and errors of their start`,
  apply(recording, random) {
    const [cluster] = recording.kubernetes.keys();
    const paged = pagedNamespace(recording);
    if (cluster === undefined || paged === undefined) return doesNotApply('There is no cluster to add services to.');
    const { from, to } = spanOf(recording);
    const nodes = nodesOf(recording);
    const logs: LogRecord[] = [];
    const signals: Series[] = [];
    const calls: { from: string; to: string }[] = [];
    const objects = Array.from({ length: howMany }, (_, place) => {
      const name = `${topics[(place * 7 + random.int(0, 6)) % topics.length]}-${random.pick(roles)}-${place}`;
      const namespace = place % 2 === 0 ? paged : random.pick(['retail', 'backoffice', 'insights']);
      const isNew = random.chance(0.25);
      const startedAt = isNew
        ? from + Math.floor((to - from) * (0.2 + 0.7 * random.next()))
        : to - random.int(2, 40) * 1440 * minute;
      const built = workload(
        {
          name,
          namespace,
          image: `registry.example.com/${namespace}/${name}:1.${random.int(0, 40)}.0`,
          createdAt: to - random.int(60, 400) * 1440 * minute,
          startedAt,
          replicas: random.int(1, 2),
          nodes,
        },
        random,
      );
      const complaint = random.chance(0.4) ? random.pick(chronic) : undefined;
      const line = (at: number, message: string): void => {
        if (at < from || at > to) return;
        const pod = random.pick(built.pods);
        logs.push({
          timestamp: instant(at),
          source: 'kubernetes',
          labels: { cluster, namespace, service: name, pod, level: levelOf(message) },
          message: fill(message, random),
        });
      };
      const step = random.int(3, 8) * minute;
      for (let at = from + random.int(0, step); at <= to; at += step) {
        line(at, random.pick(chatter));
        if (complaint !== undefined && random.chance(0.7)) line(at + random.int(1, 9000), complaint);
      }
      if (isNew) {
        const error = random.pick(starting);
        for (let nth = 0; nth < 3; nth += 1) line(startedAt + 3000 + nth * 1500, error);
        line(startedAt + 14_000, `Started ${name} in 14.${random.int(100, 999)} seconds`);
      }
      signals.push(...steady(name, { namespace, cluster }, recording, random));
      if (place % 3 === 1) calls.push({ from: name, to: name });
      return { name, objects: built.objects };
    });
    const names = objects.map(({ name }) => name);
    const edges = calls
      .map(({ from: caller }) => ({ from: caller, to: random.pick(names) }))
      .filter(({ from: a, to: b }) => a !== b);
    return applied({
      ...withObjects(recording, (own, of) =>
        of === cluster ? [...own, ...objects.flatMap((one) => one.objects)] : own,
      ),
      ...(recording.logs && { logs: [...recording.logs, ...logs].sort(byTime) }),
      ...(recording.signals && { signals: [...recording.signals, ...signals] }),
      ...(recording.dependencies && { dependencies: [...recording.dependencies, ...edges] }),
    });
  },
};

export const olderFault: Transformation = {
  name: 'older-fault',
  about: 'another workload, which nobody calls, has been broken for days',
  apply(recording, random) {
    const [cluster] = recording.kubernetes.keys();
    const paged = pagedNamespace(recording);
    if (cluster === undefined || paged === undefined) return doesNotApply('There is no cluster to add a workload to.');
    const { from, to } = spanOf(recording);
    const namespace = random.chance(0.5) ? paged : 'sandbox';
    const name = `${random.pick(topics)}-prototype`;
    const days = random.int(3, 12);
    const startedAt = to - days * 1440 * minute;
    const image = `registry.example.com/${namespace}/${name}:0.${random.int(1, 9)}.0-rc1`;
    const crashes = random.chance(0.5);
    const built = workload(
      {
        name,
        namespace,
        image,
        createdAt: startedAt,
        startedAt,
        replicas: 1,
        nodes: nodesOf(recording),
        waiting: crashes
          ? { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container', restarts: days * 280 }
          : { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"`, restarts: 0 },
      },
      random,
    );
    const [pod = name] = built.pods;
    const event = warning(
      {
        about: { kind: 'Pod', name: pod, namespace },
        reason: crashes ? 'BackOff' : 'Failed',
        message: crashes
          ? `Back-off restarting failed container ${name} in pod ${pod}`
          : `Failed to pull image "${image}": not found`,
        count: days * 2000,
        from: startedAt,
        to: to - random.int(10, 200) * 1000,
      },
      random,
    );
    const lines: LogRecord[] = [];
    if (crashes)
      for (let at = from + random.int(0, 5 * minute); at <= to; at += 5 * minute)
        lines.push({
          timestamp: instant(at),
          source: 'kubernetes',
          labels: { cluster, namespace, service: name, pod, level: 'error' },
          message: 'Error: Cannot find module "./prototype"',
        });
    return applied({
      ...withObjects(recording, (own, of) => (of === cluster ? [...own, ...built.objects, event] : own)),
      ...(recording.logs && { logs: [...recording.logs, ...lines].sort(byTime) }),
    });
  },
};

export const innocentDeploy: Transformation = {
  name: 'innocent-deploy',
  about: 'something innocent was deployed just before',
  apply(recording, random) {
    const { entity } = recording.expected.rootCause;
    const services = [...new Set((recording.dependencies ?? []).flatMap(({ from, to }) => [from, to]))].filter(
      (name) => name !== entity.name,
    );
    const service = services.length > 0 ? random.pick(services) : 'help-pages';
    const id = `deploy-${service}-${random.int(700, 999)}`;
    const [title, file, diff] = random.pick([
      ['update the copyright year in the footer', 'static/footer.html', '-<p>© 2025</p>\n+<p>© 2026</p>'],
      ['fix a typo in the README', 'README.md', '-recieve\n+receive'],
      [
        'sort the imports',
        'src/index.ts',
        "-import b from './b'\n-import a from './a'\n+import a from './a'\n+import b from './b'",
      ],
    ] as const);
    const at = nowOf(recording) - random.int(13, 22) * minute;
    return applied({
      ...recording,
      changes: [
        ...(recording.changes ?? []),
        {
          id,
          kind: 'deploy' as const,
          at: instant(at),
          service,
          author: 'jo',
          title: `${service}: ${title}`,
          diff,
          files: [file],
        },
      ].sort((a, b) => a.at.localeCompare(b.at)),
      expected: { ...recording.expected, decoys: [...(recording.expected.decoys ?? []), id] },
    });
  },
};
