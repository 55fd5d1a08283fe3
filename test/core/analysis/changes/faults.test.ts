import { describe, expect, test } from 'vitest';
import { type Fault, faultsIn, matchOfFaults, mechanismsOf } from '../../../../core/analysis/changes/faults.ts';

const match = (seen: string, diff: string, files: readonly string[] = ['src/a.ts']) =>
  matchOfFaults(faultsIn(seen), mechanismsOf(diff, files)).kind;

describe('an edit produces the kind of fault that is seen:', () => {
  test.each<[name: string, seen: string, diff: string, files?: readonly string[]]>([
    [
      'one query for each item instead of one for all',
      'queries_per_second of stock-db rose from 300 to 3,400',
      '-    q = Item.objects.select_related("owner").all()\n+    q = Item.objects.all()',
    ],
    [
      'a migration that locks its table',
      'canceling statement due to statement timeout',
      '+CREATE INDEX a_b_idx ON a (b);',
      ['db/migrations/7_a_b.sql'],
    ],
    [
      'another cache key',
      'cache_hit_ratio of page-cache fell from 94 % to 5 %',
      '-  return cache.fetch("p/" + id)\n+  return cache.fetch("p/" + id + "/" + requestId)',
    ],
    [
      'a listener that is not taken off',
      'heap_used_bytes grew steadily',
      '-    this.bus.off("m", this.h)\n     this.bus.on("m", this.h)',
    ],
    [
      'a connection that is not returned',
      'HikariPool-1 - Connection is not available, request timed out',
      '-    try (Connection c = ds.getConnection()) {\n-      return map(c);\n-    }\n+    Connection c = ds.getConnection();\n+    return map(c);',
    ],
    ['a lower CPU limit', 'cpu_throttled_seconds rose', '-    cpu: "2"\n+    cpu: 300m', ['charts/a/values.yaml']],
    [
      'another path to a certificate',
      'x509: certificate signed by unknown authority',
      '-          mountPath: /etc/ssl/partner\n+          mountPath: /etc/ssl/partners',
      ['deploy/a.yaml'],
    ],
    [
      'another required scope',
      'http_403_ratio rose from 0.3 % to 55 %',
      '-  RequireClaim("scope", "read");\n+  RequireClaim("scope", "read.all");',
    ],
    ['a check less', 'NullPointerException at Discount', '-    if (campaign == null) return total;'],
    [
      'another field name',
      'cannot unmarshal envelope: missing field',
      '-\tP int `json:"unit"`\n+\tP int `json:"unit_price"`',
    ],
  ])('%s', (_, seen, diff, files) => {
    expect(match(seen, diff, files)).toBe('produces');
  });
});

describe('an edit is unrelated to a fault:', () => {
  test.each<[name: string, seen: string, diff: string]>([
    [
      'a wording, while memory grows',
      'heap_used_bytes grew steadily',
      '-  footer = "Thanks"\n+  footer = "Thanks a lot"',
    ],
    ['a gauge, while a queue grows', 'queue_oldest_message_age_seconds rose', '+\tsize = prometheus.NewGauge(opts)'],
    ['a check less, while a certificate expired', 'x509: certificate has expired', '-    if (a == null) return b;'],
    [
      'a renamed helper',
      'NullPointerException',
      '-func trimAll(s string) string {\n+func trimSpaces(s string) string {',
    ],
    [
      'the same call in a method of its own',
      'queries_per_second rose',
      '-  rows = db.query(q, id)\n-  return scan(rows)\n+  return this.load(q, id)\n+}\n+load(q, id) {\n+  rows = db.query(q, id)\n+  return scan(rows)',
    ],
    ['a patch version', 'http_403_ratio rose', '-  "serilog": "3.1.0"\n+  "serilog": "3.1.1"'],
  ])('%s', (_, seen, diff) => {
    expect(match(seen, diff)).toBe('unrelated');
  });
});

describe('nothing is known of a match', () => {
  test('without a diff', () => {
    expect(matchOfFaults(faultsIn('heap grew'), mechanismsOf(undefined))).toEqual({ kind: 'unknown' });
  });
  test('where the texts only say that something fails', () => {
    expect(match('error rate of web above 2 %', '-  a(1)\n+  a(2)')).toBe('unknown');
  });
  test('where a dependency has another major version', () => {
    expect(match('NullPointerException', '-      <version>2.15.2</version>\n+      <version>3.0.0</version>')).not.toBe(
      'produces',
    );
    expect(
      match('NullPointerException', '-      <version>2.15.2</version>\n+      <version>3.0.0</version>', ['a/pom.xml']),
    ).toBe('unknown');
  });
});

test('names of services do not say which kind of fault it is', () => {
  expect(faultsIn('memory usage of cache-pool', ['cache-pool'])).toEqual(new Set<Fault>(['growth']));
  expect(faultsIn('lock-service fails', ['lock-service'])).toEqual(new Set());
});

test('an expired certificate is a fault of its own', () => {
  expect(faultsIn('tls: certificate has expired')).toEqual(new Set<Fault>(['certificate-expired']));
});
