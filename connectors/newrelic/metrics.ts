// Golden signals from New Relic: services from APM, OpenTelemetry spans, Lambda and browsers, workloads and nodes from the Kubernetes integration. Each event's
// attributes are asked first, because an unknown attribute gives an empty answer and no error.
import type { TimeWindow } from '../../core/model/entity.ts';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Series } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { templatesOf } from '../own-queries.ts';
import type { NewRelicConfig, Question, Row } from './client.ts';
import { accountsOf, hostOf } from './logs.ts';
import {
  type Columns,
  columnsAmong,
  condition,
  during,
  keysOf,
  knownScope,
  quoted,
  serviceNamed,
  text,
  where,
} from './place.ts';
import { filled } from './templates.ts';

interface Reading {
  readonly signal: string;
  readonly unit: string;
  /** Attributes that the expression needs; absent ones make the signal missing. */
  readonly needs: readonly string[];
  readonly nrql: string;
}

interface Event {
  readonly event: string;
  readonly kind: 'Service' | 'Deployment' | 'Node';
  readonly name: readonly string[];
  readonly only?: string;
  readonly readings: readonly Reading[];
}

const traffic = (needs: readonly string[]): Reading => ({
  signal: 'requests_per_second',
  unit: 'requests/s',
  needs,
  nrql: 'rate(count(*), 1 second)',
});
const errors = (needs: readonly string[], failed: string): Reading => ({
  signal: 'error_ratio',
  unit: '1',
  needs,
  nrql: `percentage(count(*), WHERE ${failed}) / 100`,
});
const latency = (needs: string, factor: string): Reading => ({
  signal: 'latency_p95',
  unit: 'ms',
  needs: [needs],
  nrql: `percentile(${quoted(needs)}${factor}, 95)`,
});

/** The first event of a service that has a signal gives it. */
const events: readonly Event[] = [
  {
    event: 'Transaction',
    kind: 'Service',
    name: ['appName'],
    readings: [traffic([]), errors(['error'], 'error IS true'), latency('duration', ' * 1000')],
  },
  {
    event: 'Span',
    kind: 'Service',
    name: ['service.name', 'entity.name'],
    only: "`span.kind` = 'server'",
    readings: [
      traffic(['span.kind']),
      errors(['span.kind', 'otel.status_code'], "`otel.status_code` = 'ERROR'"),
      latency('duration.ms', ''),
    ],
  },
  {
    event: 'AwsLambdaInvocation',
    kind: 'Service',
    name: ['entityName', 'entity.name', 'appName'],
    readings: [traffic([]), errors(['error'], 'error IS true'), latency('duration', ' * 1000')],
  },
  // A page view has no error of its own. A browser application usually has the name of the service behind it, which then gives the signals.
  {
    event: 'PageView',
    kind: 'Service',
    name: ['appName'],
    readings: [traffic([]), latency('duration', ' * 1000')],
  },
  {
    event: 'K8sContainerSample',
    kind: 'Deployment',
    name: ['deploymentName', 'statefulsetName', 'daemonsetName'],
    readings: [
      {
        signal: 'memory_bytes',
        unit: 'bytes',
        needs: ['memoryWorkingSetBytes', 'containerID'],
        nrql: 'average(memoryWorkingSetBytes) * uniqueCount(containerID)',
      },
      {
        signal: 'cpu_cores',
        unit: 'cores',
        needs: ['cpuUsedCores', 'containerID'],
        nrql: 'average(cpuUsedCores) * uniqueCount(containerID)',
      },
      { signal: 'restarts_total', unit: '1', needs: ['restartCount'], nrql: 'max(restartCount)' },
    ],
  },
  {
    event: 'K8sDeploymentSample',
    kind: 'Deployment',
    name: ['deploymentName'],
    readings: [{ signal: 'replicas_available', unit: 'pods', needs: ['podsAvailable'], nrql: 'latest(podsAvailable)' }],
  },
  {
    event: 'K8sNodeSample',
    kind: 'Node',
    name: ['nodeName'],
    readings: [
      { signal: 'node_ready', unit: '1', needs: ['condition.Ready'], nrql: 'latest(numeric(`condition.Ready`))' },
    ],
  },
];

