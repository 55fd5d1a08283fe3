import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nowhere, type Place, placeNamed, placeOf } from '../../../core/cost/account-context.ts';
import { answerCostQuestion } from '../../../core/cost/answer.ts';
import { periodBefore } from '../../../core/cost/parse-period.ts';
import { readCostQuestion } from '../../../core/cost/parse-question.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import type { Account, CostQuery, Costs } from '../../../core/ports/costs.ts';
import { aTrigger } from '../../builders.ts';

const media: Account = { id: '111111111111', name: 'media-prod' };
const accounts: Account[] = [
  media,
  { id: '222222222222', name: 'media-prod-eu' },
  { id: '333333333333', name: 'Data Platform Staging' },
  { id: '444444444444', name: 'may-campaign' },
];
const now = new Date('2026-11-24T10:00:00Z');
const at = (
  account: string,
  origin: Place['accounts'][number]['origin'] = { kind: 'catalogue', runs: 'backend-1' },
): Place => ({
  accounts: [{ account, origin }],
  about: [],
});
const catalog = Catalog.parse({
  environments: { production: { level: 'walk' } },
  clusters: [
    { name: 'backend-1', environment: 'production', account: media.id },
    { name: 'backend-2', environment: 'production', account: '333333333333' },
  ],
  services: [
    { name: 'ledger-api', placements: [{ cluster: 'backend-1', namespace: 'billing', environment: 'production' }] },
  ],
});
const read = (said: string | readonly string[], place: Place = at(media.id)) =>
  readCostQuestion([said].flat(), { accounts, place, catalog, now });
