// Executions as the service itself tells them: a state machine that fails, on an emulator of somebody else's making. (It knows no redrive; that
// call is tested on the wire in test/connectors/executions.test.ts.)
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stepFunctionsExecutions, stepFunctionsExecutor } from '../../connectors/stepfunctions/index.ts';
import { entityOfExecution } from '../../core/topology/managed-resources.ts';
import { aScope } from '../builders.ts';
import { clientOptions } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator.ts';

let emulator: Emulator;
let client: SFNClient;
let machine: string;
beforeAll(async () => {
  emulator = await startEmulator(join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'executions.log'));
  client = new SFNClient(clientOptions(emulator));
  const definition = {
    StartAt: 'Which',
    States: {
      Which: { Type: 'Choice', Choices: [{ Variable: '$.ok', BooleanEquals: true, Next: 'Well' }], Default: 'Broken' },
      Well: { Type: 'Succeed' },
      Broken: { Type: 'Fail', Error: 'Export.Refused', Cause: 'The bucket said no.' },
    },
  };
  const made = await client.send(
    new CreateStateMachineCommand({
      name: 'statement-export',
      definition: JSON.stringify(definition),
      roleArn: 'arn:aws:iam::000000000000:role/any',
    }),
  );
  machine = made.stateMachineArn ?? '';
}, 240_000);
afterAll(() => emulator?.[Symbol.asyncDispose]());

async function run(name: string, ok: boolean): Promise<string> {
  const { executionArn = '' } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify({ ok }) }),
  );
  for (let tries = 0; tries < 100; tries += 1) {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') return executionArn;
    await sleep(100);
  }
  throw new Error(`${name} did not end.`);
}

test('of a state machine those that failed are read, and one that succeeded by its name', {
  timeout: 60_000,
}, async () => {
  const options = { client: () => client };
  const read = stepFunctionsExecutions(options);
  const [failed, well] = [await run('eu', false), await run('us', true)];
  expect(await read.observe(aScope(), { arns: [machine] })).toMatchObject({
    kind: 'data',
    data: [{ arn: failed, status: 'FAILED', error: 'Export.Refused', cause: 'The bucket said no.', redrives: 0 }],
  });
  expect(await read.observe(aScope(), { arns: [well] })).toMatchObject({ data: [{ arn: well, status: 'SUCCEEDED' }] });
  const action = (arn: string) => ({
    incidentId: 'inc-1',
    id: 'retry-execution',
    target: entityOfExecution(arn),
    parameters: {},
    idempotencyKey: 'key',
  });
  const executor = stepFunctionsExecutor(options);
  // The emulator does not say whether it could be: what is not said to be possible is not done.
  expect(await executor.dryRun(action(failed))).toMatchObject({ why: expect.stringContaining('cannot be redriven') });
  expect(await executor.dryRun(action(well))).toMatchObject({ kind: 'refused', notFailed: true });
  expect(await executor.dryRun(action(`${failed}-none`))).toEqual({
    kind: 'refused',
    why: 'Step Functions refused it (ExecutionDoesNotExist).',
  });
});
