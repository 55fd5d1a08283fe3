// The CloudWatch source against an AWS emulator that others wrote. It runs the queries of Logs Insights, keeps metrics and alarms, and knows no
// statistics of scanned bytes.
import { join } from 'node:path';
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
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deadlineIn } from '../../connectors/aws-calls.ts';
import { partsOf } from '../../connectors/cloudwatch/client.ts';
import { readByFilter } from '../../connectors/cloudwatch/events.ts';
import { cloudWatch } from '../../connectors/cloudwatch/manifest.ts';
import { readEntries } from '../../connectors/configured.ts';
import { liveSources } from '../../connectors/live.ts';
import { aScope } from '../builders.ts';
import { type Emulator, startEmulator } from './emulator.ts';

const now = new Date();
const clock = { now: () => now };
const minutesAgo = (minutes: number) => new Date(Math.floor(now.getTime() / 60_000 - minutes) * 60_000);
const scope = aScope({
  service: 'web',
  neighbours: ['ledger', 'gone'],
  reach: 'neighbourhood',
  window: { start: minutesAgo(60).toISOString(), end: now.toISOString() },
});
const Dimensions = [{ Name: 'Service', Value: 'web' }];
const settings = {
  region: 'us-east-1',
  groups: { web: ['/web'], ledger: ['/ledger'], gone: ['/gone'] },
  metrics: { web: [{ namespace: 'App', name: 'errors', dimensions: { Service: 'web' }, stat: 'Sum' }] },
};
const sources = (at = now) =>
  liveSources(readEntries({ cw: { kind: 'cloudwatch', ...settings } }, { place: 'stage' }), {
    clock: { now: () => at },
    secret: () => undefined,
  }).sources;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'cloudwatch.log'));
  for (const [name, value] of Object.entries(emulator.environment)) vi.stubEnv(name, value);
  const logs = new CloudWatchLogsClient();
  for (const logGroupName of ['/web', '/ledger']) {
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
    const logEvents = [9, 8].map((minutes) => ({
      timestamp: minutesAgo(minutes).getTime(),
      message: `${logGroupName} ${minutes} minutes ago`,
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 's', logEvents }));
  }
  const metrics = new CloudWatchClient();
  const points = [5, 4].map((minutes) => ({
    MetricName: 'errors',
    Dimensions,
    Timestamp: minutesAgo(minutes),
    Value: minutes,
  }));
  await metrics.send(new PutMetricDataCommand({ Namespace: 'App', MetricData: points }));
  await metrics.send(
    new PutMetricAlarmCommand({
      AlarmName: 'A1',
      Namespace: 'App',
      MetricName: 'errors',
      Dimensions,
      EvaluationPeriods: 1,
      Period: 60,
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await metrics.send(new SetAlarmStateCommand({ AlarmName: 'A1', StateValue: 'ALARM', StateReason: 'too high' }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await emulator?.[Symbol.asyncDispose]();
});

test('logs of the paged service and of its neighbours are read in order; a log group that does not exist is missing', async () => {
  const observed = await sources().logs.observe(scope, {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const read: (string | undefined)[][] = [];
  for await (const { labels, message, timestamp } of observed.data) read.push([labels.service, message, timestamp]);
  const line = (service: string, minutes: number) => [
    service,
    `/${service} ${minutes} minutes ago`,
    minutesAgo(minutes).toISOString(),
  ];
  expect(read).toEqual([line('web', 9), line('ledger', 9), line('web', 8), line('ledger', 8)]);
  expect(observed.missing).toEqual(['the log group /gone does not exist']);
});
test('one log group is read by FilterLogEvents', async () => {
  const parts = partsOf(cloudWatch.configSchema.parse(settings), clock);
  const bounds = { start: minutesAgo(60).getTime(), end: now.getTime() };
  expect(await readByFilter(parts, { group: '/web', ...bounds }, deadlineIn(10_000))).toMatchObject({
    events: [{ message: '/web 9 minutes ago' }, { message: '/web 8 minutes ago' }],
    missing: [],
    cut: false,
  });
});
test('metrics are read at their minutes', async () => {
  expect(await sources().metrics.observe(scope, {})).toMatchObject({
    kind: 'data',
    data: [
      {
        signal: 'errors',
        points: [5, 4].map((minutes) => [minutesAgo(minutes).getTime() / 1000, minutes]),
      },
    ],
    missing: [],
  });
});
test('an alarm is of the service whose metric it watches', async () => {
  const later = new Date(Date.now() + 60_000);
  const until = { ...scope, window: { ...scope.window, end: later.toISOString() } };
  expect(await sources(later).alerts.observe(until, {})).toMatchObject({
    kind: 'data',
    data: [{ name: 'A1', status: 'firing', summary: 'too high', entity: { kind: 'Service', name: 'web' } }],
  });
});
