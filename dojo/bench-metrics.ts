// `npm run bench:metrics`: measures how many series per second the metrics analysis reads, its memory, and whether it ranks the service with the
// root cause first. The figures are of this machine at this moment.
import { parseArgs } from 'node:util';
import { causesOf, leaks } from '../core/analysis/metrics/causes.ts';
import { moves } from '../core/analysis/metrics/index.ts';
import { manySeries } from './many-series.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: { series: { type: 'string', default: '1000,10000,50000' }, seeds: { type: 'string', default: '5' } },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, place) => place + 1);
const start = 1_763_600_400;

const rows = values.series.split(',').map((text) => {
  const count = Number(text);
  const runs = seeds.map((seed) => {
    const { series, baselineEnd, first, followers } = manySeries({ count, seed, start });
    const heapBefore = process.memoryUsage().heapUsed;
    const began = performance.now();
    const found = moves(series, baselineEnd);
    const causeOf = causesOf(found, series);
    for (const move of found.slice(0, 8)) causeOf(move);
    const leaking = leaks(series).length;
    const ms = performance.now() - began;
    const struck = new Set([first, ...followers]);
    return {
      ms,
      heapMiB: (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20,
      right: found[0]?.series.entity.name === first,
      noise: found.filter(({ series: { entity } }) => !struck.has(entity.name)).length + leaking,
    };
  });
  const middle = (of: (run: (typeof runs)[number]) => number) =>
    runs.map(of).sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? 0;
  const ms = middle((run) => run.ms);
  return {
    series: String(count),
    milliseconds: ms.toFixed(0),
    'series a second': Math.round((count / ms) * 1000).toLocaleString('en-US'),
    'heap MiB': Math.max(
      0,
      middle((run) => run.heapMiB),
    ).toFixed(1),
    'right one first': `${runs.filter(({ right }) => right).length} of ${runs.length}`,
    'moved by noise': middle((run) => run.noise).toFixed(0),
  };
});
const [columns] = rows;
if (columns)
  process.stdout.write(
    `${table(
      Object.keys(columns),
      rows.map((row) => Object.values(row)),
    )}\n`,
  );
