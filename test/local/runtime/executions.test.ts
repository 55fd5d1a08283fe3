import { describe, expect, it, onTestFinished } from 'vitest';
import { InvalidInput, Unavailable } from '../../../core/errors.ts';
import { type ExecutionsOptions, executions } from '../../../local/runtime/executions.ts';
import { type Disk, memoryDisk } from '../../../local/runtime/files.ts';
import { type Ended, journal } from '../../../local/runtime/journal.ts';
import { parseMachine } from '../../../local/runtime/machine.ts';

const task = (name: string, rest: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: name, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  ...rest,
});
const succeed = { Type: 'Succeed' };

interface Started {
  readonly run: ReturnType<typeof executions>;
  readonly ended: Promise<Ended>;
  readonly entered: string[];
}

function runtime(
  states: Record<string, object>,
  functions: Record<string, (payload: never) => unknown>,
  rest: Partial<ExecutionsOptions> & { disk?: Disk; timeoutSeconds?: number } = {},
): Started {
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  const entered: string[] = [];
  const run = executions({
    machine: parseMachine('test', {
      StartAt: Object.keys(states)[0],
      TimeoutSeconds: rest.timeoutSeconds ?? 60,
      States: states,
    }),
    journal: journal(rest.disk ?? memoryDisk()),
    clock: { now: () => new Date() },
    invoke: async (name, payload) => functions[name]?.(payload as never),
    onEntered: ({ state }) => void entered.push(state),
    onEnded: resolve,
    ...rest,
  });
  onTestFinished(() => run.close());
  return { run, ended, entered };
}

