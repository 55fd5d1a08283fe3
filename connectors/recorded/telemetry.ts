// The Telemetry port over recordings. A missing file is a gap: the source has no data, and the investigation says so.
import type { ResourceRef, ResourceSet } from '../../core/model/aws-resources.ts';
import type { TimeWindow } from '../../core/model/entity.ts';
import type { WorkflowExecution } from '../../core/model/managed.ts';
import { amongClusters, isWithin, type Scope } from '../../core/model/scope.ts';
import type { KubernetesSnapshot, LogRecord, Series, TraceSet, VendorStatus } from '../../core/model/telemetry.ts';
import { noSources } from '../../core/ports/none.ts';
import type { KnowledgeBase, KnowledgeDocument, Observed, Telemetry } from '../../core/ports/telemetry.ts';
import {
  clusterNames,
  find,
  type Read,
  readFileOf,
  readKnowledge,
  readKubernetes,
  readResources,
  readSignals,
  readTraces,
  streamLogs,
} from './scenario.ts';
import { type RecordedOptions, type WorldOf, worldFinder } from './worlds.ts';

export interface TelemetryOptions extends RecordedOptions {
  /** Creates a searchable knowledge base from a scenario's documents. */
  readonly knowledge: (documents: readonly KnowledgeDocument[]) => KnowledgeBase;
}

