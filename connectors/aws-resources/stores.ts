// Reads what stores something: tables of DynamoDB, streams of Kinesis, and databases of RDS and Aurora with their events. No data is read.
import * as z from 'zod';
import type { ResourceEvent, ResourceOf, ResourceRef } from '../../core/model/aws-resources.ts';
import { accountOfArn, notRead, type Place, type Read, wordOf } from './place.ts';
import { maxConnectionsOf, waitsOf } from './waits.ts';

const text = z.string().max(20_000).optional();
const Table = z.object({
  Table: z.object({
    TableArn: text,
    TableStatus: z.string().max(60).optional(),
    BillingModeSummary: z.object({ BillingMode: z.string().max(60).optional() }).optional(),
    ProvisionedThroughput: z
      .object({ ReadCapacityUnits: z.number().optional(), WriteCapacityUnits: z.number().optional() })
      .optional(),
    OnDemandThroughput: z
      .object({ MaxReadRequestUnits: z.number().optional(), MaxWriteRequestUnits: z.number().optional() })
      .optional(),
    GlobalSecondaryIndexes: z
      .array(z.object({ IndexName: z.string().max(255).optional(), IndexStatus: z.string().max(60).optional() }))
      .max(100)
      .optional(),
  }),
});

export async function readTable(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-dynamodb');
  const answer = await place.ask('dynamodb:DescribeTable', Table, () =>
    place
      .client(sdk.DynamoDBClient)
      .send(new sdk.DescribeTableCommand({ TableName: ref.name }), { abortSignal: place.deadline.signal }),
  );
  if (answer.kind === 'failed')
    return notRead(ref, answer.error === 'ResourceNotFoundException' ? 'there is no such table' : answer.reason);
  const { Table: table } = answer.data;
  const onDemand = table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  const [reads, writes] = onDemand
    ? [table.OnDemandThroughput?.MaxReadRequestUnits, table.OnDemandThroughput?.MaxWriteRequestUnits]
    : [table.ProvisionedThroughput?.ReadCapacityUnits, table.ProvisionedThroughput?.WriteCapacityUnits];
  const resource: ResourceOf<'dynamodb'> = {
    type: 'dynamodb',
    name: ref.name,
    metrics: {},
    uses: [],
    ...(table.TableStatus && { status: table.TableStatus }),
    mode: onDemand ? 'on-demand' : 'provisioned',
    ...(reads !== undefined && reads > 0 && { readCapacity: reads }),
    ...(writes !== undefined && writes > 0 && { writeCapacity: writes }),
    indexes: (table.GlobalSecondaryIndexes ?? [])
      .slice(0, 30)
      .flatMap(({ IndexName: name, IndexStatus: status }) =>
        name === undefined ? [] : [{ name, ...(status && { status }) }],
      ),
  };
  return { resource, account: accountOfArn(table.TableArn), related: [], missing: [] };
}

const Stream = z.object({
  StreamDescriptionSummary: z.object({
    StreamARN: text,
    StreamStatus: z.string().max(60).optional(),
    StreamModeDetails: z.object({ StreamMode: z.string().max(60).optional() }).optional(),
    OpenShardCount: z.number().int().min(0).optional(),
  }),
});

export async function readStream(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-kinesis');
  const answer = await place.ask('kinesis:DescribeStreamSummary', Stream, () =>
    place
      .client(sdk.KinesisClient)
      .send(new sdk.DescribeStreamSummaryCommand({ StreamName: ref.name }), { abortSignal: place.deadline.signal }),
  );
  if (answer.kind === 'failed')
    return notRead(ref, answer.error === 'ResourceNotFoundException' ? 'there is no such stream' : answer.reason);
  const { StreamDescriptionSummary: stream } = answer.data;
  const resource: ResourceOf<'kinesis'> = {
    type: 'kinesis',
    name: ref.name,
    metrics: {},
    uses: [],
    ...(stream.StreamStatus && { status: stream.StreamStatus }),
    mode: stream.StreamModeDetails?.StreamMode === 'ON_DEMAND' ? 'on-demand' : 'provisioned',
    ...(stream.OpenShardCount !== undefined && { shards: stream.OpenShardCount }),
  };
  return { resource, account: accountOfArn(stream.StreamARN), related: [], missing: [] };
}

const Instances = z.object({
  DBInstances: z
    .array(
      z.object({
        DBInstanceArn: text,
        DBInstanceStatus: z.string().max(60).optional(),
        DBInstanceClass: z.string().max(60).optional(),
        Engine: z.string().max(60).optional(),
        EngineVersion: z.string().max(60).optional(),
        MultiAZ: z.boolean().optional(),
        AllocatedStorage: z.number().min(0).optional(),
        MaxAllocatedStorage: z.number().min(0).optional(),
        DbiResourceId: z.string().max(100).optional(),
        PerformanceInsightsEnabled: z.boolean().optional(),
        DBParameterGroups: z
          .array(
            z.object({
              DBParameterGroupName: z.string().max(300).optional(),
              ParameterApplyStatus: z.string().max(60).optional(),
            }),
          )
          .max(20)
          .default([]),
      }),
    )
    .max(100)
    .default([]),
});
const Clusters = z.object({
  DBClusters: z
    .array(
      z.object({
        DBClusterArn: text,
        Status: z.string().max(60).optional(),
        Engine: z.string().max(60).optional(),
        EngineVersion: z.string().max(60).optional(),
        MultiAZ: z.boolean().optional(),
        DBClusterMembers: z
          .array(
            z.object({ DBInstanceIdentifier: z.string().max(100).optional(), IsClusterWriter: z.boolean().optional() }),
          )
          .max(100)
          .default([]),
      }),
    )
    .max(100)
    .default([]),
});
const Events = z.object({
  Events: z
    .array(z.object({ Date: z.date().optional(), Message: z.string().optional() }))
    .max(1000)
    .default([]),
  Marker: z.string().optional(),
});

