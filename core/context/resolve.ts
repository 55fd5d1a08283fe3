// Resolves a trigger into a context. Pure: it takes the trigger with its alerts, the catalogue and the call graph. It gives service, place and
// time, each value with source and confidence, and open questions for what is unknown.
import type { ResourceRef } from '../model/aws-resources.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Context, Known, Trigger } from '../model/incident.ts';
import type { Dependency } from '../model/telemetry.ts';
import { type Catalog, type CatalogService, findService } from '../ports/catalog.ts';
import { ownerOfResource, resourcesAround, resourcesIn } from '../topology/aws-resources.ts';
import { impliedCalls } from '../topology/implied.ts';
import { ownerOf } from '../topology/owner.ts';
import {
  accountOfEnvironment,
  canonical,
  clusterClues,
  namedInTitle,
  placementsOf,
  runsInNoCluster,
  servicesOfOrigin,
  singlePlacements,
} from './catalogue-clues.ts';
import { type Clue, rivalsOf, weigh } from './clue.ts';
import { cluesOf } from './extractors.ts';
import { statedTime } from './stated-time.ts';

const minuteMs = 60_000;
/** Minutes that the incident window starts before the page, because the onset does, and minutes of the baseline before that window. */
const beforeMinutes = 30;
const baselineMinutes = 120;
/** Minutes after the page that still count. */
const afterMinutes = 5;
/** Minutes after a time in the past that count. */
const pastMinutes = 60;

export function resolveContext(
  trigger: Trigger,
  catalog: Catalog,
  edges: readonly Dependency[],
): Omit<Context, 'similar' | 'facts'> {
  const nodes = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const named = resourcesIn(trigger);
  const stated = [
    ...cluesOf(trigger),
    ...namedInTitle(trigger.title, catalog, nodes),
    ...servicesOfOrigin(trigger, catalog),
  ].map((clue) => ofResource(named, canonical(catalog, clue), catalog));
  const workload = workloadOf(stated);
  const service = weigh(
    [...stated.map((clue) => confirmedByCalls(nodes, clue)), ...serviceOf(workload, catalog)],
    'service',
  );
  const calls = [...edges, ...impliedCalls(service === undefined ? [] : [service.value], edges)];
  const entry = service && findService(catalog, service.value);
  const placed = [...stated, ...placementsOf(entry, stated)];
  const isServerless =
    entry !== undefined &&
    runsInNoCluster(entry) &&
    !placed.some(({ field }) => field === 'cluster' || field === 'namespace');
  const clues = [...placed, ...clusterClues(placed, catalog), ...singlePlacements(catalog, isServerless)];
  const place = {
    cluster: weigh(clues, 'cluster'),
    environment: weigh(clues, 'environment'),
    namespace: weigh(clues, 'namespace'),
  };
  const account = weigh(clues, 'account') ?? weigh(accountOfEnvironment(clues, catalog), 'account');
  const region = weigh(clues, 'region');
  const callers = callersOf(service?.value, catalog, calls);
  const callees = calleesOf(service?.value, entry, calls);
  const at = { account: likely(account), region: likely(region) };
  return {
    ...(service && { service }),
    ...(place.cluster && { cluster: place.cluster }),
    ...(place.environment && { environment: place.environment }),
    ...(place.namespace && { namespace: place.namespace }),
    ...(account && { account }),
    ...(region && { region }),
    ...(isServerless && { serverless: true as const }),
    ...(workload && { workload: placedAt(workload, place) }),
    ...(entry?.instructions !== undefined && likely(service) !== undefined && { instructions: entry.instructions }),
    window: windowOf(trigger),
    sources: { ...entry?.sources },
    callers,
    callees,
    resources: resourcesAround(
      trigger,
      { service: service?.value, neighbours: [...callees, ...callers], ...at },
      catalog,
    ),
    questions: questionsOf(isServerless ? { service, environment: place.environment } : { service, ...place }, entry),
  };
}

/** An alert about a resource is about the service to which the catalogue gives it. */
function ofResource(named: readonly ResourceRef[], clue: Clue, catalog: Catalog): Clue {
  const ref = clue.field === 'service' ? named.find(({ name }) => name === clue.value) : undefined;
  const owner = ref && findService(catalog, clue.value) === undefined ? ownerOfResource(ref, catalog) : undefined;
  if (ref === undefined || owner === undefined) return clue;
  return {
    ...clue,
    value: owner.name,
    source: `${clue.source}, a resource of ${owner.name} in the catalogue`,
    confidence: Math.min(0.97, clue.confidence + 0.1),
  };
}

