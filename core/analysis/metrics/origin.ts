// Finds the node in which a paged symptom originates. The paged metric is the anchor: a suspect shows the same kind of symptom in the same period, and
// more of it than its callees account for. Method: added time and failed requests add up along calls, so that a node's own part is its total less
// the totals of its callees. MonitorRank (SIGMETRICS 2013) and MicroRCA (NOMS 2020) walk the same graph by correlation; here the quantities are
// compared, against a reference before the period. Pure.
import { sampleRankCorrelation } from 'simple-statistics';
import { statisticIn } from '../../context/paged-metric.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Dependency, Series } from '../../model/telemetry.ts';
import { callGraph } from '../../topology/call-graph.ts';
import { entityOf } from './index.ts';
import {
  addsUp,
  busyness,
  failing,
  hasSurge,
  inMs,
  isSlowInTailAlone,
  type Measured,
  type Measuring,
  type Node,
  nameOf,
  type Shown,
  slowness,
  stopsCalling,
} from './node-measures.ts';
import { directed, type Page, type PagedPeriod, pagedPeriod } from './paged.ts';
import { signalOf } from './signals.ts';

export interface Origin {
  readonly entity: EntityRef;
  /** The series that shows it best. */
  readonly shown: Shown;
  /** 0 to 1: its part of what explains the page. The parts of all origins and of unknown ones add up to 1. */
  readonly share: number;
  /** CPU use that rose with it. */
  readonly busy: Measured | undefined;
  /** Whether it got much more requests. */
  readonly isLoaded: boolean;
  readonly isPaged: boolean;
}

export interface Origins {
  readonly period: PagedPeriod;
  /** The best first. */
  readonly origins: readonly Origin[];
}

/** Weight of an origin that no series shows. */
const unseen = 0.15;
/** Factors for a node that the paged service is not known to call, and for an address, which names the way to a node. */
const unrelated = 0.1;
const byAddress = 0.4;
/** What CPU use that rose with the page weighs, beside the share of the added time. */
const ofBusy = 0.5;
const leastWeight = 0.01;
/** Rates show how often a callee is called, not by which of its callers: a request is taken to make at most this many calls of one callee. */
const maxCallsOfOne = 4;

/** A host name, an IP address, a URL: `orders.eu-west-1.elb.amazonaws.com`, `10.2.0.7`. */
const isAddress = (name: string): boolean =>
  /^(?:[a-z]+:\/\/)?(?:[\w-]+\.){2,}[a-z]{2,}(?=$|[_:/])/i.test(name) || /^\d{1,3}(?:\.\d{1,3}){3}/.test(name);

interface NodeMeasurements extends Measuring {
  readonly period: PagedPeriod;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly calleesOf: (name: string) => readonly string[];
  /** Whether nothing is known of what the paged service calls. */
  readonly isUncharted: boolean;
  /** Nodes that only this one calls. */
  readonly onlyCalledBy: (name: string) => readonly Node[];
  readonly isRelated: (name: string) => boolean;
}

interface Suspect {
  readonly node: Node;
  readonly shown: Shown;
  readonly weight: number;
  readonly busy: Measured | undefined;
}

/** Undefined if no series measures the paged symptom at the paged service. */
export function originsOf(
  all: readonly Series[],
  dependencies: readonly Dependency[],
  page: Page,
): Origins | undefined {
  const here = reachable(all, dependencies, page);
  const nodes = new Map(
    [...Map.groupBy(here, nodeOf(here))].map(([name, series]) => [name, { name, series }] as const),
  );
  const paged = page.names.map((name) => nodes.get(name.toLowerCase())).find((node) => node !== undefined);
  const period = paged && pagedPeriod(paged.series, page);
  if (paged === undefined || period === undefined) return undefined;
  const measurements = groundOf(nodes, dependencies, {
    paged,
    period,
    isOnlyTail: page.statistic === 'tail' && isSlowInTailAlone(paged, period.anchor, period.level, period),
    statistic: page.statistic ?? (statisticIn(period.anchor.signal) === 'mean' ? 'mean' : undefined),
  });
  const kinds = page.kind === 'both' ? (['latency', 'errors'] as const) : [page.kind];
  const best = [
    ...Map.groupBy(
      kinds.flatMap((kind) => suspectsOf(kind, measurements)),
      ({ node }) => node,
    ).values(),
  ].flatMap((own) => own.toSorted((a, b) => b.weight - a.weight)[0] ?? []);
  const total = best.reduce((sum, { weight }) => sum + weight, unseen);
  return {
    period,
    origins: best
      .toSorted((a, b) => b.weight - a.weight || a.node.name.localeCompare(b.node.name))
      .map(({ node, weight, shown, busy }) => ({
        entity: entityOfNode(node),
        shown,
        share: weight / total,
        busy,
        isLoaded: hasSurge(node, period),
        isPaged: node === paged,
      })),
  };
}

