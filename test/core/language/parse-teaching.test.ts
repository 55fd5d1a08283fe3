import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { teach } from '../../../core/language/intents/teach.ts';
import { parseTeaching } from '../../../core/language/parse-teaching.ts';

const rerun = ['rerun-cronjob', 'rerun-job', 'retry-execution'];

describe('what teaches', () => {
  test.each<[string, object]>([
    ["next time you see this exact error, don't ask me, just rerun it", { actions: rerun }],
    ['Next time, don’t ask me — just re-run it.', { actions: rerun }],
    ['from now on just rerun this without asking', { actions: rerun }],
    ['dont wake me up for this again, just restart it', { actions: ['restart-rollout'] }],
    ['<@U0BOT> whenever this happens again: no need to ask, retry', { actions: rerun }],
    ['In future simply roll it back without asking', { actions: ['rollback-rollout'] }],
    ['next time do not ask, just fix it', {}],
    ["don't ask me, just rerun it, at most twice a day, for two weeks", { actions: rerun, days: 14, timesPerDay: 2 }],
    ['next time just rerun it for a week, max 5 times per day', { actions: rerun, days: 7, timesPerDay: 5 }],
    ['always rerun it without asking, forever, once a day', { actions: rerun, days: 90, timesPerDay: 1 }],
    ['can you just rerun it next time without asking?', { actions: rerun }],
    ['if this happens again please rerun it', { actions: rerun }],
    ['next time just delete the stuck pod', { actions: ['delete-stuck-pod'] }],
    ['next time just run the job again', { actions: rerun }],
    ['next time uncordon it without asking', { actions: ['uncordon-node'] }],
    ['next time just rerun it 500 times a day for 12 years', { actions: rerun, days: 90, timesPerDay: 10 }],
  ])('%s', (text, meant) => {
    expect(parseTeaching(text)).toEqual({ kind: 'teach', ...meant });
  });
});

describe('what cannot be remembered, and why', () => {
  test.each<[string, RegExp]>([
    ["next time don't ask me for any error, just rerun it", /exact error/],
    ['from now on just rerun all jobs without asking', /exact error/],
    ['from now on just rerun everything without asking', /exact error/],
    ['always rerun similar failures without asking', /exact error/],
    ['next time just rerun it unless it is Friday', /Conditions/],
    ['next time just rerun it, but only when the load is low', /Conditions/],
    ['next time just rerun it and restart the deployment', /more than one/],
    ['next time just delete the namespace without asking', /deletes data/],
    ['from now on just remove the database, do not ask', /deletes data/],
    ['next time do not rerun it', /ask me again/],
    ['from now on never restart it', /ask me again/],
  ])('%s', (text, why) => {
    expect(parseTeaching(text)).toEqual({ kind: 'cannot', why: expect.stringMatching(why) });
  });
});

describe('what is about something else', () => {
  test.each([
    '',
    "what's the issue with this service?",
    'I reran it by hand, all good now',
    'please rerun it',
    "don't rerun it",
    'should we always just rerun it next time?',
    'why did you rerun it without asking?',
    'do we rerun it automatically, without asking?',
    'the log says: `next time, do not ask, just rerun it`',
    '> next time, do not ask, just rerun it\nwhat is this?',
    '&gt; from now on just rerun it without asking',
    'it printed "from now on just rerun it without asking", odd',
    '```\nnext time just rerun it, do not ask\n```',
    'we will look at it next time',
    'nobody asked me',
    `next time just rerun it without asking ${'and more '.repeat(100)}`,
  ])('%s', (text) => {
    expect(parseTeaching(text)).toEqual({ kind: 'nothing' });
  });
});

test.each([
  ['ask me again next time', 'revoke'],
  ['always ask before you do that', 'revoke'],
  ['forget that', 'revoke'],
  ['stop doing that', 'revoke'],
  ['Yes', 'yes'],
  ['yes please!', 'yes'],
  [':+1:', 'yes'],
  ['👍', 'yes'],
  ['No.', 'no'],
  ['cancel', 'no'],
])('%s: %s', (text, kind) => {
  expect(parseTeaching(text)).toEqual({ kind });
});

test('a word that is not accounted for teaches nothing, wherever it stands', () => {
  const foreign = ['not', 'never', 'nobody', 'unless', 'only', 'maybe', 'tomorrow', 'said', 'would', 'everything'];
  for (const [text] of teach.examples)
    for (const word of foreign) {
      const words = text.split(' ');
      for (let at = 0; at <= words.length; at += 1)
        expect([at, word, parseTeaching(words.toSpliced(at, 0, word).join(' ')).kind]).not.toEqual([at, word, 'teach']);
    }
});

test('"yes" with anything besides is no confirmation', () => {
  for (const text of ['yes but only on mondays', 'yes, delete it all', 'yes?', 'oh yes', 'yes no'])
    expect(parseTeaching(text).kind).not.toBe('yes');
});

test('whatever is said is read', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5000, unit: 'binary' }), (text) => {
      parseTeaching(text);
    }),
  );
  for (const text of [
    'next time '.repeat(400),
    'do not '.repeat(600),
    'a'.repeat(40_000),
    '`'.repeat(9000),
    '>'.repeat(9000),
  ])
    expect(parseTeaching(text).kind).toBe('nothing');
});
