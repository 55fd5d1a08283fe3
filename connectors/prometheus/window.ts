// What metrics and alerts of a Prometheus share: the window's steps, the cluster of a series, and the gap.
import type { TimeWindow } from '../../core/model/entity.ts';
import type { Observed } from '../../core/ports/telemetry.ts';
import type { PrometheusConfig } from './client.ts';

/** Points per series: enough for an onset to the minute, and far below a server's limit. */
const maxPoints = 360;

export const gap = (reason: string): Observed<never> => ({
  kind: 'gap',
  gap: { source: 'prometheus', reason: reason.slice(0, 300) },
});

export const bounds = (window: TimeWindow) => ({ start: window.start, end: window.end });

export const stepSeconds = (window: TimeWindow): number =>
  Math.max(15, Math.ceil((Date.parse(window.end) - Date.parse(window.start)) / 1000 / maxPoints));
export const rateSeconds = (window: TimeWindow): number => Math.max(60, stepSeconds(window) * 4);

export const clusterLabelOf = ({ clusterLabel = 'cluster' }: PrometheusConfig): string => clusterLabel;
export const clusterOf = (
  labels: Readonly<Record<string, string>>,
  config: PrometheusConfig,
): { readonly cluster?: string } => {
  const cluster = labels[clusterLabelOf(config)] || config.cluster;
  return cluster ? { cluster } : {};
};
