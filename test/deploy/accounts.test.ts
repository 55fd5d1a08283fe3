// Other accounts against an AWS emulator that others wrote: the reader's role is assumed, and what it returns reads CloudWatch there.
import { join } from 'node:path';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AwsSettings } from '../../connectors/auth.ts';
import { awsAccess } from '../../connectors/aws-accounts.ts';
import { readEntries } from '../../connectors/configured.ts';
import { liveSources } from '../../connectors/live.ts';
import { aScope } from '../builders.ts';
import { type Emulator, startEmulator } from './emulator.ts';

const now = new Date();
const clock = { now: () => now };
const account = '111122223333';
const settings = AwsSettings.parse({
  accounts: { [account]: { role: `arn:aws:iam::${account}:role/watchkeeper-reader`, externalIdSecret: 'external-id' } },
});

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'accounts.log'));
  for (const [name, value] of Object.entries(emulator.environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await emulator?.[Symbol.asyncDispose]();
});

const access = () =>
  awsAccess({ settings, clock, region: 'us-east-1', secret: () => async () => 'an external id of 16' });

test('the role of the account is assumed once', async () => {
  const aws = access();
  const first = await aws.credentials(account)();
  expect(first).toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/), sessionToken: expect.any(String) });
  expect(first.expiration?.getTime()).toBeGreaterThan(Date.now() + 30 * 60_000);
  expect(await aws.credentials(account)()).toBe(first);
});

test('a source of the account reads what the account has', async () => {
  const aws = access();
  const there = new CloudWatchClient({ credentials: aws.credentials(account) });
  const at = new Date(Math.floor(now.getTime() / 60_000 - 5) * 60_000);
  await there.send(
    new PutMetricDataCommand({
      Namespace: 'AWS/Lambda',
      MetricData: [
        { MetricName: 'Errors', Dimensions: [{ Name: 'FunctionName', Value: 'clip-ingest' }], Timestamp: at, Value: 7 },
      ],
    }),
  );
  const metric = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'clip-ingest' }, stat: 'Sum' };
  const cw = { kind: 'cloudwatch', region: 'us-east-1', account, metrics: { 'clip-ingest': [metric] } };
  const { sources } = liveSources(readEntries({ cw }, { place: 'stage' }), { clock, secret: () => undefined, aws });
  const window = { start: new Date(now.getTime() - 3_600_000).toISOString(), end: now.toISOString() };
  expect(
    await sources.metrics.observe(aScope({ service: 'clip-ingest', reach: 'neighbourhood', window }), {}),
  ).toMatchObject({
    kind: 'data',
    data: [{ entity: { name: 'clip-ingest' }, points: [[at.getTime() / 1000, 7]] }],
  });
});
