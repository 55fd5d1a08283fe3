import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { awsRedelivery } from '../../connectors/lambda/redelivery.ts';
import { sqsLetters } from '../../connectors/sqs/index.ts';
import { Misconfigured, Unavailable } from '../../core/errors.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const open = async (answer: (operation: string, input: Record<string, unknown>) => Answer) => {
  const server = await serve(({ headers, body }) =>
    answer(String(headers['x-amz-target']).replace('AmazonSQS.', ''), JSON.parse(body || '{}')),
  );
  const client = new LambdaClient(awsClient(server));
  return { server, letters: sqsLetters({ queueName: 'watchkeeper-test-dead-letters', client, endpoint: server.url }) };
};

test('messages are read with their attributes, and removed by their handle', async () => {
  const removed: unknown[] = [];
  const { server, letters } = await open((operation, input) => {
    if (operation === 'GetQueueUrl') return { body: JSON.stringify({ QueueUrl: `https://q/${input.QueueName}` }) };
    if (operation === 'DeleteMessage') removed.push(input);
    const message = {
      MessageId: 'm-1',
      ReceiptHandle: 'handle-1',
      Body: '{"detail":{}}',
      MessageAttributes: { TARGET_ARN: { StringValue: 'arn:x', DataType: 'String' } },
    };
    return { body: JSON.stringify(operation === 'ReceiveMessage' ? { Messages: [message] } : {}) };
  });
  await using _ = server;
  const [letter] = await letters.receive();
  expect(letter).toEqual({ id: 'm-1', body: '{"detail":{}}', attributes: { TARGET_ARN: 'arn:x' } });
  await letters.remove(letter!);
  expect(removed).toEqual([{ QueueUrl: 'https://q/watchkeeper-test-dead-letters', ReceiptHandle: 'handle-1' }]);
  expect(server.asked[0]?.headers.authorization).toContain('/sqs/aws4_request');
});

test('an empty queue has none', async () => {
  const { server, letters } = await open((operation) => ({
    body: operation === 'GetQueueUrl' ? '{"QueueUrl":"https://q"}' : '{}',
  }));
  await using _ = server;
  expect(await letters.receive()).toEqual([]);
});

test('a queue that is not there is a stage that is not there; a service that fails is unavailable', async () => {
  const missing = {
    status: 400,
    body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist AWS.SimpleQueueService.NonExistentQueue"}',
  };
  for (const [answer, expected] of [
    [missing, Misconfigured],
    [{ status: 500, body: '' }, Unavailable],
  ] as const) {
    const { server, letters } = await open(() => answer);
    await using _ = server;
    await expect(letters.receive()).rejects.toThrow(expected);
  }
});

test('a function that answers with an error has failed by its code', async () => {
  await using server = await serve(() => ({
    headers: { 'x-amz-function-error': 'Unhandled' },
    body: '{"errorType":"Unavailable","errorMessage":"away"}',
  }));
  const redelivery = awsRedelivery(new LambdaClient(awsClient(server)), new SFNClient(awsClient(server)));
  expect(await redelivery.invoke('arn:aws:lambda:eu-west-1:123456789012:function:f', {})).toEqual({
    kind: 'failed',
    code: 'Unavailable',
  });
});

test('an execution that was started before is there', async () => {
  await using server = await serve(() => ({ status: 400, body: '{"__type":"ExecutionAlreadyExists","message":"no"}' }));
  const redelivery = awsRedelivery(new LambdaClient(awsClient(server)), new SFNClient(awsClient(server)));
  expect(await redelivery.start('arn:aws:states:eu-west-1:123456789012:stateMachine:m', 'n', {})).toBe('exists');
});
