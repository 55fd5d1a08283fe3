// The metrics specialist: finds the signals that moved first, when and by how much, and reports failing probes, alerts and vendor status. After an
// action it reports whether moved signals recovered. Only series of the first findings become evidence, so that the report stays small.

import { causesOf, type Leak, leaks } from '../../analysis/metrics/causes.ts';
import { entityOf, type Move, moves, unreachable } from '../../analysis/metrics/index.ts';
import { formatValue, signalOf } from '../../analysis/metrics/signals.ts';
import { steadyTraffic } from '../../analysis/metrics/steady.ts';
import { keyOf, periods, usualSince } from '../../analysis/metrics/usual.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Brief, Gap, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { type Scope, scopeOf } from '../../model/scope.ts';
import type { Series, VendorStatus } from '../../model/telemetry.ts';
import type { Ports } from '../../ports/index.ts';
import type { Observed } from '../../ports/telemetry.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';
import { traceOrigins } from './origin-findings.ts';
import { type Baseline, changeWords, evidenceOf } from './series-evidence.ts';
import { vendorStatements, vendorsIn } from './vendor-findings.ts';

type MetricsPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'ids'> & Partial<Pick<Ports, 'reasoner'>>;

/** From this weight, a lasting move is the current problem. */
const weighty = 0.5;

export async function investigateMetrics(brief: Brief, ports: MetricsPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const { window } = brief.context;
  const scope = scopeOf(brief, 'cluster');
  const [metrics, alerts, status] = await Promise.all([
    ports.telemetry.metrics.observe(scope, {}),
    ports.telemetry.alerts.observe(scope, {}),
    ports.telemetry.status.observe(scope, {}),
  ]);
  const series = metrics.kind === 'data' ? metrics.data : [];
  const query = metrics.kind === 'data' ? metrics.query : 'metrics';
  const gaps: Gap[] = metrics.kind === 'gap' ? [metrics.gap] : gapsIn('metrics', metrics);
  const baselineEnd = Date.parse(window.baseline.end) / 1000;
  const moving = moves(series, baselineEnd);
  const usual = await usualOf(moving, scope, ports);
  const found = moving.filter((move) => !usual.has(move));
  const bad = found.filter((move) => move.bad);
  // A move that ended before the page is past if another move lasts, or if the workload is a run, which stays failed. Otherwise it is what the page
  // reported.
  const lasts =
    isRun(brief.context.workload) || bad.some((move) => move.weight >= weighty && endOf(move) === undefined);
  const causeOf = causesOf(found, series);
  const firingNow = alerts.kind === 'data' ? alerts.data.filter(({ status: now }) => now === 'firing') : [];
  const traced =
    brief.phase === 'verify'
      ? undefined
      : await traceOrigins(found, series, { brief, query, firing: firingNow }, ports);
  const isPast = (move: Move): boolean => (lasts && endOf(move) !== undefined) || traced?.isBeside(move) === true;
  const findings =
    brief.phase === 'verify'
      ? verification(brief, found, causeOf, query)
      : [
          ...(traced?.findings ?? []),
          ...causalFirst(pagedFirst(bad, brief), causeOf)
            .slice(0, 8)
            .map((move) => (isPast(move) ? past : moved)(move, causeOf, query, window.baseline)),
          ...leaks(series)
            .slice(0, 3)
            .map((leak) => leaking(leak, query, window.baseline)),
          ...[...usual].slice(0, 2).map(([move, words]) => rhythm(move, words, query, window.baseline)),
          ...probes(series, query, window.incident.end),
          ...vendors(status),
          ...vendorStatements(status, brief),
        ];
  const firing = firingNow.map((alert) => `${alert.name}: ${alert.summary.replace(/[.\s]+$/, '')}`);
  const bytesRead = metrics.kind === 'data' ? metrics.bytes : 0;
  return finishReport(
    brief,
    {
      summary: summaryOf(findings, series.length, firing, gaps),
      findings,
      gaps,
      bytesRead,
      ...vendorsIn(status),
      observations: steadyTraffic(series, moving, baselineEnd, neighboursOf(brief)),
    },
    startedAt,
    ports,
  );
}

