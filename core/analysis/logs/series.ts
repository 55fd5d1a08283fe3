// Reads measurements out of log lines (durations, ratios, sizes) as series of their writer, and finds series that moved to another level or grew.
// A measurement is a number with a unit, or a numeric field of a structured line whose name says what it measures. Memory is bounded.

export interface LineSeries {
  readonly group: string;
  /** The words before the number, or the field's path. */
  readonly name: string;
  readonly unit: string;
  /** Epoch milliseconds. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** A series that moved. `shift`: to another level. `growth`: steadily from its first to its last value. */
export interface SeriesMove {
  readonly kind: 'shift' | 'growth';
  readonly series: LineSeries;
  readonly before: number;
  readonly during: number;
  /** When it moved, epoch milliseconds. */
  readonly atMs: number;
}

interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

const maxSeries = 300;
const maxPoints = 1024;
const maxFields = 40;
/** Fewer points on either side of a move show nothing. */
const leastPoints = 5;

/** Names of fields that measure something; ids, ports and codes do not. */
const measures =
  /(?:^|[._])(?:\w*(?:duration|latency|elapsed|took|response_?time|processing_?time|query_?time|wait_?time)|lag|\w*_?(?:rate|ratio|usage|utili[sz]ation|percent|pct)|\w*(?:backlog|pending|queue_?(?:size|length|depth))|memory|heap|\w+_(?:ms|seconds|millis))(?:_?(?:ms|millis|s|sec|seconds|us|mb|mib|bytes|percent|pct))?$/i;
const inText =
  /((?:[A-Za-z_][\w.-]{0,40}[ :=]{1,2}){0,5})\(?(?<![\w.:/-])(\d{1,12}(?:\.\d{1,6})?) ?(µs|us|ms|msec|milliseconds?|s|secs?|seconds?|%|percent|[KMG]i?B|items?|entries|thumbnails|messages|rows|connections|sessions)(?![\w/%])/gi;
const perUnit: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  µs: ['ms', 0.001],
  us: ['ms', 0.001],
  ms: ['ms', 1],
  msec: ['ms', 1],
  millisecond: ['ms', 1],
  milliseconds: ['ms', 1],
  s: ['ms', 1000],
  sec: ['ms', 1000],
  secs: ['ms', 1000],
  second: ['ms', 1000],
  seconds: ['ms', 1000],
  '%': ['%', 1],
  percent: ['%', 1],
  kb: ['MB', 0.001],
  kib: ['MB', 0.001],
  mb: ['MB', 1],
  mib: ['MB', 1],
  gb: ['MB', 1000],
  gib: ['MB', 1000],
};

function measurementsInText(text: string): Measurement[] {
  if (!/\d ?(?:[µumn]?s|msec|milli|sec|%|percent|[KMG]i?B|items?|entries|[a-z]{4,11}s)\b|\d ?%/i.test(text)) return [];
  return [...text.slice(0, 400).matchAll(inText)].slice(0, 3).map(([, words = '', number = '0', unit = '']) => {
    const [common, factor] = perUnit[unit.toLowerCase()] ?? [unit.toLowerCase(), 1];
    return { name: words.replaceAll(/[:=\s]+/g, ' ').trim(), unit: common, value: Number(number) * factor };
  });
}

function measurementsInFields(fields: Readonly<Record<string, unknown>>, path = ''): Measurement[] {
  return Object.entries(fields)
    .slice(0, maxFields)
    .flatMap(([key, value]): Measurement[] => {
      const name = path === '' ? key : `${path}.${key}`;
      if (typeof value === 'object' && value !== null && !Array.isArray(value) && path === '')
        return measurementsInFields({ ...value }, name);
      if (typeof value !== 'number' || !Number.isFinite(value) || !measures.test(name)) return [];
      return [{ name, ...unitOf(name, value) }];
    });
}

function unitOf(name: string, value: number): { unit: string; value: number } {
  if (/(?:_ms|_millis|ms)$/i.test(name)) return { unit: 'ms', value };
  if (/(?:_s|_sec|_seconds)$/i.test(name)) return { unit: 'ms', value: value * 1000 };
  if (/(?:_mb|_mib)$/i.test(name)) return { unit: 'MB', value };
  if (/rate|ratio|usage|utili|percent|pct/i.test(name)) return { unit: 'share', value };
  return { unit: '', value };
}

interface Kept {
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  times: number[];
  values: number[];
  /** Every how many-th point is kept. */
  stride: number;
  seen: number;
}

export class LineMeasurements {
  readonly #series = new Map<string, Kept>();

