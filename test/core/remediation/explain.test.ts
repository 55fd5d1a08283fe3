import { describe, expect, test } from 'vitest';
import { policyContextOf } from '../../../core/remediation/authorization.ts';
import { explain, type Supposed } from '../../../core/remediation/explain.ts';
import { placeOf } from '../../../core/remediation/target-place.ts';
import { unknownTargetState } from '../../../core/remediation/target-state.ts';
import { aContext, anAction, at } from '../../builders.ts';
import { aCatalog, policies } from './world.ts';

const now = new Date(at('02:48:00'));
const facts = policyContextOf(anAction(), {
  place: placeOf(anAction(), { context: aContext(), now }, aCatalog()),
  confidence: 1,
  seenInEvidence: true,
  modelOnly: false,
  incidentId: 'inc-1',
  now,
  killSwitch: false,
  live: unknownTargetState,
  affects: { pods: 1, callers: [] },
  acts: [],
  approvals: 1,
  requesterApproved: false,
});
const supposed = (over: Omit<Partial<Supposed>, 'facts'> & { facts?: Partial<Supposed['facts']> } = {}): Supposed => ({
  actor: { kind: 'person', id: 'ana' },
  action: 'rollback-rollout',
  target: { cluster: 'backend-2', namespace: 'shop', kind: 'Deployment', name: 'checkout' },
  ...over,
  facts: { ...facts, ...over.facts },
});
const ways = async (one: Supposed) => (await explain(one, policies)).ways;

describe('what would have to change is', () => {
  test.each<[string, Supposed, string[][]]>([
    ['nothing, where it is allowed', supposed({ facts: { approvals: 2 } }), []],
    ['one more word', supposed(), [['2 people approve']]],
    ['the kill switch', supposed({ facts: { approvals: 2, killSwitch: true } }), [['the kill switch is taken off']]],
    [
      'several things together',
      supposed({ facts: { killSwitch: true, frozen: true } }),
      [['the kill switch is taken off', 'the freeze ends', '2 people approve']],
    ],
    [
      'a person, or a day, for what was taught',
      supposed({ action: 'restart-rollout', actor: { kind: 'preference', id: 'p' }, facts: { sameInDay: 2 } }),
      [['a person approves'], ['a day passes without the same being done again']],
    ],
    [
      'one of two levels',
      supposed({ action: 'restart-rollout', facts: { level: 'crawl' } }),
      [['the level is walk'], ['the level is run']],
    ],
    ['nothing ever, for what destroys data', supposed({ action: 'delete-namespace' }), []],
    ['nothing ever, for what no policy knows', supposed({ action: 'drop-everything' }), []],
    ['nothing ever, for a database', supposed({ facts: { approvals: 2, database: true } }), []],
  ])('%s', async (_, one, expected) => {
    expect(await ways(one)).toEqual(expected);
  });
});
test('each policy that decided is named as it is written, with what it says', async () => {
  const { answer, rules } = await explain(
    supposed({ facts: { frozen: true, protected: true, approvals: 2 } }),
    policies,
  );
  expect(answer.allowed).toBe(false);
  expect(rules.map(({ id, file, explanation: says }) => [id, file, says])).toEqual([
    ['protected-workload', '20-forbidden.cedar', 'The target is protected, by its label or by the catalogue.'],
    ['freeze', '30-limits.cedar', 'A freeze is in force.'],
  ]);
});
test('every policy says why, every forbid what would have to change, and no two have one name', () => {
  const rules = policies.rules();
  expect(rules.length).toBeGreaterThan(15);
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { explanation: says, change, effect } of rules) {
    expect(says).toMatch(/\.$/);
    if (effect === 'forbid') expect(change).toMatch(/\.$/);
  }
});
