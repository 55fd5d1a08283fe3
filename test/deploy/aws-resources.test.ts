// The source of AWS resources against an AWS emulator that others wrote. It keeps functions, queues, event source mappings and metrics that are put.
import { join } from 'node:path';
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateTargetGroupCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEntries } from '../../connectors/configured.ts';
import { liveSources } from '../../connectors/live.ts';
import type { AwsResource } from '../../core/model/aws-resources.ts';
import { aScope } from '../builders.ts';
import { type Emulator, startEmulator } from './emulator.ts';

const region = 'us-east-1';
const now = new Date();
const minutesAgo = (minutes: number) => new Date(Math.floor(now.getTime() / 60_000 - minutes) * 60_000);
const scope = aScope({
  service: 'labels',
  reach: 'everywhere',
  window: { start: minutesAgo(60).toISOString(), end: now.toISOString() },
});
const sources = () =>
  liveSources(readEntries({ aws: { kind: 'aws-resources', region } }, { place: 'stage' }), {
    clock: { now: () => now },
    secret: () => undefined,
  }).sources;
/** An empty archive. */
const zip = Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(18)]);

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'aws-resources.log'));
  for (const [name, value] of Object.entries(emulator.environment)) vi.stubEnv(name, value);
  const [lambda, sqs, cloudwatch] = [new LambdaClient(), new SQSClient(), new CloudWatchClient()];
  const arn = (name: string) => `arn:aws:sqs:${region}:000000000000:${name}`;
  await sqs.send(new CreateQueueCommand({ QueueName: 'orders-dlq' }));
  await sqs.send(
    new CreateQueueCommand({
      QueueName: 'orders',
      Attributes: {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('orders-dlq'), maxReceiveCount: '3' }),
      },
    }),
  );
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'printer',
      Runtime: 'nodejs22.x',
      Role: 'arn:aws:iam::000000000000:role/printer',
      Handler: 'index.handler',
      Code: { ZipFile: zip },
      Timeout: 30,
      MemorySize: 256,
      Environment: { Variables: { QUEUE: 'https://sqs.us-east-1.amazonaws.com/000000000000/orders', KEY: 'hunter2' } },
    }),
  );
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'printer', ReservedConcurrentExecutions: 2 }));
  await lambda.send(
    new CreateEventSourceMappingCommand({ FunctionName: 'printer', EventSourceArn: arn('orders'), BatchSize: 5 }),
  );
  await new DynamoDBClient().send(
    new CreateTableCommand({
      TableName: 'labels',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 7 },
    }),
  );
  await new KinesisClient().send(new CreateStreamCommand({ StreamName: 'views', ShardCount: 2 }));
  await new ElasticLoadBalancingV2Client().send(
    new CreateTargetGroupCommand({
      Name: 'web',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-1',
      HealthCheckPath: '/healthz',
    }),
  );
  await cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: 'AWS/Lambda',
      MetricData: [6, 5].map((minutes) => ({
        MetricName: 'Throttles',
        Dimensions: [{ Name: 'FunctionName', Value: 'printer' }],
        Timestamp: minutesAgo(minutes),
        Value: minutes,
      })),
    }),
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await emulator?.[Symbol.asyncDispose]();
});

test('a function is read with its limit, its queue, the dead letters of the queue, and its metrics', async () => {
  const observed = await sources().resources.observe(scope, { resources: [{ type: 'lambda', name: 'printer' }] });
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const resources: readonly AwsResource[] = observed.data.flatMap((set) => set.resources);
  const of = (name: string) => resources.find((one) => one.name === name);
  expect(of('printer')).toMatchObject({
    type: 'lambda',
    region,
    timeoutSeconds: 30,
    memoryMb: 256,
    reservedConcurrency: 2,
    eventSources: [{ type: 'sqs', name: 'orders', state: 'Enabled', batchSize: 5 }],
    uses: ['sqs:orders'],
    metrics: { Throttles: [6, 5].map((minutes) => [minutesAgo(minutes).getTime() / 1000, minutes]) },
  });
  expect(of('orders')).toMatchObject({ type: 'sqs', redrive: { deadLetterQueue: 'orders-dlq', maxReceives: 3 } });
  expect(of('orders-dlq')).toMatchObject({ type: 'sqs' });
  expect(JSON.stringify(observed)).not.toContain('hunter2');
});
test('a resource that does not exist is missing by name', async () => {
  const resources = [
    { type: 'lambda' as const, name: 'printer' },
    { type: 'lambda' as const, name: 'nobody' },
    { type: 'sqs' as const, name: 'nothing' },
  ];
  const observed = await sources().resources.observe(scope, { resources });
  expect(observed.kind === 'data' ? observed.missing : observed).toEqual(
    expect.arrayContaining(['lambda nobody: there is no such function', 'sqs nothing: there is no such queue']),
  );
});
test('a table, a stream and a target group are read with their capacity and health check', async () => {
  const observed = await sources().resources.observe(scope, {
    resources: [
      { type: 'dynamodb', name: 'labels' },
      { type: 'kinesis', name: 'views' },
      { type: 'targetGroup', name: 'web' },
    ],
  });
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  // The emulator has no service quotas.
  expect(observed.missing?.filter((one) => !one.startsWith('service quotas of'))).toEqual([]);
  expect(observed.data.flatMap(({ resources }) => resources)).toMatchObject([
    { type: 'dynamodb', mode: 'provisioned', readCapacity: 5, writeCapacity: 7 },
    { type: 'kinesis', shards: 2 },
    { type: 'targetGroup', healthCheck: { path: '/healthz' }, targets: [] },
  ]);
});