const until = async (what: () => boolean): Promise<void> => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('an execution', () => {
  it('goes from state to state with what each made of the value', async () => {
    const seen: unknown[] = [];
    const { run, ended, entered } = runtime(
      {
        First: task('first', { Next: 'Which' }),
        Which: {
          Type: 'Choice',
          Choices: [{ Variable: '$.go', StringEquals: 'left', Next: 'Left' }],
          Default: 'Right',
        },
        Left: { Type: 'Pass', Result: 'passed', ResultPath: '$.left', Next: 'Last' },
        Right: { Type: 'Fail' },
        Last: task('last', { End: true }),
      },
      { first: (input: object) => ({ ...input, go: 'left' }), last: (input) => seen.push(input) },
    );
    await run.start('one', { from: 'test' });
    expect(await ended).toMatchObject({ name: 'one', state: 'Last', outcome: { kind: 'succeeded' } });
    expect(entered).toEqual(['First', 'Which', 'Left', 'Last']);
    expect(seen).toEqual([{ from: 'test', go: 'left', left: 'passed' }]);
  });

  it('knows its own name', async () => {
    const names: unknown[] = [];
    const { run, ended } = runtime(
      { Say: task('say', { Parameters: { FunctionName: 'say', 'Payload.$': '$$.Execution.Name' }, End: true }) },
      { say: (name) => ({ said: names.push(name) }) },
    );
    await run.start('its-name', {});
    await ended;
    expect(names).toEqual(['its-name']);
  });

  it('of a name that ran before is not started again', async () => {
    const { run, ended, entered } = runtime({ Done: succeed }, {});
    expect(await Promise.all([run.start('one', {}), run.start('one', {})])).toEqual(['started', 'exists']);
    await ended;
    expect(await run.start('one', {})).toBe('exists');
    expect(entered).toEqual(['Done']);
  });

  it('retries what could pass and gives up on what cannot', async () => {
    let tries = 0;
    const { run, ended } = runtime(
      {
        Try: task('try', {
          Retry: [{ ErrorEquals: ['Unavailable'], IntervalSeconds: 0.01, MaxAttempts: 3 }],
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Caught' }],
          Next: 'Never',
        }),
        Never: succeed,
        Caught: task('caught', { End: true }),
      },
      {
        try: () => {
          tries += 1;
          throw tries < 3 ? new Unavailable('not yet') : new InvalidInput('never');
        },
        caught: (input) => input,
      },
    );
    await run.start('one', { kept: true });
    expect(await ended).toMatchObject({ state: 'Caught', outcome: { kind: 'succeeded' } });
    expect(tries).toBe(3);
  });

  it('hands the code and the sentence of an error to the state that catches it', async () => {
    const caught: unknown[] = [];
    const { run, ended } = runtime(
      {
        Try: task('try', {
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Tell' }],
          Next: 'Ok',
        }),
        Ok: succeed,
        Tell: task('tell', { End: true }),
      },
      {
        try: () => {
          throw new InvalidInput('The payload does not fit.');
        },
        tell: (input) => ({ n: caught.push(input) }),
      },
    );
    await run.start('one', { kept: 1 });
    await ended;
    expect(caught).toEqual([{ kept: 1, failure: { Error: 'InvalidInput', Cause: 'The payload does not fit.' } }]);
  });

  it('ends failed where nothing catches', async () => {
    const { run, ended } = runtime({ Stop: { Type: 'Fail', Error: 'TestFailed', Cause: 'On purpose.' } }, {});
    await run.start('one', {});
    expect((await ended).outcome).toEqual({ kind: 'failed', error: 'TestFailed', cause: 'On purpose.' });
  });

  it('turns a specialist that fails into what its catcher says, and keeps the others', async () => {
    const reports: unknown[] = [];
    const { run, ended } = runtime(
      {
        Ask: {
          Type: 'Map',
          ItemsPath: '$.plan',
          ItemProcessor: {
            StartAt: 'One',
            States: {
              One: task('x', {
                Parameters: { 'FunctionName.$': "States.Format('ask-{}', $.who)", 'Payload.$': '$' },
                Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Gap' }],
                End: true,
              }),
              Gap: { Type: 'Pass', Parameters: { 'who.$': '$.who', 'gap.$': '$.failure.Error' }, End: true },
            },
          },
          ResultPath: '$.reports',
          Next: 'Read',
        },
        Read: task('read', { End: true }),
      },
      {
        'ask-good': ({ who }: { who: string }) => ({ who, found: 'it' }),
        'ask-bad': () => {
          throw new Unavailable('no answer');
        },
        read: ({ reports: all }: { reports: unknown[] }) => ({ n: reports.push(...all) }),
      },
    );
    await run.start('one', { plan: [{ who: 'good' }, { who: 'bad' }] });
    await ended;
    expect(reports).toEqual([
      { who: 'good', found: 'it' },
      { who: 'bad', gap: 'Unavailable' },
    ]);
  });

  it('stops waiting for a task that is too slow', async () => {
    const { run, ended } = runtime(
      {
        Slow: task('slow', {
          TimeoutSeconds: 0.05,
          Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.late', Next: 'Late' }],
          Next: 'InTime',
        }),
        InTime: succeed,
        Late: succeed,
      },
      { slow: () => new Promise((resolve) => setTimeout(resolve, 3000)) },
    );
    await run.start('one', {});
    expect((await ended).state).toBe('Late');
  });

  it('ends when the whole of it took too long', async () => {
    const { run, ended } = runtime(
      { Slow: task('slow', { End: true }) },
      { slow: () => new Promise((resolve) => setTimeout(resolve, 300)) },
      { timeoutSeconds: 0.05 },
    );
    await run.start('one', {});
    expect((await ended).outcome).toMatchObject({ kind: 'failed', error: 'States.Timeout' });
  });

  it('waits until the disk takes the next step, then goes on', async () => {
    const disk = memoryDisk();
    let full = false;
    const trouble: string[] = [];
    const { run, ended, entered } = runtime(
      { First: task('first', { Next: 'Last' }), Last: task('last', { End: true }) },
      {
        first: () => {
          full = true;
          return {};
        },
        last: () => ({}),
      },
      {
        disk: {
          ...disk,
          write: (name, content) =>
            full ? Promise.reject(new Unavailable('The disk is full.')) : disk.write(name, content),
        },
        onTrouble: (sentence) => trouble.push(sentence),
      },
    );
    await run.start('one', {});
    await until(() => trouble.length > 0);
    expect(entered).toEqual(['First']);
    full = false;
    await ended;
    expect(entered).toEqual(['First', 'Last']);
    expect(trouble).toEqual(['The disk is full. The investigation waits for it.']);
  });

  it('that no disk took was not started', async () => {
    const { run, entered } = runtime(
      { Done: succeed },
      {},
      { disk: { ...memoryDisk(), write: () => Promise.reject(new Unavailable('The disk is full.')) } },
    );
    await expect(run.start('one', {})).rejects.toThrow('The disk is full.');
    expect(entered).toEqual([]);
  });
});

