import { beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import type { Letter, Redelivery } from '../../core/ports/dead-letters.ts';
import { planFor, redrive } from '../../core/redrive.ts';

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
