import { beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../../core/errors.ts';
import { planFor, redrive } from '../../../core/operations/redrive.ts';
import type { Letter, Redelivery } from '../../../core/ports/dead-letters.ts';

const prefix = 'watchkeeper-prod-';
const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
const conversation = arn('lambda', 'function:watchkeeper-prod-conversation');
const machine = arn('states', 'stateMachine:watchkeeper-prod-incident');

const failed = (id: string, over: object = {}): Letter => ({
  id,
  attributes: {},
  body: JSON.stringify({
    version: '1.0',
    requestContext: { functionArn: `${conversation}:$LATEST`, condition: 'RetriesExhausted' },
    requestPayload: { said: id },
    responsePayload: { errorType: 'Unavailable', errorMessage: 'a secret of somebody' },
    ...over,
  }),
});
const event = (id: string, target: string): Letter => ({
  id,
  attributes: { TARGET_ARN: target, ERROR_CODE: 'THROTTLING' },
  body: JSON.stringify({ id: `event-${id}`, 'detail-type': 'incident.triggered', detail: { trigger: id } }),
});

let queue: Letter[];
let invoked: unknown[];
let started: Map<string, unknown>;
let redelivery: Redelivery;
beforeEach(() => {
  invoked = [];
  started = new Map();
  redelivery = {
    invoke: async (_, payload) => {
      invoked.push(payload);
      return { kind: 'done' };
    },
    start: async (_, name, input) => {
      if (started.has(name)) return 'exists';
      started.set(name, input);
      return 'started';
    },
  };
});
const letters = {
  receive: async () => queue.slice(0, 2),
  remove: async ({ id }: Letter) => {
    queue = queue.filter((one) => one.id !== id);
  },
};
const run = (dryRun = false) => redrive({ prefix, dryRun }, letters, redelivery);

describe('what lies in the queue', () => {
  test('goes to what it was meant for, and leaves the queue', async () => {
    queue = [failed('a'), event('b', machine), event('c', conversation), failed('d')];
    expect((await run()).map(({ came }) => came)).toEqual(['put back', 'put back', 'put back', 'put back']);
    expect(invoked).toEqual([{ said: 'a' }, { trigger: 'c' }, { said: 'd' }]);
    expect([...started]).toEqual([['redrive-event-b', { trigger: 'b' }]]);
    expect(queue).toEqual([]);
    expect(await run()).toEqual([]);
  });

  test('is only looked at in a dry run', async () => {
    queue = [failed('a'), event('b', machine)];
    expect((await run(true)).map(({ came }) => came)).toEqual(['would be put back', 'would be put back']);
    expect([queue.length, invoked.length, started.size]).toEqual([2, 0, 0]);
  });

  test('stays there where the function fails again, and is tried once a run', async () => {
    queue = [failed('a')];
    redelivery = { ...redelivery, invoke: async () => ({ kind: 'failed', code: 'Misconfigured' }) };
    expect(await run()).toMatchObject([{ came: 'failed again', why: 'Misconfigured' }]);
    expect(queue).toHaveLength(1);
  });

  test('starts one execution, though the first try broke off before it was taken out', async () => {
    queue = [event('b', machine)];
    const remove = async () => Promise.reject(new Unavailable('The queue is away.'));
    await expect(redrive({ prefix, dryRun: false }, { ...letters, remove }, redelivery)).rejects.toThrow(Unavailable);
    expect(queue).toHaveLength(1);
    await run();
    expect(started.size).toBe(1);
    expect(queue).toEqual([]);
  });

  test('stays there where the service cannot be reached', async () => {
    queue = [failed('a')];
    redelivery = { ...redelivery, invoke: async () => Promise.reject(new Unavailable('Lambda is away.')) };
    await expect(run()).rejects.toThrow(Unavailable);
    expect(queue).toHaveLength(1);
  });
});

describe('a letter as AWS documents it', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html: an error of Lambda's own has a message only.
  const record = {
    version: '1.0',
    timestamp: '2019-11-14T18:16:05.568Z',
    requestContext: {
      requestId: 'e4b46cbf-b738-4ab1-8880-a18cdf61200e',
      functionArn: `${conversation}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { kind: 'press' },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: {
      errorMessage: 'RequestId: e4b46cbf-b738-4ab1-8880-a18cdf61200e Process exited before completing request',
    },
  };
  const letter = (body: object, attributes = {}): Letter => ({ id: 'x', attributes, body: JSON.stringify(body) });

  test('of a function that failed is given to it again', () => {
    const plan = { kind: 'invoke', functionArn: conversation, payload: { kind: 'press' }, why: 'RetriesExhausted' };
    expect(planFor(letter(record), prefix)).toEqual(plan);
  });

  test('of an invocation that grew too old before it ran, which has no answer, is given to it', () => {
    const { responseContext: _, responsePayload: __, ...rest } = record;
    const aged = { ...rest, requestContext: { ...rest.requestContext, condition: 'EventAgeExceeded' } };
    expect(planFor(letter(aged), prefix)).toMatchObject({ payload: { kind: 'press' }, why: 'EventAgeExceeded' });
  });

  test('without what the function was given is left: nothing is called with nothing', () => {
    const { requestPayload: _, ...rest } = record;
    expect(planFor(letter(rest), prefix)).toEqual({
      kind: 'unreadable',
      why: "Lambda did not keep the function's input.",
    });
  });

  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
  test('of an event is the whole event, and its target gets the part that it gets otherwise', () => {
    const event = {
      version: '0',
      id: '17554ea1-9b10-e0ad-26bc-7797acd41391',
      'detail-type': 'conversation.said',
      source: 'watchkeeper',
      account: '123456789012',
      time: '2026-11-20T02:50:00Z',
      region: 'eu-west-1',
      resources: [],
      detail: { kind: 'press' },
    };
    const attributes = {
      RULE_ARN: arn('events', 'rule/watchkeeper-prod-bus/watchkeeper-prod-converse'),
      TARGET_ARN: conversation,
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: 'User is not authorized',
      RETRY_ATTEMPTS: '0',
    };
    expect(planFor(letter(event, attributes), prefix)).toEqual({
      kind: 'invoke',
      functionArn: conversation,
      payload: { kind: 'press' },
      why: 'NO_PERMISSIONS',
    });
  });
});

describe('a message that nobody of us wrote is left, and calls nothing', () => {
  test.each<[string, Letter]>([
    ['no JSON', { id: 'x', body: 'hello', attributes: { TARGET_ARN: conversation } }],
    ['no target', { id: 'x', body: '{}', attributes: {} }],
    [
      'a function of another stage',
      failed('x', { requestContext: { functionArn: arn('lambda', 'function:watchkeeper-dev-learn') } }),
    ],
    ['a function of somebody else', event('x', arn('lambda', 'function:payroll'))],
    ['a state machine of somebody else', event('x', arn('states', 'stateMachine:payroll'))],
    ['a queue', event('x', arn('sqs', 'watchkeeper-prod-dead-letters'))],
    ['an ARN that hides another', event('x', `${arn('lambda', 'function')}:payroll:watchkeeper-prod-`)],
  ])('%s', async (_name, letter) => {
    queue = [letter];
    expect(planFor(letter, prefix).kind).toBe('unreadable');
    expect(await run()).toMatchObject([{ came: 'left' }]);
    expect([queue.length, invoked.length, started.size]).toEqual([1, 0, 0]);
  });
});

test('why it lies there is a code, and never what an error said', () => {
  expect(JSON.stringify(planFor(failed('a', { requestPayload: {} }), prefix))).not.toContain('secret');
});
