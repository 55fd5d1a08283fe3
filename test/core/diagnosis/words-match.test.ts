import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../core/diagnosis/candidates.ts';
import type { ScoringContext } from '../../../core/diagnosis/scene.ts';
import { touchesNamed } from '../../../core/diagnosis/signs/words-match.ts';
import type { ChangeText } from '../../../core/diagnosis/supported.ts';
import { aFinding } from '../../builders.ts';
import { partly } from '../../partly.ts';

const entity = { kind: 'Service', name: 'fares' };
const flag = partly<Candidate>({ subject: '-/workload/fares', entity, cause: 'flag-change', changeId: 'f-1' });
const named = (change: ChangeText, ...errors: readonly string[]): boolean =>
  touchesNamed(
    flag,
    partly<ScoringContext>({
      findings: errors.map((claim, n) =>
        aFinding({ id: `logs-${n}`, specialist: 'logs', role: 'symptom', claim, errorTemplate: claim, entity }),
      ),
      candidates: [flag],
      changes: new Map([['f-1', change]]),
      excerptsOf: () => '',
    }),
  );
const trace = "KeyError: 'ratio' at discounts.py in family_v2";
const turned = (title: string): ChangeText => ({ kind: 'flag', title });

describe('a flag', () => {
  test('is named by an error whose trace has all words of its key', () => {
    expect(named(turned('family-discount-v2: rollout 5 % to 100 %'), trace)).toBe(true);
  });
  test.each([
    ['one word of its key', turned('family-calendar on'), [trace]],
    ['its words in two errors only', turned('family-discount on'), ['discounts.py failed', 'family_v2 failed']],
    ['nothing but the name of its service', turned('fares-family on'), [trace]],
  ])('is not named by %s', (_, change, errors) => {
    expect(named(change, ...errors)).toBe(false);
  });
  test('is a flag: words of a deploy count as words', () => {
    expect(named({ kind: 'deploy', title: 'family-discount-v2 in the list' }, trace)).toBe(false);
  });
});