export function recordedTelemetry(options: TelemetryOptions): Telemetry {
  const worldOf = worldFinder(options);
  const cache = new Map<string, Promise<unknown>>();
  /** Parsed once per edition, because five specialists read the same files. */
  const cached = <T>(world: WorldOf, what: string, read: () => Promise<T>): Promise<T> => {
    const key = [what, world.shiftMs, ...world.edition.folders].join('\n');
    const known = cache.get(key) as Promise<T> | undefined;
    if (known) return known;
    const made = read();
    cache.set(key, made);
    made.catch(() => cache.delete(key));
    if (cache.size > 64) cache.delete([...cache.keys()][0] ?? '');
    return made;
  };

  const observe = async <T>(
    scope: Pick<Scope, 'incidentId'>,
    what: string,
    read: (world: WorldOf) => Promise<Read<T> | undefined>,
  ): Promise<Observed<T>> => {
    const world = await worldOf(scope.incidentId);
    const found = await cached(world, what, () => read(world));
    if (!found)
      return { kind: 'gap', gap: { source: what, reason: `This recording has no ${what}.`, notConfigured: true } };
    return { kind: 'data', data: found.data, query: `${world.scenario.id}/${found.file}`, bytes: found.bytes };
  };
  const within = <T extends { readonly at: string }>(observed: Observed<T[]>, window: TimeWindow): Observed<T[]> =>
    observed.kind === 'gap'
      ? observed
      : { ...observed, data: observed.data.filter((one) => one.at >= window.start && one.at <= window.end) };

  const clustersOf = async (world: WorldOf): Promise<readonly string[]> =>
    cached(world, 'clusters', () => clusterNames(world.edition));

  const knowledgeBases = new Map<string, Promise<KnowledgeBase>>();
  const added = new Map<string, KnowledgeDocument>();
  const knowledgeOf = async (scope: Pick<Scope, 'incidentId'>): Promise<KnowledgeBase> => {
    const world = await worldOf(scope.incidentId);
    const known = knowledgeBases.get(world.scenario.dir);
    if (known) return known;
    const made = readKnowledge(world.edition).then((documents) => options.knowledge([...documents, ...added.values()]));
    knowledgeBases.set(world.scenario.dir, made);
    return made;
  };

  return {
    kubernetes: {
      observe: async (scope) => {
        const world = await worldOf(scope.incidentId);
        const observed = await observe(scope, 'Kubernetes objects', () => readKubernetes(world.edition));
        if (observed.kind === 'gap') return observed;
        const takenAt = new Date(Date.parse(world.scenario.now) + world.shiftMs).toISOString();
        const data: KubernetesSnapshot[] = [...observed.data]
          .filter(([cluster]) => isWithin(amongClusters(scope, observed.data.keys()), { cluster }))
          .map(([cluster, items]) => ({ cluster, takenAt, items }));
        return { ...observed, data };
      },
    },
    metrics: {
      observe: async (scope) => {
        const observed = await observe(scope, 'metrics', (world) => readSignals(world.edition, world.shiftMs / 1000));
        return observed.kind === 'gap'
          ? observed
          : { ...observed, data: inWindow(inScope(observed.data, scope), scope.window) };
      },
    },
    queries: noSources.queries,
    logs: {
      observe: async (scope): Promise<Observed<AsyncIterable<LogRecord>>> => {
        const world = await worldOf(scope.incidentId);
        const file = await find(world.edition, 'logs.ndjson');
        if (file === undefined) return { kind: 'gap', gap: { source: 'logs', reason: 'This recording has no logs.' } };
        return {
          kind: 'data',
          data: only(streamLogs(file, scope.window, world.shiftMs), amongClusters(scope, await clustersOf(world))),
          query: `${world.scenario.id}/logs.ndjson`,
          bytes: 0,
        };
      },
    },
    changes: {
      observe: async (scope) =>
        within(await observe(scope, 'changes', (world) => readFileOf(world.edition, 'changes.json')), scope.window),
    },
    calls: {
      observe: (scope) => observe(scope, 'call graph', (world) => readFileOf(world.edition, 'dependencies.json')),
    },
    traces: {
      observe: async (scope) => {
        const observed = await observe(scope, 'traces', ({ edition, shiftMs, scenario }) =>
          readTraces(edition, shiftMs, scenario.reference),
        );
        return observed.kind === 'gap' ? observed : { ...observed, data: [tracesIn(observed.data, scope)] };
      },
    },
    alerts: {
      observe: async (scope) =>
        within(await observe(scope, 'alerts', (world) => readFileOf(world.edition, 'alerts.json')), scope.window),
    },
    status: {
      observe: async (scope) => {
        const read = (world: WorldOf) => readFileOf(world.edition, 'status.json');
        const observed = await observe(scope, 'vendor status', read);
        return observed.kind === 'gap' ? observed : { ...observed, data: statusesIn(observed.data, scope.window) };
      },
    },
    executions: {
      observe: async (scope, { arns }) => {
        const observed = await observe(scope, 'executions', (world) => readFileOf(world.edition, 'managed.json'));
        if (observed.kind === 'gap') return observed;
        const failed = ({ status }: WorkflowExecution) => status !== 'SUCCEEDED' && status !== 'RUNNING';
        const isRequested = (execution: WorkflowExecution) =>
          arns.some(
            (one) =>
              one === execution.arn ||
              (failed(execution) && execution.arn.startsWith(`${one.replace(':stateMachine:', ':execution:')}:`)),
          );
        return { ...observed, data: observed.data.executions.filter(isRequested) };
      },
    },
    edge: {
      observe: async (scope, { urls }) => {
        const observed = await observe(scope, 'cdn', (world) => readFileOf(world.edition, 'managed.json'));
        return observed.kind === 'gap'
          ? observed
          : { ...observed, data: observed.data.edge.filter(({ url }) => urls.includes(url)) };
      },
    },
    security: {
      observe: async (scope) => {
        const read = (world: WorldOf) => readFileOf(world.edition, 'security.json');
        const observed = await observe(scope, 'security findings', read);
        return observed.kind === 'gap'
          ? observed
          : { ...observed, data: observed.data.filter(({ service }) => service === scope.service) };
      },
    },
    cdn: {
      observe: async (scope, { hosts }) => {
        const observed = await observe(scope, 'cdn statistics', (world) => readFileOf(world.edition, 'managed.json'));
        if (observed.kind === 'gap') return observed;
        const { start, end } = scope.window;
        const asked = new Set([scope.service, ...scope.neighbours, ...hosts]);
        const data = observed.data.cdn
          .filter(({ service }) => asked.has(service))
          .map((one) => ({ ...one, minutes: one.minutes.filter(({ at }) => at >= start && at <= end) }));
        return { ...observed, data };
      },
    },
    resources: {
      observe: async (scope, { resources }) => {
        const observed = await observe(scope, 'AWS resources', ({ edition, shiftMs }) =>
          readResources(edition, shiftMs),
        );
        return observed.kind === 'gap' ? observed : answerTo(observed, resources, scope);
      },
    },
    knowledge: {
      search: async (query) => (await knowledgeOf(query.scope)).search(query),
      // Adds the document to all recordings of this runtime, so that a later incident finds it.
      add: async (document) => {
        added.set(document.name, document);
        for (const base of knowledgeBases.values()) await (await base).add(document);
      },
    },
  };
}

