import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { secretReader, signingSecrets } from '../../connectors/secretsmanager/index.ts';
import { Misconfigured, Unavailable } from '../../core/errors.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const vault = async (answer: () => Answer) => {
  const server = await serve(answer);
  let seconds = 0;
  const read = secretReader({
    arns: { 'slack-signing': 'arn:slack', 'pagerduty-webhook': 'arn:pagerduty' },
    clock: { now: () => new Date(seconds * 1000) },
    client: new SecretsManagerClient(awsClient(server)),
    ttlSeconds: 300,
  });
  return { server, read, pass: (by: number) => (seconds += by) };
};
const holding = (value: string): Answer => ({ body: JSON.stringify({ SecretString: value }) });

test('a secret is read by its ARN, and not again until its time is up', async () => {
  const values = ['old', 'new'];
  const { server, read, pass } = await vault(() => holding(values.shift() ?? ''));
  await using _ = server;
  expect(await read('slack-signing')).toBe('old');
  pass(299);
  expect(await read('slack-signing')).toBe('old');
  pass(2);
  expect(await read('slack-signing')).toBe('new');
  expect(server.asked.map(({ body }) => JSON.parse(body))).toEqual([
    { SecretId: 'arn:slack' },
    { SecretId: 'arn:slack' },
  ]);
});

test('while one is rotated a secret holds several values, one a line', async () => {
  const { server, read } = await vault(() => holding('first\n  second \n\n'));
  await using _ = server;
  expect(await signingSecrets(read).pagerDutyWebhook()).toEqual(['first', 'second']);
  expect(await signingSecrets(read).slackSigning()).toEqual(['first', 'second']);
});

test('a value known before outlives a failure of Secrets Manager, an unknown one is unavailable', async () => {
  const answers: Answer[] = [holding('known'), { status: 500, body: '{}' }, { status: 500, body: '{}' }];
  const { server, read, pass } = await vault(() => answers.shift() ?? {});
  await using _ = server;
  await read('slack-signing');
  pass(301);
  expect(await read('slack-signing')).toBe('known');
  await expect(read('pagerduty-webhook')).rejects.toThrow(
    new Unavailable('The secret pagerduty-webhook could not be read.'),
  );
});

test('a secret that the stage does not have is named', async () => {
  const { server, read } = await vault(() => ({}));
  await using _ = server;
  await expect(read('slack-token')).rejects.toThrow(new Misconfigured('This stage has no secret slack-token.'));
});
