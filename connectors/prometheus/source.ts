// Creates the metrics and alerts sources of a configured Prometheus.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { MakeSource } from '../source-kind.ts';
import { prometheusCalls } from './calls.ts';
import { prometheusAlerts, prometheusMetrics } from './index.ts';
import type { PrometheusSettings } from './manifest.ts';

export const make: MakeSource<PrometheusSettings> = (
  { url, auth, cluster, clusterLabel, queries },
  { secret, aws },
) => {
  const authorize = authorizer(loginOf(auth), { secret: secret('bearerToken'), aws });
  const config = { url, cluster, clusterLabel, queries, authorize };
  return {
    metrics: prometheusMetrics(config),
    // The grammar is loaded when the first query comes.
    queries: {
      observe: async (scope, query) => {
        const { prometheusQueries } = await import('./own-query.ts');
        return prometheusQueries(config).observe(scope, query);
      },
    },
    alerts: prometheusAlerts(config),
    calls: prometheusCalls(config),
  };
};
