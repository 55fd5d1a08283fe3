// The same series under the names and in the units of other exporters (Micrometer, Istio, kube-state-metrics, cAdvisor, CloudWatch, OpenTelemetry).
import type { Series } from '../../core/model/telemetry.ts';
import { applied, doesNotApply, type Transformation } from './transformation.ts';

interface Alias {
  readonly signal: string;
  readonly unit: string;
  /** What a value is multiplied by. */
  readonly times?: number;
}

const aliases: Readonly<Record<string, readonly Alias[]>> = {
  requests_per_second: [
    { signal: 'http_server_requests_per_second', unit: '1' },
    { signal: 'istio_requests_total_rate', unit: '1/s' },
    { signal: 'RequestCount_per_minute', unit: 'Count', times: 60 },
    { signal: 'throughput_rpm', unit: 'rpm', times: 60 },
  ],
  error_ratio: [
    { signal: 'http_5xx_ratio', unit: '1' },
    { signal: 'errorRatePercent', unit: '%', times: 100 },
    { signal: 'failed_requests_ratio', unit: '1' },
  ],
  latency_p50: [
    { signal: 'http_server_requests_seconds_p50', unit: 's', times: 0.001 },
    { signal: 'response_time_p50', unit: 'ms' },
  ],
  latency_p95: [
    { signal: 'http_server_requests_seconds_p95', unit: 's', times: 0.001 },
    { signal: 'TargetResponseTime_p95', unit: 's', times: 0.001 },
    { signal: 'istio_request_duration_milliseconds_p95', unit: 'ms' },
  ],
  latency_p99: [{ signal: 'http_server_requests_seconds_p99', unit: 's', times: 0.001 }],
  cpu_cores: [
    { signal: 'container_cpu_usage_seconds_rate', unit: 'cores' },
    { signal: 'process_cpu_millicores', unit: 'm', times: 1000 },
  ],
  cpu_utilization: [{ signal: 'CPUUtilization', unit: '%', times: 100 }],
  memory_bytes: [
    { signal: 'container_memory_working_set_bytes', unit: 'bytes' },
    { signal: 'jvm_and_native_memory_used_mebibytes', unit: 'MiB', times: 1 / 1_048_576 },
  ],
  restarts_total: [{ signal: 'kube_pod_container_status_restarts_total', unit: '1' }],
  replicas_available: [{ signal: 'kube_deployment_status_replicas_available', unit: '1' }],
};

export const otherMetrics: Transformation = {
  name: 'other-metrics',
  about: 'metrics under other names and in other units',
  apply(recording, random) {
    const chosen = new Map<string, Alias>();
    const signals = recording.signals?.map((series): Series => {
      const known = aliases[series.signal];
      if (known === undefined) return series;
      const { signal, unit, times = 1 } = chosen.get(series.signal) ?? random.pick(known);
      chosen.set(series.signal, { signal, unit, times });
      const points = series.points.map(([at, value]): [number, number] => [at, Number((value * times).toPrecision(8))]);
      return { ...series, signal, unit, points };
    });
    return signals === undefined || chosen.size === 0
      ? doesNotApply('No series has another name in the table.')
      : applied({ ...recording, signals });
  },
};
