import { describe, expect, test } from 'vitest';
import { withWayOut } from '../../../core/diagnosis/way-out.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'shop', cluster: 'c1' };
const wrote = (name: string, claim: string, over: Partial<Finding> = {}): Finding => ({
  ...aFinding({
    id: `logs-${name}-${claim.length}`,
    specialist: 'logs',
    entity: { kind: 'Service', name, ...place },
    role: 'symptom',
    severity: 'critical',
    onset: '2026-11-18T14:07:00Z',
  }),
  claim,
  cause: 'dependency-unavailable',
  ...over,
});
const silent = (name: string, host: string, over: Partial<Finding> = {}): Finding =>
  wrote(name, `POST https://${host}/v1 failed: connect ETIMEDOUT 203.0.113.7:443`, over);
const calls = (name: string, peer: string, over: Partial<Finding> = {}): Finding =>
  wrote(name, `${peer}: connection refused`, { dependency: { kind: 'Service', name: peer }, ...over });
const vendors = [
  { name: 'acme-pay', hosts: ['api.acmepay.example', 'cdn.acme-files.example'], usedBy: ['checkout'] },
  { name: 'parcels', hosts: ['api.parcelwise.example'], usedBy: ['shipping'] },
];
const added = (findings: readonly Finding[]) =>
  withWayOut(findings, vendors, () => '')
    .slice(findings.length)
    .map(({ entity, cause }) => `${entity.kind} ${entity.name}: ${cause}`);
const [pay, parcels, mail] = [
  silent('checkout', 'api.acmepay.example'),
  silent('shipping', 'api.parcelwise.example'),
  silent('newsletter', 'smtp.letterbird.example'),
];

describe('the way out is suspected', () => {
  test('where several services do not reach hosts of unrelated parties', () => {
    expect(added([pay, mail])).toEqual(['Cluster c1: egress-unavailable']);
    const [first, , finding] = withWayOut([pay, mail], vendors, () => '');
    expect(first?.dependency).toEqual({ kind: 'Cluster', name: 'c1', cluster: 'c1' });
    expect(finding?.claim).toContain('hosts of 2 unrelated parties');
  });
  test('at the service where it alone reaches none of several', () => {
    expect(added([pay, silent('checkout', 'api.parcelwise.example')])).toEqual([
      'Service checkout: egress-unavailable',
    ]);
  });
  test('at the namespace where no cluster is known', () => {
    const entity = (name: string) => ({ kind: 'Service', name, namespace: 'shop' });
    expect(
      added([
        { ...pay, entity: entity('checkout') },
        { ...mail, entity: entity('newsletter') },
      ]),
    ).toEqual(['Namespace shop: egress-unavailable']);
  });
  test('where callers of the services fail after them', () => {
    expect(added([pay, mail, calls('storefront', 'checkout'), calls('edge', 'storefront')])).toHaveLength(1);
  });
  test('where names of hosts outside do not resolve', () => {
    const lost = (name: string, host: string) =>
      wrote(name, `getaddrinfo EAI_AGAIN ${host}`, {
        cause: 'dns-failure',
        dependency: { kind: 'Service', name: host },
      });
    expect(added([lost('checkout', 'api.acmepay.example'), lost('shipping', 'api.parcelwise.example')])).toHaveLength(
      1,
    );
  });
});

describe('the way out is not suspected', () => {
  test.each<[string, readonly Finding[]]>([
    ['one host is silent', [pay, silent('shipping', 'api.acmepay.example')]],
    ['the hosts have one registered domain', [mail, silent('checkout', 'api.letterbird.example')]],
    ['the hosts are of one vendor', [pay, silent('shipping', 'cdn.acme-files.example')]],
    ['the hosts have one domain under a country', [silent('a', 'x.acme.co.uk'), silent('b', 'y.acme.co.uk')]],
    [
      'the vendor of one says that it is down',
      [pay, parcels, aFinding({ entity: { kind: 'Vendor', name: 'parcels' }, cause: 'vendor-outage', role: 'cause' })],
    ],
    [
      'a vendor that may carry the others says that it is down',
      [pay, mail, aFinding({ entity: { kind: 'Vendor', name: 'Edgeworks' }, cause: 'vendor-outage', role: 'cause' })],
    ],
    ['a host inside is silent, too', [pay, mail, calls('checkout', 'cart')]],
    ['names inside do not resolve', [pay, mail, calls('cart', 'stock', { cause: 'dns-failure' })]],
    [
      'the DNS of the cluster is known to fail',
      [pay, mail, aFinding({ entity: { kind: 'Deployment', name: 'coredns' }, cause: 'dns-failure', role: 'cause' })],
    ],
    ['the hosts answer', [wrote('checkout', 'POST https://api.acmepay.example/: 504 Gateway Timeout'), mail]],
    ['they began at other times', [pay, { ...mail, onset: '2026-11-18T11:02:00Z' }]],
    ['no time is known', [pay, (({ onset: _, ...rest }) => rest)(mail)]],
    ['one is minor noise', [pay, { ...mail, severity: 'minor' }]],
    ['the errors state another cause', [pay, { ...mail, cause: 'certificate-expired' }]],
    ['a name is of a Service and its namespace', [pay, wrote('cart', 'GET http://ledger.books/v1: i/o timeout')]],
    ['a host is of the cluster', [pay, silent('cart', 'ledger.books.svc.cluster.local')]],
    ['only addresses are known', [pay, wrote('cart', 'dial tcp 198.51.100.9:443: i/o timeout')]],
    [
      'the services share no place',
      [pay, { ...mail, entity: { kind: 'Service', name: 'newsletter', namespace: 'mail', cluster: 'c2' } }],
    ],
  ])('where %s', (_, findings) => expect(added(findings)).toEqual([]));
  test('and then nothing is changed, whatever the text', () => {
    const odd = [wrote('a', `https://${'a.'.repeat(5000)} timeout`), wrote('b', 'https://.. timed out https://-.x')];
    expect(withWayOut(odd, vendors, () => 'https://'.repeat(5000))).toBe(odd);
  });
});
