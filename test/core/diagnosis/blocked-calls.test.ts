import { describe, expect, test } from 'vitest';
import { withBlockedCalls } from '../../../core/diagnosis/blocked-calls.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'shop', cluster: 'c1' };
const outgoing = (service: string, over: Partial<Finding> = {}): Finding =>
  aFinding({
    id: 'kubernetes-1-1',
    claim: `NetworkPolicy quiet blocks calls of web to Service ${service}: no egress rule allows TCP 80 to it.`,
    entity: { kind: 'Deployment', name: 'web', ...place },
    dependency: { kind: 'Service', name: service, ...place },
    cause: 'network-policy',
    role: 'context',
    onset: '2026-11-20T02:00:00.000Z',
    evidenceIds: ['ev-1'],
    ...over,
  });
const { dependency: _, ...incoming } = outgoing('ledger', { entity: { kind: 'Deployment', name: 'ledger', ...place } });
const logged = (claim: string, over: Partial<Finding> = {}): Finding =>
  aFinding({
    id: 'logs-1-1',
    specialist: 'logs',
    claim,
    entity: { kind: 'Service', name: 'web', ...place },
    cause: 'dns-failure',
    role: 'cause',
    onset: '2026-11-20T02:40:00.000Z',
    evidenceIds: ['ev-2'],
    ...over,
  });
const roleOf = (...findings: readonly Finding[]) => withBlockedCalls(findings, () => '')[0]?.role;

describe('a policy that blocks a call', () => {
  test.each([
    ['kube-dns', 'getaddrinfo EAI_AGAIN ledger'],
    ['kube-dns', 'dial tcp: lookup ledger on 10.96.0.10:53: read udp: i/o timeout'],
    ['kube-dns', 'socket.gaierror: [Errno -3] Temporary failure in name resolution'],
    ['ledger', 'POST http://ledger:80/entries: dial tcp 10.96.4.4:80: i/o timeout'],
    ['ledger', 'java.net.SocketTimeoutException: connect timed out: ledger/10.96.4.4:80'],
  ])('to %s is the cause where the log says %s', (service, line) => {
    const [policy, symptom] = withBlockedCalls([outgoing(service), logged(line)], () => '');
    expect(policy).toMatchObject({ role: 'cause', evidenceIds: ['ev-1', 'ev-2'], onset: '2026-11-20T02:40:00.000Z' });
    expect(symptom).toMatchObject({ role: 'symptom' });
    expect(symptom?.cause).toBeUndefined();
  });
  test('is the cause at the callee where the log of the caller shows it', () => {
    const timeout = logged('dial tcp ledger:80: i/o timeout');
    expect(roleOf(incoming, timeout)).toBe('cause');
    expect(roleOf(incoming, logged(timeout.claim, { entity: { kind: 'Service', name: 'mail', ...place } }))).toBe(
      'context',
    );
  });
  test('is a weaker cause if it is days older than the failure', () => {
    const [policy] = withBlockedCalls(
      [outgoing('ledger', { onset: '2026-11-01T00:00:00.000Z' }), logged('dial tcp ledger:80: i/o timeout')],
      () => '',
    );
    expect(policy?.confidence).toBeLessThan(0.8);
  });
  test.each([
    ['the resolver answers that there is no such name', 'kube-dns', 'lookup ledger on 10.96.0.10:53: no such host'],
    ['the host refuses, so it answers', 'ledger', 'dial tcp ledger:80: connect: connection refused'],
    ['another host is silent', 'ledger', 'dial tcp mail:25: i/o timeout'],
    ['the host answers with an error', 'ledger', 'GET http://ledger/entries: 503 Service Unavailable'],
  ])('stays context where %s', (_, service, line) => {
    expect(roleOf(outgoing(service), logged(line))).toBe('context');
  });
});
