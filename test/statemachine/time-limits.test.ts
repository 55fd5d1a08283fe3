// The state machine keeps to the one table of time limits: what is in the table and not in the machine, or the other way round, is found.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functionTable } from '../../lib/functions.ts';
import { secondsOf, timeLimits } from '../../lib/time-limits.ts';
import { statesOf } from './dialect.ts';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'statemachines', 'incident.asl.json'), 'utf8');
const limits = timeLimits();

interface Task {
  readonly Resource: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly Retry: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number }[];
}

function rowNameOf({ Parameters }: Task): string {
  const named = String(Parameters.FunctionName ?? Parameters['FunctionName.$']);
  return named.startsWith('States.Format') ? 'specialist-*' : named.replace(`\${FunctionPrefix}`, '');
}

/** Where a definition does not do what the table says, one sentence each. */
function deviations(definition: unknown): string[] {
  return statesOf(definition)
    .filter(([, { Type }]) => Type === 'Task')
    .flatMap(([name, state]) => ofTask(name, state as unknown as Task));
}

function ofTask(name: string, task: Task): string[] {
  const row = limits.functions[rowNameOf(task)];
  if (row === undefined || !('againAfterTimeOut' in row)) return [`${name} calls a function without a row`];
  const waits = task.Resource.endsWith('.waitForTaskToken');
  const expected = limits.timeOuts.filter((error) => !(waits && error === 'States.Timeout'));
  const again = (error: string) => task.Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.MaxAttempts ?? 0;
  return [
    ...('stateSeconds' in row && task.TimeoutSeconds !== row.stateSeconds
      ? [`${name} waits ${task.TimeoutSeconds} s, not ${row.stateSeconds}`]
      : []),
    ...(waits !== (row.calledBy === 'a state that waits for an answer')
      ? [`${name} does not wait as the table says`]
      : []),
    ...(waits && again('States.Timeout') > 0 ? [`${name} asks again where nobody answered`] : []),
    ...expected
      .filter((error) => again(error) !== row.againAfterTimeOut)
      .map((error) => `${name} is tried ${again(error)} times more after ${error}, not ${row.againAfterTimeOut}`),
  ];
}

test('every state waits, and asks again, as the table says', () => {
  expect(deviations(JSON.parse(text))).toEqual([]);
});

describe('what deviates from the table is found', () => {
  test.each([
    [
      'a state that waits no longer than its function runs',
      '"TimeoutSeconds": 65',
      '"TimeoutSeconds": 60',
      /waits 60 s/,
    ],
    ['an error of ours that is not tried again', '"StepTimeout",', '', /tried 0 times more after StepTimeout/],
    ["Lambda's own time-out that is not tried again", '"Sandbox.Timedout",', '', /after Sandbox\.Timedout/],
    ['a function that nobody gave a limit', '}verify"', '}verify-more"', /without a row/],
  ])('%s', (_name, from, to, sentence) => {
    expect(text).toContain(from);
    expect(deviations(JSON.parse(text.replaceAll(from, to))).join('\n')).toMatch(sentence);
  });
});

test('a state waits longer than its function may run, by the margin at least', () => {
  for (const [name, row] of Object.entries(limits.functions))
    if (row.calledBy === 'a state')
      expect(row.stateSeconds - row.seconds, name).toBeGreaterThanOrEqual(limits.marginSeconds);
});

test('every function has a limit, and every limit a function', () => {
  const folders = [...functionTable().keys()];
  for (const folder of folders) expect(secondsOf(folder)).toBeGreaterThan(0);
  const orphans = Object.keys(limits.functions).filter(
    (name) => name !== 'specialist-*' && !readdirSync(join(root, 'lambdas')).includes(name),
  );
  expect(orphans).toEqual([]);
  expect(() => secondsOf('no-such-function')).toThrow('no row in statemachines/time-limits.json');
});
