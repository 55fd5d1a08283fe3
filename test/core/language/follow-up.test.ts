import { describe, expect, test } from 'vitest';
import { followUpOf } from '../../../core/language/follow-up.ts';
import { otherLanguage } from '../../../core/language/other-languages.ts';
import { partsOf } from '../../../core/language/parts.ts';

describe('a follow-up', () => {
  test.each([
    ['and payment?', ['who owns checkout?'], { id: 'people', slots: { role: 'owner', service: 'payment' } }],
    ['for payment', ['who is on call?'], { id: 'people', slots: { role: 'on-call', service: 'payment' } }],
    ['and storefront', ['what does it affect?'], { id: 'impact', slots: { service: 'storefront' } }],
    ['what about ledger-api?', ['what changed?'], { id: 'changes', slots: { service: 'ledger-api' } }],
    ['who?', ['what changed?'], { id: 'changes', slots: { about: 'author' } }],
    ['since yesterday?', ['what changed?'], { id: 'changes', slots: {} }],
    ['why?', ['should I rerun it?'], { id: 'advice', slots: { asks: 'why-not', action: 'rerun' } }],
    ['why not?', ['would a restart help'], { id: 'advice', slots: { asks: 'why-not', action: 'restart' } }],
    ['and cart?', ['who owns checkout?', 'and payment?'], { id: 'people', slots: { role: 'owner', service: 'cart' } }],
  ])('%s after %j', (text, earlier, question) => {
    expect(followUpOf(text, earlier)?.question).toEqual(question);
  });
  test.each([
    ['and payment?', []],
    ['and payment?', ['who owns checkout?', 'what was the cost of this account in November?']],
    ['and payment?', ['who owns checkout?', 'show me p99 of checkout for the last 2 hours']],
    ['why?', ['what does it affect?']],
    ['and in October?', ['who owns this?']],
    ['ok', ['who owns this?']],
    ['lunch', ['who owns this?']],
    ['and now?', ['what changed?']],
  ])('is not %s after %j', (text, earlier) => {
    expect(followUpOf(text, earlier)).toBeUndefined();
  });
});

describe('several questions in one message', () => {
  test.each([
    ['what changed and who owns this?', ['changes', 'people']],
    ['how bad is it? since when? who is on it?', ['impact', 'duration', 'people']],
    ['should I rerun it, and who needs to approve?', ['advice', 'people']],
  ])('%s', (text, ids) => {
    expect(partsOf(text)?.map(({ question }) => question.id)).toEqual(ids);
  });
  test.each(['what changed?', 'approve it. what changed?', 'rerun it and what changed', 'what changed and why'])(
    'are not taken apart: %s',
    (text) => {
      expect(partsOf(text)).toBeUndefined();
    },
  );
});

describe('another language', () => {
  test.each([
    ['was ist passiert?', 'Englisch'],
    ['warum soll ich das nicht neu starten', 'Englisch'],
    ["qu'est-ce qui a changé ?", 'anglais'],
    ['¿qué ha cambiado desde ayer?', 'inglés'],
    ['o que mudou desde ontem?', 'inglês'],
    ['cosa è successo?', 'inglese'],
    ['wat is er gebeurd', 'Engels'],
    ['co się stało?', 'angielsku'],
    ['что случилось?', 'английский'],
    ['何が変わりましたか', '英語'],
    ['为什么', '英语'],
  ])('%s', (text, word) => {
    expect(otherLanguage(text)).toContain(word);
  });
  test.each([
    'what changed?',
    'lunch?',
    'el nino',
    'die',
    'checkout is down',
    'is it dns',
    'who is on it',
    'a la carte',
    'no',
    '🙂',
  ])('is not %s', (text) => {
    expect(otherLanguage(text)).toBeUndefined();
  });
});
