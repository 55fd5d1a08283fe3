// What an operation on infrastructure touches, against the kind of the fault: a positive, a negative and a look-alike of each.
import { describe, expect, test } from 'vitest';
import { faultsIn, matchOfFaults } from '../../../core/analysis/changes/faults.ts';
import { mechanismsOfChange } from '../../../core/analysis/changes/operations.ts';
import { rankChanges } from '../../../core/analysis/changes/rank.ts';
import type { Change } from '../../../core/model/telemetry.ts';

const match = (title: string, fault: string, over: Partial<Change> = {}) =>
  matchOfFaults(faultsIn(fault), mechanismsOfChange({ kind: 'infrastructure', title, ...over })).kind;
const timeOut = 'connect to orders-db:5432 timed out';
const denied = 'AccessDenied: User is not authorized to perform sqs:SendMessage';

describe.each<[string, string, string, string]>([
  ['a revoked rule of a security group', 'ec2 RevokeSecurityGroupIngress on sg-0db', timeOut, 'produces'],
  ['a rule that is only added', 'ec2 AuthorizeSecurityGroupIngress on sg-0db', timeOut, 'concerns'],
  [
    'a rule, for a fault in code',
    'ec2 RevokeSecurityGroupIngress on sg-0db',
    'NullPointerException in Cart',
    'unrelated',
  ],
  ['a policy of a role', 'iam PutRolePolicy on orders', denied, 'produces'],
  ['a policy of a role, for a time-out', 'iam PutRolePolicy on orders', timeOut, 'unrelated'],
  ['a scaling policy, for a refusal', 'autoscaling PutScalingPolicy on orders', denied, 'unrelated'],
  ['a rotated secret', 'secretsmanager RotateSecret on orders-db', 'invalid credentials for user orders', 'produces'],
  ['a DNS record', 'route53 ChangeResourceRecordSets on Z1', 'getaddrinfo ENOTFOUND orders-db', 'produces'],
  ['a rebooted database', 'rds RebootDBInstance on orders-db', 'the database system is shutting down', 'produces'],
  [
    'reserved concurrency',
    'lambda PutFunctionConcurrency on clip-ingest',
    'Rate exceeded: 429 TooManyRequests',
    'produces',
  ],
  ['a parameter, which can be anything', 'ssm PutParameter on /orders/url', timeOut, 'unknown'],
])('%s', (_, title, fault, expected) => {
  test(`is ${expected}`, () => expect(match(title, fault)).toBe(expected));
});

test('a deploy is not read as an operation', () =>
  expect(match('deploy orders: rotate secrets daily', denied, { kind: 'deploy' })).toBe('unknown'));

describe('ranked', () => {
  const question = {
    service: 'orders',
    callees: ['orders-db'],
    callers: [],
    misbehaviour: 'orders: connections to the database time out',
    pagedAt: '2026-11-22T14:30:00Z',
    environment: 'production',
  };
  const change = (over: Partial<Change>): Change => ({
    id: 'c-1',
    kind: 'infrastructure',
    at: '2026-11-22T14:20:00Z',
    title: 'ec2 RevokeSecurityGroupIngress on sg-0db',
    ...over,
  });
  const confidence = (over: Partial<Change>) => rankChanges([change(over)], question).suspects[0]?.confidence ?? 0;
  test('a rule of the database that the service calls is likely', () =>
    expect(confidence({ service: 'orders-db' })).toBeGreaterThan(0.6));
  test('the same rule of a group that nobody knows is not, at the same time', () =>
    expect(confidence({ entity: { kind: 'Resource', name: 'sg-0other' } })).toBeLessThan(0.3));
  test('another operation on the same database at the same time is not', () =>
    expect(confidence({ service: 'orders-db', title: 'iam PutRolePolicy on monitoring' })).toBeLessThan(0.3));
});
