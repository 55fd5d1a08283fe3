import { describe, expect, test } from 'vitest';
import { statedTime } from '../../../core/context/stated-time.ts';

const paged = '2026-11-20T10:00:00Z'; // a Friday
const read = (title: string) => {
  const found = statedTime(title, paged);
  return found && `${found.kind} ${new Date(found.atMs).toISOString().slice(0, 16)}`;
};

describe('the time that a title states', () => {
  test.each([
    ['what happened to till on August 2, 2026 at 13:45 UTC?', 'at 2026-08-02T13:45'],
    ['till was in trouble on 2 August 2026 at about 13:45', 'at 2026-08-02T13:45'],
    ['till failed at 2026-11-19T22:10:00Z', 'at 2026-11-19T22:10'],
    ['till failed on 2026-11-19 22:10 +02:00', 'at 2026-11-19T20:10'],
    ['why was till slow yesterday 14:30?', 'at 2026-11-19T14:30'],
    ['why was till slow yesterday at 2:30 pm CET?', 'at 2026-11-19T13:30'],
    ['till crashed on Monday at 08:05', 'at 2026-11-16T08:05'],
    ['till crashed at 3 am', 'at 2026-11-20T03:00'],
    ['till has been failing since 06:20', 'since 2026-11-20T06:20'],
    ['what went wrong 3 hours ago?', 'at 2026-11-20T07:00'],
    ['what went wrong two days ago?', 'at 2026-11-18T10:00'],
    ['outage around 23:50', 'at 2026-11-19T23:50'],
    ['Dec 24 at 18:00: what failed?', 'at 2025-12-24T18:00'],
  ])('%s', (title, time) => {
    expect(read(title)).toBe(time);
  });
});

describe('is none', () => {
  test.each([
    'till:8443 refuses connections',
    'p99 above 500 ms for 10 minutes',
    '3 of 4 replicas are ready',
    'May I ask why till is slow?',
    'version 2.13.45 of till crashes',
    'till at 95 % CPU',
    'check till tomorrow, 2026-11-21 at 09:00',
    'image shop/till:2026-11-19 cannot be pulled',
  ])('%s', (title) => {
    expect(read(title)).toBeUndefined();
  });
});
