import { describe, expect, test } from 'vitest';
import { withSharedPeers } from '../../../core/diagnosis/peers.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'shop', cluster: 'c1' };
const fails = (name: string, peer: string, cause: Finding['cause'] = 'dependency-unavailable'): Finding => ({
  ...aFinding({ id: `logs-${name}`, specialist: 'logs', entity: { kind: 'Service', name, ...place }, role: 'symptom' }),
  cause,
  dependency: { kind: 'Service', name: peer },
});
const peers = (findings: readonly Finding[]) =>
  withSharedPeers(findings)
    .slice(findings.length)
    .map(({ entity, claim }) => `${entity.namespace}/${entity.name}: ${claim}`);

describe('a service towards which others fail', () => {
  test('is suspected where several do', () => {
    expect(peers([fails('cart', 'ledger'), fails('till', 'ledger'), fails('till', 'stock')])).toEqual([
      'shop/ledger: 2 services fail towards ledger: cart and till.',
    ]);
  });
  test('not where one fails alone, however often', () => {
    expect(peers([fails('cart', 'ledger'), fails('cart', 'ledger'), fails('till', 'stock')])).toEqual([]);
  });
  test('not again where it is reported itself', () => {
    const own = aFinding({ entity: { kind: 'Pod', name: 'ledger-7f9c8d6b5d-x7k2p', ...place }, cause: 'oom-killed' });
    expect(peers([fails('cart', 'ledger'), fails('till', 'ledger'), own])).toEqual([]);
  });
  test('not by names that do not resolve, which is the names’ trouble', () => {
    expect(peers([fails('cart', 'ledger', 'dns-failure'), fails('till', 'ledger', 'dns-failure')])).toEqual([]);
  });
});