const neighboursOf = ({ context: { service, workload, callers, callees } }: Brief): ReadonlySet<string> =>
  new Set([service?.value, workload?.name, ...callers, ...callees].filter((name) => name !== undefined));

type CauseOf = ReturnType<typeof causesOf>;

/** What moved at the paged service goes before what moved elsewhere, so that a change of all services does not crowd it out. */
function pagedFirst(bad: readonly Move[], { context }: Brief): readonly Move[] {
  const names = [context.service?.value, context.workload?.name];
  const isPaged = ({ series }: Move): boolean => names.includes(entityOf(series).name);
  return [...bad.filter(isPaged), ...bad.filter((move) => !isPaged(move))];
}

/**
 * One move for each entity and kind of signal: several metrics of one thing are one anomaly. Those that name a cause come first, so that symptoms
 * cannot crowd them out.
 */
function causalFirst(bad: readonly Move[], causeOf: CauseOf): readonly Move[] {
  const causal = bad.filter((move) => causeOf(move) !== undefined);
  const others = bad.filter((move) => !causal.includes(move));
  const first = Map.groupBy(
    others,
    ({ series, signal }) => `${series.entity.kind} ${series.entity.name} ${signal.kind}`,
  );
  return [...causal, ...others.filter((move) => [...first.values()].some(([one]) => one === move))];
}

/** Moves that also occurred at the same hours a day or a week before. Earlier points are read only if something moved. */
async function usualOf(
  moving: readonly Move[],
  scope: Scope,
  { telemetry }: MetricsPorts,
): Promise<ReadonlyMap<Move, string>> {
  if (!moving.some(({ bad, signal }) => bad && signal.kind !== 'errors')) return new Map();
  const { start, end } = scope.window;
  const back = (instant: string, seconds: number) => new Date(Date.parse(instant) - seconds * 1000).toISOString();
  const moved = new Set(moving.map(({ series }) => keyOf(series)));
  const answers = await Promise.all(
    periods.map(({ seconds }) =>
      telemetry.metrics.observe({ ...scope, window: { start: back(start, seconds), end: back(end, seconds) } }, {}),
    ),
  );
  const earlier = Map.groupBy(
    answers.flatMap((answer) => (answer.kind === 'data' ? answer.data.filter((one) => moved.has(keyOf(one))) : [])),
    keyOf,
  );
  return new Map(
    moving.flatMap((move) => {
      const points = (earlier.get(keyOf(move.series)) ?? []).flatMap((one) => one.points);
      const words = usualSince(move, points);
      return words === undefined ? [] : [[move, words] as const];
    }),
  );
}

/** Reports a routine move as context, because a person who sees the curve would ask about it. */
function rhythm(move: Move, words: string, query: string, baseline: Baseline): FindingDraft {
  const { series, signal } = move;
  return {
    claim: `${signal.noun} of ${series.entity.name} ${changeWords(move)}, as it did at the same time ${words}.`,
    entity: entityOf(series),
    role: 'context',
    severity: 'info',
    confidence: 0.5,
    evidence: [evidenceOf(series, query, move, baseline)],
  };
}

function leaking({ series, growth }: Leak, query: string, baseline: Baseline): FindingDraft {
  const { name } = series.entity;
  const [from, to] = [growth.from, growth.to].map((value) => formatValue(value, series.unit, series.signal));
  const again =
    growth.restarts === 0 ? '' : `, fell back ${growth.restarts} ${growth.restarts === 1 ? 'time' : 'times'}`;
  const claim = `${signalOf(series.signal).noun} of ${name} grew steadily from ${from} to ${to} in ${growth.minutes} minutes${again}, and has not come to rest.`;
  const evidence = evidenceOf(series, query, undefined, baseline);
  return {
    claim,
    entity: entityOf(series),
    cause: 'memory-leak',
    role: 'cause',
    severity: growth.restarts > 0 ? 'critical' : 'major',
    onset: new Date(growth.since * 1000).toISOString(),
    confidence: growth.restarts > 0 ? 0.75 : 0.6,
    signal: { name: series.signal, unit: series.unit, before: growth.from, during: growth.to },
    ...exactly(`${series.signal} of ${name} grows`),
    evidence: [{ ...evidence, excerpt: claim }],
  };
}

