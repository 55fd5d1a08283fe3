// The PromQL queries for each signal, over the metrics of kube-state-metrics, cAdvisor, Istio and OpenTelemetry HTTP instrumentation. The first
// query whose metric exists on the server is used; a signal without one becomes a gap.

interface Query {
  /** A metric that must exist on the server. */
  readonly needs: string;
  /** Returns one series per entity; `$w` is the rate window, `$c` the label that holds the cluster. */
  readonly promql: string;
}

interface CatalogueEntry {
  readonly signal: string;
  readonly unit: string;
  readonly kind: 'Service' | 'Deployment' | 'Node';
  readonly sources: readonly Query[];
}

const istio = (numerator: string) =>
  `sum by ($c, destination_service_name, destination_service_namespace) (rate(istio_requests_total{reporter="destination"${numerator}}[$w]))`;
const istioAll = istio('');
const otelNames = 'by ($c, service_name, service_namespace)';
const otel = (numerator: string) =>
  `sum ${otelNames} (rate(http_server_request_duration_seconds_count{${numerator}}[$w]))`;
const istioLatency = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by ($c, le, destination_service_name, destination_service_namespace) (rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[$w])))`;
const otelLatency = (quantile: number) =>
  `1000 * histogram_quantile(${quantile}, sum by ($c, le, service_name, service_namespace) (rate(http_server_request_duration_seconds_bucket[$w])))`;
/** cAdvisor and kube-state-metrics label series by pod; the workload is the pod's name without its generated suffix. */
const workload = (inner: string) =>
  `sum by ($c, workload, namespace) (label_replace(${inner}, "workload", "$1", "pod", "(.+?)(?:-[bcdfghjklmnpqrstvwxz2456789]{6,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}"))`;

const service = (signal: string, unit: string, sources: readonly Query[]): CatalogueEntry => ({
  signal,
  unit,
  kind: 'Service',
  sources,
});
const deployment = (signal: string, unit: string, sources: readonly Query[]): CatalogueEntry => ({
  signal,
  unit,
  kind: 'Deployment',
  sources,
});

export const catalogue: readonly CatalogueEntry[] = [
  service('requests_per_second', 'requests/s', [
    { needs: 'istio_requests_total', promql: istioAll },
    { needs: 'http_server_request_duration_seconds_count', promql: otel('') },
  ]),
  service('error_ratio', '1', [
    {
      needs: 'istio_requests_total',
      promql: `(${istio(',response_code=~"5.."')} or 0 * ${istioAll}) / (${istioAll} > 0)`,
    },
    {
      needs: 'http_server_request_duration_seconds_count',
      promql: `(${otel('http_response_status_code=~"5.."')} or 0 * ${otel('')}) / (${otel('')} > 0)`,
    },
  ]),
  service('latency_p95', 'ms', [
    { needs: 'istio_request_duration_milliseconds_bucket', promql: istioLatency(0.95) },
    { needs: 'http_server_request_duration_seconds_bucket', promql: otelLatency(0.95) },
  ]),
  deployment('memory_bytes', 'bytes', [
    {
      needs: 'container_memory_working_set_bytes',
      promql: workload('container_memory_working_set_bytes{container!="",container!="POD"}'),
    },
  ]),
  deployment('cpu_cores', 'cores', [
    {
      needs: 'container_cpu_usage_seconds_total',
      promql: workload('rate(container_cpu_usage_seconds_total{container!="",container!="POD"}[$w])'),
    },
  ]),
  deployment('cpu_throttled_seconds', 's', [
    {
      needs: 'container_cpu_cfs_throttled_seconds_total',
      promql: workload('rate(container_cpu_cfs_throttled_seconds_total[$w])'),
    },
  ]),
  deployment('restarts_total', '1', [
    { needs: 'kube_pod_container_status_restarts_total', promql: workload('kube_pod_container_status_restarts_total') },
  ]),
  {
    signal: 'replicas_available',
    unit: 'pods',
    kind: 'Deployment',
    sources: [
      {
        needs: 'kube_deployment_status_replicas_available',
        promql: 'sum by ($c, deployment, namespace) (kube_deployment_status_replicas_available)',
      },
    ],
  },
  {
    signal: 'node_ready',
    unit: '1',
    kind: 'Node',
    sources: [
      {
        needs: 'kube_node_status_condition',
        promql: 'max by ($c, node) (kube_node_status_condition{condition="Ready",status="true"})',
      },
    ],
  },
];

/** Labels that hold the name of an entity, and those that hold its namespace. */
export const nameLabels = ['destination_service_name', 'service_name', 'workload', 'deployment', 'node'] as const;
export const namespaceLabels = ['destination_service_namespace', 'service_namespace', 'namespace'] as const;