const likely = (known: Known | undefined): string | undefined =>
  known !== undefined && known.confidence >= 0.5 ? known.value : undefined;

/** The workload that the alert names, resolved to its owner. */
function workloadOf(clues: readonly Clue[]): EntityRef | undefined {
  const [kind, name] = weigh(clues, 'workload')?.value.split('/') ?? [];
  return kind && name ? ownerOf({ kind, name }) : undefined;
}

const confirmedByCalls = (nodes: ReadonlySet<string>, clue: Clue): Clue =>
  clue.field === 'service' && nodes.has(clue.value) && !clue.source.includes('call graph')
    ? {
        ...clue,
        source: `${clue.source}, seen in the call graph`,
        confidence: Math.min(0.97, clue.confidence + 0.05),
      }
    : clue;

/** A workload usually has its service's name; a node belongs to no service. */
function serviceOf(workload: EntityRef | undefined, catalog: Catalog): Clue[] {
  if (!workload || workload.kind === 'Node') return [];
  const entry = findService(catalog, workload.name);
  const source = `the alert's ${workload.kind} ${workload.name}`;
  return [
    entry
      ? { field: 'service', value: entry.name, source: `${source}, known to the catalogue`, confidence: 0.93 }
      : { field: 'service', value: workload.name, source, confidence: 0.6 },
  ];
}

/** A node has no namespace. */
function placedAt({ kind, name }: EntityRef, place: { cluster: Known | undefined; namespace: Known | undefined }) {
  return {
    kind,
    name,
    ...(place.namespace && kind !== 'Node' && { namespace: place.namespace.value }),
    ...(place.cluster && { cluster: place.cluster.value }),
  };
}

/** The time before the page, or around the time that its title states if that is long before. */
function windowOf({ occurredAt, title }: Pick<Trigger, 'occurredAt' | 'title'>): Context['window'] {
  const paged = Date.parse(occurredAt);
  const stated = statedTime(title, occurredAt);
  const isPast = stated !== undefined && stated.atMs < paged - beforeMinutes * minuteMs;
  const [about, end] = isPast
    ? [stated.atMs, stated.kind === 'since' ? paged : Math.min(paged, stated.atMs + pastMinutes * minuteMs)]
    : [paged, paged + afterMinutes * minuteMs];
  const at = (ms: number) => new Date(ms).toISOString();
  const start = about - beforeMinutes * minuteMs;
  return {
    baseline: { start: at(start - baselineMinutes * minuteMs), end: at(start) },
    incident: { start: at(start), end: at(end) },
  };
}

const calleesOf = (
  service: string | undefined,
  entry: CatalogService | undefined,
  edges: readonly Dependency[],
): string[] =>
  service === undefined
    ? []
    : unique([...(entry?.dependsOn ?? []), ...edges.filter(({ from }) => from === service).map(({ to }) => to)]);

const callersOf = (service: string | undefined, { services }: Catalog, edges: readonly Dependency[]): string[] =>
  service === undefined
    ? []
    : unique([
        ...services.filter(({ dependsOn }) => dependsOn.includes(service)).map(({ name }) => name),
        ...edges.filter(({ to }) => to === service).map(({ from }) => from),
      ]);

/** Limited, because a large mesh has more neighbours than anyone reads. */
const unique = (names: readonly string[]): string[] => [...new Set(names)].sort().slice(0, 50);

function questionsOf(known: Record<string, Known | undefined>, entry: CatalogService | undefined): string[] {
  const owners = entry?.owners.length ? ` ${entry.owners.join(', ')} may know.` : '';
  return Object.entries(known).flatMap(([field, value]) => {
    if (!value)
      return [`Which ${field} does the alert concern? Neither the alert nor the catalogue names it.${owners}`];
    const rivals = rivalsOf(value);
    if (rivals.length === 0)
      return value.confidence < 0.5
        ? [`Is ${value.value} the ${field}? Only ${value.source} suggests it.${owners}`]
        : [];
    const choices = [value, ...rivals].map((one) => `${one.value} (${one.source})`);
    return [`Which ${field} does the alert concern: ${choices.join(' or ')}?${owners}`];
  });
}