  push(group: string, text: string, fields: Readonly<Record<string, unknown>> | undefined, atMs: number): void {
    const found = fields ? measurementsInFields(fields) : measurementsInText(text);
    for (const { name, unit, value } of found) this.#add(group, name, unit, value, atMs);
  }

  series(): readonly LineSeries[] {
    return [...this.#series.values()].map(({ group, name, unit, times, values }) =>
      unit === 'share' ? asShare({ group, name, unit, times, values }) : { group, name, unit, times, values },
    );
  }

  #add(group: string, name: string, unit: string, value: number, atMs: number): void {
    const key = `${group}\u0000${name}\u0000${unit}`;
    let kept = this.#series.get(key);
    if (!kept) {
      if (this.#series.size >= maxSeries) return;
      kept = { group, name, unit, times: [], values: [], stride: 1, seen: 0 };
      this.#series.set(key, kept);
    }
    kept.seen += 1;
    if (kept.seen % kept.stride !== 0) return;
    kept.times.push(atMs);
    kept.values.push(value);
    if (kept.times.length < maxPoints) return;
    kept.times = kept.times.filter((_, place) => place % 2 === 0);
    kept.values = kept.values.filter((_, place) => place % 2 === 0);
    kept.stride *= 2;
  }
}

/** Programs write a share as 0.85 or as 85; people read percent. */
function asShare(series: LineSeries): LineSeries {
  const most = Math.max(...series.values);
  if (most > 100 || series.values.some((value) => value < 0)) return { ...series, unit: '' };
  return { ...series, unit: '%', values: most > 1 ? series.values : series.values.map((value) => value * 100) };
}

/** Undefined if it did not move. `baselineEnd` and `incidentStart` are epoch milliseconds. */
export function moveOf(series: LineSeries, { baselineEnd }: { readonly baselineEnd: number }): SeriesMove | undefined {
  return shiftOf(series, baselineEnd) ?? growthOf(series);
}

/** Least factor of a move: durations vary more than shares. */
const leastFactor = 2;
const leastPoints100 = 15;

function shiftOf(series: LineSeries, baselineEnd: number): SeriesMove | undefined {
  const { times, values, unit } = series;
  const at = splitOf(values);
  if (at === undefined) return undefined;
  const [first, rest] = [values.slice(0, at), values.slice(at)];
  // A level that rises slowly is reported with its first and last value.
  const before = median(first.slice(0, Math.ceil(first.length / 2)));
  const during = median(rest.slice(Math.floor(rest.length / 2)));
  const rises = during > before;
  if (unit === '%' ? Math.abs(during - before) < leastPoints100 : unit !== 'ms') return undefined;
  if (unit === 'ms' && (!rises || during < leastFactor * before || during - before < 50)) return undefined;
  const bound = quantile(first, rises ? 0.9 : 0.1);
  const beyond = rest.filter((value) => (rises ? value > bound : value < bound)).length / rest.length;
  const atMs = times[at] ?? 0;
  if (beyond < 0.8 || atMs < baselineEnd) return undefined;
  return { kind: 'shift', series, before, during, atMs };
}

/** The place that splits the values into two levels best (least squares). */
function splitOf(values: readonly number[]): number | undefined {
  if (values.length < 2 * leastPoints) return undefined;
  const total = values.reduce((sum, value) => sum + value, 0);
  let left = 0;
  let best = 0;
  let place: number | undefined;
  for (let at = 1; at < values.length; at += 1) {
    left += values[at - 1] ?? 0;
    if (at < leastPoints || values.length - at < leastPoints) continue;
    const apart = left / at - (total - left) / (values.length - at);
    const gain = apart * apart * at * (values.length - at);
    if (gain > best) [best, place] = [gain, at];
  }
  return place;
}

/** Sizes that rise nearly every time, to several times the first value. */
function growthOf(series: LineSeries): SeriesMove | undefined {
  const { times, values, unit, name } = series;
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  if (unit === 'ms' || unit === '%' || values.length < leastPoints || !holds.test(`${name} ${unit}`)) return undefined;
  const rises = values.filter((value, place) => place > 0 && value >= (values[place - 1] ?? 0)).length;
  if (rises < 0.9 * (values.length - 1) || last < 3 * Math.max(first, 1)) return undefined;
  return { kind: 'growth', series, before: first, during: last, atMs: times[0] ?? 0 };
}

/** Names of what a program holds in memory or in a queue; what it has processed grows by design. */
const holds =
  /memory|heap|cache|list|map\b|queue|buffer|stored|pending|backlog|connections|sessions|in[- ]flight|\bMB\b/i;

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
const median = (values: readonly number[]): number => quantile(values, 0.5);
