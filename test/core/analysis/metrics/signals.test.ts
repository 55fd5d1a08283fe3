import { describe, expect, test } from 'vitest';
import { isShare } from '../../../../core/analysis/metrics/paged.ts';
import { formatValue, isCpuUse, signalOf } from '../../../../core/analysis/metrics/signals.ts';

describe('the name of a signal', () => {
  test.each([
    ['http.server.requests.p95', 'latency'],
    ['http.server.requests.rate', 'traffic'],
    ['http.server.requests.server_error.rate', 'errors'],
    ['grpc_server_handled_rate', 'traffic'],
    ['grpc_server_handling_seconds_p99', 'latency'],
    ['unhandled_exceptions', 'other'],
  ])('%s is %s', (name, kind) => expect(signalOf(name).kind).toBe(kind));

  test('is of CPU use under the names of several systems', () => {
    for (const [signal, unit] of [
      ['cpu_cores', 'cores'],
      ['container_cpu_usage_cores', 'cores'],
      ['process.cpu.usage', '1'],
      ['CPUUtilization', '%'],
    ] as const)
      expect(isCpuUse({ signal, unit })).toBe(true);
  });
  test('is not of CPU use where it counts seconds, or says what waits or is reserved', () => {
    for (const [signal, unit] of [
      ['container_cpu_usage_seconds_total', 's'],
      ['container_cpu_cfs_throttled_periods_ratio', 'ratio'],
      ['kube_pod_container_resource_limits_cpu_cores', 'cores'],
      ['node_cpu_iowait_percent', '%'],
      ['memory_usage', '%'],
    ] as const)
      expect(isCpuUse({ signal, unit })).toBe(false);
  });
});

test('a duration is no ratio', () => {
  expect(formatValue(0.11, 's', 'http_request_duration_seconds_p95')).toBe('0.11 s');
  expect(formatValue(0.11, '', 'hit_ratio')).toBe('11 %');
  expect(formatValue(0.11, '1', 'memory_utilisation')).toBe('11 %');
});

test('a rate of errors per second is no share of the requests', () => {
  expect(isShare({ signal: 'http_server_errors_rate', unit: '1/s' })).toBe(false);
  expect(isShare({ signal: 'error_rate', unit: '%' })).toBe(true);
  expect(isShare({ signal: 'error_ratio', unit: '' })).toBe(true);
});
