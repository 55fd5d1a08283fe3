import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { pngCharts } from '../../../connectors/png/index.ts';
import { metricChart } from '../../../core/charts/metric.ts';

const { resolve } = createRequire(import.meta.url);
const charts = pngCharts({
  wasm: async () => new Uint8Array(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm'))),
  font: () => readFile(resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
});
const start = Date.parse('2026-11-20T02:00:00Z') / 1000;
const points = Array.from({ length: 61 }, (_, minute) => [start + 60 * minute, minute < 30 ? 20 : 90] as const);
const drawn = async (title: string, onset?: string) =>
  PNG.sync.read(Buffer.from(await charts.png(metricChart({ title, unit: 'ms', points, onset }) ?? '')));

/** How many pixels of a rectangle are of one colour family. */
function count(
  { data, width }: PNG,
  [left, top, right, bottom]: number[],
  is: (r: number, g: number, b: number) => boolean,
) {
  let found = 0;
  for (let y = top ?? 0; y < (bottom ?? 0); y += 1)
    for (let x = left ?? 0; x < (right ?? 0); x += 1) {
      const at = 4 * (y * width + x);
      if (is(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)) found += 1;
    }
  return found;
}
const red = (r: number, g: number, b: number) => r > 150 && g < 110 && b < 130;
const blue = (r: number, _: number, b: number) => b > 120 && r < 90;
const dark = (r: number, g: number, b: number) => r + g + b < 200;

test('a chart becomes a picture of twice its size, with its line, its onset in the middle, and its words', async () => {
  const png = await drawn('Latency of checkout', '2026-11-20T02:30:00.000Z');
  expect([png.width, png.height]).toEqual([1600, 680]);
  expect(count(png, [168, 100, 1552, 600], blue)).toBeGreaterThan(2000);
  expect(count(png, [855, 100, 866, 600], red)).toBeGreaterThan(300);
  expect(count(png, [40, 20, 800, 64], dark)).toBeGreaterThan(300);
});
test('a chart without an onset has nothing red', async () => {
  expect(count(await drawn('Latency'), [0, 0, 1600, 680], red)).toBe(0);
});
test('two at once, and what a log line could contain, are drawn', async () => {
  const [one, other] = await Promise.all([drawn('<svg onload="x">&\u0000\ud800'), drawn('日本語 🔥')]);
  expect([one.width, other.width]).toEqual([1600, 1600]);
});
