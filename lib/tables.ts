// Creates the tables with the key schemas of connectors/dynamodb/tables.json: on-demand capacity, point-in-time recovery, and deletion of expired
// items.
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
  /** Absent if no item may expire, because a writer could use that field to delete an item. */
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
  /** Nobody may change or delete its items. */
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
 * Denied to everybody, administrators included, because in IAM a deny takes precedence. Items are only added, by puts that require a free key. IAM
 * has no condition for this requirement, so the policy cannot prevent a put over an item; the chain and the anchors reveal it.
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
