// The tables as input of CreateTable, for the embedded runtime and for tests; the CDK creates the same tables from tables.json.
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import definitions from './tables.json' with { type: 'json' };

type TableName = keyof typeof definitions.tables;

/** CreateTable input for one of our tables under its deployed name. */
function definition(table: TableName, tableName: string): CreateTableCommandInput {
  const { partitionKey, sortKey, indexes } = definitions.tables[table];
  const keys = new Set([partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])]);
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(partitionKey, sortKey),
    AttributeDefinitions: [...keys].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    ...(indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema(index.partitionKey, index.sortKey),
            Projection: { ProjectionType: 'ALL' },
          })),
        }),
  };
}

const keySchema = (partitionKey: string, sortKey: string): CreateTableCommandInput['KeySchema'] => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  { AttributeName: sortKey, KeyType: 'RANGE' },
];

export const tableDefinitions = (names: {
  readonly incidents: string;
  readonly preferences: string;
  readonly audit: string;
}): CreateTableCommandInput[] => [
  definition('incidents', names.incidents),
  definition('preferences', names.preferences),
  definition('audit', names.audit),
];
