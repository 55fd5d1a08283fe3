import { describe, expect, test } from 'vitest';
import { applicable } from '../../../connectors/prometheus/discovery.ts';
import { named, nameIn } from '../../../connectors/prometheus/promql.ts';
import { failedIn } from '../../../connectors/prometheus/status.ts';

describe('failures by the values of a label', () => {
  test.each([
    ['code', ['200', '404', '503'], 'code=~"5.."'],
    ['code', ['200'], 'code=~"5.."'],
    ['status', ['2xx', '5xx'], 'status=~"5.."'],
    ['status', ['200', 'CLIENT_ERROR', 'UNKNOWN'], 'status=~"5.."'],
    ['outcome', ['SUCCESS', 'SERVER_ERROR'], 'outcome="SERVER_ERROR"'],
    ['rpc_grpc_status_code', ['0', '14'], 'rpc_grpc_status_code=~"2|4|12|13|14|15"'],
  ])('%s of %j', (label, values, matcher) => expect(failedIn(label, values)).toBe(matcher));
  test('words of gRPC, and words of success and failure', () => {
    expect(failedIn('grpc_code', ['OK', 'NotFound', 'Internal'])).toMatch(/Internal.*DATA_LOSS/);
    expect(failedIn('grpc_code', ['OK'])).not.toMatch(/NotFound/);
    expect(failedIn('status', ['success', 'error'])).toMatch(/error/);
  });
  test.each([
    ['code', []],
    ['code', ['']],
    ['code', ['0', '7', '31']],
    ['status', ['active', 'idle']],
    ['status', ['ok', 'retried']],
    ['code', ['EUR', 'USD']],
    ['code', ['2000', '5000']],
  ])('none in %s of %j', (label, values) => expect(failedIn(label, values)).toBeUndefined());
});

describe('metrics by their names', () => {
  const signalsOf = (names: readonly string[], types: readonly (readonly [string, string])[] = []) => {
    const { recipes, unclear } = applicable(names, new Map(types));
    return { signals: recipes.map(({ signal, needs }) => `${signal} ${needs[0]}`), unclear };
  };
  test.each([
    [
      ['http_server_requests_seconds_count', 'http_server_requests_seconds_sum'],
      'latency_mean http_server_requests_seconds_count',
    ],
    [['http_server_requests_seconds_bucket'], 'latency_p95 http_server_requests_seconds_bucket'],
    [['shop_http_requests_total'], 'requests_per_second shop_http_requests_total'],
    [['checkout_api_requests_total'], 'requests_per_second checkout_api_requests_total'],
    [
      ['shop_http_request_duration_ms_count', 'shop_http_request_duration_ms_sum'],
      'latency_mean shop_http_request_duration_ms_count',
    ],
    [['mail_queue_depth'], 'queue_depth mail_queue_depth'],
  ])('%j', (names, signal) => expect(signalsOf(names).signals).toContain(signal));
  test.each([
    ['http_client_requests_total'],
    ['promhttp_metric_handler_requests_total'],
    ['prometheus_http_requests_total'],
    ['shop_outbound_http_requests_total'],
    ['apiserver_request_total'],
    ['grpc_client_handled_total'],
    ['request_rejections'],
    ['max_queue_size_limit'],
    ['cache_requests_total'],
  ])('%s is no request of a service', (name) => expect(signalsOf([name]).signals).toEqual([]));
  test('a gauge is no counter', () => {
    expect(signalsOf(['shop_http_requests_total'], [['shop_http_requests_total', 'gauge']]).signals).toEqual([]);
    expect(signalsOf(['mail_queue_depth'], [['mail_queue_depth', 'counter']]).signals).toEqual([]);
  });
  test('a duration without a unit gives no latency, and that is said', () => {
    const { signals, unclear } = signalsOf(['shop_http_request_duration_count', 'shop_http_request_duration_sum']);
    expect(signals.some((one) => one.startsWith('latency'))).toBe(false);
    expect(unclear).toEqual(['latency: shop_http_request_duration does not say its unit']);
  });
});

describe('names in labels', () => {
  test.each([
    ['path', 'shop/web', 'web'],
    ['provider', 'web@docker', 'web'],
    ['host', 'outbound|80||web.shop.svc.cluster.local', 'web'],
    ['address', 'worker-1:9100', 'worker-1'],
    ['address', '10.0.0.1:9100', undefined],
    ['plain', '', undefined],
  ] as const)('%s %s', (form, value, name) => expect(nameIn(form, value)).toBe(name));
  test('are escaped', () => {
    expect(named({ label: 'app', form: 'plain' }, ['a.b"|.*', 'c'])).toBe(String.raw`app=~"a\\.b\"\\|\\.\\*|c"`);
  });
});
