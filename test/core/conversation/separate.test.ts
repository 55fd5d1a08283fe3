import { beforeEach, describe, expect, test } from 'vitest';
import { handleSeparation } from '../../../core/conversation/separate.ts';
import { parseSeparation } from '../../../core/language/parse-separation.ts';
import type { BusEvent } from '../../../core/model/events.ts';
import { anIncident, aTrigger, at } from '../../builders.ts';
import { testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

describe('words that have a page investigated on its own', () => {
  test.each([
    ['this is separate', ''],
    ["That's a separate issue.", ''],
    ['no, this is unrelated', ''],
    ['split it off', ''],
    ['split', ''],
    ['checkout errors is separate', 'checkout errors'],
    ['I think search has its own cause', 'search'],
    ['inc-3 is not related to this', 'inc-3'],
    ['please detach inc-3', 'inc-3'],
    ['<@U1> investigate checkout on its own', 'checkout'],
  ])('%s', (text, which) => expect(parseSeparation(text)).toEqual({ which, all: false }));

  test.each(['they are all separate', 'split them all', 'split all of them'])('%s: all of them', (text) =>
    expect(parseSeparation(text)).toEqual({ which: '', all: true }),
  );

  test.each([
    'is this separate?',
    'this is not separate',
    'it is separate if checkout fails too',
    'maybe this is separate',
    'do not split it',
    'approve',
    'roll it back',
    'the database is down',
    'split brain in the cluster?',
    'could you check whether search is separate',
  ])('not: %s', (text) => expect(parseSeparation(text)).toBeUndefined());
});

describe('said about members', () => {
  const open = storesForTests();
  const clock = testClock();
  const published: BusEvent[] = [];
  let ports: Parameters<typeof handleSeparation>[2];
  const because = { kind: 'calls', caller: 'a', callee: 'b' } as const;
  beforeEach(async () => {
    published.length = 0;
    const { incidents } = await open(clock);
    ports = { incidents, clock, bus: { publish: async (event) => void published.push(event) } };
    for (const n of [1, 2, 3])
      await incidents.open(
        anIncident({
          id: `inc-${n}`,
          sourceId: `PD-${n}`,
          trigger: aTrigger({ sourceId: `PD-${n}` }),
          title: n === 2 ? 'checkout errors' : `page ${n}`,
        }),
      );
    for (const n of [2, 3]) await incidents.join(`inc-${n}`, { leader: 'inc-1', because, at: at('02:48:00') });
  });
  const say = async (id: string, text: string) => {
    const incident = await ports.incidents.get(id);
    const read = parseSeparation(text);
    if (!incident || !read) throw new Error('not understood');
    return handleSeparation(read, { incident, by: 'ada' }, ports);
  };
  const left = () => published.map(({ detail }) => ('trigger' in detail ? detail.trigger.sourceId : ''));

  test('in its own thread it is the page itself', async () => {
    expect((await say('inc-2', 'this is separate'))?.text).toContain('checkout errors is investigated on its own');
    expect(left()).toEqual(['PD-2']);
  });

  test('in the thread of the incident that they joined it is asked which is meant', async () => {
    expect(await say('inc-1', 'this is separate')).toMatchObject({
      text: 'Which page is separate?',
      choices: [{ says: 'inc-2 is separate' }, { says: 'inc-3 is separate' }],
    });
    expect(left()).toEqual([]);
    await say('inc-1', 'checkout errors is separate');
    await say('inc-1', 'inc-3 is separate');
    expect(left()).toEqual(['PD-2', 'PD-3']);
  });

  test('about an incident without members it means nothing here', async () => {
    await ports.incidents.open(anIncident({ id: 'inc-4', sourceId: 'PD-4' }));
    expect(await say('inc-4', 'this is separate')).toBeUndefined();
  });
});
