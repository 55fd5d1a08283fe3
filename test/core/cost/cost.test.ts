import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerCostQuestion } from '../../../core/cost/answer.ts';
import { asksForCost, periodBefore, readCostQuestion } from '../../../core/cost/question.ts';
import type { Account, CostQuery, Costs } from '../../../core/ports/costs.ts';

const media: Account = { id: '111111111111', name: 'media-prod' };
const accounts: Account[] = [
  media,
  { id: '222222222222', name: 'media-prod-eu' },
  { id: '333333333333', name: 'Data Platform Staging' },
  { id: '444444444444', name: 'may-campaign' },
];
const now = new Date('2026-11-24T10:00:00Z');
const read = (text: string, here: Account | undefined = media) => readCostQuestion(text, { accounts, here, now });
const spanOf = (text: string) => {
  const question = read(text);
  return question.kind === 'asked' ? `${question.period.start} ${question.period.end}` : question.ask;
};
const whoOf = (text: string, here?: Account) => {
  const question = readCostQuestion(text, { accounts, here, now });
  if (question.kind === 'unclear') return question;
  return question.accounts === 'all' ? 'all' : question.accounts.map(({ id }) => id[0]).join('');
};

describe('the time that is asked for', () => {
  test.each([
    ['what was the cost of this account in November?', '2026-11-01 2026-11-25'],
    ['what did we spend in october', '2026-10-01 2026-11-01'],
    ['cost in Dec.', '2025-12-01 2026-01-01'],
    ['cost in december 2024', '2024-12-01 2025-01-01'],
    ['cost 2026-02', '2026-02-01 2026-03-01'],
    ['bill of last month', '2026-10-01 2026-11-01'],
    ['what does it cost this month', '2026-11-01 2026-11-25'],
    ['cost yesterday?', '2026-11-23 2026-11-24'],
    ['spend over the last 7 days', '2026-11-17 2026-11-24'],
    ['cost last week', '2026-11-17 2026-11-24'],
    ['cost this year', '2026-01-01 2026-11-25'],
    ['cost in 2025', '2025-01-01 2026-01-01'],
    ['cost in may', '2026-05-01 2026-06-01'],
    ['cost of may-campaign in March', '2026-03-01 2026-04-01'],
  ])('%s: %s', (text, span) => {
    expect(spanOf(text)).toBe(span);
  });
  test.each([['how much does it cost?'], ['it may cost a lot'], ['cost at 2026-11-02T03:00']])(
    'is asked back: %s',
    (text) => {
      expect(read(text)).toMatchObject({ kind: 'unclear', ask: expect.stringContaining('For which time?') });
    },
  );
  test('that has not begun is said', () => {
    expect(read('cost in 2027-03')).toMatchObject({
      kind: 'unclear',
      ask: expect.stringContaining('has not begun yet'),
    });
  });
  test('is compared with as many days of the month before, where it is not over', () => {
    expect(periodBefore({ start: '2026-11-01', end: '2026-11-25', name: '', soFar: true })).toEqual({
      start: '2026-10-01',
      end: '2026-10-25',
    });
  });
  test('is compared with the whole month before, where it is over', () => {
    expect(periodBefore({ start: '2026-03-01', end: '2026-04-01', name: '', soFar: false })).toEqual({
      start: '2026-02-01',
      end: '2026-03-01',
    });
  });
  test('is compared with the days right before, where it is days', () => {
    expect(periodBefore({ start: '2026-11-17', end: '2026-11-24', name: '', soFar: false })).toEqual({
      start: '2026-11-10',
      end: '2026-11-17',
    });
  });
});

describe('the account that is asked for', () => {
  test.each([
    ['cost of media-prod in May', '1'],
    ['cost of MEDIA-PROD-EU last month', '2'],
    ['cost of 333333333333 last month', '3'],
    ['cost of data platform staging last month', '3'],
    ['cost of the staging account last month', '3'],
    ['cost of media-prod and data platform staging last month', '13'],
    ['what did all accounts cost last month', 'all'],
    ['cost of the whole organisation last month', 'all'],
  ])('%s: %s', (text, who) => {
    expect(whoOf(text)).toBe(who);
  });
  test('is that of the conversation, where none is named', () => {
    expect(whoOf('what was the cost of this account in November?', media)).toBe('1');
  });
  test('is asked back where several could be meant', () => {
    expect(whoOf('what did media cost last month?')).toMatchObject({
      kind: 'unclear',
      choices: ['media-prod', 'media-prod-eu'],
    });
  });
  test('is asked back where none is known', () => {
    expect(whoOf('what was the cost of this account in November?')).toMatchObject({ kind: 'unclear' });
  });
  test('that does not exist is said', () => {
    expect(whoOf('cost of 999999999999 last month', media)).toMatchObject({
      ask: 'There is no account 999999999999 in the organisation. Which one is meant?',
    });
  });
});

test('whatever is asked gives a question or an ask, and never an empty span', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      (text, at) => {
        const question = readCostQuestion(`cost of ${text} last 3 days`, { accounts, here: media, now: at });
        if (question.kind === 'asked') expect(question.period.start < question.period.end).toBe(true);
      },
    ),
  );
});

test.each([
  ['what was the cost of this account in November?', true],
  ['how much did we spend?', true],
  ['what is the issue with this service?', false],
  ['the disk is almost full', false],
])('%s asks for cost: %s', (text, expected) => {
  expect(asksForCost(text)).toBe(expected);
});

describe('the answer', () => {
  const bill: Costs = {
    accounts: async () => ({ kind: 'data', accounts }),
    costs: async ({ start, by }: CostQuery) => ({
      kind: 'data',
      estimated: start.startsWith('2026-11'),
      costs:
        by === 'service'
          ? [
              { key: 'Amazon EC2', usd: start.startsWith('2026-11') ? 900 : 400 },
              { key: 'Amazon S3', usd: 100 },
            ]
          : [{ key: media.id, usd: 500 }],
    }),
  };
  const ask = (text: string, costs = bill) =>
    answerCostQuestion(text, { account: media.id }, { costs, clock: { now: () => now } });

  test('says the sum, what it went into, how it compares, that it is an estimate, and draws it', async () => {
    const answer = await ask('what was the cost of this account in November?');
    expect(answer).toMatchObject({
      kind: 'answered',
      text: 'media-prod (111111111111) cost $1,000 in November 2026 so far.',
      lines: [
        'Most of it: Amazon EC2 $900 (90 %), Amazon S3 $100 (10 %).',
        '100 % more than in the same days of the time before ($500). Amazon EC2 moved the most: +$500.',
        expect.stringContaining('estimates'),
        expect.stringContaining('Unblended'),
      ],
      chart: expect.stringContaining('Amazon EC2'),
    });
  });
  test('of all accounts is by account, by their names', async () => {
    const answer = await ask('what did all accounts cost last month?');
    expect(answer).toMatchObject({
      text: 'All 4 accounts cost $500 in October 2026.',
      chart: expect.stringContaining('media-prod'),
    });
  });
  test('is the gap, where the bill cannot be read', async () => {
    const broken: Costs = {
      ...bill,
      costs: async () => ({ kind: 'gap', gap: { source: 'cost', reason: 'AccessDenied.' } }),
    };
    expect(await ask('cost last month', broken)).toEqual({
      kind: 'gap',
      text: 'What it cost is not known: AccessDenied.',
    });
  });
});
