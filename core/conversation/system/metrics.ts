// Answers questions about measures of a service: a sentence with its figures, a chart, and the query that gave them.
import { barChart } from '../../charts/bars.ts';
import { metricChart } from '../../charts/metric.ts';
import { amount } from '../../charts/units.ts';
import type { Measure } from '../../language/parse-system.ts';
import { moment, type Period } from '../../language/stated-period.ts';
import type { Series } from '../../model/telemetry.ts';
import { capitalize, clockTime } from '../../wording.ts';
import { type Asking, askSource, bounded } from './ask-sources.ts';
import {
  type Asked,
  distinct,
  namesOfService,
  notRead,
  periodOr,
  type SystemAnswer,
  scopeOfService,
} from './question.ts';

interface Wanted {
  readonly noun: string;
  /** Names of signals, best first. */
  readonly signals: readonly RegExp[];
  /** Signals that answer something near, with a sentence that says so. */
  readonly instead?: readonly RegExp[];
  /** The signal counts up: its increase is the answer. */
  readonly counts?: true;
}

const latencies = [/^latency_p\d+$/, /^latency/, /duration|response_?time/];
const measures: Readonly<Record<Measure, Wanted>> = {
  p99: { noun: 'p99 latency', signals: [/^latency_p99$/, /p99/], instead: [/^latency_p95$/, ...latencies] },
  p95: { noun: 'p95 latency', signals: [/^latency_p95$/, /p95/], instead: latencies },
  p50: { noun: 'median latency', signals: [/^latency_p50$/, /p50|median/], instead: latencies },
  latency: { noun: 'latency', signals: [/^latency_p95$/, /^latency_p99$/, ...latencies] },
  errors: {
    noun: 'error ratio',
    signals: [/^error_ratio$/, /error.*(?:ratio|rate)/],
    instead: [/^success_ratio$/, /error|fail|5xx/],
  },
  memory: { noun: 'memory use', signals: [/^memory_bytes$/, /^memory_utili[sz]ation$/, /memory|heap/] },
  cpu: { noun: 'CPU use', signals: [/^cpu_cores$/, /^cpu_utili[sz]ation$/, /^cpu(?!.*throttl)/] },
  throttling: { noun: 'CPU throttling', signals: [/cpu.*throttl/] },
  traffic: { noun: 'request rate', signals: [/^requests_per_second$/, /requests|throughput|rps|qps/] },
  restarts: { noun: 'restarts', signals: [/^restarts_total$/, /restart/], counts: true },
  replicas: { noun: 'available replicas', signals: [/^replicas_available$/, /replicas/] },
  disk: { noun: 'disk use', signals: [/^disk_utili[sz]ation$/, /disk|volume|storage/] },
  queue: { noun: 'queue', signals: [/^queue_depth$/, /^queue/, /backlog|lag/] },
  connections: { noun: 'connections', signals: [/^connections_utili[sz]ation$/, /connections/] },
};

/** The longest period that is read at once. */
const mostMs = 7 * 24 * 3_600_000;
const hourMs = 3_600_000;
export const nounOf = (measure: Measure): string => measures[measure].noun;

export interface Chosen {
  readonly series: readonly Series[];
  /** What is answered in place of the measure, in words. */
  readonly instead?: string | undefined;
}

/** The series of a measure. All have the same signal. */
export function chosenOf(measure: Measure, series: readonly Series[]): Chosen {
  const { signals, instead = [], noun } = measures[measure];
  const those = (pattern: RegExp): readonly Series[] => {
    const matching = series.filter(({ signal }) => pattern.test(signal));
    return matching.filter(({ signal }) => signal === matching[0]?.signal);
  };
  for (const pattern of signals) if (those(pattern).length > 0) return { series: those(pattern) };
  for (const pattern of instead) {
    const [first] = those(pattern);
    if (first)
      return { series: those(pattern), instead: `The sources have no ${noun} here; this is ${wordsOf(first.signal)}.` };
  }
  return { series: [] };
}

const wordsOf = (signal: string): string => signal.replaceAll('_', ' ');

export const unitOf = ({ signal, unit }: Pick<Series, 'signal' | 'unit'>): string =>
  /_(?:ratio|utili[sz]ation)$/.test(signal) && ['1', ''].includes(unit) ? 'ratio' : unit === 'requests/s' ? '/s' : unit;

