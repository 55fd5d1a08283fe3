// The known ways in which programs expose a signal: which metrics, in which unit, with which labels. A row follows the documentation of its exporter; the
// metrics of a server decide which rows apply. Rows that are patterns come last and are guesses.
import { type Builder, metricName } from './promql.ts';

export interface Recipe {
  readonly signal: string;
  readonly unit: string;
  readonly kind: 'Service' | 'Node';
  /** What exposes metrics in this way. */
  readonly convention: string;
  /** The metrics that have to exist. The first one decides which labels there are. */
  readonly needs: readonly [string, ...string[]];
  /** Labels that may hold the entity's name, the best first. */
  readonly names: readonly string[];
  /** The query needs to know which series are failures. */
  readonly needsFailed?: true;
  /** Found by a pattern; two of one shape for a signal of an entity are ambiguous. */
  readonly guessed?: 'counter' | 'durations' | 'gauge';
  promql(query: Builder): string;
}

/** Labels that say which service a series is of. */
export const applicationLabels = [
  'service_name',
  'exported_service',
  'service',
  'application',
  'app',
  'app_kubernetes_io_name',
] as const;
export const serviceLabels = [
  ...applicationLabels,
  'deployment',
  'workload',
  'exported_job',
  'job',
  'container',
  'pod',
  'pod_name',
  'kubernetes_pod_name',
  'k8s_pod_name',
] as const;
const nodeLabels = ['node', 'kubernetes_node', 'nodename', 'instance'] as const;
export const namespaceLabels = [
  'exported_namespace',
  'service_namespace',
  'namespace',
  'kubernetes_namespace',
  'k8s_namespace_name',
] as const;

export interface Metric {
  readonly name: string;
  /** As the server's metadata has it; undefined if it has none. */
  readonly type?: string | undefined;
}

type Made = Omit<Recipe, 'convention' | 'kind' | 'names'> & Partial<Pick<Recipe, 'names' | 'kind'>>;

const and = (...matchers: readonly (string | undefined)[]): string =>
  matchers.filter((one) => one !== undefined && one !== '').join(',');

/** Requests and failures of a counter. `failed` is the matcher of failures if it is known without looking at values. */
const requests = (counter: string, own?: string, failed?: string): Made[] => [
  { signal: 'requests_per_second', unit: 'requests/s', needs: [counter], promql: (q) => q.rate(counter, own) },
  {
    signal: 'error_ratio',
    unit: '1',
    needs: [counter],
    ...(failed === undefined ? { needsFailed: true as const } : {}),
    promql: (q) =>
      `(${q.rate(counter, and(own, failed ?? q.failed))} or 0 * ${q.rate(counter, own)}) / (${q.rate(counter, own)} > 0)`,
  },
];

const p95 = (bucket: string, perMs: number, own?: string): Made => ({
  signal: 'latency_p95',
  unit: 'ms',
  needs: [bucket],
  promql: (q) =>
    `${perMs} * histogram_quantile(0.95, ${q.grouped('sum', `rate(${q.select(bucket, own)}[${q.window}])`, ['le'])})`,
});
const mean = (base: string, perMs: number, own?: string): Made => ({
  signal: 'latency_mean',
  unit: 'ms',
  needs: [`${base}_count`, `${base}_sum`],
  promql: (q) => `${perMs} * ${q.rate(`${base}_sum`, own)} / (${q.rate(`${base}_count`, own)} > 0)`,
});
/** A histogram or summary of durations: requests, failures, and the 95th percentile or the mean. */
const durations = (base: string, perMs: number, own?: string): Made[] => [
  ...requests(`${base}_count`, own),
  p95(`${base}_bucket`, perMs, own),
  mean(base, perMs, own),
];

