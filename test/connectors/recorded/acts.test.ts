// What was done to a recorded world is read once, until something is done.
import { expect, test } from 'vitest';
import { cachedActs } from '../../../connectors/recorded/index.ts';
import type { AppliedActions } from '../../../core/ports/records.ts';

function counted() {
  const done: { incidentId: string; key: string; actionId: string; targetKey: string; at: string }[] = [];
  let reads = 0;
  let breaks = false;
  const store: AppliedActions = {
    async add(incidentId, key, actionId, targetKey) {
      done.push({ incidentId, key, actionId, targetKey, at: '2026-03-02T03:00:00Z' });
      return 'added';
    },
    async of(incidentId) {
      reads += 1;
      if (breaks) throw new Error('broken');
      return done.filter((one) => one.incidentId === incidentId);
    },
  };
  return { acts: cachedActs(store), reads: () => reads, breakIt: (now: boolean) => (breaks = now) };
}
const ids = async (acts: AppliedActions, incidentId = 'inc-1') =>
  (await acts.of(incidentId)).map(({ actionId }) => actionId);

test('all who look at one incident at once, and after each other, share one read', async () => {
  const { acts, reads } = counted();
  await Promise.all([acts.of('inc-1'), acts.of('inc-1')]);
  await acts.of('inc-1');
  expect(reads()).toBe(1);
});

test('whoever looks after an act sees it, also where a look began before it', async () => {
  const { acts } = counted();
  const before = ids(acts);
  await acts.add('inc-1', 'key', 'restart', 'a/b/c/d');
  expect(await ids(acts)).toEqual(['restart']);
  await before;
  expect(await ids(acts)).toEqual(['restart']);
  expect(await ids(acts, 'inc-2')).toEqual([]);
});

test('a look that failed is not remembered', async () => {
  const { acts, breakIt } = counted();
  breakIt(true);
  await expect(acts.of('inc-1')).rejects.toThrow('broken');
  breakIt(false);
  expect(await ids(acts)).toEqual([]);
});