export interface Figures {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Epoch seconds. */
  readonly highAt: number;
  readonly last: number;
  readonly lastAt: number;
  readonly rise: number;
}

/** Undefined without a finite point. */
export function figuresOf(points: Series['points']): Figures | undefined {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const last = finite.at(-1);
  if (last === undefined) return undefined;
  const top = finite.reduce((best, point) => (point[1] > best[1] ? point : best));
  return {
    mean: finite.reduce((sum, [, value]) => sum + value, 0) / finite.length,
    low: Math.min(...finite.map(([, value]) => value)),
    high: top[1],
    highAt: top[0],
    last: last[1],
    lastAt: last[0],
    rise: finite
      .slice(1)
      .reduce((sum, [, value], place) => sum + Math.max(0, value - (finite[place]?.[1] ?? value)), 0),
  };
}

export const at = (seconds: number): string => clockTime(new Date(seconds * 1000).toISOString());

const placeOf = ({ entity }: Series): string =>
  `${entity.name}${entity.cluster === undefined ? '' : ` in ${entity.cluster}`}`;

const isOf = (service: string, asked: Asked, { entity }: Series): boolean => {
  const { clusters, namespaces } = asked.named;
  if (clusters.length > 0 && entity.cluster !== undefined && !clusters.includes(entity.cluster)) return false;
  if (namespaces.length > 0 && entity.namespace !== undefined && !namespaces.includes(entity.namespace)) return false;
  const name = entity.name.toLowerCase();
  return namesOfService(service, asked.directory).some(
    (one) => name === one.toLowerCase() || (entity.kind === 'Pod' && name.startsWith(`${one.toLowerCase()}-`)),
  );
};

/** All series of a service in a period. */
export async function seriesOf(service: string, asked: Asked, period: Period, telemetry: Asking) {
  const read = await askSource('metrics', scopeOfService(service, asked, period), {}, telemetry);
  return { ...read, series: (read.data ?? []).filter((one) => isOf(service, asked, one)), all: read.data };
}

export async function answerMeasure(asked: Asked, service: string, telemetry: Asking): Promise<SystemAnswer> {
  const measure = asked.question.measure ?? 'latency';
  const { period, note } = bounded(periodOr(asked, hourMs, 'over the last hour'), mostMs, 'metrics');
  const read = await seriesOf(service, asked, period, telemetry);
  const wanted = measures[measure];
  const perPod = /\b(?:per|by|each|every|for each) (?:pod|instance|replica|container)s?\b/i.test(asked.question.text);
  const chosen = chosenOf(measure, read.series);
  const podSeries = chosen.series.filter(({ entity }) => entity.kind === 'Pod');
  const shown =
    perPod && podSeries.length > 0
      ? podSeries
      : chosen.series.filter(({ entity }) => entity.kind !== 'Pod' || podSeries.length === chosen.series.length);
  const notes = [
    ...note,
    ...(chosen.instead === undefined ? [] : [chosen.instead]),
    ...(perPod && podSeries.length === 0 && shown.length > 0
      ? [`The sources give the ${wanted.noun} of ${service} as a whole and not for each pod.`]
      : []),
  ];
  const [first] = shown;
  if (first === undefined) return nothingOf(service, wanted, period, read, notes);
  const earlier = asked.stated.against && {
    ...asked.stated.against,
    ...(await seriesOf(service, asked, movedBack(period, asked.stated.against.backMs), telemetry)),
  };
  const rows = shown.flatMap((series) => {
    const figures = figuresOf(series.points);
    const before = earlier && figuresOf(earlier.series.find((one) => isSame(one, series))?.points ?? []);
    return figures ? [{ series, figures, before }] : [];
  });
  const [main] = rows.toSorted((a, b) => b.figures.mean - a.figures.mean);
  if (main === undefined) return nothingOf(service, wanted, period, read, notes);
  const name = `${chosen.instead === undefined ? wanted.noun : wordsOf(first.signal)} of ${placeOf(main.series)}`;
  const sentence = wanted.counts ? countSentence : levelSentence;
  const missing =
    earlier && main.before === undefined
      ? [
          `Not known: the sources have no value from ${earlier.words} (${moment(period.startMs - earlier.backMs)} on), so nothing is compared.`,
        ]
      : [];
  return {
    text: `${capitalize(sentence(name, main.figures, main.series, period))}${comparison(main, earlier?.words)}`,
    lines: distinct([
      ...notes,
      ...missing,
      ...(rows.length > 1
        ? rows
            .slice(0, 20)
            .map(
              ({ series, figures, before }) =>
                `${placeOf(series)}: average ${amount(figures.mean, unitOf(series))}, highest ${amount(figures.high, unitOf(series))} at ${at(figures.highAt)}, last ${amount(figures.last, unitOf(series))}${before ? `; before: average ${amount(before.mean, unitOf(series))}` : ''}`,
            )
        : []),
      ...read.lines,
      ...linksOf(shown),
      ...notRead(read.gaps),
    ]),
    chart: chartOf(rows, wanted, period),
  };
}

