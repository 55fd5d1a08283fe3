import { describe, expect, test } from 'vitest';
import { beginningOf, ErrorTraces, traceIdOf } from '../../../../core/analysis/logs/linked-errors.ts';

const start = Date.parse('2026-03-04T09:00:00Z');
const id = (n: number) => `4bf92f3577b34da6a3ce929d0e0e${String(n).padStart(4, '0')}`;
type Lines = readonly (readonly [group: string, afterMs: number])[];
function traces(count: number, lines: (n: number) => Lines, idOf = id) {
  const all = new ErrorTraces();
  for (let n = 0; n < count; n += 1)
    for (const [group, ms] of lines(n)) all.push(group, idOf(n), start + n * 60_000 + ms, `${group} failed`);
  return all.linked();
}

describe('errors that share a trace', () => {
  test('begin at the service that writes first, and the others call it', () => {
    const linked = traces(12, () => [
      ['edge', 40],
      ['ledger', 3],
      ['basket', 21],
    ]);
    expect(beginningOf(linked)).toBe('ledger');
    expect(linked.begun.get('ledger')).toBe(12);
    expect(linked.orders.map(({ first, then }) => `${then}>${first}`).sort()).toEqual([
      'basket>ledger',
      'edge>basket',
      'edge>ledger',
    ]);
    expect(linked.example.map(({ group }) => group)).toEqual(['ledger', 'basket', 'edge']);
  });
  test('show no order in a few traces', () => {
    expect(
      beginningOf(
        traces(4, () => [
          ['ledger', 0],
          ['edge', 5],
        ]),
      ),
    ).toBeUndefined();
  });
  test('show no order where either comes first, or both at one moment', () => {
    expect(
      beginningOf(
        traces(20, (n) => [
          ['ledger', n % 2],
          ['edge', 1 - (n % 2)],
        ]),
      ),
    ).toBeUndefined();
    expect(
      beginningOf(
        traces(20, () => [
          ['ledger', 0],
          ['edge', 0],
        ]),
      ),
    ).toBeUndefined();
  });
  test('show no order if the id is reused for hours, or clocks differ by minutes', () => {
    expect(
      beginningOf(
        traces(
          20,
          () => [
            ['ledger', 0],
            ['edge', 5],
          ],
          () => 'batch-worker-7',
        ),
      ),
    ).toBeUndefined();
    expect(
      beginningOf(
        traces(20, () => [
          ['ledger', 0],
          ['edge', 240_000],
        ]),
      ),
    ).toBeUndefined();
  });
  test('do not explain a service that fails mostly in traces of its own', () => {
    const lines = (n: number): Lines =>
      n < 6
        ? [
            ['ledger', 0],
            ['edge', 9],
          ]
        : [['edge', 0]];
    expect(beginningOf(traces(40, lines))).toBeUndefined();
  });
  test('take no more memory than for some thousand traces', () => {
    expect(
      traces(20_000, () => [
        ['ledger', 0],
        ['edge', 5],
      ]).traces,
    ).toBe(5000);
  });
});

describe('the trace id of a line', () => {
  const none = [{}, undefined] as const;
  test.each([
    ['ERROR [basket,4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7] c.a.Orders : no answer', 36],
    ['level=error msg="no answer" traceID=4bf92f3577b34da6a3ce929d0e0e4736', 36],
    ['no answer {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}', 36],
  ])('is read from text: %s', (line) => {
    expect(traceIdOf(...none, line)).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });
  test('is read from labels and fields', () => {
    expect(traceIdOf({ trace_id: 'ABCDEF0123456789' }, undefined, '')).toBe('abcdef0123456789');
    expect(traceIdOf({}, { traceId: 'abcdef0123456789' }, '')).toBe('abcdef0123456789');
  });
  test.each([
    'failed with id=12',
    'trace_id=00000000000000000000000000000000 no answer',
    'trace_id=- no answer',
    'request failed: timeout',
  ])('is missing: %s', (line) => {
    expect(traceIdOf(...none, line)).toBeUndefined();
  });
});
