// Reads the alert's own metric from a page: which kind of symptom it measures, by which statistic, against which threshold. The diagnosis has to
// explain exactly this metric.
import type { SymptomKind } from '../causes/symptom-kind.ts';
import type { Trigger } from '../model/incident.ts';
import type { FiringAlert, Statistic } from '../model/telemetry.ts';
import { symptomOf } from './symptoms.ts';

export interface PagedMetric {
  readonly symptom: SymptomKind;
  /** A further kind that the page names beside it: "fails or is slow". */
  readonly also: SymptomKind | undefined;
  /** Absent if the page does not say, like the fields below. */
  readonly name: string | undefined;
  readonly statistic: Statistic | undefined;
  /** In the metric's own unit. */
  readonly threshold: number | undefined;
}

const metricKey = /^(?:metric_?name|metric|signal|sli)$/i;
const statisticKey = /^(?:extended_?statistic|statistic|stat|aggregation|percentile)$/i;
const thresholdKey = /^(?:threshold|evaluation_?threshold|critical_?threshold|objective)$/i;

const keyOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** The statistic that a metric's name, a title or a payload's field names. */
export function statisticIn(text: string): Statistic | undefined {
  if (/\b(?:average|mean|avg)\b|_(?:average|mean|avg)\b|^(?:average|mean|avg)_/i.test(text)) return 'mean';
  if (/(?:\b|_)p50(?!\d)|median/i.test(text)) return 'median';
  return /(?:\b|_)p\d\d|percentile|\bmax(?:imum)?\b|_max\b/i.test(text) ? 'tail' : undefined;
}

/** `names` are names of services and places, which say nothing about the symptom. `firing` are alerts of the paged service, if any fire. */
export function pagedMetricOf(
  { title, details }: Pick<Trigger, 'title' | 'details'>,
  names: readonly string[],
  firing: readonly FiringAlert[] = [],
): PagedMetric {
  const fieldOf = (wanted: RegExp): string | undefined =>
    Object.entries(details).find(([path]) => wanted.test(keyOf(path)))?.[1];
  const [alert] = firing;
  const name = fieldOf(metricKey) ?? alert?.metric;
  const symptom = symptomOf([name, title, alert?.name, alert?.summary], names);
  const statisticName = fieldOf(statisticKey) ?? alert?.statistic;
  const threshold = Number(fieldOf(thresholdKey) ?? alert?.threshold ?? Number.NaN);
  const also = /\b(?:fail|error)/i.test(title) && /\b(?:slow|latenc)/i.test(title);
  return {
    symptom,
    also: also ? (symptom === 'latency' ? 'errors' : 'latency') : undefined,
    name,
    statistic: [statisticName, name, title].flatMap((text) => (text && statisticIn(text)) || [])[0],
    threshold: Number.isFinite(threshold) ? threshold : undefined,
  };
}