/**
 * The named resources and those beside them that a live source would read with them: what they use, what invokes them, and dead letter queues. A
 * named resource that the recording lacks is missing.
 */
function answerTo(
  observed: Extract<Observed<ResourceSet>, { kind: 'data' }>,
  named: readonly ResourceRef[],
  { window }: Pick<Scope, 'window'>,
): Observed<ResourceSet[]> {
  const { resources, quotas } = observed.data;
  const [from, to] = [Date.parse(window.start) / 1000, Date.parse(window.end) / 1000];
  const has = (ref: ResourceRef) => resources.some(({ type, name }) => type === ref.type && name === ref.name);
  const data = resources.map((one) => ({
    ...one,
    metrics: Object.fromEntries(
      Object.entries(one.metrics).map(([name, points]) => [name, points.filter(([at]) => at >= from && at <= to)]),
    ),
  }));
  return {
    ...observed,
    data: named.length === 0 ? [] : [{ resources: data, quotas }],
    missing: named.filter((ref) => !has(ref)).map(({ type, name }) => `${type} ${name}: not in this recording`),
  };
}

/** Feeds with a time in the window; incidents and planned work that last into it. */
const statusesIn = (statuses: readonly VendorStatus[], { start, end }: TimeWindow): VendorStatus[] =>
  statuses.filter(({ at, until, kind }) => at <= end && (kind === undefined ? at : (until ?? end)) >= start);

/** Spans and points of the window and of the reference period. */
function tracesIn({ spans, edges, reference }: TraceSet, { window }: Pick<Scope, 'window'>): TraceSet {
  const periods = [window, ...(reference ? [reference] : [])].map(
    ({ start, end }) => [Date.parse(start), Date.parse(end)] as const,
  );
  const isAsked = (at: number) => periods.some(([from, to]) => at >= from && at <= to);
  return {
    spans: spans.filter(({ start }) => isAsked(start)),
    edges: edges.map((edge) => ({ ...edge, points: edge.points.filter(([at]) => isAsked(at * 1000)) })),
    ...(reference && { reference }),
  };
}

/** The entity of a series decides whether it is in scope, whatever the series counts. */
function inScope(series: readonly Series[], scope: Scope): Series[] {
  const searched = amongClusters(scope, new Set(series.flatMap(({ entity }) => entity.cluster ?? [])));
  return series.filter(({ entity }) => isWithin(searched, { ...entity, service: entity.name }));
}

async function* only(records: AsyncIterable<LogRecord>, scope: Scope): AsyncGenerator<LogRecord> {
  for await (const record of records) if (isWithin(scope, record.labels)) yield record;
}

function inWindow(series: readonly Series[], window: TimeWindow): Series[] {
  const from = Date.parse(window.start) / 1000;
  const to = Date.parse(window.end) / 1000;
  return series.flatMap((one) => {
    const points = one.points.filter(([at]) => at >= from && at <= to);
    return points.length === 0 ? [] : [{ ...one, points }];
  });
}
