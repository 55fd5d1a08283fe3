import { describe, expect, test } from 'vitest';
import { withMissingRights } from '../../../core/diagnosis/rights.ts';
import type { AccountRights } from '../../../core/model/account-rights.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'shop', cluster: 'c1' };
const line =
  'User "system:serviceaccount:shop:sorter" cannot list resource "parcels" in API group "depot.example" in the namespace "shop"';
const heard = (over: Partial<Finding> = {}): Finding =>
  aFinding({
    id: 'logs-1-1',
    specialist: 'logs',
    claim: 'New at sorter, 4 times.',
    entity: { kind: 'Service', name: 'sorter', ...place },
    cause: 'access-denied',
    role: 'cause',
    onset: '2026-11-20T02:40:00.000Z',
    ...over,
  });
const rights = (verbs: string[], workloads = ['sorter']): AccountRights => ({
  account: { name: 'sorter', ...place },
  workloads: workloads.map((name) => ({ kind: 'Deployment', name, ...place })),
  grants: [
    {
      binding: 'RoleBinding sorter-reads',
      role: 'Role parcel-reader',
      namespace: 'shop',
      rules: [{ groups: ['depot.example'], resources: ['parcels'], verbs }],
    },
  ],
  nearBindings: [],
});
const told = (finding: Finding, accounts: AccountRights[], text = line) =>
  withMissingRights([finding], [{ topology: { calls: [], databases: [], accounts } }], () => text)[0];

describe('a refused right in the log', () => {
  test('is named with the gap in the role', () => {
    expect(told(heard(), [rights(['get'])])).toMatchObject({
      claim:
        'ServiceAccount shop/sorter may not list parcels of API group depot.example in namespace shop: Role parcel-reader, which RoleBinding sorter-reads gives it, allows get on parcels, but list is missing (since 02:40 UTC).',
      entity: { kind: 'Service', name: 'sorter' },
      role: 'cause',
    });
  });
  test('leads from another writer to the workload that runs as the account', () => {
    const finding = heard({ entity: { kind: 'Node', name: 'master-1', cluster: 'c1' } });
    expect(told(finding, [rights(['get'])])).toMatchObject({ entity: { kind: 'Deployment', name: 'sorter' } });
  });
  test('stays with the writer if several workloads run as the account', () => {
    const finding = heard({ entity: { kind: 'Node', name: 'master-1', cluster: 'c1' } });
    expect(told(finding, [rights(['get'], ['sorter', 'packer'])])).toMatchObject({ entity: { name: 'master-1' } });
  });
  test('is no cause any more once the role allows it', () => {
    expect(told(heard(), [rights(['get', 'list'])])).toMatchObject({ role: 'symptom' });
  });
  test('of another kind keeps its words', () => {
    expect(told(heard(), [rights(['get'])], '403 Forbidden from https://billing')).toEqual(heard());
  });
});
