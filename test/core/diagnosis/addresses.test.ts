import { describe, expect, test } from 'vitest';
import { withOddAddresses } from '../../../core/diagnosis/addresses.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'shop', cluster: 'c1' };
const odd: Finding = aFinding({
  id: 'kubernetes-1-1',
  claim: 'Deployment web: CATALOG_ADDR=catalogue-v9:80 points to catalogue-v9, and there is no such Service.',
  entity: { kind: 'Deployment', name: 'web', ...place },
  dependency: { kind: 'Service', name: 'catalogue-v9', ...place },
  cause: 'environment-address',
  role: 'context',
  evidenceIds: ['ev-1'],
});
const heard = (claim: string, over: Partial<Finding> = {}): Finding =>
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
const told = (...findings: readonly Finding[]) =>
  withOddAddresses(findings, () => '').map(({ id, cause, role }) => `${id}: ${cause} ${role}`);

describe('a variable that names a host without a Service', () => {
  test.each([
    'dial tcp: lookup catalogue-v9 on 10.0.0.10:53: no such host',
    'java.net.UnknownHostException: catalogue-v9',
    'getaddrinfo ENOTFOUND catalogue-v9.shop.svc.cluster.local',
  ])('is the cause where the log says %s', (line) => {
    expect(told(odd, heard(line))).toEqual([
      'kubernetes-1-1: environment-address cause',
      'logs-1-1: undefined symptom',
    ]);
  });
  test('then stands on both, since the log began to complain', () => {
    const [cause] = withOddAddresses([odd, heard('lookup catalogue-v9: no such host')], () => '');
    expect(cause).toMatchObject({ evidenceIds: ['ev-1', 'ev-2'], onset: '2026-11-20T02:40:00.000Z' });
  });
  test('also where only the evidence names the host', () => {
    const findings = withOddAddresses([odd, heard('Names do not resolve.')], ({ id }) =>
      id === 'logs-1-1' ? 'lookup catalogue-v9: no such host' : '',
    );
    expect(findings[0]).toMatchObject({ role: 'cause' });
  });
  test.each([
    ['the log complains of another host', heard('lookup catalogue: no such host')],
    ['the host answers, and refuses', heard('dial tcp catalogue-v9:80: connection refused', { cause: undefined })],
    [
      'another service complains',
      heard('lookup catalogue-v9: no such host', { entity: { kind: 'Service', name: 'mail', ...place } }),
    ],
    ['the log only mentions it', heard('lookup catalogue-v9: no such host', { role: 'context' })],
  ])('is background where %s', (_, finding) => {
    expect(told(odd, finding)[0]).toBe('kubernetes-1-1: environment-address context');
  });
});
