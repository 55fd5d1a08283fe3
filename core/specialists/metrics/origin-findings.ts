// The findings about the origin of the paged symptom: the nodes that account for it by the series alone, and a node of the cluster on which all slow
// services run. If the paged service is not measured, slow services that wait for no other slow service are the origins.
import { placements } from '../../analysis/kubernetes/placements.ts';
import { entityOf, type Move } from '../../analysis/metrics/index.ts';
import { stepOf } from '../../analysis/metrics/level.ts';
import { isThrottled } from '../../analysis/metrics/node-measures.ts';
import { type Origin, type Origins, originsOf } from '../../analysis/metrics/origin.ts';
import {
  isPercentage,
  isShare,
  type Page,
  type PagedKind,
  type PagedPeriod,
  wasWellSince,
} from '../../analysis/metrics/paged.ts';
import { signalOf } from '../../analysis/metrics/signals.ts';
import { isMedian, type Slowed, sharedNode, slowed, waitingForNone } from '../../analysis/metrics/slowness.ts';
import { type DelayedWay, delaysAll, isOnTheWay, wayFrom } from '../../analysis/metrics/way.ts';
import type { CauseCode } from '../../causes/causes.ts';
import { pagedMetricOf } from '../../context/paged-metric.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { Brief } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Dependency, FiringAlert, Series } from '../../model/telemetry.ts';
import type { Ports } from '../../ports/index.ts';
import { callGraph } from '../../topology/call-graph.ts';
import { ownerOf } from '../../topology/owner.ts';
import { changeWords, evidenceOf, type Shifted } from './series-evidence.ts';

interface OriginContext {
  readonly brief: Brief;
  readonly query: string;
  readonly firing: readonly FiringAlert[];
}

export interface Traced {
  readonly findings: FindingDraft[];
  /** Whether a move cannot explain the page, because it came too early or follows from a caller. */
  readonly isBeside: (move: Move) => boolean;
}
const untraced: Traced = { findings: [], isBeside: () => false };

/** The call graph and placements are read only if something is slow or the paged service is measured. */
export async function traceOrigins(
  found: readonly Move[],
  series: readonly Series[],
  context: OriginContext,
  { telemetry }: Pick<Ports, 'telemetry'>,
): Promise<Traced> {
  const medians = new Set(series.filter((one) => isMedian(one.signal)).map(({ entity }) => entity.name));
  const slow = slowed(found, medians);
  const page = pageOf(context);
  const measured = page !== undefined && series.some((one) => page.names.includes(ownerOf(entityOf(one)).name));
  if (slow.length === 0 && !measured) return untraced;
  const scope = scopeOf(context.brief, 'everywhere');
  const [topology, clusters] = await Promise.all([
    telemetry.calls.observe(scope, {}),
    slow.length > 1 ? telemetry.kubernetes.observe(scope, {}) : undefined,
  ]);
  const dependencies = topology.kind === 'data' ? topology.data : [];
  const lonely = waitingForNone(slow, dependencies);
  const nodesOf = clusters?.kind === 'data' ? placements(clusters.data) : () => new Set<string>();
  const node = sharedNode(slow, lonely, nodesOf);
  if (node !== undefined) return { ...untraced, findings: [ofSharedNode(node, lonely, context)] };
  const calls = callsAround(dependencies, context.brief);
  const origins = page && originsOf(series, calls, page);
  const related = page && relatedTo(page, calls);
  const others = lonely.filter(({ entity }) => related?.(entity.name) ?? true);
  return {
    findings:
      origins !== undefined && origins.origins.length > 0
        ? ofOrigins(origins, series, calls, context)
        : others.map((one) => ofSlow(one, others.length, series, context)),
    isBeside: (move) => page !== undefined && origins !== undefined && isBesideThePage(move, page, origins),
  };
}

/** Whether the paged service is known to call a node; undefined if nothing is known of its calls. */
function relatedTo({ names }: Page, calls: readonly Dependency[]): ((name: string) => boolean) | undefined {
  const graph = callGraph(calls);
  const reached = names.map((name) => graph.calleesOf(name));
  return reached.every(({ size }) => size === 0)
    ? undefined
    : (name) => names.includes(name) || reached.some((callees) => callees.has(name.toLowerCase()));
}

/** Minutes before the paged metric moved: what began earlier, while the paged metric was well, is another matter. */
const earlyMinutes = 5;
/** From this certainty, the period of the paged metric decides about earlier moves. */
const clear = 0.3;
const answers: ReadonlySet<string> = new Set(['errors', 'latency', 'availability', 'traffic']);

function isBesideThePage({ series, signal, shift }: Move, { names }: Page, { period }: Origins): boolean {
  if (!answers.has(signal.kind) || names.includes(ownerOf(entityOf(series)).name)) return false;
  const early = shift.at <= period.start - Math.max(earlyMinutes * 60, 1.5 * stepOf(series.points));
  if (early && period.certainty >= clear && wasWellSince(shift.at, period)) return true;
  // Fewer calls of a callee follow from its callers.
  return signal.kind === 'traffic' && shift.direction === 'down';
}

