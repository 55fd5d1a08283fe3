// MetricsSource and AlertsSource over Prometheus. It first asks which metrics exist. The query names a signal without a metric as a gap; an
// unreachable server is a gap too, never an error.
import type { TimeWindow } from '../../core/model/entity.ts';
import { amongClusters, isWithin, type Located, matchedService, type Scope } from '../../core/model/scope.ts';
import type { FiringAlert, Series } from '../../core/model/telemetry.ts';
import type { Observed, Source } from '../../core/ports/telemetry.ts';
import { catalogue, nameLabels, namespaceLabels } from './catalogue.ts';
import { Alerts, fetchJson, Matrix, Names, type PrometheusConfig } from './client.ts';
import { matchedIn, narrowed } from './match.ts';

export type { PrometheusConfig } from './client.ts';

/** Points per series: enough for an onset to the minute, and far below a server's limit. */
const maxPoints = 360;

const gap = (reason: string): Observed<never> => ({ kind: 'gap', gap: { source: 'prometheus', reason } });

export function prometheusMetrics(config: PrometheusConfig): Source<'metrics'> {
  return {
    async observe(scope) {
      const { window } = scope;
      const names = await fetchJson(config, 'label/__name__/values', bounds(window), Names);
      if (names.kind === 'failed') return gap(names.reason);
      const has = new Set(names.data);
      const wanted = catalogue.flatMap((entry) => {
        const source = entry.sources.find((one) => has.has(one.needs));
        return source ? [{ entry, source }] : [];
      });
      if (wanted.length === 0) return gap('Prometheus has none of the metrics that the signal catalogue knows.');
      const step = stepSeconds(window);
      const matched = matchedIn(scope);
      const queries = [
        ...wanted.map(({ entry, source }) => ({ entry, promql: source.promql, service: undefined })),
        ...matched.services.flatMap(({ service, match }) =>
          wanted
            .filter(({ entry }) => entry.kind !== 'Node')
            .map(({ entry, source }) => ({ entry, promql: narrowed(source, match), service })),
        ),
      ];
      const answers = await Promise.all(
        queries.map(async ({ entry, promql, service }) => {
          const query = promql.replaceAll('$w', `${Math.max(60, step * 4)}s`).replaceAll('$c', clusterLabelOf(config));
          return {
            entry,
            service,
            answer: await fetchJson(config, 'query_range', { query, ...bounds(window), step: String(step) }, Matrix),
          };
        }),
      );
      const failed = answers.flatMap(({ answer }) => (answer.kind === 'failed' ? [answer.reason] : []));
      if (failed.length === answers.length) return gap(failed[0] ?? 'Prometheus did not answer.');
      const missing = catalogue
        .filter((entry) => !wanted.some((one) => one.entry === entry))
        .map((entry) => entry.signal);
      return {
        kind: 'data',
        data: inScope(
          scope,
          answers.flatMap(({ entry, service, answer }) =>
            answer.kind === 'ok'
              ? answer.data.result.flatMap((one) => toSeries(entry, one, config, service) ?? [])
              : [],
          ),
          ({ entity }) => ({ ...entity, service: entity.name }),
        ),
        query: `${new URL(config.url).host} (${wanted.length} signals${missing.length > 0 ? `, without ${missing.join(', ')}` : ''})`,
        ...(matched.missing.length === 0 ? {} : { missing: matched.missing }),
        link: config.url,
        bytes: answers.reduce((sum, { answer }) => sum + (answer.kind === 'ok' ? answer.bytes : 0), 0),
      };
    },
  };
}

export function prometheusAlerts(config: PrometheusConfig): Source<'alerts'> {
  return {
    async observe(scope) {
      const answer = await fetchJson(config, 'alerts', {}, Alerts);
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

const clusterLabelOf = ({ clusterLabel = 'cluster' }: PrometheusConfig): string => clusterLabel;
const clusterOf = (labels: Readonly<Record<string, string>>, config: PrometheusConfig): { cluster?: string } => {
  const cluster = labels[clusterLabelOf(config)] || config.cluster;
  return cluster ? { cluster } : {};
};

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

const bounds = (window: TimeWindow) => ({ start: window.start, end: window.end });

const stepSeconds = (window: TimeWindow): number =>
  Math.max(15, Math.ceil((Date.parse(window.end) - Date.parse(window.start)) / 1000 / maxPoints));

function toSeries(
  entry: (typeof catalogue)[number],
  { metric, values }: { metric: Readonly<Record<string, string>>; values: readonly (readonly [number, string])[] },
  config: PrometheusConfig,
  service: string | undefined,
): Series | undefined {
  const name = service ?? nameLabels.map((label) => metric[label]).find((value) => value);
  if (!name) return undefined;
  const namespace = namespaceLabels.map((label) => metric[label]).find((value) => value);
  const points = values.flatMap(([at, text]): [number, number][] =>
    Number.isFinite(Number(text)) ? [[at, Number(text)]] : [],
  );
  if (points.length === 0) return undefined;
  return {
    source: 'prometheus',
    entity: { kind: entry.kind, name, ...(namespace ? { namespace } : {}), ...clusterOf(metric, config) },
    signal: entry.signal,
    unit: entry.unit,
    points,
  };
}
