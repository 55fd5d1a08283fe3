// The signals whose labels are fixed by their exporter: Istio, cAdvisor and kube-state-metrics. Those of programs are discovered (discovery.ts).
import type { Builder, Roles } from './promql.ts';

export interface CatalogueEntry {
  readonly signal: string;
  readonly unit: string;
  readonly kind: 'Service' | 'Deployment' | 'Node';
  /** A metric that must exist on the server. */
  readonly needs: string;
  readonly roles: Roles;
  promql(query: Builder): string;
}

const istio: Roles = {
  name: { label: 'destination_service_name', form: 'plain' },
  namespace: 'destination_service_namespace',
};
const pods: Roles = { name: { label: 'pod', form: 'deployment-pod' }, namespace: 'namespace' };
const requests = 'istio_requests_total';
const durations = 'istio_request_duration_milliseconds_bucket';
const received = 'reporter="destination"';
const containers = 'container!="",container!="POD"';

const service = (signal: string, unit: string, needs: string, promql: CatalogueEntry['promql']): CatalogueEntry => ({
  signal,
  unit,
  kind: 'Service',
  needs,
  roles: istio,
  promql,
});
const deployment = (signal: string, unit: string, needs: string, promql: CatalogueEntry['promql']): CatalogueEntry => ({
  signal,
  unit,
  kind: 'Deployment',
  needs,
  roles: pods,
  promql,
});

export const catalogue: readonly CatalogueEntry[] = [
  service('requests_per_second', 'requests/s', requests, (q) => q.rate(requests, received)),
  service(
    'error_ratio',
    '1',
    requests,
    (q) =>
      `(${q.rate(requests, `${received},response_code=~"5.."`)} or 0 * ${q.rate(requests, received)}) / (${q.rate(requests, received)} > 0)`,
  ),
  service(
    'latency_p95',
    'ms',
    durations,
    (q) =>
      `histogram_quantile(0.95, ${q.grouped('sum', `rate(${q.select(durations, received)}[${q.window}])`, ['le'])})`,
  ),
  deployment('memory_bytes', 'bytes', 'container_memory_working_set_bytes', (q) =>
    q.grouped('sum', q.select('container_memory_working_set_bytes', containers)),
  ),
  deployment('cpu_cores', 'cores', 'container_cpu_usage_seconds_total', (q) =>
    q.rate('container_cpu_usage_seconds_total', containers),
  ),
  deployment('cpu_throttled_seconds', 's', 'container_cpu_cfs_throttled_seconds_total', (q) =>
    q.rate('container_cpu_cfs_throttled_seconds_total'),
  ),
  deployment('restarts_total', '1', 'kube_pod_container_status_restarts_total', (q) =>
    q.grouped('sum', q.select('kube_pod_container_status_restarts_total')),
  ),
  {
    signal: 'replicas_available',
    unit: 'pods',
    kind: 'Deployment',
    needs: 'kube_deployment_status_replicas_available',
    roles: { name: { label: 'deployment', form: 'plain' }, namespace: 'namespace' },
    promql: (q) => q.grouped('sum', q.select('kube_deployment_status_replicas_available')),
  },
  {
    signal: 'node_ready',
    unit: '1',
    kind: 'Node',
    needs: 'kube_node_status_condition',
    roles: { name: { label: 'node', form: 'plain' } },
    promql: (q) => q.grouped('max', q.select('kube_node_status_condition', 'condition="Ready",status="true"')),
  },
];
