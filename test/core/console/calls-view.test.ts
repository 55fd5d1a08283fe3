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

describe('the drawing', () => {
  const drawn = (calls: Parameters<typeof callsView>[0], incidents: Parameters<typeof callsView>[1] = []) =>
    callsView(calls, incidents, now).drawing;
  test('shows what fails, what is not known and what is old, each with when it was seen', () => {
    const old = new Date(now.getTime() - 48 * 3_600_000).toISOString();
    const drawing = drawn(
      [
        { from: 'web', to: 'cart', seenAt, requestsPerSecond: 20, errorRatio: 0.12 },
        { from: 'web', to: 'search', seenAt },
        { from: 'web', to: 'stock', seenAt: old, errorRatio: 0.9 },
        { from: 'app', to: 'web', seenAt, requestsPerSecond: 35, errorRatio: 0 },
      ],
      [row('investigating', 'web')],
    );
    expect(
      Object.fromEntries(
        (drawing?.sizes[0]?.edges ?? []).map(({ to, tone, label }) => [to.trim(), `${tone} ${label}`]),
      ),
    ).toEqual({
      cart: 'bad 12 %',
      search: 'unknown ?',
      stock: expect.stringMatching(/^old \d\d-\d\d$/),
      web: 'plain 35/s',
    });
    expect(drawing?.sizes[0]?.edges.every(({ title }) => /last seen \d{4}-\d\d-\d\d \d\d:\d\d UTC/.test(title))).toBe(
      true,
    );
    expect(drawing?.sizes[0]?.nodes.map(({ name, tone, note }) => [name, tone, note])).toEqual(
      expect.arrayContaining([
        ['cart', 'bad', 'cluster not known'],
        ['web', 'affected', 'cluster not known'],
        ['stock', 'plain', 'cluster not known'],
      ]),
    );
  });
  test('keeps the same name in two clusters apart, and a name without a cluster with its only one', () => {
    const names = (calls: Parameters<typeof callsView>[0]) =>
      drawn(calls)
        ?.sizes[1]?.nodes.map(({ name, note }) => `${name} ${note}`)
        .toSorted();
    expect(
      names([
        { from: 'web', to: 'cart', toCluster: 'near', seenAt },
        { from: 'web', to: 'cart', toCluster: 'far', seenAt },
      ]),
    ).toEqual(['cart far', 'cart near', 'web cluster not known']);
    expect(
      names([
        { from: 'web', to: 'cart', toCluster: 'near', seenAt },
        { from: 'cart', to: 'stock', seenAt },
      ]),
    ).toEqual(['cart near', 'stock cluster not known', 'web cluster not known']);
  });
  test('begins with what fails, and counts what it leaves out', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ from: `a${index}`, to: `b${index}`, seenAt }));
    const drawing = drawn([...many, { from: 'x', to: 'y', seenAt, errorRatio: 0.5 }]);
    expect(drawing?.sizes[0]?.nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(['x', 'y']));
    expect(drawing?.sizes[0]?.nodes).toHaveLength(36);
    expect(drawing?.notDrawn).toBe(202 - 36);
    expect(drawn([])).toBeUndefined();
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