const value = (
  signal: string,
  unit: string,
  metric: string,
  aggregate: 'sum' | 'max' | 'avg' = 'sum',
  own?: string,
): Made => ({ signal, unit, needs: [metric], promql: (q) => q.grouped(aggregate, q.select(metric, own)) });
const used = (
  signal: string,
  [part, own]: readonly [string, string?],
  [whole, all]: readonly [string, string?],
): Made => ({
  signal,
  unit: '1',
  needs: [part, whole],
  promql: (q) => `${q.grouped('sum', q.select(part, own))} / (${q.grouped('sum', `${q.select(whole, all)} > 0`)})`,
});
const perSecond = (signal: string, unit: string, counter: string): Made => ({
  signal,
  unit,
  needs: [counter],
  promql: (q) => q.rate(counter),
});

const ms = 1;
const seconds = 1000;

const rows = (
  convention: string,
  made: readonly (Made | readonly Made[])[],
  names: readonly string[] = serviceLabels,
): Recipe[] => made.flat().map((one) => ({ kind: 'Service', names, ...one, convention }));
const nodeRows = (convention: string, made: readonly Made[]): Recipe[] =>
  rows(
    convention,
    made.map((one) => ({ ...one, kind: 'Node' })),
    nodeLabels,
  );

const inbound = 'direction="inbound"';
const disks = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660"';

