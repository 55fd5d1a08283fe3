// Renders a series as evidence: its excerpt for people, and its points, shortened, for charts.
import type { Move } from '../../analysis/metrics/index.ts';
import { formatValue } from '../../analysis/metrics/signals.ts';
import type { EvidenceDraft } from '../../model/evidence-draft.ts';
import type { Series } from '../../model/telemetry.ts';

export type Baseline = { readonly start: string; readonly end: string };
/** A series whose level changed. */
export type Shifted = Pick<Move, 'series' | 'signal' | 'shift'>;

const maxPoints = 500;

export function changeWords({ series, shift, signal }: Shifted): string {
  const [from, to] = [
    formatValue(shift.before, series.unit, series.signal),
    formatValue(shift.after, series.unit, series.signal),
  ];
  const share = shift.before === 0 ? '' : ` ${Math.abs(Math.round((shift.after / shift.before - 1) * 100))} %`;
  const percent = shift.before !== 0 && (shift.direction === 'down' || shift.after < shift.before * 10) ? share : '';
  return shift.direction === 'down'
    ? `fell${percent} from ${from} to ${to}`
    : `rose${signal.kind === 'errors' ? '' : percent} from ${from} to ${to}`;
}

/** A baseline without any noise makes the number of deviations meaningless. */
const mostDeviations = 1000;
const deviations = (sigmas: number): string =>
  Math.abs(sigmas) > mostDeviations
    ? `more than ${mostDeviations} robust standard deviations`
    : `${sigmas.toFixed(0)} robust standard deviations`;

export function evidenceOf(
  { link, ...series }: Series,
  query: string,
  move: Shifted | undefined,
  baseline: Baseline,
): EvidenceDraft {
  const step = Math.ceil(series.points.length / maxPoints);
  const points = series.points.filter((_, index) => index % step === 0);
  const name = `${series.signal} of ${series.entity.kind} ${series.entity.name}`;
  const last = series.points.at(-1);
  return {
    source: series.source,
    query: `${query} ${name}`,
    window: baseline,
    ...(link === undefined ? {} : { link }),
    excerpt: move
      ? `${name}: ${changeWords(move)}, first at ${new Date(move.shift.at * 1000).toISOString()} (${deviations(move.shift.sigmas)})`
      : `${name}: last value ${last ? formatValue(last[1], series.unit, series.signal) : 'none'}`,
    full: {
      kind: 'series',
      series: { ...series, points },
      ...(move ? { onset: new Date(move.shift.at * 1000).toISOString() } : {}),
      baseline: { ...baseline, median: move?.shift.before ?? null },
    },
  };
}
