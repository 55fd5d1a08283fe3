import { describe, expect, test } from 'vitest';
import { withKnownDependencies } from '../../../core/diagnosis/dependency.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const complaint = (host: string): Finding =>
  aFinding({
    specialist: 'logs',
    entity: { kind: 'Service', name: 'desk', namespace: 'front', cluster: 'edge-4' },
    dependency: { kind: 'Service', name: host },
    claim: `${host} does not answer.`,
  });
const rates = aFinding({
  specialist: 'kubernetes',
  entity: { kind: 'Pod', name: 'rates-7d9c5b8f6d-x2x5d', namespace: 'trip', cluster: 'core-7' },
  claim: 'A pod was killed.',
});
const database = aFinding({
  specialist: 'changes',
  role: 'change',
  entity: { kind: 'Service', name: 'desk-db' },
  claim: 'A rule was removed.',
});
const dependencyOf = (host: string, ...others: readonly Finding[]) =>
  withKnownDependencies([complaint(host), ...others], [], { callers: [], callees: [] })[0]?.dependency;

describe('a host in a log', () => {
  test.each([
    ['the cluster and the namespace', 'rates.trip.core-7.internal'],
    ['the namespace', 'rates.trip.mesh'],
  ])('means the workload of another finding if it names %s', (_, host) => {
    const meant = { kind: 'Service', name: 'rates', namespace: 'trip', cluster: 'core-7' };
    expect(dependencyOf(host, rates)).toEqual(meant);
  });
  test('of a managed resource begins with its name', () => {
    const host = 'desk-db.c1x2y3.eu-west-1.rds.amazonaws.com';
    expect(dependencyOf(host, database)).toEqual({ kind: 'Service', name: 'desk-db' });
    expect(dependencyOf(host)).toEqual({ kind: 'Database', name: 'desk-db' });
  });
  test.each<[string, string, Finding]>([
    ['is elsewhere', 'rates.example.com', rates],
    ['has the name in another place', 'api.rates.trip.internal', rates],
    ['is no database of AWS', 'desk-db.example.amazonaws.com.example.org', database],
  ])('means nothing known if it %s', (_, host, other) => {
    expect(dependencyOf(host, other)).toBeUndefined();
  });
});
