import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { stepFunctionsWorkflow } from '../../connectors/stepfunctions/index.ts';
import { Unavailable } from '../../core/errors.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const workflowAnswering = async (answer: Answer) => {
  const server = await serve(() => answer);
  return { server, workflow: stepFunctionsWorkflow({ client: new SFNClient(awsClient(server)) }) };
};

test('the waiting execution gets the output as JSON', async () => {
  const { server, workflow } = await workflowAnswering({ body: '{}' });
  await using _ = server;
  expect(await workflow.resume('token-1', { kind: 'rejected' })).toBe('resumed');
  expect(server.asked[0]?.headers['x-amz-target']).toBe('AWSStepFunctions.SendTaskSuccess');
  expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ taskToken: 'token-1', output: '{"kind":"rejected"}' });
});

test.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('a token that is %s is gone', async (type) => {
  const { server, workflow } = await workflowAnswering({
    status: 400,
    body: JSON.stringify({ __type: `com.amazonaws.swf.service.v2.model#${type}`, message: 'no' }),
  });
  await using _ = server;
  expect(await workflow.resume('token-1', {})).toBe('gone');
});

test('a service that fails is unavailable, and the token is not in the message', async () => {
  const { server, workflow } = await workflowAnswering({ status: 500, body: '{"__type":"InternalFailure"}' });
  await using _ = server;
  const failure = await workflow.resume('secret-token', {}).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Unavailable);
  expect((failure as Unavailable).message).not.toContain('secret-token');
});
