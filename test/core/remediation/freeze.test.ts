import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Catalog, type Freeze } from '../../../core/ports/catalog.ts';
import { freezesAt } from '../../../core/remediation/freeze.ts';

const scope = { environment: 'production', services: ['checkout'], action: 'restart-rollout' };
const catalogOf = (...freezes: object[]) => Catalog.parse({ environments: {}, freezes });
const holds = (freeze: object, at: string, over: Partial<typeof scope> | { environment: undefined } = {}) =>
  freezesAt(new Date(at), catalogOf({ name: 'f', ...freeze }), { ...scope, ...over }).length > 0;

describe('once', () => {
  const christmas = { timeZone: 'Europe/Berlin', once: { from: '2026-12-24T18:00', to: '2026-12-27T08:00' } };
  test.each([
    ['2026-12-24T16:59:59Z', false],
    ['2026-12-24T17:00:00Z', true],
    ['2026-12-26T00:00:00Z', true],
    ['2026-12-27T06:59:59Z', true],
    ['2026-12-27T07:00:00Z', false],
  ])('by the clock of its zone, the end is not in it: %s %s', (at, frozen) => {
    expect(holds(christmas, at)).toBe(frozen);
  });
  test('over the night in which clocks go back, both times of the doubled hour are in it', () => {
    const night = { timeZone: 'Europe/Berlin', once: { from: '2026-10-25T02:00', to: '2026-10-25T03:00' } };
    // 02:30 summer time and 02:30 winter time.
    expect([holds(night, '2026-10-25T00:30:00Z'), holds(night, '2026-10-25T01:30:00Z')]).toEqual([true, true]);
    expect([holds(night, '2026-10-24T23:59:00Z'), holds(night, '2026-10-25T02:00:00Z')]).toEqual([false, false]);
  });
});

describe('weekly', () => {
  const evenings = { timeZone: 'America/New_York', weekly: { days: ['fri'], from: '16:00', to: '24:00' } };
  test.each([
    ['a Friday afternoon there', '2026-11-20T21:00:00Z', true],
    ['the same moment of a Thursday', '2026-11-19T21:00:00Z', false],
    ['before four', '2026-11-20T20:59:00Z', false],
    ['late on Friday there, Saturday in UTC', '2026-11-21T04:59:00Z', true],
    ['Saturday there', '2026-11-21T05:00:00Z', false],
    ['in summer, when the clock is another', '2026-07-03T20:00:00Z', true],
  ])('%s', (_, at, frozen) => {
    expect(holds(evenings, at)).toBe(frozen);
  });
  const night = { weekly: { days: ['sun'], from: '22:00', to: '04:00' } };
  test.each([
    ['begins on its day', '2026-11-22T22:00:00Z', true],
    ['goes on after midnight', '2026-11-23T03:59:00Z', true],
    ['ends', '2026-11-23T04:00:00Z', false],
    ['is not there in the morning of its own day', '2026-11-22T03:00:00Z', false],
  ])('over midnight: %s', (_, at, frozen) => {
    expect(holds(night, at)).toBe(frozen);
  });
  test('each hour of a week is in it as often as it says, in any zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', 'Asia/Kolkata', 'Pacific/Auckland', 'America/St_Johns'),
        fc.constantFrom('mon', 'wed', 'sun'),
        fc.integer({ min: 0, max: 23 }),
        (timeZone, day, hour) => {
          const from = `${String(hour).padStart(2, '0')}:00`;
          const to = hour === 23 ? '24:00' : `${String(hour + 1).padStart(2, '0')}:00`;
          const start = Date.parse('2026-06-01T00:00:00Z');
          const minutes = Array.from({ length: 7 * 24 * 4 }, (_, n) => new Date(start + n * 900_000).toISOString());
          const inside = minutes.filter((at) => holds({ timeZone, weekly: { days: [day], from, to } }, at));
          expect(inside).toHaveLength(4);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a freeze is for', () => {
  const always = { once: { from: '2000-01-01T00:00', to: '2100-01-01T00:00' } };
  const now = '2026-11-20T00:00:00Z';
  test.each<[string, object, object, boolean]>([
    ['everything, where it names nothing', {}, {}, true],
    ['its environments', { environments: ['staging'] }, {}, false],
    [
      'an environment that is not known: it may be that one',
      { environments: ['staging'] },
      { environment: undefined },
      true,
    ],
    ['its services', { services: ['checkout'] }, {}, true],
    ['no other service', { services: ['cart'] }, {}, false],
    ['all but its exceptions', { except: ['restart-rollout'] }, {}, false],
  ])('%s', (_, freeze, over, frozen) => {
    expect(holds({ ...always, ...freeze }, now, over)).toBe(frozen);
  });
});

test.each<[string, object, RegExp]>([
  [
    'a zone that there is not',
    { timeZone: 'Europe/Bonn', weekly: { days: ['mon'], from: '00:00', to: '01:00' } },
    /no time zone/,
  ],
  [
    'both kinds',
    {
      once: { from: '2026-01-01T00:00', to: '2026-01-02T00:00' },
      weekly: { days: ['mon'], from: '00:00', to: '01:00' },
    },
    /either/,
  ],
  ['neither', {}, /either/],
  ['an end before its beginning', { once: { from: '2026-01-02T00:00', to: '2026-01-01T00:00' } }, /ends before/],
  ['a time that is none', { weekly: { days: ['mon'], from: '25:00', to: '26:00' } }, /time of day/],
  [
    'an action that there is not',
    { weekly: { days: ['mon'], from: '00:00', to: '01:00' }, except: ['drop-database'] },
    /./,
  ],
])('the catalogue refuses a freeze with %s', (_, freeze, message) => {
  expect(() => catalogOf({ name: 'f', ...freeze } as Partial<Freeze>)).toThrow(message);
});
test('the catalogue refuses a group that there is not', () => {
  expect(() => Catalog.parse({ environments: {}, approvers: ['group:nobody'] })).toThrow(/there is no group nobody/);
  expect(() => Catalog.parse({ environments: {}, approval: { escalateTo: ['group:constructor'] } })).toThrow(
    /no group/,
  );
});
