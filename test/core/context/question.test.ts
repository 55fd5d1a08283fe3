import { describe, expect, test } from 'vitest';
import { asksForFact, asksWhetherWell, quotedIn } from '../../../core/context/question.ts';

describe('a title that asks for a fact', () => {
  test.each(['Did till ever log "Peer down"?', 'Has pod till restarted?', 'How many times did till log "retry"?'])(
    '%s',
    (title) => {
      expect(asksForFact(title)).toBe(true);
    },
  );
  test.each(['Why does till fail?', 'till is down', 'What is wrong with till?', 'Difference between till and cart'])(
    'not: %s',
    (title) => {
      expect(asksForFact(title)).toBe(false);
    },
  );
});

describe('a title that asks if anything is wrong at all', () => {
  test.each([
    'Is anything wrong with till?',
    'Is till healthy?',
    'Are there any problems in namespace shop?',
    'How is the cluster doing?',
    'Please check till',
  ])('%s', (title) => {
    expect(asksWhetherWell(title)).toBe(true);
  });
  test.each(['Why is till slow?', 'KubePodCrashLooping', 'till fails on checkout', 'Job nightly-invoices failed'])(
    'not: %s',
    (title) => {
      expect(asksWhetherWell(title)).toBe(false);
    },
  );
});

test('the words that a title quotes are read, an apostrophe is none', () => {
  expect(quotedIn(`till logs "connection refused" and 'Peer down'`)).toEqual(['connection refused', 'Peer down']);
  expect(quotedIn("till's pods can't start, and cart's neither")).toEqual([]);
});
