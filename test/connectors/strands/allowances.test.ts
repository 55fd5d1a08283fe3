import { describe, expect, test } from 'vitest';
import { allowancesOf, type Urgency } from '../../../connectors/strands/allowances.ts';
import { memorySpending } from '../../spending.ts';

const at = { now: new Date('2026-11-28T04:31:30Z') };
const ceilings = { maxUsdPerIncident: 1, maxTokensPerIncident: 1000, maxUsdPerMonth: 2, maxTokensPerMinute: 1000 };
const call = (usd: number, tokens: number) => ({ usd, tokens });

function stage() {
  const spending = memorySpending();
  const allowances = allowancesOf(ceilings, spending, () => at.now);
  const reserve = (incident: string, usd: number, tokens: number, urgency: Urgency = 'high') =>
    allowances.reserve(incident, call(usd, tokens), urgency);
  return { spending, allowances, reserve };
}

describe('a call goes out only if all ceilings have room', () => {
  test('of the incident', async () => {
    const { reserve } = stage();
    expect(await reserve('inc-1', 0.9, 10)).toBeUndefined();
    expect(await reserve('inc-1', 0.2, 10)).toBe('incident');
    expect(await reserve('inc-2', 0.2, 10)).toBeUndefined();
  });
  test('of the month, over all incidents, until the next one', async () => {
    const { reserve, spending } = stage();
    await reserve('inc-1', 1, 1);
    await reserve('inc-2', 0.9, 1);
    expect(await reserve('inc-3', 0.5, 1)).toBe('month');
    // A refused call leaves nothing reserved.
    expect(await spending.of('inc-3')).toEqual(call(0, 0));
    at.now = new Date('2026-12-01T00:00:00Z');
    expect(await reserve('inc-3', 0.5, 1)).toBeUndefined();
    at.now = new Date('2026-11-28T04:31:30Z');
  });
  test('of the minute, of which pages of low urgency use half', async () => {
    const { reserve, spending } = stage();
    expect(await reserve('inc-1', 0, 400, 'low')).toBeUndefined();
    expect(await reserve('inc-2', 0, 200, 'low')).toBe('minute');
    expect(await reserve('inc-3', 0, 600)).toBeUndefined();
    expect(await reserve('inc-4', 0, 1)).toBe('minute');
    expect(await spending.of('month:2026-11')).toEqual(call(0, 1000));
  });
});

test('what a call came to replaces the reservation in the minute of the reservation', async () => {
  const { allowances, spending } = stage();
  const reserved = call(0.5, 500);
  await allowances.reserve('inc-1', reserved, 'high');
  at.now = new Date('2026-11-28T04:33:00Z');
  await allowances.settle('inc-1', reserved, call(0.1, 80));
  at.now = new Date('2026-11-28T04:31:30Z');
  const actual = { usd: expect.closeTo(0.1), tokens: 80 };
  expect(await spending.of('inc-1')).toEqual(actual);
  expect(await spending.of('minute:2026-11-28T04:31')).toEqual(actual);
  expect(await spending.of('minute:2026-11-28T04:33')).toEqual(call(0, 0));
});

test('without ceilings of the stage only the incident is counted', async () => {
  const spending = memorySpending();
  const allowances = allowancesOf({ maxUsdPerIncident: 1, maxTokensPerIncident: 9 }, spending, () => at.now);
  expect(await allowances.reserve('inc-1', call(0.1, 5), 'low')).toBeUndefined();
  expect(await spending.of('month:2026-11')).toEqual(call(0, 0));
});
