import { describe, expect, test } from 'vitest';
import { changedValues, reportsChange } from '../../../../core/analysis/logs/changes.ts';

describe('a line that reports a change', () => {
  test.each([
    'Configuration reloaded successfully',
    'Reloading configuration...',
    'configuration file change detected',
    'feature flag new-basket switched on',
    'failing over to replica orders-db-1',
    'switched to endpoint ledger-b.internal',
    'flushed the entire page cache',
    'database migration 0042_add_region started',
    'secrets were rotated',
  ])('%s', (line) => {
    expect(reportsChange(line)).toBe(true);
  });
});

describe('a line that reports none', () => {
  test.each([
    'Loading configuration...',
    'configuration is valid',
    'Environment: production (unchanged)',
    'no configuration changes',
    'cache miss for key 7',
    'the customer changed the address',
    'GET /settings 200',
    'route /cart registered',
  ])('%s', (line) => {
    expect(reportsChange(line)).toBe(false);
  });
});

test('the values that changed are told, not those that stayed', () => {
  const after = [
    'Reading /config/app.yaml',
    'host: db-b:5432 (was: db-a:5432)',
    'zone: eu (unchanged)',
    'pool from 10 to 5',
  ];
  expect(changedValues({ group: 'g', text: 'configuration reloaded', atMs: 0, after })).toEqual([
    'host: db-b:5432 (was: db-a:5432)',
    'pool from 10 to 5',
  ]);
});
