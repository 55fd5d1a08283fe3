import { expect, test } from 'vitest';
import { systemClock, ulids } from '../../connectors/system/index.ts';

test('identifiers sort in the order they were made, also within one millisecond', () => {
  const ids = ulids();
  const made = Array.from({ length: 1000 }, () => ids.next());
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(1000);
});

test('the clock tells the time of the machine', () => {
  expect(Math.abs(systemClock().now().getTime() - Date.now())).toBeLessThan(1000);
});