describe('a task that waits for an answer', () => {
  const asking = {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
      TimeoutSecondsPath: '$.seconds',
      ResultPath: '$.answer',
      Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.late', Next: 'Expired' }],
      Next: 'Read',
    },
    Expired: succeed,
    Read: task('read', { End: true }),
  };

  function asked(rest: Parameters<typeof runtime>[2] = {}) {
    const tokens: string[] = [];
    const read: unknown[] = [];
    const started = runtime(
      asking,
      { ask: ({ token }: { token: string }) => void tokens.push(token), read: (input) => ({ n: read.push(input) }) },
      rest,
    );
    return { ...started, tokens, read };
  }
  const yes = { kind: 'success', output: 'yes' } as const;

  it('goes on with the answer that its token was given', async () => {
    const { run, ended, tokens, read } = asked();
    await run.start('one', { seconds: 60 });
    await until(() => tokens.length > 0);
    expect(await run.answer(tokens[0]!, yes)).toBe('answered');
    await ended;
    expect(read).toEqual([{ seconds: 60, answer: 'yes' }]);
  });

  it('takes one answer; another one and a wrong token find nobody waiting', async () => {
    const { run, ended, tokens, read } = asked();
    await run.start('one', { seconds: 60 });
    await until(() => tokens.length > 0);
    expect(await run.answer('made-up', yes)).toBe('gone');
    const both = [run.answer(tokens[0]!, yes), run.answer(tokens[0]!, { kind: 'success', output: 'no' })];
    expect(await Promise.all(both)).toEqual(['answered', 'gone']);
    await ended;
    expect(await run.answer(tokens[0]!, yes)).toBe('gone');
    expect(read).toEqual([{ seconds: 60, answer: 'yes' }]);
  });

  it('takes an answer that comes while the question is still being put', async () => {
    const { promise: put, resolve: finishPutting } = Promise.withResolvers<void>();
    const tokens: string[] = [];
    const { run, ended } = runtime(asking, {
      ask: ({ token }: { token: string }) => {
        tokens.push(token);
        return put;
      },
      read: (input) => input,
    });
    await run.start('one', { seconds: 60 });
    await until(() => tokens.length > 0);
    expect(await run.answer(tokens[0]!, yes)).toBe('answered');
    expect((await ended).state).toBe('Read');
    finishPutting();
  });

  it('expires', async () => {
    const { run, ended, tokens } = asked();
    await run.start('one', { seconds: 0.05 });
    expect((await ended).state).toBe('Expired');
    expect(await run.answer(tokens[0]!, yes)).toBe('gone');
  });

  it('is asked anew after a restart, with a new token; the old one is gone', async () => {
    const disk = memoryDisk();
    const before = asked({ disk });
    await before.run.start('one', { seconds: 60 });
    await until(() => before.tokens.length > 0);
    await before.run.close();

    const after = asked({ disk });
    expect(await after.run.resume()).toEqual(['one']);
    await until(() => after.tokens.length > 0);
    expect(after.tokens[0]).not.toBe(before.tokens[0]);
    expect(await after.run.answer(before.tokens[0]!, yes)).toBe('gone');
    expect(await after.run.answer(after.tokens[0]!, yes)).toBe('answered');
    expect((await after.ended).state).toBe('Read');
  });

  it('keeps an answer that was acknowledged right before a crash, and asks nobody again', async () => {
    const disk = memoryDisk();
    const before = asked({ disk, onLeft: () => new Promise(() => undefined) });
    await before.run.start('one', { seconds: 60 });
    await until(() => before.tokens.length > 0);
    await before.run.answer(before.tokens[0]!, yes);

    const after = asked({ disk });
    await after.run.resume();
    await after.ended;
    expect(after.tokens).toEqual([]);
    expect(after.read).toEqual([{ seconds: 60, answer: 'yes' }]);
  });

  it('expires by the time it was asked first, however often the runtime restarts', async () => {
    const disk = memoryDisk();
    const start = Date.now();
    const before = asked({ disk });
    await before.run.start('one', { seconds: 60 });
    await until(() => before.tokens.length > 0);
    await before.run.close();

    const after = asked({ disk, timeoutSeconds: 3600, clock: { now: () => new Date(start + 61_000) } });
    await after.run.resume();
    expect((await after.ended).state).toBe('Expired');
  });

  it('is not answered where the answer could not be written down', async () => {
    const disk = memoryDisk();
    let full = false;
    const { run, ended, tokens } = asked({
      disk: {
        ...disk,
        write: (name, content) =>
          full ? Promise.reject(new Unavailable('The disk is full.')) : disk.write(name, content),
      },
    });
    await run.start('one', { seconds: 60 });
    await until(() => tokens.length > 0);
    full = true;
    await expect(run.answer(tokens[0]!, yes)).rejects.toThrow('The disk is full.');
    full = false;
    expect(await run.answer(tokens[0]!, yes)).toBe('answered');
    expect((await ended).state).toBe('Read');
  });
});

describe('after a crash', () => {
  const states = {
    First: task('first', { Next: 'Second' }),
    Second: task('second', { Next: 'Last' }),
    Last: succeed,
  };

  it('goes on at the state that was written down, with its input', async () => {
    const disk = memoryDisk();
    const functions = { first: () => ({ by: 'first' }), second: (input: object) => ({ ...input, second: true }) };
    const before = runtime(states, functions, {
      disk,
      onEntered: ({ state }) => (state === 'Second' ? new Promise(() => undefined) : undefined),
    });
    await before.run.start('one', {});
    await until(() => true);
    await new Promise((resolve) => setTimeout(resolve, 50));

    const after = runtime(states, functions, { disk });
    await after.run.resume();
    await after.ended;
    expect(after.entered).toEqual(['Second', 'Last']);
  });

  it('waits only for the rest of a wait', async () => {
    const disk = memoryDisk();
    const waiting = { Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Done' }, Done: succeed };
    const before = runtime(waiting, {}, { disk });
    await before.run.start('one', { seconds: 50 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await before.run.close();

    const start = Date.now();
    const after = runtime(waiting, {}, { disk, clock: { now: () => new Date(start + 49_900) } });
    await after.run.resume();
    await after.ended;
    expect(Date.now() - start).toBeLessThan(5000);
  });

  it('starts nothing that had ended', async () => {
    const disk = memoryDisk();
    const before = runtime({ Done: succeed }, {}, { disk });
    await before.run.start('one', {});
    await before.ended;
    const after = runtime({ Done: succeed }, {}, { disk });
    expect(await after.run.resume()).toEqual([]);
  });
});
