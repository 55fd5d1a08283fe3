// A tool that reads single signals: values before and during the incident, extremes and onset, never the points.
import * as z from 'zod';
import { findShift } from '../../analysis/metrics/onset.ts';
import { formatValue } from '../../analysis/metrics/signals.ts';
import type { Brief } from '../../model/report.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Series } from '../../model/telemetry.ts';
import type { ReasonerTool } from '../../ports/channels.ts';
import type { Ports } from '../../ports/index.ts';
import { toolAnswer } from './answer.ts';

const Input = z.object({
  entity: z.string().max(100).optional().describe('Only series of an entity whose name contains this.'),
  signal: z.string().max(100).optional().describe('Only signals whose name contains this.'),
});
const maxSeries = 8;
const maxNames = 40;

export function metricsTool(brief: Brief, ports: Pick<Ports, 'telemetry' | 'evidence'>): ReasonerTool {
  return {
    name: 'query_metrics',
    description:
      'Describes metric series by entity and signal: values before and during the incident, extremes, onset.',
    input: Input,
    run: async (input) => {
      const { entity = '', signal = '' } = Input.parse(input);
      const { window } = brief.context;
      const span = { start: window.baseline.start, end: window.incident.end };
      const observed = await ports.telemetry.metrics.observe(scopeOf(brief, 'cluster'), {});
      if (observed.kind === 'gap') return `Metrics could not be asked: ${observed.gap.reason}`;
      const has = (name: string, part: string) => name.toLowerCase().includes(part.toLowerCase());
      const found = observed.data.filter((one) => has(one.entity.name, entity) && has(one.signal, signal));
      const baselineEnd = Date.parse(window.baseline.end) / 1000;
      const described = found
        .map((series) => ({ series, shift: findShift(series.points, baselineEnd) }))
        .toSorted((a, b) => Number(b.shift !== undefined) - Number(a.shift !== undefined));
      const names = [...new Set(observed.data.map((one) => `${one.entity.name} ${one.signal}`))].slice(0, maxNames);
      const digest =
        found.length === 0
          ? `No series fits. There are: ${names.join(', ')}`
          : [
              `${found.length} series:`,
              ...described.slice(0, maxSeries).map(({ series, shift }) => sentenceOf(series, shift, baselineEnd)),
            ].join('\n');
      return toolAnswer(
        brief.incidentId,
        {
          source: 'metrics',
          query: `${observed.query} entity~"${entity}" signal~"${signal}"`,
          window: span,
          digest,
          full: { kind: 'metric query', series: described.slice(0, maxSeries).map(({ series }) => series) },
        },
        ports,
      );
    },
  };
}

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
