// The real records connector on an in-memory dynalite, for tests of what reads and writes records. Each call has tables of its own.
import { afterAll, beforeAll } from 'vitest';
import { type DynamoStores, dynamoStores, tableDefinitions } from '../connectors/dynamodb/index.ts';
import { createTable, openTables, type Tables } from '../local/runtime/tables.ts';

export function storesForTests(): (clock: { now(): Date }) => Promise<DynamoStores> {
  let tables: Tables;
  let count = 0;
  beforeAll(async () => {
    tables = await openTables(undefined, []);
  });
  afterAll(() => tables.close());
  return async (clock) => {
    count += 1;
    const names = { incidents: `incidents-${count}`, preferences: `preferences-${count}`, audit: `audit-${count}` };
    for (const definition of tableDefinitions(names)) await createTable(tables.client, definition);
    return dynamoStores({
      client: tables.calls,
      incidentsTable: names.incidents,
      preferencesTable: names.preferences,
      auditTable: names.audit,
      clock,
    });
  };
}
