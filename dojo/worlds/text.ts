// The output of `--worlds` as text: a row per transformation, a line per failing world, and the last line with the share.
import { table } from '../table.ts';
import type { WorldResult } from './run.ts';
import { transformations } from './worlds.ts';

export function worldsText(results: readonly WorldResult[], keep: string | undefined): string {
  const rows = transformations.map(({ name, about }) => {
    const own = results.filter(({ applied }) => applied.includes(name));
    return [name, `${own.length}`, `${own.filter(({ isStable }) => isStable).length}`, about];
  });
  const failing = results.filter(({ isStable }) => !isStable);
  const kinds = Map.groupBy(results, ({ scenario }) => scenario);
  const fewest = Math.min(...[...kinds.values()].map((own) => new Set(own.flatMap(({ applied }) => applied)).size));
  return [
    table(['transformation', 'worlds', 'stable', 'about'], rows),
    '',
    ...failing.map(
      ({ id, applied, answer: said, truth }) => `${id} [${applied.join(', ')}]: said ${said}, truth ${truth}`,
    ),
    ...(failing.length > 0 && keep !== undefined ? [`The failing worlds are in ${keep}.`] : []),
    '',
    `At least ${Number.isFinite(fewest) ? fewest : 0} transformations a scenario.`,
    `worlds=${results.length} stable=${shareOf(results).toFixed(3)}`,
  ].join('\n');
}

const shareOf = (results: readonly WorldResult[]): number =>
  results.filter(({ isStable }) => isStable).length / Math.max(1, results.length);
