import { describe, expect, test } from 'vitest';
import { withClusterDns } from '../../../core/diagnosis/names.ts';
import type { Finding, Report } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

type Dns = NonNullable<NonNullable<Report['topology']>['dns']>[number];

const place = { namespace: 'shop', cluster: 'c1' };
const coredns = { kind: 'Deployment', name: 'coredns', namespace: 'kube-system', cluster: 'c1' };
const services = ['shop/ledger', 'shop/stock', 'attic/archive', 'kube-system/kube-dns'];
const well: Dns = { workload: coredns, troubles: [], services };
const unwell: Dns = { ...well, troubles: ['0 of 2 pods available'] };

const heard = (writer: string, host: string, over: Partial<Finding> = {}): Finding =>
  aFinding({
    id: `logs-1-${writer}`,
    specialist: 'logs',
    claim: `New at ${writer}: "lookup ${host}: no such host"`,
    entity: { kind: 'Deployment', name: writer, ...place },
    dependency: { kind: 'Service', name: host },
    cause: 'dns-failure',
    role: 'symptom',
    confidence: 0.7,
    evidenceIds: [`ev-${writer}`],
    ...over,
  });
const told = (dns: Dns, ...findings: readonly Finding[]) =>
  withClusterDns(findings, [{ topology: { calls: [], databases: [], dns: [dns] } }]).map(
    ({ entity, cause, role, dependency }) => `${entity.name}: ${cause} ${role} ${dependency?.name ?? ''}`.trim(),
  );

describe('names that do not resolve', () => {
  test('lead to the cluster DNS if it is unwell', () => {
    expect(told(unwell, heard('cart', 'ledger'))).toEqual([
      'cart: dns-failure symptom coredns',
      'coredns: dns-failure cause',
    ]);
    expect(told(unwell, heard('cart', 'api.example.com'))).toContain('coredns: dns-failure cause');
  });
  test('lead to what is known of the cluster DNS', () => {
    const killed = aFinding({ specialist: 'kubernetes', entity: coredns, cause: 'oom-killed', role: 'cause' });
    expect(told(unwell, killed, heard('cart', 'ledger'))).toEqual([
      'coredns: oom-killed cause',
      'cart: dns-failure symptom coredns',
    ]);
  });
  test('lead to it if several workloads miss Services that exist', () => {
    expect(told(well, heard('cart', 'ledger'), heard('mail', 'stock'))).toContain('coredns: dns-failure cause');
  });
  test('say who misses what, and that the Services exist', () => {
    const found = withClusterDns(
      [heard('cart', 'ledger'), heard('mail', 'stock')],
      [{ topology: { calls: [], databases: [], dns: [well] } }],
    );
    expect(found.at(-1)).toMatchObject({
      claim:
        "cart and mail cannot resolve ledger and stock through the cluster's DNS, coredns: its pods are ready, and the Services exist.",
      evidenceIds: ['ev-cart', 'ev-mail'],
    });
  });
  test('are a mistake of the writer if no Service has the name', () => {
    expect(told(well, heard('cart', 'legder'))).toEqual(['cart: environment-address cause legder']);
    expect(told(unwell, heard('cart', 'legder'))).toEqual(['cart: environment-address cause legder']);
    expect(told(well, heard('cart', 'archive'))).toEqual(['cart: environment-address cause archive']);
  });
  test.each<[string, Dns, readonly Finding[]]>([
    ['one workload alone misses a Service', well, [heard('cart', 'ledger')]],
    ['the name is outside the cluster', well, [heard('cart', 'api.example.com'), heard('mail', 'api.example.com')]],
    ['the name worked before and is gone', well, [heard('cart', 'legder', { workedBefore: true })]],
    ['the Services are not known', { workload: coredns, troubles: [] }, [heard('cart', 'legder')]],
    [
      'the namespace has no Service in the snapshot',
      well,
      [heard('cart', 'legder', { entity: { kind: 'Deployment', name: 'cart', namespace: 'dock', cluster: 'c1' } })],
    ],
    [
      'the DNS is of another cluster',
      unwell,
      [heard('cart', 'ledger', { entity: { kind: 'Deployment', name: 'cart', namespace: 'shop', cluster: 'c2' } })],
    ],
    [
      'the workload has a cause of its own',
      unwell,
      [
        aFinding({
          specialist: 'kubernetes',
          entity: { kind: 'Deployment', name: 'cart', ...place },
          cause: 'network-policy',
          role: 'cause',
        }),
        heard('cart', 'ledger'),
      ],
    ],
  ])('stay as they are if %s', (_, dns, findings) => {
    expect(withClusterDns(findings, [{ topology: { calls: [], databases: [], dns: [dns] } }])).toEqual(findings);
  });
});
