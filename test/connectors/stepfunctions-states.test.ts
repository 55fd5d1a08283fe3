import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import { stepFunctionsStates } from '../../connectors/stepfunctions/index.ts';
import { executionsContract } from '../contract/executions.ts';
import { awsClient, serve } from '../server.ts';

const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:watchkeeper-test-incident';
const statuses: Readonly<Record<string, string>> = { running: 'RUNNING', succeeded: 'SUCCEEDED', failed: 'FAILED' };
const Asked = z.object({ executionArn: z.string().optional(), statusFilter: z.string().optional() });

const servers: AsyncDisposable[] = [];
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});

async function open() {
  const server = await serve(({ headers, body }) => {
    const { executionArn, statusFilter } = Asked.parse(JSON.parse(body));
    if (headers['x-amz-target'] === 'AWSStepFunctions.ListExecutions')
      return { body: JSON.stringify({ executions: statusFilter === 'RUNNING' ? [{ name: 'running' }] : [] }) };
    const name = executionArn?.replace(
      'arn:aws:states:eu-west-1:123456789012:execution:watchkeeper-test-incident:',
      '',
    );
    if (name === 'hidden') return { status: 400, body: '{"__type":"AccessDeniedException","message":"no"}' };
    const status = statuses[name ?? ''];
    return status === undefined
      ? { status: 400, body: '{"__type":"ExecutionDoesNotExist","message":"no"}' }
      : { body: JSON.stringify({ executionArn, status }) };
  });
  servers.push(server);
  return stepFunctionsStates({ stateMachineArn, client: new SFNClient(awsClient(server)) });
}

executionsContract(open);

test.each(['TIMED_OUT', 'ABORTED'])('an execution that is %s has failed', async (status) => {
  await using server = await serve(() => ({ body: JSON.stringify({ status }) }));
  const states = stepFunctionsStates({ stateMachineArn, client: new SFNClient(awsClient(server)) });
  expect(await states.state('any')).toBe('failed');
});

test('a service that is away makes nothing dead', async () => {
  await using server = await serve(() => ({ status: 500, body: '{"__type":"InternalFailure"}' }));
  const states = stepFunctionsStates({
    stateMachineArn,
    client: new SFNClient({ ...awsClient(server), maxAttempts: 1 }),
  });
  expect(await states.state('any')).toBe('unknown');
  expect(await states.running()).toEqual(new Set());
});
