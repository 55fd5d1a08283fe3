// AlertsSource over Prometheus, and its metrics (metrics.ts).
import { amongClusters, isWithin, type Located, matchedService, type Scope } from '../../core/model/scope.ts';
import type { FiringAlert } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { Alerts, fetchJson, forQuestion, type PrometheusConfig } from './client.ts';
import { clusterOf, gap } from './window.ts';

export type { PrometheusConfig } from './client.ts';
export { prometheusMetrics } from './metrics.ts';

export function prometheusAlerts(config: PrometheusConfig): Source<'alerts'> {
  return {
    async observe(scope) {
      const answer = await fetchJson(forQuestion(config), 'alerts', {}, Alerts);
      if (answer.kind === 'failed') return gap(answer.reason);
      const all = answer.data.alerts.flatMap((alert): FiringAlert[] => {
        const at = new Date(alert.activeAt ?? Number.NaN);
        if (alert.state !== 'firing' || Number.isNaN(at.getTime())) return [];
        const { alertname = 'alert', severity } = alert.labels;
        const summary = (alert.annotations.summary ?? alert.annotations.description ?? alertname).slice(0, 300);
        return [
          {
            name: alertname,
            at: at.toISOString(),
            summary,
            status: 'firing',
            ...(severity === undefined ? {} : { severity }),
            ...entityIn(alert.labels, scope, config),
          },
        ];
      });
      const data = inScope(scope, all, ({ entity }) => ({ ...entity, service: entity?.name }));
      return { kind: 'data', data, query: `${new URL(config.url).host} alerts`, bytes: answer.bytes };
    },
  };
}

/** The entity of an alert, from its labels: the most specific kind first. */
const alertedKinds = [
  ['service', 'Service'],
  ['deployment', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['daemonset', 'DaemonSet'],
  ['pod', 'Pod'],
  ['node', 'Node'],
  ['namespace', 'Namespace'],
] as const;

function entityIn(
  labels: Readonly<Record<string, string>>,
  scope: Scope,
  config: PrometheusConfig,
): Pick<FiringAlert, 'entity'> {
  const { namespace } = labels;
  const matched = matchedService(scope, labels);
  const [label, kind] =
    matched === undefined ? (alertedKinds.find(([one]) => labels[one]) ?? []) : [undefined, 'Service'];
  const name = matched ?? (label && labels[label]);
  const cluster = clusterOf(labels, config);
  if (kind === undefined || !name)
    return cluster.cluster === undefined ? {} : { entity: { kind: 'Cluster', name: cluster.cluster, ...cluster } };
  return { entity: { kind, name, ...(namespace && kind !== 'Namespace' ? { namespace } : {}), ...cluster } };
}

/** If a server's series name no cluster, the scope does not restrict them to one. */
function inScope<T>(scope: Scope, all: readonly T[], placeOf: (one: T) => Located): T[] {
  const searched = amongClusters(scope, new Set(all.flatMap((one) => placeOf(one).cluster ?? [])));
  return all.filter((one) => isWithin(searched, placeOf(one)));
}
