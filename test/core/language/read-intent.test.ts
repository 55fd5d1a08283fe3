import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isForUs } from '../../../core/language/for-us.ts';
import { parseAnswer } from '../../../core/language/parse-answer.ts';
import { parseUtterance } from '../../../core/language/parse-utterance.ts';
import { readIntent } from '../../../core/language/read-intent.ts';

describe('what a person wants', () => {
  test.each([
    ["what's the issue with this service?", 'investigate'],
    ['<@U0WATCH> what broke?', 'investigate'],
    ['can you look into this', 'investigate'],
    ['why do you think it is the database?', 'why'],
    ['how sure are you?', 'why'],
    ['really?', 'why'],
    ['what did you check?', 'checked'],
    ['have you looked at the logs?', 'checked'],
    ['status', 'status'],
    ['is it fixed?', 'status'],
    ['any news?', 'status'],
    ['what was the cost of this account in November?', 'cost'],
    ['how much did we spend last month', 'cost'],
    ['what do you remember?', 'preferences'],
    ['what have you been taught', 'preferences'],
    ['help', 'help'],
    ['', 'help'],
    ['lunch?', 'unclear'],
    ['the weather is nice', 'unclear'],
  ])('%s: %s', (text, kind) => {
    expect(readIntent(text).kind).toBe(kind);
  });
  test.each([
    ['stop everything', true, ''],
    ['Stop acting: a migration runs', true, 'a migration runs'],
    ['kill switch', true, ''],
    ['kill switch on, the index is rebuilt', true, 'the index is rebuilt'],
    ['throw the kill switch!', true, ''],
    ['kill switch off', false, ''],
    ['turn the kill switch off', false, ''],
    ['take off the kill switch: it is over', false, 'it is over'],
    ['resume acting', false, ''],
    ['is the kill switch on?', undefined, ''],
    ['kill switch?', undefined, ''],
  ])('%s: the kill switch %s', (text, on, why) => {
    expect(readIntent(text)).toEqual({ kind: 'switch', on, why });
  });
  test.each(['the kill switch was on yesterday', 'stop', 'stop all deploys of checkout'])(
    '%s: is not the kill switch',
    (text) => {
      expect(readIntent(text).kind).not.toBe('switch');
    },
  );
  test.each([
    ['show me the logs', 'logs'],
    ['logs', 'logs'],
    ['show me the graph', 'metrics'],
    ['what are the pods doing? show', 'kubernetes'],
    ['which changes? show me the diff', 'changes'],
    ['is there a runbook? post it', 'knowledge'],
    ['show me the evidence', undefined],
  ])('%s: evidence from %s', (text, source) => {
    expect(readIntent(text)).toEqual({ kind: 'evidence', source });
  });
});

describe('an answer to a question', () => {
  test.each(['approve', 'yes, do it', 'ok, roll it back please', "don't", 'yes', '👍', 'no', 'restart the database'])(
    'is read by its own rules: %s',
    (text) => {
      expect(readIntent(text)).toEqual({ kind: 'answer', answer: parseAnswer(text) });
    },
  );
  test.each([
    ['will ana approve it?', 'question'],
    ['rerun it and then delete the namespace', 'more'],
    ['do it tomorrow', 'condition'],
    ["I wouldn't approve", 'negation'],
  ])('that is none is told apart by what speaks against it: %s', (text, why) => {
    expect(readIntent(text)).toMatchObject({ kind: 'answer', answer: { why } });
  });
  test.each([
    ['why did you restart it?', 'why'],
    ['show me the logs of the rerun', 'evidence'],
    ['retry logs', 'evidence'],
    ['is it fixed since the rollback?', 'status'],
    ['no, it was the restart of the cache', 'correct'],
  ])('%s: asks or tells something else', (text, kind) => {
    expect(readIntent(text).kind).toBe(kind);
  });
});

describe('a correction', () => {
  test.each([
    ['no, it was the cache', 'the cache'],
    ["Nope, that's wrong. It was a full disk on db-2!", 'a full disk on db-2'],
    ['the real cause was the deploy of payments', 'the deploy of payments'],
    ["that's not right", ''],
  ])('%s: %s', (text, correction) => {
    expect(readIntent(text)).toEqual({ kind: 'correct', correction });
  });
});

describe('agreement with the diagnosis', () => {
  test.each([
    'yes, that was it',
    'That was it, thanks!',
    'correct diagnosis',
    'you were right',
    "you're right.",
    "that's right",
    'that is correct',
    'Yes, that was the root cause',
    'good catch',
    'Good catch, watchkeeper!',
    'the diagnosis is right',
    'confirmed, it was the database',
    'yes, it was the database',
    'yep, it was session-cache',
    'yes, it was',
    'you were right, it was the deploy',
  ])('%s', (text) => {
    expect(readIntent(text)).toEqual({ kind: 'agree', sure: true });
  });
  test.each(['correct', 'Right!', 'exactly', 'confirmed', 'agreed', 'yes, correct', "that's it"])(
    'that could be an answer to a question about an action is answer back: %s',
    (text) => {
      expect(readIntent(text)).toEqual({ kind: 'agree', sure: false });
    },
  );
  test.each([
    'yes',
    'ok',
    'yes, do it',
    'yes please',
    'go ahead',
    'was that it?',
    'that was it?',
    'you were right, but it was something else',
    'yes, it is still broken',
    'yes, it was slow yesterday',
    'yes, it was not the database',
    'confirmed, it was not the database',
    'confirmed, was it the database?',
    'good catch but wrong',
    'it was right there',
    "that's not right",
    'no, that was it',
  ])('is none of: %s', (text) => {
    expect(readIntent(text).kind).not.toBe('agree');
  });
  test.each(['yes, that was it', 'good catch', 'you were right', 'confirmed, it was the database'])(
    'in a thread is answer to specialistClient, where nobody mentions us: %s',
    (text) => {
      expect(isForUs(parseUtterance(text))).toBe(false);
      expect(isForUs(parseUtterance('no, it was the cache'))).toBe(true);
    },
  );
  test('and an answer to a question are never the same words', () => {
    const words = [
      'yes',
      'ok',
      'right',
      'correct',
      'approve',
      'go ahead',
      'that was it',
      'good catch',
      'it',
      'was',
      ',',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }), (answer) => {
        const intent = readIntent(answer.join(' '));
        if (answer.includes('approve') || answer.includes('go ahead')) expect(intent.kind).not.toBe('agree');
        if (answer.some((word) => /that was it|good catch|right|correct/.test(word)))
          expect(intent).not.toMatchObject({ kind: 'answer', answer: { kind: 'yes', sure: true, object: [] } });
      }),
    );
  });
});

test('whatever is answer is read, and pasted text is never an answer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      expect(readIntent(text).kind).toBeTypeOf('string');
      expect(readIntent(`${'x '.repeat(400)}approve`).kind).toBe('unclear');
    }),
  );
});
