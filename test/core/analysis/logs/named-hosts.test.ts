import { describe, expect, test } from 'vitest';
import { namedHosts } from '../../../../core/analysis/logs/named-hosts.ts';
import { LogReader } from '../../../../core/analysis/logs/reading.ts';

const start = Date.parse('2026-11-20T10:00:00Z');
const read = (...lines: readonly (readonly [service: string, message: string])[]) => {
  const reader = new LogReader(
    { baselineStart: start - 3_600_000, baselineEnd: start, incidentStart: start, incidentEnd: start + 3_600_000 },
    undefined,
  );
  for (const [place, [service, message]] of lines.entries())
    reader.push({
      timestamp: new Date(start + place * 1000).toISOString(),
      source: 'kubernetes',
      labels: { cluster: 'c1', namespace: service === 'entry' ? 'edge' : 'shop', service, level: 'info' },
      message,
    });
  return namedHosts(reader.finish()).map(({ name, namespace }) => `${namespace}/${name}`);
};

describe('a line names the Service that its writer calls', () => {
  test.each([
    'GET http://orders.shop.svc:8080/items 200 12ms',
    '[2026-11-20T10:00:00Z] "GET /items HTTP/1.1" 503 UF 0 91 - "10.1.1.1" outbound|8080||orders.shop.svc.cluster.local',
  ])('%s', (line) => {
    expect(read(['entry', line])).toEqual(['shop/orders']);
  });
  test('in the access log of ingress-nginx, if that Service writes a log', () => {
    const access =
      '10.0.0.1 - - "GET / HTTP/1.1" 502 150 "-" "curl/8" 80 0.001 [shop-orders-8080] [] 10.42.0.7:8080 0 0.000 502';
    expect(read(['entry', access], ['orders', 'ready'])).toEqual(['shop/orders']);
    expect(read(['entry', access])).toEqual([]);
  });
});

describe('a line does not', () => {
  test.each([
    'request from web.shop.svc.cluster.local accepted',
    'client=http://web.shop.svc:8080 path=/x',
    'orders.shop.example.com answered',
    'see chart.svg.svcx',
  ])('%s', (line) => {
    expect(read(['orders', line])).toEqual([]);
  });
  test('if its writer names so many that it only watches them', () => {
    const lines = Array.from(
      { length: 40 },
      (_, n) => ['probe', `check ${'abcdefgh'[n % 8]}${n}: http://svc-${n}.shop.svc/`] as const,
    );
    expect(read(...lines).length).toBeLessThanOrEqual(25);
  });
});
