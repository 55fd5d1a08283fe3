import { describe, expect, test } from 'vitest';
import { retryAfterMs, withRetries } from '../../connectors/retry.ts';

describe('retries', () => {
  const answers = (...statuses: number[]) => {
    let calls = 0;
    return { request: async () => statuses[calls++] ?? 200, calls: () => calls };
  };
  const busy = (status: number) => (status === 503 ? 1 : undefined);

  test('end with the first answer that another attempt cannot better', async () => {
    const { request, calls } = answers(503, 503, 404);
    expect(await withRetries(request, { maxAttempts: 5, waitMs: busy })).toBe(404);
    expect(calls()).toBe(3);
  });
  test('end after the last attempt with its answer', async () => {
    const { request, calls } = answers(503, 503, 503, 503);
    expect(await withRetries(request, { maxAttempts: 3, waitMs: busy })).toBe(503);
    expect(calls()).toBe(3);
  });
  test('end where the wait is longer than the time that is left', async () => {
    const { request, calls } = answers(503, 200);
    expect(await withRetries(request, { maxAttempts: 3, waitMs: () => 1000, leftMs: () => 999 })).toBe(503);
    expect(calls()).toBe(1);
  });
  test('pass on what an attempt throws', async () => {
    const broken = async () => Promise.reject(new Error('down'));
    await expect(withRetries(broken, { maxAttempts: 3, waitMs: busy })).rejects.toThrow('down');
  });
  test('number the attempts from 1', async () => {
    const numbers: number[] = [];
    const waitMs = (_: number, attempt: number) => numbers.push(attempt) - attempt;
    await withRetries(answers().request, { maxAttempts: 3, waitMs });
    expect(numbers).toEqual([1, 2, 3]);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-02T10:00:00Z');
  test.each([
    ['3', 3000],
    [' 0 ', 0],
    ['1.5', 1500],
    ['Mon, 02 Nov 2026 10:00:10 GMT', 10_000],
    ['Mon, 02 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
    [null, undefined],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
