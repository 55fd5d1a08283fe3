// Draws the chart of a piece of evidence: the metric that moved, with its onset and its usual value.
import * as z from 'zod';
import { Series } from '../model/telemetry.ts';
import type { Ports } from '../ports/index.ts';
import { metricChart } from './metric.ts';

/** The record that the metrics specialist stores. */
const MetricRecord = z.looseObject({
  kind: z.literal('series'),
  series: Series,
  onset: z.string().optional(),
  baseline: z.looseObject({ median: z.number().nullish() }).optional(),
});

/** The SVG of the first piece of evidence that is a series; undefined if there is none, or it cannot be read. */
export async function chartOf(
  incidentId: string,
  evidenceIds: readonly string[],
  { evidence }: Pick<Ports, 'evidence'>,
): Promise<string | undefined> {
  for (const id of evidenceIds) {
    const record = MetricRecord.safeParse(await evidence.full(incidentId, id).catch(() => undefined));
    if (record.success) return chartOfSeries(record.data);
  }
  return undefined;
}

const chartOfSeries = ({ series, onset, baseline }: z.infer<typeof MetricRecord>): string | undefined =>
  metricChart({
    title: `${series.signal.replaceAll('_', ' ')} of ${series.entity.name}`,
    unit: series.signal.endsWith('_ratio') ? 'ratio' : series.unit,
    points: series.points,
    onset,
    usual: baseline?.median ?? undefined,
  });
