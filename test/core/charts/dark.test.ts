import { expect, it } from 'vitest';
import { metricChart } from '../../../core/charts/metric.ts';
import { inDark } from '../../../core/charts/svg.ts';

const colours = (svg: string) => new Set([...svg.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([, one]) => one));

it('every colour of a chart has another one on a dark page, and texts stay as they are', () => {
  const points = Array.from({ length: 30 }, (_, n) => [1_700_000_000 + n * 60, n] as const);
  const onset = new Date(1_700_000_600_000).toISOString();
  const title = 'a fill="#1d1c1d" of <b>';
  const light = metricChart({ title, unit: 'ms', points, onset, usual: 3 }) ?? '';
  const dark = inDark(light);
  expect(colours(light).size).toBeGreaterThan(4);
  expect([...colours(dark)].filter((one) => colours(light).has(one))).toEqual([]);
  expect(dark).toContain('a fill=&quot;#1d1c1d&quot; of &lt;b&gt;');
});
