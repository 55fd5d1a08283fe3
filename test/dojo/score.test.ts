import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type CauseCode, causes } from '../../core/causes/causes.ts';
import { type Expected, parseExpected } from '../../dojo/expected.ts';
import { readOptions } from '../../dojo/options.ts';
import type { RunResult } from '../../dojo/prediction.ts';
import { board, mark, quantile } from '../../dojo/score.ts';
import { table } from '../../dojo/table.ts';
import { actionsText } from '../../dojo/text.ts';
import { labelOf, loadVocabulary } from '../../dojo/vocabulary.ts';

const usage = { wallMs: 5, bytesRead: 1, inputTokens: 10, outputTokens: 2, costUsd: 0.01, modelCalls: 1, toolCalls: 0 };
type Answer = { readonly kind?: string; readonly name?: string; readonly cause?: CauseCode; readonly change?: string };

const vocabulary = await loadVocabulary('kubernetes-faults');
const changes = await loadVocabulary('change-rca');

function answered(
  answers: readonly Answer[],
  over: { words?: typeof vocabulary; acted?: Extract<RunResult, { kind: 'answered' }>['acted'] } = {},
): RunResult {
  const hypotheses = answers.map(({ kind = 'Deployment', name = 'cart', cause = 'oom-killed', change }, place) => {
    const label = labelOf({ cause, changeId: change }, over.words ?? vocabulary);
    return {
      rank: place + 1,
      entity: { kind, name, namespace: 'shop' },
      cause,
      ...(label && { label }),
      ...(change && { change }),
      confidence: 0.5,
      summary: 's',
      why: [],
      evidence: ['e'],
      excerpts: ['x'],
    };
  });
  const prediction = { id: 's', text: 't', hypotheses, blastRadius: [], gaps: [], wallMs: 100, usage };
  return { kind: 'answered', prediction, ...(over.acted && { acted: over.acted }) };
}
const truth = (over: Partial<Expected['rootCause']> = {}): Expected => ({
  vocabulary: 'kubernetes-faults',
  rootCause: { entity: { kind: 'App', name: 'cart', namespace: 'shop' }, cause: 'oom_killed', ...over },
});
const marked = (result: RunResult, expected = truth(), words = vocabulary) =>
  mark({ id: 's', tags: ['t'] }, result, expected, words);

describe('an answer is right when', () => {
  test('class, name and cause of the first hypothesis are', () => {
    expect(marked(answered([{}])).outcome).toMatchObject({
      rightRank: 1,
      entityRight: true,
      causeRight: true,
      noAnswer: false,
    });
  });
  test('a later one is, which counts for A@3 only', () => {
    const { outcome } = marked(answered([{ name: 'mail' }, { cause: 'disk-full' }, {}]));
    expect(outcome).toMatchObject({ rightRank: 3, entityRight: false, causeRight: true });
  });
  test('but not when the class differs: a node is no app', () => {
    expect(marked(answered([{ kind: 'Node' }])).outcome).toMatchObject({ entityRight: false });
  });
  test('"not known" is no answer, whatever follows it', () => {
    expect(marked(answered([{ cause: 'unknown' }, {}])).outcome).toMatchObject({ noAnswer: true, rightRank: 2 });
  });
  test('the change is, where the truth names one, or names none', () => {
    const by = (change: string, answer: Answer) =>
      marked(
        answered([answer], { words: changes }),
        { ...truth({ cause: change === 'none' ? 'no-code-cause' : 'code-change', change }), vocabulary: 'change-rca' },
        {
          ...changes,
          entities: { App: ['Deployment'] },
        },
      ).outcome;
    expect(by('c-1', { cause: 'code-change', change: 'c-1' })).toMatchObject({ rightRank: 1 });
    expect(by('c-1', { cause: 'oom-killed', change: 'c-1' })).toMatchObject({ rightRank: 1 });
    expect(by('c-1', { cause: 'code-change', change: 'c-2' })).toMatchObject({ rightRank: undefined });
    expect(by('none', { cause: 'vendor-outage' })).toMatchObject({ rightRank: 1 });
  });
});

describe('an action is false when', () => {
  const target = { kind: 'Deployment', name: 'cart', namespace: 'shop' };
  const on = (acted: { action: string; target: typeof target; done: boolean }) =>
    marked(answered([{}], { acted })).outcome;
  test('it is asked for on a wrong target', () => {
    expect(on({ action: 'restart-rollout', target: { ...target, name: 'mail' }, done: false })).toMatchObject({
      falseAction: true,
    });
    expect(on({ action: 'restart-rollout', target, done: false })).toMatchObject({ falseAction: false });
  });
  test('it was done, since nobody approved', () => {
    expect(on({ action: 'restart-rollout', target, done: true })).toMatchObject({ falseAction: true });
  });
});