/** RDS keeps events for 14 days. */
const keptMinutes = 14 * 24 * 60;

/** An instance of this name, or else a cluster. */
export async function readDatabase(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-rds');
  const rds = place.client(sdk.RDSClient);
  const abort = { abortSignal: place.deadline.signal };
  const instances = await place.ask('rds:DescribeDBInstances', Instances, () =>
    rds.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: ref.name }), abort),
  );
  const instance = instances.kind === 'ok' ? instances.data.DBInstances[0] : undefined;
  if (instances.kind === 'failed' && !/NotFound/.test(instances.error)) return notRead(ref, instances.reason);
  const clusters =
    instance === undefined
      ? await place.ask('rds:DescribeDBClusters', Clusters, () =>
          rds.send(new sdk.DescribeDBClustersCommand({ DBClusterIdentifier: ref.name }), abort),
        )
      : undefined;
  if (clusters?.kind === 'failed')
    return notRead(ref, /NotFound/.test(clusters.error) ? 'there is no such database' : clusters.reason);
  const cluster = clusters?.data.DBClusters[0];
  if (instance === undefined && cluster === undefined) return notRead(ref, 'there is no such database');
  const form = instance === undefined ? 'cluster' : 'instance';
  const parameters = instance?.DBParameterGroups[0];
  // Until the instance restarts, a changed value does not hold yet.
  const group = parameters?.ParameterApplyStatus === 'in-sync' ? parameters.DBParameterGroupName : undefined;
  const [told, waiting, connections] = await Promise.all([
    place.ask('rds:DescribeEvents', Events, () =>
      rds.send(
        new sdk.DescribeEventsCommand({
          SourceIdentifier: ref.name,
          SourceType: form === 'instance' ? 'db-instance' : 'db-cluster',
          Duration: keptMinutes,
          MaxRecords: 100,
        }),
        abort,
      ),
    ),
    instance?.PerformanceInsightsEnabled === true && instance.DbiResourceId !== undefined
      ? waitsOf(instance.DbiResourceId, instance.Engine ?? '', place)
      : undefined,
    group === undefined ? undefined : maxConnectionsOf(group, place),
  ]);
  const events: ResourceEvent[] = (told.kind === 'ok' ? told.data.Events : [])
    .flatMap(({ Date: at, Message: message }) =>
      at === undefined || message === undefined ? [] : [{ at: at.toISOString(), message: message.slice(0, 500) }],
    )
    .sort((a, b) => a.at.localeCompare(b.at))
    .slice(-100);
  const status = instance?.DBInstanceStatus ?? cluster?.Status;
  const engine = instance?.Engine ?? cluster?.Engine;
  const engineVersion = instance?.EngineVersion ?? cluster?.EngineVersion;
  const multiAz = instance?.MultiAZ ?? cluster?.MultiAZ;
  const members = (cluster?.DBClusterMembers ?? [])
    .slice(0, 20)
    .flatMap(({ DBInstanceIdentifier: name, IsClusterWriter }) =>
      name === undefined ? [] : [{ name, writer: IsClusterWriter === true }],
    );
  const resource: ResourceOf<'rds'> = {
    type: 'rds',
    name: ref.name,
    metrics: {},
    uses: [],
    form,
    ...(status && { status }),
    ...(engine && { engine }),
    ...(engineVersion && { engineVersion }),
    ...(multiAz !== undefined && { multiAz }),
    ...(instance?.DBInstanceClass && { instanceClass: instance.DBInstanceClass }),
    ...(instance?.AllocatedStorage !== undefined && { storageGb: instance.AllocatedStorage }),
    ...(instance?.MaxAllocatedStorage !== undefined && { maxStorageGb: instance.MaxAllocatedStorage }),
    members,
    events,
    ...(connections?.value !== undefined && { maxConnections: connections.value }),
    ...(waiting?.waits && { waits: waiting.waits }),
  };
  return {
    resource,
    account: accountOfArn(instance?.DBInstanceArn ?? cluster?.DBClusterArn),
    dimensions: form === 'instance' ? { DBInstanceIdentifier: ref.name } : { DBClusterIdentifier: ref.name },
    related: members.map(({ name }) => ({ type: 'rds' as const, name })),
    missing: [
      ...(told.kind === 'failed' ? [`${wordOf(ref)}: its events, because ${told.reason}`] : []),
      ...(told.kind === 'ok' && told.data.Marker ? [`${wordOf(ref)}: events beyond the first 100`] : []),
      ...(waiting?.missing ? [`${wordOf(ref)}: what its sessions wait for, because ${waiting.missing}`] : []),
      ...(connections?.missing ? [`${wordOf(ref)}: its max_connections, because ${connections.missing}`] : []),
    ],
  };
}