/** TIMESERIES has at most 366 buckets. */
const maxBuckets = 360;
/** Groups of one query; with the buckets they stay well below the bytes of an answer. */
const maxGroups = 300;

export function metrics(config: NewRelicConfig, ask: () => Question): Source<'metrics'> {
  return {
    async observe(scope) {
      const question = ask();
      const read = await Promise.all(events.map((event) => seriesOf(question, event, scope, config)));
      const own = await ownSeries(ask(), scope, config);
      read.unshift(own);
      const series = merged(read.flatMap((one) => one.series));
      const failures = [...new Set(read.flatMap((one) => one.failed ?? []))];
      const notes = read.flatMap((one) => one.notes);
      if (series.length === 0 && failures[0] !== undefined) return gap(failures[0]);
      const isAny = read.some((one) => one.signals.length > 0);
      if (!isAny) return gap('New Relic has none of the events that the signal catalogue knows in these accounts.');
      const queried = new Set(read.flatMap((one) => one.signals));
      const lacking = [...new Set(events.flatMap(({ readings }) => readings.map(({ signal }) => signal)))].filter(
        (signal) => !queried.has(signal),
      );
      return {
        kind: 'data',
        data: series,
        query: `${hostOf(config)} metrics of ${accountsOf(config)} (${queried.size} signals${lacking.length > 0 ? `, without ${lacking.join(', ')}` : ''})`,
        missing: [...failures, ...new Set(notes)].slice(0, 12),
        ...(own.signals.length === 0 ? {} : { found: own.signals.map((signal) => `${signal} by its query`) }),
        bytes: question.bytes(),
      };
    },
  };
}

const gap = (reason: string) => ({ kind: 'gap', gap: { source: 'newrelic', reason: reason.slice(0, 300) } }) as const;

interface Read {
  readonly series: readonly Series[];
  readonly signals: readonly string[];
  readonly failed?: string;
  readonly notes: readonly string[];
}
const nothing: Read = { series: [], signals: [], notes: [] };