function moved(move: Move, causeOf: CauseOf, query: string, baseline: Baseline): FindingDraft {
  const { series, shift, signal } = move;
  const entity = entityOf(series);
  const cause = causeOf(move);
  const onset = new Date(shift.at * 1000).toISOString();
  const ended = endOf(move);
  const back = ended === undefined ? '' : ` and was back at ${ended.slice(11, 16)} UTC`;
  return {
    claim: `${signal.noun} of ${entity.name} ${changeWords(move)} at ${onset.slice(11, 16)} UTC${back}.`,
    entity,
    ...(cause === undefined ? {} : { cause }),
    role: cause === undefined ? 'symptom' : 'cause',
    onset,
    ...(ended === undefined ? {} : { endedAt: ended }),
    severity: move.weight > 0.6 ? 'critical' : move.weight > 0.35 ? 'major' : 'minor',
    confidence: Math.min(0.9, 0.45 + move.weight / 2),
    signal: { name: series.signal, unit: series.unit, before: shift.before, during: shift.after },
    evidence: [evidenceOf(series, query, move, baseline)],
  };
}

/** A move that ended before the page. It may explain a current problem, but is not the current problem. */
function past(move: Move, causeOf: CauseOf, query: string, baseline: Baseline): FindingDraft {
  const { cause: _, ...finding } = moved(move, causeOf, query, baseline);
  return { ...finding, role: 'context', severity: 'minor', confidence: Math.min(0.8, 0.4 + move.weight / 2) };
}

const isRun = (workload: EntityRef | undefined): boolean =>
  workload !== undefined && ['CronJob', 'Job'].includes(workload.kind);

/** Instant at which the series returned to its earlier level and stayed there; undefined if it has not. */
function endOf({ series, shift }: Move): string | undefined {
  const near = (value: number) => Math.abs(value - shift.before) <= Math.abs(shift.after - shift.before) * 0.25;
  const lastAway = series.points.findLastIndex(([at, value]) => at >= shift.at && !near(value));
  const back = series.points[lastAway + 1];
  // "Stayed" takes at least three points.
  return back !== undefined && series.points.length - lastAway > 3 ? new Date(back[0] * 1000).toISOString() : undefined;
}

/** Black-box probes: services that no probe reaches, and nodes from which many services fail that answer elsewhere. */
function probes(series: readonly Series[], query: string, at: string): FindingDraft[] {
  const { services, nodes } = unreachable(series);
  const baseline = { start: at, end: at };
  return [
    ...nodes.map(
      ({ node, failing }): FindingDraft => ({
        claim: `From node ${node} ${failing.length} services cannot be reached that answer from other nodes.`,
        entity: {
          kind: 'Node',
          name: node,
          ...(failing[0]?.entity.cluster === undefined ? {} : { cluster: failing[0].entity.cluster }),
        },
        cause: 'node-kube-proxy',
        role: 'cause',
        severity: 'critical',
        confidence: 0.85,
        ...exactly('services unreachable from one node'),
        evidence: failing.slice(0, 3).map((one) => evidenceOf(one, `${query} from ${node}`, undefined, baseline)),
      }),
    ),
    ...services.map(
      ({ entity, series: failing }): FindingDraft => ({
        claim: `${failing[0]?.entity.name ?? entity.name} cannot be reached from inside the cluster.`,
        entity,
        role: 'symptom',
        severity: 'major',
        confidence: 0.8,
        evidence: failing.slice(0, 2).map((one) => evidenceOf(one, query, undefined, baseline)),
      }),
    ),
  ];
}

