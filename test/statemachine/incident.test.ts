import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { beyondDialect, statesOf } from './dialect.ts';
import { refused } from './refused.ts';

/** asl-validator ships no types. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => {
  readonly isValid: boolean;
  readonly errorsText: () => string;
};

const root = join(import.meta.dirname, '..', '..');
const definition = JSON.parse(readFileSync(join(root, 'statemachines', 'incident.asl.json'), 'utf8')) as unknown;
const states = statesOf(definition);
const tasks = states.filter(([, state]) => state.Type === 'Task');

test('the state machine is valid Amazon States Language', () => {
  const { isValid, errorsText } = validate(structuredClone(definition));
  expect(errorsText()).toBe('');
  expect(isValid).toBe(true);
});

test('the validator notices a transition to nowhere', () => {
  expect(validate({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'Nowhere' } } }).isValid).toBe(false);
});

test('the state machine uses only what Step Functions and the embedded interpreter both obey', () => {
  expect(beyondDialect(definition)).toEqual([]);
});

describe('what the embedded interpreter ignores is refused', () => {
  test.each(Object.entries(refused))('%s', (_name, { definition, because }) => {
    expect(beyondDialect(definition)).toContain(because);
  });
});

test('there are tasks to check, inside the maps too', () => {
  expect(tasks.map(([name]) => name)).toEqual(expect.arrayContaining(['OpenIncident', 'AskSpecialist', 'Learn']));
});

describe.each(tasks)('the task %s', (_name, state) => {
  test('ends in time', () => {
    expect(state.TimeoutSeconds ?? state.TimeoutSecondsPath).toBeDefined();
  });

  test('is tried again with jitter and a bound, when trying again can help', () => {
    const retriers = state.Retry as readonly Record<string, unknown>[];
    expect(retriers.flatMap((retrier) => retrier.ErrorEquals)).toContain('Unavailable');
    for (const retrier of retriers) {
      expect(retrier).toMatchObject({ JitterStrategy: 'FULL', MaxAttempts: expect.any(Number) });
    }
  });

  test('is caught whatever fails', () => {
    const catchers = state.Catch as readonly Record<string, unknown>[];
    expect(catchers.flatMap((catcher) => catcher.ErrorEquals)).toContain('States.ALL');
  });
});

test('every error ends in words: each catch leads to a report, a reminder, an expiry, a gap, or past the line', () => {
  const ends = states.flatMap(([, state]) =>
    ((state.Catch ?? []) as readonly { readonly Next: string }[]).map(({ Next }) => Next),
  );
  expect([...new Set(ends)].toSorted()).toEqual([
    // A line that cannot be used holds up no investigation.
    'AdmitAnyway',
    'ApprovalExpired',
    'AwaitApprovalReminded',
    // An agent that looked further and was lost leaves a gap; the incident goes on.
    'ConcludeLonger',
    'Failed',
    'Investigate',
    // Nobody misses the words about how a further investigation ended.
    'Learn',
    'MakeRoomAfterFailure',
    'ReportFailure',
    'SpecialistGap',
    'SpecialistGapAgain',
    // A line that could not be written costs nobody the report that it was about.
    'TellProgress',
    // Nobody misses an update of the message that is watched: the report follows.
    'Told',
    'ToldAgain',
    'WhatNow',
  ]);
});

const functionNames = tasks.map(([, state]) => {
  const { FunctionName, ...dynamic } = state.Parameters as Record<string, string>;
  return FunctionName ?? dynamic['FunctionName.$'] ?? '';
});

test('every function that the machine names has its folder', () => {
  const named = functionNames.flatMap((name) => /^\$\{FunctionPrefix\}([a-z-]+)$/.exec(name)?.[1] ?? []);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !existsSync(join(root, 'lambdas', name, 'handler.ts')))).toEqual([]);
});

test('a specialist is asked by its name alone, so that a new one needs no change here', () => {
  const dynamic = functionNames.filter((name) => name.startsWith('States.Format'));
  expect(new Set(dynamic).size).toBe(1);
  expect(dynamic[0]).toMatch(/^States\.Format\('\$\{FunctionPrefix\}specialist-\{\}', \$\.specialist\)$/);
});

test('whatever a specialist answers is filed before it travels on: it writes no record itself', () => {
  const asking = states.filter(([name]) => /^(?:AskSpecialist|SpecialistGap)/.test(name));
  expect(asking.map(([name, { Next }]) => [name, Next])).toEqual([
    ['AskSpecialist', 'FileReport'],
    ['SpecialistGap', 'FileReport'],
    ['AskSpecialistAgain', 'FileReportAgain'],
    ['SpecialistGapAgain', 'FileReportAgain'],
  ]);
});
