import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barChart } from '../../../core/charts/bars.ts';
import { metricChart } from '../../../core/charts/metric.ts';
import { amount } from '../../../core/charts/units.ts';

const start = Date.parse('2026-11-20T02:00:00Z') / 1000;
const minutes = (count: number, value: (minute: number) => number) =>
  Array.from({ length: count }, (_, minute) => [start + 60 * minute, value(minute)] as const);
const step = minutes(60, (minute) => (minute < 40 ? 20 : 90));

describe('a chart of a metric', () => {
  test('marks when it moved and what was usual, in the unit of the metric', () => {
    const svg = metricChart({ title: 'p95', unit: 'ms', points: step, onset: '2026-11-20T02:40:00.000Z', usual: 20 });
    expect(svg).toContain('moved 02:40 UTC');
    expect(svg).toContain('before: 20 ms');
    expect(svg).toContain('>100 ms<');
  });
  test('marks no onset that lies outside of it', () => {
    const svg = metricChart({ title: 'p95', unit: 'ms', points: step, onset: '2026-11-20T09:40:00.000Z' });
    expect(svg).not.toContain('moved');
  });
  test('breaks the line where values are missing', () => {
    const points = step.filter((_, minute) => minute < 10 || minute > 30);
    const path = /<path d="([^"]+)"/.exec(metricChart({ title: 'x', unit: '1', points }) ?? '')?.[1] ?? '';
    expect(path.match(/M/g)).toHaveLength(2);
  });
  test('keeps the one spike of a hundred thousand points', () => {
    const points = minutes(100_000, (minute) => (minute === 54_321 ? 1000 : 1));
    const svg = metricChart({ title: 'x', unit: '1', points }) ?? '';
    expect(svg).toContain('>1 k<');
    expect(svg.length).toBeLessThan(40_000);
  });
  test.each([
    ['no point', []],
    ['one point', step.slice(0, 1)],
    ['nothing but what is no number', step.map(([time]) => [time, Number.NaN] as const)],
  ])('is none of %s', (_, points) => {
    expect(metricChart({ title: 'x', unit: '1', points })).toBeUndefined();
  });
  test('whatever text and values come in, is one well-formed picture without a second element of theirs', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4e9 }), fc.double()), { maxLength: 40 }),
        (title, unit, points) => {
          const svg = metricChart({ title: `<a href="x">${title}`, unit, points }) ?? '<svg></svg>';
          expect(svg.match(/<svg/g)).toHaveLength(1);
          expect(svg).not.toMatch(/<(?!\/?(?:svg|rect|text|line|path)[ >/])/);
          expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        },
      ),
    );
  });
});

describe('a chart of amounts', () => {
  const bars = Array.from({ length: 40 }, (_, place) => ({ name: `service-${place}`, value: 40 - place }));
  test('adds up what it has no room for', () => {
    const svg = barChart({ title: 'Cost', unit: 'USD', bars }) ?? '';
    expect(svg.match(/<rect/g)).toHaveLength(16);
    expect(svg).toContain('26 others');
    expect(svg).toContain('$351');
  });
  test('writes a credit as what it is', () => {
    expect(barChart({ title: 'Cost', unit: 'USD', bars: [{ name: 'Credit', value: -12.5 }] })).toContain('−$12.5');
  });
  test('is none of nothing', () => {
    expect(barChart({ title: 'Cost', unit: 'USD', bars: [] })).toBeUndefined();
  });
});

test.each([
  [0, 'ms', '0 ms'],
  [1520, 'ms', '1.52 s'],
  [0.034, 'ratio', '3.4 %'],
  [536_870_912, 'bytes', '512 MiB'],
  [70_000, '1', '70 k'],
  [0.25, 'cores', '0.25 cores'],
  [1234.5, 'USD', '$1,235'],
])('%d %s reads %s', (value, unit, text) => {
  expect(amount(value, unit)).toBe(text);
});