function vendors(status: Observed<readonly VendorStatus[]>): FindingDraft[] {
  if (status.kind === 'gap') return [];
  return status.data
    .filter(({ kind, state }) => kind === undefined && (state === 'outage' || state === 'degraded'))
    .slice(0, 3)
    .map((feed) => ({
      claim: `${feed.provider} says it is ${feed.state} since ${feed.at.slice(11, 16)} UTC: ${feed.text}`.slice(0, 390),
      entity: { kind: 'Vendor', name: feed.provider },
      cause: 'vendor-outage' as const,
      role: 'cause' as const,
      severity: 'major' as const,
      onset: feed.at,
      confidence: feed.state === 'outage' ? 0.7 : 0.55,
      ...exactly(`${feed.provider} ${feed.state}`),
      evidence: [
        {
          source: 'status page',
          query: status.query,
          excerpt: `${feed.at} ${feed.provider}: ${feed.state}: ${feed.text}`,
          full: { kind: 'status', feed },
        },
      ],
    }));
}

/** Median of the last three values. */
function latestOf(points: Series['points']): number {
  const tail = points.slice(-3).map(([, value]) => value);
  return tail.toSorted((a, b) => a - b)[Math.floor(tail.length / 2)] ?? 0;
}

/** Whether the signal is a counter, by Prometheus' naming. A counter never falls; recovery means that it stops rising. */
const isCount = (signal: string): boolean => signal.endsWith('_total');
/** Share of the rise so far below which there is no further rise. */
const riseNoise = 0.05;

/** After an action: a moved signal that is back is a recovery signal; one that is still away is the same problem. */
function verification(brief: Brief, found: readonly Move[], causeOf: CauseOf, query: string): FindingDraft[] {
  const focus = new Set(brief.focus.map((entity) => entity.name));
  const actedAt = Date.parse(brief.context.window.incident.start) / 1000;
  return found
    .filter((move) => move.bad && focus.has(entityOf(move.series).name))
    .map((move): FindingDraft => {
      const { signal, ...before } = moved(move, causeOf, query, brief.context.window.baseline);
      const { points, entity, unit, signal: name } = move.series;
      const subject = `${move.signal.noun} of ${entity.name}`;
      if ((points.at(-1)?.[0] ?? 0) <= actedAt)
        return {
          ...before,
          role: 'change',
          severity: 'info',
          confidence: 0.3,
          claim: `${subject} has no value after the action yet.`,
        };
      const well = (claim: string): FindingDraft => ({
        ...before,
        role: 'context',
        well: true,
        severity: 'info',
        claim,
      });
      if (isCount(name)) {
        const values = points.map(([, value]) => value);
        const then = points.findLast(([at]) => at <= actedAt)?.[1] ?? 0;
        const now = latestOf(points);
        const rose = now - then > (Math.max(...values) - Math.min(...values)) * riseNoise;
        const finding = rose ? before : well(`${subject} has not risen since, from ${formatValue(now, unit, name)}.`);
        return {
          ...finding,
          ...(signal && { signal }),
          ...(rose ? { claim: `${subject} rose further, to ${formatValue(now, unit, name)}.` } : {}),
        };
      }
      const latest = latestOf(points);
      const back = Math.abs(latest - move.shift.before) <= Math.abs(move.shift.after - move.shift.before) * 0.3;
      const now = formatValue(latest, unit, name);
      return {
        ...(back ? well(`${subject} is back at ${now}.`) : { ...before, claim: `${subject} is still at ${now}.` }),
        // The current value, for comparison with the value during the incident.
        ...(signal && { signal: { ...signal, during: latest } }),
      };
    })
    .slice(0, 6);
}

function summaryOf(
  findings: readonly FindingDraft[],
  seriesCount: number,
  firing: readonly string[],
  gaps: readonly Gap[],
): string {
  if (gaps.length > 0 && seriesCount === 0)
    return `Metrics could not be asked: ${gaps.map((gap) => gap.reason).join(' ')}`;
  const alerts = firing.length > 0 ? ` Monitoring fires: ${firing.slice(0, 3).join('; ')}.` : '';
  if (findings.length === 0) return `None of ${seriesCount} series moved more than its noise.${alerts}`;
  const first = findings
    .filter((finding) => finding.onset)
    .toSorted((a, b) => (a.onset ?? '').localeCompare(b.onset ?? ''))[0];
  const [top] = findings;
  const earliest = first && first !== top ? ` First of all: ${first.claim}` : '';
  return `${top?.claim ?? ''}${earliest}${alerts}`;
}
