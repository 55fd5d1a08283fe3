import { describe, expect, test } from 'vitest';
import { statementsIn } from '../../../../core/analysis/vendors/statements.ts';
import { VendorStatus } from '../../../../core/model/telemetry.ts';

const window = { start: '2026-11-20T02:17:00.000Z', end: '2026-11-20T02:52:00.000Z' };
const pagedAt = '2026-11-20T02:47:00.000Z';
const status = (over: object = {}) =>
  VendorStatus.parse({
    provider: 'Acme Pay Status',
    kind: 'incident',
    at: '2026-11-20T02:30:00.000Z',
    state: 'major_outage',
    text: 'Elevated errors',
    relevant: true,
    ...over,
  });
const reading = (over: object = {}, misbehaviour = 'checkout answers 502') =>
  statementsIn([status(over)], { window, pagedAt, misbehaviour })[0]?.reading;

describe('a statement', () => {
  test.each<[string, object, string]>([
    ['at what is used', {}, 'explains'],
    ['published soon after the page', { at: '2026-11-20T02:55:00.000Z' }, 'explains'],
    ['that began hours after the page', { at: '2026-11-20T05:00:00.000Z' }, 'later'],
    ['about another component', { relevant: false }, 'elsewhere'],
    ['that ended before the incident', { at: '2026-11-19T00:00:00.000Z', until: '2026-11-20T01:00:00.000Z' }, 'over'],
    ['that ended within it', { until: '2026-11-20T02:40:00.000Z' }, 'explains'],
    ['about planned work that lasts', { kind: 'maintenance', state: 'under_maintenance' }, 'explains'],
    ['about planned work after the page', { kind: 'maintenance', at: '2026-11-20T02:50:00.000Z' }, 'later'],
    ['that all is well', { kind: 'component', state: 'operational' }, 'fine'],
    ['in a word that nobody knows', { state: 'purple' }, 'fine'],
    ['about a vendor that nothing names', { relevant: undefined }, 'elsewhere'],
  ])('%s: %j is read as %s', (_, over, expected) => expect(reading(over)).toBe(expected));
  test('about a vendor that the alert names explains it, and a part of a word names nothing', () => {
    expect(reading({ relevant: undefined }, 'Acme Pay declines charges')).toBe('explains');
    expect(reading({ relevant: undefined, hosts: ['api.acme.example'] }, 'POST api.acme.example fails')).toBe(
      'explains',
    );
    expect(reading({ relevant: undefined, provider: 'Pay' }, 'payments fail')).toBe('elsewhere');
  });
});

test('a plain feed of a recording is not judged here', () => {
  const { kind: _, ...plain } = status();
  expect(statementsIn([plain], { window, pagedAt, misbehaviour: '' })).toEqual([]);
});
