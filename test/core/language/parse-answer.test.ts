import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAnswer, type Open } from '../../../core/conversation/open-question.ts';
import { parseAnswer } from '../../../core/language/parse-answer.ts';
import type { ActionId } from '../../../core/model/action.ts';
import { actions } from '../../../core/remediation/actions/index.ts';
import { open, questions } from '../conversation/open-questions.ts';
import { approving, deciding, type Outcome, rejecting } from './answer-sentences.ts';

function decided(says: string, ...waiting: readonly Open[]): Outcome {
  const said = parseAnswer(says);
  if (said.kind === 'nothing' || said.kind === 'switch') return 'nothing';
  const judged = judgeAnswer(said, waiting);
  return judged.kind === 'approve' || judged.kind === 'reject' ? judged.kind : 'nothing';
}
const question = (name: string): Open => {
  const found = Object.entries(questions).find(([one]) => one === name)?.[1];
  if (!found) throw new Error(`There is no question ${name}.`);
  return found;
};

describe('one question waits', () => {
  test.each(approving)('%s: "%s" approves it', (name, says) => {
    expect(decided(says, question(name))).toBe('approve');
  });
  test.each(rejecting)('%s: "%s" is a no to it', (name, says) => {
    expect(decided(says, question(name))).toBe('reject');
  });
  test.each(deciding)('%s: "%s" decides nothing', (name, says) => {
    expect(decided(says, question(name))).toBe('nothing');
  });
  test('in more than 150 sentences, half of them hard to tell from a yes', () => {
    const all = approving.length + rejecting.length + deciding.length;
    expect(all).toBeGreaterThanOrEqual(150);
    expect(deciding.length).toBeGreaterThan(approving.length);
  });
});

describe('several questions wait', () => {
  const other = open('other', 'rerun-cronjob', { kind: 'CronJob', name: 'weekly-report', namespace: 'billing' });
  test.each(['approve', 'rerun it', 'do it', 'no', 'stop'])('"%s" decides none of them', (says) => {
    expect(decided(says, question('rerun'), other)).toBe('nothing');
  });
  test.each(['rerun nightly-invoices', 'approve inc-1-rerun', 'approve the rerun of nightly-invoices'])(
    '"%s" approves the one that it names',
    (says) => {
      expect(judgeAnswer(parseAnswer(says) as never, [question('rerun'), other])).toMatchObject({
        kind: 'approve',
        approval: { id: 'inc-1-rerun' },
      });
    },
  );
  test('an order that only one of them is approves that one', () => {
    expect(judgeAnswer(parseAnswer('roll it back') as never, [question('rerun'), question('rollback')])).toMatchObject({
      kind: 'approve',
      approval: { id: 'inc-1-rollback' },
    });
  });
});

describe('"and don\'t ask again"', () => {
  test('counts where it can be taught', () => {
    expect(judgeAnswer(parseAnswer("approve and don't ask again") as never, [question('rerun')])).toMatchObject({
      kind: 'approve',
      remember: true,
    });
  });
  test.each([
    ['takes several people', { approvers: 2 }],
    ['is about this one time', { once: true as const }],
    ['has no exact error', { notTeachable: 'There is no exact error.' }],
  ])('approves nothing where the question %s', (_, over) => {
    const { approval } = question('rerun');
    const waiting = { ...question('rerun'), approval: { ...approval, ...over } as Open['approval'] };
    expect(judgeAnswer(parseAnswer("approve and don't ask me again") as never, [waiting]).kind).toBe('not-teachable');
    expect(decided('approve', waiting)).toBe('approve');
  });
});

/** What people call an action, with something said for what it is done to. */
const phrasesOf = (id: ActionId): string[] => {
  const verbs = actions.find((entry) => entry.id === id)?.verbs;
  return [...(verbs?.does ?? []), ...(verbs?.undoes ?? [])]
    .flatMap((phrase) => ['it', 'the thing', ''].map((object) => phrase.replace('*', object)))
    .concat(verbs?.nouns.map((noun) => `approve the ${noun}`) ?? []);
};
const wrappings = [
  (said: string) => said,
  (said: string) => `yes, ${said}`,
  (said: string) => `${said} please`,
  (said: string) => `ok ${said} now`,
  (said: string) => `please just ${said}, thanks`,
  (said: string) => `go ahead and ${said}`,
  (said: string) => `approved, ${said}`,
  (said: string) => `can you please ${said}`,
  (said: string) => `${said.toUpperCase()}!!!`,
  (said: string) => `${said}, do it`,
];

describe('for every open action, every verb of another action and all wrapping words', () => {
  const foreign = (phrase: string, { approval }: Open) => !phrasesOf(approval.action.id).includes(phrase);
  test('nothing is approved', () => {
    const approved = actions.flatMap(({ id }) =>
      phrasesOf(id).flatMap((phrase) => {
        const others = Object.values(questions).filter((waiting) => foreign(phrase, waiting));
        return wrappings
          .map((wrap) => wrap(phrase))
          .flatMap((says) => others.filter((waiting) => decided(says, waiting) === 'approve').map(() => says));
      }),
    );
    expect(approved).toEqual([]);
  });
  const pairs = Object.values(questions).flatMap((waiting) =>
    actions.flatMap(({ id }) =>
      phrasesOf(id)
        .filter((phrase) => foreign(phrase, waiting))
        .map((phrase) => ({ waiting, phrase })),
    ),
  );
  test('and neither with any words before and behind', () => {
    const word = fc.constantFrom(
      ...[
        'please',
        'yes',
        'ok',
        'now',
        'it',
        'the',
        'job',
        'again',
        'thanks',
        'approve',
        'do it',
        'and',
        'just',
        'payments',
      ],
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.array(word, { maxLength: 4 }),
        fc.array(word, { maxLength: 4 }),
        ({ waiting, phrase }, before, after) => {
          expect(decided([...before, phrase, ...after].join(' '), waiting)).not.toBe('approve');
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('words that speak against it', () => {
  const against = ['not', 'but', 'if', 'unless', 'instead', 'except', 'once', 'after', 'should', 'never', 'tomorrow'];
  test('take the approval away wherever they stand', () => {
    fc.assert(
      fc.property(fc.constantFrom(...approving), fc.constantFrom(...against), fc.nat(), ([name, says], word, at) => {
        const words = says.split(' ');
        words.splice(at % (words.length + 1), 0, word);
        expect(decided(words.join(' '), question(name))).not.toBe('approve');
      }),
      { numRuns: 2000 },
    );
  });
  test.each(approving)('as does a question mark: %s: %s', (name, says) => {
    expect(decided(`${says}?`, question(name))).toBe('nothing');
  });
});

test('whatever is said is read, and pasted text decides nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1500 }), (text) => {
      expect(parseAnswer(text).kind).toBeTypeOf('string');
      expect(decided(`${'x '.repeat(400)}approve`, question('rerun'))).toBe('nothing');
    }),
  );
});