/**
 * The series of the page's cluster, and those of services that the paged service calls in another cluster. Unless the calls themselves name the
 * cluster, a namesake of a service of the page's own cluster is another service, and of a callee that runs in several other clusters it is not known
 * which one is called.
 */
function reachable(all: readonly Series[], dependencies: readonly Dependency[], { names, cluster }: Page): Series[] {
  const services = all.filter(({ entity }) => entity.kind !== 'Node');
  if (cluster === undefined) return services;
  const graph = callGraph(dependencies);
  const called = new Set(names.flatMap((name) => [...graph.calleesOf(name).keys()]));
  return [...Map.groupBy(services, nameOf)].flatMap(([name, series]) => {
    const near = series.filter((one) => isIn(one, cluster));
    if (!called.has(name)) return near;
    const known = calledIn(name, dependencies, cluster);
    if (known !== undefined) return series.filter((one) => isIn(one, known));
    const isOneCluster = new Set(series.map(({ entity }) => entity.cluster)).size === 1;
    return near.length === 0 && isOneCluster ? series : near;
  });
}

/** The one cluster in which a service is called from the page's cluster, if the calls name it. */
function calledIn(name: string, dependencies: readonly Dependency[], cluster: string): string | undefined {
  const clusters = dependencies.flatMap(({ to, fromCluster = cluster, toCluster }) =>
    to.toLowerCase() === name && fromCluster === cluster && toCluster !== undefined ? [toCluster] : [],
  );
  return new Set(clusters).size === 1 ? clusters[0] : undefined;
}

const isIn = ({ entity }: Series, cluster: string): boolean =>
  entity.cluster === undefined || entity.cluster === cluster;

/** `latency_p50_to_orders` of a caller measures the callee `orders`, if there is one. */
function nodeOf(all: readonly Series[]): (series: Series) => string {
  const known = new Set(all.map(nameOf));
  return (series) => {
    const callee = /_to_(.+)$/.exec(series.signal)?.[1]?.toLowerCase();
    return callee !== undefined && known.has(callee) ? callee : nameOf(series);
  };
}

function groundOf(
  nodes: ReadonlyMap<string, Node>,
  dependencies: readonly Dependency[],
  measuring: Measuring & { readonly period: PagedPeriod },
): NodeMeasurements {
  const edges = dependencies
    .map(({ from, to }) => ({ from: from.toLowerCase(), to: to.toLowerCase() }))
    .filter(({ from, to }) => from !== to);
  const [calls, calledBy] = [Map.groupBy(edges, ({ from }) => from), Map.groupBy(edges, ({ to }) => to)];
  const reached = callGraph(edges).calleesOf(measuring.paged.name);
  const calleesOf = (name: string): readonly string[] => [...new Set((calls.get(name) ?? []).map(({ to }) => to))];
  return {
    ...measuring,
    nodes,
    calleesOf,
    onlyCalledBy: (name) =>
      calleesOf(name)
        .filter((to) => (calledBy.get(to) ?? []).every(({ from }) => from === name))
        .flatMap((to) => nodes.get(to) ?? []),
    isUncharted: reached.size === 0,
    isRelated: (name) => reached.size === 0 || name === measuring.paged.name || reached.has(name),
  };
}

