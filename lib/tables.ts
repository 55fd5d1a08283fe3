// The tables, with the key schemas of connectors/dynamodb/tables.json: on demand, restorable to any second, expired items deleted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import * as z from 'zod';
import { root } from './root.ts';

const keys = { partitionKey: z.string(), sortKey: z.string() };
const TableSchema = z.strictObject({
  ...keys,
  /** Absent where nothing may expire: whoever puts an item could have it deleted by that field. */
  timeToLive: z.string().optional(),
  indexes: z.array(z.strictObject({ name: z.string(), ...keys })),
});
const Schemas = z.looseObject({
  tables: z.strictObject({ incidents: TableSchema, preferences: TableSchema, audit: TableSchema }),
});
export type TableName = keyof z.infer<typeof Schemas>['tables'];

interface TablesProps {
  readonly deletionProtection: boolean;
}

export class Tables extends Construct {
  readonly incidents: Table;
  readonly preferences: Table;
  /** Nobody may change or delete what is in it. */
  readonly audit: Table;

  constructor(scope: Construct, id: string, { deletionProtection }: TablesProps) {
    super(scope, id);
    const { tables } = Schemas.parse(
      JSON.parse(readFileSync(join(root, 'connectors', 'dynamodb', 'tables.json'), 'utf8')),
    );
    this.incidents = this.#create('Incidents', tables.incidents, deletionProtection);
    this.preferences = this.#create('Preferences', tables.preferences, deletionProtection);
    this.audit = this.#create('Audit', tables.audit, deletionProtection, appendOnly());
  }

  #create(
    id: string,
    schema: z.infer<typeof TableSchema>,
    deletionProtection: boolean,
    resourcePolicy?: PolicyDocument,
  ): Table {
    const table = new Table(this, id, {
      ...keySchema(schema),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(schema.timeToLive === undefined ? {} : { timeToLiveAttribute: schema.timeToLive }),
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      deletionProtection,
      removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const index of schema.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: index.name,
        ...keySchema(index),
        projectionType: ProjectionType.ALL,
      });
    }
    return table;
  }
}

/**
 * Denied to everybody, administrators too: IAM lets a deny win. Items are only ever added, by a put that wants the key to be free; that it
 * wants this is no condition that IAM knows, so a put over an item is found by its chain and the anchors, and not prevented.
 */
const appendOnly = () =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'].map(
          (verb) => `dynamodb:${verb}`,
        ),
        resources: ['*'],
      }),
    ],
  });

const keySchema = ({ partitionKey, sortKey }: { readonly partitionKey: string; readonly sortKey: string }) => ({
  partitionKey: { name: partitionKey, type: AttributeType.STRING },
  sortKey: { name: sortKey, type: AttributeType.STRING },
});
