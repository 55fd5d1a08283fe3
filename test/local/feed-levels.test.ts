import { expect, test } from 'vitest';
import { feed, observedLevels } from '../../local/feed.ts';
import { aCase, anEarned } from '../contract/levels.ts';
import { testClock } from '../contract/records.ts';
import { storesForTests } from '../stores.ts';

const open = storesForTests();

test('a change of the evidence or of a level reaches those who watch, and a refused write does not', async () => {
  const { levels } = await open(testClock());
  const seen: string[] = [];
  const bus = feed();
  bus.watch(({ kind }) => void seen.push(kind));
  const watched = observedLevels(levels, bus);
  expect(await watched.writeCase(aCase())).toBe(true);
  expect(await watched.writeCase(aCase())).toBe(false);
  expect(await watched.writeEarned(anEarned())).toBe(true);
  expect(await watched.writeEarned(anEarned())).toBe(false);
  expect(seen).toEqual(['level', 'level']);
});