function suspectsOf(kind: 'latency' | 'errors', measurements: NodeMeasurements): Suspect[] {
  const { nodes, paged, period, calleesOf, isRelated } = measurements;
  const pageFails = kind === 'errors' && failing(paged, measurements) !== undefined;
  const shown = new Map(
    [...nodes.values()].flatMap((node) => {
      const one =
        kind === 'latency'
          ? slowness(node, measurements)
          : (failing(node, measurements) ??
            (pageFails ? stopsCalling(node, measurements.onlyCalledBy(node.name), measurements) : undefined));
      return one === undefined ? [] : [[node.name, one] as const];
    }),
  );
  const areTotals = kind === 'errors' || addsUp(measurements);
  const guessed = measurements.isUncharted ? guessedCallees(shown, paged.name) : undefined;
  const ownOf = (name: string, one: Shown): number => {
    const parts = (guessed ?? calleesOf)(name).map((to) => partOf(one, shown.get(to), areTotals));
    const explained =
      areTotals && guessed === undefined ? parts.reduce((sum, part) => sum + part, 0) : Math.max(0, ...parts);
    return Math.max(0, one.amount - (guessed === undefined ? 1 : trustInGuess) * explained);
  };
  const own = new Map([...shown].map(([name, one]) => [name, ownOf(name, one)]));
  const most = Math.max(
    shown.get(paged.name)?.amount ?? 0,
    kind === 'latency' ? pagedTime(measurements.period) : 0,
    ...[...own].map(([name, amount]) => (isRelated(name) ? amount : 0)),
  );
  return [...nodes.values()].flatMap((node): Suspect[] => {
    const { name } = node;
    const busy = kind === 'latency' ? busyness(node, period) : undefined;
    const one = shown.get(name) ?? (busy && { ...busy, reason: 'busy', amount: 0, callsPerRequest: 1 });
    if (one === undefined) return [];
    const share = most <= 0 ? 0 : Math.min(1, (own.get(name) ?? 0) / most) * one.certainty * likenessOf(one, period);
    const weight =
      (share + ofBusy * (busy?.certainty ?? 0)) * (isRelated(name) ? 1 : unrelated) * (isAddress(name) ? byAddress : 1);
    return weight < leastWeight ? [] : [{ node, shown: one, weight, busy }];
  });
}

/** Part of an amount that guessed callees can account for. */
const trustInGuess = 0.7;
/** A caller's usual time holds that of its callees. */
const heldTime = 1.2;
/** Times and shares of caller and callee are measured apart. */
const aboutAll = 1.15;

/**
 * Callees of a node where no calls are known. The paged service calls all others. Of two others that are slow in the period, the one whose usual time
 * is longer may wait for the one whose usual time is shorter, if the latter adds no more than the former.
 */
function guessedCallees(shown: ReadonlyMap<string, Shown>, paged: string): (name: string) => readonly string[] {
  return (name) => {
    const caller = shown.get(name);
    return [...shown].flatMap(([other, callee]) => {
      if (caller === undefined || other === name || other === paged) return [];
      if (name === paged) return [other];
      const [long, short] = [caller, callee].map(({ level, series }) => level.before * inMs(series.unit));
      const isHeld = caller.reason === 'slow' && callee.reason === 'slow' && (long ?? 0) >= heldTime * (short ?? 0);
      return isHeld && callee.amount <= aboutAll * caller.amount ? [other] : [];
    });
  };
}

/** Points that both series must have in common for their shapes to be compared, and how far back. */
const leastInCommon = 8;
const mostInCommon = 60;
const least = 0.6;

/** 0.6 to 1: whether a symptom rises and falls with the paged metric. */
function likenessOf({ series }: Shown, { anchor, end, step }: PagedPeriod): number {
  if (series === anchor) return 1;
  const [own, paged] = [
    directed(series),
    directed(anchor)
      .filter(([at]) => at <= end)
      .slice(-mostInCommon),
  ];
  let place = 0;
  const pairs = paged.flatMap(([at, value]): [number, number][] => {
    while (place + 1 < own.length && Math.abs((own[place + 1]?.[0] ?? 0) - at) <= Math.abs((own[place]?.[0] ?? 0) - at))
      place += 1;
    const near = own[place];
    return near !== undefined && Math.abs(near[0] - at) <= step / 2 ? [[value, near[1]]] : [];
  });
  if (pairs.length < leastInCommon) return 1;
  const r = sampleRankCorrelation(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
  return Number.isFinite(r) ? least + (1 - least) * Math.max(0, r) : 1;
}

/** Milliseconds that the page is about; an origin has to be of this size. */
const pagedTime = ({ anchor, level }: PagedPeriod): number =>
  signalOf(anchor.signal).kind === 'latency' ? (level.during - level.before) * inMs(anchor.unit) : 0;

/** What of a caller's amount a callee accounts for. If amounts are those of one call, a caller waits for as many calls as it makes. */
function partOf(caller: Shown, callee: Shown | undefined, areTotals: boolean): number {
  if (callee === undefined) return 0;
  const calls = areTotals
    ? 1
    : Math.min(maxCallsOfOne, Math.max(1, callee.callsPerRequest / Math.max(caller.callsPerRequest, 1e-9)));
  return callee.amount * callee.certainty * calls;
}

/** The service rather than one of its pods. */
function entityOfNode({ name, series }: Node): EntityRef {
  const entities = series.filter((one) => nameOf(one) === name).map(entityOf);
  return entities.find(({ kind }) => kind !== 'Pod') ?? entities[0] ?? { kind: 'Service', name };
}
