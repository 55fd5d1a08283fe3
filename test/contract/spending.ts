import { beforeEach, describe, expect, test } from 'vitest';
import type { Spending } from '../../core/ports/records.ts';
import { type OpenStores, parallel, testClock } from './records.ts';

export function spendingContract(open: OpenStores): void {
  describe('what models cost an incident', () => {
    let spending: Spending;
    beforeEach(async () => {
      spending = (await open(testClock())).spending;
    });
    const limits = { usd: 1, tokens: 1000 };

    test('of many calls at once only those are let through that the ceiling has room for', async () => {
      const granted = await parallel(30, () => spending.reserve('inc-1', { usd: 0.1, tokens: 10 }, limits));
      expect(granted.filter(Boolean)).toHaveLength(10);
      expect(await spending.of('inc-1')).toEqual({ usd: 1, tokens: 100 });
    });
    test('tokens have a ceiling of their own, for models without a price', async () => {
      const granted = await parallel(5, () => spending.reserve('inc-1', { usd: 0, tokens: 400 }, limits));
      expect(granted.filter(Boolean)).toHaveLength(2);
    });
    test('what a call came to takes the place of what was set aside', async () => {
      await spending.reserve('inc-1', { usd: 0.9, tokens: 900 }, limits);
      await spending.settle('inc-1', { usd: 0.9, tokens: 900 }, { usd: 0.000123, tokens: 45 });
      expect(await spending.of('inc-1')).toEqual({ usd: 0.000123, tokens: 45 });
      expect(await spending.reserve('inc-1', { usd: 0.9, tokens: 900 }, limits)).toBe(true);
    });
    test('a sum of the stage that is kept for an hour counts as any other', async () => {
      expect(await spending.reserve('minute:x', { usd: 0, tokens: 600 }, limits, 3600)).toBe(true);
      expect(await spending.reserve('minute:x', { usd: 0, tokens: 600 }, limits, 3600)).toBe(false);
      expect(await spending.of('minute:x')).toEqual({ usd: 0, tokens: 600 });
    });
    test('a first call beyond the ceiling is refused, and another incident has its own', async () => {
      expect(await spending.reserve('inc-1', { usd: 1.01, tokens: 1 }, limits)).toBe(false);
      expect(await spending.of('inc-1')).toEqual({ usd: 0, tokens: 0 });
      expect(await spending.reserve('inc-2', { usd: 0.5, tokens: 1 }, limits)).toBe(true);
    });
  });
}
