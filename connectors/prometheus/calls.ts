// The call graph from metrics: service graphs of Tempo's metrics generator and of OpenTelemetry's service graph connector
// (https://grafana.com/docs/tempo/latest/metrics-generator/service_graphs/), and Istio's requests as the callers report them
// (https://istio.io/latest/docs/reference/config/metrics/). Each call has its rate, its share of failures and when it was last seen.
import type { Dependency } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { fetchJson, forQuestion, Matrix, Names, type PrometheusConfig } from './client.ts';

interface Kind {
  readonly metric: string;
  readonly total: string;
  readonly failed: string;
  /** Labels that hold a part; the first that a series has counts. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly fromCluster: readonly string[];
  readonly toCluster: readonly string[];
}

const kinds: readonly Kind[] = [
  {
    metric: 'traces_service_graph_request_total',
    total: 'traces_service_graph_request_total',
    failed: 'traces_service_graph_request_failed_total',
    from: ['client'],
    to: ['server'],
    fromCluster: ['client_k8s_cluster_name', 'client_cluster'],
    toCluster: ['server_k8s_cluster_name', 'server_cluster'],
  },
  {
    metric: 'istio_requests_total',
    total: 'istio_requests_total{reporter="source"}',
    failed: 'istio_requests_total{reporter="source",response_code=~"5..|0"}',
    from: ['source_canonical_service', 'source_workload'],
    to: ['destination_service_name', 'destination_canonical_service', 'destination_workload'],
    fromCluster: ['source_cluster'],
    toCluster: ['destination_cluster'],
  },
];

/** Metrics of calls, each of which gives a call graph. */
export const callMetrics: readonly string[] = kinds.map(({ metric }) => metric);

const steps = 12;
const maxCalls = 5000;
/** What is outside a mesh or without a span of its own has no name. */
const nameless: ReadonlySet<string> = new Set(['unknown', 'user', 'PassthroughCluster', 'BlackHoleCluster', '']);

export const prometheusCalls = (of: PrometheusConfig): Source<'calls'> => ({
  async observe({ window }) {
    const config = forQuestion(of);
    const gap = (reason: string) => ({ kind: 'gap', gap: { source: 'prometheus', reason } }) as const;
    const [start, end] = [Date.parse(window.start) / 1000, Date.parse(window.end) / 1000];
    const from = Math.max(start, end - 24 * 3600);
    const names = await fetchJson(
      config,
      'label/__name__/values',
      {
        start: new Date(from * 1000).toISOString(),
        end: window.end,
        'match[]': `{__name__=~"${callMetrics.join('|')}"}`,
      },
      Names,
    );
    if (names.kind === 'failed') return gap(names.reason);
    const wanted = kinds.filter(({ metric }) => names.data.includes(metric));
    if (wanted.length === 0) return gap(`Prometheus has no metrics of calls (${callMetrics.join(', ')}).`);
    const step = Math.max(60, Math.ceil((end - from) / steps));
    let bytes = names.bytes;
    const read = await Promise.all(
      wanted.map(async (kind) => {
        const labels = [...kind.from, ...kind.to, ...kind.fromCluster, ...kind.toCluster, clusterLabelOf(config)];
        const rate = (selector: string) => `sum by (${labels.join(', ')}) (rate(${selector}[${step}s])) > 0`;
        const bounds = { start: String(from), end: String(end), step: String(step) };
        const [all, failed] = await Promise.all([
          fetchJson(config, 'query_range', { query: rate(kind.total), ...bounds }, Matrix),
          fetchJson(config, 'query_range', { query: rate(kind.failed), ...bounds }, Matrix),
        ]);
        bytes += (all.kind === 'ok' ? all.bytes : 0) + (failed.kind === 'ok' ? failed.bytes : 0);
        return { kind, all, failed };
      }),
    );
    const failures = read.flatMap(({ all }) => (all.kind === 'failed' ? [all.reason] : []));
    if (failures.length === read.length) return gap(failures[0] ?? 'Prometheus did not answer.');
    const calls = read.flatMap(({ kind, all, failed }) =>
      all.kind === 'ok'
        ? callsOf(kind, all.data.result, failed.kind === 'ok' ? failed.data.result : undefined, config)
        : [],
    );
    const missing = [
      ...failures.map((reason) => `some calls (${reason})`),
      ...read.flatMap(({ kind, failed }) =>
        failed.kind === 'failed' ? [`how many calls of ${kind.metric} fail (${failed.reason})`] : [],
      ),
      ...(calls.length > maxCalls ? [`${calls.length - maxCalls} of ${calls.length} calls`] : []),
    ];
    return {
      kind: 'data',
      data: calls.slice(0, maxCalls),
      query: `${new URL(config.url).host} ${wanted.map(({ metric }) => metric).join(', ')}`,
      ...(missing.length === 0 ? {} : { missing }),
      link: config.url,
      bytes,
    };
  },
});

const clusterLabelOf = ({ clusterLabel = 'cluster' }: PrometheusConfig): string => clusterLabel;

type Rows = readonly {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}[];

function callsOf(kind: Kind, all: Rows, failed: Rows | undefined, config: PrometheusConfig): Dependency[] {
  const failures =
    failed && new Map(failed.map((row) => [JSON.stringify(Object.entries(row.metric).sort()), row.values]));
  const named = (metric: Rows[number]['metric'], labels: readonly string[]) =>
    labels.map((label) => metric[label]).find((value) => value !== undefined && value !== '');
  return all.flatMap(({ metric, values }): Dependency[] => {
    const [from = '', to = ''] = [named(metric, kind.from), named(metric, kind.to)];
    const last = values.at(-1);
    const rate = Number(last?.[1]);
    if (nameless.has(from) || nameless.has(to) || from === to || last === undefined || !Number.isFinite(rate))
      return [];
    // The collector's own cluster is that of both sides, unless they name theirs.
    const own = metric[clusterLabelOf(config)] || config.cluster;
    const place = {
      fromCluster: named(metric, kind.fromCluster) ?? own,
      toCluster: named(metric, kind.toCluster) ?? own,
    };
    const bad = failures?.get(JSON.stringify(Object.entries(metric).sort()))?.find(([at]) => at === last[0])?.[1] ?? 0;
    return [
      {
        from: from.slice(0, 200),
        to: to.slice(0, 200),
        ...(place.fromCluster ? { fromCluster: place.fromCluster } : {}),
        ...(place.toCluster ? { toCluster: place.toCluster } : {}),
        requestsPerSecond: rate,
        ...(failures === undefined ? {} : { errorRatio: Math.min(1, Math.max(0, Number(bad) / rate)) }),
        seenAt: new Date(last[0] * 1000).toISOString(),
      },
    ];
  });
}
