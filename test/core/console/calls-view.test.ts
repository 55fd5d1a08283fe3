import { describe, expect, test } from 'vitest';
import { callsView } from '../../../core/console/calls-view.ts';
import { incidentRow } from '../../../core/console/incident-list.ts';
import { mergeCalls, seenCalls } from '../../../core/topology/kept-calls.ts';
import { anIncident, at } from '../../builders.ts';

const now = new Date(at('02:47:00'));
const seenAt = at('02:40:00');
const row = (status: 'investigating' | 'closed', service: string) =>
  incidentRow(anIncident({ id: `inc-${service}`, status, place: { service } }), undefined, []);

describe('the view of the call graph', () => {
  test('has failing calls first, then those of services with an open incident', () => {
    const view = callsView(
      [
        { from: 'a', to: 'b', seenAt },
        { from: 'web', to: 'Cart', seenAt, fromCluster: 'near' },
        { from: 'x', to: 'y', seenAt, requestsPerSecond: 3, errorRatio: 0.2 },
      ],
      [row('investigating', 'cart'), row('closed', 'b')],
      now,
    );
    expect(view).toMatchObject({ services: 6, failing: 1, more: 0 });
    expect(view.calls.map(({ from }) => from.name)).toEqual(['x', 'web', 'a']);
    expect(view.calls[1]).toMatchObject({ from: { cluster: 'near' }, to: { incidentId: 'inc-cart' } });
    expect(view.calls[2]?.to).toEqual({ name: 'b' });
  });
  test('says nothing about failures of yesterday, and marks what was not seen since', () => {
    const old = new Date(now.getTime() - 25 * 3_600_000).toISOString();
    const view = callsView([{ from: 'a', to: 'b', seenAt: old, errorRatio: 0.9 }], [], now);
    expect(view).toMatchObject({ failing: 0, calls: [{ failing: false, old: true }] });
  });
  test('shows at most 500 calls and counts the rest', () => {
    const calls = Array.from({ length: 520 }, (_, index) => ({ from: 'web', to: `s${index}`, seenAt }));
    expect(callsView(calls, [], now)).toMatchObject({ services: 521, more: 20, calls: { length: 500 } });
  });
});

describe('merging', () => {
  const call = { from: 'a', to: 'b', seenAt, requestsPerSecond: 1, errorRatio: 0 };
  const later = (minutes: number) => new Date(Date.parse(seenAt) + minutes * 60_000).toISOString();
  test('writes a call that is new, seen clearly later, or begins to fail', () => {
    const changes = (over: object) => mergeCalls([call], [{ ...call, ...over }], now).changed;
    expect(mergeCalls([], [call], now).changed).toBe(true);
    expect(changes({ seenAt: later(1) })).toBe(false);
    expect(changes({ seenAt: later(6) })).toBe(true);
    expect(changes({ seenAt: later(1), errorRatio: 0.5 })).toBe(true);
    expect(changes({ seenAt: later(-30), errorRatio: 0.5 })).toBe(false);
  });
  test('a clock that is ahead sees nothing in the future, and a call of itself is none', () => {
    expect(
      seenCalls(
        [
          { from: 'a', to: 'b', seenAt: '2099-01-01T00:00:00.000Z' },
          { from: 'a', to: 'a' },
        ],
        now,
      ),
    ).toEqual([{ from: 'a', to: 'b', seenAt: now.toISOString() }]);
  });
});
