import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DynamoStores, dynamoStores, tableDefinitions } from '../../../connectors/dynamodb/index.ts';
import { Impossible, Unavailable } from '../../../core/errors.ts';
import { createTable, openTables, type Tables } from '../../../local/runtime/tables.ts';
import { anIncident } from '../../builders.ts';
import { recordContracts, type TestClock, testClock } from '../../contract/records.ts';

// The real connector against dynalite, in this process and in memory. Each test has its own tables. The embedded runtime calls dynalite
// directly, AWS is called through the SDK: the contracts hold for both.

let tables: Tables;
let worlds = 0;
beforeAll(async () => {
  tables = await openTables(undefined, []);
});
afterAll(() => tables.close());

async function openStores(clock: TestClock, through: 'calls' | 'client' = 'calls'): Promise<DynamoStores> {
  worlds += 1;
  const names = { incidents: `incidents-${worlds}`, preferences: `preferences-${worlds}`, audit: `audit-${worlds}` };
  for (const definition of tableDefinitions(names)) await createTable(tables.client, definition);
  return dynamoStores({
    client: tables[through],
    incidentsTable: names.incidents,
    preferencesTable: names.preferences,
    auditTable: names.audit,
    clock,
  });
}

describe.each(['calls', 'client'] as const)('over the %s', (through) => {
  recordContracts((clock) => openStores(clock, through));
});

describe('what is wrong with the table is said in our words', () => {
  test('a table that does not answer is unavailable', async () => {
    const stores = dynamoStores({
      client: tables.calls,
      incidentsTable: 'nowhere',
      preferencesTable: 'nowhere',
      auditTable: 'nowhere',
      clock: testClock(),
    });
    await expect(stores.incidents.get('inc-1')).rejects.toThrow(
      new Unavailable('The table nowhere could not be read.'),
    );
    await expect(stores.incidents.open(anIncident())).rejects.toThrow(
      new Unavailable('The table nowhere could not be written.'),
    );
  });
  test('a record of another shape names its field', async () => {
    const stores = await openStores(testClock());
    await tables.client.send(
      new PutItemCommand({
        TableName: `incidents-${worlds}`,
        Item: { pk: { S: 'INCIDENT#inc-1' }, sk: { S: 'INCIDENT' }, incident: { M: { id: { S: 'inc-1' } } } },
      }),
    );
    const reading = stores.incidents.get('inc-1');
    await expect(reading).rejects.toThrow(Impossible);
    await expect(reading).rejects.toThrow(/INCIDENT#inc-1.*does not fit.*incident\.title/s);
  });
});