async function seriesOf(question: Question, event: Event, requested: Scope, config: NewRelicConfig): Promise<Read> {
  const known = await keysOf(question, event.event, requested.window);
  if (known.kind === 'failed') return { ...nothing, failed: known.reason };
  const { keys } = known;
  const columns = columnsAmong(keys, requested, event.name);
  const readings = event.readings.filter(({ needs }) => needs.every((name) => keys.has(name)));
  if (readings.length === 0 || columns.service.length === 0) return nothing;
  const scope = await knownScope(question, { event: event.event, columns, scope: requested }, config);
  const facets = [orElse(columns.service), orElse(columns.cluster), orElse(columns.namespace)];
  const selected = readings.map(({ nrql, signal }) => `${nrql} AS ${signal}`).join(', ');
  const seconds = stepSeconds(scope.window);
  const answer = await question.query(
    `SELECT ${selected} FROM ${event.event}${where(condition(scope, columns), event.only)} ${during(scope.window)} FACET ${facets.join(', ')} TIMESERIES ${seconds} seconds LIMIT ${maxGroups}`,
  );
  if (answer.kind === 'failed') return { ...nothing, failed: answer.reason };
  const groups = new Map<string, Row[]>();
  for (const row of answer.rows) {
    const key = JSON.stringify(row.facet ?? null);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const isCut = groups.size >= maxGroups;
  return {
    series: [...groups.values()].flatMap((rows) =>
      readings.flatMap((reading) => toSeries(rows, { event, reading, scope, columns }, config) ?? []),
    ),
    signals: readings.map(({ signal }) => signal),
    notes: [...answer.notes, ...(isCut ? [`all but ${maxGroups} groups of ${event.event}`] : [])],
  };
}

/** Series of the user's own queries, by service and cluster. */
async function ownSeries(question: Question, requested: Scope, config: NewRelicConfig): Promise<Read> {
  const { queries, missing } = filled(templatesOf(config.queries), requested);
  const read = await Promise.all(
    queries.map(async ({ template, event, nrql, service, cluster: asked }): Promise<Read> => {
      const known = await keysOf(question, event, requested.window);
      if (known.kind === 'failed') return { ...nothing, failed: known.reason };
      const { cluster, namespace } = columnsAmong(known.keys, requested);
      const facets = `FACET ${orElse(cluster)}, ${orElse(namespace)}`;
      const answer = await question.query(
        `${nrql} ${during(requested.window)} ${facets} TIMESERIES ${stepSeconds(requested.window)} seconds LIMIT ${maxGroups}`,
      );
      if (answer.kind === 'failed') return { ...nothing, failed: `${template.name} by its query: ${answer.reason}` };
      const groups = Map.groupBy(answer.rows, (row) => JSON.stringify(row.facet ?? null));
      const series = [...groups.values()].flatMap((rows): Series[] => {
        const [inCluster = asked ?? config.cluster, inNamespace] = [rows[0]?.facet]
          .flat()
          .map((one) => (one === absent ? undefined : text(one)));
        const points = pointsOf(rows, 'value');
        const place = {
          ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
          ...(inCluster === undefined ? {} : { cluster: inCluster }),
        };
        if (points.length === 0 || !isWithin(requested, { ...place, service })) return [];
        const { signal, unit } = template;
        return [{ source: 'newrelic', entity: { kind: 'Service', name: service, ...place }, signal, unit, points }];
      });
      const notes = series.length === 0 ? [`${template.signal} of ${service}: its query gave nothing`] : [];
      return { series, signals: [template.signal], notes: [...answer.notes, ...notes] };
    }),
  );
  const failed = read.find((one) => one.failed !== undefined)?.failed;
  return {
    series: read.flatMap((one) => one.series),
    signals: [...new Set(read.flatMap((one) => one.signals))],
    notes: [...missing, ...read.flatMap((one) => one.notes)],
    ...(failed === undefined ? {} : { failed }),
  };
}

const pointsOf = (rows: readonly Row[], column: string): [number, number][] =>
  rows
    .flatMap((row): [number, number][] => {
      const value = numberIn(row[column]);
      const at = row.beginTimeSeconds;
      return typeof at === 'number' && value !== undefined ? [[at, value]] : [];
    })
    .sort(([a], [b]) => a - b);

function toSeries(
  rows: readonly Row[],
  {
    event,
    reading: { signal, unit },
    scope,
    columns,
  }: {
    readonly event: Event;
    readonly reading: Reading;
    readonly scope: Scope;
    readonly columns: Columns;
  },
  config: NewRelicConfig,
): Series | undefined {
  const [name, cluster = config.cluster, namespace] = [rows[0]?.facet]
    .flat()
    .map((one) => (one === absent ? undefined : text(one)));
  const found = name === undefined ? undefined : (serviceNamed(name, columns) ?? name);
  if (found === undefined) return undefined;
  const place = { ...(namespace === undefined ? {} : { namespace }), ...(cluster === undefined ? {} : { cluster }) };
  if (!isWithin(scope, { ...place, service: found })) return undefined;
  const points = pointsOf(rows, signal);
  if (points.length === 0) return undefined;
  return { source: 'newrelic', entity: { kind: event.kind, name: found, ...place }, signal, unit, points };
}

/** A group without the attribute has this in its place; without a second value, New Relic leaves such groups out. */
export const absent = '-';
const orElse = (columns: readonly string[]): string => [...columns.map(quoted), `'${absent}'`].join(' OR ');

/** A percentile comes as an object by percentage. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const [first] = Object.values(value);
  return typeof first === 'number' && Number.isFinite(first) ? first : undefined;
}

/** One series of a signal for an entity: the first, of the event that is listed first. */
function merged(series: readonly Series[]): Series[] {
  const seen = new Map<string, Series>();
  for (const one of series) {
    const { kind, name, namespace, cluster } = one.entity;
    const key = JSON.stringify([one.signal, kind, name, namespace, cluster]);
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

export const stepSeconds = ({ start, end }: TimeWindow): number =>
  Math.max(60, Math.ceil((Date.parse(end) - Date.parse(start)) / 1000 / maxBuckets));
