// Two accounts of the emulator, told apart by the access key as the emulator does: one with a serverless service that is throttled, one with a
// function of the same name that is well.
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Emulator } from '../emulator.ts';

export const media = '111122223333';
export const shop = '444455556666';

const clientOf = ({ url }: Emulator, account: string) => ({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: account, secretAccessKey: 'test' },
});

interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** The value at minutes before the page, as a negative number. */
  readonly value: (minute: number) => number;
}

/** Points of each minute of the last three hours. */
export async function putMetrics(
  emulator: Emulator,
  account: string,
  now: Date,
  metrics: readonly Metric[],
): Promise<void> {
  const client = new CloudWatchClient(clientOf(emulator, account));
  const minute = Math.floor(now.getTime() / 60_000) * 60_000;
  for (const { namespace, name, dimensions, value } of metrics) {
    const points = Array.from({ length: 180 }, (_, n) => n - 180).map((at) => ({
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Timestamp: new Date(minute + at * 60_000),
      Value: value(at),
    }));
    await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: points }));
  }
}

export interface Line {
  readonly minute: number;
  readonly message: string;
}

export async function putLogs(
  emulator: Emulator,
  account: string,
  now: Date,
  logGroupName: string,
  lines: readonly Line[],
): Promise<void> {
  const client = new CloudWatchLogsClient(clientOf(emulator, account));
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'one' }));
  const logEvents = lines
    .toSorted((a, b) => a.minute - b.minute)
    .map(({ minute, message }) => ({ timestamp: now.getTime() + minute * 60_000, message }));
  await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'one', logEvents }));
}

/** An alarm that is in ALARM. */
export async function putAlarm(
  emulator: Emulator,
  account: string,
  alarm: Pick<Metric, 'namespace' | 'dimensions'> & {
    readonly alarm: string;
    readonly metric: string;
    readonly reason: string;
  },
): Promise<void> {
  const client = new CloudWatchClient(clientOf(emulator, account));
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName: alarm.alarm,
      Namespace: alarm.namespace,
      MetricName: alarm.metric,
      Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
      EvaluationPeriods: 5,
      Period: 60,
      Statistic: 'Maximum',
      Threshold: 300,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await client.send(
    new SetAlarmStateCommand({ AlarmName: alarm.alarm, StateValue: 'ALARM', StateReason: alarm.reason }),
  );
}

/** An empty archive. */
const archive = Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(18)]);

/** A function that reads a queue, at most so many messages at once; without a number, as many as its account allows. */
export async function putFunction(
  emulator: Emulator,
  account: string,
  { name, queue, atMost }: { readonly name: string; readonly queue: string; readonly atMost?: number },
): Promise<void> {
  const [lambda, sqs] = [new LambdaClient(clientOf(emulator, account)), new SQSClient(clientOf(emulator, account))];
  await sqs.send(new CreateQueueCommand({ QueueName: queue }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs22.x',
      Role: `arn:aws:iam::${account}:role/${name}`,
      Handler: 'index.handler',
      Code: { ZipFile: archive },
      Timeout: 30,
      MemorySize: 512,
    }),
  );
  if (atMost !== undefined)
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: atMost }));
  const EventSourceArn = `arn:aws:sqs:us-east-1:${account}:${queue}`;
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn, BatchSize: 10 }));
}
