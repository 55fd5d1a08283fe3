// A tool that reads single signals: values before and during the incident, extremes and onset, never the points.
import * as z from 'zod';
import { findShift } from '../../analysis/metrics/onset.ts';
import { formatValue } from '../../analysis/metrics/signals.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Series } from '../../model/telemetry.ts';
import { investigationTool } from './tool.ts';

const Input = z.object({
  entity: z.string().max(100).optional().describe('Only series of an entity whose name contains this.'),
  signal: z.string().max(100).optional().describe('Only signals whose name contains this.'),
  like: z
    .object({ entity: z.string().min(1).max(100), signal: z.string().min(1).max(100) })
    .optional()
    .describe('Orders the series by their correlation with this one: the paged series, for instance.'),
});
const maxSeries = 8;
const maxNames = 40;

export const metricsTool = investigationTool({
  name: 'query_metrics',
  description: 'Describes metric series by entity and signal: values before and during the incident, extremes, onset.',
  input: Input,
  ask: async (asked, brief, ports) => {
    const { entity = '', signal = '', like } = asked;
    const { window } = brief.context;
    const span = { start: window.baseline.start, end: window.incident.end };
    const observed = await ports.telemetry.metrics.observe(scopeOf(brief, 'cluster'), {});
    if (observed.kind === 'gap') return { unanswered: `Metrics could not be asked: ${observed.gap.reason}` };
    const has = (name: string, part: string) => name.toLowerCase().includes(part.toLowerCase());
    const found = observed.data.filter((one) => has(one.entity.name, entity) && has(one.signal, signal));
    const baselineEnd = Date.parse(window.baseline.end) / 1000;
    const names = [...new Set(observed.data.map((one) => `${one.entity.name} ${one.signal}`))].slice(0, maxNames);
    const model = like && observed.data.find((one) => one.entity.name === like.entity && has(one.signal, like.signal));
    if (like && model === undefined)
      return { unanswered: `There is no series ${like.entity} ${like.signal}. There are: ${names.join(', ')}` };
    const described = found
      .filter((series) => series !== model)
      .map((series) => ({
        series,
        shift: findShift(series.points, baselineEnd),
        likeness: model === undefined ? undefined : correlation(series.points, model.points),
      }))
      .toSorted(
        (a, b) =>
          Math.abs(b.likeness ?? 0) - Math.abs(a.likeness ?? 0) ||
          Number(b.shift !== undefined) - Number(a.shift !== undefined),
      );
    const digest =
      found.length === 0
        ? `No series fits. There are: ${names.join(', ')}`
        : [
            `${found.length} series:`,
            ...described
              .slice(0, maxSeries)
              .map(
                ({ series, shift, likeness }) =>
                  `${sentenceOf(series, shift, baselineEnd)}${likeness === undefined ? '' : ` Correlation ${likeness.toFixed(2)}.`}`,
              ),
          ].join('\n');
    return {
      source: 'metrics',
      query: `${observed.query} entity~"${entity}" signal~"${signal}"${like === undefined ? '' : ` like ${like.entity} ${like.signal}`}`,
      window: span,
      digest,
      full: { kind: 'metric query', series: described.slice(0, maxSeries).map(({ series }) => series) },
    };
  },
});

/** A sentence about each series, those that moved first. `baselineEnd`: epoch seconds. */
export const describeSeries = (all: readonly Series[], baselineEnd: number): string[] =>
  all
    .map((series) => ({ series, shift: findShift(series.points, baselineEnd) }))
    .toSorted((a, b) => Number(b.shift !== undefined) - Number(a.shift !== undefined))
    .map(({ series, shift }) => sentenceOf(series, shift, baselineEnd));

function sentenceOf(series: Series, shift: ReturnType<typeof findShift>, baselineEnd: number): string {
  const { entity, signal, unit, points } = series;
  const words = (value: number) => formatValue(value, unit, signal);
  const values = points.map(([, value]) => value);
  if (values.length === 0) return `${entity.kind} ${entity.name} ${signal}: no points.`;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const during = points.filter(([at]) => at >= baselineEnd).length;
  const range = `between ${words(least)} and ${words(most)}, last ${words(values.at(-1) ?? 0)}, ${values.length} points (${during} in the incident)`;
  return shift === undefined
    ? `${entity.kind} ${entity.name} ${signal}: did not move; ${range}.`
    : `${entity.kind} ${entity.name} ${signal}: ${words(shift.before)} before, ${words(shift.after)} after, since ${new Date(shift.at * 1000).toISOString()}; ${range}.`;
}

/** Points that two series need in common for a correlation. */
const fewestPoints = 8;

/** Pearson's correlation over the common minutes, -1 to 1; undefined if there are too few or one of the series is constant. */
function correlation(a: Series['points'], b: Series['points']): number | undefined {
  const minute = (at: number): number => Math.round(at / 60);
  const other = new Map(b.map(([at, value]) => [minute(at), value]));
  const pairs = a.flatMap(([at, value]): [number, number][] => {
    const same = other.get(minute(at));
    return same === undefined ? [] : [[value, same]];
  });
  if (pairs.length < fewestPoints) return undefined;
  const mean = (side: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  const sum = (of: (x: number, y: number) => number): number =>
    pairs.reduce((total, [x, y]) => total + of(x - meanA, y - meanB), 0);
  const spread = Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
  return spread === 0 ? undefined : sum((x, y) => x * y) / spread;
}