test('APIs are read with their limits, integrations and metrics, and a state machine with what its definition calls', async () => {
  const printer = `arn:aws:lambda:${region}:000000000000:function:printer`;
  const rest = new APIGatewayClient();
  const { id: restApiId } = await rest.send(new CreateRestApiCommand({ name: 'rates' }));
  const { items = [] } = await rest.send(new GetResourcesCommand({ restApiId }));
  const method = { restApiId, resourceId: items[0]?.id, httpMethod: 'GET' };
  await rest.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  await rest.send(
    new PutIntegrationCommand({
      ...method,
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      uri: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${printer}/invocations`,
      timeoutInMillis: 29_000,
    }),
  );
  await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'live' }));
  await rest.send(
    new UpdateStageCommand({
      restApiId,
      stageName: 'live',
      patchOperations: [{ op: 'replace', path: '/*/*/throttling/rateLimit', value: '5' }],
    }),
  );
  const http = new ApiGatewayV2Client();
  const { ApiId } = await http.send(new CreateApiCommand({ Name: 'labels-http', ProtocolType: 'HTTP' }));
  await http.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: printer,
      TimeoutInMillis: 20_000,
    }),
  );
  await http.send(
    new CreateStageCommand({ ApiId, StageName: '$default', DefaultRouteSettings: { ThrottlingRateLimit: 7 } }),
  );
  await new SFNClient().send(
    new CreateStateMachineCommand({
      name: 'nightly',
      roleArn: 'arn:aws:iam::000000000000:role/nightly',
      definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Task', Resource: printer, End: true } } }),
    }),
  );
  await new S3Client().send(new CreateBucketCommand({ Bucket: 'clips-bucket' }));
  const put = (MetricName: string, Name: string, Value: string | undefined) =>
    new CloudWatchClient().send(
      new PutMetricDataCommand({
        Namespace: 'AWS/ApiGateway',
        MetricData: [{ MetricName, Dimensions: [{ Name, Value }], Timestamp: minutesAgo(5), Value: 3 }],
      }),
    );
  await put('5XXError', 'ApiName', 'rates');
  await put('5xx', 'ApiId', ApiId);
  const observed = await sources().resources.observe(scope, {
    resources: [
      { type: 'apigateway', name: 'rates' },
      { type: 'apigateway', name: 'labels-http' },
      { type: 'apigateway', name: 'nobody' },
      { type: 'stateMachine', name: 'nightly' },
      { type: 's3', name: 'clips-bucket' },
      { type: 's3', name: 'nobodys-bucket' },
    ],
  });
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const failures = { '5XXError': [[minutesAgo(5).getTime() / 1000, 3]] };
  expect(observed.data.flatMap(({ resources }) => resources)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        name: 'rates',
        form: 'rest',
        stages: [expect.objectContaining({ name: 'live', rateLimit: 5 })],
        integrations: [{ target: 'lambda:printer', timeoutSeconds: 29, route: 'GET /' }],
        uses: ['lambda:printer'],
        metrics: failures,
      }),
      expect.objectContaining({
        name: 'labels-http',
        form: 'http',
        stages: [expect.objectContaining({ name: '$default', rateLimit: 7 })],
        integrations: [{ target: 'lambda:printer', timeoutSeconds: 20 }],
        metrics: failures,
      }),
      expect.objectContaining({ name: 'nightly', status: 'ACTIVE', uses: ['lambda:printer'] }),
      expect.objectContaining({ name: 'clips-bucket', measured: false }),
    ]),
  );
  expect(observed.missing).toEqual(
    expect.arrayContaining([
      'apigateway nobody: there is no such API',
      's3 nobodys-bucket: there is no such bucket',
      's3 clips-bucket: its requests, because request metrics of the whole bucket are switched off',
    ]),
  );
});