const spanOf = (text: string) => {
  const question = read(text);
  return question.kind === 'asked' ? `${question.period.start} ${question.period.end}` : question.kind;
};
const whoOf = (said: string | readonly string[], place: Place = nowhere) => {
  const question = read(said, place);
  if (question.kind !== 'asked') return question;
  return question.accounts === 'all' ? 'all' : question.accounts.map(({ id }) => id[0]).join('');
};
const labelsOf = (said: string, place?: Place) => {
  const question = read(said, place);
  return question.kind === 'unclear' ? question.choices.map(({ label }) => label) : question.kind;
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
    ['cost on november 3rd', '2026-11-03 2026-11-04'],
    ['cost on 3 November 2025', '2025-11-03 2025-11-04'],
    ['cost on 2026-11-03', '2026-11-03 2026-11-04'],
    ['cost from 3 to 9 November', '2026-11-03 2026-11-10'],
    ['cost since october', '2026-10-01 2026-11-25'],
    ['cost from September to October', '2026-09-01 2026-11-01'],
    ['cost last quarter', '2026-07-01 2026-10-01'],
    ['cost in Q4 2025', '2025-10-01 2026-01-01'],
    ['cost of the last 3 months', '2026-08-01 2026-11-01'],
  ])('%s: %s', (text, span) => {
    expect(spanOf(text)).toBe(span);
  });
  test.each([['how much does it cost?'], ['it may cost a lot'], ['cost at 2026-11-02T03:00']])(
    'is asked back: %s',
    (text) => {
      expect(read(text)).toMatchObject({ kind: 'unclear', question: expect.stringContaining('For which time?') });
    },
  );
  test.each([
    ['cost on 31 february', 'There is no day 31 february.'],
    ['cost on 2026-02-30', 'There is no day 2026-02-30.'],
    ['cost in march and october', 'more than one period'],
    ['cost last month and in august', 'more than one period'],
    ['cost until november', 'From when'],
  ])('that is not one is asked back: %s', (text, ask) => {
    expect(read(text)).toMatchObject({ kind: 'unclear', question: expect.stringContaining(ask) });
  });
  test('is offered as buttons that ask the whole question', () => {
    expect(read('what did it cost per day?')).toMatchObject({
      choices: [
        { label: 'This month', says: 'what did media-prod cost this month by day?' },
        { label: 'Last month', says: 'what did media-prod cost last month by day?' },
        { label: 'The last 7 days' },
        { label: 'Yesterday' },
      ],
    });
  });
  test('that has not begun is said', () => {
    expect(read('cost in 2027-03')).toMatchObject({
      kind: 'unclear',
      question: expect.stringContaining('has not begun yet'),
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
  test('of a year so far is compared with the same part of the last one', () => {
    expect(periodBefore({ start: '2026-01-01', end: '2026-11-25', name: '', soFar: true })).toEqual({
      start: '2025-01-01',
      end: '2025-11-25',
    });
  });
  test('of months so far is compared with as many days of as many months before', () => {
    expect(periodBefore({ start: '2026-10-01', end: '2026-11-25', name: '', soFar: true })).toEqual({
      start: '2026-08-01',
      end: '2026-09-25',
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
    expect(whoOf('what was the cost of this account in November?', at(media.id))).toBe('1');
  });
  test('is the one in which the cluster or the service that is named runs, wherever it is asked', () => {
    expect(whoOf('what did backend-2 cost last month?', at(media.id))).toBe('3');
    expect(whoOf('what did ledger-api cost last month?')).toBe('1');
    expect(read('what did backend-2 cost last month?')).toMatchObject({
      origin: { kind: 'catalogue', runs: 'backend-2' },
    });
  });
  test('is asked back where several could be meant', () => {
    expect(whoOf('what did media cost last month?')).toMatchObject({
      kind: 'unclear',
      choices: [
        { label: 'media-prod', says: 'what did media-prod cost in October 2026?' },
        { label: 'media-prod-eu', says: 'what did media-prod-eu cost in October 2026?' },
      ],
    });
  });
  test('is asked back where none is known: all, then those most like what is talked about, then by name', () => {
    expect(labelsOf('what was the cost of this account in November?', { accounts: [], about: ['staging'] })).toEqual([
      'All accounts',
      'Data Platform Staging',
      'may-campaign',
      'media-prod',
      'media-prod-eu',
    ]);
  });
  test('is asked back where the alert and the catalogue differ', () => {
    const torn = {
      accounts: [...at(media.id).accounts, ...at('444444444444', { kind: 'alert', field: 'details.account' }).accounts],
      about: [],
    };
    expect(whoOf('cost of this account last month', torn)).toMatchObject({
      question:
        'Which account do you mean: media-prod (111111111111), as the catalogue says, or may-campaign (444444444444), as the alert (details.account) says?',
      choices: [{ label: 'media-prod' }, { label: 'may-campaign' }],
    });
  });
  test('that the alert names and the organisation does not have is said', () => {
    expect(whoOf('cost of this account last month', at('999999999999'))).toMatchObject({
      question: expect.stringMatching(/^The catalogue says 999999999999, and the organisation has no such account\./),
    });
  });
  test('that does not exist is said', () => {
    expect(whoOf('cost of 999999999999 last month', at(media.id))).toMatchObject({
      question: 'The organisation has no account 999999999999. Which account do you mean?',
    });
  });
  test('of two with one name is asked back by their ids', () => {
    const twins = [media, { ...media, id: '555555555555' }];
    const question = readCostQuestion(['cost of media-prod last month'], {
      accounts: twins,
      place: nowhere,
      catalog,
      now,
    });
    expect(question).toMatchObject({
      choices: [
        { label: 'media-prod (111111111111)', says: 'what did 111111111111 cost in October 2026?' },
        { label: 'media-prod (555555555555)', says: 'what did 555555555555 cost in October 2026?' },
      ],
    });
  });
  test('some of all of them are not guessed', () => {
    expect(whoOf('cost of all production accounts last month', at(media.id))).toMatchObject({
      question: expect.stringMatching(/^Which accounts/),
    });
  });
});

describe('where an alert is about', () => {
  const trigger = (title: string, details: Record<string, string> = {}) => aTrigger({ title, details });
  test.each([
    ['its own account', trigger('Down', { 'labels.aws_account_id': media.id }), undefined, media.id],
    ['the cluster that it names', trigger('Down', { 'labels.cluster': 'backend-2' }), undefined, '333333333333'],
    ['where its service runs', trigger('ledger-api is down'), undefined, media.id],
    ['where the cause was found', trigger('Down'), 'backend-2', '333333333333'],
    ['nowhere', trigger('Down'), undefined, undefined],
  ])('is read from %s', (_, alert, cluster, account) => {
    expect(placeOf(alert, catalog, cluster).accounts[0]?.account).toBe(account);
  });
  test('is two where the alert and the catalogue differ', () => {
    const alert = trigger('ledger-api is down', { 'labels.aws_account_id': '222222222222' });
    expect(placeOf(alert, catalog).accounts.map(({ account }) => account)).toEqual(['222222222222', media.id]);
  });
  test('is that of its environment, where nothing nearer has one', () => {
    const wide = Catalog.parse({
      ...catalog,
      environments: { production: { level: 'walk', account: '222222222222' }, staging: { level: 'run' } },
    });
    expect(placeOf(trigger('Down', { 'labels.env': 'production' }), wide).accounts).toEqual([
      { account: '222222222222', origin: { kind: 'catalogue', runs: 'environment production' } },
    ]);
    expect(placeOf(trigger('ledger-api is down'), wide).accounts.map(({ account }) => account)).toEqual([media.id]);
  });
  test('a plain word of a question names no service', () => {
    const plain = Catalog.parse({
      ...catalog,
      services: [{ name: 'ledger-api', aliases: ['search'], placements: catalog.services[0]?.placements }],
    });
    expect(placeNamed('what did search cost?', plain).accounts).toEqual([]);
  });
});

describe('what follows a question', () => {
  const first = 'what was the cost of media-prod in October?';
  const asked = (...said: readonly string[]) => {
    const question = read(said.toReversed(), nowhere);
    return question.kind === 'asked'
      ? `${question.accounts === 'all' ? 'all' : question.accounts.map(({ name }) => name)} ${question.period.name} ${question.by ?? ''} ${question.measure}`
      : question.kind;
  };
  test.each([
    [[first, 'and in September?'], 'media-prod September 2026  sum'],
    [[first, 'by service'], 'media-prod October 2026 service sum'],
    [[first, 'per day'], 'media-prod October 2026 day sum'],
    [[first, 'per day', 'and yesterday?'], 'media-prod yesterday day sum'],
    [[first, 'why did it go up?'], 'media-prod October 2026  moved'],
    [[first, 'and may-campaign?'], 'may-campaign October 2026  sum'],
    [[first, 'and the staging one?'], 'Data Platform Staging October 2026  sum'],
    [[first, 'by account'], 'all October 2026 account sum'],
    [['what did media-prod cost?', 'last month'], 'media-prod October 2026  sum'],
    [['what did media cost last month?', 'media-prod-eu'], 'media-prod-eu October 2026  sum'],
    [['which account cost the most last month?'], 'all October 2026 account most'],
    [['why did the cost of media-prod go up in October?'], 'media-prod October 2026  moved'],
    [['cost of media-prod per day this year'], 'media-prod 2026 month sum'],
    [[first, 'thanks, that is a lot of staging'], 'nothing'],
  ])('%j: %s', (said, meant) => {
    expect(asked(...said)).toBe(meant);
  });
});

test.each([
  'in November?',
  'last quarter?',
  'from 3 to 9 October?',
  'since August?',
  'yesterday?',
  'on 3 November?',
  'in 2025?',
  'in the last 9 days?',
  'in Q1?',
  'in the last 2 months?',
])('a button asks for the same time as the question did: cost %s', (when) => {
  const spelt = read(`cost of media ${when} per month`, nowhere);
  const straight = read(`cost of media-prod ${when} per month`, nowhere);
  if (spelt.kind !== 'unclear' || straight.kind !== 'asked') throw new Error('It is not asked back.');
  expect(read(spelt.choices[0]?.says ?? '', nowhere)).toEqual(straight);
});

test('a question as long as a book, and names with markup, are read in no time', () => {
  const many = Array.from({ length: 170 }, (_, n) => ({
    id: String(100000000000 + n),
    name: n % 2 ? `<!channel> *team* ${n} ${'x'.repeat(400)}` : `team-${n}-prod`,
  }));
  const started = performance.now();
  const question = readCostQuestion([`cost of ${'team prod november <@U1> 3 to '.repeat(1400)}`], {
    accounts: many,
    place: nowhere,
    catalog,
    now,
  });
  expect(question.kind).toBe('unclear');
  expect(performance.now() - started).toBeLessThan(500);
});

test('whatever is asked gives a question or an ask, and never an empty span', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      (text, today) => {
        const question = readCostQuestion([`cost of ${text} last 3 days`], {
          accounts,
          place: at(media.id),
          catalog,
          now: today,
        });
        if (question.kind === 'asked') expect(question.period.start < question.period.end).toBe(true);
      },
    ),
  );
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
    answerCostQuestion([text], { place: at(media.id), catalog }, { costs, clock: { now: () => now } });
  const billOf = (usd: (day: string, by: CostQuery['by']) => readonly (readonly [string, number])[]): Costs => ({
    ...bill,
    costs: async ({ start, by }) => ({
      kind: 'data',
      estimated: false,
      costs: usd(start, by).map(([key, amount]) => ({ key, usd: amount })),
    }),
  });

  test('says the sum, what it went into, how it compares, that it is an estimate, and draws it', async () => {
    const answer = await ask('what was the cost of this account in November?');
    expect(answer).toMatchObject({
      kind: 'answered',
      text: 'media-prod (111111111111) cost $1,000 in November 2026 so far.',
      lines: [
        "backend-1 runs in media-prod (111111111111), says the catalogue; the sum is the whole account's.",
        'Most of it: Amazon EC2 $900 (90 %), Amazon S3 $100 (10 %).',
        '100 % more than in the same days of the time before ($500).',
        'Amazon EC2 moved the most: +$500.',
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
  test('to why it moved is what moved, up and down apart', async () => {
    const answer = await ask(
      'why did the cost go up last month?',
      billOf((start) =>
        start === '2026-10-01'
          ? [
              ['Amazon EC2', 900],
              ['Tax', 10],
            ]
          : [
              ['Amazon EC2', 400],
              ['Amazon S3', 90],
            ],
      ),
    );
    expect(answer).toMatchObject({
      text: 'media-prod (111111111111) cost $910 in October 2026. 86 % more than in the time before ($490).',
      lines: expect.arrayContaining([
        'More: Amazon EC2 +$500 ($400 to $900), Tax +$10 (new).',
        'Less: Amazon S3 −$90 ($90 to $0, gone).',
      ]),
      chart: expect.stringContaining('change to the time before'),
    });
  });
  test('by day says the greatest and the least, and draws the days', async () => {
    const answer = await ask(
      'cost of this account from 3 to 5 October per day',
      billOf((start) =>
        start === '2026-10-03'
          ? [
              ['2026-10-03', 1],
              ['2026-10-04', 5.5],
              ['2026-10-05', -2],
            ]
          : [],
      ),
    );
    expect(answer).toMatchObject({
      text: 'media-prod (111111111111) cost $4.50 from 3 October 2026 to 5 October 2026, $1.50 a day on average.',
      lines: expect.arrayContaining(['Most on 4 October: $5.50. Least on 5 October: −$2.']),
      chart: expect.stringContaining('3 Oct'),
    });
  });
  test('which is the greatest is named, with its share', async () => {
    const answer = await ask('which account cost the most last month?');
    expect(answer).toMatchObject({ text: 'media-prod cost the most in October 2026: $500 (100 %).' });
  });
  test('is sound where amounts are no numbers, or credits are more than costs', async () => {
    const answer = await ask(
      'cost last month',
      billOf((start) =>
        start === '2026-10-01'
          ? [
              ['Amazon EC2', 100],
              ['Odd', Number.NaN],
              ['Credit', -150],
            ]
          : [['Credit', -20]],
      ),
    );
    expect(answer).toMatchObject({ text: 'media-prod (111111111111) cost −$50 in October 2026.' });
    expect(JSON.stringify(answer)).toContain(
      'In the time before credits and refunds were more than what was spent (−$20).',
    );
    expect(JSON.stringify(answer)).not.toMatch(/NaN|Infinity/);
  });
  test('names accounts that are closed so, and shortens names that are no names', async () => {
    const strange: Costs = {
      ...bill,
      accounts: async () => ({
        kind: 'data',
        accounts: [{ id: media.id, name: `<!channel>\n${'very '.repeat(400)}long`, state: 'closed' }],
      }),
    };
    const answer = await ask('cost last month', strange);
    expect(answer).toMatchObject({
      text: expect.stringMatching(/^<!channel> very [^\n]{20,40}… \(111111111111, closed\) cost/),
    });
  });
  test('is the gap, where the bill cannot be read', async () => {
    const broken: Costs = {
      ...bill,
      costs: async () => ({ kind: 'gap', gap: { source: 'cost', reason: 'AccessDenied.' } }),
    };
    expect(await ask('cost last month', broken)).toEqual({
      kind: 'gap',
      text: 'The cost is unknown: AccessDenied.',
    });
  });
});
