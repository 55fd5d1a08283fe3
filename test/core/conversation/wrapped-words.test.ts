import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAnswer, type Open } from '../../../core/conversation/open-question.ts';
import { parseAnswer } from '../../../core/language/parse-answer.ts';
import { actions } from '../../../core/remediation/actions/index.ts';
import { sentences } from './on-call-sentences.ts';
import { questions } from './open-questions.ts';

// Words around words: whatever stands around the verb of another action, nothing is approved; what approves goes on to do so however it is typed.

const approves = (says: string, ...waiting: readonly Open[]): boolean => {
  const said = parseAnswer(says);
  return said.kind !== 'nothing' && said.kind !== 'switch' && judgeAnswer(said, waiting).kind === 'approve';
};

const wrappings = [
  ...[
    '*',
    'approve, *',
    'approved: *',
    'yes, please *',
    'yep * it is',
    'ok * then',
    'do it: *',
    'go ahead, *',
    'go ahead and *',
  ],
  ...[
    'go ahead, * it',
    'go for it and *',
    'just * already',
    '* *',
    '* and approve',
    '* - approved',
    'please * now, do it',
    'make it so: *',
  ],
  ...[
    'approve the * of it',
    'approve this: *',
    'approve, then *',
    'approve & *',
    'first * then approve',
    '* before you approve',
  ],
  ...[
    'hey, * asap please',
    'watchkeeper * pls',
    'kindly *',
    'let us *',
    'lets * it',
    'can you please * it',
    'could you please * this',
  ],
  ...[
    '*!!!',
    '**',
    '_*_',
    ':+1: *',
    '* \u{1F44D}',
    '\u{1F64F} *',
    'y *',
    'k, *',
    'sure * thing',
    'fine, * it again',
    'right away: *',
    'do the *',
  ],
  ...[
    'proceed with *',
    'yes to *',
    'I approve *',
    '* approved',
    'do it, *, thanks',
    'and *',
    'ok, ok, *',
    '*\n*',
    'approve\n*',
  ],
];
/** What is said of each action, in each of its phrases. */
const wordsOf = ({ verbs }: (typeof actions)[number]) => [
  ...[...verbs.does, ...verbs.undoes].map((phrase, at) => phrase.replace('*', at % 2 === 0 ? 'it' : '').trim()),
  ...verbs.nouns,
];
const phrasesOf = ({ approval }: Open): readonly string[] =>
  actions
    .filter(({ id }) => id === approval.action.id)
    .flatMap(({ verbs }) => [...verbs.does, ...verbs.undoes, ...verbs.nouns])
    .flatMap((phrase) => [phrase.replace('*', 'it').trim(), phrase.replace('*', '').replace(/\s+/g, ' ').trim()]);

test('the verb of another action approves nothing, in no wrapping', () => {
  const own = Object.values(questions).map((waiting: Open) => ({ waiting, words: new Set(phrasesOf(waiting)) }));
  const approved = [...new Set(actions.flatMap(wordsOf))].flatMap((words) => {
    const others = own.filter((one) => !one.words.has(words.replace(/\s+/g, ' '))).map(({ waiting }) => waiting);
    return wrappings
      .map((wrapping) => wrapping.replaceAll('*', words))
      .filter((says) => {
        const said = parseAnswer(says);
        if (said.kind === 'nothing' || said.kind === 'switch') return false;
        return others.some((waiting) => judgeAnswer(said, [waiting]).kind === 'approve');
      });
  });
  expect(wrappings.length).toBeGreaterThanOrEqual(40);
  expect(approved).toEqual([]);
});

describe('noise', () => {
  const all = Object.values(questions);
  test('approves nothing, of whatever characters it is made', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 })),
        (says) => {
          expect(all.some((waiting) => approves(says, waiting))).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
  const visible = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 2 })
    .filter(
      (mark) =>
        !/^[\s.,;:!*_'\u2019\u2018`\u00B4\p{Pd}\u2026\u3002\uFF01\u3001\uFF0C\p{Zs}]+$/u.test(mark.normalize('NFKC')),
    );
  test('inside or beside the words takes an approval away', () => {
    fc.assert(
      fc.property(fc.constantFrom('approve', 'rerun it', 'go ahead'), visible, fc.nat(), (says, mark, at) => {
        const place = at % (says.length + 1);
        const noisy = `${says.slice(0, place)}${mark}${says.slice(place)}`;
        fc.pre(!sameWords.has(noisy.toLowerCase()));
        expect([noisy, approves(noisy, questions.rerun)]).toEqual([noisy, false]);
      }),
      { numRuns: 300 },
    );
  });
});
/** By chance a letter makes it another word that approves, too. */
const sameWords: ReadonlySet<string> = new Set(['approved']);

describe('what approves', () => {
  const spaces = fc.constantFrom('', ' ', '   ', '\n', '\t');
  const ends = fc.constantFrom('', '.', '!', '!!!', ',', ' !', ':');
  const casing = fc.constantFrom(
    (says: string) => says,
    (says: string) => says.toUpperCase(),
    (says: string) => says.charAt(0).toUpperCase() + says.slice(1),
  );
  const courtesy = fc.constantFrom('', ' please', ' pls', ', please', ' thanks', ' now');
  test('does so with other spaces, capitals, marks at the end and courtesies', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sentences.approve),
        spaces,
        ends,
        casing,
        courtesy,
        ([name, says], space, end, cased, please) => {
          const typed = `${space}${cased(says)}${please}${end}${space}`;
          expect([typed, approves(typed, questions[name])]).toEqual([typed, true]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