/** Of two rows for a signal, an entity has the first one that has data. */
export const recipes: readonly Recipe[] = [
  ...rows(
    'Linkerd',
    [requests('response_total', inbound, 'classification="failure"'), p95('response_latency_ms_bucket', ms, inbound)],
    ['deployment', 'statefulset', 'daemonset', 'pod'],
  ),
  ...rows('OpenTelemetry', [
    durations('http_server_request_duration_seconds', seconds),
    durations('http_server_request_duration_milliseconds', ms),
    durations('http_server_duration_milliseconds', ms),
    durations('http_server_duration_seconds', seconds),
    durations('http_server_duration', ms),
  ]),
  ...rows('Micrometer', [durations('http_server_requests_seconds', seconds)]),
  ...rows('prometheus-net', [requests('http_requests_received_total')]),
  ...rows('prometheus_flask_exporter', [
    requests('flask_http_request_total'),
    durations('flask_http_request_duration_seconds', seconds),
  ]),
  ...rows('django-prometheus', [
    requests('django_http_responses_total_by_status_view_method_total'),
    requests('django_http_responses_total_by_status_total'),
    durations('django_http_requests_latency_seconds_by_view_method', seconds),
    durations('django_http_requests_latency_including_middlewares_seconds', seconds),
  ]),
  ...rows('starlette_exporter', [
    requests('starlette_requests_total'),
    durations('starlette_request_duration_seconds', seconds),
  ]),
  ...rows('the naming conventions of Prometheus', [
    requests('http_requests_total'),
    requests('http_request_total'),
    requests('http_server_requests_total'),
    durations('http_request_duration_seconds', seconds),
    durations('http_request_duration_milliseconds', ms),
    durations('http_request_duration_ms', ms),
    durations('http_response_time_seconds', seconds),
  ]),
  ...rows(
    'ingress-nginx',
    [
      requests('nginx_ingress_controller_requests'),
      durations('nginx_ingress_controller_request_duration_seconds', seconds),
    ],
    ['exported_service', 'service'],
  ),
  ...rows(
    'Traefik',
    [requests('traefik_service_requests_total'), durations('traefik_service_request_duration_seconds', seconds)],
    ['exported_service', 'service'],
  ),
  ...rows(
    'HAProxy',
    [
      requests('haproxy_backend_http_responses_total', undefined, 'code="5xx"'),
      {
        signal: 'latency_mean',
        unit: 'ms',
        needs: ['haproxy_backend_response_time_average_seconds'],
        promql: (q) => `${seconds} * ${q.grouped('avg', q.select('haproxy_backend_response_time_average_seconds'))}`,
      },
    ],
    ['proxy', 'backend'],
  ),
  ...rows(
    'Envoy',
    [
      requests('envoy_cluster_upstream_rq_xx', undefined, 'envoy_response_code_class="5"'),
      p95('envoy_cluster_upstream_rq_time_bucket', ms),
    ],
    ['envoy_cluster_name'],
  ),
  ...rows('gRPC', [
    requests('grpc_server_handled_total'),
    p95('grpc_server_handling_seconds_bucket', seconds),
    mean('grpc_server_handling_seconds', seconds),
    durations('grpc_server_processing_duration_seconds', seconds),
    durations('rpc_server_duration_milliseconds', ms),
    durations('rpc_server_duration_seconds', seconds),
  ]),
  ...rows('nginx-prometheus-exporter', [
    requests('nginx_http_requests_total').filter(({ signal }) => signal === 'requests_per_second'),
  ]),
  ...rows('a Prometheus client library', [
    perSecond('cpu_cores', 'cores', 'process_cpu_seconds_total'),
    value('memory_bytes', 'bytes', 'process_resident_memory_bytes'),
    value('memory_bytes', 'bytes', 'process_working_set_bytes'),
    value('eventloop_lag_p99', 's', 'nodejs_eventloop_lag_p99_seconds', 'max'),
  ]),
  ...rows('the JVM', [
    value('cpu_utilization', '1', 'process_cpu_usage', 'max'),
    value('cpu_utilization', '1', 'jvm_cpu_recent_utilization_ratio', 'max'),
    used('heap_utilization', ['jvm_memory_used_bytes', 'area="heap"'], ['jvm_memory_max_bytes', 'area="heap"']),
    used(
      'heap_utilization',
      ['jvm_memory_used_bytes', 'jvm_memory_type="heap"'],
      ['jvm_memory_limit_bytes', 'jvm_memory_type="heap"'],
    ),
    used('thread_pool_utilization', ['tomcat_threads_busy_threads'], ['tomcat_threads_config_max_threads']),
    value('queue_depth', 'tasks', 'executor_queued_tasks'),
  ]),
  ...rows('HikariCP', [
    used('connection_pool_utilization', ['hikaricp_connections_active'], ['hikaricp_connections_max']),
    value('connection_pool_waiting', 'requests', 'hikaricp_connections_pending'),
  ]),
  ...rows('Spring JDBC', [used('connection_pool_utilization', ['jdbc_connections_active'], ['jdbc_connections_max'])]),
  ...rows('OpenTelemetry', [
    used('connection_pool_utilization', ['db_client_connections_usage', 'state="used"'], ['db_client_connections_max']),
    used('connection_pool_utilization', ['db_client_connection_count', 'state="used"'], ['db_client_connection_max']),
    value('connection_pool_waiting', 'requests', 'db_client_connections_pending_requests'),
    value('connection_pool_waiting', 'requests', 'db_client_connection_pending_requests'),
  ]),
  ...rows('Go database/sql', [
    used('connection_pool_utilization', ['go_sql_in_use_connections'], ['go_sql_max_open_connections']),
    used('connection_pool_utilization', ['go_sql_stats_connections_in_use'], ['go_sql_stats_connections_max_open']),
  ]),
  ...rows('kafka_exporter', [value('consumer_lag', 'messages', 'kafka_consumergroup_lag')], ['consumergroup']),
  ...rows('kafka-lag-exporter', [value('consumer_lag', 'messages', 'kafka_consumergroup_group_lag')], ['group']),
  ...rows('the Kafka client', [
    value('consumer_lag', 'messages', 'kafka_consumer_fetch_manager_records_lag_max', 'max'),
  ]),
  ...rows('RabbitMQ', [value('queue_depth', 'messages', 'rabbitmq_queue_messages_ready')], ['queue', ...serviceLabels]),
  ...rows('postgres_exporter', [
    {
      signal: 'connections_utilization',
      unit: '1',
      needs: ['pg_stat_activity_count', 'pg_settings_max_connections'],
      promql: (q) =>
        `${q.grouped('sum', q.select('pg_stat_activity_count'))} / (${q.grouped('sum', q.select('pg_settings_max_connections'))} > 0)`,
    },
  ]),
  ...rows('mysqld_exporter', [
    used(
      'connections_utilization',
      ['mysql_global_status_threads_connected'],
      ['mysql_global_variables_max_connections'],
    ),
  ]),
  ...rows('redis_exporter', [
    used('connections_utilization', ['redis_connected_clients'], ['redis_config_maxclients']),
    used('memory_utilization', ['redis_memory_used_bytes'], ['redis_memory_max_bytes']),
  ]),
  ...nodeRows('node_exporter', [
    {
      signal: 'cpu_utilization',
      unit: '1',
      needs: ['node_cpu_seconds_total'],
      promql: (q) =>
        `1 - ${q.grouped('avg', `rate(${q.select('node_cpu_seconds_total', 'mode="idle"')}[${q.window}])`)}`,
    },
    {
      signal: 'memory_utilization',
      unit: '1',
      needs: ['node_memory_MemAvailable_bytes', 'node_memory_MemTotal_bytes'],
      promql: (q) =>
        `1 - ${q.grouped('sum', q.select('node_memory_MemAvailable_bytes'))} / ${q.grouped('sum', q.select('node_memory_MemTotal_bytes'))}`,
    },
    {
      signal: 'disk_utilization',
      unit: '1',
      needs: ['node_filesystem_avail_bytes', 'node_filesystem_size_bytes'],
      promql: (q) =>
        q.grouped(
          'max',
          `1 - ${q.select('node_filesystem_avail_bytes', disks)} / (${q.select('node_filesystem_size_bytes', disks)} > 0)`,
        ),
    },
  ]),
];