/** What the context knows of the paged service's calls counts beside the call graph. */
function callsAround(dependencies: readonly Dependency[], { context }: Brief): readonly Dependency[] {
  const paged = context.service?.value;
  return paged === undefined ? dependencies : [...dependencies, ...context.callees.map((to) => ({ from: paged, to }))];
}

const kinds: Readonly<Partial<Record<string, PagedKind>>> = {
  latency: 'latency',
  errors: 'errors',
  unavailable: 'errors',
  unknown: 'both',
};

/** Undefined if the page is not about answers of a service. */
function pageOf({ brief: { context, trigger }, firing }: OriginContext): Page | undefined {
  const names = [context.service?.value, context.workload && ownerOf(context.workload).name].filter(
    (name) => name !== undefined,
  );
  const own = firing.filter(({ entity }) => entity !== undefined && names.includes(entity.name));
  const metric = pagedMetricOf(trigger, names, own);
  const kind = metric.also === undefined ? kinds[metric.symptom] : 'both';
  if (names.length === 0 || kind === undefined) return undefined;
  const { incident } = context.window;
  return {
    names,
    cluster: context.cluster?.value,
    kind,
    statistic: metric.statistic,
    threshold: metric.threshold,
    within: { start: Date.parse(incident.start) / 1000, end: Date.parse(incident.end) / 1000 },
    pagedAt: Date.parse(trigger.occurredAt) / 1000,
  };
}

/** Origins below this share are not reported, and at most this many are. */
const leastShare = 0.08;
const most = 4;
/** From this share of the first one, another origin explains the page as well. */
const asWell = 0.7;

/** What is over for this long, and for this many times as long as it lasted, was a blip. */
const overMinutes = 5;
const overTimes = 3;
/** Share of the confidence that remains in the origin of a blip: it may never come again. */
const ofBlip = 0.4;

/** The time at which what was paged was over, if it was a blip before the data ended. */
function blipEnd({ start, end, anchor }: PagedPeriod): number | undefined {
  const last = anchor.points.at(-1)?.[0] ?? end;
  return last - end >= Math.max(overMinutes * 60, overTimes * (end - start)) ? end : undefined;
}

function ofOrigins(
  { origins, period }: Origins,
  series: readonly Series[],
  calls: readonly Dependency[],
  context: OriginContext,
): FindingDraft[] {
  const likely = origins.filter(({ share }) => share >= leastShare).slice(0, most);
  const [first] = likely;
  const rivals = likely.filter((one) => one !== first && one.share >= asWell * (first?.share ?? 1)).length;
  const over = blipEnd(period);
  const sureness =
    (0.2 + 0.7 * (first?.share ?? 0)) * (0.6 + 0.4 * period.certainty) * (over === undefined ? 1 : ofBlip);
  return likely.flatMap((origin): FindingDraft[] => {
    const { shown, share, isPaged } = origin;
    const shifted = shiftOf(shown.series, shown.level, period.start);
    const { baseline } = context.brief.context.window;
    const cause = causeOf(origin, series, period);
    const way =
      cause === 'slow-itself' || cause === 'network-delay' ? wayFrom(origin, series, calls, period) : undefined;
    const finding: FindingDraft = {
      claim: claimOf(origin, shifted, rivals, over),
      entity: origin.entity,
      cause,
      role: cause === 'application-errors' && isPaged ? 'symptom' : 'cause',
      severity: share >= 0.3 ? 'critical' : 'major',
      onset: new Date(period.start * 1000).toISOString(),
      ...(over === undefined ? {} : { endedAt: new Date(over * 1000).toISOString() }),
      confidence: sureness * (share / (first?.share ?? share)),
      signal: {
        name: shown.series.signal,
        unit: shown.series.unit,
        before: shifted.shift.before,
        during: shifted.shift.after,
      },
      ...exactly(`${shown.series.signal} of ${origin.entity.name}`),
      evidence: [
        evidenceOf(shown.series, context.query, shifted, baseline),
        ...(origin.busy && origin.busy.series !== shown.series
          ? [
              evidenceOf(
                origin.busy.series,
                context.query,
                shiftOf(origin.busy.series, origin.busy.level, period.start),
                baseline,
              ),
            ]
          : []),
      ],
    };
    if (way === undefined) return [finding];
    const { cause: _, ...symptom } = finding;
    return [ofWay(way, origin, finding, period, context), { ...symptom, role: 'symptom' }];
  });
}

/** A measurement of the way to a callee, which is delayed. */
function ofWay(
  { series, level }: DelayedWay,
  { entity: caller }: Origin,
  { confidence, severity, onset }: FindingDraft,
  period: Origins['period'],
  { query, brief }: OriginContext,
): FindingDraft {
  const shifted = shiftOf(series, level, period.start);
  const entity = entityOf(series);
  return {
    claim: `${shifted.signal.noun} of ${entity.name} ${changeWords(shifted)} with the page, while its own times are as before: ${caller.name} waits on the way to it.`,
    entity,
    cause: 'network-delay',
    role: 'cause',
    severity,
    confidence,
    ...(onset && { onset }),
    signal: { name: series.signal, unit: series.unit, before: shifted.shift.before, during: shifted.shift.after },
    ...exactly(`${series.signal} of ${entity.name}`),
    evidence: [evidenceOf(series, query, shifted, brief.context.window.baseline)],
  };
}

