// A function that Lambda ends at its limit, called by a state as incident.asl.json has it, on an emulator of somebody else's making: without the
// rest of the stage, which incident.test.ts deploys.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOptions } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { hangOnce, zipOf } from './slow.ts';

const root = join(import.meta.dirname, '..', '..');
const role = 'arn:aws:iam::000000000000:role/any';
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(join(root, 'test-results', 'deploy', 'slow-function.log'));
}, 240_000);
afterAll(() => emulator?.[Symbol.asyncDispose]());

test('is asked again, and its state goes on with the answer', { timeout: 120_000 }, async () => {
  const lambda = new LambdaClient(clientOptions(emulator));
  const FunctionName = 'watchkeeper-slow-assemble-context';
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role,
      Timeout: 30,
      Code: { ZipFile: await zipOf('export const handler = async (event) => ({ ...event, context: "known" });') },
    }),
  );
  const calls = await hangOnce(emulator, FunctionName, 3);
  const text = await readFile(join(root, 'statemachines', 'incident.asl.json'), 'utf8');
  const { States } = JSON.parse(text.replaceAll(/\$\{FunctionPrefix\}/g, 'watchkeeper-slow-')) as {
    States: Record<string, object>;
  };
  const { Next: _, Catch: __, ...state } = States.AssembleContext as { Next?: string; Catch?: unknown };
  const definition = JSON.stringify({ StartAt: 'One', States: { One: { ...state, End: true } } });
  const workflow = new SFNClient(clientOptions(emulator));
  const { stateMachineArn } = await workflow.send(
    new CreateStateMachineCommand({ name: 'slow', definition, roleArn: role }),
  );
  const { executionArn } = await workflow.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ incidentId: 'inc-1' }) }),
  );
  let came: { status?: string | undefined; output?: string | undefined } = {};
  for (let tries = 0; tries < 400 && (came.status ?? 'RUNNING') === 'RUNNING'; tries += 1) {
    await sleep(250);
    came = await workflow.send(new DescribeExecutionCommand({ executionArn }));
  }
  expect(came.status).toBe('SUCCEEDED');
  expect(JSON.parse(came.output ?? '{}')).toEqual({ incidentId: 'inc-1', context: 'known' });
  expect(await readFile(calls, 'utf8')).toBe('..');
  const { events = [] } = await workflow.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events.flatMap(({ taskFailedEventDetails: failed }) => failed?.error ?? [])).toEqual(['Sandbox.Timedout']);
});
