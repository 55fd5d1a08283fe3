// Finds the period in which the paged metric was bad: the anchor of everything that has to explain the page. Pure.
import { statisticIn } from '../../context/paged-metric.ts';
import type { Series, Statistic } from '../../model/telemetry.ts';
import { certaintyIn, type Level, levelAgainst, levelIn, type Period, referenceOf, stepOf } from './level.ts';
import type { Point } from './onset.ts';
import { signalOf } from './signals.ts';

export type PagedKind = 'latency' | 'errors' | 'both';

export interface Page {
  /** Names of the paged service: its own, and that of its workload. */
  readonly names: readonly string[];
  /** Its cluster, if known: namesakes in other clusters are other services. */
  readonly cluster: string | undefined;
  readonly kind: PagedKind;
  /** Undefined if the alert does not say. */
  readonly statistic: Statistic | undefined;
  /** In the unit of the alert's metric; undefined if the alert does not say. */
  readonly threshold?: number | undefined;
  /** Epoch seconds: when the incident may have begun, and up to when there is data. */
  readonly within: Period;
  /** Epoch seconds. */
  readonly pagedAt: number;
}

export interface PagedPeriod extends Required<Period> {
  /** 0 to 1: how clearly the paged metric shows it. */
  readonly certainty: number;
  /** The series that shows it, and its level; a share is that of failures. */
  readonly anchor: Series;
  readonly level: Level;
}

type Found = PagedPeriod & { readonly strength: number };

/** Seconds before the page after which what ended then counts half. */
const fading = 600;
/** Tried starts of one anchor, and anchors. */
const maxStarts = 40;
const maxAnchors = 12;
/** From this certainty, the period is clear. */
export const clear = 0.5;
const clip = 12;
const enoughPoints = 6;

/** A share of requests that fail or succeed, whatever its scale. */
export const isShare = ({ signal, unit }: Pick<Series, 'signal' | 'unit'>): boolean =>
  signalOf(signal).kind === 'errors' &&
  !/\/ ?(?:s|sec|second|min|minute)$/i.test(unit) &&
  /ratio|rate|availability|percent|share/i.test(signal) &&
  !/per_sec/i.test(signal);

export const isPercentage = ({ points, unit }: Series): boolean =>
  unit === '%' || points.some(([, value]) => value > 1.5);

/** Points whose rise is bad: the failing share, 0 to 1, instead of the share of success or a percentage. */
export function directed(series: Series): readonly Point[] {
  const { points, signal } = series;
  if (!isShare(series)) return points;
  const scale = isPercentage(series) ? 100 : 1;
  const isSuccess = signalOf(signal).bad === 'down';
  return points.map(([at, value]) => [at, isSuccess ? 1 - value / scale : value / scale] as const);
}

const isOfKind = (signal: string, kind: PagedKind): boolean => {
  const { kind: own } = signalOf(signal);
  return kind === 'both' ? own === 'latency' || own === 'errors' : own === kind;
};

/** The clearest period of any series of the paged service that measures the paged symptom; undefined without such a series. */
export function pagedPeriod(series: readonly Series[], page: Page): PagedPeriod | undefined {
  const anchors = series.filter(({ signal }) => isOfKind(signal, page.kind));
  const of = (statistic: Statistic | undefined) =>
    statistic === undefined ? [] : anchors.filter(({ signal }) => statisticIn(signal) === statistic);
  const stated = of(page.statistic);
  // A mean is the surest anchor: all calls make it, and it adds up along calls.
  const mean = page.statistic === undefined ? clearestOf(of('mean'), page) : undefined;
  return mean !== undefined && mean.certainty >= clear ? mean : clearestOf(stated.length > 0 ? stated : anchors, page);
}

function clearestOf(anchors: readonly Series[], page: Page): Found | undefined {
  let best: Found | undefined;
  for (const anchor of anchors.slice(0, maxAnchors)) {
    const one = clearest(anchor, page);
    if (one !== undefined && (best === undefined || one.strength > best.strength)) best = one;
  }
  return best;
}

/** Whether the paged metric was as before from this time until the period began. */
export function wasWellSince(at: number, { anchor, start }: PagedPeriod): boolean {
  const between = { start: at, end: start - 1 };
  const level = levelIn(directed(anchor), between);
  return level !== undefined && (level.sigmas <= 0 || level.beyond < 0.5);
}

/** Weight of a series that crossed the alert's threshold, against others of the paged service that did not. */
const byThreshold = 1.5;

/** Whether the level went over the alert's threshold, in the series' own unit: nobody is paged by a series that stays on one side. */
function crosses(anchor: Series, { before, during }: Level, threshold: number | undefined): boolean {
  if (threshold === undefined) return false;
  if (!isShare(anchor)) return before < threshold && during >= threshold;
  const share = threshold / (isPercentage(anchor) ? 100 : 1);
  const worst = signalOf(anchor.signal).bad === 'down' ? 1 - share : share;
  return before < worst && during >= worst;
}

function clearest(anchor: Series, { within, pagedAt, threshold }: Page): Found | undefined {
  const points = directed(anchor);
  const half = stepOf(points) / 2;
  const recent = points.filter(([at]) => at >= within.start && at <= within.end).slice(-maxStarts);
  const times = recent.map(([at]) => at);
  let best: Found | undefined;
  for (const [first, start] of times.entries()) {
    const reference = referenceOf(points, { start });
    if (reference === undefined) continue;
    for (const [last, end] of times.entries()) {
      if (last < first) continue;
      const level = levelAgainst(recent, reference, { start, end });
      if (level === undefined || level.sigmas <= 0) continue;
      const ago = Math.max(0, pagedAt - end - 4 * half);
      const size = Math.min(level.sigmas, clip) * level.beyond;
      const crossing = crosses(anchor, level, threshold) ? byThreshold : 1;
      const strength = (crossing * size * Math.sqrt(Math.min(last - first + 1, enoughPoints))) / (1 + ago / fading);
      if (best === undefined || strength > best.strength)
        best = {
          start: start - half,
          end: end + half,
          step: 2 * half,
          strength,
          certainty: certaintyIn(strength / crossing),
          anchor,
          level,
        };
    }
  }
  return best;
}
