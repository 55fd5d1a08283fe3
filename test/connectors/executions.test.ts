import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { stepFunctionsExecutions, stepFunctionsExecutor } from '../../connectors/stepfunctions/index.ts';
import { Unavailable } from '../../core/errors.ts';
import { aScope } from '../builders.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const machine = 'arn:aws:states:us-east-1:111122223333:stateMachine:statement-export';
const arn = 'arn:aws:states:us-east-1:111122223333:execution:statement-export:2026-11-19-eu';
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
const described = {
  executionArn: arn,
  stateMachineArn: machine,
  name: '2026-11-19-eu',
  status: 'FAILED',
  startDate: 1_795_000_000.123,
  stopDate: 1_795_000_900.5,
  error: 'Lambda.TooManyRequestsException',
  cause: 'Rate Exceeded.',
  input: '{"secret":"x"}',
  redriveCount: 0,
  redriveStatus: 'REDRIVABLE',
};
type Answers = Readonly<Record<string, Answer | object>>;
async function service(answers: Answers) {
  const server = await serve(({ headers }) => {
    const call = String(headers['x-amz-target']).split('.')[1] ?? '';
    const answer = answers[call] ?? { status: 500, body: '{"__type":"InternalFailure"}' };
    return 'body' in answer ? (answer as Answer) : { body: JSON.stringify(answer) };
  });
  return { server, options: { client: () => new SFNClient(awsClient(server)) } };
}
const refusing = (type: string, status = 400): Answer => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws.states#${type}`, message: 'no' }),
});
const scope = aScope();

describe('what is read', () => {
  test('is the execution that is named, without its input', async () => {
    const { server, options } = await service({ DescribeExecution: described });
    await using _ = server;
    const observed = await stepFunctionsExecutions(options).observe(scope, { arns: [arn] });
    expect(observed).toMatchObject({ kind: 'data', data: [{ arn, status: 'FAILED', redrivable: true, redrives: 0 }] });
    expect(JSON.stringify(observed)).not.toContain('secret');
  });
  test('is of a state machine the latest that failed within a day', async () => {
    const now = Date.now() / 1000;
    const listed = (name: string, stopDate: number) => ({ executionArn: arn.replace('2026-11-19-eu', name), stopDate });
    const { server, options } = await service({
      ListExecutions: { executions: [listed('new', now - 60), listed('old', now - 100_000)] },
      DescribeExecution: described,
    });
    await using _ = server;
    await stepFunctionsExecutions(options).observe(scope, { arns: [machine] });
    const asked = server.asked.map(({ body }) => JSON.parse(body));
    expect(asked.flatMap(({ statusFilter }) => statusFilter ?? []).sort()).toEqual(['ABORTED', 'FAILED', 'TIMED_OUT']);
    expect(asked.flatMap(({ executionArn }) => executionArn ?? [])).toEqual(
      Array(3).fill(arn.replace('2026-11-19-eu', 'new')),
    );
  });
  test('and cannot be is a gap that names the error and no more', async () => {
    const { server, options } = await service({ DescribeExecution: refusing('AccessDeniedException') });
    await using _ = server;
    expect(await stepFunctionsExecutions(options).observe(scope, { arns: [arn] })).toEqual({
      kind: 'gap',
      gap: {
        source: 'executions',
        reason: 'statement-export/2026-11-19-eu could not be read (the right to states:DescribeExecution is missing).',
      },
    });
  });
});

describe('a redrive', () => {
  const action = {
    incidentId: 'inc-1',
    id: 'retry-execution',
    target: {
      kind: 'Execution',
      name: '2026-11-19-eu',
      namespace: 'statement-export',
      cluster: '111122223333:us-east-1',
    },
    parameters: {},
    idempotencyKey: 'inc-1:retry-execution:x',
  };
  const redrives = (server: { readonly asked: readonly { readonly headers: object; readonly body: string }[] }) =>
    server.asked
      .filter(({ headers }) => JSON.stringify(headers).includes('RedriveExecution'))
      .map(({ body }) => JSON.parse(body));

  test('is tried by looking, and done with a token that is the same for the same action', async () => {
    const { server, options } = await service({
      DescribeExecution: described,
      RedriveExecution: { redriveDate: 1_795_001_000 },
    });
    await using _ = server;
    const executor = stepFunctionsExecutor(options);
    expect((await executor.dryRun(action)).kind).toBe('ok');
    expect(redrives(server)).toEqual([]);
    expect((await executor.execute(action)).kind).toBe('done');
    await executor.execute(action);
    const [first, second] = redrives(server);
    expect(first).toMatchObject({ executionArn: arn });
    expect(second).toEqual(first);
  });
  test.each([
    ['that succeeded', { status: 'SUCCEEDED' }, /succeeded, not failed/],
    ['that cannot be', { redriveStatus: 'NOT_REDRIVABLE' }, /cannot be redriven/],
    ['that was twice already', { redriveCount: 2 }, /symptom/],
  ])('of one %s is refused', async (_, over, why) => {
    const { server, options } = await service({
      DescribeExecution: { ...described, ...over },
      RedriveExecution: refusing('ExecutionNotRedrivable'),
    });
    await using __ = server;
    const executor = stepFunctionsExecutor(options);
    expect(await executor.dryRun(action)).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) });
    expect(await executor.execute(action)).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) });
  });
  test('whose answer was lost is found again: the service knows the token', async () => {
    const { server, options } = await service({
      DescribeExecution: { ...described, status: 'RUNNING', redriveCount: 1 },
      RedriveExecution: { redriveDate: 1_795_001_000 },
    });
    await using _ = server;
    expect((await stepFunctionsExecutor(options).execute(action)).kind).toBe('done');
  });
  test.each(['AccessDeniedException', 'ExecutionDoesNotExist', 'ExecutionLimitExceeded'])(
    'that ends in %s is refused',
    async (type) => {
      const { server, options } = await service({ DescribeExecution: described, RedriveExecution: refusing(type) });
      await using _ = server;
      expect(await stepFunctionsExecutor(options).execute(action)).toEqual({
        kind: 'refused',
        why: `Step Functions refused it (${type}).`,
      });
    },
  );
  test('that the service does not answer can be tried again', async () => {
    const { server, options } = await service({ DescribeExecution: described });
    await using _ = server;
    await expect(stepFunctionsExecutor(options).execute(action)).rejects.toThrow(Unavailable);
  });
  test.each([{ kind: 'CronJob' }, { cluster: 'backend-1' }, { name: 'a b' }, { name: 'x:y' }, { namespace: '../x' }])(
    'of what is no execution is refused: %j',
    async (over) => {
      const { server, options } = await service({});
      await using _ = server;
      const one = { ...action, target: { ...action.target, ...over } };
      expect((await stepFunctionsExecutor(options).execute(one)).kind).toBe('refused');
      expect(server.asked).toEqual([]);
    },
  );
});
