import { describe, expect, test } from 'vitest';
import { nowhere } from '../../../core/cost/account-context.ts';
import { answerCostQuestion } from '../../../core/cost/answer.ts';
import type { CostQuery } from '../../../core/ports/costs.ts';

const accounts = [
  { id: '111111111111', name: 'media-prod' },
  { id: '222222222222', name: 'data-prod' },
];

async function asking(...questions: readonly string[]) {
  const asked: Pick<CostQuery, 'start' | 'end'>[] = [];
  const answer = await answerCostQuestion(
    questions,
    { place: nowhere, catalog: undefined },
    {
      clock: { now: () => new Date('2026-11-28T00:00:00Z') },
      costs: {
        accounts: async () => ({ kind: 'data', accounts }),
        costs: async ({ start, end }) => {
          asked.push({ start, end });
          return { kind: 'data', costs: [{ key: 'Amazon S3', usd: start < '2026' ? 100 : 150 }], estimated: false };
        },
      },
    },
  );
  return { answer, asked };
}

describe('comparison with last year', () => {
  test.each([
    ['what did media-prod cost in October compared to last year?'],
    ['cost of media-prod in October vs the same month last year'],
    ['and year over year?', 'what did media-prod cost in October?'],
  ])('%s', async (...questions) => {
    const { answer, asked } = await asking(...questions);
    expect(asked).toEqual([
      { start: '2026-10-01', end: '2026-11-01' },
      { start: '2025-10-01', end: '2025-11-01' },
    ]);
    expect(answer).toMatchObject({
      kind: 'answered',
      lines: expect.arrayContaining([expect.stringContaining('50 % more')]),
    });
  });
  test('the cost of last year is none', async () => {
    const { asked } = await asking('what did media-prod cost last year?');
    expect(asked[0]).toEqual({ start: '2025-01-01', end: '2026-01-01' });
  });
});

describe('an unknown account', () => {
  test.each(['what did the zebra account cost in October?', 'cost of account zebra-seven last month'])(
    '%s',
    async (text) => {
      expect((await asking(text)).answer).toMatchObject({
        kind: 'unclear',
        question: expect.stringMatching(/no account called zebra/),
      });
    },
  );
  test.each([
    'which account cost the most last month?',
    'what did the aws account cost in October?',
    'cost by account last month',
  ])('is not in: %s', async (text) => {
    expect(JSON.stringify((await asking(text)).answer)).not.toContain('no account called');
  });
});