describe('against the actions that the truth names,', () => {
  const at = (name: string) => ({ kind: 'Deployment', name, namespace: 'shop' });
  const offered = (action: string, name = 'cart') =>
    answered([{}], { acted: { action, target: at(name), done: false } });
  const expected: Expected = {
    ...truth(),
    actions: {
      right: [{ action: 'rollback-rollout' }, { action: 'cordon-node', entity: { kind: 'Node', name: 'n1' } }],
      harmful: [{ action: 'scale-workload' }],
    },
  };
  const action = (result: RunResult, over = expected) => marked(result, over).outcome;
  test('one of them on the root cause is right, any other wrong', () => {
    expect(action(offered('rollback-rollout'))).toMatchObject({ action: 'right', falseAction: false });
    expect(action(offered('restart-rollout'))).toMatchObject({ action: 'wrong', falseAction: true });
    expect(action(offered('rollback-rollout', 'mail'))).toMatchObject({ action: 'wrong' });
  });
  test('one on an entity of its own is right there', () => {
    const acted = { action: 'cordon-node', target: { kind: 'Node', name: 'n1' }, done: false };
    expect(action(answered([{}], { acted }))).toMatchObject({ action: 'right' });
  });
  test('a harmful one is wrong on every target, even where it is listed as right', () => {
    const both = { right: [{ action: 'scale-workload' as const }], harmful: [{ action: 'scale-workload' as const }] };
    expect(action(offered('scale-workload'), { ...truth(), actions: both })).toMatchObject({ action: 'wrong' });
  });
  test('none offered is missing, unless nothing helps', () => {
    expect(action(answered([{}]))).toMatchObject({ action: 'missing' });
    expect(action(answered([{}]), { ...truth(), actions: { right: [], harmful: [] } })).toMatchObject({
      action: 'none',
    });
    expect(action(offered('restart-rollout'), { ...truth(), actions: { right: [], harmful: [] } })).toMatchObject({
      action: 'wrong',
    });
    expect(actionsText([marked(answered([{}]), expected), marked(offered('scale-workload'), expected)])).toBe(
      'actions: right=0 wrong=1 missing=1 (wrong: s)',
    );
  });
});

describe('the scoreboard', () => {
  test('counts an error as wrong, and has a row for each tag that is not the whole', () => {
    const rows = board([
      { ...marked(answered([{}])), tags: ['a'] },
      { ...marked({ kind: 'error', id: 's', reason: 'boom' }), tags: ['b'] },
    ]);
    expect(rows.map(({ name, scenarios, errors, at1 }) => [name, scenarios, errors, at1])).toEqual([
      ['kubernetes-faults', 2, 1, 0.5],
      ['kubernetes-faults · a', 1, 0, 1],
      ['kubernetes-faults · b', 1, 1, 0],
    ]);
    expect(rows[0]).toMatchObject({ medianMs: 100, tokens: 12, costUsd: 0.01 });
  });
  test('takes quantiles by nearest rank', () => {
    expect([quantile([], 0.5), quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.95)]).toEqual([0, 2, 4]);
  });
  test('is a table', () => {
    expect(
      table(
        ['', 'n'],
        [
          ['a', '10'],
          ['bcd', '1'],
        ],
      ),
    ).toBe('      n\n───  ──\na    10\nbcd   1');
  });
});

describe('a vocabulary', () => {
  test('maps only codes that exist, and each file is valid and named as it says', async () => {
    for (const file of await readdir(new URL('../../dojo/vocabularies/', import.meta.url))) {
      const { name, causes: mapped } = await loadVocabulary(file.replace('.json', ''));
      expect(`${name}.json`).toBe(file);
      expect(Object.keys(mapped).every((code) => code in causes)).toBe(true);
    }
  });
  test('that does not exist is said, with those that do', async () => {
    await expect(loadVocabulary('../package')).rejects.toThrow(
      'There is no vocabulary ../package. There are: change-rca, kubernetes-faults, watchkeeper.',
    );
  });
});

describe('the truth is read strictly:', () => {
  test.each([
    ['no JSON', '{', 'x/expected.json is not JSON.'],
    [
      'an unknown field',
      '{"vocabulary":"v","rootCause":{"entity":{"kind":"App","name":"a"},"cause":"c"},"hint":1}',
      'Unrecognized key',
    ],
    [
      'a vocabulary that is a path',
      '{"vocabulary":"../../etc","rootCause":{"entity":{"kind":"App","name":"a"},"cause":"c"}}',
      'does not fit',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseExpected(text, 'x/expected.json')).toThrow(message);
  });
});

describe('the command line', () => {
  test('takes folders after one --scenarios or several', () => {
    expect(readOptions(['--scenarios', 'a', 'b', '--scenarios', 'c'])).toMatchObject({
      scenarios: ['a', 'c', 'b'],
      jobs: 2,
      json: false,
    });
    expect(readOptions([])).toMatchObject({ scenarios: ['scenarios'], out: undefined });
    expect(readOptions(['--help'])).toBe('help');
  });
  test.each([
    [['--jobs', 'many'], '--jobs takes a number from 1 to 16, not "many".'],
    [['--nope'], "Unknown option '--nope'. `npm run dojo -- --help` lists the options."],
    [['folder'], '"folder" is no option.'],
  ])('refuses %s in one sentence', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
