// Draws the chart of a piece of evidence: the metric that moved, with its onset and its usual value.
import * as z from 'zod';
import { Series } from '../model/telemetry.ts';
import type { Ports } from '../ports/index.ts';
import { clockTime } from '../wording.ts';
import { metricChart } from './metric.ts';

/** The record that the metrics specialist stores. */
const MetricRecord = z.looseObject({
  kind: z.literal('series'),
  series: Series,
  onset: z.string().optional(),
  baseline: z.looseObject({ median: z.number().nullish() }).optional(),
});
type MetricRecord = Pick<z.infer<typeof MetricRecord>, 'series' | 'onset' | 'baseline'>;

/** The SVG of the first piece of evidence that can be drawn; undefined if there is none, or it cannot be read. */
export async function chartOf(
  incidentId: string,
  evidenceIds: readonly string[],
  { evidence }: Pick<Ports, 'evidence'>,
): Promise<string | undefined> {
  for (const id of evidenceIds) {
    const charted = chartOfRecord(await evidence.full(incidentId, id).catch(() => undefined));
    if (charted !== undefined) return charted.svg;
  }
  return undefined;
}

export interface EvidenceChart {
  readonly svg: string;
  /** The metric and its onset, in words. */
  readonly caption: string;
}

/** Undefined if the full record of the evidence is no series, or has too few points. */
export function chartOfRecord(full: unknown): EvidenceChart | undefined {
  const record = MetricRecord.safeParse(full).data;
  const svg = record && svgOf(record);
  if (record === undefined || svg === undefined) return undefined;
  const changed = record.onset === undefined ? '' : `; it changed at ${clockTime(record.onset)}`;
  return { svg, caption: `${metricName(record)}${changed}` };
}

const metricName = ({ series }: MetricRecord): string =>
  `${series.signal.replaceAll('_', ' ')} of ${series.entity.name}`;

const svgOf = ({ series, onset, baseline }: MetricRecord): string | undefined =>
  metricChart({
    title: metricName({ series }),
    unit: series.signal.endsWith('_ratio') ? 'ratio' : series.unit,
    points: series.points,
    onset,
    usual: baseline?.median ?? undefined,
  });
