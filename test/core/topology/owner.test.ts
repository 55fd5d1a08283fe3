import { describe, expect, test } from 'vitest';
import { ownerOf } from '../../../core/topology/owner.ts';

describe('a workload is read back from what its controller made', () => {
  test.each([
    ['Pod', 'checkout-7f9c8d6b5d-x7k2p', 'Deployment', 'checkout'],
    ['Pod', 'nightly-invoices-29381640-x7k2p', 'CronJob', 'nightly-invoices'],
    ['Pod', 'kafka-0', 'StatefulSet', 'kafka'],
    ['Pod', 'fluent-bit-4xk2p', 'DaemonSet', 'fluent-bit'],
    ['Job', 'nightly-invoices-29381640', 'CronJob', 'nightly-invoices'],
    ['ReplicaSet', 'checkout-7f9c8d6b5d', 'Deployment', 'checkout'],
  ])('%s %s is of %s %s', (kind, name, ownerKind, ownerName) => {
    expect(ownerOf({ kind, name })).toEqual({ kind: ownerKind, name: ownerName });
  });

  test.each([
    ['Pod', 'checkout'],
    ['Pod', 'web-player'],
    ['Job', 'migrate-schema'],
    ['Deployment', 'api-2'],
    ['Node', 'node-1'],
  ])('%s %s is its own', (kind, name) => {
    expect(ownerOf({ kind, name })).toEqual({ kind, name });
  });
});