/** Requests that a program sends, that Prometheus itself causes, or that are no requests of users. */
const otherRequests =
  /client|outbound|outgoing|upstream|egress|external|downstream|scrape|promhttp|prometheus|webhook|probe|health|cache|remote|proxy|apiserver|kubelet|etcd|coredns|alertmanager|grafana|retr(?:y|ies)/;
const requestCounter =
  /^(?:[a-z0-9]+_){0,4}(?:http|https|api|rpc|web|requests?)_(?:server_)?(?:requests?_)?(?:received_|handled_|processed_|served_|count_)?total$/;
const requestDurations =
  /^((?:[a-z0-9]+_){0,4}(?:http|https|api|rpc|web)_(?:server_)?(?:requests?|responses?)_(?:duration|latency|time|duration_time)(?:_(seconds|s|milliseconds|ms))?)_(bucket|count|sum)$/;
const depth =
  /(?:^|_)(?:queue|backlog)_(?:depth|length|size|messages)$|_(?:jobs|tasks|messages)_(?:waiting|pending|queued)$/;

/** What the names and types of a server's metrics suggest, without those that a known row covers. */
export function guesses(metrics: readonly Metric[]): {
  readonly recipes: readonly Recipe[];
  readonly unclear: readonly string[];
} {
  const known = new Set(recipes.flatMap(({ needs }) => needs));
  const has = new Map(metrics.map((one) => [one.name, one]));
  const unclear: string[] = [];
  const made: Recipe[] = [];
  const convention = 'the naming conventions of Prometheus';
  const guess = (guessed: 'counter' | 'durations' | 'gauge', all: readonly Made[]) =>
    made.push(...rows(convention, all).map((one): Recipe => ({ ...one, guessed })));
  for (const { name, type } of metrics) {
    if (known.has(name) || !metricName.test(name)) continue;
    if (
      depth.test(name) &&
      (type === 'gauge' || type === undefined || type === 'unknown') &&
      !/_(?:max|limit|capacity)/.test(name)
    )
      guess('gauge', [value('queue_depth', '1', name)]);
    if (otherRequests.test(name)) continue;
    if (requestCounter.test(name) && /^(?:counter|unknown)?$/.test(type ?? '')) guess('counter', requests(name));
    const [, base, unit, part] = requestDurations.exec(name) ?? [];
    if (base === undefined || part !== 'count' || !has.has(`${base}_sum`)) continue;
    guess('durations', requests(name));
    if (unit === undefined) unclear.push(`latency: ${base} does not say its unit`);
    else
      guess('durations', [
        p95(`${base}_bucket`, unit.startsWith('m') ? ms : seconds),
        mean(base, unit.startsWith('m') ? ms : seconds),
      ]);
  }
  const order = ['counter', 'durations', 'gauge'];
  return { recipes: made.sort((a, b) => order.indexOf(a.guessed ?? '') - order.indexOf(b.guessed ?? '')), unclear };
}
