// Creates the metrics and alerts sources of a configured Prometheus.
import type { MakeSource } from '../source-kind.ts';
import { prometheusAlerts, prometheusMetrics } from './index.ts';
import type { PrometheusSettings } from './manifest.ts';

export const make: MakeSource<PrometheusSettings> = ({ url, auth, cluster, clusterLabel }, { secret }) => {
  const config = { url, cluster, clusterLabel, token: auth === 'bearer' ? secret('bearerToken') : undefined };
  return { metrics: prometheusMetrics(config), alerts: prometheusAlerts(config) };
};