export const movedBack = (period: Period, backMs: number): Period => ({
  ...period,
  startMs: period.startMs - backMs,
  endMs: period.endMs - backMs,
});

export const isSame = (a: Series, b: Series): boolean =>
  a.signal === b.signal && a.entity.name === b.entity.name && a.entity.cluster === b.entity.cluster;

interface Row {
  readonly series: Series;
  readonly figures: Figures;
  readonly before: Figures | undefined;
}

function levelSentence(name: string, figures: Figures, series: Series, { words }: Period): string {
  const value = (number: number) => amount(number, unitOf(series));
  return `${name} was ${value(figures.mean)} on average ${words}: lowest ${value(figures.low)}, highest ${value(figures.high)} at ${at(figures.highAt)}, last ${value(figures.last)} at ${at(figures.lastAt)}.`;
}

const countSentence = (name: string, figures: Figures, _: Series, { words }: Period): string =>
  `${name} rose by ${Math.round(figures.rise)} ${words}; the count was ${Math.round(figures.last)} at ${at(figures.lastAt)}.`;

function comparison({ series, figures, before }: Row, words: string | undefined): string {
  if (before === undefined || words === undefined) return '';
  return ` ${capitalize(words)} it was ${amount(before.mean, unitOf(series))} on average: ${changeWords(before.mean, figures.mean)}.`;
}

/** "3 times as high", "up by 12 %", "the same". */
export function changeWords(before: number, now: number): string {
  if (before === now) return 'the same';
  if (before === 0) return 'it was zero before';
  const ratio = now / before;
  if (ratio >= 2) return `${Number(ratio.toPrecision(2))} times as high now`;
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  if (percent < 1) return 'about the same';
  return ratio > 1 ? `${percent} % higher now` : `${percent} % lower now`;
}

export const linksOf = (series: readonly Series[]): string[] =>
  distinct(series.flatMap(({ link }) => (link === undefined ? [] : [`Link: ${link}`]))).slice(0, 3);

function chartOf(rows: readonly Row[], { noun }: Wanted, { words }: Period): string | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const { series, before } = first;
  if (rows.length > 1)
    return barChart({
      title: `${capitalize(noun)}, average ${words}`,
      unit: unitOf(series),
      bars: rows.map((row) => ({ name: placeOf(row.series), value: row.figures.mean })),
    });
  return metricChart({
    title: `${capitalize(wordsOf(series.signal))} of ${placeOf(series)}`,
    unit: unitOf(series),
    points: series.points,
    usual: before?.mean,
  });
}

function nothingOf(
  service: string,
  { noun }: Wanted,
  { words }: Period,
  {
    series,
    lines,
    gaps,
  }: { readonly series: readonly Series[]; readonly lines: readonly string[]; readonly gaps: readonly string[] },
  notes: readonly string[],
): SystemAnswer {
  const others = distinct(series.map(({ signal }) => wordsOf(signal)));
  return {
    text: `Not known: the sources have no ${noun} of ${service} ${words}.`,
    lines: [
      ...notes,
      ...(others.length > 0 ? [`They have: ${others.slice(0, 12).join(', ')}.`] : []),
      ...lines,
      ...notRead(gaps),
    ],
  };
}