function causeOf(
  { shown, busy, isLoaded, entity }: Origin,
  series: readonly Series[],
  period: Origins['period'],
): CauseCode {
  if (shown.reason === 'failing' || shown.reason === 'stops-calling') return 'application-errors';
  if (isLoaded) return 'traffic-surge';
  const own = series.filter((one) => ownerOf(entityOf(one)).name === entity.name);
  if (isThrottled(own, busy, period)) return 'cpu-throttled';
  if (busy !== undefined) return 'cpu-overload';
  return isOnTheWay(shown.series.signal) || delaysAll(own, shown.series, shown.level) ? 'network-delay' : 'slow-itself';
}

/** A level of a share is that of failures, 0 to 1; a series is shown in its own terms. */
function shiftOf(series: Series, level: Origin['shown']['level'], at: number): Shifted {
  const signal = signalOf(series.signal);
  const share = isShare(series);
  const scale = share && isPercentage(series) ? 100 : 1;
  const own = (value: number): number => scale * (share && signal.bad === 'down' ? 1 - value : value);
  const [before, after] = [own(level.before), own(level.during)];
  return {
    series,
    signal,
    shift: { at, before, after, sigmas: Math.abs(level.sigmas), direction: after < before ? 'down' : 'up' },
  };
}

function claimOf(
  { shown, entity, busy, isLoaded, isPaged }: Origin,
  shifted: Shifted,
  rivals: number,
  over: number | undefined,
): string {
  const what = `${shifted.signal.noun} of ${shown.series.entity.name} ${changeWords(shifted)}`;
  const back =
    over === undefined
      ? ''
      : ` It was over at ${new Date(over * 1000).toISOString().slice(11, 16)} UTC and did not come back.`;
  const doubt = `${rivals === 0 ? '' : ` ${rivals} ${rivals === 1 ? 'other explains' : 'others explain'} the page as well.`}${back}`;
  switch (shown.reason) {
    case 'stops-calling':
      return `${entity.name} still gets its requests and no longer makes its calls: ${what}.${doubt}`;
    case 'busy':
      return `${what} while what was paged was bad.${doubt}`;
    case 'failing':
      return isPaged
        ? `${what}, and nothing that it calls fails as much.${doubt}`
        : `${what} with the page, by more than what it calls accounts for.${doubt}`;
    case 'slow':
      return `${what} with the page, by more than what it calls accounts for${isLoaded ? ', and it gets more requests' : busy ? ', and its CPU is busy' : ''}.${doubt}`;
  }
}

function ofSharedNode(node: string, slow: readonly Slowed[], { brief, query }: OriginContext): FindingDraft {
  const cluster = slow[0]?.entity.cluster;
  return {
    claim: `${slow.map(({ entity }) => entity.name).join(', ')} became slow together, without more work: all of them run on node ${node}.`,
    entity: { kind: 'Node', name: node, ...(cluster === undefined ? {} : { cluster }) },
    cause: 'node-network-delay',
    role: 'cause',
    severity: 'critical',
    onset: onsetOf(slow),
    confidence: 0.85,
    ...exactly('services of one node slow'),
    evidence: slow
      .slice(0, 3)
      .map(({ latency }) => evidenceOf(latency.series, query, latency, brief.context.window.baseline)),
  };
}

function ofSlow(
  { entity, latency }: Slowed,
  count: number,
  series: readonly Series[],
  context: OriginContext,
): FindingDraft {
  const own = series.filter((one) => entityOf(one).name === entity.name);
  const { shift } = latency;
  const level = { before: shift.before, during: shift.after, sigmas: shift.sigmas, beyond: 1 };
  const onTheWay = isOnTheWay(latency.series.signal) || delaysAll(own, latency.series, level);
  return {
    claim: `${latency.signal.noun} of ${entity.name} ${changeWords(latency)}, and it waits for nothing else that is slow.`,
    entity,
    cause: onTheWay ? 'network-delay' : 'slow-itself',
    role: 'cause',
    severity: 'critical',
    onset: onsetOf([{ entity, latency }]),
    confidence: count === 1 ? 0.75 : 0.6,
    signal: { name: latency.series.signal, unit: latency.series.unit, before: shift.before, during: shift.after },
    ...exactly(`${latency.series.signal} of ${entity.name}`),
    evidence: [evidenceOf(latency.series, context.query, latency, context.brief.context.window.baseline)],
  };
}

const onsetOf = (slow: readonly Slowed[]): string =>
  new Date(Math.min(...slow.map(({ latency }) => latency.shift.at)) * 1000).toISOString();
