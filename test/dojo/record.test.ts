import { describe, expect, test } from 'vitest';
import { changesOf, changesText, type Line, merged } from '../../dojo/record.ts';

const line = (more: Partial<Line> = {}): Line => ({
  vocabulary: 'watchkeeper',
  id: 'a',
  rightRank: 1,
  said: 'Deployment a: oom-killed',
  confidence: 90,
  falseAction: false,
  ...more,
});
const kindOf = (before: Partial<Line>, now: Partial<Line>) => changesOf([line(before)], [line(now)])[0]?.kind;

describe('an answer', () => {
  test.each<[string, Partial<Line>, Partial<Line>, string | undefined]>([
    ['that is the same is not told', {}, {}, undefined],
    ['with a little other confidence is not told', {}, { confidence: 82 }, undefined],
    ['with much other confidence is told', {}, { confidence: 80 }, 'other'],
    ['that was first and is second is worse', {}, { rightRank: 2 }, 'worse'],
    ['that was second and is not there is worse', { rightRank: 2 }, { rightRank: 0 }, 'worse'],
    ['that was not there and is third is better', { rightRank: 0 }, { rightRank: 3 }, 'better'],
    ['that asks for a false action now is worse', {}, { falseAction: true }, 'worse'],
    ['that is wrong in another way is told', { rightRank: 0 }, { rightRank: 0, said: 'Pod b: dns-failure' }, 'other'],
    ['to the same id in other words is new', { vocabulary: 'other' }, {}, 'new'],
  ])('%s', (_, before, now, kind) => {
    expect(kindOf(before, now)).toBe(kind);
  });
});

test('what got worse comes first, and what is new is counted', () => {
  const before = [line({ id: 'a', rightRank: 0 }), line({ id: 'b' })];
  const changes = changesOf(before, [line({ id: 'a' }), line({ id: 'b', rightRank: 0 }), line({ id: 'c' })]);
  expect(changes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['worse b', 'better a', 'new c']);
  expect(changesText(changes, 'f.json').split('\n')).toEqual([
    'Otherwise than recorded in f.json; 1 not recorded yet.',
    expect.stringMatching(/^worse {2}b: /),
    expect.stringMatching(/^better a: /),
  ]);
});

test('a scenario that did not run keeps what was recorded', () => {
  const now = line({ id: 'b', confidence: 50 });
  expect(merged([line({ id: 'b' }), line({ id: 'a' })], [now])).toEqual([line({ id: 'a' }), now]);
});
